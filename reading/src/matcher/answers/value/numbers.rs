//! Numbers as people write them: "ca 20", "12 000", "3,5", "tjugofem", "kaksikymmentäviisi",
//! "twenty-five", "ett par".

use crate::language::Language;
use crate::matcher::answers::value::only;
use crate::matcher::answers::value::words;

/// How a part of a number word counts.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// Is added.
    Adds(u64),
    /// Multiplies what stands before, or stands for itself.
    Times(u64),
    /// Finnish "toista": ten more than the digit before.
    Teen,
}

use Part::Adds;
use Part::Teen;
use Part::Times;

/// Parts of number words; among those with one beginning the longest comes first.
type Parts = &'static [(&'static str, Part)];

const SV: Parts = &[
    ("trettio", Adds(30)),
    ("tretton", Adds(13)),
    ("fjorton", Adds(14)),
    ("femtio", Adds(50)),
    ("femton", Adds(15)),
    ("sextio", Adds(60)),
    ("sexton", Adds(16)),
    ("sjuttio", Adds(70)),
    ("sjutton", Adds(17)),
    ("arton", Adds(18)),
    ("attio", Adds(80)),
    ("nittio", Adds(90)),
    ("nitton", Adds(19)),
    ("fyrtio", Adds(40)),
    ("tjugo", Adds(20)),
    ("hundra", Times(100)),
    ("tusen", Times(1_000)),
    ("noll", Adds(0)),
    ("tva", Adds(2)),
    ("tre", Adds(3)),
    ("fyra", Adds(4)),
    ("fem", Adds(5)),
    ("sex", Adds(6)),
    ("sju", Adds(7)),
    ("atta", Adds(8)),
    ("nio", Adds(9)),
    ("tio", Adds(10)),
    ("elva", Adds(11)),
    ("tolv", Adds(12)),
    ("ett", Adds(1)),
    ("en", Adds(1)),
];
const FI: Parts = &[
    ("kymmenen", Times(10)),
    ("kymmenta", Times(10)),
    ("tuhatta", Times(1_000)),
    ("tuhat", Times(1_000)),
    ("sataa", Times(100)),
    ("sata", Times(100)),
    ("toista", Teen),
    ("nolla", Adds(0)),
    ("yksi", Adds(1)),
    ("kaksi", Adds(2)),
    ("kolme", Adds(3)),
    ("nelja", Adds(4)),
    ("viisi", Adds(5)),
    ("kuusi", Adds(6)),
    ("seitseman", Adds(7)),
    ("kahdeksan", Adds(8)),
    ("yhdeksan", Adds(9)),
];
const EN: Parts = &[
    ("thirteen", Adds(13)),
    ("fourteen", Adds(14)),
    ("fifteen", Adds(15)),
    ("sixteen", Adds(16)),
    ("seventeen", Adds(17)),
    ("eighteen", Adds(18)),
    ("nineteen", Adds(19)),
    ("twenty", Adds(20)),
    ("thirty", Adds(30)),
    ("forty", Adds(40)),
    ("fifty", Adds(50)),
    ("sixty", Adds(60)),
    ("seventy", Adds(70)),
    ("eighty", Adds(80)),
    ("ninety", Adds(90)),
    ("hundred", Times(100)),
    ("thousand", Times(1_000)),
    ("zero", Adds(0)),
    ("two", Adds(2)),
    ("three", Adds(3)),
    ("four", Adds(4)),
    ("five", Adds(5)),
    ("six", Adds(6)),
    ("seven", Adds(7)),
    ("eight", Adds(8)),
    ("nine", Adds(9)),
    ("ten", Adds(10)),
    ("eleven", Adds(11)),
    ("twelve", Adds(12)),
    ("one", Adds(1)),
];

/// Words that are articles or pronouns as often as numbers: they count in a short message only.
const LIGHT: [&str; 6] = ["en", "ett", "one", "a", "an", "yksi"];
/// So many words make a message short.
const SHORT: usize = 4;

/// The one number in a text.
pub(super) fn read(text: &str, language: Language) -> Option<f64> {
    let words = words(text);
    let short = words.len() <= SHORT;
    let mut found: Vec<f64> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some((number, next)) = digits(&words, at) {
            found.push(number);
            at = next;
        } else if let Some((number, next)) = spelt(&words, at, language, short) {
            found.push(number);
            at = next;
        } else {
            at += 1;
        }
    }
    only(found)
}

/// A number in digits, with blanks between the thousands.
fn digits(words: &[String], from: usize) -> Option<(f64, usize)> {
    let first = words[from].as_str();
    let unit = first.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
    let bare = first.strip_suffix(unit).unwrap_or(first).trim_end_matches(['.', ':', '-']);
    // "20kpl" is a number with its unit; "a20" and "12.3.2026" are none.
    if bare.is_empty() || !bare.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let mut joined = bare.to_owned();
    let mut next = from + 1;
    while unit.is_empty()
        && joined.bytes().all(|byte| byte.is_ascii_digit())
        && bare.len() <= 3
        && words
            .get(next)
            .is_some_and(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit()))
    {
        joined.push_str(&words[next]);
        next += 1;
    }
    let decimal = joined.replace(',', ".");
    let number = decimal.parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some((number, next))
}

/// A number in words, which may be several.
fn spelt(words: &[String], from: usize, language: Language, short: bool) -> Option<(f64, usize)> {
    if let Some((number, taken)) = idiom(&words[from], words.get(from + 1), language) {
        return Some((number, from + taken));
    }
    if LIGHT.contains(&words[from].as_str()) && !short {
        return None;
    }
    let mut sum = Sum::default();
    let mut next = from;
    while let Some(word) = words.get(next) {
        let and = ["och", "and"].contains(&word.as_str()) && next > from;
        if and && words.get(next + 1).is_some_and(|word| parts_of(word, language).is_some()) {
            next += 1;
            continue;
        }
        let Some(parts) = parts_of(word, language) else { break };
        for part in parts {
            sum.take(part);
        }
        next += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "number words stay far below 2 to the 52nd")]
    (next > from).then(|| (sum.value() as f64, next))
}

/// A number that is no number word, and how many words it takes.
fn idiom(word: &str, next: Option<&String>, language: Language) -> Option<(f64, usize)> {
    let next = next.map_or("", String::as_str);
    let number = match (language, word, next) {
        (Language::Sv, "ett", "par") | (Language::En, "a", "couple") => return Some((2.0, 2)),
        (Language::Fi, "pari", _) => 2.0,
        (Language::Fi, "puoli" | "puolikas", _) | (Language::Sv, "halv" | "halva", _) => 0.5,
        (Language::Sv, "dussin", _) | (Language::En, "dozen", _) | (Language::Fi, "tusina", _) => {
            12.0
        }
        (Language::Sv, "ingen" | "inga" | "inget", "") | (Language::En, "none", _) => 0.0,
        _ => return None,
    };
    Some((number, 1))
}

#[derive(Debug, Default)]
struct Sum {
    whole: u64,
    below_thousand: u64,
    below_hundred: u64,
}

impl Sum {
    fn take(&mut self, part: Part) {
        match part {
            Adds(number) => self.below_hundred = self.below_hundred.saturating_add(number),
            Teen => self.below_hundred = self.below_hundred.saturating_add(10),
            Times(1_000) => {
                let before = self.below_thousand.saturating_add(self.below_hundred).max(1);
                self.whole = self.whole.saturating_add(before.saturating_mul(1_000));
                self.below_thousand = 0;
                self.below_hundred = 0;
            }
            Times(100) => {
                let before = self.below_hundred.max(1);
                self.below_thousand = self.below_thousand.saturating_add(before * 100);
                self.below_hundred = 0;
            }
            // "kaksikymmentä" is two tens, "kymmenen" one.
            Times(number) => self.below_hundred = self.below_hundred.max(1).saturating_mul(number),
        }
    }

    fn value(&self) -> u64 {
        self.whole.saturating_add(self.below_thousand).saturating_add(self.below_hundred)
    }
}

/// The parts of a word that is made of nothing but numbers.
fn parts_of(word: &str, language: Language) -> Option<Vec<Part>> {
    let table = match language {
        Language::Sv => SV,
        Language::Fi => FI,
        Language::En => EN,
    };
    let mut left = word.trim_end_matches(['.', ':']);
    let mut parts = Vec::new();
    while !left.is_empty() {
        left = left.trim_start_matches('-');
        let (name, part) = table.iter().find(|(name, _)| left.starts_with(name))?;
        parts.push(*part);
        left = &left[name.len()..];
    }
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (language, text, number) in [
            (Language::Sv, "ca 20", Some(20.0)),
            (Language::Sv, "tjugofem stycken", Some(25.0)),
            (Language::Sv, "tvåhundrafemtio euro", Some(250.0)),
            (Language::Sv, "12 000", Some(12_000.0)),
            (Language::Sv, "det är ungefär 3,5 timmar", Some(3.5)),
            (Language::Sv, "ett par gånger", Some(2.0)),
            (Language::Sv, "kanske ett par gånger", Some(2.0)),
            (Language::Sv, "en", Some(1.0)),
            (Language::Sv, "jag har en fråga till om det", None),
            (Language::Sv, "20 eller 25", None),
            (Language::Sv, "vet inte", None),
            (Language::Fi, "noin kaksikymmentäviisi", Some(25.0)),
            (Language::Fi, "kaksitoista", Some(12.0)),
            (Language::Fi, "sata", Some(100.0)),
            (Language::Fi, "kolmesataa euroa", Some(300.0)),
            (Language::Fi, "pari kertaa", Some(2.0)),
            (Language::Fi, "20kpl", Some(20.0)),
            (Language::En, "about twenty-five", Some(25.0)),
            (Language::En, "two hundred and five", Some(205.0)),
            (Language::En, "three thousand", Some(3_000.0)),
            (Language::En, "a couple of times", Some(2.0)),
            (Language::En, "12.3.2026", None),
            (Language::En, "99999999999999999999999999", Some(1e26)),
        ] {
            assert_eq!(read(text, language), number, "{text}");
        }
    }

    #[test]
    fn a_thousand_thousands_do_not_overflow() {
        let many = "tusen ".repeat(400);
        assert!(read(&many, Language::Sv).is_some());
    }
}
