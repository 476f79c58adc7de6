//! Secrets in one sentence with the word that names them, or right after it, whatever words stand
//! between: what has the shape of such a secret there and is not called anything else is one.

mod groups;
mod lists;
mod plain;

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::shapes::is_model;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// Before a number, so many words may call it something harmless.
const CALLED_BEFORE: usize = 4;

/// Behind a number, so many words may.
const CALLED_AFTER: usize = 3;

/// In a sentence of its own a password has at most so many words around it.
const FEW: usize = 6;

/// A sentence that gives a code of which the one before spoke has at most so many words.
const SHORT: usize = 9;

/// So many words after passwords were spoken of, one may be quoted.
const TALK: usize = 16;

/// So long is "com" with the ending of a case: "kauppa.comin".
const DOMAIN: usize = 7;

/// More words are no sentence, and not looked through for company.
const LONGEST: usize = 80;

impl Search<'_> {
    /// Takes what stands in company with the word that names it: in one sentence, and with `lines`
    /// also where the lines before and behind name it.
    pub(super) fn nearby(&self, lines: bool, found: &mut Vec<Found>) {
        let sentences = self.sentences();
        for (place, sentence) in sentences.iter().enumerate() {
            let near = |last: Option<usize>, other: Option<usize>| {
                let joined = last.is_some_and(|at| lines || self.tokens[at].after != After::Line);
                let other = other.and_then(|place| sentences.get(place)).filter(|_| joined);
                other.cloned().unwrap_or_default()
            };
            let before = near(sentence.start.checked_sub(1), place.checked_sub(1));
            let behind = near(Some(sentence.end - 1), Some(place + 1));
            if sentence.len() <= LONGEST {
                self.passwords_in(sentence, [&before, &behind], found);
                self.plain_words(sentence, found);
                self.made_in(sentence, &before, found);
                self.named_alone(sentence, found);
                self.codes_in(sentence, [&before, &behind], found);
                self.in_groups(sentence, [&before, &behind], found);
                self.next_row(sentence, &before, found);
            }
        }
        self.table(found);
        self.read_out(&sentences, found);
        self.brothers(&sentences, found);
        self.on_cards(&sentences, found);
        self.to_be_used(found);
    }

    fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut start = 0;
        for (at, token) in self.tokens.iter().enumerate() {
            // "21. 49-60-13, 22. 72-18-95": the place of a code ends no sentence.
            let place = token.after == After::Sentence
                && words::is_place(&token.word)
                && self.tokens.get(at + 1).is_some_and(Token::is_number)
                && !self.flat.text[token.at.end..].trim_start_matches('.').starts_with('\n');
            if token.after >= After::Line && !place || at + 1 == self.tokens.len() {
                sentences.push(start..at + 1);
                start = at + 1;
            }
        }
        sentences
    }

    fn names(&self, sentence: &Range<usize>, wanted: &[Noun]) -> bool {
        let nouns = self.nouns[sentence.clone()].iter().flatten();
        nouns.into_iter().any(|(noun, _)| wanted.contains(noun))
    }

    /// Whether a sentence beside another names what is wanted; `last` is the token that parts the two,
    /// and ends no line.
    fn is_in_line(&self, near: &Range<usize>, last: Option<usize>, wanted: &[Noun]) -> bool {
        last.is_some_and(|at| self.tokens[at].after != After::Line) && self.names(near, wanted)
    }

    fn passwords_in(
        &self,
        sentence: &Range<usize>,
        around: [&Range<usize>; 2],
        found: &mut Vec<Found>,
    ) {
        let speaks = |at: usize| {
            matches!(self.nouns[at], Some((Noun::Password, _)))
                || words::speaks_of_password(&self.tokens[at].word)
        };
        let little = |at: &usize| !words::says_little(&self.tokens[*at].word);
        let faulty = || words::tell_of_fault(&self.tokens[sentence.clone()]);
        let alone = around.into_iter().any(|near| near.clone().any(speaks))
            && sentence.clone().filter(little).count() <= FEW
            && !faulty();
        if !alone && !sentence.clone().any(speaks) {
            let quoted = sentence.clone().filter(|&at| self.is_quoted_after_talk(at));
            found.extend(
                quoted
                    .map(|at| Found { at: self.tokens[at].at.clone(), kind: SecretKind::Password }),
            );
            return;
        }
        for at in sentence.clone() {
            let token = &self.tokens[at];
            let digits = token.word.bytes().filter(u8::is_ascii_digit).count();
            let lead = &self.tokens[sentence.start.max(at.saturating_sub(2))..at];
            let mut lead = lead.iter().rev();
            let called = lead.next().is_some_and(|last| {
                let joint = words::is_copula(&last.word)
                    || words::names_digits(&last.word)
                    || matches!(last.word.as_str(), "no" | "nr" | "nro");
                let code = at > sentence.start + 1
                    && matches!(words::noun(&last.word), Some(Noun::Code))
                    && words::is_harmless_code(&self.tokens[at - 2].word);
                let product = words::is_product(&last.word);
                (code || product || words::names_harmless_thing(&last.word))
                    && last.after == After::Nothing
                    || joint && lead.any(|token| words::names_harmless_thing(&token.word))
            });
            let written = &self.flat.text[token.at.clone()];
            let one = digits == 1 && (alone || token.word.len() > 6);
            let mixed = digits >= 2 || one || self.flat.is_mixed_case(&token.at);
            let code =
                alone && !sentence.clone().any(speaks) && self.flat.is_in_capitals(&token.at);
            let compound =
                code || written.contains(':') && !written.ends_with(':') || is_thing(written);
            let shaped = mixed && !compound && self.is_password_by_shape(at)
                || is_joined_by_sign(written)
                || at > 0 && speaks(at - 1) && self.is_dotted(at);
            if shaped && !called {
                found.push(Found { at: token.at.clone(), kind: SecretKind::Password });
            } else if token.quoted {
                self.chosen(at, found);
            }
        }
    }

    /// Whether a word in quotation marks looks like a password, and passwords were spoken of a little
    /// before: "\"Mikä on salasana?\" hän kysyi. \"Talvisota-39\", vastasin".
    fn is_quoted_after_talk(&self, at: usize) -> bool {
        self.tokens[at].quoted
            && self.is_password_by_shape(at)
            && !is_thing(&self.flat.text[self.tokens[at].at.clone()])
            && self.nouns[at.saturating_sub(TALK)..at]
                .iter()
                .any(|noun| matches!(noun, Some((Noun::Password, _))))
    }

    /// Whether a word begins with a capital and has a full stop inside, and is no address:
    /// "Mustikka.piiras".
    fn is_dotted(&self, at: usize) -> bool {
        let written = &self.flat.text[self.tokens[at].at.clone()];
        written.split_once('.').is_some_and(|(first, second)| {
            let letters = |part: &str| part.chars().filter(|sign| sign.is_alphabetic()).count();
            let plain = |part: &str| letters(part) >= 3 && part.chars().all(char::is_alphanumeric);
            let digit = second.contains(|sign: char| sign.is_ascii_digit());
            plain(first)
                && plain(second)
                && !(second.starts_with("com") && second.len() <= DOMAIN)
                && (digit || letters(second) >= 4)
                && self.flat.begins_with_capital(&self.tokens[at].at)
        })
    }

    /// Takes words in quotation marks that somebody chose as their password: "chose 'purple Otter
    /// 31' as my new password".
    fn chosen(&self, at: usize, found: &mut Vec<Found>) {
        let end = self.end_of_secret(at, Noun::Password);
        let next = self.tokens.partition_point(|token| token.at.start < end);
        let as_one = self.tokens.get(next).is_some_and(|token| words::is_with(&token.word));
        let near = next..self.tokens.len().min(next + FEW);
        let chosen = as_one && self.names(&near, &[Noun::Password]);
        // "vaihto salasanan, se on nyt \"isi on paras 123\""
        let lead = &self.tokens[at.saturating_sub(CALLED_AFTER)..at];
        let told = next > at + 1
            && lead.iter().any(|token| words::is_copula(&token.word))
            && self.tokens[at..next].iter().any(Token::is_number)
            && self.names(&(at.saturating_sub(SHORT)..at), &[Noun::Password]);
        if (chosen || told) && self.is_quotation(at) {
            found.push(Found { at: self.tokens[at].at.start..end, kind: SecretKind::Password });
        }
    }

    /// Takes a plain word that is said to be what a password was changed to in the sentence before:
    /// "vaihdoin salasanan", "se on nyt talvirengas".
    fn made_in(&self, sentence: &Range<usize>, before: &Range<usize>, found: &mut Vec<Found>) {
        let changed = self.tokens[before.clone()].iter().any(|token| words::changes(&token.word));
        if !self.names(before, &[Noun::Password]) || sentence.len() < 2 {
            return;
        }
        // "You want the password? Fine, it's rhubarbtrombone and …"
        let joined = self.tokens[sentence.start - 1].after != After::Line;
        let odd = sentence.clone().find(|&at| joined && words::is_odd(&self.tokens[at].word));
        let last = odd.unwrap_or(sentence.end - 1);
        let lead = &self.tokens[sentence.start..last];
        let word = &self.tokens[last].word;
        let leads = lead.iter().all(|token| {
            words::says_little(&token.word)
                || words::is_copula(&token.word)
                || words::hedges(&token.word)
                // "Det ska vara vinterdäck"
                || matches!(token.word.as_str(), "ska" | "skall" | "pitaa" | "pitais")
        });
        let is = |token: &Token| words::is_copula(&token.word) || token.word == "its";
        let copula = lead.iter().any(is);
        // "Er kollega" is no "it is".
        let bare = lead.len() == 1 && lead[0].word != "its";
        if bare || !changed && (odd.is_none() || !lead.last().is_some_and(is)) {
            return;
        }
        let plain = word.chars().count() >= 5 && word.chars().all(char::is_alphabetic);
        if leads && copula && plain && !words::is_said_about(word) && self.nouns[last].is_none() {
            found.push(Found { at: self.tokens[last].at.clone(), kind: SecretKind::Password });
        }
    }

    /// Takes a plain word with a capital that stands alone behind the name of passwords: "lösenord
    /// Sommarlov".
    fn named_alone(&self, sentence: &Range<usize>, found: &mut Vec<Found>) {
        let [.., noun, word] = &self.tokens[sentence.clone()] else { return };
        let plain = word.word.chars().count() >= 5 && word.word.chars().all(char::is_alphabetic);
        let bare = noun.after == After::Nothing
            && matches!(
                noun.word.as_str(),
                "losenord" | "losen" | "salasana" | "password" | "pwd" | "pw" | "passphrase"
            );
        if sentence.len() == 2
            && bare
            && plain
            && self.flat.begins_with_capital(&word.at)
            && !words::is_said_about(&word.word)
            && !words::concerns_passwords(&word.word)
        {
            found.push(Found { at: word.at.clone(), kind: SecretKind::Password });
        }
    }

    fn codes_in(
        &self,
        sentence: &Range<usize>,
        [before, behind]: [&Range<usize>; 2],
        found: &mut Vec<Found>,
    ) {
        let of_list = &[Noun::KeyCode, Noun::Pin];
        let any = &[Noun::KeyCode, Noun::Pin, Noun::Code];
        // "Mitt användarnummer: 10479362", "918264"
        let lone = self.names(before, &[Noun::User, Noun::Both])
            && self.tokens[sentence.clone()]
                .iter()
                .all(|token| token.is_number() || words::says_little(&token.word));
        let typed = || {
            let mut tokens = self.tokens[sentence.clone()].iter();
            self.names(sentence, &[Noun::Password])
                && tokens.any(|token| words::types_in(&token.word))
        };
        let here = self.names(sentence, any)
            || typed()
            || self.is_in_line(before, sentence.start.checked_sub(1), any)
            || self.is_in_line(behind, Some(sentence.end - 1), any);
        let short = sentence.len() <= SHORT && (lone || self.names(before, any));
        self.as_many_digits(sentence, found);
        if !here && !short && !self.names(behind, of_list) {
            return;
        }
        let faulty = words::tell_of_fault(&self.tokens[sentence.clone()]);
        let strong = self.names(if here { sentence } else { before }, of_list)
            || here && self.is_in_line(before, sentence.start.checked_sub(1), of_list);
        let many = self.tokens[sentence.clone()].iter().any(|token| {
            ["koder", "koderna", "koodit", "koodeja", "codes"]
                .iter()
                .any(|ending| token.word.ends_with(ending))
        });
        for at in sentence.clone() {
            let listed = here || self.names(behind, of_list);
            let in_row = || (strong || many || self.names(behind, of_list)) && self.is_row(at);
            if listed && (self.is_in_its_place(at, strong) || in_row()) {
                let at = self.tokens[at].at.clone();
                found.push(Found { at, kind: SecretKind::KeyCodes });
                continue;
            }
            let size = self.tokens[at].word.len();
            // A shorter number beside the name of a fault is that of the fault.
            let sized = (4..=8).contains(&size) && (strong || size == 6 || !faulty)
                || size == 8 && self.is_in_halves(at);
            let lead = &self.tokens[sentence.start..at];
            let copula = lead.last().is_some_and(|last| {
                words::is_copula(&last.word)
                    || matches!(last.word.as_str(), "says" | "said" | "lukee" | "star" | "visar")
            });
            let leads = lead.iter().all(|token| {
                words::says_little(&token.word)
                    || words::asks_whether(&token.word)
                    || words::is_place(&token.word)
            });
            let given = lead.iter().any(|token| {
                words::types_in(&token.word)
                    || words::gets(&token.word)
                    || words::tries(&token.word)
            });
            // "since 1831", or "then 1831" that was typed in.
            let then = given && lead.last().is_some_and(|last| last.word == "sen");
            if !sized || !self.is_free(at, sentence, then) {
                continue;
            }
            if here || short && (copula || leads) {
                let kind = if strong { SecretKind::KeyCodes } else { SecretKind::OneTimeCode };
                found.push(Found { at: self.tokens[at].at.clone(), kind });
            }
        }
    }

    /// Takes a number of as many digits as the words before it say, where somebody signs in: "sedan 4
    /// siffror 6182".
    fn as_many_digits(&self, sentence: &Range<usize>, found: &mut Vec<Found>) {
        let signs_in =
            |at: usize| self.nouns[at].is_some() || words::may_announce_user(&self.tokens[at].word);
        for at in sentence.clone().skip(2) {
            let [count, digits, number] = &self.tokens[at - 2..=at] else { continue };
            let fits = count.word.parse() == Ok(number.word.len()) && number.word.len() > 3;
            if fits
                && number.is_number()
                && words::names_digits(&digits.word)
                && sentence.clone().any(signs_in)
            {
                found.push(Found { at: number.at.clone(), kind: SecretKind::Pin });
            }
        }
    }

    /// Takes the security code that is told of beside a card that was found.
    fn on_cards(&self, sentences: &[Range<usize>], found: &mut Vec<Found>) {
        if !found.iter().any(|one| one.kind == SecretKind::Card) {
            return;
        }
        let mut secrets: Vec<Range<usize>> = found.iter().map(|one| one.at.clone()).collect();
        secrets.sort_by_key(|at| at.end);
        for sentence in sentences {
            let speaks = |token: &Token| {
                words::is_back(&token.word)
                    || words::names_digits(&token.word)
                    || matches!(words::noun(&token.word), Some(Noun::Pin | Noun::Code))
                    || ["framsid", "front", "etupuol"].iter().any(|it| token.word.starts_with(it))
            };
            if sentence.len() > LONGEST || !self.tokens[sentence.clone()].iter().any(speaks) {
                continue;
            }
            for at in sentence.clone() {
                let token = &self.tokens[at];
                let plain = token.is_number() && token.at.len() == token.word.len();
                let unit = token.after == After::Nothing
                    && self.tokens.get(at + 1).is_some_and(|next| {
                        next.is_number() || words::is_unit(&next.word) && next.word != "e"
                    });
                let previous = at.checked_sub(1).map(|at| &self.tokens[at]);
                let place = previous.is_some_and(|token| {
                    words::is_place_preposition(&token.word) || token.is_number()
                });
                let next = secrets.partition_point(|at| at.end <= token.at.start);
                let inside = secrets.get(next).is_some_and(|at| at.start < token.at.end);
                let year = token.word.starts_with("20") && token.word.len() == 4;
                if plain
                    && matches!(token.word.len(), 3 | 4)
                    && !(unit || place || inside || year)
                    && !self.flat.text[token.at.end..].starts_with(['/', '€'])
                {
                    found.push(Found { at: token.at.clone(), kind: SecretKind::Pin });
                }
            }
        }
    }

    /// Takes the code of a message that was copied: "Use 3941-72 to confirm your payment".
    fn to_be_used(&self, found: &mut Vec<Found>) {
        for at in 1..self.tokens.len() {
            let token = &self.tokens[at];
            if !token.is_number() {
                continue;
            }
            let size = token.word.len();
            let used =
                words::uses(&self.tokens[at - 1].word) || self.tokens[at - 1].word == "anvand";
            let behind = self.tokens[at + 1..].iter().take(CALLED_AFTER + 1);
            // "Use 449071 as your one-time password"
            let confirmed = || {
                behind
                    .into_iter()
                    .any(|token| words::confirms(&token.word) || token.word == "onetime")
            };
            // "Vahvista 89,00 EUR, tunniste 893303"
            let named = size == 6 && self.tokens[at - 1].word == "tunniste" && {
                let before = &self.tokens[at.saturating_sub(2 * CALLED_BEFORE)..at];
                before.iter().any(|token| words::confirms(&token.word))
            };
            let used = used && (4..=8).contains(&size) && confirmed();
            if used || named {
                found.push(Found { at: token.at.clone(), kind: SecretKind::OneTimeCode });
            }
        }
    }

    /// Whether the number at `at` is plain, stands by itself, and nothing around it says what
    /// harmless thing it counts or names. With `then`, the word before is no "since".
    fn is_free(&self, at: usize, sentence: &Range<usize>, then: bool) -> bool {
        let token = &self.tokens[at];
        let size = token.word.len();
        let joined = |first: usize| {
            sentence.contains(&first)
                && sentence.contains(&(first + 1))
                && self.tokens[first].after == After::Nothing
                && self.tokens[first..first + 2]
                    .iter()
                    .all(|token| token.is_number() && token.word.len() > 2)
        };
        let written = self.flat.text[token.at.clone()].trim_end_matches(['?', '!']);
        let plain = written.len() == size || self.is_in_halves(at);
        if !token.is_number() || !plain {
            return false;
        }
        if at.checked_sub(1).is_some_and(joined) || joined(at) || self.is_of_phone(at) {
            return false;
        }
        let year = token.word.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year));
        let abroad = token.word.starts_with("00") && self.digits_from(at) > 8;
        let phone = size >= 7 && token.word.starts_with('0') || abroad;
        let two = |at: usize| token.word.get(at..at + 2).and_then(|it| it.parse::<u32>().ok());
        let date = size == 8
            && two(0).is_some_and(|century| matches!(century, 19 | 20))
            && two(4).is_some_and(|month| (1..=12).contains(&month))
            && two(6).is_some_and(|day| (1..=31).contains(&day));
        let flight = (3..=4).contains(&size)
            && at > sentence.start
            && matches!(
                self.tokens[at - 1].word.as_str(),
                "ay" | "sk" | "dy" | "fr" | "ba" | "lh" | "kl" | "af" | "bt"
            );
        // "den 030625"
        let year = year
            || date
            || flight
            || size == 6
                && at > sentence.start
                && matches!(self.tokens[at - 1].word.as_str(), "den" | "dated" | "pvm")
                && two(0).is_some_and(|day| day <= 31)
                && two(2).is_some_and(|month| month <= 12);
        let round = size <= 5 && token.word.ends_with("00");
        if year || phone || round || !self.is_strong(at, Noun::KeyCode, false) {
            return false;
        }
        let near = sentence.start.max(at.saturating_sub(CALLED_BEFORE))..at;
        let behind = self.tokens[at + 1..sentence.end.min(at + 1 + CALLED_AFTER)].iter();
        let mut behind = behind.take_while(|token| {
            !matches!(token.word.as_str(), "men" | "mutta" | "but" | "och" | "ja" | "and")
        });
        let harmless =
            |token: &Token| words::names_harmless_number(&token.word) && !words::links(&token.word);
        // "the code from my phone: 187350", "koden som kom på telefonen, 739102"
        let carried = at > 0
            && (self.colon_before(at) || self.tokens[at - 1].after == After::Pause || size == 6)
            && words::carries(&self.tokens[at - 1].word);
        let followed = at > 1 && self.tokens[at - 2].word == "followed";
        // "knappa in 851376"
        let typed = near.len() > 1
            && self.tokens[at - 1].word == "in"
            && words::types_in(&self.tokens[at - 2].word);
        let place = !then
            && !typed
            && !followed
            && near.end > near.start
            && (words::is_place_preposition(&self.tokens[at - 1].word)
                || near.len() > 1
                    && words::names_digits(&self.tokens[at - 1].word)
                    && matches!(self.tokens[at - 2].word.as_str(), "fran" | "from"));
        !place && (carried || !self.tokens[near].iter().any(harmless)) && !behind.any(harmless)
    }

    /// Whether the groups that the number at `at` stands among begin with a country's plus.
    pub(super) fn is_of_phone(&self, at: usize) -> bool {
        let first = &self.tokens[self.begin_of_secret(at)];
        let before = self.flat.text[..first.at.end].rsplit(char::is_whitespace).next();
        before.is_some_and(|first| first.starts_with('+'))
    }

    /// Whether a number is written in two halves: "8137-2640".
    pub(super) fn is_in_halves(&self, at: usize) -> bool {
        let halves = self.flat.text[self.tokens[at].at.clone()].split_once('-');
        halves.is_some_and(|(first, second)| {
            first.len() == second.len() && matches!(first.len(), 3 | 4)
        })
    }
}

/// Whether words are joined by a sign that joins none in a sentence: "Ekorre%Kotte".
fn is_joined_by_sign(written: &str) -> bool {
    const SIGNS: [char; 7] = ['#', '$', '%', '_', '^', '@', '&'];
    let address = written.contains('.') || written.contains('/');
    let letters = written.chars().filter(|sign| sign.is_alphabetic()).count();
    let begins = written.starts_with(|sign: char| sign.is_alphanumeric());
    let joined = written.trim_end_matches(|sign: char| !sign.is_alphanumeric()).contains(SIGNS);
    joined && begins && letters >= 5 && !address && !is_thing(written)
}

/// Whether a word with digits is an age, the name of an error, the plate of a car or the number of a
/// parcel: "82-vuotias", `ERR_5031`.
pub(super) fn is_thing(written: &str) -> bool {
    let counted = written.split_once('-').is_some_and(|(count, what)| {
        count.len() <= 3
            && count.bytes().all(|sign| sign.is_ascii_digit())
            && what.chars().all(char::is_alphabetic)
    });
    // "MH7730214FI"
    let inner = written.trim_matches(|sign: char| sign.is_ascii_lowercase());
    let parcel = (7..=9).contains(&inner.len())
        && written.len() == inner.len() + 4
        && inner.bytes().all(|sign| sign.is_ascii_digit());
    let hours = written.ends_with("am") || written.ends_with("pm");
    let hours =
        hours && written.bytes().all(|sign| sign.is_ascii_digit() || b".:-apm".contains(&sign));
    counted
        || hours
        || is_model(written)
        || parcel
        || written.starts_with("err")
        || written.contains("xxx")
}
