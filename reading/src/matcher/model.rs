//! The trained numbers, and how a message is held against them.

use serde::Deserialize;
use serde::Serialize;

use crate::ids::IntentId;
use crate::matcher::arithmetic::single;
use crate::matcher::features::BLANK;
use crate::matcher::features::Group;
use crate::matcher::features::Occurrence;
use crate::matcher::features::features;
use crate::matcher::lexicon::Lexicon;
use crate::matcher::reading::Known;
use crate::matcher::reading::Reading;
use crate::matcher::reading::Table;
use crate::matcher::recipe::WeakWeights;
use crate::matcher::scratch::Feature;
use crate::matcher::scratch::Scratch;
use crate::matcher::scratch::Seen;

/// A trained matcher's insides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Model {
    pub(super) lexicon: Lexicon,
    /// The intents, one a column of the rows; those that have nothing to learn from are left out.
    pub(super) intents: Vec<IntentId>,
    /// Whether the column after the last intent is that of out-of-scope messages.
    pub(super) has_out_of_scope: bool,
    /// Length of a row: the columns, made up to a multiple of eight.
    pub(super) stride: usize,
    /// Feature by hash.
    pub(super) ids: Table<u32>,
    /// Value of each feature before its group is brought to length.
    pub(super) values: Vec<f32>,
    /// Where each feature's places begin; one more at the end.
    pub(super) starts: Vec<u32>,
    /// Rows that a feature adds, with their factors. A feature of few examples has the rows of
    /// those examples instead of one of its own: nothing is lost and most features are such.
    pub(super) places: Vec<(u32, f32)>,
    pub(super) rows: Vec<f32>,
    /// Mean of each row over the intents.
    pub(super) means: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// What a word without meaning adds to the squared length of the concepts.
    pub(super) blank: f32,
    /// What an unknown feature adds to the squared length of its group.
    pub(super) unknown: f32,
    pub(super) weak: WeakWeights,
    pub(super) group_weights: [f32; Group::ALL.len()],
    /// Keywords joined with `+`, by the stem of their first word.
    pub(super) joined: Table<Vec<Joined>>,
    pub(super) forbidden: Vec<Forbidden>,
    /// Columns of examples, by hash of the whole text.
    pub(super) exact: Table<u32>,
}

/// Words that count together, in whatever order they come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Joined {
    pub(super) stems: Vec<u64>,
    pub(super) key: u64,
}

/// Words that speak against an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Forbidden {
    pub(super) stems: Vec<u64>,
    pub(super) column: usize,
}

/// The share of the message as typed beside the message as corrected: an unknown word may be no
/// typo.
const TYPED_SHARE: f32 = 0.3;

/// What a forbidden keyword takes off the score: more than any one word brings.
pub(super) const FORBIDDEN: f32 = -1.0;

impl Model {
    /// The message in `scratch.words` as features, in `scratch.features`.
    pub(super) fn read(&self, scratch: &mut Scratch) {
        let Scratch { words, lexicon, typed, corrected, seen, features, .. } = scratch;
        let differs = self.lexicon.read(words, lexicon, typed, corrected);
        features.clear();
        if differs {
            self.encode(typed, TYPED_SHARE, seen, features);
            self.encode(corrected, 1.0 - TYPED_SHARE, seen, features);
        } else {
            self.encode(typed, 1.0, seen, features);
        }
    }

    fn encode(&self, reading: &Reading, share: f32, seen: &mut Seen, out: &mut Vec<Feature>) {
        seen.clear();
        let mut squares = [0.0_f32; Group::ALL.len()];
        let first = out.len();
        let mut ends = [first; Group::ALL.len()];
        let source = |at: usize| reading.words.get(at).map_or(0, |word| word.source);
        self.features(reading, |seen_now| {
            let group = seen_now.group as usize;
            if seen_now.key == BLANK {
                squares[group] += self.blank;
                return;
            }
            if !seen.is_new(seen_now.key) {
                return;
            }
            match self.ids.get(&seen_now.key) {
                Some(&id) => {
                    let value = self.values[id as usize] * seen_now.factor;
                    squares[group] += value * value;
                    let (first, last) = (source(seen_now.first), source(seen_now.last));
                    out.push(Feature { id, value, first, last });
                }
                None => squares[group] += self.unknown * seen_now.factor * seen_now.factor,
            }
            ends[group] = out.len();
        });
        let mut start = first;
        for group in Group::ALL {
            let length = squares[group as usize].sqrt();
            let end = ends[group as usize].max(start);
            if length > 0.0 {
                let factor = share * self.group_weights[group as usize] / length;
                for feature in &mut out[start..end] {
                    feature.value *= factor;
                }
            }
            start = end;
        }
    }

    /// Calls `see` with every feature of a reading; one may come more than once.
    pub(super) fn features(&self, reading: &Reading, mut see: impl FnMut(Occurrence)) {
        features(reading, self.lexicon.meanings(), &self.weak, &mut see);
        self.joined(reading, |key, first, last| {
            see(Occurrence { group: Group::Joined, key, factor: 1.0, first, last });
        });
    }

    /// Calls `see` with the key of each joined keyword whose words all occur.
    fn joined(&self, reading: &Reading, mut see: impl FnMut(u64, usize, usize)) {
        if self.joined.is_empty() {
            return;
        }
        for (at, word) in reading.words.iter().enumerate() {
            for joined in self.joined.get(&word.stem).into_iter().flatten() {
                if let Some(last) = holds_all(reading, &joined.stems) {
                    see(joined.key, at.min(last), at.max(last));
                }
            }
        }
    }

    /// Adds what the features say to `scores`, which hold the bias.
    pub(super) fn add(&self, features: &[Feature], scores: &mut [f32]) {
        for feature in features {
            for &(row, factor) in self.places_of(feature.id) {
                let step = factor * feature.value;
                for (score, weight) in scores.iter_mut().zip(self.row(row)) {
                    *score += step * weight;
                }
            }
        }
    }

    /// The rows of a feature with their factors.
    pub(super) fn places_of(&self, id: u32) -> &[(u32, f32)] {
        &self.places[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize]
    }

    /// One row.
    pub(super) fn row(&self, row: u32) -> &[f32] {
        &self.rows[row as usize * self.stride..][..self.stride]
    }

    /// What a feature adds to one column's score.
    pub(super) fn part(&self, feature: &Feature, column: usize) -> f32 {
        self.places_of(feature.id)
            .iter()
            .map(|&(row, factor)| factor * feature.value * self.row(row)[column])
            .sum()
    }

    /// What a feature adds to the mean score.
    pub(super) fn mean_part(&self, feature: &Feature) -> f32 {
        self.places_of(feature.id)
            .iter()
            .map(|&(row, factor)| factor * feature.value * self.means[row as usize])
            .sum()
    }

    /// Everything that ranking depends on, in a fixed order.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut put = |number: u64| bytes.extend_from_slice(&number.to_le_bytes());
        self.lexicon.digest(&mut put);
        for intent in &self.intents {
            intent.as_str().bytes().for_each(|byte| put(u64::from(byte)));
        }
        for table in [&self.ids, &self.exact] {
            let mut entries: Vec<(u64, u32)> = table.iter().map(|(&key, &id)| (key, id)).collect();
            entries.sort_unstable();
            for (key, id) in entries {
                put(key);
                put(u64::from(id));
            }
        }
        let numbers = [&self.values, &self.rows, &self.bias, &self.means].into_iter().flatten();
        numbers.for_each(|number| put(u64::from(number.to_bits())));
        for &(row, factor) in &self.places {
            put(u64::from(row));
            put(u64::from(factor.to_bits()));
        }
        let mut joined: Vec<&Joined> = self.joined.values().flatten().collect();
        joined.sort_unstable_by_key(|joined| joined.key);
        for joined in joined {
            put(joined.key);
        }
        for forbidden in &self.forbidden {
            put(u64::try_from(forbidden.column).unwrap_or(u64::MAX));
            forbidden.stems.iter().for_each(|&stem| put(stem));
        }
        bytes
    }

    /// Bytes held, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.lexicon.bytes()
            + self.ids.capacity() * 17
            + self.values.len() * 4
            + self.starts.len() * 4
            + self.places.len() * 8
            + (self.rows.len() + self.means.len()) * 4
            + self.exact.capacity() * 13
    }
}

/// How many different stems of the reading the content knows.
pub(super) fn known_words(reading: &Reading, seen: &mut Seen) -> usize {
    seen.clear();
    let known = reading
        .words
        .iter()
        .filter(|word| !matches!(word.known, Known::No | Known::Meaning | Known::Everyday));
    known.filter(|word| seen.is_new(word.stem)).count()
}

/// The share of the letters that stand in words which the content knows; numbers aside.
pub(super) fn known_share(reading: &Reading) -> f32 {
    let (mut known, mut all) = (0, 0);
    for word in &reading.words {
        if reading.letters_of(word).first() != Some(&'0') {
            let letters = word.end - word.start;
            all += letters;
            if matches!(word.known, Known::Word | Known::Stem) {
                known += letters;
            }
        }
    }
    if all == 0 { 0.0 } else { single(f64::from(known) / f64::from(all)) }
}

/// The place of the last of the stems when the reading has them all.
pub(super) fn holds_all(reading: &Reading, stems: &[u64]) -> Option<usize> {
    let mut last = None;
    for stem in stems {
        let place = reading.words.iter().position(|word| word.stem == *stem)?;
        last = last.max(Some(place));
    }
    last
}
