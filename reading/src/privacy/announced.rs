//! Secrets that only their company gives away: passwords, PINs, codes and user names after (or
//! before) the words that announce them.
//!
//! A word after an announcement is taken for the secret when it looks like one (digits, signs or
//! capitals among letters, quotation marks). A plain word is taken only right after "is" or a
//! colon, at the end of its clause, and when nobody would say it *about* a password.

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::flat::Flat;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::tokens::tokens;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// How many words may stand between the announcement and the secret.
pub(super) const REACH: usize = 8;

/// How many words may stand between a secret and the announcement after it.
const REACH_BACK: usize = 4;

/// Digits of a code given in parts.
pub(super) const MAX_CODE_DIGITS: usize = 10;

/// Whether a secret, or the name that goes with one, is announced anywhere in a text.
pub(super) fn announces_any(text: &str) -> bool {
    let flat = Flat::of(text);
    let search = Search::new(&flat);
    let user = |token: &Token| words::may_announce_user(&token.word);
    search.nouns.iter().any(Option::is_some) || search.tokens.iter().any(user)
}

/// Finds announced secrets.
pub(super) fn find(search: &Search<'_>, lines: bool, found: &mut Vec<Found>) {
    let before = found.len();
    let mut users = Vec::new();
    for at in 0..search.tokens.len() {
        if let Some((noun, next)) = search.nouns[at] {
            match noun {
                Noun::User => {
                    users.push(next);
                    search.user_number(next, found);
                }
                noun => search.after(noun, next, found),
            }
            search.before(noun, at, found);
        } else {
            if words::may_announce_user(&search.tokens[at].word) {
                users.push(at + 1);
                let word = &search.tokens[at].word;
                if words::names_bank_user(word) || words::names_anything(word) {
                    search.user_number(at + 1, found);
                }
            }
            search.typed_in(at, found);
            search.on_the_back(at, found);
            search.given(at, found);
        }
    }
    search.pairs(found);
    search.signed_in_with_slash(found);
    search.own(found);
    search.nearby(lines, found);
    // Any other name opens nothing alone; together with a code it does.
    if found[before..].iter().any(|one| one.kind != SecretKind::UserId) {
        for next in users {
            search.user(next, found);
        }
        search.beside(before, found);
    }
}

pub(super) struct Search<'a> {
    pub(super) flat: &'a Flat,
    pub(super) tokens: Vec<Token>,
    /// For each token, what is announced there, and where the next word stands.
    pub(super) nouns: Vec<Option<(Noun, usize)>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(flat: &'a Flat) -> Self {
        let tokens = tokens(&flat.text);
        let nouns = (0..tokens.len()).map(|at| announces(&tokens, at)).collect();
        Self { flat, tokens, nouns }
    }

    /// Takes the secret that follows an announcement.
    fn after(&self, noun: Noun, next: usize, found: &mut Vec<Found>) {
        let changing = next.saturating_sub(REACH_BACK)..self.tokens.len().min(next + 2);
        let changing = self.tokens[changing].iter().any(|token| words::changes(&token.word));
        if noun == Noun::Code && self.is_offered(next) {
            return;
        }
        let relative = self.tokens.get(next).is_some_and(|token| words::relates(&token.word));
        let mut linked = true;
        // "is", and nothing after it but "I think" or the like.
        let mut copula = false;
        // A line went by that did not end with "is", or that asked: what follows is another thought
        // unless it is plainly a secret.
        let mut bare = false;
        for at in next..self.tokens.len().min(next + REACH) {
            let token = &self.tokens[at];
            let before = &self.tokens[at - 1];
            if before.after >= After::Line {
                bare = !(copula || words::is_copula(&before.word) || self.colon_before(at))
                    || self.is_question(next);
                linked &= !bare || self.is_alone(at) || words::is_copula(&token.word);
            }
            let said = copula
                || at > next && words::is_copula(&before.word) && !self.is_english_on(at - 1)
                || self.colon_before(at)
                // "kirjaudun salasanalla mustaherukka"
                || noun == Noun::Password && at == next && self.signs_in_before(at - 1)
                || changing
                    && matches!(
                        before.word.as_str(),
                        "till" | "to" | "as" | "into" | "fran" | "from"
                    )
                || noun == Noun::Password && self.is_made(at, next)
                // "salasanana": as the password; "passcode's": the password is.
                || at == next
                    && (self.tokens[next - 1].word.ends_with("sanana")
                        || self.flat.text[self.tokens[next - 1].at.clone()].ends_with("'s"));
            // The thing itself may stand on the next line, but not in the next sentence.
            let continued =
                said || at == next && self.is_alone(at) || words::is_copula(&token.word);
            let asked = self.flat.text[before.at.end..token.at.start].contains('?');
            let elsewhere = (at > next || asked && !words::is_copula(&token.word)) && before.ends()
                || before.after == After::Line && !continued;
            if elsewhere || token.is_covered() {
                if token.is_covered() && !elsewhere && linked {
                    self.sequence(at + 1, noun, found);
                }
                return;
            }
            if let Some(end) = self.secret(at, next, noun, (said, linked, bare)) {
                found.push(Found { at: token.at.start..end, kind: kind(noun) });
                let follower = self.tokens.partition_point(|token| token.at.start < end);
                self.sequence(follower, noun, found);
                return;
            }
            let harmless = words::names_harmless_number(&token.word) && !words::links(&token.word);
            if harmless || self.nouns[at].is_some() && at > next {
                return;
            }
            copula = (copula || words::is_copula(&token.word))
                && (words::is_copula(&token.word) || words::hedges(&token.word));
            let place = noun != Noun::Password && self.is_place(at);
            let clause = relative && noun != Noun::Password && !token.is_number();
            let little = words::says_little(&token.word) || words::hedges(&token.word);
            linked &= if bare {
                little || words::is_copula(&token.word)
            } else {
                words::links(&token.word) || place || clause
            };
        }
    }

    /// Whether "on" is the English one here, and not the Finnish for "is".
    fn is_english_on(&self, at: usize) -> bool {
        let near = at.saturating_sub(REACH_BACK)..self.tokens.len().min(at + REACH_BACK);
        self.tokens[at].word == "on"
            && self.tokens[near].iter().any(|token| {
                matches!(token.word.as_str(), "the" | "was" | "in" | "my" | "is" | "your")
            })
    }

    /// Whether the line asks something before the announcement: "how long must the password be".
    pub(super) fn is_question(&self, next: usize) -> bool {
        self.tokens[next.saturating_sub(REACH)..next]
            .iter()
            .rev()
            .take_while(|token| token.after < After::Line)
            .any(|token| words::asks(&token.word))
    }

    /// Whether the code is one that anybody may have: "koodilla ALE20 ei saa alennusta", "kod 5512 i
    /// felmeddelandet".
    fn is_offered(&self, next: usize) -> bool {
        let near = &self.tokens[next..self.tokens.len().min(next + REACH)];
        let sentence = near.iter().position(Token::ends).map_or(near, |end| &near[..=end]);
        let shown = |token: &Token| words::is_offer(&token.word) || words::names_fault(&token.word);
        // "something went wrong, code 5006"
        let before = &self.tokens[next.saturating_sub(REACH_BACK)..next];
        words::tell_of_fault(before) && !before.iter().any(Token::ends)
            || sentence.iter().any(shown)
            || sentence.windows(2).any(|two| {
                matches!(two[0].word.as_str(), "i" | "in") && two[1].word.starts_with("felmed")
            })
    }

    /// Where the secret ends that begins at `at`, if one does. `next` is where the words after the
    /// announcement begin; `said` is whether "is" stands before, `linked` whether all that stands
    /// between may stand there, `bare` whether a line went by that did not end with "is".
    fn secret(
        &self,
        at: usize,
        next: usize,
        noun: Noun,
        (said, linked, bare): (bool, bool, bool),
    ) -> Option<usize> {
        let token = &self.tokens[at];
        let before = &self.tokens[at - 1];
        // "från 18225", "från nummer 18225"
        let from = match at.checked_sub(2).map(|at| &self.tokens[at]) {
            Some(first) if words::names_digits(&before.word) => first,
            _ => before,
        };
        let place =
            (words::is_place_preposition(&from.word) || self.is_english_on(at - 1)) && !said;
        let password = noun == Noun::Password;
        let quoted =
            password && token.quoted && (at == next || said || linked) && self.is_quotation(at);
        // "password for my iPhone15": the telephone; "password Nokia3310": the password.
        let product = words::is_product(&token.word)
            && !(said || at == next && before.after == After::Nothing);
        let listed = self.is_place(at) && noun != Noun::Password;
        // "send the code to +44 7700 900482", "till 050 3128 447"
        let called = before.is_number()
            && before.after == After::Nothing
            && (before.word.starts_with('0') || self.is_of_phone(at));
        // On a line of its own only what cannot well be anything else.
        let whole = token.after >= After::Line || at + 1 == self.tokens.len();
        let clear = !bare || whole || token.word.bytes().any(|sign| sign.is_ascii_digit());
        let strong =
            self.is_strong(at, noun, said) && clear && !product && !listed || quoted && !bare;
        if strong && !place && !(called && noun == Noun::Code) && (linked || said && !bare) {
            return Some(self.end_of_secret(at, noun));
        }
        let plain = password && said && !bare && self.is_plain_secret(at, next);
        if plain {
            return Some(self.end_of_secret(at, noun));
        }
        let colon = matches!(before.word.as_str(), ":" | "=") || self.colon_before(at);
        let phrase = self.flat.text[self.tokens[next - 1].at.clone()].contains("fras")
            || self.flat.text[self.tokens[next - 1].at.clone()].contains("phrase");
        (password && !bare && (said || colon || phrase && at == next))
            .then(|| self.phrase(at, next, phrase && colon))
            .flatten()
    }

    /// Whether somebody says before `at` to have made a word their password: "salasanaksi laitoin
    /// …".
    fn is_made(&self, at: usize, next: usize) -> bool {
        let noun = &self.tokens[next - 1].word;
        let becomes = noun.ends_with("ksi") || noun.ends_with("kseni") || noun.ends_with("ks");
        let before = &self.tokens[next.saturating_sub(REACH_BACK)..next];
        let made = at > next || before.iter().any(|token| words::makes(&token.word));
        becomes && made && self.tokens[next..at].iter().all(|token| words::makes(&token.word))
    }

    /// Whether the token at `at` is the place in a list of the code after it: "12: 7719".
    pub(super) fn is_place(&self, at: usize) -> bool {
        let next = (at + 1..self.tokens.len().min(at + 3)).find(|&next| {
            !words::is_copula(&self.tokens[next].word) && self.tokens[next].word != ")"
        });
        words::is_place(&self.tokens[at].word)
            && self.tokens[at].after < After::Sentence
            && next.is_some_and(|next| {
                let token = &self.tokens[next];
                token.is_number() && (4..=6).contains(&token.word.len()) || token.is_covered()
            })
    }

    /// Whether a sign stands behind the token at `at` that numbers things.
    pub(super) fn is_marked(&self, at: usize) -> bool {
        let Range { start, end } = self.tokens[at].at;
        self.flat.text[end..].starts_with([':', '.', ')', '=', '-'])
            || self.flat.text[start..end].ends_with('=')
    }

    /// Takes the secrets of the same kind that follow a first one: "1234 or 4321", "12: 7719, 13:
    /// 8037", "was X and now it is Y".
    fn sequence(&self, from: usize, noun: Noun, found: &mut Vec<Found>) {
        let mut idle = 0;
        let mut joined = false;
        for at in from..self.tokens.len().min(from + 3 * REACH) {
            let token = &self.tokens[at];
            let before = &self.tokens[at - 1];
            let list = matches!(noun, Noun::KeyCode | Noun::Code | Noun::Pin);
            // The rows of a list stand on lines of their own.
            let row = noun == Noun::KeyCode || list && self.is_place(at) && self.is_marked(at);
            if before.ends() && !token.is_number() || before.after >= After::Line && !row {
                return;
            }
            if token.is_covered() {
                idle = 0;
                continue;
            }
            if self.is_place(at) && list {
                continue;
            }
            // "rad 5 5528, rad 6 1903"
            let numbered = at + 1 < self.tokens.len() && self.is_place(at + 1);
            if list && words::names_a_row(&token.word) && numbered && before.after < After::Line {
                continue;
            }
            let phone = token.word.len() >= 9 && token.word.starts_with('0');
            let same = match noun {
                Noun::Password => {
                    !token.is_number()
                        && (joined || before.after == After::Pause)
                        && self.is_strong(at, noun, false)
                }
                Noun::Both => {
                    self.is_strong(at, noun, true) || self.is_strong(at, Noun::Password, false)
                }
                _ => self.is_strong(at, noun, true) && (token.is_number() || joined),
            };
            let next = self.tokens.get(at + 1).map_or("", |token| token.word.as_str());
            let named = next.starts_with(char::is_alphabetic)
                && before.after == After::Line
                && !self.goes_on(at + 1);
            if same && !phone && !named {
                found.push(Found { at: token.at.clone(), kind: kind(noun) });
                idle = 0;
                joined = false;
            } else if words::leads_on(&token.word) && idle < REACH && before.after < After::Line {
                joined = true;
                idle += 1;
            } else {
                return;
            }
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
            let plain = linked && noun == Noun::Password && self.is_plain_subject(back, at);
            if plain || (linked || asked) && self.is_strong(first, noun, !token.quoted) {
                let at = self.tokens[first].at.start..token.at.end;
                found.push(Found { at, kind: kind(noun) });
                return;
            }
            // "551209 - koden jag fick"
            let first = self.begin_of_secret(back.saturating_sub(1));
            let opens = token.word == "-" && (first == 0 || self.tokens[first - 1].ends());
            linked |= opens
                || words::is_copula(&token.word)
                || matches!(token.word.as_str(), "som" | "as");
            // "762481 is your login code"
            let user = words::may_announce_user(&token.word) || words::confirms(&token.word);
            if !words::links(&token.word) && !words::says_right(&token.word) && !user {
                return;
            }
        }
    }
}

pub(super) fn announces(tokens: &[Token], at: usize) -> Option<(Noun, usize)> {
    let word = tokens[at].word.as_str();
    // "secret 8327"
    let number = |token: &Token| token.is_number() && (4..=6).contains(&token.word.len());
    if matches!(word, "secret" | "salainen" | "hemlig") && tokens.get(at + 1).is_some_and(number) {
        return Some((Noun::Pin, at + 1));
    }
    let two = tokens.get(at + 1).and_then(|next| words::noun_of_two(word, &next.word));
    if let Some(noun) = two {
        return Some((noun, at + 2));
    }
    if word == "pass" {
        return is_password_in_short(tokens, at).then_some((Noun::Password, at + 1));
    }
    let noun = words::noun(word).or_else(|| {
        let name = word.strip_suffix('s').and_then(words::noun);
        name.filter(|noun| *noun == Noun::Password).or_else(|| words::mistyped(word))
    })?;
    // "postnumret, alltså koden 68600"
    let called = noun == Noun::Code
        && tokens[at.saturating_sub(2)..at]
            .iter()
            .any(|token| token.word.starts_with("post") || token.word == "zip");
    // "beställningsnumret på kodlistan"
    let called = called
        || at > 1
            && words::is_place_preposition(&tokens[at - 1].word)
            && words::names_harmless_number(&tokens[at - 2].word);
    let harmless = called
        || noun == Noun::Code && at > 0 && words::is_harmless_code(&tokens[at - 1].word)
        // "fel kod 661409": wrong; errors have shorter numbers.
        && !(tokens[at - 1].word == "fel" && tokens.get(at + 1).is_some_and(|next| next.is_number() && next.word.len() == 6));
    (!harmless).then_some((noun, at + 1))
}

/// Whether "pass" is short for password and no passport: "pass: …", "pass is …", "user … pass …".
fn is_password_in_short(tokens: &[Token], at: usize) -> bool {
    let said = tokens.get(at + 1).is_some_and(|next| {
        matches!(next.word.as_str(), "is" | ":" | "=")
            || next.word.chars().all(|sign| !sign.is_alphanumeric() && !sign.is_ascii())
    });
    let user = |token: &Token| {
        matches!(token.word.as_str(), "user" | "login")
            || words::noun(&token.word) == Some(Noun::User)
    };
    let before = &tokens[at.saturating_sub(REACH_BACK)..at];
    let becomes = tokens
        .get(at + 1)
        .is_some_and(|next| matches!(next.word.as_str(), "to" | "into" | "till" | "as"));
    said || becomes && before.iter().any(|token| words::changes(&token.word))
        || before.iter().any(user)
}

pub(super) fn kind(noun: Noun) -> SecretKind {
    match noun {
        Noun::Password => SecretKind::Password,
        Noun::Pin => SecretKind::Pin,
        Noun::Code => SecretKind::OneTimeCode,
        Noun::KeyCode => SecretKind::KeyCodes,
        Noun::User | Noun::Both => SecretKind::UserId,
    }
}
