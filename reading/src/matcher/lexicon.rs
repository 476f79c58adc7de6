//! The words that the content knows, and how the words of a message are read by them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::language::Language;
use crate::language::fold::fold_into;
use crate::language::forms::written_out;
use crate::language::stem::Endings;
use crate::language::text::Words;
use crate::matcher::arithmetic::Hash;
use crate::matcher::arithmetic::ln;
use crate::matcher::arithmetic::single;
use crate::matcher::correction::Deletions;
use crate::matcher::correction::Rows;
use crate::matcher::correction::reach;
use crate::matcher::correction::reach_beside_known;
use crate::matcher::correction::slips;
use crate::matcher::meaning::Meanings;
use crate::matcher::reading::Known;
use crate::matcher::reading::Reading;
use crate::matcher::reading::Set;
use crate::matcher::reading::Table;
use crate::matcher::reading::folded_stem_hash;
use crate::matcher::reading::word_hash;

const ADJACENT: u64 = 3;
/// What a correction gains in likelihood by standing beside words it stands beside in the content,
/// and by being frequent there; against the cost of slips.
const NEIGHBOUR: f32 = 0.3;
const FREQUENT: f32 = 0.1;
/// So many words of one message are corrected; a message with more is in another language.
const MAX_CORRECTED: usize = 10;
/// … and for so many at most a correction is looked for.
pub(super) const MAX_TRIED: usize = 24;

/// A word of the content.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    folded: Box<str>,
    /// As authors write it most often, for explanations.
    spelling: Box<str>,
    stem: u64,
    /// Stems of the words it is made of; none when it is one word.
    parts: Box<[u64]>,
    count: u32,
}

/// The content's words of one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Lexicon {
    language: Language,
    entries: Vec<Entry>,
    by_word: Table<u32>,
    stems: Set,
    adjacent: Set,
    deletions: Deletions,
}

enum Correction {
    Word(u32),
    Split(u32, u32),
}

impl Lexicon {
    /// The words of all texts of the content.
    pub(super) fn of<'a>(language: Language, texts: impl Iterator<Item = &'a str>) -> Self {
        let endings = Endings::of(language);
        let mut words = Words::default();
        let mut folded = String::new();
        // Folded word → spelling → how often.
        let mut counts: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        let mut adjacent = Set::default();
        for text in texts {
            words.read(text);
            let mut last: Option<u64> = None;
            for (_, word) in written_words(language, &words) {
                folded.clear();
                fold_into(word, &mut folded);
                let spellings = match counts.get_mut(&folded) {
                    Some(spellings) => spellings,
                    None => counts.entry(folded.clone()).or_default(),
                };
                match spellings.get_mut(word) {
                    Some(count) => *count += 1,
                    None => {
                        spellings.insert(word.to_owned(), 1);
                    }
                }
                let hash = word_hash(&folded);
                if let Some(last) = last {
                    adjacent.insert(pair_hash(last, hash));
                }
                last = Some(hash);
            }
        }
        let mut entries = Vec::with_capacity(counts.len());
        let mut by_word = Table::default();
        let mut stems = Set::default();
        let mut surfaces = Vec::with_capacity(counts.len());
        for (folded, spellings) in counts {
            let surface = usual_spelling(&spellings).unwrap_or_default().to_owned();
            let stem = stem_hash(endings, &surface);
            stems.insert(stem);
            by_word.insert(word_hash(&folded), u32::try_from(entries.len()).unwrap_or(u32::MAX));
            let count = spellings.values().sum();
            entries.push(Entry {
                folded: folded.into_boxed_str(),
                spelling: surface.clone().into_boxed_str(),
                stem,
                parts: Box::default(),
                count,
            });
            surfaces.push(surface);
        }
        let meanings = Meanings::of(language);
        let known = PartsKnown { language, endings, meanings, stems: &stems };
        for (entry, surface) in entries.iter_mut().zip(&surfaces) {
            entry.parts = known.parts(surface).into_boxed_slice();
        }
        let deletions = Deletions::of(
            (0..)
                .zip(&entries)
                .filter(|(_, entry)| !is_number(&entry.folded))
                .map(|(number, entry)| (number, &*entry.folded)),
        );
        Self { language, entries, by_word, stems, adjacent, deletions }
    }

    /// The share of the letters, numbers left out, that stand in words of the content: in one as it
    /// is written there, or in one of the same stem.
    pub(super) fn known_share(&self, words: &Words, scratch: &mut LexiconScratch) -> f32 {
        let (mut known, mut all) = (0_u32, 0_u32);
        for (_, word) in written_words(self.language, words) {
            scratch.folded.clear();
            fold_into(word, &mut scratch.folded);
            if is_number(&scratch.folded) {
                continue;
            }
            let letters = u32::try_from(scratch.folded.chars().count()).unwrap_or(u32::MAX);
            all = all.saturating_add(letters);
            let is_known = self.by_word.contains_key(&word_hash(&scratch.folded))
                || self.stems.contains(&stem_hash(Endings::of(self.language), word));
            if is_known {
                known = known.saturating_add(letters);
            }
        }
        if all == 0 { 0.0 } else { single(f64::from(known) / f64::from(all)) }
    }

    /// The stem of a word and by what it is known; leaves it folded, and its parts, in `scratch`.
    fn recognise(&self, word: &str, scratch: &mut LexiconScratch) -> (u64, Known) {
        scratch.folded.clear();
        fold_into(word, &mut scratch.folded);
        scratch.parts.clear();
        if let Some(&entry) = self.by_word.get(&word_hash(&scratch.folded)) {
            let entry = &self.entries[entry as usize];
            scratch.parts.extend_from_slice(&entry.parts);
            return (entry.stem, Known::Word);
        }
        let stem = stem_hash(Endings::of(self.language), word);
        let known = if self.stems.contains(&stem) {
            Known::Stem
        } else if self.meanings().knows(stem) {
            Known::Meaning
        } else if self.meanings().is_everyday(stem) {
            Known::Everyday
        } else {
            Known::No
        };
        let of = PartsKnown {
            language: self.language,
            endings: Endings::of(self.language),
            meanings: self.meanings(),
            stems: &self.stems,
        };
        scratch.parts.extend(of.parts(word));
        let is_compound = known == Known::No && !scratch.parts.is_empty();
        (stem, if is_compound { Known::Parts } else { known })
    }

    /// Reads the words as typed into `typed` and as corrected into `corrected`.
    /// Returns whether the two differ.
    pub(super) fn read(
        &self,
        words: &Words,
        scratch: &mut LexiconScratch,
        typed: &mut Reading,
        corrected: &mut Reading,
    ) -> bool {
        typed.clear();
        corrected.clear();
        let mut corrections = 0;
        scratch.tried = 0;
        for (source, word) in written_words(self.language, words) {
            let (stem, known) = self.recognise(word, scratch);
            let weak = self.meanings().is_weak(stem);
            typed.push(&scratch.folded, stem, weak, &scratch.parts, source, known);
            let wanted = known == Known::No && corrections < MAX_CORRECTED;
            let correction = if wanted && scratch.tried < MAX_TRIED {
                scratch.tried += 1;
                scratch.before = corrected.words.last().map(|word| corrected.word_hash_of(word));
                scratch.after = words.get(usize::from(source) + 1).map(|word| {
                    let mut folded = std::mem::take(&mut scratch.meant_text);
                    folded.clear();
                    fold_into(word, &mut folded);
                    let hash = word_hash(&folded);
                    scratch.meant_text = folded;
                    hash
                });
                self.correct(scratch)
            } else {
                None
            };
            let mut read_as = |entry: u32, known| {
                let entry = &self.entries[entry as usize];
                let weak = self.meanings().is_weak(entry.stem);
                corrected.push(&entry.folded, entry.stem, weak, &entry.parts, source, known);
            };
            match correction {
                Some(Correction::Word(entry)) => {
                    corrections += 1;
                    read_as(entry, Known::Corrected);
                }
                Some(Correction::Split(left, right)) => {
                    corrections += 1;
                    read_as(left, Known::Split);
                    read_as(right, Known::Split);
                }
                None => corrected.push(&scratch.folded, stem, weak, &scratch.parts, source, known),
            }
        }
        corrections > 0
    }

    /// A word of the content as its authors write it.
    pub(super) fn spelling(&self, word_hash: u64) -> Option<&str> {
        let entry = *self.by_word.get(&word_hash)?;
        Some(&self.entries[entry as usize].spelling)
    }

    /// The two words that a compound is made of.
    pub(super) fn halves<'a>(&self, word: &'a str) -> Option<(&'a str, &'a str)> {
        let known = PartsKnown {
            language: self.language,
            endings: Endings::of(self.language),
            meanings: self.meanings(),
            stems: &self.stems,
        };
        known.halves(word)
    }

    /// What words mean in this language.
    pub(super) fn meanings(&self) -> &'static Meanings {
        Meanings::of(self.language)
    }

    /// Hash of the folded stem of a word as an author wrote it.
    pub(super) fn stem_of(&self, word: &str) -> u64 {
        let mut folded = String::new();
        fold_into(word, &mut folded);
        match self.by_word.get(&word_hash(&folded)) {
            Some(&entry) => self.entries[entry as usize].stem,
            None => stem_hash(Endings::of(self.language), word),
        }
    }

    /// Bytes held, roughly.
    pub(super) fn bytes(&self) -> usize {
        let words: usize = self.entries.iter().map(|entry| 2 * entry.folded.len() + 72).sum();
        words + (self.stems.len() + self.adjacent.len()) * 12 + self.deletions.bytes()
    }

    /// Adds everything that reading depends on, in a fixed order.
    pub(super) fn digest(&self, add: &mut impl FnMut(u64)) {
        for entry in &self.entries {
            add(word_hash(&entry.folded));
            add(entry.stem);
            add(u64::from(entry.count));
        }
        let mut adjacent: Vec<u64> = self.adjacent.iter().copied().collect();
        adjacent.sort_unstable();
        adjacent.into_iter().for_each(add);
    }

    fn correct(&self, scratch: &mut LexiconScratch) -> Option<Correction> {
        scratch.letters.clear();
        scratch.letters.extend(scratch.folded.chars());
        if is_number(&scratch.folded) {
            return None;
        }
        let nearest = self.nearest(scratch);
        let split = self.split(scratch);
        match (nearest, split) {
            (None, Some(split)) => Some(split.0),
            (Some((_, distance)), Some(split)) if distance >= 2 || split.1 => Some(split.0),
            (Some((entry, _)), _) => Some(Correction::Word(entry)),
            (None, None) => None,
        }
    }

    /// The word that was most probably meant, and how many edits away it is.
    fn nearest(&self, scratch: &mut LexiconScratch) -> Option<(u32, usize)> {
        let alone = reach(scratch.letters.len());
        let reach = reach_beside_known(scratch.letters.len());
        self.deletions.near(&scratch.letters, reach, &mut scratch.found);
        let mut best: Option<(u32, usize, f32)> = None;
        for &number in &scratch.found {
            let entry = &self.entries[number as usize];
            let distance = strsim::osa_distance(&scratch.folded, &entry.folded);
            let beside = self.neighbours(scratch, entry);
            if distance > if beside > 0 { reach } else { alone } {
                continue;
            }
            scratch.meant.clear();
            scratch.meant.extend(entry.folded.chars());
            let cost = slips(&scratch.letters, &scratch.meant, &mut scratch.rows)
                - FREQUENT * single(ln(1.0 + f64::from(entry.count)))
                - NEIGHBOUR * f32::from(beside);
            if best.is_none_or(|(_, _, least)| cost < least) {
                best = Some((number, distance, cost));
            }
        }
        best.map(|(number, distance, _)| (number, distance))
    }

    /// Beside how many of its neighbours the content has a word.
    fn neighbours(&self, scratch: &LexiconScratch, entry: &Entry) -> u8 {
        let word = word_hash(&entry.folded);
        let before = scratch.before.is_some_and(|it| self.adjacent.contains(&pair_hash(it, word)));
        let after = scratch.after.is_some_and(|it| self.adjacent.contains(&pair_hash(word, it)));
        u8::from(before) + u8::from(after)
    }

    /// The two words that were written together, and whether the content has them side by side.
    fn split(&self, scratch: &LexiconScratch) -> Option<(Correction, bool)> {
        let mut best: Option<(Correction, bool, usize)> = None;
        let letters = scratch.letters.len();
        for (left_letters, (at, _)) in scratch.folded.char_indices().enumerate().skip(2) {
            let right_letters = letters - left_letters;
            if right_letters < 2 {
                break;
            }
            let (left, right) = scratch.folded.split_at(at);
            let (left, right) = (word_hash(left), word_hash(right));
            let (Some(&first), Some(&second)) = (self.by_word.get(&left), self.by_word.get(&right))
            else {
                continue;
            };
            let seen = self.adjacent.contains(&pair_hash(left, right));
            let shorter = left_letters.min(right_letters);
            if !seen && shorter < 3 {
                continue;
            }
            if best.as_ref().is_none_or(|(_, known, least)| (seen, shorter) > (*known, *least)) {
                best = Some((Correction::Split(first, second), seen, shorter));
            }
        }
        best.map(|(split, seen, _)| (split, seen))
    }
}

/// Buffers for reading, kept between messages.
#[derive(Debug, Clone, Default)]
pub(super) struct LexiconScratch {
    folded: String,
    parts: Vec<u64>,
    letters: Vec<char>,
    found: Vec<u32>,
    meant: Vec<char>,
    meant_text: String,
    rows: Rows,
    before: Option<u64>,
    after: Option<u64>,
    /// For how many words of the message a correction was looked for.
    pub(super) tried: usize,
}

/// What is known when words are taken apart.
struct PartsKnown<'a> {
    language: Language,
    endings: Endings,
    meanings: &'static Meanings,
    stems: &'a Set,
}

impl PartsKnown<'_> {
    /// The stems of the two words that `word` is made of.
    fn parts(&self, word: &str) -> Vec<u64> {
        let Some((left, right)) = self.halves(word) else { return Vec::new() };
        [left, right].into_iter().filter_map(|part| self.known(part)).collect()
    }

    /// The two words that `word` is made of; of several ways the evenest.
    fn halves<'a>(&self, word: &'a str) -> Option<(&'a str, &'a str)> {
        let least = if self.language == Language::Sv { 3 } else { 4 };
        let letters = word.chars().count();
        let mut best: Option<(usize, (&str, &str))> = None;
        for (left_letters, (at, _)) in word.char_indices().enumerate().skip(least) {
            let right_letters = letters - left_letters;
            if right_letters < least {
                break;
            }
            let shorter = left_letters.min(right_letters);
            if best.as_ref().is_some_and(|(most, _)| *most >= shorter) {
                continue;
            }
            let (left, right) = word.split_at(at);
            if self.known(left).is_some() && self.known(right).is_some() {
                best = Some((shorter, (left, right)));
            }
        }
        best.map(|(_, halves)| halves)
    }

    fn known(&self, part: &str) -> Option<u64> {
        let stem = stem_hash(self.endings, part);
        let known = self.stems.contains(&stem) || self.meanings.knows(stem);
        (known && !self.meanings.is_weak(stem)).then_some(stem)
    }
}

fn usual_spelling(spellings: &BTreeMap<String, u32>) -> Option<&str> {
    let mut best: Option<(&str, u32)> = None;
    for (spelling, &count) in spellings {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((spelling, count));
        }
    }
    best.map(|(spelling, _)| spelling)
}

fn stem_hash(endings: Endings, word: &str) -> u64 {
    let stem = endings.stem(word);
    let mut folded = String::with_capacity(stem.len());
    fold_into(&stem, &mut folded);
    folded_stem_hash(&folded)
}

/// The words of a text with chat spelling written out, each with the number of the typed word.
fn written_words(language: Language, words: &Words) -> impl Iterator<Item = (u16, &str)> + use<'_> {
    (0_u16..)
        .zip(words.iter())
        .flat_map(move |(source, word)| written_out(language, word).map(move |part| (source, part)))
}

fn pair_hash(left: u64, right: u64) -> u64 {
    Hash::new(ADJACENT).with(left).with(right).finish()
}

fn is_number(folded: &str) -> bool {
    folded.starts_with('0')
}
