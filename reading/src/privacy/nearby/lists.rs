//! Lists of codes: tables with places, rows, several in one sentence, and what stands beside one that
//! was found.

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::announced::Search;
use crate::privacy::nearby::LONGEST;
use crate::privacy::tokens::After;
use crate::privacy::tokens::Token;
use crate::privacy::words;
use crate::privacy::words::Noun;

/// So many words may stand between a code and another of the same kind.
const BROTHERS: usize = 24;

/// Within so many words before a number it may be called something harmless.
const CALLED: usize = 4;

/// So many codes in a row are a list where one is spoken of.
const CODES_IN_A_ROW: usize = 3;

impl Search<'_> {
    /// Takes the codes of a table, each behind its letter or number, where a list or codes are spoken
    /// of: "A 3710", "#71 6479", "5 on 5809".
    pub(super) fn table(&self, found: &mut Vec<Found>) {
        let letter = |at: usize| {
            let word = &self.tokens[at].word;
            word.starts_with(|sign: char| sign.is_ascii_lowercase())
                && (word.len() == 1 || words::is_place(word))
        };
        // "#1 413 #2 968"
        let counted = |at: usize| {
            let number = |at: usize| self.tokens.get(at)?.word.parse::<u32>().ok();
            let step =
                |other: Option<u32>, from: u32| other.is_some() && other == from.checked_add(1);
            number(at).is_some_and(|place| {
                step(number(at + 2), place)
                    || at > 1 && number(at - 2).is_some_and(|before| step(Some(place), before))
            })
        };
        let code = |place: usize| {
            let behind = self.tokens.get(place + 1)?;
            let at = if words::is_copula(&behind.word) { place + 2 } else { place + 1 };
            let token = self.tokens.get(at)?;
            let least = if letter(place) || counted(place) { 3 } else { 4 };
            // "1 XK39P 2 RB72M"
            let digits = token.word.bytes().filter(u8::is_ascii_digit).count();
            let mixed = digits >= 2 && digits < token.word.len() && token.word.len() <= 8;
            if mixed && (counted(place) || letter(place)) {
                return Some(token.at.clone());
            }
            if !token.is_number() {
                return None;
            }
            // "A1 60 28 A2 93 17"
            let joined = |next: &usize| {
                *next == at
                    || self.tokens[next - 1].after == After::Nothing
                        && self.tokens[*next].is_number()
                        && (letter(place) || self.is_marked(place))
            };
            let end = (at..self.tokens.len().min(at + 4)).take_while(joined).last().unwrap_or(at);
            let size: usize = self.tokens[at..=end].iter().map(|token| token.word.len()).sum();
            (least..=6).contains(&size).then(|| token.at.start..self.tokens[end].at.end)
        };
        let places = (0..self.tokens.len()).filter(|&at| {
            (letter(at) || words::is_place(&self.tokens[at].word))
                && self.tokens[at].after < After::Line
        });
        let codes: Vec<Range<usize>> = places.filter_map(code).collect();
        let speaks = |token: &Token| {
            ["key", "nyck", "avai", "lista", "list", "kod", "code", "koodi", "turva", "taulu"]
                .iter()
                .any(|stem| token.word.starts_with(stem))
        };
        if codes.len() >= CODES_IN_A_ROW && self.tokens.iter().any(speaks) {
            found.extend(codes.into_iter().map(|at| Found { at, kind: SecretKind::KeyCodes }));
        }
    }

    /// Takes codes of which several stand in one sentence about a list or about codes: four of four
    /// digits, two of twice three, or one of twice four that was given or typed in.
    pub(super) fn read_out(&self, sentences: &[Range<usize>], found: &mut Vec<Found>) {
        for sentence in sentences.iter().filter(|sentence| sentence.len() <= LONGEST) {
            let tokens = &self.tokens[sentence.clone()];
            let list = tokens.iter().any(|token| token.word.starts_with("list"))
                || self.names(sentence, &[Noun::KeyCode, Noun::Code]);
            if !list {
                continue;
            }
            let sized = |at: usize, size: usize| {
                let token = &self.tokens[at];
                token.is_number() && token.word.len() == size && token.at.len() <= size + 1
            };
            let four = |at: usize| sized(at, 4) && self.is_free(at, sentence, false);
            let fours: Vec<usize> = sentence.clone().filter(|&at| four(at)).collect();
            let given = tokens
                .iter()
                .any(|token| words::gives(&token.word) || words::types_in(&token.word));
            let pair = |at: usize, size: usize| {
                let apart = |at: usize| !(sentence.contains(&at) && sized(at, size));
                let ends = self.tokens[at + 1].after > After::Nothing || apart(at + 2);
                let begins = at == sentence.start
                    || self.tokens[at - 1].after > After::Nothing
                    || apart(at - 1);
                sized(at, size)
                    && sized(at + 1, size)
                    && self.tokens[at].after == After::Nothing
                    && begins
                    && ends
            };
            let end = sentence.end.saturating_sub(1);
            let pairs: Vec<usize> = (sentence.start..end).filter(|&at| pair(at, 3)).collect();
            let called = |at: usize| {
                let before = &self.tokens[sentence.start.max(at.saturating_sub(CALLED))..at];
                before.iter().any(|token| words::names_harmless_number(&token.word))
            };
            let long = (sentence.start..end).filter(|&at| given && pair(at, 4) && !called(at));
            let long: Vec<usize> = long.collect();
            let mut take = |from: usize, to: usize| {
                let at = self.tokens[from].at.start..self.tokens[to].at.end;
                found.push(Found { at, kind: SecretKind::KeyCodes });
            };
            if fours.len() > CODES_IN_A_ROW {
                for at in fours {
                    take(at, at);
                }
            }
            for at in long {
                take(at, at + 1);
            }
            if pairs.len() > 1 {
                for at in pairs {
                    take(at, at + 1);
                }
            }
        }
    }

    /// Whether a token is a code behind its place in a list: "A1=914".
    pub(super) fn is_in_its_place(&self, at: usize, strong: bool) -> bool {
        let written = &self.flat.text[self.tokens[at].at.clone()];
        let parted = written.split_once(['-', '=', ':']);
        let lettered =
            strong && parted.is_some_and(|(place, _)| place.len() == 1 || words::is_place(place));
        // "17/508843"
        let slashed = written.split_once('/').filter(|(_, code)| strong && code.len() > 4);
        if let Some((place, code)) = slashed {
            return words::is_place(place) && code.bytes().all(|sign| sign.is_ascii_digit());
        }
        let written = if lettered { parted } else { written.split_once(['=', ':']) };
        written.is_some_and(|(place, code)| {
            (words::is_place(place) || lettered)
                && place.starts_with(|sign: char| sign.is_ascii_lowercase())
                && (3..=6).contains(&code.len())
                && code.bytes().all(|sign| sign.is_ascii_digit())
        })
    }

    /// Whether a token is several codes with a sign between, or one of three as long in a row.
    pub(super) fn is_row(&self, at: usize) -> bool {
        let written = &self.flat.text[self.tokens[at].at.clone()];
        let digits = |part: &str| part.bytes().all(|sign| sign.is_ascii_digit());
        let parts = || written.split(['-', ',', ';', '/']);
        let long = parts().next().map_or(0, str::len);
        let codes =
            parts().filter(|part| part.len() == long && (4..=8).contains(&long) && digits(part));
        if codes.count() >= CODES_IN_A_ROW && digits(&self.tokens[at].word) {
            return true;
        }
        let size = self.tokens[at].word.len();
        let sized =
            |token: &Token| token.is_number() && token.word.len() == size && token.at.len() == size;
        let code = |token: &Token| (4..=8).contains(&size) && sized(token);
        let row = |tokens: &mut dyn Iterator<Item = &Token>| {
            tokens.take(CODES_IN_A_ROW).take_while(|token| code(token)).count()
        };
        let behind = row(&mut self.tokens[at..].iter());
        let before = row(&mut self.tokens[..at].iter().rev());
        behind > 0 && behind + before >= CODES_IN_A_ROW
    }

    /// Takes the code of a row that stands right behind one whose code has been covered: "17: ••••",
    /// "18: 631977".
    pub(super) fn next_row(
        &self,
        sentence: &Range<usize>,
        before: &Range<usize>,
        found: &mut Vec<Found>,
    ) {
        let [.., place, covered] = &self.tokens[before.clone()] else { return };
        // "rad 13 1194" behind "rad 12 ••••"
        let named = words::names_a_row(&self.tokens[sentence.start].word);
        let first = sentence.start + usize::from(named);
        let rows = self.tokens[first..sentence.end].chunks_exact(2);
        let Some([next, _]) = rows.clone().next() else { return };
        let number = |token: &Token| token.word.parse::<u32>().ok();
        let follows = number(place).is_some_and(|place| number(next) == place.checked_add(1));
        if !follows || !covered.is_covered() || !named && !self.is_marked(first) {
            return;
        }
        for row in rows {
            let [place, code] = row else { return };
            let fits = code.is_number() && (4..=8).contains(&code.word.len());
            if words::is_place(&place.word) && fits {
                found.push(Found { at: code.at.clone(), kind: SecretKind::KeyCodes });
            }
        }
    }

    /// Takes the numbers as long as a code that was found, in the same sentence as that.
    pub(super) fn brothers(&self, sentences: &[Range<usize>], found: &mut Vec<Found>) {
        let codes: Vec<Range<usize>> = found
            .iter()
            .filter(|one| {
                matches!(one.kind, SecretKind::Pin | SecretKind::KeyCodes | SecretKind::OneTimeCode)
            })
            .map(|one| one.at.clone())
            .collect();
        for code in codes {
            let at = self.tokens.partition_point(|token| token.at.start < code.start);
            let code = self.tokens.get(at).filter(|token| token.at == code);
            let sentence = sentences.partition_point(|sentence| sentence.end <= at);
            let (Some(code), Some(sentence)) = (code, sentences.get(sentence)) else { continue };
            if !code.is_number() || code.word.len() < 4 {
                continue;
            }
            let near = at.saturating_sub(BROTHERS)..self.tokens.len().min(at + BROTHERS);
            for other in near.filter(|other| *other != at && sentence.contains(other)) {
                let token = &self.tokens[other];
                if token.word.len() == code.word.len() && self.is_free(other, sentence, false) {
                    found.push(Found { at: token.at.clone(), kind: SecretKind::KeyCodes });
                }
            }
        }
    }
}
