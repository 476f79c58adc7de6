use std::fmt::Write as _;
use std::num::NonZero;

use super::*;
use crate::language::text::MAX_CHARS;
use crate::language::text::MAX_WORDS;
use crate::matcher::evaluation::noise::Random;
use crate::matcher::explain::Explanation;
use crate::matcher::lexicon::MAX_TRIED;
use crate::matcher::recipe::Recipe;
use crate::matcher::scratch::with_scratch;

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

#[test]
fn the_number_of_threads_changes_nothing() {
    let set = drawn(12, 6);
    let on = |threads| {
        let threads = NonZero::new(threads).unwrap();
        Matcher { model: train::train(&set, &Recipe::default(), threads) }.to_bytes()
    };
    let alone = on(1);
    for threads in [2, 3, 7, 64] {
        assert!(alone == on(threads), "{threads} threads");
    }
}

/// So many intents with so many examples, of words drawn from a few hundred.
fn drawn(intents: usize, examples: usize) -> TrainingSet {
    let mut random = Random::new(5);
    let intents = (0..intents)
        .map(|number| {
            let examples = (0..examples).map(|_| {
                (0..7).fold(format!("ämne{}", drawn_word(number)), |mut text, _| {
                    let most = 1 + random.below(300);
                    write!(text, " {}", drawn_word(random.below(most))).unwrap();
                    text
                })
            });
            IntentExamples {
                id: IntentId::new(&format!("intent_{number}")),
                title: String::new(),
                keywords: Vec::new(),
                examples: examples.collect(),
            }
        })
        .collect();
    TrainingSet { language: Language::Sv, intents, out_of_scope: Vec::new() }
}

fn drawn_word(number: usize) -> String {
    const PARTS: [&str; 8] = ["ka", "ri", "lo", "men", "tu", "sta", "vik", "ne"];
    let mut word = PARTS[number % 8].to_owned();
    word.push_str(PARTS[number / 8 % 8]);
    word.push_str(PARTS[number / 64 % 8]);
    word
}

#[test]
fn four_times_the_examples_are_not_much_more_than_four_times_the_model() {
    let size = |examples| {
        let matcher = Matcher::train(&drawn(10, examples));
        let examples = 10 * examples;
        let model = &matcher.model;
        // A row of the common features, and one of each example.
        assert!(model.rows.len() <= (model.values.len() + examples) * model.stride);
        assert!(model.rows.iter().chain(&model.bias).all(|number| number.is_finite()));
        matcher.bytes()
    };
    let (few, many) = (size(40), size(160));
    assert!(many < few * 5, "{few} bytes became {many}");
}

/// What a message costs is counted, not timed: the words, letters and features that are held
/// against the model, and the words that a correction is looked for.
#[test]
fn the_work_of_one_message_is_bounded() {
    let matcher = Matcher::train(&drawn(10, 20));
    let unknown = |number: usize| format!("{}q ", drawn_word(number));
    let texts = [
        "karilox ".repeat(1_250),
        (0..1_500).map(unknown).collect(),
        "x".repeat(10_000),
        "x ".repeat(5_000),
        "ämne".repeat(2_500),
        "ﷺ".repeat(10_000),
        "a\u{301}\u{302}".repeat(4_000),
        "🙂1".repeat(5_000),
    ];
    for text in texts {
        let ranking = rank(&matcher, &text);
        assert!(ranking.candidates.iter().all(|candidate| candidate.score.is_finite()));
        with_scratch(|scratch| {
            // A word may be read as two.
            assert!(scratch.typed.words.len() <= 2 * MAX_WORDS);
            assert!(scratch.corrected.words.len() <= 2 * MAX_WORDS);
            assert!(scratch.typed.letters.len() <= 3 * MAX_CHARS);
            assert!(scratch.lexicon.tried <= MAX_TRIED);
            assert!(scratch.features.len() <= 12 * MAX_CHARS, "{}", scratch.features.len());
        });
    }
}

#[test]
fn one_word_that_is_near_to_thousands_is_compared_with_few() {
    let examples: Vec<String> = ('a'..='z')
        .flat_map(|one| ('a'..='z').map(move |two| format!("lev{one}ran{two}")))
        .collect();
    let examples: Vec<&str> = examples.iter().map(String::as_str).collect();
    let matcher = Matcher::train(&set(Language::Sv, vec![intent("all", "", &[], &examples)], &[]));
    let ranking = rank(&matcher, "levöranö");
    assert!(ranking.candidates.iter().all(|candidate| candidate.score.is_finite()));
}

#[test]
fn letters_that_cannot_be_seen_change_nothing() {
    let matcher = Matcher::train(&swedish());
    let plain = rank(&matcher, "får inget sms");
    for text in ["få\u{200b}r inget s\u{ad}ms", "fa\u{30a}r inget sms", "\u{feff}får inget sms 👍"]
    {
        let ranking = rank(&matcher, text);
        assert_eq!(best(&ranking), best(&plain), "{text:?}");
        assert_eq!(ranking.known_words, plain.known_words, "{text:?}");
    }
}

#[test]
fn words_of_no_meaning_and_other_languages_are_not_taken_for_an_intent() {
    let matcher = Matcher::train(&swedish());
    for text in ["det är det", "och så men", "wo ist meine bestellung", "gdzie jest przesyłka"] {
        let ranking = rank(&matcher, text);
        assert_ne!(ranking.decision, Decision::Answer, "{text}: {ranking:?}");
    }
}
