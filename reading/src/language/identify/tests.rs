use proptest::prelude::*;

use super::*;

/// Messages that the word lists were not counted from: the held-out answers.
fn held_out() -> Vec<(Language, &'static str)> {
    let files = [
        (Language::Sv, include_str!("../../../../tests/matching/answers-sv.tsv")),
        (Language::Fi, include_str!("../../../../tests/matching/answers-fi.tsv")),
        (Language::En, include_str!("../../../../tests/matching/answers-en.tsv")),
    ];
    files
        .into_iter()
        .flat_map(|(language, file)| {
            file.lines().filter_map(move |line| Some((language, line.split('\t').nth(2)?)))
        })
        .collect()
}

fn bare(text: &str) -> String {
    text.nfd().filter(char::is_ascii).collect()
}

fn demand(name: &str, texts: &[(Language, String)], least: f64) {
    let wrong: Vec<_> = texts
        .iter()
        .map(|(language, text)| (language, text, identify(text)))
        .filter(|(language, _, verdict)| {
            verdict.map(|verdict| verdict.language) != Some(**language)
        })
        .collect();
    let share = |part: usize| f64::from(u32::try_from(part).unwrap());
    let right = 100.0 - 100.0 * share(wrong.len()) / share(texts.len());
    println!("{name}: {right:.1} % of {}, wrong: {wrong:?}", texts.len());
    assert!(right >= least, "{name}: {right:.1} %");
}

#[test]
fn messages_of_three_words_are_told_apart() {
    let long = held_out().into_iter().filter(|(_, text)| text.split_whitespace().count() >= 3);
    let long: Vec<_> = long.map(|(language, text)| (language, text.to_owned())).collect();
    assert!(long.len() > 500);
    demand("as written", &long, 99.0);
    let long: Vec<_> = long.into_iter().map(|(language, text)| (language, bare(&text))).collect();
    demand("without diacritics", &long, 99.0);
}

#[test]
fn short_and_noisy_messages_are_told_apart() {
    let sv = "bredband\nmin räkning\nhjälp snälla\nräntan\nlosenord glomt\nvar e ni\nnä int\nfunkar int\n\
              förstår ej\nkortläsare\nbytt telefon\nbetalningspåminnelse\navbeställ\nmobilnumer\n\
              ja då\nkundtjanst\nfel kod\nringer ni\nsmset\nanvändarnamm";
    let fi = "laajakaista\nmun lasku\nauttakaa pliis\nkorko\nsalasana unohtu\nmissä ootte\nemmä\nei toimi\n\
              en tajuu\nkortinlukija\nuus puhelin\nmaksumuistutus\nperu tilaus\npuhelinnumro\n\
              joo kai\nasiakaspalvelu\nvaara koodi\nsoitatteko\ntekstari\nkäyttäjätunus";
    let en = "broadband\nmy bill\nhelp please\ninterest rate\nforgot pasword\nwhere r u\nnope\ndoesnt work\n\
              dont understand\ncard reader\nnew phone\npayment reminder\ncancel order\nphone numbr\n\
              yeah sure\ncustomer servce\nwrong code\ncall me\ntext message\nusernam";
    let texts: Vec<_> = Language::ALL
        .into_iter()
        .zip([sv, fi, en])
        .flat_map(|(language, list)| {
            list.lines().map(move |text| (language, text.trim().to_owned()))
        })
        .collect();
    assert_eq!(texts.len(), 60);
    demand("one word or two", &texts, 95.0);
}

#[test]
fn form_does_not_matter() {
    for text in [
        "JAG FÅR INGEN KOD",
        "jag fa\u{30a}r ingen kod",
        "jag,får;ingen…kod!!!",
        "Jag får ingen kod https://the.link/where?what=the",
    ] {
        let verdict = identify(text).unwrap();
        assert_eq!(verdict.language, Language::Sv, "{text}");
        assert!(verdict.confidence > 0.9, "{text}: {verdict:?}");
    }
    assert_eq!(identify("I don’t know").unwrap().language, Language::En);
}

#[test]
fn what_has_no_words_has_no_language() {
    for text in ["", "   ", "12345", "👍", "?!", "привет", "你好", "anna@example.com", "\u{301}"]
    {
        assert_eq!(identify(text), None, "{text}");
    }
}

#[test]
fn mixed_text_is_doubtful() {
    let verdict = identify("jag har glömt my password and username").unwrap();
    assert!(verdict.confidence <= MIXED, "{verdict:?}");
}

fn given(text: &str) -> Evidence<'_> {
    Evidence { text, ..Evidence::default() }
}

#[test]
fn an_explicit_choice_comes_first() {
    let evidence = Evidence {
        chosen: Some(Language::Fi),
        vocabulary: [1.0, 0.0, 0.0],
        ..given("jag får ingen kod")
    };
    assert_eq!(choose(&evidence), Language::Fi);
}

#[test]
fn keywords_of_one_language_decide_short_messages() {
    let saldo = Evidence { hello: Some(Language::Fi), ..given("saldo") };
    assert_eq!(choose(&saldo), Language::Fi);
    assert_eq!(choose(&Evidence { vocabulary: [1.0, 0.0, 0.0], ..saldo }), Language::Sv);
    // Two languages share the word: nothing is decided.
    assert_eq!(choose(&Evidence { vocabulary: [1.0, 1.0, 0.0], ..saldo }), Language::Fi);
    // The sentence says otherwise.
    let sentence =
        Evidence { vocabulary: [0.3, 0.0, 0.0], ..given("miten saan sen saldo näkyviin tässä") };
    assert_eq!(choose(&sentence), Language::Fi);
}

#[test]
fn a_conversation_keeps_its_language() {
    let finnish = Evidence {
        conversation: Some(Language::Fi),
        hello: Some(Language::Sv),
        ..Evidence::default()
    };
    for text in [
        "ok",
        "ja",
        "saldo",
        "👍",
        "123456",
        "test",
        "Aktia ID",
        "minun password does not work joo",
    ] {
        assert_eq!(choose(&Evidence { text, ..finnish }), Language::Fi, "{text}");
    }
    assert_eq!(choose(&Evidence { text: "kan vi ta det på svenska", ..finnish }), Language::Sv);
    assert_eq!(choose(&Evidence { text: "can we speak english", ..finnish }), Language::En);
    let swedish = Evidence { conversation: Some(Language::Sv), ..Evidence::default() };
    assert_eq!(choose(&Evidence { text: "moi", ..swedish }), Language::Sv);
}

#[test]
fn the_page_decides_what_the_text_does_not() {
    let page = Evidence { hello: Some(Language::En), ..Evidence::default() };
    assert_eq!(choose(&Evidence { text: "ok", ..page }), Language::En);
    assert_eq!(choose(&Evidence { text: "en saa koodia", ..page }), Language::Fi);
    assert_eq!(choose(&Evidence { text: "hej", ..page }), Language::Sv);
    assert_eq!(choose(&Evidence { text: "👍", ..page }), Language::En);
    assert_eq!(choose(&given("koodi")), Language::Fi);
    assert_eq!(choose(&given("")), Language::Sv);
}

#[test]
fn huge_texts_cost_no_more() {
    for text in ["salasana ".repeat(8_000), "å".repeat(70_000), "\u{301}".repeat(40_000)] {
        if let Some(verdict) = identify(&text) {
            assert!(verdict.confidence.is_finite());
        }
    }
}

proptest! {
    #[test]
    fn any_text_has_a_sound_verdict(text in "\\PC{0,60}") {
        if let Some(verdict) = identify(&text) {
            prop_assert!((0.5..=1.0).contains(&verdict.confidence));
        }
    }

    #[test]
    fn what_has_no_words_changes_nothing(text in "[0-9 ?!.👍-]{0,40}", share in 0.0..0.2_f32) {
        let evidence = Evidence {
            vocabulary: [share, 0.0, 0.0],
            conversation: Some(Language::En),
            hello: Some(Language::Fi),
            ..given(&text)
        };
        prop_assert_eq!(choose(&evidence), Language::En);
    }
}
