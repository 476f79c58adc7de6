//! A plain text cut into words and signs, for the search after announced secrets.

use std::ops::Range;

use crate::privacy::COVER;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// What stands between a token and the next, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum After {
    /// A blank at most.
    Nothing,
    /// A comma, a bracket or the like.
    Pause,
    /// The end of a line.
    Line,
    /// The end of a sentence.
    Sentence,
}

/// A word or a sign.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Where it stands, without the punctuation around it.
    pub(super) at: Range<usize>,
    /// Its letters and digits, without hyphens and apostrophes; a sign as it is.
    pub(super) word: String,
    /// What follows it.
    pub(super) after: After,
    /// Whether it begins with a quotation mark.
    pub(super) quoted: bool,
}

impl Token {
    fn plain(at: Range<usize>, word: String) -> Self {
        Self { at, word, after: After::Nothing, quoted: false }
    }

    /// Whether a sentence ends after it.
    pub(super) fn ends(&self) -> bool {
        self.after == After::Sentence
    }

    /// Whether a secret has been taken out here already.
    pub(super) fn is_covered(&self) -> bool {
        self.word == COVER
    }

    /// Whether it is made of digits alone.
    pub(super) fn is_number(&self) -> bool {
        self.word.bytes().all(|sign| sign.is_ascii_digit())
    }
}

/// Cuts the text at blanks, and after a colon or the like that follows an announcement.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices().chain(std::iter::once((text.len(), '\n'))) {
        if sign.is_whitespace() {
            if let Some(start) = start.take() {
                push(text, start..at, &mut tokens);
            }
            if sign == '\n'
                && let Some(last) = tokens.last_mut()
            {
                last.after = last.after.max(After::Line);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    tokens
}

fn push(text: &str, mut at: Range<usize>, tokens: &mut Vec<Token>) {
    // "lösenord:Xyz123", "pw=abc", "pinkod,4408", "password(is)"; not "12:30" and not "https://".
    while let Some(end) = announcement(&text[at.clone()]) {
        let sign = at.start + end..at.start + end + 1;
        push_one(text, at.start..sign.start, tokens);
        tokens.push(Token::plain(sign.clone(), text[sign.clone()].to_owned()));
        at.start = sign.end;
    }
    let piece = &text[at.clone()];
    if piece.is_empty() {
        return;
    }
    // "salasana-Hilleri5"
    if let Some((name, rest)) = piece.split_once('-')
        && words::noun(name).is_some()
        && rest.contains(|sign: char| sign.is_ascii_digit())
        && rest.starts_with(char::is_alphabetic)
    {
        push_one(text, at.start..at.start + name.len(), tokens);
        push_one(text, at.end - rest.len()..at.end, tokens);
        return;
    }
    // "pin1234", "pin-1234", "kod482913"
    let digits = piece.find(|sign: char| sign.is_ascii_digit()).unwrap_or(0);
    let glued = digits > 0
        && piece[digits..].bytes().all(|sign| sign.is_ascii_digit())
        && matches!(
            words::noun(piece[..digits].trim_end_matches(['-', '.', '#'])),
            Some(Noun::Pin | Noun::Code)
        );
    if glued {
        push_one(text, at.start..at.start + digits, tokens);
        push_one(text, at.start + digits..at.end, tokens);
    } else {
        push_one(text, at, tokens);
    }
}

/// Where in `piece` a colon or another sign follows an announcement.
fn announcement(piece: &str) -> Option<usize> {
    piece.find([':', '=', '(', ',', ';', '/']).filter(|&end| {
        let name: String = piece[..end].chars().filter(|sign| sign.is_alphanumeric()).collect();
        name == "pass" || words::noun(&name).is_some()
    })
}

fn push_one(text: &str, at: Range<usize>, tokens: &mut Vec<Token>) {
    let piece = &text[at.clone()];
    let open = piece.trim_start_matches(['(', '[', '{', '<', '"', '\'', '*']);
    let start = at.start + piece.len() - open.len();
    let core = open.trim_end_matches([',', ';', ':', ')', ']', '}', '"', '\'', '.']);
    // An exclamation or question mark may be part of a password, but not of a plain word.
    let word_only = core.trim_end_matches(['!', '?', '.']);
    let plain = word_only.chars().all(|sign| sign.is_alphabetic() || sign == '-' || sign == '\'');
    let core = if plain && !word_only.is_empty() { word_only } else { core };
    let rest = &open[core.len()..];
    let mut word: String = core.chars().filter(|sign| sign.is_alphanumeric()).collect();
    if piece.contains('•') {
        COVER.clone_into(&mut word);
    } else if word.is_empty() {
        piece.clone_into(&mut word);
    }
    let after = if rest.contains(['.', '!', '?']) {
        After::Sentence
    } else if rest.contains([',', ';', ')']) {
        After::Pause
    } else {
        After::Nothing
    };
    let quoted = piece[..piece.len() - open.len()].contains(['"', '\'']);
    let at = if core.is_empty() { at } else { start..start + core.len() };
    tokens.push(Token { after, quoted, ..Token::plain(at, word) });
}
