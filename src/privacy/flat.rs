//! A text made plain for searching, with the way back to the original.

use std::ops::Range;

use unicode_normalization::char::decompose_compatible;
use unicode_normalization::char::is_combining_mark;

/// A text in small letters without diacritics, full-width forms, odd digits, dashes, blanks and
/// quotation marks, and without invisible characters.
pub(super) struct Flat {
    /// The plain text.
    pub(super) text: String,
    /// For each byte of the plain text, the original bytes that it comes from.
    origins: Vec<Origin>,
}

#[derive(Clone, Copy)]
struct Origin {
    start: u32,
    end: u32,
    upper: bool,
}

impl Flat {
    pub(super) fn of(text: &str) -> Self {
        let mut flat = Self {
            text: String::with_capacity(text.len()),
            origins: Vec::with_capacity(text.len()),
        };
        for (start, letter) in text.char_indices() {
            if letter.is_ascii() {
                flat.push(letter.to_ascii_lowercase(), start, letter);
            } else {
                decompose_compatible(letter, |part| {
                    if let Some(plain) = plain(part) {
                        for lower in plain.to_lowercase() {
                            flat.push(lower, start, letter);
                        }
                    }
                });
            }
        }
        flat
    }

    fn push(&mut self, plain: char, start: usize, letter: char) {
        let end = start + letter.len_utf8();
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let origin = Origin { start: place(start), end: place(end), upper: letter.is_uppercase() };
        self.text.push(plain);
        self.origins.resize(self.text.len(), origin);
    }

    /// The part of the original text that `at` comes from.
    pub(super) fn original(&self, at: &Range<usize>) -> Range<usize> {
        let start = self.origins[at.start].start as usize;
        let end = self.origins[at.end - 1].end as usize;
        start..end
    }

    /// Whether a capital stands after a small letter in `at`, as in "hemLig".
    pub(super) fn is_mixed_case(&self, at: &Range<usize>) -> bool {
        let letters = self.text[at.clone()].char_indices();
        let mut small = false;
        for (offset, letter) in letters {
            let upper = self.origins[at.start + offset].upper;
            if small && upper {
                return true;
            }
            small |= letter.is_alphabetic() && !upper;
        }
        false
    }
}

/// `part` in its plainest form; `None` for what cannot be seen.
fn plain(part: char) -> Option<char> {
    Some(match part {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{20e3}' => return None,
        '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '‐'..='―' | '−' => '-',
        '“' | '”' | '„' | '«' | '»' | '‟' => '"',
        '’' | '‘' | '‚' | '´' => '\'',
        '⁄' | '∕' => '/',
        '٠'..='٩' => digit(part, '٠'),
        '۰'..='۹' => digit(part, '۰'),
        '०'..='९' => digit(part, '०'),
        other if other.is_whitespace() => ' ',
        other if is_combining_mark(other) => return None,
        'ø' | 'Ø' => 'o',
        other => other,
    })
}

fn digit(letter: char, zero: char) -> char {
    u32::from(letter)
        .checked_sub(u32::from(zero))
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(letter)
}
