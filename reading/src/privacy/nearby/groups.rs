//! Codes and user numbers that are written in groups, where codes are spoken of: "53 80 16", "718
//! 5290", "50.83.41".

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::nearby::CALLED_AFTER;
use crate::privacy::nearby::CALLED_BEFORE;
use crate::privacy::nearby::SHORT;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// So many digits are a code or the number of a user.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=9;

/// A number in groups.
struct Groups {
    /// Its tokens.
    tokens: Range<usize>,
    /// Where its first digit stands.
    begins: usize,
    /// How many digits each group has.
    sizes: Vec<usize>,
    /// Whether dots, dashes or slashes part them.
    signs: bool,
}

impl Search<'_> {
    /// Takes numbers in groups of a sentence that names codes, or of a short one behind such a
    /// sentence.
    pub(super) fn in_groups(
        &self,
        sentence: &Range<usize>,
        [before, behind]: [&Range<usize>; 2],
        found: &mut Vec<Found>,
    ) {
        let codes = [Noun::KeyCode, Noun::Pin, Noun::Code, Noun::Both];
        let of_list = sentence.len() <= SHORT && self.names(before, &[Noun::KeyCode, Noun::Pin]);
        let named = self.names(sentence, &codes)
            || self.is_in_line(before, sentence.start.checked_sub(1), &codes)
            || self.is_in_line(behind, Some(sentence.end - 1), &codes);
        if !named && !of_list {
            return;
        }
        let in_list = self.names(sentence, &[Noun::KeyCode]);
        let mut rows: Vec<(Range<usize>, Vec<usize>)> = Vec::new();
        let mut at = sentence.start;
        while at < sentence.end {
            // "rad 1: 8126 3345"; "FI13 8000 2613" is an account.
            let row = words::is_place(&self.tokens[at].word)
                && (self.is_marked(at) || at > 0 && words::names_a_row(&self.tokens[at - 1].word));
            let account = at > 0 && is_begin_of_account(&self.tokens[at - 1].word);
            let groups = self.groups_at(at, sentence.end).filter(|_| !row);
            let Some(groups) = groups else {
                at += 1;
                continue;
            };
            at = groups.tokens.end;
            if account {
                continue;
            }
            let place = groups.begins..self.tokens[groups.tokens.end - 1].at.end;
            if groups.sizes.len() > 1 && groups.sizes.iter().sum::<usize>() >= *DIGITS.start() {
                rows.push((place.clone(), groups.sizes.clone()));
            }
            // "puh. (09) 4245 0011"
            let area = groups.tokens.start.checked_sub(1).is_some_and(|before| {
                let before = &self.tokens[before];
                let country = self.flat.text[before.at.clone()].starts_with('+');
                before.is_number() && (country || before.word.starts_with('0'))
            });
            let phone = area || self.flat.text[groups.begins..].starts_with('0') && !named;
            let listed = groups.is_list() || in_list && groups.is_pair();
            if (groups.is_code() || listed)
                && !phone
                && !self.is_of_another_kind(&groups)
                && !self.is_called(&groups, sentence)
            {
                found.push(Found { at: place, kind: SecretKind::OneTimeCode });
            }
        }
        // "045-721-8834, 046-390-5517, 047-852-6609": nobody tells of so many telephones.
        for (at, sizes) in &rows {
            let alike = rows.iter().filter(|(_, other)| other == sizes).count();
            if alike > 2 && self.names(sentence, &codes) {
                found.push(Found { at: at.clone(), kind: SecretKind::KeyCodes });
            }
        }
    }

    /// The groups that begin with the token at `at`, all of them.
    fn groups_at(&self, at: usize, end: usize) -> Option<Groups> {
        let mut groups = Groups { tokens: at..at, begins: 0, sizes: Vec::new(), signs: false };
        while groups.tokens.end < end {
            let token = &self.tokens[groups.tokens.end];
            if !token.is_number() || token.word.is_empty() {
                break;
            }
            let written = &self.flat.text[token.at.clone()];
            let written = written.trim_end_matches(['?', '!']);
            // "0101:381 664"
            let behind = written.rfind([':', '=']).map_or(0, |at| at + 1);
            if behind > 0 && !groups.sizes.is_empty() {
                break;
            }
            let written = &written[behind..];
            // "1,50"
            if !written.chars().all(|sign| sign.is_ascii_digit() || ".-/–".contains(sign)) {
                break;
            }
            groups.begins =
                if groups.sizes.is_empty() { token.at.start + behind } else { groups.begins };
            let parts = written.split(['.', '-', '/', '–']);
            let before = groups.sizes.len();
            groups.sizes.extend(parts.map(str::len));
            groups.signs |= groups.sizes.len() > before + 1;
            groups.tokens.end += 1;
            if token.after > After::Nothing {
                break;
            }
        }
        (!groups.tokens.is_empty()).then_some(groups)
    }

    /// Whether it is a day, hours, an amount, a telephone's number or an address in a network.
    fn is_of_another_kind(&self, groups: &Groups) -> bool {
        let tokens = &self.tokens[groups.tokens.clone()];
        let written = &self.flat.text[groups.begins..tokens[tokens.len() - 1].at.end];
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let number = |from: usize, to: usize| -> u32 {
            digits.get(from..to).and_then(|part| part.parse().ok()).unwrap_or_default()
        };
        let day = match groups.sizes.as_slice() {
            [2, 2, 2 | 4] => {
                let day = (1..=31).contains(&number(0, 2)) && (1..=12).contains(&number(2, 4));
                // "10-16.30": hours.
                let hours = written.contains('-') && written.contains('.');
                groups.signs && (day || hours)
            }
            [4, 2, 2] => (1..=12).contains(&number(4, 6)),
            [4, 4] => [number(0, 4), number(4, 8)].iter().all(|it| (1900..=2100).contains(it)),
            // An address in a network.
            [_, _, _, _] => groups.signs && groups.tokens.len() == 1 && written.contains('.'),
            _ => false,
        };
        let plus = self.flat.text[..groups.begins].ends_with('+');
        let phone = plus || written.starts_with('+') || digits.starts_with('0') && digits.len() > 6;
        day || phone || digits.ends_with("000")
    }

    /// Whether a word before or behind calls it something harmless, or says what it counts.
    fn is_called(&self, groups: &Groups, sentence: &Range<usize>) -> bool {
        let Range { start, end } = groups.tokens;
        let digits: usize = groups.sizes.iter().sum();
        // Nobody's telephone has so few digits.
        let carries = |token: &Token| digits < 7 && words::carries(&token.word);
        let harmless = |token: &Token| {
            words::names_harmless_number(&token.word)
                && !words::links(&token.word)
                && !carries(token)
        };
        let before = &self.tokens[sentence.start.max(start.saturating_sub(CALLED_BEFORE))..start];
        let clause = before.iter().rposition(|token| token.after == After::Pause);
        let mut before = before[clause.map_or(0, |at| at + 1)..].iter();
        let behind = &self.tokens[end..sentence.end.min(end + CALLED_AFTER)];
        let joined = self.tokens[end - 1].after == After::Nothing;
        let unit = joined && behind.first().is_some_and(|next| words::is_unit(&next.word))
            || self.flat.text[self.tokens[end - 1].at.end..]
                .trim_start()
                .starts_with(['€', '$', '%']);
        before.any(harmless) || unit || joined && behind.iter().take(2).any(harmless)
    }
}

/// Whether a word is the country and the check of an account: "fi13".
fn is_begin_of_account(word: &str) -> bool {
    matches!(word.as_bytes(), [first, second, check @ ..]
        if first.is_ascii_lowercase() && second.is_ascii_lowercase()
            && check.len() == 2 && check.iter().all(u8::is_ascii_digit))
}

impl Groups {
    /// Whether it is two codes or more, as long as each other.
    fn is_pair(&self) -> bool {
        let size = self.sizes[0];
        self.sizes.len() > 1
            && (5..=8).contains(&size)
            && self.sizes.iter().all(|other| *other == size)
    }

    /// Whether several codes stand in a row, some of them in halves.
    fn is_list(&self) -> bool {
        let even = self.sizes.iter().all(|size| *size == self.sizes[0]);
        let least = if even { 3 } else { 4 };
        self.sizes.len() >= least && self.sizes.iter().all(|size| (2..=6).contains(size))
    }

    /// Whether codes and the numbers of users are written so.
    fn is_code(&self) -> bool {
        let digits = self.sizes.iter().sum();
        let [first, .., last] = self.sizes.as_slice() else { return false };
        let even = self.sizes.iter().all(|size| size == first) && (1..=4).contains(first);
        // "40 8 275"
        let six = digits == 6 && self.sizes.len() == 3 && !self.signs;
        let odd = self.sizes.len() <= 3
            && self.sizes.iter().all(|size| (2..=4).contains(size))
            && (*first > 2 || *last > 2 && self.sizes.len() == 3);
        DIGITS.contains(&digits) && (even || odd || six)
    }
}
