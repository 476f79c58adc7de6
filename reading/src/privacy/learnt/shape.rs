//! What a word looks like: how many digits, letters and signs, and in which order.

use crate::privacy::announced::Search;
use crate::privacy::learnt::clues::about;
use crate::privacy::learnt::clues::few;
use crate::privacy::learnt::clues::mix;

/// The look of a word, as numbers that mean nothing but "the same" and "another".
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) rough: u64,
    pub(super) exact: u64,
}

/// The rough shapes of numbers begin here, below are those of words.
const NUMBERS: u64 = 100;

/// So many changes between letters, digits and signs are told apart.
const CHANGES: usize = 8;

impl Shape {
    pub(super) fn of(search: &Search<'_>, at: usize) -> Self {
        let token = &search.tokens[at];
        let written = &search.flat.text[token.at.clone()];
        if token.is_number() {
            Self::of_number(&token.word, written)
        } else {
            Self::of_word(search, at)
        }
    }

    fn of_number(digits: &str, written: &str) -> Self {
        let value = digits.parse().unwrap_or(u64::MAX);
        let year = digits.len() == 4 && (1900..=2100).contains(&value);
        let joined = written.len() != digits.len();
        let rough = NUMBERS + few(digits.len()) * 4 + u64::from(year) * 2 + u64::from(joined);
        let round = digits.ends_with("00");
        let mut exact = mix(rough, u64::from(round) * 2 + u64::from(digits.starts_with('0')));
        if joined {
            let sign = written.bytes().find(|sign| !sign.is_ascii_digit());
            exact = mix(exact, u64::from(sign.unwrap_or(0)));
            let groups = written.split(|sign: char| !sign.is_ascii_digit());
            exact = groups.fold(exact, |exact, group| mix(exact, few(group.len())));
        }
        Self { rough, exact }
    }

    fn of_word(search: &Search<'_>, at: usize) -> Self {
        let token = &search.tokens[at];
        let mut changes: Vec<u8> = Vec::new();
        let (mut digits, mut letters) = (0, 0);
        for (offset, sign) in search.flat.text[token.at.clone()].char_indices() {
            let from = token.at.start + offset;
            let class = match sign {
                '0'..='9' => b'0',
                '-' | '\'' | ':' | '.' | '/' | ',' => sign as u8,
                _ if !sign.is_alphabetic() => b'!',
                _ if search.flat.begins_with_capital(&(from..token.at.end)) => b'A',
                _ => b'a',
            };
            digits += usize::from(class == b'0');
            letters += usize::from(class.is_ascii_alphabetic());
            if changes.last() != Some(&class) {
                changes.push(class);
            }
        }
        let quoted = u64::from(token.quoted);
        if digits == 0 {
            let plain = changes.iter().all(u8::is_ascii_alphabetic);
            let rough = match (changes.as_slice(), letters) {
                (b"a", ..=3) => 10,
                (b"a", _) => 12,
                (b"Aa", _) => 14,
                (b"A", _) => 16,
                _ if plain => 18,
                _ => 20,
            };
            return Self { rough: rough + quoted, exact: mix(rough + quoted, few(letters)) };
        }
        let rough = if letters > 0 { 30 } else { 32 } + quoted;
        let seen = changes.iter().take(CHANGES);
        let exact = seen.fold(rough, |exact, class| mix(exact, u64::from(*class)));
        Self { rough, exact: mix(exact, mix(about(digits), about(letters))) }
    }
}
