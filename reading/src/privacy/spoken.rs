//! Digits that are written as words: "fyra sju sex tre", "neljä yhdeksän", "forty-seven eleven".

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

/// So many in a row are a number that is spelled; fewer stand in every other sentence.
const IN_A_ROW: usize = 3;

/// At most so many signs stand between two of them.
const MAX_GAP: usize = 3;

/// The longest word that is looked at, in bytes: sixteen digits glued together.
const LONGEST: usize = 200;

/// A word and the digits that it stands for.
pub(super) struct Spoken {
    pub(super) at: Range<usize>,
    pub(super) digits: Vec<char>,
}

/// Words for digits; for a tenth word of ten, the digit of its tens.
const DIGITS: &[(&str, u8)] = &[
    ("noll", 0),
    ("nolla", 0),
    ("nol", 0),
    ("zero", 0),
    ("oh", 0),
    ("ett", 1),
    ("yksi", 1),
    ("yks", 1),
    ("one", 1),
    ("tva", 2),
    ("kaksi", 2),
    ("kaks", 2),
    ("two", 2),
    ("tre", 3),
    ("kolme", 3),
    ("kol", 3),
    ("three", 3),
    ("fyra", 4),
    ("fyr", 4),
    ("nelja", 4),
    ("nel", 4),
    ("four", 4),
    ("fem", 5),
    ("viisi", 5),
    ("viis", 5),
    ("five", 5),
    ("sex", 6),
    ("kuusi", 6),
    ("kuus", 6),
    ("six", 6),
    ("sju", 7),
    ("seitseman", 7),
    ("seittaman", 7),
    ("seittema", 7),
    ("seven", 7),
    ("atta", 8),
    ("kahdeksan", 8),
    ("kaheksan", 8),
    ("kasi", 8),
    ("eight", 8),
    ("nio", 9),
    ("nie", 9),
    ("yhdeksan", 9),
    ("yheksan", 9),
    ("nine", 9),
    ("nollan", 0),
    ("ettan", 1),
    ("ykkonen", 1),
    ("tvaan", 2),
    ("kakkonen", 2),
    ("trean", 3),
    ("kolmonen", 3),
    ("fyran", 4),
    ("nelonen", 4),
    ("femman", 5),
    ("vitonen", 5),
    ("sexan", 6),
    ("kutonen", 6),
    ("sjuan", 7),
    ("seiska", 7),
    ("attan", 8),
    ("nian", 9),
    ("ysi", 9),
];

/// Words for tens.
const TENS: &[(&str, u8)] = &[
    ("tjugo", 2),
    ("twenty", 2),
    ("kaksikymmenta", 2),
    ("trettio", 3),
    ("thirty", 3),
    ("kolmekymmenta", 3),
    ("fyrtio", 4),
    ("forty", 4),
    ("neljakymmenta", 4),
    ("femtio", 5),
    ("fifty", 5),
    ("viisikymmenta", 5),
    ("sextio", 6),
    ("sixty", 6),
    ("kuusikymmenta", 6),
    ("sjuttio", 7),
    ("seventy", 7),
    ("seitsemankymmenta", 7),
    ("attio", 8),
    ("eighty", 8),
    ("kahdeksankymmenta", 8),
    ("nittio", 9),
    ("ninety", 9),
    ("yhdeksankymmenta", 9),
];

/// Words for the numbers from ten to nineteen.
const TEENS: &[(&str, u8)] = &[
    ("tio", 0),
    ("ten", 0),
    ("kymmenen", 0),
    ("elva", 1),
    ("eleven", 1),
    ("yksitoista", 1),
    ("tolv", 2),
    ("twelve", 2),
    ("kaksitoista", 2),
    ("tretton", 3),
    ("thirteen", 3),
    ("kolmetoista", 3),
    ("fjorton", 4),
    ("fourteen", 4),
    ("neljatoista", 4),
    ("femton", 5),
    ("fifteen", 5),
    ("viisitoista", 5),
    ("sexton", 6),
    ("sixteen", 6),
    ("kuusitoista", 6),
    ("sjutton", 7),
    ("seventeen", 7),
    ("seitsemantoista", 7),
    ("arton", 8),
    ("eighteen", 8),
    ("kahdeksantoista", 8),
    ("nitton", 9),
    ("nineteen", 9),
    ("yhdeksantoista", 9),
];

/// What one word says.
#[derive(Debug, Clone, Copy)]
enum Part {
    Digit(u8),
    Tens(u8),
    Teen(u8),
}

/// All of them by their first letters, the longest first: most words of a text begin like few.
static BY_LETTER: LazyLock<[Vec<(&str, Part)>; 26]> = LazyLock::new(|| {
    let digits = DIGITS.iter().map(|(word, digit)| (*word, Part::Digit(*digit)));
    let tens = TENS.iter().map(|(word, digit)| (*word, Part::Tens(*digit)));
    let teens = TEENS.iter().map(|(word, digit)| (*word, Part::Teen(*digit)));
    let mut letters = [const { Vec::new() }; 26];
    for (word, part) in digits.chain(tens).chain(teens) {
        letters[usize::from(word.as_bytes()[0] - b'a')].push((word, part));
    }
    for words in &mut letters {
        words.sort_by_key(|(word, _)| Reverse(word.len()));
    }
    letters
});

/// All words for digits that stand in rows long enough, in order.
pub(super) fn runs(text: &str) -> Vec<Spoken> {
    let mut all = Vec::new();
    let mut row: Vec<Word> = Vec::new();
    for word in words(text) {
        let joins = row.last().is_some_and(|last| {
            let gap = &text[last.at.end..word.at.start];
            gap.len() <= MAX_GAP && gap.bytes().all(|sign| b" ,.;-/\n".contains(&sign))
        });
        if !joins {
            take(&mut row, &mut all);
        }
        if !word.parts.is_empty() || word.figures && joins {
            row.push(word);
        } else {
            take(&mut row, &mut all);
        }
    }
    take(&mut row, &mut all);
    all
}

/// A word of the text as what it says; figures say themselves.
struct Word {
    at: Range<usize>,
    parts: Vec<Part>,
    figures: bool,
}

fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|sign: char| sign.is_ascii_alphanumeric())?;
        let rest = &text[start..];
        let end =
            rest.find(|sign: char| !sign.is_alphanumeric()).map_or(text.len(), |it| start + it);
        at = end;
        let word = &text[start..end];
        let figures = word.bytes().all(|sign| sign.is_ascii_digit());
        let parts = if figures || word.len() > LONGEST { Vec::new() } else { parts(word) };
        Some(Word { at: start..end, parts, figures })
    })
}

/// What a word is made of; nothing when anything else stands in it.
fn parts(word: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let first = rest.as_bytes()[0].wrapping_sub(b'a');
        let numbers = BY_LETTER.get(usize::from(first)).map_or(&[][..], Vec::as_slice);
        let Some((word, part)) = numbers.iter().find(|(word, _)| rest.starts_with(word)) else {
            return Vec::new();
        };
        parts.push(*part);
        rest = &rest[word.len()..];
    }
    parts
}

/// Takes a row into `all` when it is long enough.
fn take(row: &mut Vec<Word>, all: &mut Vec<Spoken>) {
    let spoken: usize = row.iter().map(|word| word.parts.len()).sum();
    let tens = row.iter().flat_map(|word| &word.parts).any(|part| !matches!(part, Part::Digit(_)));
    if spoken >= IN_A_ROW || spoken == 2 && tens {
        let next = |at: usize| row.get(at + 1).and_then(|word| word.parts.first());
        for (at, word) in row.iter().enumerate() {
            let mut digits = Vec::new();
            for (place, part) in word.parts.iter().enumerate() {
                let follower = word.parts.get(place + 1).or_else(|| next(at));
                match part {
                    Part::Digit(digit) => digits.push(*digit),
                    Part::Teen(digit) => digits.extend([1, *digit]),
                    Part::Tens(tens) if matches!(follower, Some(Part::Digit(1..))) => {
                        digits.push(*tens);
                    }
                    Part::Tens(tens) => digits.extend([*tens, 0]),
                }
            }
            let digits = digits.into_iter().map(|digit| char::from(b'0' + digit)).collect();
            if !word.parts.is_empty() {
                all.push(Spoken { at: word.at.clone(), digits });
            }
        }
    }
    row.clear();
}
