//! From what a customer typed to words: one spelling for each character, lower case, tokens.
//!
//! **Invariant:** the same reading serves training and matching, so a difference between the two
//! can only come from the words themselves.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::is_nfkc_quick;

/// So many characters of a message are read; a chat message that matters is a tenth of this.
pub const MAX_CHARS: usize = 1_000;
/// So many words of a message are read.
pub const MAX_WORDS: usize = 120;
/// So many characters of one word are read: the longest Finnish compounds stay below.
pub const MAX_WORD_CHARS: usize = 48;

/// The part of a message that is read; what stands behind it is kept and not looked at.
#[must_use]
pub fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// A text in lower case and composed form with the places of its words.
///
/// The buffers are kept between texts, so reading a message allocates nothing once warm.
#[derive(Debug, Clone, Default)]
pub struct Words {
    text: String,
    spans: Vec<Range<u32>>,
}

impl Words {
    /// The words of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.read(text);
        words
    }

    /// Forgets the text before and reads `text`.
    pub fn read(&mut self, text: &str) {
        self.text.clear();
        self.spans.clear();
        let text = beginning(text);
        if text.is_ascii()
            || is_nfkc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes
        {
            self.take(text.chars());
        } else {
            // An acute accent that stands alone is an apostrophe to those who type it; NFKC would
            // make it a space with a mark.
            self.take(text.chars().filter(|&letter| letter != '´').nfkc());
        }
    }

    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no word: nothing but signs, emoji or space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The word at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        self.spans.get(index).map(|span| &self.text[span.start as usize..span.end as usize])
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| &self.text[span.start as usize..span.end as usize])
    }

    fn take(&mut self, letters: impl Iterator<Item = char>) {
        let mut open: Option<Open> = None;
        for letter in letters.take(MAX_CHARS) {
            if is_joined_over(letter) {
                continue;
            }
            let kind = Kind::of(letter);
            if let Some(word) = &open
                && word.kind != kind
            {
                self.close(&mut open);
            }
            if kind == Kind::Gap {
                continue;
            }
            if self.spans.len() >= MAX_WORDS {
                return;
            }
            let word = open.get_or_insert(Open { start: self.text.len(), kind, chars: 0 });
            if word.chars == MAX_WORD_CHARS {
                continue;
            }
            word.chars += 1;
            if kind == Kind::Digit {
                // Numbers are told apart by their length only.
                if word.chars <= 4 {
                    self.text.push('0');
                }
            } else {
                self.text.extend(letter.to_lowercase().filter(|&low| !is_combining_mark(low)));
            }
        }
        self.close(&mut open);
    }

    fn close(&mut self, open: &mut Option<Open>) {
        if let Some(word) = open.take()
            && let (Ok(start), Ok(end)) =
                (u32::try_from(word.start), u32::try_from(self.text.len()))
            && start < end
        {
            self.spans.push(start..end);
            self.text.push(' ');
        }
    }
}

struct Open {
    start: usize,
    kind: Kind,
    chars: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Gap,
}

impl Kind {
    fn of(letter: char) -> Self {
        if letter.is_ascii_alphabetic() {
            Self::Letter
        } else if letter.is_ascii_digit() {
            Self::Digit
        } else if letter.is_ascii() {
            Self::Gap
        } else if letter.is_alphabetic() {
            Self::Letter
        } else if letter.is_numeric() {
            Self::Digit
        } else {
            Self::Gap
        }
    }
}

/// Signs inside a word that do not part it: apostrophes, marks, and characters of no width.
fn is_joined_over(letter: char) -> bool {
    match letter {
        '\'' | '`' => true,
        _ if letter.is_ascii() => false,
        '´'
        | '\u{2018}'
        | '\u{2019}'
        | '\u{02bc}'
        | '\u{00ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' => true,
        _ => is_combining_mark(letter),
    }
}

#[cfg(test)]
mod tests;
