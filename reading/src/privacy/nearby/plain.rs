//! Plain words that are passwords, where nothing but the name of passwords stands beside: "lösenord
//! blåbärspaj och ändå …", "told him my password, …", "from … to something stronger".

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// So many words may link the name of a password to the word that is it.
const LINKS: usize = 4;

/// A longer odd word needs nothing behind it that shows that it ends.
const SURE: usize = 8;

/// So far from the name "is" may stand: "the password I set last week was …".
const FAR: usize = 9;

/// A password of several words has at most so many.
const MANY: usize = 6;

/// Whether a word says that something is typed in: "put in", "skrev in".
fn is_typing(word: &str) -> bool {
    words::types_in(word) || matches!(word, "put" | "in" | "tried" | "used")
}

impl Search<'_> {
    /// Takes plain words that can only be the password of which a sentence speaks.
    pub(super) fn plain_words(&self, sentence: &Range<usize>, found: &mut Vec<Found>) {
        for at in sentence.clone() {
            let Some((Noun::Password, next)) = self.nouns[at] else { continue };
            // "pass", and on the next line "word": a name of two words may reach over the end.
            if next > sentence.end {
                continue;
            }
            // "saako salasanassa olla …": what is in a password is not it.
            if self.tokens[at].word.contains("anassa") {
                continue;
            }
            // "hur långt måste ett lösenord vara, …"
            let asked = self.is_question(next);
            let several = || self.several(next, sentence).filter(|_| !asked);
            let behind = || self.after_clause(next, sentence).filter(|_| !asked);
            let taken = several()
                .or_else(|| self.beside_name(at, next, sentence))
                .or_else(behind)
                .or_else(|| self.changed_from(sentence))
                .or_else(|| self.between_commas(next, sentence));
            if let Some(taken) = taken {
                let at = self.tokens[taken.start].at.start..self.tokens[taken.end - 1].at.end;
                found.push(Found { at, kind: SecretKind::Password });
            }
        }
    }

    /// The odd word right behind the name, or behind what links it.
    fn beside_name(&self, at: usize, next: usize, sentence: &Range<usize>) -> Option<Range<usize>> {
        let name = &self.tokens[at];
        let genitive = name.word.ends_with("ets") || name.word == "passwords";
        let mut linked = self.flat.text[name.at.end..].starts_with([':', '=']);
        let mut apart = name.after == After::Pause;
        let mut place = next;
        while place < sentence.end.min(next + LINKS) {
            let word = &self.tokens[place].word;
            let sign = matches!(word.as_str(), ":" | "=" | "-");
            let links = sign
                || word == ","
                || words::is_copula(word)
                || words::hedges(word)
                || linked && words::owns(word);
            // "for the password i put in hockeymom"
            let typed = self.tokens[place..sentence.end.min(place + 3)].iter().skip(1);
            let typed = matches!(word.as_str(), "i" | "jag" | "ma" | "mina")
                .then(|| typed.take_while(|token| is_typing(&token.word)).count())
                .filter(|typed| *typed > 0);
            if let Some(typed) = typed {
                linked = true;
                place += 1 + typed;
                continue;
            }
            if !links || words::is_place_preposition(word) {
                break;
            }
            apart |= word == "," || self.tokens[place].after == After::Pause;
            linked |= sign || words::is_copula(word);
            place += 1;
        }
        let word = self.tokens.get(place).filter(|_| place < sentence.end)?;
        let last = word.after > After::Nothing || place + 1 == sentence.end;
        let given = || {
            self.tokens[sentence.start..at]
                .iter()
                .any(|token| words::gives(&token.word) || words::types_in(&token.word))
        };
        let follows = last
            || linked
            || self.tokens.get(place + 1).is_some_and(|next| words::goes_on_after(&next.word))
            || word.word.len() > SURE
            || self.flat.text[word.at.end..].trim_start().starts_with(['(', '"']);
        let joined = !apart || last && given();
        (!genitive && joined && follows && words::is_odd(&word.word)).then_some(place..place + 1)
    }

    /// The odd word that ends a clause behind "is", with a clause about the password between: "the
    /// password I set last week was pickledheron".
    fn after_clause(&self, next: usize, sentence: &Range<usize>) -> Option<Range<usize>> {
        let near = next..sentence.end.min(next + FAR);
        let place = near.clone().skip(1).find(|&at| {
            let before = self.tokens[next..at].iter().rev();
            let mut before = before.skip_while(|token| words::hedges(&token.word));
            before.next().is_some_and(|token| words::is_copula(&token.word))
                && words::is_odd(&self.tokens[at].word)
        })?;
        let last = self.tokens[place].after > After::Nothing
            || place + 1 == sentence.end
            || self.tokens[place].word.len() > SURE;
        let other = self.nouns[next..place].iter().any(Option::is_some);
        (last && !other).then_some(place..place + 1)
    }

    /// The odd word that stands between commas behind the name: "samma lösenord överallt, mumintroll,
    /// är det dumt?"
    fn between_commas(&self, next: usize, sentence: &Range<usize>) -> Option<Range<usize>> {
        let parted = |at: usize| self.tokens[at].after == After::Pause;
        let place = (next..sentence.end.min(next + LINKS))
            .find(|&at| parted(at - 1) && parted(at) && words::is_odd(&self.tokens[at].word))?;
        let other = self.nouns[next..place].iter().any(Option::is_some);
        (!other).then_some(place..place + 1)
    }

    /// The words up to the end of the clause that are a password of several: "salasanani on
    /// punainen potkukelkka".
    fn several(&self, next: usize, sentence: &Range<usize>) -> Option<Range<usize>> {
        let name = &self.tokens[next - 1];
        let phrase = ["fras", "phrase", "lause"].iter().any(|it| name.word.contains(it));
        let colon = self.flat.text[name.at.end..].starts_with([':', '=']);
        let equals = self.flat.text[name.at.end..].trim_start().starts_with('=');
        let first = next
            + self.tokens[next..sentence.end]
                .iter()
                .take(2)
                .take_while(|token| words::is_copula(&token.word) && token.after == After::Nothing)
                .count();
        let first = if first > next { first } else { self.becomes(next, sentence).unwrap_or(next) };
        if first == next && !colon && !phrase {
            return None;
        }
        let rest = first..sentence.end;
        let end = rest.clone().find(|&at| {
            let next = self.tokens.get(at + 1);
            self.tokens[at].after > After::Nothing
                || next.is_some_and(|next| {
                    words::relates(&next.word)
                        || !(phrase || equals) && matches!(next.word.as_str(), "och" | "ja" | "and")
                })
        });
        let rest = first..end.map_or(sentence.end, |end| end + 1);
        let tokens = &self.tokens[rest.clone()];
        let plain = tokens.iter().all(|token| token.word.chars().all(char::is_alphabetic));
        let begins = tokens.first()?;
        // "vanhentunut", and not "punainen".
        let participle = !phrase
            && ["nut", "nyt", "ttu", "tty"].iter().any(|ending| begins.word.ends_with(ending));
        let about = !equals && (participle || words::describes_password(&begins.word))
            || words::is_place_preposition(&begins.word)
            || words::denies(&begins.word)
            || words::fails(&begins.word)
            || words::begins_clause(&begins.word);
        let goes_on = |token: &Token| {
            words::goes_on_after(&token.word) && !words::is_place_preposition(&token.word)
        };
        let odd = equals
            || phrase && (first > next || colon)
            || tokens.iter().any(|token| words::is_odd(&token.word)) && !tokens.iter().any(goes_on);
        let named = self.nouns[rest.clone()].iter().any(Option::is_some);
        let least = if equals { 1 } else { 2 };
        ((least..=MANY).contains(&tokens.len()) && plain && !about && odd && !named).then_some(rest)
    }

    /// Where the words begin that a password was changed to, or that "is" leads to behind a clause in
    /// commas: "lösenordet till …", "salasana, jonka valitsin, on …".
    fn becomes(&self, next: usize, sentence: &Range<usize>) -> Option<usize> {
        let to = self.tokens.get(next).filter(|_| next < sentence.end)?;
        let before = sentence.start..next;
        let changes = || self.tokens[before].iter().any(|token| words::changes(&token.word));
        if matches!(to.word.as_str(), "till" | "to" | "into") && changes() {
            return Some(next + 1);
        }
        (next + 1..sentence.end.min(next + FAR)).find(|&at| {
            at > next + 1
                && words::is_copula(&self.tokens[at - 1].word)
                && self.tokens[at - 1].after == After::Nothing
                && self.tokens[at - 2].after == After::Pause
        })
    }

    /// The odd word that a password was changed from.
    fn changed_from(&self, sentence: &Range<usize>) -> Option<Range<usize>> {
        let changes = self.tokens[sentence.clone()].iter().any(|token| words::changes(&token.word));
        let place = sentence.clone().skip(1).find(|&at| {
            matches!(self.tokens[at - 1].word.as_str(), "from" | "fran")
                && words::is_odd(&self.tokens[at].word)
        })?;
        changes.then_some(place..place + 1)
    }
}
