//! Finds the value that a customer gives in answer to a question: a number, a date, a phone
//! number, an e-mail address, a reference, or their own words.
//!
//! **Invariants:** the same text on the same day gives the same value; no more than the first
//! `READ_CHARS` characters are looked at, save for kind text; a text with two different values
//! has none; what the privacy rules have covered is never a value.

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::language::Language;
use crate::privacy::COVER;

mod dates;
mod numbers;

/// A value stands early, or it is no answer but a letter.
const READ_CHARS: usize = 1_000;
/// In a message of so many words a value is the answer, whatever else it may look like.
const SHORT: usize = 6;
/// The country of phone numbers that name none.
const HOME_PREFIX: &str = "+358";

/// What kind of value a question wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// The customer's own words.
    Text,
    /// A number, in digits or words.
    Number,
    /// A day.
    Date,
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Something of a given pattern: an order number, a case number.
    Reference,
}

impl ValueKind {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Number, Self::Date, Self::Phone, Self::Email, Self::Reference];

    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Reference => "reference",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The kind.
    pub kind: ValueKind,
    /// What a reference looks like.
    pub pattern: Option<&'a Regex>,
    /// The day on which the customer writes.
    pub today: Date,
}

/// A value that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundValue {
    /// A number as a number; a day as `2026-03-12`; a phone number as `+358401234567`; all
    /// others as text.
    pub value: Value,
    /// Whether the message is hardly more than the value.
    pub alone: bool,
}

/// The value in a message, if there is exactly one.
#[must_use]
pub fn read_value(text: &str, language: Language, wanted: &Wanted<'_>) -> Option<FoundValue> {
    let text = text.trim();
    if text.is_empty() || text.contains(COVER) {
        return None;
    }
    if wanted.kind == ValueKind::Text {
        return Some(FoundValue { value: Value::String(text.to_owned()), alone: true });
    }
    let end = text.char_indices().nth(READ_CHARS).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let value = match wanted.kind {
        ValueKind::Text => None,
        ValueKind::Number => numbers::read(text, language).map(number),
        ValueKind::Date => {
            dates::read(text, language, wanted.today).map(|day| Value::String(day.to_string()))
        }
        ValueKind::Phone => phone(text).map(Value::String),
        ValueKind::Email => email(text).map(Value::String),
        ValueKind::Reference => reference(text, wanted.pattern?).map(Value::String),
    }?;
    Some(FoundValue { value, alone: text.split_whitespace().count() <= SHORT })
}

/// Whole numbers stay whole, so that a text shows "20" and not "20.0".
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers in range are cast")]
fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9.0e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// The words of a text: lower case, å ä ö folded, punctuation gone but what holds a number or a
/// date together.
fn words(text: &str) -> Vec<String> {
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    let plain: String = plain.flat_map(char::to_lowercase).collect();
    plain
        .split(|letter: char| !letter.is_alphanumeric() && !".,:/-".contains(letter))
        .map(|word| word.trim_matches([',', ':', '/', '-']).trim_start_matches('.').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The only element, all equal ones counting as one.
fn only<T: PartialEq>(found: impl IntoIterator<Item = T>) -> Option<T> {
    let mut found = found.into_iter();
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn phone(text: &str) -> Option<String> {
    static PHONE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:\+|\b)[0-9](?:[ \-./()\u{a0}]{0,2}[0-9]){5,16}").expect("it is constant")
    });
    only(PHONE.find_iter(text).filter_map(|found| {
        let written = found.as_str();
        // "+358 (0)40 …": the nought in brackets is not dialled from abroad.
        let written = if written.starts_with(['+', '0']) && written.contains("(0)") {
            written.replacen("(0)", "", 1)
        } else {
            written.to_owned()
        };
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let whole = if written.starts_with('+') {
            format!("+{digits}")
        } else if let Some(rest) = digits.strip_prefix("00") {
            format!("+{rest}")
        } else if let Some(rest) = digits.strip_prefix('0') {
            format!("{HOME_PREFIX}{rest}")
        } else if digits.starts_with("358") && digits.len() >= 10 {
            format!("+{digits}")
        } else {
            return None;
        };
        // 15 digits are the most that any number in the world has.
        (8..=16).contains(&whole.len()).then_some(whole)
    }))
}

fn email(text: &str) -> Option<String> {
    static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)*\.\p{L}{2,24}")
            .expect("it is constant")
    });
    static SPELT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*(?:\(at\)|\[at\]|\(a\)|\s(?:snabel-?a|miukumauku|ät|at)\s)\s*")
            .expect("it is constant")
    });
    let found = |text: &str| {
        only(EMAIL.find_iter(text).map(|found| {
            let (name, host) = found.as_str().rsplit_once('@').unwrap_or_default();
            format!("{name}@{}", host.to_lowercase())
        }))
    };
    if text.contains('@') { found(text) } else { found(&SPELT.replace_all(text, "@")) }
}

/// People write references in small letters and with blanks.
fn reference(text: &str, pattern: &Regex) -> Option<String> {
    let large = text.to_uppercase();
    let joined: String =
        large.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    [text, &large, &joined]
        .into_iter()
        .find_map(|text| only(pattern.find_iter(text).map(|found| found.as_str().to_owned())))
        .filter(|found| !found.is_empty())
}

#[cfg(test)]
mod tests;
