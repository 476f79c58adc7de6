use super::*;
use crate::matcher::explain::Explanation;

fn intent(id: &str, title: &str, keywords: &[&str], examples: &[&str]) -> IntentExamples {
    IntentExamples {
        id: IntentId::new(id),
        title: title.to_owned(),
        keywords: keywords.iter().map(|text| Keyword::parse(text).unwrap()).collect(),
        examples: examples.iter().map(|&text| text.to_owned()).collect(),
    }
}

fn set(language: Language, intents: Vec<IntentExamples>, out_of_scope: &[&str]) -> TrainingSet {
    let out_of_scope = out_of_scope.iter().map(|&text| text.to_owned()).collect();
    TrainingSet { language, intents, out_of_scope }
}

fn swedish() -> TrainingSet {
    let no_sms = [
        "textmeddelandet dyker aldrig upp",
        "jag får inget sms när jag registrerar mig",
        "har väntat på sms i en timme",
        "bekräftelsekoden kommer inte till min telefon",
    ];
    let lost_card = [
        "jag har tappat mitt kort",
        "mitt bankkort är borta",
        "någon har stulit min plånbok med kortet",
        "spärra kortet",
    ];
    let delivery = [
        "när kommer leveransen av det nya kortet",
        "hur lång är leveranstiden",
        "mitt kort har inte kommit med posten",
    ];
    set(
        Language::Sv,
        vec![
            intent(
                "no_sms",
                "Inget sms vid registreringen",
                &["sms^2", "inte + sms", "!posten"],
                &no_sms,
            ),
            intent("lost_card", "Borttappat kort", &["stulen"], &lost_card),
            intent("delivery", "Leverans av kort", &["leverans"], &delivery),
        ],
        &["vad blir det för väder i morgon", "berätta en vits", "vilka öppettider har apoteket"],
    )
}

fn best(ranking: &Ranking) -> &str {
    ranking.candidates.first().map_or("", |candidate| candidate.intent.as_str())
}

fn rank(matcher: &Matcher, text: &str) -> Ranking {
    matcher.rank(text, &Context::default())
}

#[test]
fn other_words_and_slips_find_the_intent() {
    let matcher = Matcher::train(&swedish());
    for (text, wanted) in [
        ("får inget sms", "no_sms"),
        ("får ingt smss", "no_sms"),
        ("far inget textmeddelande", "no_sms"),
        ("tappade bort mitt bankkort igår", "lost_card"),
        ("när levereras kortet?", "delivery"),
        ("leverasn", "delivery"),
    ] {
        assert_eq!(best(&rank(&matcher, text)), wanted, "{text}");
    }
}

#[test]
fn an_example_word_for_word_is_certain() {
    let matcher = Matcher::train(&swedish());
    let ranking = rank(&matcher, "Spärra KORTET!!");
    assert_eq!(best(&ranking), "lost_card");
    assert_eq!(ranking.decision, Decision::Answer);
    assert!(ranking.candidates[0].confidence > 0.95);
}

#[test]
fn out_of_scope_examples_win_their_messages() {
    let matcher = Matcher::train(&swedish());
    let ranking = rank(&matcher, "vad blir det för väder idag");
    assert_eq!(ranking.decision, Decision::Reject);
    assert!(ranking.out_of_scope > 0.5);
}

#[test]
fn messages_without_a_known_word_are_rejected() {
    let matcher = Matcher::train(&swedish());
    for text in ["", " ", "👍", "?!", "помощь", "x", "\u{200b}\u{301}", "1234"] {
        let ranking = rank(&matcher, text);
        assert_eq!(ranking.decision, Decision::Reject, "{text:?}");
        assert_eq!(ranking.known_words, 0, "{text:?}");
    }
}

#[test]
fn a_forbidden_word_and_an_open_dialogue_move_an_intent() {
    let matcher = Matcher::train(&swedish());
    let score = |text: &str, raised: &[IntentId]| -> f32 {
        let explanation = matcher.explain(text, &Context { raised }, None);
        let candidates = explanation.ranking.candidates;
        candidates.iter().find(|other| other.intent.as_str() == "no_sms").unwrap().score
    };
    assert!(score("sms posten", &[]) < score("sms brevet", &[]) - 0.5);
    assert!(score("sms", &[IntentId::new("no_sms")]) > score("sms", &[]));
    let unknown = [IntentId::new("nowhere")];
    assert!((score("sms", &unknown) - score("sms", &[])).abs() < f32::EPSILON);
}

#[test]
fn the_correction_is_told() {
    let matcher = Matcher::train(&swedish());
    let ranking = rank(&matcher, "leverasn");
    let evidence = &ranking.evidence[0];
    assert_eq!((evidence.word.as_str(), evidence.read_as.as_str()), ("leverasn", "leverans"));
    assert_eq!(evidence.how, How::Typo);
}

#[test]
fn parts_add_up_to_the_score() {
    let matcher = Matcher::train(&swedish());
    let raised = [IntentId::new("delivery")];
    for text in ["får inget sms via posten", "spärra kortet", "leverasn av kortt till mig", "xx"]
    {
        check_sums(&matcher.explain(text, &Context { raised: &raised }, None));
    }
}

fn check_sums(explanation: &Explanation) {
    assert_eq!(explanation.candidates.len(), explanation.ranking.candidates.len());
    for (account, candidate) in explanation.candidates.iter().zip(&explanation.ranking.candidates) {
        assert_eq!(account.intent, candidate.intent);
        let gap = (account.sum() - candidate.score).abs();
        assert!(gap < 1e-4, "{}: {} is not {}", account.intent, account.sum(), candidate.score);
    }
}

#[test]
fn training_twice_gives_the_same_bytes() {
    let mut other = swedish();
    other.intents.reverse();
    let bytes = Matcher::train(&swedish()).to_bytes();
    assert_eq!(bytes, Matcher::train(&swedish()).to_bytes());
    assert_eq!(bytes, Matcher::train(&other).to_bytes(), "the order of files counts");
    assert_ne!(bytes, Matcher::train(&set(Language::Sv, Vec::new(), &[])).to_bytes());
}

#[test]
fn odd_training_sets_are_no_trouble() {
    let empty = Matcher::train(&set(Language::Fi, Vec::new(), &[]));
    assert_eq!(rank(&empty, "moi").decision, Decision::Reject);

    let bare = set(
        Language::Fi,
        vec![
            intent("none", "", &[], &[]),
            intent("one", "", &[], &["tilaus"]),
            intent("twice", "", &[], &["sama viesti", "sama viesti"]),
            intent("thrice", "", &[], &["sama viesti", "👍", ""]),
            intent("thrice", "Otsikko", &[], &["toinen"]),
        ],
        &["sama viesti"],
    );
    let matcher = Matcher::train(&bare);
    for text in ["tilaus", "sama viesti", "toinen", "👍", "ei mikään"] {
        let ranking = rank(&matcher, text);
        assert!(ranking.candidates.iter().all(|candidate| candidate.intent.as_str() != "none"));
        assert!(ranking.candidates.iter().all(|candidate| candidate.score.is_finite()));
    }
    assert_eq!(best(&rank(&matcher, "tilauksen")), "one");
    assert_eq!(best(&rank(&matcher, "toinen")), "thrice");

    let alone =
        Matcher::train(&set(Language::En, vec![intent("only", "", &[], &["my card"])], &[]));
    assert_eq!(best(&rank(&alone, "card")), "only");
    let off_topic = Matcher::train(&set(Language::En, Vec::new(), &["the weather"]));
    assert_eq!(rank(&off_topic, "the weather").decision, Decision::Reject);
}

#[test]
fn vocabulary_share_counts_letters_of_known_words() {
    let matcher = Matcher::train(&swedish());
    assert!((matcher.vocabulary_share("spärra kortet") - 1.0).abs() < f32::EPSILON);
    assert!((matcher.vocabulary_share("kort qwxz") - 0.5).abs() < f32::EPSILON);
    assert!(matcher.vocabulary_share("1234 👍").abs() < f32::EPSILON);
}
