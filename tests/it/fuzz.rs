//! Whatever a customer may type, through everything that reads it.
//!
//! A run of the gate takes some thousand messages; `SKICKA_FUZZ=10000000 cargo test --release
//! --test it fuzz` takes ten million. So long a run reads each message in one language, in turn, and
//! covers secrets and reads answers in every sixteenth only: those two cost most.

use std::num::NonZero;
use std::thread;

use skicka::language::Language;
use skicka::language::identify::identify;
use skicka::matcher::Context;
use skicka::matcher::answers::AskedQuestion;
use skicka::matcher::evaluation::noise::Random;
use skicka::matcher::evaluation::noise::with_typos;
use skicka::matcher::explain::Explanation;
use skicka::privacy::mask;

use crate::bank;

mod seeded;
mod targets;

/// Words as customers use them, in three languages and none.
const WORDS: &[&str] = &[
    "jag",
    "får",
    "inget",
    "sms",
    "bekräftelsekoden",
    "tunnistuspyyntö",
    "ei",
    "tule",
    "koodi",
    "the",
    "code",
    "app",
    "won't",
    "open",
    "lösenord",
    "salasana",
    "nyckeltalskortet",
    "int",
    "öppnas",
    "käyttäjätunnus",
    "ja",
    "nej",
    "kyllä",
    "yes",
    "no",
    "1234",
    "4111 1111 1111 1111",
    "030201-A123",
    "FI21 1234 5600 0007 85",
    "помощь",
    "助けて",
    "مساعدة",
    "👍",
    "👩‍👩‍👧",
    "ﬁ",
    "ＡＢＣ",
    "e\u{301}",
    "\u{200b}",
    "\u{feff}",
    "\u{202e}",
    "ß",
    "İ",
    "ǅ",
    "a\u{300}\u{301}\u{302}\u{303}",
];

/// Signs that take part in no word, or in odd ones.
const SIGNS: &[char] =
    &[' ', ' ', ' ', '-', '.', ',', '?', '!', '\'', '’', '\n', '\t', '+', '^', '@', '/', '\u{0}'];

/// One message: words with slips, single letters from all of Unicode, signs, repetitions.
fn message(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(14) {
        match random.below(8) {
            0 => {
                let code = u32::try_from(random.below(0x11_0000)).unwrap_or(0);
                text.extend(char::from_u32(code));
            }
            1 => text.extend(std::iter::repeat_n('a', random.below(40))),
            2 => {
                let word = WORDS[random.below(WORDS.len())];
                let typos = random.below(4);
                text.push_str(&with_typos(word, typos, random));
            }
            3 => {
                let word = WORDS[random.below(WORDS.len())];
                text.push_str(&word.repeat(1 + random.below(3)));
            }
            _ => text.push_str(WORDS[random.below(WORDS.len())]),
        }
        text.push(SIGNS[random.below(SIGNS.len())]);
    }
    text
}

/// Messages of a run of the gate, each through everything.
const FEW: usize = 6_000;
/// In a longer run every so manieth goes through masking and the reading of answers.
const EVERY: usize = 16;

fn count() -> usize {
    std::env::var("SKICKA_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(FEW)
}

/// Calls `check` with so many messages and their numbers, on all cores.
fn with_messages(messages: usize, check: impl Fn(usize, &str) + Sync) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for core in 0..cores {
            let check = &check;
            scope.spawn(move || {
                let mut random = Random::new(0x5eed + core as u64);
                for number in 0..messages.div_ceil(cores) {
                    check(number, &message(&mut random));
                }
            });
        }
    });
}

#[test]
fn whatever_is_typed_is_read_without_a_fault() {
    let content = bank::content();
    let few = count() <= FEW;
    with_messages(count(), |number, text| {
        let thorough = few || number % EVERY == 0;
        let read = if thorough { mask(text).text } else { text.into() };
        if let Some(verdict) = identify(&read) {
            assert!((0.0..=1.0).contains(&verdict.confidence), "{text:?}");
        }
        let one = number % Language::ALL.len();
        let languages = if few { &Language::ALL[..] } else { &Language::ALL[one..=one] };
        for &language in languages {
            let ranking = content.matcher(language).rank(&read, &Context::default());
            assert!((0.0..=1.0).contains(&ranking.out_of_scope), "{text:?}");
            for candidate in &ranking.candidates {
                assert!(candidate.score.is_finite(), "{text:?}");
                assert!((0.0..=1.0).contains(&candidate.confidence), "{text:?}");
            }
            if !thorough {
                continue;
            }
            let question =
                AskedQuestion { text: "Tryckte du på Skicka?", check: false, verb: None };
            let answer = content.answers(language).read(&read, &question);
            assert!((0.0..=1.0).contains(&answer.confidence), "{text:?}");
        }
    });
}

#[test]
fn the_parts_of_an_explanation_add_up_for_whatever_is_typed() {
    let content = bank::content();
    let sound = |explanation: &Explanation, text: &str| {
        for account in &explanation.candidates {
            let size: f32 = account.words.iter().map(|word| word.weight.abs()).sum();
            let gap = (account.sum() - account.score).abs();
            assert!(gap <= 1e-4 * (1.0 + size), "{text:?}: {gap}");
        }
    };
    with_messages(1_000, |_, text| {
        for language in Language::ALL {
            let matcher = content.matcher(language);
            sound(&matcher.explain(text, &Context::default(), None), text);
        }
    });
}

#[test]
fn very_long_messages_are_read_to_a_bound() {
    let content = bank::content();
    for piece in ["lösenordett ", "x", "🙂", "\u{301}", "pankkitunnuksellani", "а", "1 ", " "] {
        let text = piece.repeat(10_000 / piece.len());
        let longer = text.repeat(2);
        for language in Language::ALL {
            let matcher = content.matcher(language);
            let ranking = matcher.rank(&text, &Context::default());
            assert!(ranking.candidates.iter().all(|candidate| candidate.score.is_finite()));
            // What stands behind the bound changes nothing: so it costs nothing either.
            assert_eq!(ranking, matcher.rank(&longer, &Context::default()), "{piece:?}");
        }
    }
}
