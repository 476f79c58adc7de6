//! How likely a word is in each language: naive Bayes over whole words and groups of letters.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::language::identify::LANGUAGES;

/// The model of the embedded word lists.
pub(super) static MODEL: LazyLock<Model> = LazyLock::new(|| {
    Model::count([include_str!("sv.txt"), include_str!("fi.txt"), include_str!("en.txt")])
});

/// Groups of more letters tell little more.
const MAX_GROUP: usize = 4;

/// A word without its diacritics is as frequent as this share of the word.
const BARE_SHARE: f32 = 0.35;

/// What is added to each count, for what has not been seen.
const UNSEEN_GROUP: f32 = 0.5;
const UNSEEN_WORD: f32 = 0.3;

/// About how many different groups of one letter less, and words, there could be.
const POSSIBLE_GROUPS: f32 = 3_000.0;
const POSSIBLE_WORDS: f32 = 20_000.0;

/// Logarithms of how likely words and groups of letters are in each language.
pub(super) struct Model {
    weights: HashMap<u64, [f32; LANGUAGES], BuildHasherDefault<AlreadyHashed>>,
}

impl Model {
    fn count(lists: [&str; LANGUAGES]) -> Self {
        let mut counts = Counts::default();
        for (language, list) in lists.into_iter().enumerate() {
            for line in list.lines() {
                let mut words = line.split(' ');
                let weight = words.next().and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
                for word in words {
                    counts.add(language, word, weight);
                }
            }
        }
        counts.into_model()
    }

    /// How likely the word is in each language, or nothing if no part of it has been seen.
    pub(super) fn score(&self, word: &[char]) -> Option<[f32; LANGUAGES]> {
        let mut sums = [0.0; LANGUAGES];
        let mut seen = false;
        keys(word, |key, size| {
            if let Some(weights) = self.weights.get(&key) {
                seen = true;
                // A long group repeats what the shorter ones in it have said.
                let share = if size == 0 { 1.0 } else { 1.0 / f32::from(size) };
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += weight * share;
                }
            }
        });
        seen.then_some(sums)
    }
}

#[derive(Default)]
struct Counts {
    counts: HashMap<u64, (u8, [f32; LANGUAGES]), BuildHasherDefault<AlreadyHashed>>,
    /// Sums by size of the group; 0 is the whole word.
    totals: [[f32; LANGUAGES]; MAX_GROUP + 1],
}

impl Counts {
    fn add(&mut self, language: usize, word: &str, weight: f32) {
        let letters: Vec<char> = word.chars().collect();
        self.add_letters(language, &letters, weight);
        let bare: Vec<char> =
            word.nfd().filter(|letter| letter.is_alphabetic() || *letter == '\'').collect();
        if bare != letters {
            self.add_letters(language, &bare, weight * BARE_SHARE);
        }
    }

    fn add_letters(&mut self, language: usize, letters: &[char], weight: f32) {
        keys(letters, |key, size| {
            self.counts.entry(key).or_insert((size, [0.0; LANGUAGES])).1[language] += weight;
            self.totals[usize::from(size)][language] += weight;
        });
    }

    fn into_model(self) -> Model {
        let totals = self.totals;
        let weights = self.counts.into_iter().map(|(key, (size, counts))| {
            let (unseen, possible) = match size {
                0 => (UNSEEN_WORD, POSSIBLE_WORDS),
                size => (UNSEEN_GROUP, POSSIBLE_GROUPS * f32::from(size)),
            };
            let mut logs = [0.0; LANGUAGES];
            for (language, log) in logs.iter_mut().enumerate() {
                let total = totals[usize::from(size)][language] + unseen * possible;
                *log = ((counts[language] + unseen) / total).ln();
            }
            (key, logs)
        });
        Model { weights: weights.collect() }
    }
}

/// Calls `take` with the key and size of the word (size 0) and of its groups of letters.
fn keys(word: &[char], mut take: impl FnMut(u64, u8)) {
    let at = |index: usize| match index {
        0 => '<',
        index if index > word.len() => '>',
        index => word[index - 1],
    };
    take(hash(word.iter().copied(), 0), 0);
    let length = word.len() + 2;
    for size in 2..=MAX_GROUP.min(length) {
        for start in 0..=length - size {
            let number = u8::try_from(size).expect("a group has at most four letters");
            take(hash((start..start + size).map(at), number), number);
        }
    }
}

/// FNV-1a over the letters, begun with the size so that a word is no group.
fn hash(letters: impl Iterator<Item = char>, size: u8) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(size);
    letters.fold(start, |state, letter| {
        (state ^ u64::from(u32::from(letter))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The keys are hashes; hashing them again would only cost time.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        // FNV leaves the upper bits, which the map looks at first, the weaker ones.
        self.0 ^ self.0.rotate_left(32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
