//! What of a message counts: stems, pairs of stems, groups of letters, meanings.

use crate::matcher::arithmetic::Hash;
use crate::matcher::meaning::Meanings;
use crate::matcher::reading::Read;
use crate::matcher::reading::Reading;
use crate::matcher::recipe::WeakWeights;

/// A kind of feature. Each kind is brought to a fixed length in a message's vector, so a long
/// message has no more to say than a short one, and its many letter groups no more than its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// A stem.
    Stem,
    /// Two stems side by side, or one at an end.
    Pair,
    /// Two stems in order, up to [`SKIP`] apart.
    Skip,
    /// Two to four letters of a word.
    Gram,
    /// Four or five letters of the message without its spaces.
    Run,
    /// What a word means by the thesaurus.
    Concept,
    /// Two meanings, or a meaning and a stem, in any order, up to [`SKIP`] words apart.
    Meeting,
    /// A keyword joined with `+`.
    Joined,
}

impl Group {
    /// In the order in which [`features`] yields them.
    pub(super) const ALL: [Self; 8] = [
        Self::Stem,
        Self::Pair,
        Self::Skip,
        Self::Gram,
        Self::Run,
        Self::Concept,
        Self::Meeting,
        Self::Joined,
    ];
}

const SKIP: usize = 4;
const GRAM: u64 = 21;
const PAIR: u64 = 22;
const SKIPPED: u64 = 23;
const RUN: u64 = 24;
const MEETING: u64 = 25;
/// The key of what has no key: it only makes the other features of its group shorter.
pub(super) const BLANK: u64 = 0;
const EDGE: u64 = 0x5eed_ed6e;
/// So many concepts of one word are paired with those of others.
const MEETING_CONCEPTS: usize = 6;

/// One feature as it occurs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occurrence {
    pub(super) group: Group,
    pub(super) key: u64,
    /// What it counts here beside another occurrence.
    pub(super) factor: f32,
    /// The words it stands on: indices into [`Reading::words`], ends included.
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Calls `see` with each feature of a message but the joined keywords, group by group;
/// a feature may come more than once.
pub(super) fn features(
    reading: &Reading,
    meanings: &Meanings,
    weak: &WeakWeights,
    mut see: impl FnMut(Occurrence),
) {
    let words = &reading.words;
    stems(reading, weak, &mut see);
    for (at, word) in words.iter().enumerate() {
        let factor = if word.weak { weak.gram } else { 1.0 };
        grams(reading.letters_of(word), |key| {
            see(Occurrence { group: Group::Gram, key, factor, first: at, last: at });
        });
    }
    runs(reading, |key, first, last| {
        see(Occurrence { group: Group::Run, key, factor: 1.0, first, last });
    });
    concepts(reading, meanings, weak, &mut see);
    meetings(words, meanings, weak, &mut see);
}

fn stems(reading: &Reading, weak: &WeakWeights, see: &mut impl FnMut(Occurrence)) {
    let words = &reading.words;
    for (at, word) in words.iter().enumerate() {
        let factor = if word.weak { weak.stem } else { 1.0 };
        see(Occurrence { group: Group::Stem, key: word.stem, factor, first: at, last: at });
    }
    for (at, word) in words.iter().enumerate() {
        for &key in reading.parts_of(word) {
            see(Occurrence { group: Group::Stem, key, factor: weak.part, first: at, last: at });
        }
    }
    let mut pair = |left: Option<usize>, right: Option<usize>| {
        let stem = |at: Option<usize>| at.map_or(EDGE, |at| words[at].stem);
        let says_little = |at: Option<usize>| at.is_none_or(|at| words[at].weak);
        let key = Hash::new(PAIR).with(stem(left)).with(stem(right)).finish();
        let factor = if says_little(left) && says_little(right) { weak.pair } else { 1.0 };
        let (first, last) = (left.or(right).unwrap_or(0), right.or(left).unwrap_or(0));
        see(Occurrence { group: Group::Pair, key, factor, first, last });
    };
    if let Some(end) = words.len().checked_sub(1) {
        pair(None, Some(0));
        for at in 0..end {
            pair(Some(at), Some(at + 1));
        }
        pair(Some(end), None);
    }
    for (at, left) in words.iter().enumerate() {
        for (last, right) in words.iter().enumerate().skip(at + 1).take(SKIP) {
            let key = Hash::new(SKIPPED).with(left.stem).with(right.stem).finish();
            let factor = if left.weak && right.weak { weak.pair } else { 1.0 };
            see(Occurrence { group: Group::Skip, key, factor, first: at, last });
        }
    }
}

fn grams(letters: &[char], mut see: impl FnMut(u64)) {
    let total = letters.len() + 2;
    let letter = |at: usize| match at {
        0 => u64::from('<'),
        _ if at == total - 1 => u64::from('>'),
        _ => u64::from(letters[at - 1]),
    };
    for start in 0..total - 1 {
        let mut hash = Hash::new(GRAM).with(letter(start));
        for at in start + 1..total.min(start + 4) {
            hash = hash.with(letter(at));
            see(hash.finish());
        }
    }
}

fn runs(reading: &Reading, mut see: impl FnMut(u64, usize, usize)) {
    let letters = &reading.letters;
    let mut word = 0;
    for start in 0..letters.len().saturating_sub(3) {
        while reading.words[word].end as usize <= start {
            word += 1;
        }
        let mut last = word;
        let mut hash = Hash::new(RUN);
        for (at, &letter) in letters.iter().enumerate().skip(start).take(5) {
            hash = hash.with(u64::from(letter));
            while reading.words[last].end as usize <= at {
                last += 1;
            }
            if at >= start + 3 {
                see(hash.finish(), word, last);
            }
        }
    }
}

fn concepts(
    reading: &Reading,
    meanings: &Meanings,
    weak: &WeakWeights,
    see: &mut impl FnMut(Occurrence),
) {
    let group = Group::Concept;
    let words = &reading.words;
    for (at, word) in words.iter().enumerate() {
        let of_word = meanings.of_stem(word.stem);
        // A word of many meanings says each of them less surely.
        let factor = if word.weak { weak.concept } else { 1.0 } / root(of_word.len());
        for &key in of_word {
            see(Occurrence { group, key, factor, first: at, last: at });
        }
        let mut found = !of_word.is_empty();
        if !found {
            for &part in reading.parts_of(word) {
                let of_part = meanings.of_stem(part);
                found |= !of_part.is_empty();
                let factor = weak.part_concept / root(of_part.len());
                for &key in of_part {
                    see(Occurrence { group, key, factor, first: at, last: at });
                }
            }
        }
        if !found && !word.weak {
            see(Occurrence { group, key: BLANK, factor: 1.0, first: at, last: at });
        }
        meanings.phrases(words, at, |key, last| {
            see(Occurrence { group, key, factor: 1.0, first: at, last });
        });
    }
}

fn meetings(
    words: &[Read],
    meanings: &Meanings,
    weak: &WeakWeights,
    see: &mut impl FnMut(Occurrence),
) {
    for (at, left) in words.iter().enumerate() {
        for (last, right) in words.iter().enumerate().skip(at + 1).take(SKIP) {
            let (of_left, of_right) = (meanings.of_stem(left.stem), meanings.of_stem(right.stem));
            let factor = if left.weak && right.weak { weak.meeting } else { 1.0 };
            for one in std::iter::once(&left.stem).chain(of_left).take(MEETING_CONCEPTS) {
                for other in std::iter::once(&right.stem).chain(of_right).take(MEETING_CONCEPTS) {
                    if *one == left.stem && *other == right.stem {
                        continue;
                    }
                    let (low, high) = (one.min(other), one.max(other));
                    let key = Hash::new(MEETING).with(*low).with(*high).finish();
                    see(Occurrence { group: Group::Meeting, key, factor, first: at, last });
                }
            }
        }
    }
}

fn root(number: usize) -> f32 {
    f32::from(u8::try_from(number.max(1)).unwrap_or(u8::MAX)).sqrt()
}
