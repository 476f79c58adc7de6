//! Secrets that only their company gives away: passwords, PINs, codes and user names after (or
//! before) the words that announce them.
//!
//! A word after an announcement is taken for the secret when it looks like one (digits, signs or
//! capitals among letters, quotation marks). A plain word is taken only right after "is" or a
//! colon, at the end of its clause, and when nobody would say it *about* a password.

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::flat::Flat;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::tokens::tokens;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// How many words may stand between the announcement and the secret.
const REACH: usize = 8;

/// How many words may stand between a secret and the announcement after it.
const REACH_BACK: usize = 4;

/// Digits of a code given in parts.
const MAX_CODE_DIGITS: usize = 10;

/// A longer quotation is not a password.
const MAX_QUOTED: usize = 64;

/// Signs that passwords hold and words do not.
const SIGNS: [char; 14] = ['@', '#', '$', '%', '&', '*', '+', '!', '^', '~', '_', '<', '>', '?'];

/// Whether a text is about a code, a PIN or a password.
pub(super) fn speaks_of_code(text: &str) -> bool {
    let flat = Flat::of(text);
    let tokens = tokens(&flat.text);
    (0..tokens.len())
        .any(|at| matches!(announces(&tokens, at), Some((noun, _)) if noun != Noun::User))
}

/// Finds a code that nothing in the message announces, since the question before it did. With
/// `alone` it must be all that the message says, but for a word like "it is".
pub(super) fn find_expected(flat: &Flat, alone: bool, found: &mut Vec<Found>) {
    let search = Search::new(flat);
    let tokens = &search.tokens;
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
        let before = at.checked_sub(1).map_or("", |at| tokens[at].word.as_str());
        // "111 22" is a place in Sweden, "234,50" an amount.
        let place = alone && run == 2 && digits == 5 && tokens[at].word.len() == 3;
        let dated = alone && run == 1 && matches!(tokens[at].word.parse(), Ok(1900..=2100));
        let amount = written.contains([',', '.', ':', '/']);
        let fits = (4..=8).contains(&digits) && !place && !dated && !amount;
        if fits
            && !words::is_place_preposition(before)
            && search.is_code(at, Noun::Code, digits, true)
        {
            found.push(Found { at: whole, kind: SecretKind::OneTimeCode });
        }
        at += run;
    }
}

/// Finds announced secrets.
pub(super) fn find(flat: &Flat, found: &mut Vec<Found>) {
    let search = Search::new(flat);
    let before = found.len();
    let mut users = Vec::new();
    for at in 0..search.tokens.len() {
        if let Some((noun, next)) = search.nouns[at] {
            match noun {
                Noun::User => users.push(next),
                noun => search.after(noun, next, found),
            }
            search.before(noun, at, found);
        } else {
            if words::may_announce_user(&search.tokens[at].word) {
                users.push(at + 1);
            }
            search.typed_in(at, found);
        }
    }
    // A user name alone opens nothing; together with a code it does.
    if found[before..].iter().any(|one| one.kind != SecretKind::UserId) {
        for next in users {
            search.user(next, found);
        }
    }
}

struct Search<'a> {
    flat: &'a Flat,
    tokens: Vec<Token>,
    /// For each token, what is announced there, and where the next word stands.
    nouns: Vec<Option<(Noun, usize)>>,
}

impl<'a> Search<'a> {
    fn new(flat: &'a Flat) -> Self {
        let tokens = tokens(&flat.text);
        let nouns = (0..tokens.len()).map(|at| announces(&tokens, at)).collect();
        Self { flat, tokens, nouns }
    }

    /// Takes the secret that follows an announcement.
    fn after(&self, noun: Noun, next: usize, found: &mut Vec<Found>) {
        let changing = next.saturating_sub(REACH_BACK)..next;
        let changing = self.tokens[changing].iter().any(|token| words::changes(&token.word));
        let mut linked = true;
        for at in next..self.tokens.len().min(next + REACH) {
            let token = &self.tokens[at];
            let before = &self.tokens[at - 1];
            let said = at > next && words::is_copula(&before.word)
                || changing && matches!(before.word.as_str(), "till" | "to" | "as");
            // The thing itself may stand on the next line, but not in the next sentence.
            let continued = said || at == next || words::is_copula(&token.word);
            let elsewhere = at > next && before.ends() || before.after == After::Line && !continued;
            if elsewhere || token.is_covered() {
                return;
            }
            let place = words::is_place_preposition(&before.word) && !said;
            let quoted = at == next && noun == Noun::Password && self.is_quotation(at);
            let strong = (self.is_strong(at, noun, said) || quoted) && !place;
            if strong && (linked || said)
                || said && noun == Noun::Password && self.is_plain_secret(at, next)
            {
                let end = self.end_of_secret(at, noun);
                found.push(Found { at: token.at.start..end, kind: kind(noun) });
                if noun == Noun::KeyCode || noun == Noun::Both {
                    self.more(at + 1, noun, found);
                } else {
                    self.other(end, noun, found);
                }
                return;
            }
            let harmless = words::names_harmless_number(&token.word) && !words::links(&token.word);
            if harmless || self.nouns[at].is_some() && at > next {
                return;
            }
            linked &= words::links(&token.word);
        }
    }

    /// Takes the codes that follow a first one.
    fn more(&self, from: usize, noun: Noun, found: &mut Vec<Found>) {
        for at in from..self.tokens.len().min(from + 3 * REACH) {
            let token = &self.tokens[at];
            let strong = self.is_strong(at, noun, true)
                || noun == Noun::Both && self.is_strong(at, Noun::Password, false);
            if strong {
                found.push(Found { at: token.at.clone(), kind: kind(noun) });
            } else if !words::links(&token.word) && !token.is_number() {
                return;
            }
            if token.ends() {
                return;
            }
        }
    }

    /// Takes what else it may have been: "my PIN is 1234 or 4321".
    fn other(&self, end: usize, noun: Noun, found: &mut Vec<Found>) {
        let Some(next) = self.tokens.iter().position(|token| token.at.start >= end) else {
            return;
        };
        let other = next + 1;
        if words::alternates(&self.tokens[next].word)
            && other < self.tokens.len()
            && self.is_strong(other, noun, true)
        {
            let at = self.tokens[other].at.start..self.end_of_secret(other, noun);
            found.push(Found { at, kind: kind(noun) });
        }
    }

    /// Takes the secret that stands before its announcement: "1234 is my pin".
    fn before(&self, noun: Noun, at: usize, found: &mut Vec<Found>) {
        if noun == Noun::User || noun == Noun::Both {
            return;
        }
        // "559 (cvc)"
        let mut linked =
            noun == Noun::Pin && self.flat.text[..self.tokens[at].at.start].ends_with('(');
        for back in (at.saturating_sub(REACH_BACK)..at).rev() {
            let token = &self.tokens[back];
            if token.after != After::Nothing || token.is_covered() {
                return;
            }
            let first = self.begin_of_secret(back);
            let asked = first > 0 && words::asks_whether(&self.tokens[first - 1].word) && {
                first == 1 || self.tokens[first - 2].ends()
            };
            if (linked || asked) && self.is_strong(first, noun, !token.quoted) {
                let at = self.tokens[first].at.start..token.at.end;
                found.push(Found { at, kind: kind(noun) });
                return;
            }
            linked |= words::is_copula(&token.word) || matches!(token.word.as_str(), "som" | "as");
            if !words::links(&token.word) && !words::says_right(&token.word) {
                return;
            }
        }
    }

    /// Takes a code that somebody says to have typed in or to have got.
    fn typed_in(&self, at: usize, found: &mut Vec<Found>) {
        let token = &self.tokens[at];
        if !token.is_number() || !self.is_strong(at, Noun::Code, true) {
            return;
        }
        // "447 120" is one code.
        let halves = token.word.len() == 3
            && token.after == After::Nothing
            && self.begin_of_secret(at) == at
            && self.digits_from(at) == 6
            && self.tokens[at + 1].word.len() == 3;
        let near = at.saturating_sub(3)..at;
        let typed =
            self.tokens[near].iter().any(|token| words::types_in(&token.word) && !token.ends());
        let whole = at.saturating_sub(REACH)..self.tokens.len().min(at + REACH);
        let sent = (token.word.len() == 6 || halves)
            && self.tokens[whole].iter().any(|token| words::delivers(&token.word));
        if typed || sent {
            let last = if halves { at + 1 } else { at };
            let at = token.at.start..self.tokens[last].at.end;
            found.push(Found { at, kind: SecretKind::OneTimeCode });
        }
    }

    /// Takes a user name.
    fn user(&self, next: usize, found: &mut Vec<Found>) {
        for at in next..self.tokens.len().min(next + REACH) {
            let token = &self.tokens[at];
            let digits = token.word.bytes().any(|sign| sign.is_ascii_digit());
            let named = at > next && words::is_copula(&self.tokens[at - 1].word);
            if digits && token.word.len() >= 4 || named && !words::is_said_about(&token.word) {
                found.push(Found { at: token.at.clone(), kind: SecretKind::UserId });
                return;
            }
            if !words::links(&token.word) || self.tokens[at].ends() {
                return;
            }
        }
    }

    /// Whether a token looks like a secret of this kind.
    fn is_strong(&self, at: usize, noun: Noun, said: bool) -> bool {
        let token = &self.tokens[at];
        let word = token.word.as_str();
        let written = &self.flat.text[token.at.clone()];
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if digits > 0 && digits == word.len() {
            return self.is_code(at, noun, digits, said);
        }
        let letters = word.chars().any(char::is_alphabetic);
        if !letters || words::is_product(word) || written.contains("://") {
            return false;
        }
        match noun {
            Noun::Password | Noun::User => self.is_password(at, digits, said),
            _ => {
                let size = (4..=12).contains(&word.len()) && word.is_ascii();
                digits >= 2 && size && !is_compound(word)
            }
        }
    }

    /// Whether a word with letters looks like a password: digits, signs or capitals among the
    /// letters, or quotation marks around it.
    fn is_password(&self, at: usize, digits: usize, said: bool) -> bool {
        let token = &self.tokens[at];
        let word = token.word.as_str();
        let written = &self.flat.text[token.at.clone()];
        if written.contains('@') && written.contains('.') && !said {
            // "the password to anna@example.com is …"
            return false;
        }
        if digits > 0 {
            let unit = word.trim_start_matches(|sign: char| sign.is_ascii_digit());
            let ordinal = digits < 3 && word.len() - digits <= 2 && !said;
            return !words::is_unit(unit) && !ordinal;
        }
        let inner = written.trim_end_matches(['!', '?']);
        let within = inner.contains(SIGNS);
        let behind = said && inner.len() < written.len() && !words::is_said_about(inner);
        within || behind || self.flat.is_mixed_case(&token.at) || said && token.quoted
    }

    /// Whether a number can be a code, and is no amount, year, date or numbered thing.
    fn is_code(&self, at: usize, noun: Noun, digits: usize, said: bool) -> bool {
        let token = &self.tokens[at];
        let written = &self.flat.text[token.at.clone()];
        let least = match noun {
            Noun::Password | Noun::Pin => 3,
            Noun::Code | Noun::KeyCode | Noun::User | Noun::Both => 4,
        };
        let parts = self.digits_from(at);
        if digits < least && (parts < least || parts > MAX_CODE_DIGITS) || digits > 12 {
            return false;
        }
        let day = written.split('-').map(str::len).eq([4, 2, 2]);
        let dated = day || written.contains(['.', ':', '/']) && digits <= 8;
        let previous = at.checked_sub(1).map_or("", |at| self.tokens[at].word.as_str());
        let next = self.tokens.get(at + 1).map_or("", |token| token.word.as_str());
        // "är 5510 min pinkod": mine, and no minutes.
        let mine = next == "min" && self.nouns.get(at + 2).is_some_and(Option::is_some);
        let money = words::is_unit(next) && next != "e" && next != "ar" && !mine
            || self.flat.text[token.at.end..].trim_start().starts_with(['€', '$', '£', '%']);
        let year = !(said || noun == Noun::Pin)
            && digits == 4
            && token.word.parse().is_ok_and(|year: u32| (1950..=2049).contains(&year));
        // "I get no code to 040 …": nobody's code is so long and begins so.
        let phone = noun == Noun::Code && !said && digits >= 9 && token.word.starts_with('0');
        !(dated || money || year || phone || words::names_harmless_number(previous))
    }

    /// Whether what stands in quotation marks here may be a password of several words, and quotes
    /// neither a button nor what is said about passwords.
    fn is_quotation(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let end = self.end_of_secret(at, Noun::Password);
        let mut inside =
            (at..self.tokens.len()).take_while(|&inner| self.tokens[inner].at.end <= end);
        token.quoted
            && end > token.at.end
            && inside.clone().any(|inner| !words::is_said_about(&self.tokens[inner].word))
            && inside.all(|inner| self.nouns[inner].is_none())
    }

    /// How many digits stand in number tokens from `at` on.
    fn digits_from(&self, at: usize) -> usize {
        let numbers = self.tokens[at..].iter().take(MAX_CODE_DIGITS + 1);
        numbers.take_while(|token| token.is_number()).map(|token| token.word.len()).sum()
    }

    /// Whether a plain word is the secret itself: right after "is", last of its clause, and
    /// nothing that is said about a password.
    fn is_plain_secret(&self, at: usize, next: usize) -> bool {
        let token = &self.tokens[at];
        let letters = token.word.chars().count();
        if !(4..=32).contains(&letters)
            || !token.word.chars().all(char::is_alphabetic)
            || words::is_said_about(&token.word)
        {
            return false;
        }
        let last = token.after != After::Nothing;
        let follower = self.tokens.get(at + 1);
        let last = last
            || follower.is_none_or(|next| words::begins_clause(&next.word) || next.is_number());
        // "the password page is down": what is spoken of is not the password.
        let about = self.tokens[next..at].iter().all(|token| words::links(&token.word));
        last && about
    }

    /// Where a secret ends that begins with the token at `at`.
    fn end_of_secret(&self, at: usize, noun: Noun) -> usize {
        let token = &self.tokens[at];
        if token.quoted {
            let inside = &self.flat.text[token.at.start..];
            let line = inside.split('\n').next().unwrap_or(inside);
            let mark = self.flat.text[..token.at.start].chars().next_back().unwrap_or('"');
            let end = line.match_indices(mark).map(|(end, _)| end).find(|&end| {
                // An apostrophe within a word ends nothing.
                !line[end + 1..].starts_with(char::is_alphanumeric)
            });
            if let Some(end) = end.filter(|&end| (1..=MAX_QUOTED).contains(&end)) {
                return token.at.start + end;
            }
        }
        let mut end = token.at.end;
        let mut digits = token.word.len();
        for (offset, follower) in self.tokens[at + 1..].iter().enumerate() {
            let before = &self.tokens[at + offset];
            let number = follower.is_number();
            digits += follower.word.len();
            if !number || before.after != After::Nothing || digits > MAX_CODE_DIGITS {
                break;
            }
            let numeric = token.is_number();
            if !numeric && noun != Noun::Password {
                break;
            }
            end = follower.at.end;
        }
        end
    }

    /// The token with which a number begins that ends with the one at `at`.
    fn begin_of_secret(&self, at: usize) -> usize {
        let mut start = at;
        while start > 0
            && at - start < MAX_CODE_DIGITS
            && self.tokens[at].is_number()
            && self.tokens[start - 1].is_number()
            && self.tokens[start - 1].after < After::Line
        {
            start -= 1;
        }
        start
    }
}

fn announces(tokens: &[Token], at: usize) -> Option<(Noun, usize)> {
    let word = tokens[at].word.as_str();
    let two = tokens.get(at + 1).and_then(|next| words::noun_of_two(word, &next.word));
    if let Some(noun) = two {
        return Some((noun, at + 2));
    }
    if word == "pass" {
        return is_password_in_short(tokens, at).then_some((Noun::Password, at + 1));
    }
    let noun = words::noun(word)?;
    let harmless = noun == Noun::Code && at > 0 && words::is_harmless_code(&tokens[at - 1].word);
    (!harmless).then_some((noun, at + 1))
}

/// Whether "pass" is short for password and no passport: "pass: …", "pass is …", "user … pass …".
fn is_password_in_short(tokens: &[Token], at: usize) -> bool {
    let said =
        tokens.get(at + 1).is_some_and(|next| matches!(next.word.as_str(), "is" | ":" | "="));
    let user = |token: &Token| {
        matches!(token.word.as_str(), "user" | "login")
            || words::noun(&token.word) == Some(Noun::User)
    };
    said || tokens[at.saturating_sub(REACH_BACK)..at].iter().any(user)
}

fn kind(noun: Noun) -> SecretKind {
    match noun {
        Noun::Password => SecretKind::Password,
        Noun::Pin => SecretKind::Pin,
        Noun::Code => SecretKind::OneTimeCode,
        Noun::KeyCode => SecretKind::KeyCodes,
        Noun::User | Noun::Both => SecretKind::UserId,
    }
}

/// Whether a word with digits is a number with a unit or an ending, like "10min" or "2024ssa".
fn is_compound(word: &str) -> bool {
    let rest = word.trim_start_matches(|sign: char| sign.is_ascii_digit());
    rest.len() < word.len() && rest.chars().all(char::is_alphabetic) && rest.len() >= 2
}
