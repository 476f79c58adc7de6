//! Answers to questions, read by the models that are trained from the built-in examples.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use skicka::content::build;
use skicka::language::Language;
use skicka::matcher::answers::*;

/// The built-in examples.
fn examples(language: Language) -> AnswerExamples {
    build::draft(&[]).0.answer_examples(language)
}

static MODELS: LazyLock<Vec<AnswerModel>> = LazyLock::new(|| {
    Language::ALL.iter().map(|&language| AnswerModel::train(&examples(language))).collect()
});

fn model(language: Language) -> &'static AnswerModel {
    &MODELS[Language::ALL.iter().position(|one| *one == language).unwrap()]
}

fn read(language: Language, text: &str) -> AnswerReading {
    model(language).read(text, &AskedQuestion::default())
}

fn check(language: Language, text: &str) -> AnswerReading {
    model(language).read(text, &AskedQuestion { check: true, ..AskedQuestion::default() })
}

/// Yes, no, unsure or none: what a dialogue makes of a reading.
fn effect(class: AnswerClass) -> AnswerClass {
    match class {
        AnswerClass::Solved => AnswerClass::Yes,
        AnswerClass::Failing => AnswerClass::No,
        AnswerClass::Yes | AnswerClass::No | AnswerClass::Unsure => class,
        _ => AnswerClass::None,
    }
}

#[derive(Default)]
struct Tally {
    answers: usize,
    right: usize,
    others: usize,
    taken: usize,
    misses: Vec<String>,
}

impl Tally {
    fn add(&mut self, model: &AnswerModel, class: AnswerClass, text: &str) {
        let reading = model.read(text, &AskedQuestion::default());
        if class.is_answer() {
            self.answers += 1;
            self.right += usize::from(effect(reading.class) == effect(class));
        } else if class == AnswerClass::None {
            self.others += 1;
            self.taken += usize::from(reading.class.is_answer());
        }
        if effect(reading.class) != effect(class) {
            let found = format!("{:?} {:.2}", reading.class, reading.confidence);
            self.misses.push(format!("{class:?} read as {found}: {text}"));
        }
    }

    /// Fails below the floors, and says in either case what was reached.
    fn demand(&self, name: &str, least_right: f64, most_taken: f64) {
        let share = |part: usize, whole: usize| {
            100.0 * f64::from(u32::try_from(part).unwrap())
                / f64::from(u32::try_from(whole).unwrap())
        };
        let right = share(self.right, self.answers);
        let taken = share(self.taken, self.others);
        println!("{}", self.misses.join("\n"));
        println!(
            "{name}: right {right:.1} % of {}, off-topic taken as an answer {taken:.1} % of {}",
            self.answers, self.others
        );
        assert!(right >= least_right, "{name}: {right:.1} % right");
        assert!(taken <= most_taken, "{name}: {taken:.1} % taken");
    }
}

/// A fold takes away the only example of an idiom or a matter, and the examples are odd ways to say
/// it: half of the plain ones went, and what customers write without yes or no came, so that the
/// floors stand low.
#[test]
fn folds_of_the_examples_are_read() {
    for language in Language::ALL {
        let all = examples(language);
        let mut tally = Tally::default();
        for fold in 0..5 {
            let mut train = all.clone();
            let mut held = Vec::new();
            for (class, texts) in &mut train.classes {
                let (test, kept): (Vec<_>, Vec<_>) =
                    texts.drain(..).enumerate().partition(|(at, _)| (at * 7 + at / 5) % 5 == fold);
                *texts = kept.into_iter().map(|(_, text)| text).collect();
                held.extend(test.into_iter().map(|(_, text)| (*class, text)));
            }
            let model = AnswerModel::train(&train);
            for (class, text) in held {
                tally.add(&model, class, &text);
            }
        }
        tally.demand(&format!("{language:?} in folds"), 81.0, 17.0);
    }
}

#[test]
fn answers_never_seen_are_read() {
    let files = [
        (Language::Sv, include_str!("../matching/answers-sv.tsv"), 95.0),
        (Language::Fi, include_str!("../matching/answers-fi.tsv"), 92.0),
        (Language::En, include_str!("../matching/answers-en.tsv"), 92.0),
    ];
    for (language, file, least) in files {
        let mut tally = Tally::default();
        for line in file.lines() {
            let [_, class, text] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not three fields: {line}");
            };
            let class: AnswerClass =
                serde_json::from_value(serde_json::Value::from(class)).unwrap();
            tally.add(model(language), class, text);
        }
        tally.demand(&format!("{language:?} never seen"), least, 8.0);
    }
}

#[test]
fn news_beside_an_answer_is_kept() {
    let cases = [
        (Language::Sv, "nej, och så blev skärmen röd", AnswerClass::No, "och så blev skärmen röd"),
        (Language::Sv, "Ja, men jag får inget sms", AnswerClass::Yes, "men jag får inget sms"),
        (Language::Sv, "ja men det hjälpte inte", AnswerClass::Yes, "men det hjälpte inte"),
        (
            Language::Sv,
            "nej. Var hittar jag inställningarna?",
            AnswerClass::No,
            "Var hittar jag inställningarna?",
        ),
        (
            Language::Sv,
            "vet inte, vad är ett nyckeltalskort",
            AnswerClass::Unsure,
            "vad är ett nyckeltalskort",
        ),
        (Language::Fi, "joo, mutta sovellus kaatuu", AnswerClass::Yes, "mutta sovellus kaatuu"),
        (Language::Fi, "En. Mistä löydän asetukset?", AnswerClass::No, "Mistä löydän asetukset?"),
        (
            Language::En,
            "yes and then the screen went black",
            AnswerClass::Yes,
            "and then the screen went black",
        ),
        (Language::En, "No, my card was stolen", AnswerClass::No, "my card was stolen"),
    ];
    for (language, text, class, rest) in cases {
        let reading = read(language, text);
        assert_eq!((reading.class, reading.rest.as_deref()), (class, Some(rest)), "{text}");
    }
}

#[test]
fn elaborations_are_no_news() {
    let cases = [
        (Language::Sv, "nej, ska testa strax", AnswerClass::No),
        (Language::Sv, "ja, två gånger", AnswerClass::Yes),
        (Language::Sv, "ja det gjorde jag i morse", AnswerClass::Yes),
        (Language::Fi, "en, kokeilen kohta", AnswerClass::No),
        (Language::Fi, "joo, monta kertaa", AnswerClass::Yes),
        (Language::En, "yes, twice", AnswerClass::Yes),
        (Language::En, "no, not yet", AnswerClass::No),
    ];
    for (language, text, class) in cases {
        assert_eq!(
            read(language, text),
            AnswerReading { class, rest: None, ..read(language, text) }
        );
    }
}

#[test]
fn a_check_is_answered_by_what_happened() {
    let cases = [
        (Language::Sv, "yes, där dök den upp", AnswerClass::Solved),
        (Language::Sv, "det löste sig visst", AnswerClass::Solved),
        (Language::Sv, "nej, nu funkar det", AnswerClass::Solved),
        (Language::Sv, "fortfarande likadant", AnswerClass::Failing),
        (Language::Sv, "händer ingenting", AnswerClass::Failing),
        (Language::Sv, "ja men det hjälpte inte", AnswerClass::Failing),
        (Language::Sv, "startade om hela telefonen utan framgång", AnswerClass::Failing),
        (Language::Sv, "nej", AnswerClass::No),
        (Language::Fi, "joo, nyt toimii", AnswerClass::Solved),
        (Language::Fi, "ei auttanut", AnswerClass::Failing),
        (Language::Fi, "edelleen sama vika", AnswerClass::Failing),
        (Language::En, "yes it works now", AnswerClass::Solved),
        (Language::En, "still the same", AnswerClass::Failing),
        (Language::En, "tried that, no luck", AnswerClass::Failing),
    ];
    for (language, text, class) in cases {
        assert_eq!(check(language, text).class, class, "{text}");
    }
}

#[test]
fn commands_count_when_they_stand_alone() {
    let cases = [
        (Language::Sv, "va?", AnswerClass::Repeat),
        (Language::Sv, "kan du upprepa", AnswerClass::Repeat),
        (Language::Sv, "gå tillbaka", AnswerClass::Back),
        (Language::Sv, "börja om", AnswerClass::StartOver),
        (Language::Sv, "glöm det", AnswerClass::Cancel),
        (Language::Sv, "strunt i det", AnswerClass::Cancel),
        (Language::Sv, "detta är skit", AnswerClass::Frustrated),
        (Language::Sv, "jag glömde mitt lösenord", AnswerClass::None),
        (Language::Sv, "hur avbryter jag en betalning", AnswerClass::None),
        (Language::Fi, "aloita alusta", AnswerClass::StartOver),
        (Language::Fi, "unohda koko juttu", AnswerClass::Cancel),
        (Language::Fi, "tää on paskaa", AnswerClass::Frustrated),
        (Language::En, "never mind", AnswerClass::Cancel),
        (Language::En, "say that again", AnswerClass::Repeat),
        (Language::En, "go back please", AnswerClass::Back),
        (Language::En, "how do i cancel my card", AnswerClass::None),
    ];
    for (language, text, class) in cases {
        assert_eq!(read(language, text).class, class, "{text}");
    }
}

#[test]
fn form_does_not_matter() {
    let cases = [
        (Language::Sv, "JAAAA!!!", AnswerClass::Yes),
        (Language::Sv, "neeeej", AnswerClass::No),
        (Language::Sv, "👍🏽", AnswerClass::Yes),
        (Language::Sv, "ja 👍👍", AnswerClass::Yes),
        (Language::Sv, "👎", AnswerClass::No),
        (Language::Sv, "fortfarnade likadnat", AnswerClass::Failing),
        (Language::Sv, "de har ja int hunni", AnswerClass::No),
        (Language::Sv, "det lo\u{308}ste sig", AnswerClass::Solved),
        (Language::Sv, "ｎｅｊ", AnswerClass::No),
        (Language::Fi, "KYLLA", AnswerClass::Yes),
        (Language::Fi, "eiii oo", AnswerClass::No),
        (Language::Fi, "en tiiä", AnswerClass::Unsure),
        (Language::En, "Yep.", AnswerClass::Yes),
        (Language::En, "i havn't tried", AnswerClass::No),
        (Language::En, "no idea 🤷‍♀️", AnswerClass::Unsure),
    ];
    for (language, text, class) in cases {
        assert_eq!(read(language, text).class, class, "{text}");
    }
}

#[test]
fn a_finnish_answer_may_echo_the_verb() {
    let cases = [
        ("painaa", "painoin", AnswerClass::Yes),
        ("painaa", "en painanut", AnswerClass::No),
        ("painaa", "painettiin jo eilen", AnswerClass::Yes),
        ("painaa", "emme ole painaneet", AnswerClass::No),
        ("tarkistaa", "tarkastin eilen", AnswerClass::Yes),
        ("tarkistaa", "tarkistettu on", AnswerClass::Yes),
        ("päivittää", "päivitin juuri", AnswerClass::Yes),
        ("päivittää", "en oo päivittäny", AnswerClass::No),
        ("tehdä", "en mä tehny", AnswerClass::No),
        ("tehdä", "tehty on", AnswerClass::Yes),
        ("lähettää", "lähetinhän minä", AnswerClass::Yes),
        ("nähdä", "näin", AnswerClass::Yes),
        ("kytkeä", "kytkin", AnswerClass::Yes),
        ("kytkeä", "en kytkenyt", AnswerClass::No),
        ("sammuttaa", "sammutin", AnswerClass::Yes),
        ("hakea", "hain sen jo", AnswerClass::Yes),
        ("siirtää", "siirsin eilen", AnswerClass::Yes),
        ("tunnistautua", "en tunnistautunut", AnswerClass::No),
        ("ladata", "latasin uudestaan", AnswerClass::Yes),
    ];
    for (verb, text, class) in cases {
        let question = AskedQuestion { text: "", check: false, verb: Some(verb) };
        assert_eq!(model(Language::Fi).read(text, &question).class, class, "{verb}: {text}");
    }
    let question = AskedQuestion { text: "", check: false, verb: Some("painaa") };
    let asked = model(Language::Fi).read("mitä pitää painaa?", &question);
    assert_eq!(asked.class, AnswerClass::None);
}

#[test]
fn an_answer_may_echo_the_question() {
    let question = "Tryckte du på Skicka i e-tjänsten i samband med identifieringen?";
    let cases = [
        ("tryckte på skicka", AnswerClass::Yes),
        ("jag tryckte inte på skicka", AnswerClass::No),
        ("vad är e-tjänsten?", AnswerClass::Unsure),
        ("vad kostar e-tjänsten?", AnswerClass::None),
    ];
    for (text, class) in cases {
        let question = AskedQuestion { text: question, check: false, verb: None };
        assert_eq!(model(Language::Sv).read(text, &question).class, class, "{text}");
    }
}

#[test]
fn other_matters_of_the_content_can_be_taught() {
    let mut examples = examples(Language::Sv);
    let before = examples.classes[&AnswerClass::None].len();
    examples.add_other_matters(["jag fick en skattskuld på halsen", "Ja!", "nu funkar det"]);
    assert_eq!(examples.classes[&AnswerClass::None].len(), before + 1);
}

#[test]
fn two_trainings_are_equal() {
    let examples = examples(Language::Fi);
    let texts = ["joo tein", "en oo varma", "korttini katosi", "nyt se lähti käyntiin"];
    let (one, two) = (AnswerModel::train(&examples), AnswerModel::train(&examples));
    for text in texts {
        let question = AskedQuestion::default();
        let (first, second) = (one.read(text, &question), two.read(text, &question));
        assert_eq!(first.confidence.to_bits(), second.confidence.to_bits(), "{text}");
        assert_eq!(first, second);
    }
}

#[test]
fn no_examples_means_no_answers() {
    let empty =
        AnswerExamples { language: Language::Sv, classes: BTreeMap::new(), asked: Vec::new() };
    let reading = AnswerModel::train(&empty).read("ja", &AskedQuestion::default());
    assert_eq!(reading.class, AnswerClass::None);
}

#[test]
fn huge_and_odd_texts_are_read_at_once() {
    let words = "ja nej kanske fortfarande ".repeat(2_500);
    let letters = "å".repeat(32_000);
    let marks = "\u{301}?!,.".repeat(10_000);
    for text in [words.as_str(), &letters, &marks, "", "   ", "\u{200b}", "؟", "\0"] {
        assert!(read(Language::Sv, text).confidence.is_finite());
    }
    assert_eq!(read(Language::Sv, "😀🚀🌍").class, AnswerClass::None);
    assert_eq!(read(Language::Sv, "???").class, AnswerClass::Repeat);
}

fn choose(language: Language, text: &str) -> Option<usize> {
    let own = ["privat".to_owned(), "för mig själv".to_owned()];
    let firm = ["bolag".to_owned(), "vi är en förening".to_owned(), "yhdistys".to_owned()];
    let labels = match language {
        Language::Sv => ["Privatkund", "Företagskund", "En annan banks koder"],
        Language::Fi => ["Yksityisasiakas", "Yritysasiakas", "Toisen pankin tunnukset"],
        Language::En => ["Private customer", "Corporate customer", "Another bank's codes"],
    };
    let options = [
        ChoiceOption { value: "private", label: labels[0], also: &own },
        ChoiceOption { value: "company", label: labels[1], also: &firm },
        ChoiceOption { value: "other_bank", label: labels[2], also: &[] },
    ];
    read_choice(text, language, &options)
}

#[test]
fn choices_are_taken_from_free_text() {
    let cases = [
        (Language::Sv, "privatkund", Some(0)),
        (Language::Sv, "Privat!", Some(0)),
        (Language::Sv, "jag är en privatkudn", Some(0)),
        (Language::Sv, "det är för mig själv", Some(0)),
        (Language::Sv, "företag", Some(1)),
        (Language::Sv, "vi har ett företagskonto", Some(1)),
        (Language::Sv, "foretagskund", Some(1)),
        (Language::Sv, "den andra", Some(1)),
        (Language::Sv, "tvåan tack", Some(1)),
        (Language::Sv, "2", Some(1)),
        (Language::Sv, "nummer 1", Some(0)),
        (Language::Sv, "den sista", Some(2)),
        (Language::Sv, "inte företag utan privat", Some(0)),
        (Language::Sv, "nej, företagskund", Some(1)),
        (Language::Sv, "koder från annan bank", Some(2)),
        (Language::Sv, "4", None),
        (Language::Sv, "både privat och företag", None),
        (Language::Sv, "ja", None),
        (Language::Sv, "vad är en företagskund?", None),
        (Language::Sv, "vet inte", None),
        (Language::Sv, "", None),
        (Language::Fi, "yksityisasiakkaana", Some(0)),
        (Language::Fi, "yritys", Some(1)),
        (Language::Fi, "olemme yritysasiakas", Some(1)),
        (Language::Fi, "toinen", Some(1)),
        (Language::Fi, "se kolmas", Some(2)),
        (Language::Fi, "eka", Some(0)),
        (Language::Fi, "toisen pankin", Some(2)),
        (Language::En, "the first one", Some(0)),
        (Language::En, "private", Some(0)),
        (Language::En, "coporate", Some(1)),
        (Language::En, "the second option please", Some(1)),
        (Language::En, "company", Some(1)),
        (Language::En, "the last one", Some(2)),
        (Language::En, "3", Some(2)),
    ];
    for (language, text, expected) in cases {
        assert_eq!(choose(language, text), expected, "{text}");
    }
}

#[test]
fn the_only_option_left_is_taken() {
    let options = [
        ChoiceOption { value: "private", label: "Privatkund", also: &[] },
        ChoiceOption { value: "company", label: "Företagskund", also: &[] },
    ];
    assert_eq!(read_choice("inte företag", Language::Sv, &options), Some(0));
    assert_eq!(read_choice("varken privat eller företag", Language::Sv, &options), None);
    assert_eq!(read_choice("privat", Language::Sv, &[]), None);
}

proptest! {
    #[test]
    fn any_text_is_read(text in ".{0,80}", check in any::<bool>(), verb in "[a-zäö]{0,9}") {
        let question = AskedQuestion { text: &text, check, verb: Some(&verb) };
        for language in Language::ALL {
            let reading = model(language).read(&text, &question);
            prop_assert!((0.0..=1.0).contains(&reading.confidence));
            prop_assert!(reading.rest.is_none_or(|rest| text.contains(&rest)));
            let option = ChoiceOption { value: &verb, label: &text, also: &[] };
            prop_assert!(read_choice(&text, language, &[option, option]).is_none_or(|index| index < 2));
        }
    }
}

#[test]
fn what_an_answer_means_hangs_on_its_question() {
    let cases = [
        (Language::Sv, "borta", "Har du koderna kvar?", AnswerClass::No),
        (Language::Sv, "borta", "Är felmeddelandet borta?", AnswerClass::Yes),
        (Language::Sv, "nej, samma lur", "Du har väl inte skaffat ny telefon?", AnswerClass::No),
        (Language::Fi, "jäi kotiin", "Onko sinulla passi mukanasi?", AnswerClass::No),
        (Language::Fi, "en ole ikinä käyttänyt", "Onko tämä ensimmäinen kerta?", AnswerClass::Yes),
        (Language::En, "nothing yet", "Have you received our letter?", AnswerClass::No),
        (Language::En, "never used it", "Is this the first time you log in?", AnswerClass::Yes),
    ];
    for (language, text, question, class) in cases {
        let question = AskedQuestion { text: question, check: false, verb: None };
        assert_eq!(model(language).read(text, &question).class, class, "{text}");
    }
}

#[test]
fn words_that_nobody_knows_answer_nothing() {
    let question = AskedQuestion { text: "Har du koden?", check: false, verb: None };
    assert_eq!(model(Language::Sv).read("qwzx qwzx", &question).class, AnswerClass::None);
}

#[test]
fn what_was_asked_told_as_done_is_yes() {
    let told = [
        (
            Language::Sv,
            "Har du redan uppdaterat lösenordet till nätbanken?",
            "jag bytte lösenord igår",
        ),
        (
            Language::Sv,
            "Har du kontrollerat att ditt mobiltelefonnummer är rätt i våra kunduppgifter?",
            "vi är en förening, numret har vi kollat",
        ),
        (
            Language::En,
            "Have you already updated your netbank password?",
            "changed my password on monday",
        ),
        (
            Language::Fi,
            "Oletko jo päivittänyt verkkopankin salasanan?",
            "vaihdoin salasanan maanantaina",
        ),
    ];
    for (language, text, answer) in told {
        let question = AskedQuestion { text, check: false, verb: None };
        let reading = model(language).read(answer, &question);
        assert_eq!(reading.class, AnswerClass::Yes, "{answer}");
    }
    let others = [
        (
            Language::Sv,
            "Har du redan uppdaterat lösenordet till nätbanken?",
            "jag bytte telefon igår",
        ),
        (
            Language::Sv,
            "Har du redan uppdaterat lösenordet till nätbanken?",
            "hur bytte du lösenordet?",
        ),
        (
            Language::En,
            "Have you already updated your netbank password?",
            "my dog changed the carpet",
        ),
    ];
    for (language, text, other) in others {
        let question = AskedQuestion { text, check: false, verb: None };
        let reading = model(language).read(other, &question);
        assert_ne!(reading.class, AnswerClass::Yes, "{other}");
    }
}
