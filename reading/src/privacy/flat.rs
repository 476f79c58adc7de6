//! A text made plain for searching, with the way back to the original.

use std::cell::OnceCell;
use std::ops::Range;

use unicode_normalization::char::decompose_compatible;
use unicode_normalization::char::is_combining_mark;

use crate::privacy::spoken;
use crate::privacy::spoken::Spoken;

/// The longest tag of HTML that is taken for a gap.
const MAX_TAG: usize = 100;

/// A text in small letters without diacritics, full-width forms, odd digits, dashes, blanks and
/// quotation marks, and without invisible characters. What only lays a text out, such as `<br>`,
/// `&nbsp;` and a single bullet, is a blank.
pub(super) struct Flat {
    /// The plain text.
    pub(super) text: String,
    /// For each byte of the plain text, the original bytes that it comes from.
    origins: Vec<Origin>,
    /// The words for digits that stand in rows, once they were looked for.
    spoken: OnceCell<Vec<Spoken>>,
}

#[derive(Clone, Copy)]
struct Origin {
    start: u32,
    end: u32,
    upper: bool,
}

impl Flat {
    pub(super) fn of(text: &str) -> Self {
        let mut flat = Self::with_capacity(text.len());
        let mut done = 0;
        let mut before = ' ';
        for (start, letter) in text.char_indices() {
            if start < done {
                continue;
            }
            let rest = &text[start..];
            let layout = match letter {
                '<' => tag(rest),
                '&' => entity(rest),
                // Several are what stands for a secret.
                '•' if before != '•' && !rest['•'.len_utf8()..].starts_with('•') => {
                    Some('•'.len_utf8())
                }
                _ => None,
            };
            before = letter;
            if let Some(length) = layout {
                done = start + length;
                if !flat.text.ends_with(' ') {
                    flat.push_from(' ', start..done, false);
                }
            } else if letter.is_ascii() {
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

    fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            origins: Vec::with_capacity(bytes),
            spoken: OnceCell::new(),
        }
    }

    /// Whether there is a digit in it, in whatever script it was written.
    pub(super) fn holds_digit(&self) -> bool {
        self.text.bytes().any(|sign| sign.is_ascii_digit())
    }

    /// The words for digits in it that stand in a row.
    pub(super) fn spoken(&self) -> &[Spoken] {
        self.spoken.get_or_init(|| spoken::runs(&self.text))
    }

    fn push(&mut self, plain: char, start: usize, letter: char) {
        self.push_from(plain, start..start + letter.len_utf8(), letter.is_uppercase());
    }

    fn push_from(&mut self, plain: char, from: Range<usize>, upper: bool) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let origin = Origin { start: place(from.start), end: place(from.end), upper };
        self.text.push(plain);
        self.origins.resize(self.text.len(), origin);
    }

    /// The same with letters that are mistaken for digits as digits, where they stand among some:
    /// `85O4`, `477709l7`. `None` when there are none.
    pub(super) fn slipped(&self) -> Option<Self> {
        if !self.holds_digit() {
            return None;
        }
        let bytes = self.text.as_bytes();
        let alike = |sign: u8| matches!(sign, b'o' | b'l' | b'i');
        let mut plain = None;
        let mut at = 0;
        while at < bytes.len() {
            let run =
                bytes[at..].iter().take_while(|&&it| it.is_ascii_digit() || alike(it)).count();
            let begin = if at > 0 && bytes[at - 1].is_ascii_alphabetic() {
                // "fi97…": the letters at the beginning are part of a word.
                at + bytes[at..at + run].iter().take_while(|&&sign| alike(sign)).count()
            } else {
                at
            };
            let run_end = at + run;
            let slips = bytes[begin..run_end].iter().any(|&sign| alike(sign))
                && bytes[begin..run_end].iter().any(u8::is_ascii_digit);
            if slips {
                let plain = plain.get_or_insert_with(|| self.text.clone().into_bytes());
                for sign in &mut plain[begin..run_end] {
                    *sign = match *sign {
                        b'o' => b'0',
                        b'l' | b'i' => b'1',
                        other => other,
                    };
                }
            }
            at = run_end + 1;
        }
        let text = String::from_utf8(plain?).ok()?;
        Some(Self { text, origins: self.origins.clone(), spoken: OnceCell::new() })
    }

    /// The same with digits in the place of three or more words for digits in a row: "fyra sju sex
    /// tre". `None` when there are none.
    pub(super) fn read_aloud(&self) -> Option<Self> {
        let runs = self.spoken();
        if runs.is_empty() {
            return None;
        }
        let mut flat = Self::with_capacity(self.text.len());
        let mut done = 0;
        for word in runs {
            flat.text.push_str(&self.text[done..word.at.start]);
            flat.origins.extend(&self.origins[done..word.at.start]);
            let origin = self.original(&word.at);
            for &digit in &word.digits {
                flat.push_from(digit, origin.clone(), false);
            }
            done = word.at.end;
        }
        flat.text.push_str(&self.text[done..]);
        flat.origins.extend(&self.origins[done..]);
        Some(flat)
    }

    /// The part of the original text that `at` comes from.
    pub(super) fn original(&self, at: &Range<usize>) -> Range<usize> {
        let start = self.origins[at.start].start as usize;
        let end = self.origins[at.end - 1].end as usize;
        start..end
    }

    /// Whether `at` begins with a capital.
    pub(super) fn begins_with_capital(&self, at: &Range<usize>) -> bool {
        self.origins.get(at.start).is_some_and(|origin| origin.upper)
    }

    /// Whether `at` is letters, all of them capitals, and then digits behind dashes: "INV-2025",
    /// `SYS_311`.
    pub(super) fn is_in_capitals(&self, at: &Range<usize>) -> bool {
        let Some((name, number)) = self.text[at.clone()].split_once(['-', '_']) else {
            return false;
        };
        let upper = |offset: usize| self.origins[at.start + offset].upper;
        !name.is_empty()
            && !number.is_empty()
            && name.char_indices().all(|(offset, sign)| sign.is_alphabetic() && upper(offset))
            && number.bytes().all(|sign| sign.is_ascii_digit() || sign == b'-')
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

/// How long the tag of HTML is that `text` begins with.
fn tag(text: &str) -> Option<usize> {
    const NAMES: [&str; 27] = [
        "b", "i", "u", "p", "a", "br", "hr", "td", "th", "tr", "li", "ul", "ol", "em", "dd", "dt",
        "div", "pre", "span", "font", "code", "strong", "small", "table", "tbody", "h1", "h2",
    ];
    let inside = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let end = inside.bytes().take(9).take_while(u8::is_ascii_alphanumeric).count();
    let name = inside[..end].to_ascii_lowercase();
    if !NAMES.contains(&name.as_str()) || !inside[end..].starts_with([' ', '>', '/']) {
        return None;
    }
    text.bytes().take(MAX_TAG).position(|sign| sign == b'>').map(|at| at + 1)
}

/// How long the entity of HTML is that `text` begins with, if it is a blank.
fn entity(text: &str) -> Option<usize> {
    ["&nbsp;", "&#160;", "&#xa0;", "&ensp;", "&emsp;", "&thinsp;", "&#8239;", "&#8199;"]
        .iter()
        .find(|blank| text.get(..blank.len()).is_some_and(|it| it.eq_ignore_ascii_case(blank)))
        .map(|blank| blank.len())
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
        '→' | '⇒' | '➔' | '➜' | '➡' => ':',
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
