//! A message cut into words for answer reading, each with its place in the original text.
//!
//! Letters are folded (case, diacritics, full-width forms), so that "Nää", "NAA" and "naa" are one
//! word; a few emoji become words of their own. **Invariant:** the work is linear in the text, and
//! no more than [`MAX_TOKENS`] words are kept.

use unicode_normalization::char::decompose_compatible;
use unicode_normalization::char::is_combining_mark;

/// An answer is short; what stands after so many words no longer says yes or no.
pub(super) const MAX_TOKENS: usize = 60;

/// A longer "word" is noise; its tail is dropped.
const MAX_WORD_CHARS: usize = 40;

/// One folded word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The folded letters; digits are all `0`; an emoji is a name in angle brackets.
    pub(super) word: String,
    /// The word that it is read as, when that is another.
    pub(super) read: Option<String>,
    /// Where the word begins in the original text.
    pub(super) start: usize,
    /// Whether a punctuation mark or a line break stands between this word and the one before.
    pub(super) breaks: bool,
}

impl Token {
    /// The word that counts: as read, else as it stands.
    pub(super) fn read(&self) -> &str {
        self.read.as_deref().unwrap_or(&self.word)
    }
}

/// A message as a list of words and what its punctuation says.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    /// The words, in order.
    pub(super) tokens: Vec<Token>,
    /// Whether a question mark stands anywhere.
    pub(super) asks: bool,
    /// Whether an exclamation mark stands anywhere.
    pub(super) exclaims: bool,
}

impl Message {
    /// Cuts `text` into words.
    pub(super) fn parse(text: &str) -> Self {
        let mut cut = Cutter::default();
        for (at, letter) in text.char_indices() {
            if cut.message.tokens.len() >= MAX_TOKENS {
                break;
            }
            cut.take(at, letter);
        }
        cut.finish_word();
        let mut message = cut.message;
        if message.tokens.is_empty() && message.asks {
            message.tokens.push(Token {
                word: "<?>".to_owned(),
                read: None,
                start: 0,
                breaks: false,
            });
        }
        message
    }

    /// The words from `from` up to and without `to`, as a message of their own.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let mut tokens = self.tokens[from..to].to_vec();
        if let Some(first) = tokens.first_mut() {
            first.breaks = false;
        }
        // A question mark belongs to the end of a message far more often than to its beginning.
        let last = to == self.tokens.len();
        Self { tokens, asks: self.asks && last, exclaims: self.exclaims && last }
    }

    /// The word at `index`.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        self.tokens.get(index).map(|token| token.word.as_str())
    }
}

#[derive(Default)]
struct Cutter {
    message: Message,
    word: String,
    chars: usize,
    start: usize,
    breaks: bool,
    /// Whether the word may be "nå", which is "well" in Finland; "nä" declines.
    is_well: bool,
}

impl Cutter {
    fn take(&mut self, at: usize, letter: char) {
        if is_apostrophe(letter) && !self.word.is_empty() || is_combining_mark(letter) {
            return;
        }
        if let Some(name) = emoji(letter) {
            self.finish_word();
            let breaks = std::mem::take(&mut self.breaks);
            let again = self.message.tokens.last().is_some_and(|last| last.word == name);
            if !again {
                self.message.tokens.push(Token {
                    word: name.to_owned(),
                    read: None,
                    start: at,
                    breaks,
                });
            }
            return;
        }
        if letter.is_alphanumeric() {
            if self.word.is_empty() {
                self.start = at;
                self.chars = 0;
                self.is_well = false;
            }
            self.is_well |= matches!(letter, 'å' | 'Å');
            self.push_folded(letter);
            return;
        }
        self.finish_word();
        match letter {
            '?' | '？' | '¿' => self.message.asks = true,
            '!' | '！' => self.message.exclaims = true,
            _ => {}
        }
        self.breaks |=
            !letter.is_whitespace() && !matches!(letter, '-' | '/' | '_' | '"') || letter == '\n';
    }

    fn push_folded(&mut self, letter: char) {
        if letter.is_ascii() {
            return self.push(letter.to_ascii_lowercase());
        }
        let mut folded = Vec::with_capacity(2);
        decompose_compatible(letter, |part| folded.push(part));
        for part in folded {
            if !part.is_alphanumeric() {
                continue;
            }
            for lower in part.to_lowercase().filter(|lower| lower.is_alphanumeric()) {
                self.push(lower);
            }
        }
    }

    /// Adds a letter that is lower case already.
    fn push(&mut self, lower: char) {
        let lower = match lower {
            'ø' => 'o',
            digit if digit.is_numeric() => '0',
            other => other,
        };
        // "jaaaa" is a long "jaa": two of a letter say as much as five.
        let run = self.word.chars().rev().take(2).filter(|&before| before == lower).count();
        if run < 2 && self.chars < MAX_WORD_CHARS {
            self.word.push(lower);
            self.chars += 1;
        }
    }

    fn finish_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        if std::mem::take(&mut self.is_well) && word == "na" {
            "no".clone_into(&mut word);
        }
        let breaks = std::mem::take(&mut self.breaks) && !self.message.tokens.is_empty();
        self.message.tokens.push(Token { word, read: None, start: self.start, breaks });
    }
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | '`' | '´')
}

fn emoji(letter: char) -> Option<&'static str> {
    Some(match letter {
        '👍' | '👌' | '✅' | '✔' | '☑' | '🆗' | '💯' => "<yes>",
        '👎' | '❌' | '✖' | '🚫' | '🙅' => "<no>",
        '🤷' | '🤔' | '😕' => "<unsure>",
        '🎉' | '🥳' | '🙌' => "<party>",
        '😡' | '🤬' | '😠' | '💩' | '🖕' => "<angry>",
        '😭' | '😢' | '☹' | '🙁' | '😞' | '😩' | '😫' => "<sad>",
        '🙏' | '😊' | '🙂' | '😀' | '😃' | '😄' | '😁' | '❤' => "<smile>",
        _ => return None,
    })
}

/// `word` with every run of one letter made a single letter, for words drawn out or mistyped.
pub(super) fn squeezed(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for letter in word.chars() {
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    out
}
