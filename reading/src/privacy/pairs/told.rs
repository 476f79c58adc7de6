//! Secrets that were given away, that stand behind a slash, or between commas of their own.

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::tokens::After;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// How many words may stand between giving and what is given.
const GIVEN: usize = 4;

/// How many words may stand between a password that is spoken of and the password itself.
const OWN: usize = 6;

/// How many words may stand between speaking of a code and giving it.
const SPOKEN: usize = 40;

/// No longer password stands glued to its user's name.
const GLUED: usize = 32;

impl Search<'_> {
    /// Takes a code that somebody says to have given away, where codes are spoken of: "ville ha
    /// koden och jag gav honom 937146".
    pub(in crate::privacy) fn given(&self, at: usize, found: &mut Vec<Found>) {
        let token = &self.tokens[at];
        let size = token.word.len();
        // "gav dem 1500": money.
        let round = size <= 5 && token.word.ends_with("00");
        let phone = size >= 7 && token.word.starts_with('0');
        if !token.is_number() || !(4..=8).contains(&size) || round || phone {
            return;
        }
        let near = self.tokens[at.saturating_sub(GIVEN)..at].iter().rev();
        let given = near
            .take_while(|token| token.after < After::Line)
            .find(|token| !words::is_given_to(&token.word))
            .is_some_and(|token| words::gives(&token.word));
        let secret = |noun: &Option<(Noun, usize)>| {
            matches!(noun, Some((Noun::Code | Noun::Pin | Noun::KeyCode, _)))
        };
        if given
            && self.nouns[at.saturating_sub(SPOKEN)..at].iter().any(secret)
            && self.is_strong(at, Noun::Code, false)
            && !self.counts(at)
        {
            found.push(Found { at: token.at.clone(), kind: SecretKind::OneTimeCode });
        }
    }

    /// Whether what follows a number says that it goes on, or what it counts.
    fn counts(&self, at: usize) -> bool {
        self.tokens[at].after == After::Nothing
            && self.tokens.get(at + 1).is_some_and(|next| {
                next.is_number() || words::is_unit(&next.word) && next.word != "e"
            })
    }

    /// Takes the name of a user and the password behind a slash: "login anna / Harbour!88".
    pub(in crate::privacy) fn signed_in_with_slash(&self, found: &mut Vec<Found>) {
        for at in 0..self.tokens.len() {
            let word = &self.tokens[at].word;
            let user = matches!(self.nouns[at], Some((Noun::User | Noun::Both, _)));
            if !(user || words::may_announce_user(word) || words::signs_in(word)) {
                continue;
            }
            let next = self.nouns[at].map_or(at + 1, |(_, next)| next);
            let lead = self.tokens[next.min(self.tokens.len())..].iter().take(2);
            let name = next
                + lead
                    .take_while(|token| {
                        words::is_copula(&token.word) || words::is_with(&token.word)
                    })
                    .count();
            let Some(token) = self.tokens.get(name) else { continue };
            let slash = self.tokens.get(name + 1).is_some_and(|slash| slash.word == "/");
            let password = name + 2;
            if self.is_glued_pair(name) {
                found.push(Found { at: token.at.clone(), kind: SecretKind::UserId });
            } else if slash
                && password < self.tokens.len()
                && is_name(&token.word)
                && !is_thing(&self.tokens[password].word)
                && self.is_strong(password, Noun::Password, !self.tokens[password].is_number())
            {
                found.push(Found { at: token.at.clone(), kind: SecretKind::UserId });
                let at = self.tokens[password].at.clone();
                found.push(Found { at, kind: SecretKind::Password });
            }
        }
    }

    /// Whether a token is a name and a password with only a slash between: "anna/Harbour!88".
    fn is_glued_pair(&self, at: usize) -> bool {
        let written = &self.flat.text[self.tokens[at].at.clone()];
        written.split_once('/').is_some_and(|(name, password)| {
            let letters = password.bytes().filter(u8::is_ascii_alphabetic).count();
            is_name(name)
                && (letters + 1..=GLUED).contains(&password.len())
                && letters >= 3
                && !password.contains(['/', '.', ':', '=', '-'])
                && !is_thing(password)
        })
    }

    /// Takes a password between commas of its own, where somebody speaks of their own: "samma
    /// lösenord överallt, Misse2015, är det farligt?"
    pub(in crate::privacy) fn own(&self, found: &mut Vec<Found>) {
        for at in 0..self.tokens.len() {
            let Some((Noun::Password, next)) = self.nouns[at] else { continue };
            let before = self.tokens[at.saturating_sub(OWN)..at].iter().rev();
            let own =
                before.take_while(|token| !token.ends()).any(|token| words::owns(&token.word))
                    || self.tokens[next.min(self.tokens.len())..]
                        .iter()
                        .take(OWN)
                        .any(|token| words::uses(&token.word) || words::changes(&token.word))
                    || self.tokens[at].word.ends_with("ni");
            let reach = self.tokens.len().min(next + OWN);
            let own_clause = |at: usize| {
                self.tokens[at - 1].after == After::Pause
                    && (self.tokens[at].after > After::Nothing
                        || self.tokens[at].quoted
                        || at + 1 == self.tokens.len())
            };
            let sentence = (next..reach).take_while(|&at| self.tokens[at - 1].after < After::Line);
            if let Some(at) = sentence.into_iter().find(|&at| own_clause(at))
                && own
                && (self.is_password_by_shape(at) && !self.tokens[at].is_number()
                    || self.is_full_of_signs(at)
                    || self.tokens[at].quoted && self.is_quotation(at))
            {
                let at = self.tokens[at].at.start..self.end_of_secret(at, Noun::Password);
                found.push(Found { at, kind: SecretKind::Password });
            }
        }
    }
}

/// Whether a word may be the name of a user.
fn is_name(word: &str) -> bool {
    word.len() >= 3
        && word.bytes().all(|sign| sign.is_ascii_alphanumeric())
        && !words::is_said_about(word)
        && !words::fails(word)
        && !is_thing(word)
}

/// Whether a word names a product, a service or a numbered thing.
fn is_thing(word: &str) -> bool {
    words::is_product(word) || words::names_a_service(word) || words::names_harmless_number(word)
}
