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
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{20e3}'
        | '\u{e0000}'..='\u{e0fff}' => return None,
        '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '‐'..='―' | '−' => '-',
        '“' | '”' | '„' | '«' | '»' | '‟' => '"',
        '’' | '‘' | '‚' | '´' => '\'',
        '⁄' | '∕' => '/',
        '·' | '‧' | '∙' | '⋅' | '・' | '。' | '．' => '.',
        other if other.is_whitespace() => ' ',
        other if is_combining_mark(other) => return None,
        'ø' | 'Ø' => 'o',
        other => digit(other).unwrap_or(other),
    })
}

/// The zeros of the scripts that have digits of their own and no compatible plain form; nine more
/// digits follow each.
const ZEROS: [u32; 37] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0,
    0x11066,
];

/// A decimal digit of another script as ours.
fn digit(letter: char) -> Option<char> {
    let code = u32::from(letter);
    let at = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    char::from_digit(code - ZEROS[at], 10).filter(|_| code >= ZEROS[0])
}
