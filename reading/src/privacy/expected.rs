//! Codes that nothing in a message announces, since what was said before it did.

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::MAX_CODE_DIGITS;
use crate::privacy::announced::REACH;
use crate::privacy::announced::Search;
use crate::privacy::announced::announces;
use crate::privacy::flat::Flat;
use crate::privacy::tokens::After;
use crate::privacy::tokens::tokens;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// Whether a text is about a code, a PIN or a password.
pub(super) fn speaks_of_code(text: &str) -> bool {
    let flat = Flat::of(text);
    let tokens = tokens(&flat.text);
    (0..tokens.len())
        .any(|at| matches!(announces(&tokens, at), Some((noun, _)) if noun != Noun::User))
}

/// Whether a text asks which code it is, so that the answer is one: a question whether one came
/// does not, nor a warning never to write one.
pub(super) fn asks_for_code(text: &str) -> bool {
    text.split_inclusive(['?', '!', '.', '\n', ':']).any(|sentence| {
        let flat = Flat::of(sentence);
        let tokens = tokens(&flat.text);
        let asked = sentence.ends_with(['?', ':'])
            && tokens.iter().any(|token| words::asks_which(&token.word))
            || tokens.first().is_some_and(|token| words::asks_to_write(&token.word))
                && !tokens.iter().any(|token| words::denies(&token.word));
        asked && speaks_of_code(sentence)
    })
}

/// Finds a code that nothing in the message announces, since what was said before did. With
/// `alone` it must be all that the message says, but for a word like "it is"; a message that
/// answers a question may say more, but nothing that names another number.
pub(super) fn find_expected(search: &Search<'_>, alone: bool, found: &mut Vec<Found>) {
    let Search { flat, tokens, .. } = search;
    let says_little =
        tokens.iter().all(|token| token.is_number() || words::says_little(&token.word));
    if alone && !says_little || tokens.iter().any(|token| words::names_harmless_number(&token.word))
    {
        return;
    }
    let mut at = 0;
    while at < tokens.len() {
        let run = tokens[at..].iter().take_while(|token| token.is_number()).count();
        if run == 0 {
            let token = &tokens[at];
            let lone = tokens.len() == 1 && token.word.len() <= 10 && !alone;
            if lone && search.is_strong(at, Noun::Code, true) {
                found.push(Found { at: token.at.clone(), kind: SecretKind::OneTimeCode });
            }
            at += 1;
            continue;
        }
        let digits = search.digits_from(at);
        let whole = tokens[at].at.start..tokens[at + run - 1].at.end;
        let written = &flat.text[whole.clone()];
        // "111 22" is a place in Sweden, "234,50" an amount, "10-14" are hours.
        let place = alone && run == 2 && digits == 5 && tokens[at].word.len() == 3;
        let dated = run == 1 && matches!(tokens[at].word.parse(), Ok(1900..=2100));
        let amount =
            written.contains([',', '.', ':', '/']) || flat.text[..whole.start].ends_with('+');
        let hours = written.split(['-', ' ']).map(str::len).eq([2, 2]) && written.contains('-');
        let fits = (4..=8).contains(&digits) && !place && !dated && !amount && !hours;
        if fits
            && search.is_code(at, Noun::Code, digits, true)
            && (alone || search.answers(at, at + run))
        {
            found.push(Found { at: whole, kind: SecretKind::OneTimeCode });
        }
        at += run;
    }
}

impl Search<'_> {
    /// Whether the number from `first` on answers what was asked: only words that lead to a code
    /// stand before it in its sentence, and none that says what else it may be right behind it.
    pub(super) fn answers(&self, first: usize, end: usize) -> bool {
        let leads = self.tokens[first.saturating_sub(REACH)..first]
            .iter()
            .rev()
            .take_while(|token| token.after < After::Line)
            .all(|token| {
                token.is_number()
                    || words::says_little(&token.word)
                    || words::is_copula(&token.word)
                    || words::types_in(&token.word)
                    || words::delivers(&token.word)
                    || words::gets(&token.word)
                    || words::hedges(&token.word)
                    || words::noun(&token.word).is_some()
            });
        leads && (self.tokens[end - 1].after > After::Nothing || self.goes_on(end))
    }

    /// Whether what stands at `at` goes on about a code: "… ei toimi", "… funkar inte".
    pub(super) fn goes_on(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|token| {
            words::says_little(&token.word)
                || words::begins_clause(&token.word)
                || words::is_said_about(&token.word)
                || words::hedges(&token.word)
                || words::fails(&token.word)
        })
    }

    /// Whether the line that begins with the token at `at` says nothing beside one secret that is
    /// no telephone's number.
    pub(super) fn is_alone(&self, at: usize) -> bool {
        if at == 0 || self.tokens[at - 1].after < After::Line {
            return true;
        }
        let mut digits = 0;
        let mut end = at;
        while let Some(token) = self.tokens.get(end).filter(|token| token.is_number()) {
            digits += token.word.len();
            end += 1;
            if token.after >= After::Line || end > at + MAX_CODE_DIGITS {
                break;
            }
        }
        let end = end.max(at + 1);
        let phone = digits >= 9
            || self.flat.text[..self.tokens[at].at.end]
                .ends_with(&format!("+{}", self.tokens[at].word));
        // "#18632 is my order"
        let behind = &self.tokens[end..self.tokens.len().min(end + 3)];
        let called = behind.iter().any(|token| words::names_harmless_number(&token.word));
        !phone && !called && (self.tokens[end - 1].after >= After::Line || self.goes_on(end))
    }
}
