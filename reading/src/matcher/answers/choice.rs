//! Takes one of the offered choices from free text.
//!
//! In this order: the whole text of a value, label or other word; a number or an ordinal that
//! stands alone; words of the message that fit one option better than the others. A word after a
//! negation speaks against its option.

use crate::language::Language;
use crate::matcher::answers::ChoiceOption;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;

/// Words of three letters or more in labels that name nothing, in the three languages.
const HOLDS_TOGETHER: [&str; 28] = [
    "och", "min", "mitt", "mina", "med", "som", "att", "ett", "har", "jag", "inte", "till", "the",
    "and", "with", "for", "have", "dont", "not", "from", "that", "tai", "minun", "kun", "etta",
    "olen", "sen", "own",
];

/// How many words a negation reaches.
const NEGATION_REACH: usize = 2;

/// Words that carry a refusal on to the next option.
const OR: [&str; 6] = ["eller", "or", "nor", "tai", "eika", "enka"];

/// A word must fit an option by so much better than the next option to count for it.
const CLEARLY: f32 = 0.05;

pub(super) fn read(text: &str, language: Language, options: &[ChoiceOption<'_>]) -> Option<usize> {
    let message = Message::parse(text);
    let words: Vec<&str> = message.tokens.iter().map(|token| token.word.as_str()).collect();
    if words.is_empty() || options.is_empty() {
        return None;
    }
    let number = number_in(text);
    let phrases: Vec<Vec<Phrase>> = options.iter().map(phrases).collect();
    if let Some(whole) = whole_text(&words, number, &phrases) {
        return Some(whole);
    }
    if let Some(index) = ordinal(&words, number, language, options.len()) {
        return Some(index);
    }
    let begins = message.word(0).is_some_and(|word| cues::is(language, word, Cue::Question));
    if message.asks && begins {
        return None;
    }
    vote(&message, language, &phrases)
}

/// One way to name an option.
struct Phrase {
    words: Vec<String>,
    number: Option<usize>,
    /// Whether a part of it is enough.
    divisible: bool,
}

fn phrases(option: &ChoiceOption<'_>) -> Vec<Phrase> {
    let named = [(option.value, true), (option.label, true)];
    let also = option.also.iter().map(|also| (also.as_str(), false));
    named
        .into_iter()
        .chain(also)
        .map(|(text, divisible)| Phrase {
            words: Message::parse(text).tokens.into_iter().map(|token| token.word).collect(),
            number: number_in(text),
            divisible,
        })
        .filter(|phrase| !phrase.words.is_empty())
        .collect()
}

fn whole_text(words: &[&str], number: Option<usize>, phrases: &[Vec<Phrase>]) -> Option<usize> {
    only(
        phrases
            .iter()
            .map(|all| all.iter().any(|phrase| phrase.words == words && phrase.number == number)),
    )
}

/// The index of the only `true`.
fn only(flags: impl Iterator<Item = bool>) -> Option<usize> {
    let mut found = flags.enumerate().filter(|(_, flag)| *flag).map(|(index, _)| index);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The only number in the text, of at most three digits.
fn number_in(text: &str) -> Option<usize> {
    let mut number: Option<usize> = None;
    let mut open = false;
    for letter in text.chars().take(200) {
        let digit = match letter {
            '０'..='９' => Some(letter as usize - '０' as usize),
            _ => letter.to_digit(10).map(|digit| digit as usize),
        };
        match (digit, number) {
            (Some(digit), None) => number = Some(digit),
            (Some(digit), Some(before)) if open && before < 100 => {
                number = Some(before * 10 + digit);
            }
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
        open = digit.is_some();
    }
    number
}

/// Numbers that stand for a place in the list, and their words.
type Ordinals = &'static [(Place, &'static [&'static str])];

#[derive(Clone, Copy)]
enum Place {
    At(usize),
    Last,
}

const SV: Ordinals = &[
    (Place::At(1), &["forsta", "ettan", "ett", "etta", "oversta", "forra", "forstnamnda"]),
    (Place::At(2), &["andra", "tvaan", "tva", "tvan"]),
    (Place::At(3), &["tredje", "trean", "tre"]),
    (Place::At(4), &["fjarde", "fyran", "fyra"]),
    (Place::At(5), &["femte", "femman", "fem"]),
    (Place::At(6), &["sjatte", "sexan", "sex"]),
    (Place::Last, &["sista", "nedersta", "understa", "senare", "sistnamnda"]),
];
const FI: Ordinals = &[
    (
        Place::At(1),
        &[
            "ensimmainen",
            "ensimmaisen",
            "ensimmaista",
            "eka",
            "ekan",
            "ykkonen",
            "yksi",
            "ykkosen",
            "ylin",
            "edellinen",
        ],
    ),
    (
        Place::At(2),
        &["toinen", "toisen", "toista", "toka", "tokan", "kakkonen", "kakkosen", "kaksi"],
    ),
    (Place::At(3), &["kolmas", "kolmannen", "kolmatta", "kolmonen", "kolmosen", "kolme"]),
    (Place::At(4), &["neljas", "neljannen", "nelonen", "nelosen", "nelja"]),
    (Place::At(5), &["viides", "viidennen", "vitonen", "viitonen", "viisi"]),
    (Place::At(6), &["kuudes", "kuudennen", "kutonen", "kuusi"]),
    (
        Place::Last,
        &["viimeinen", "viimeisen", "vika", "vikan", "alin", "jalkimmainen", "jalkimmaisen"],
    ),
];
const EN: Ordinals = &[
    (Place::At(1), &["first", "former", "top", "0st"]),
    (Place::At(2), &["second", "two", "0nd"]),
    (Place::At(3), &["third", "three", "0rd"]),
    (Place::At(4), &["fourth", "four", "0th"]),
    (Place::At(5), &["fifth", "five"]),
    (Place::At(6), &["sixth", "six"]),
    (Place::Last, &["last", "latter", "bottom"]),
];

fn filler(language: Language, word: &str) -> bool {
    let words: &[&str] = match language {
        Language::Sv => &[
            "den",
            "det",
            "nummer",
            "nr",
            "alternativ",
            "alternativet",
            "val",
            "valet",
            "jag",
            "tar",
            "valjer",
            "tack",
            "ja",
            "knappen",
            "blir",
            "nog",
            "ar",
            "vill",
            "ha",
            "a",
            "an",
            "namnda",
            "tror",
        ],
        Language::Fi => &[
            "se",
            "sen",
            "sita",
            "numero",
            "nro",
            "vaihtoehto",
            "vaihtoehdon",
            "otan",
            "valitsen",
            "kiitos",
            "tuo",
            "joo",
            "kylla",
            "on",
            "valinta",
            "haluan",
            "nappi",
        ],
        Language::En => &[
            "the",
            "one",
            "number",
            "no",
            "nr",
            "option",
            "choice",
            "alternative",
            "i",
            "take",
            "choose",
            "pick",
            "please",
            "that",
            "a",
            "ill",
            "go",
            "with",
            "its",
            "yes",
            "want",
            "button",
            "id",
            "say",
        ],
    };
    words.contains(&word)
}

fn ordinal(
    words: &[&str],
    number: Option<usize>,
    language: Language,
    count: usize,
) -> Option<usize> {
    let table = match language {
        Language::Sv => SV,
        Language::Fi => FI,
        Language::En => EN,
    };
    let left: Vec<&str> = words.iter().copied().filter(|word| !filler(language, word)).collect();
    let place = match left.as_slice() {
        [] if language == Language::En && words.contains(&"one") => Some(1),
        [single] if single.starts_with('0') && single.len() <= 4 => number,
        [single] => {
            table.iter().find(|(_, names)| names.contains(single)).map(|(place, _)| match place {
                Place::At(place) => *place,
                Place::Last => count,
            })
        }
        _ => None,
    }?;
    (1..=count).contains(&place).then(|| place - 1)
}

fn vote(message: &Message, language: Language, phrases: &[Vec<Phrase>]) -> Option<usize> {
    let mut votes = vec![0.0_f32; phrases.len()];
    let mut refused = vec![false; phrases.len()];
    let mut negated = 0;
    for (at, token) in message.tokens.iter().enumerate() {
        if token.breaks {
            negated = 0;
        }
        let fits: Vec<f32> = phrases.iter().map(|all| best_fit(all, message, at)).collect();
        if let Some(winner) = clear_winner(&fits) {
            if negated > 0 {
                refused[winner] = true;
            } else {
                votes[winner] += fits[winner];
            }
        }
        // "inte A utan B" takes B; "varken A eller B" refuses both.
        let turns = token.word == "utan" && refused.contains(&true);
        let goes_on = refused.contains(&true) && OR.contains(&token.word.as_str());
        negated = if turns {
            0
        } else if goes_on || cues::is(language, &token.word, Cue::Negation) {
            NEGATION_REACH
        } else {
            negated.saturating_sub(1)
        };
    }
    let taken = votes.iter().zip(&refused).map(|(&weight, &refused)| weight > 0.0 && !refused);
    only(taken).or_else(|| {
        let untouched = votes.iter().all(|&vote| vote == 0.0) && refused.contains(&true);
        untouched.then(|| only(refused.iter().map(|refused| !refused))).flatten()
    })
}

/// How well the words at `at` fit one of the phrases, 0 to 1.
fn best_fit(phrases: &[Phrase], message: &Message, at: usize) -> f32 {
    let mut best: f32 = 0.0;
    for phrase in phrases {
        let found = if phrase.divisible || phrase.words.len() == 1 {
            let word = message.tokens[at].word.as_str();
            let parts = phrase.words.iter().filter(|part| !HOLDS_TOGETHER.contains(&part.as_str()));
            parts.map(|part| alike(word, part)).fold(0.0, f32::max)
        } else {
            whole_phrase(phrase, message, at)
        };
        best = best.max(found);
    }
    best
}

fn whole_phrase(phrase: &Phrase, message: &Message, at: usize) -> f32 {
    if message.tokens.len() - at < phrase.words.len() {
        return 0.0;
    }
    let pairs = phrase.words.iter().zip(&message.tokens[at..]);
    pairs
        .map(|(part, token)| if *part == token.word { 1.0 } else { alike(&token.word, part) })
        .fold(1.0, f32::min)
}

fn clear_winner(fits: &[f32]) -> Option<usize> {
    let best = fits.iter().copied().fold(0.0, f32::max);
    if best <= 0.0 {
        return None;
    }
    only(fits.iter().map(|&fit| fit > best - CLEARLY))
}

/// How much a word of the message is a word of an option: the same, mistyped, or with another
/// ending or a part of a compound.
fn alike(word: &str, part: &str) -> f32 {
    let (length, other) = (word.chars().count(), part.chars().count());
    if word.starts_with('0') || part.starts_with('0') || length < 3 || other < 3 {
        return 0.0;
    }
    if word == part {
        return 1.0;
    }
    if length < 4 || other < 4 {
        return 0.0;
    }
    let allowed = if length.min(other) >= 8 { 2 } else { 1 };
    if length.abs_diff(other) <= allowed && strsim::osa_distance(word, part) <= allowed {
        return 0.9;
    }
    let shared = word.chars().zip(part.chars()).take_while(|(one, two)| one == two).count();
    let shorter = length.min(other);
    if shared >= 4 && shared * 10 >= shorter * 7 {
        return 0.8;
    }
    0.0
}
