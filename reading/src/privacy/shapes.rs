//! What secrets look like that were announced, and where they begin and end.

use crate::privacy::announced::MAX_CODE_DIGITS;
use crate::privacy::announced::Search;
use crate::privacy::tokens::After;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// A longer quotation is not a password.
const MAX_QUOTED: usize = 64;

/// More words are not a password.
const MAX_WORDS: usize = 6;

/// Signs that passwords hold and words do not.
const SIGNS: [char; 14] = ['@', '#', '$', '%', '&', '*', '+', '!', '^', '~', '_', '<', '>', '?'];

impl Search<'_> {
    /// Whether a token looks like a secret of this kind.
    pub(super) fn is_strong(&self, at: usize, noun: Noun, said: bool) -> bool {
        let token = &self.tokens[at];
        let word = token.word.as_str();
        let written = &self.flat.text[token.at.clone()];
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if digits > 0 && digits == word.len() {
            let phone = written.starts_with('+') && self.digits_from(at) >= 9;
            return !phone && self.is_code(at, noun, digits, said);
        }
        let letters = word.chars().any(char::is_alphabetic);
        // "iPhone 12" is no password, "iPhone12" may be one.
        let product = words::is_product(word) && !(noun == Noun::Password && digits > 0);
        if !letters || product || written.contains("://") {
            return false;
        }
        match noun {
            Noun::Password | Noun::User => self.is_password(at, digits, said),
            _ => {
                let size = (4..=12).contains(&word.len()) && word.is_ascii();
                digits >= 2
                    && (said || digits > 2 || is_between_letters(word))
                    && size
                    && !is_compound(word)
                    && !word.starts_with("0x")
                    && (said || digits > 5 || !self.flat.is_in_capitals(&token.at))
                    && !word.starts_with("err")
                    && !written.contains('.')
                    && (said || !is_model(written))
            }
        }
    }

    /// Whether a word with letters looks like a password: digits, signs or capitals among the
    /// letters, or quotation marks around it.
    pub(super) fn is_password(&self, at: usize, digits: usize, said: bool) -> bool {
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
            let hour = matches!(unit, "am" | "pm") && digits <= 4;
            return !words::is_unit(unit) && !hour && !ordinal && (said || !is_parcel(word));
        }
        let inner = written.trim_end_matches(['!', '?']);
        let within = inner.contains(SIGNS);
        // "PASSWORD: tin.kettle.moon"
        let dotted = said
            && inner.matches('.').count() > 1
            && !inner.starts_with("www.")
            && inner.split('.').all(|part| part.len() > 2);
        let behind = said && inner.len() < written.len() && !words::is_said_about(inner);
        within || dotted || behind || self.flat.is_mixed_case(&token.at) || said && token.quoted
    }

    /// Whether a word holds two signs at least that words do not: "t!nY.Dr@gon".
    pub(super) fn is_full_of_signs(&self, at: usize) -> bool {
        let written = &self.flat.text[self.tokens[at].at.clone()];
        let signs =
            written.trim_end_matches(['!', '?']).chars().filter(|sign| SIGNS.contains(sign));
        signs.count() + usize::from(self.flat.is_mixed_case(&self.tokens[at].at)) >= 2
            && !written.contains('/')
            && written.chars().filter(|sign| sign.is_alphabetic()).count() >= 3
    }

    /// Whether a number can be a code, and is no amount, year, date or numbered thing.
    pub(super) fn is_code(&self, at: usize, noun: Noun, digits: usize, said: bool) -> bool {
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
        let single = written.split(['.', '-']).all(|part| part.len() == 1);
        // "863.136" is a code in halves.
        let halves = noun == Noun::Code && said && written.split('.').map(str::len).eq([3, 3]);
        let dated = day || !single && !halves && written.contains(['.', ':', '/']) && digits <= 8;
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
        let phone = noun == Noun::Code && parts >= 9 && token.word.starts_with('0');
        // "till 20900 Åbo"
        let town = digits == 5
            && token.after == After::Nothing
            && self.tokens.get(at + 1).is_some_and(|next| {
                self.flat.begins_with_capital(&next.at)
                    && next.word.starts_with(char::is_alphabetic)
            });
        // "koden som kom på telefonen, 739102"
        let carried = digits == 6
            && at > 0
            && self.tokens[at - 1].after == After::Pause
            && words::carries(previous);
        let model = words::is_product(previous) && !words::carries(previous);
        !(dated
            || money
            || year
            || phone
            || town
            || model
            || words::names_harmless_number(previous) && !carried)
    }

    /// Whether what stands in quotation marks here may be a password of several words, and quotes
    /// neither a button nor what is said about passwords.
    pub(super) fn is_quotation(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let end = self.end_of_secret(at, Noun::Password);
        let mut inside =
            (at..self.tokens.len()).take_while(|&inner| self.tokens[inner].at.end <= end);
        token.quoted
            && end >= token.at.end
            && inside.clone().any(|inner| !words::is_said_about(&self.tokens[inner].word))
            && inside.all(|inner| self.nouns[inner].is_none())
    }

    /// How many digits stand in number tokens from `at` on.
    pub(super) fn digits_from(&self, at: usize) -> usize {
        let numbers = self.tokens[at..].iter().take(MAX_CODE_DIGITS + 1);
        numbers.take_while(|token| token.is_number()).map(|token| token.word.len()).sum()
    }

    /// Whether a plain word is the secret itself: right after "is", last of its clause, and
    /// nothing that is said about a password.
    pub(super) fn is_plain_secret(&self, at: usize, next: usize) -> bool {
        let token = &self.tokens[at];
        let letters = token.word.chars().count();
        // A name that only ends like an adjective: "Tuulihattu".
        let said_about = words::is_said_about(&token.word)
            && (words::describes_password(&token.word)
                || words::concerns_passwords(&token.word)
                || letters < 6
                || !(self.flat.begins_with_capital(&token.at)
                    || self.colon_before(at) && token.ends()));
        let adverb = words::links(&token.word) && !words::is_copula(&token.word);
        if !(3..=32).contains(&letters)
            || adverb
            || !token.word.chars().all(char::is_alphabetic)
            || said_about
        {
            return false;
        }
        let last = token.after != After::Nothing;
        let assigned = self.tokens[at - 1].word == "=";
        let follower = self.tokens.get(at + 1);
        let bracket = self.flat.text[token.at.end..].trim_start().starts_with('(');
        let last = last
            || bracket
            || follower.is_none_or(|next| {
                words::begins_clause(&next.word)
                    || next.is_number()
                    || words::tells_when(&next.word)
                    || matches!(next.word.as_str(), "," | ";" | "-" | "–" | "(")
                    || assigned && words::fails(&next.word)
            });
        // "the password page is down": what is spoken of is not the password.
        let about = self.tokens[next..at].iter().all(|token| words::links(&token.word));
        last && about
    }

    /// Whether the plain word at `at` is what somebody calls their password: "mustikka är mitt
    /// lösenord".
    pub(super) fn is_plain_subject(&self, at: usize, noun: usize) -> bool {
        let token = &self.tokens[at];
        let first = at == 0 || self.tokens[at - 1].after > After::Nothing;
        let copula = self.tokens.get(at + 1).is_some_and(|next| words::is_copula(&next.word));
        let own = noun == at + 3 && words::owns(&self.tokens[at + 2].word)
            || noun == at + 2 && self.tokens[noun].word.ends_with("ni");
        first
            && copula
            && own
            && token.word.chars().count() >= 5
            && token.word.chars().all(char::is_alphabetic)
            && !words::is_said_about(&token.word)
            && !words::is_trouble(&token.word)
            && self.nouns[at].is_none()
    }

    /// Where several plain words end that are the password together: all to the end of the clause,
    /// none of them said about passwords, but that "my" may begin them. Where it was `named` a phrase
    /// they may be any words.
    pub(super) fn phrase(&self, at: usize, next: usize, named: bool) -> Option<usize> {
        let linked = self.tokens[next..at].iter().all(|token| words::links(&token.word));
        let mine = matches!(
            self.tokens[at].word.as_str(),
            "min" | "mitt" | "mina" | "my" | "mun" | "minun"
        );
        let rest = &self.tokens[at + usize::from(mine)..];
        let mut end = None;
        for (count, token) in rest.iter().enumerate() {
            let plain =
                token.word.chars().all(char::is_alphabetic) || count > 0 && token.is_number();
            let about = words::measures_time(&token.word)
                || words::is_said_about(&token.word) && token.word != "is" && token.word != "ar"
                || words::noun(&token.word).is_some()
                || words::names_a_service(&token.word)
                || words::is_place_preposition(&token.word);
            if !plain || about && !named || count >= MAX_WORDS {
                return None;
            }
            if token.after != After::Nothing || count + 1 == rest.len() {
                end = (count > 0).then_some(token.at.end);
                break;
            }
        }
        end.filter(|_| linked)
    }

    /// Where a secret ends that begins with the token at `at`.
    pub(super) fn end_of_secret(&self, at: usize, noun: Noun) -> usize {
        let token = &self.tokens[at];
        if token.quoted {
            let inside = &self.flat.text[token.at.start..];
            let near = &inside[..inside.floor_char_boundary(MAX_QUOTED + 2)];
            let line = near.split('\n').next().unwrap_or(near);
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
            // "koden är 200" / "663": the halves of a code in two messages.
            let halves = before.after == After::Line
                && offset == 0
                && (2..4).contains(&before.word.len())
                && (2..5).contains(&follower.word.len());
            if !number || before.after != After::Nothing && !halves || digits > MAX_CODE_DIGITS {
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
    pub(super) fn begin_of_secret(&self, at: usize) -> usize {
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

    /// Whether a colon stands right after the token before `at`: "my password is: …".
    pub(super) fn colon_before(&self, at: usize) -> bool {
        self.flat.text[self.tokens[at - 1].at.end..self.tokens[at].at.start].contains(':')
    }
}

/// Whether digits stand between letters: "kr41vz".
fn is_between_letters(word: &str) -> bool {
    let letter = |sign: Option<u8>| sign.is_some_and(|sign| sign.is_ascii_alphabetic());
    letter(word.bytes().next()) && letter(word.bytes().next_back()) && word.len() > 5
}

/// Whether a word is the name of a model, or the plate of a car: "DP-310", "ZRK-719".
pub(super) fn is_model(written: &str) -> bool {
    written.split_once('-').is_some_and(|(letters, number)| {
        (2..=3).contains(&letters.len())
            && (1..=3).contains(&number.len())
            && letters.bytes().all(|sign| sign.is_ascii_lowercase())
            && number.bytes().all(|sign| sign.is_ascii_digit())
    })
}

/// Whether a word with digits is a number with a unit or an ending, like "10min" or "2024ssa".
fn is_compound(word: &str) -> bool {
    let rest = word.trim_start_matches(|sign: char| sign.is_ascii_digit());
    // "5195OO" is a code with slips.
    let slips = word.len() >= 4 && rest.bytes().all(|sign| matches!(sign, b'o' | b'l' | b'i'));
    !slips && rest.len() < word.len() && rest.chars().all(char::is_alphabetic) && rest.len() >= 2
}

/// Whether a word is the number of a parcel: two letters, nine digits, two letters.
fn is_parcel(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() == 13
        && bytes.iter().enumerate().all(|(at, sign)| match at {
            2..11 => sign.is_ascii_digit(),
            _ => sign.is_ascii_lowercase(),
        })
}
