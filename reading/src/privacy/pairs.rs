//! Secrets that the shape of a sentence gives away: the name of a user beside its code, what
//! somebody signs in with, a code that was typed in or got, the digits on the back of a card.

mod told;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::MAX_CODE_DIGITS;
use crate::privacy::announced::Search;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// How many words may stand between an announcement and what it announces.
const REACH: usize = 8;

/// How many words may stand between the name of a user and its code.
const BESIDE: usize = 5;

/// Numbers in a row that are looked at together.
const ROW: usize = 6;

/// More digits in a row were no codes that somebody typed in.
const LONGEST_CODE: usize = 16;

/// So many words may stand between what announces a user and the number.
const NUMBER_NEAR: usize = 5;

impl Search<'_> {
    /// Takes a code that somebody says to have typed in or to have got.
    pub(super) fn typed_in(&self, at: usize, found: &mut Vec<Found>) {
        let token = &self.tokens[at];
        if !token.is_number() || self.is_of_phone(at) || !self.is_strong(at, Noun::Code, true) {
            return;
        }
        // "jag skrev 2009 1147 3302 8841 7": so long is a reference.
        if self.digits_in_row(at) > LONGEST_CODE {
            return;
        }
        // "447 120" is one code.
        let halves = token.word.len() == 3
            && token.after == After::Nothing
            && self.begin_of_secret(at) == at
            && self.digits_from(at) == 6
            && self.tokens[at + 1].word.len() == 3;
        // "laitoin viitteeksi 20552 81774"
        let begin = self.begin_of_secret(at);
        if begin < at && token.word.len() > 3 && self.is_named(begin) {
            return;
        }
        let near = at.saturating_sub(3)..at;
        let typed =
            self.tokens[near].iter().any(|token| words::types_in(&token.word) && !token.ends());
        let whole = at.saturating_sub(REACH)..self.tokens.len().min(at + REACH);
        let plain = token.at.len() == token.word.len() || self.is_in_halves(at);
        let sent = (token.word.len() == 6 && plain || halves)
            && self.tokens[whole].iter().any(|token| words::delivers(&token.word));
        // "I put in 4712", "bekräfta med 551209"
        let pair = |first: fn(&str) -> bool, second: fn(&str) -> bool| {
            at >= 2 && first(&self.tokens[at - 2].word) && second(&self.tokens[at - 1].word)
        };
        let typed = typed
            || pair(|word| word == "put", |word| word == "in")
            || pair(words::confirms, words::is_with);
        if typed || sent || self.is_got(at, halves) {
            let last = if halves { at + 1 } else { at };
            let at = token.at.start..self.tokens[last].at.end;
            found.push(Found { at, kind: SecretKind::OneTimeCode });
        }
    }

    /// How many digits stand in a row around those at `at`, of a few numbers at most.
    fn digits_in_row(&self, at: usize) -> usize {
        let joined = |token: &&Token| token.is_number() && token.after == After::Nothing;
        let size = |token: &Token| token.word.len();
        let before = self.tokens[..at].iter().rev().take(ROW).take_while(joined).map(size);
        let behind = self.tokens[at..].iter().take(ROW).take_while(joined).map(size);
        let end = at + self.tokens[at..].iter().take(ROW).take_while(joined).count();
        let last = self.tokens.get(end).filter(|token| token.is_number()).map_or(0, size);
        before.chain(behind).sum::<usize>() + last
    }

    /// Whether the number at `at` is a code of six digits that somebody says to have got, with
    /// nothing more about it: "fick 597205".
    fn is_got(&self, at: usize, halves: bool) -> bool {
        let token = &self.tokens[at];
        let next = if halves { at + 2 } else { at + 1 };
        let last = &self.tokens[next - 1];
        let mut before = self.tokens[at.saturating_sub(3)..at].iter().rev();
        let got = before
            .try_for_each(|token| match &token.word {
                _ if token.after > After::Nothing => Err(false),
                word if words::gets(word) => Err(true),
                word if words::hedges(word) || words::delivers(word) || words::links(word) => {
                    Ok(())
                }
                _ => Err(false),
            })
            .is_err_and(|got| got);
        let word = |at: usize| self.tokens.get(at).map_or("", |token| token.word.as_str());
        let device = words::is_place_preposition(word(next)) && words::carries(word(next + 1));
        let money = matches!(word(next), "i" | "e" | "is");
        (token.word.len() == 6 || halves)
            && got
            && (last.after > After::Nothing || device || self.goes_on(next) && !money)
    }

    /// Takes the security code of a card that is told by where it stands: "de tre siffrorna på
    /// baksidan är 123".
    pub(super) fn on_the_back(&self, at: usize, found: &mut Vec<Found>) {
        let token = &self.tokens[at];
        let plain = token.is_number() && token.at.len() == token.word.len();
        if !plain || !(3..=4).contains(&token.word.len()) {
            return;
        }
        let sentence = self.tokens[at.saturating_sub(REACH)..at].iter().rev();
        // "call me back"
        let returns = self.tokens[at.saturating_sub(REACH)..at].windows(2).any(|two| {
            two[1].word == "back"
                && matches!(
                    two[0].word.as_str(),
                    "me" | "call" | "get" | "us" | "come" | "go" | "you" | "got"
                )
        });
        let mut back = false;
        let mut digits = false;
        let mut card = false;
        for token in sentence.take_while(|token| !token.ends()) {
            back |= words::is_back(&token.word) && !returns;
            digits |= words::names_digits(&token.word) || words::noun(&token.word).is_some();
            digits |= token.word.ends_with("luku") || token.word.ends_with("kod");
            card |= token.word.starts_with("kort") || token.word == "card";
        }
        let unit = self.tokens.get(at + 1).is_some_and(|next| words::is_unit(&next.word))
            || at > 0 && words::is_place_preposition(&self.tokens[at - 1].word)
            || token.word.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year));
        let mut behind =
            self.tokens[at + 1..].iter().take(BESIDE).take_while(|token| !token.ends());
        back |= !token.ends() && behind.any(|token| words::is_back(&token.word));
        // "baksidan: 612", "612 kortin takana"
        let behind = self.tokens[at + 1..].iter().take(2);
        card |= behind.into_iter().any(|token| token.word == "kortin");
        card |= at > 0 && words::is_back(&self.tokens[at - 1].word) && self.colon_before(at);
        let last = token.word.len() == 3
            && (token.after > After::Nothing
                || at + 1 < self.tokens.len() && self.tokens[at + 1].word == "kortin");
        if back && (digits || card && last) && !unit {
            found.push(Found { at: token.at.clone(), kind: SecretKind::Pin });
        }
    }

    /// Takes what somebody signs in with: the number of a user and its code, or a password.
    pub(super) fn pairs(&self, found: &mut Vec<Found>) {
        let speaks = self.nouns.iter().flatten().any(|(noun, _)| *noun == Noun::Password);
        for at in 0..self.tokens.len() {
            let token = &self.tokens[at];
            if words::is_with(&token.word) && self.signs_in_before(at) {
                self.with(at + 1, found);
            }
            // "jag använder Banan12 när jag loggar in"
            if words::uses(&token.word) && self.signs_in_after(at + 2) && at + 1 < self.tokens.len()
            {
                self.with(at + 1, found);
            }
            // "fel lösenord står det men jag skriver Stolpe77"
            if speaks && words::types_in(&token.word) {
                self.with(at + 1, found);
            }
            // "5530 1847"
            let groups = self.groups_around(at).filter(|(first, _)| *first == at);
            if groups.is_none() && !is_user_number(token) {
                continue;
            }
            let last = groups.map_or(at, |(_, last)| last);
            let Some((code, joined)) = self.code_after(last) else { continue };
            let alone = joined && self.is_whole_line(at, code);
            let typed = self.tokens[code + 1..].iter().take(3).take_while(|token| !token.ends());
            let typed = joined && typed.map(|token| token.word.as_str()).any(words::types_in);
            if alone || typed || self.is_login(at, false) || self.is_about_login(at, code, joined) {
                let end = self.tokens[code].at.clone();
                let user = token.at.start..self.tokens[last].at.end;
                found.push(Found { at: user, kind: SecretKind::UserId });
                found.push(Found { at: end, kind: SecretKind::UserId });
            }
        }
        self.changed(found);
    }

    /// The groups, of one to four digits each, that the number of a user around `at` is written in:
    /// "65 19 49 45".
    fn groups_around(&self, at: usize) -> Option<(usize, usize)> {
        let group = |token: &Token| token.is_number() && (1..=4).contains(&token.word.len());
        if !group(&self.tokens[at]) {
            return None;
        }
        let first = self.begin_of_secret(at);
        let joined = |at: &usize| self.tokens[*at].after == After::Nothing;
        let last = (first..self.tokens.len().min(first + MAX_CODE_DIGITS))
            .take_while(|at| self.tokens.get(at + 1).is_some_and(group) && joined(at))
            .last()
            .map_or(first, |at| at + 1);
        let digits: usize = self.tokens[first..=last].iter().map(|token| token.word.len()).sum();
        let all = self.tokens[first..=last].iter().all(group);
        (all && last > first && (6..=10).contains(&digits)).then_some((first, last))
    }

    pub(super) fn signs_in_before(&self, at: usize) -> bool {
        let near = &self.tokens[at.saturating_sub(BESIDE)..at];
        near.iter().any(|token| words::signs_in(&token.word))
            && near.iter().all(|token| !token.ends())
    }

    fn signs_in_after(&self, at: usize) -> bool {
        let near = self.tokens.get(at..self.tokens.len().min(at + BESIDE)).unwrap_or_default();
        near.iter().any(|token| words::signs_in(&token.word))
    }

    /// Takes a password that somebody signs in with.
    fn with(&self, from: usize, found: &mut Vec<Found>) {
        let near = from..self.tokens.len().min(from + 3);
        for at in near {
            let token = &self.tokens[at];
            let typed = at == from && words::types_in(&self.tokens[at - 1].word) && {
                words::is_odd(&token.word)
                    || self.flat.is_mixed_case(&token.at) && !words::is_product(&token.word)
            };
            if typed || self.is_password_by_shape(at) {
                found.push(Found { at: token.at.clone(), kind: SecretKind::Password });
                return;
            }
            if token.ends() || !words::links(&token.word) {
                return;
            }
        }
    }

    /// Whether a word can hardly be anything but a password: letters, two digits at least, and no
    /// name of a thing.
    pub(super) fn is_password_by_shape(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let digits = token.word.bytes().filter(u8::is_ascii_digit).count();
        let letters = token.word.chars().filter(|sign| sign.is_alphabetic()).count();
        digits >= 1
            && digits + letters >= 5
            && letters >= 3
            && !words::names_a_service(&token.word)
            && !words::is_product(&token.word)
            && !self.flat.text[token.at.clone()].contains(['/', '.', '@'])
            && self.is_strong(at, Noun::Password, false)
    }

    /// Takes two passwords of which somebody says to have changed one into the other.
    fn changed(&self, found: &mut Vec<Found>) {
        for (at, token) in self.tokens.iter().enumerate() {
            let (Some(first), Some(to), Some(second)) =
                (self.tokens.get(at + 1), self.tokens.get(at + 2), self.tokens.get(at + 3))
            else {
                return;
            };
            let verb = self.tokens[at.saturating_sub(BESIDE)..at]
                .iter()
                .any(|token| words::changes(&token.word));
            if verb
                && matches!(token.word.as_str(), "fran" | "from")
                && matches!(to.word.as_str(), "till" | "to" | "into")
                && self.is_password_by_shape(at + 1)
                && self.is_password_by_shape(at + 3)
            {
                found.push(Found { at: first.at.clone(), kind: SecretKind::Password });
                found.push(Found { at: second.at.clone(), kind: SecretKind::Password });
            }
        }
    }

    /// Where the code stands that follows the number of a user, and whether a sign or a word joins
    /// them.
    fn code_after(&self, at: usize) -> Option<(usize, bool)> {
        let mut joined = false;
        for next in at + 1..self.tokens.len().min(at + 6) {
            let token = &self.tokens[next];
            let before = &self.tokens[next - 1];
            joined |= before.after == After::Pause;
            if before.ends() {
                return None;
            }
            if token.is_number() {
                let code = (4..=6).contains(&token.word.len()) && !self.is_counted(next);
                return code.then_some((next, joined));
            }
            if !words::joins(&token.word) && words::noun(&token.word).is_none() {
                return None;
            }
            joined = true;
        }
        None
    }

    fn is_counted(&self, at: usize) -> bool {
        let written = &self.flat.text[self.tokens[at].at.clone()];
        written.contains(['.', ',', ':', '-'])
            || self.tokens.get(at + 1).is_some_and(|next| {
                words::is_unit(&next.word) && next.word != "ar" && next.word != "e"
            })
    }

    /// Whether the words before a number say that it is signed in with.
    ///
    /// The number of a customer does where a secret stands `beside` it.
    fn is_login(&self, at: usize, beside: bool) -> bool {
        for back in (at.saturating_sub(BESIDE)..at).rev() {
            let token = &self.tokens[back];
            if token.ends() {
                return false;
            }
            if words::may_announce_user(&token.word)
                || matches!(words::noun(&token.word), Some(Noun::User | Noun::Both))
                || words::signs_in(&token.word)
                || words::types_in(&token.word)
            {
                let before = back.checked_sub(1).map_or("", |it| self.tokens[it].word.as_str());
                let harmless = token.word == "id" && words::names_harmless_number(before);
                return !harmless || matches!(before, "customer" | "kund" | "asiakas");
            }
            let tried = words::is_with(&token.word)
                && back > 0
                && words::tries(&self.tokens[back - 1].word);
            if tried || beside && words::names_customer(&token.word) {
                return true;
            }
            if words::noun(&token.word).is_some() || words::names_digits(&token.word) {
                continue;
            }
            if words::names_harmless_number(&token.word) && !words::links(&token.word)
                || !words::links(&token.word)
                    && !words::says_little(&token.word)
                    && !words::is_with(&token.word)
            {
                return false;
            }
        }
        false
    }

    /// Whether the tokens from `first` to `last` are all that their line says.
    fn is_whole_line(&self, first: usize, last: usize) -> bool {
        let year =
            self.tokens[last].word.parse().is_ok_and(|year: u32| (1900..2100).contains(&year));
        let begins = first == 0 || self.tokens[first - 1].after >= After::Line;
        let ends = last + 1 == self.tokens.len() || self.tokens[last].after >= After::Line;
        begins && ends && !year && self.tokens[last].word.len() == 4
    }

    /// Whether what is said around a number and a code speaks of signing in, and names neither.
    fn is_about_login(&self, at: usize, code: usize, joined: bool) -> bool {
        let plain = joined || !self.tokens[at].word.starts_with('0');
        let fits = self.tokens[at].word.len() >= 6 && self.tokens[code].word.len() == 4 && plain;
        let around = at.saturating_sub(2 * REACH)..self.tokens.len().min(code + REACH);
        let about = self.tokens[around].iter().any(|token| {
            words::signs_in(&token.word)
                || token.word.contains("bank") && !token.word.ends_with("giro")
                || token.word != "id" && words::may_announce_user(&token.word)
        });
        fits && about && !self.is_named(at)
    }

    /// Whether one of the words before a number names it as something else.
    fn is_named(&self, at: usize) -> bool {
        self.tokens[at.saturating_sub(4)..at]
            .iter()
            .rev()
            .take_while(|token| token.after < After::Pause)
            .any(|token| words::names_harmless_number(&token.word))
    }

    /// Takes the number of a user of the bank after the word that announces it, also where no code
    /// stands beside it: that may come in the next message.
    pub(super) fn user_number(&self, next: usize, found: &mut Vec<Found>) {
        let near = self.tokens.iter().skip(next).take(NUMBER_NEAR);
        let leads = |token: &&Token| {
            words::links(&token.word) || words::names_digits(&token.word) || is_here(&token.word)
        };
        let lead = near.take_while(leads).count();
        let Some(token) = self.tokens.get(next + lead) else { return };
        let whole = token.is_number() && token.at.len() == token.word.len();
        let joined = self.tokens[next - 1..next + lead].iter().all(|it| it.after < After::Line);
        // What may be a parcel's too is a user's where it is as long as those of most banks.
        let digits = if words::names_anything(&self.tokens[next - 1].word) { 8..=8 } else { 6..=9 };
        if whole && joined && digits.contains(&token.word.len()) {
            found.push(Found { at: token.at.clone(), kind: SecretKind::UserId });
        }
    }

    /// Takes a user name after the word that announces it.
    pub(super) fn user(&self, next: usize, found: &mut Vec<Found>) {
        for at in next..self.tokens.len().min(next + REACH) {
            let token = &self.tokens[at];
            let digits = token.word.bytes().any(|sign| sign.is_ascii_digit());
            let named = at > next && words::is_copula(&self.tokens[at - 1].word);
            let announced = matches!(words::noun(&self.tokens[next - 1].word), Some(Noun::User));
            // "användarnamn anna.berg lösen …"
            let follows = |at: usize| self.nouns.get(at).is_some_and(Option::is_some);
            let joined = self.tokens.get(at + 1).is_some_and(|next| words::joins(&next.word));
            let beside = announced
                && at == next
                && (follows(at + 1) || joined && follows(at + 2))
                && self.nouns[at].is_none()
                && token.word.len() >= 3;
            let name = announced || words::names_user(&self.tokens[next - 1].word);
            let said = (named && name || beside)
                && !words::is_said_about(&token.word)
                && token.word.chars().any(char::is_alphanumeric);
            if token.is_covered() {
                return;
            }
            // "username moconnor_fi then the code"
            let joined_by_sign = announced
                && at == next
                && self.flat.text[token.at.clone()].contains(['_', '.'])
                && token.word.len() >= 4;
            if digits && token.word.len() >= 4 || said || joined_by_sign {
                found.push(Found { at: token.at.clone(), kind: SecretKind::UserId });
                return;
            }
            if !(is_here(&token.word) || words::links(&token.word)) || token.ends() {
                return;
            }
        }
    }

    /// Takes the numbers that stand right beside a secret with nothing but joints and announcements
    /// between: the name of its user.
    pub(super) fn beside(&self, from: usize, found: &mut Vec<Found>) {
        let secrets: Vec<(usize, usize)> = found[from..]
            .iter()
            .filter(|one| {
                let alone = [SecretKind::Pin, SecretKind::Password, SecretKind::OneTimeCode];
                alone.contains(&one.kind) || one.kind == SecretKind::KeyCodes
            })
            .map(|one| {
                let first = self.tokens.partition_point(|token| token.at.end <= one.at.start);
                let last = self.tokens.partition_point(|token| token.at.start < one.at.end);
                (first, last)
            })
            .collect();
        for (first, last) in secrets {
            let before = (first.saturating_sub(BESIDE)..first).rev();
            self.beside_one(before, found);
            self.beside_one(last..self.tokens.len().min(last + BESIDE), found);
        }
    }

    fn beside_one(&self, near: impl Iterator<Item = usize>, found: &mut Vec<Found>) {
        let mut joined = false;
        for at in near {
            let token = &self.tokens[at];
            joined |= words::is_with(&token.word)
                || matches!(token.word.as_str(), "och" | "ja" | "and" | "samt" | "seka" | "/");
            if let Some((first, last)) = self.groups_around(at)
                && (joined && !self.is_named(first) || self.is_login(first, true))
            {
                let at = self.tokens[first].at.start..self.tokens[last].at.end;
                found.push(Found { at, kind: SecretKind::UserId });
                return;
            }
            if token.is_number() && (5..=10).contains(&token.word.len()) {
                let user = self.tokens[at.saturating_sub(3)..at]
                    .iter()
                    .any(|token| words::may_announce_user(&token.word));
                let named = self.is_named(at) && !user || token.word.starts_with('0');
                let beside = joined && token.word.len() >= 6 && !named;
                if is_user_number(token) && (beside || self.is_login(at, true)) {
                    found.push(Found { at: token.at.clone(), kind: SecretKind::UserId });
                }
                return;
            }
            let joint = words::joins(&token.word)
                || words::types_in(&token.word)
                || words::is_copula(&token.word)
                || words::is_with(&token.word)
                || words::noun(&token.word).is_some()
                || words::may_announce_user(&token.word)
                || matches!(
                    token.word.as_str(),
                    "customer"
                        | "kund"
                        | "asiakas"
                        | "bank"
                        | "siihen"
                        | "dartill"
                        | "tillhorande"
                        | "its"
                        | "personlig"
                        | "personliga"
                        | "personal"
                        | "henkilokohtainen"
                        | "mun"
                        | "min"
                        | "mitt"
                        | "my"
                        | "the"
                );
            if token.is_covered() || !joint {
                return;
            }
        }
    }
}

/// Whether a token may be the number of a user, and is no telephone's.
fn is_user_number(token: &Token) -> bool {
    token.is_number()
        && (5..=10).contains(&token.word.len())
        && !(token.word.starts_with('0') && token.word.len() >= 9)
}

/// Says where a user has a name: "min id hos er är 30915522".
fn is_here(word: &str) -> bool {
    matches!(word, "hos" | "er" | "teilla" | "pankissa" | "with" | "you" | "at")
}
