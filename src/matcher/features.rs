//! What of a message counts: stems, pairs of stems, groups of letters.

use crate::matcher::arithmetic::Hash;
use crate::matcher::lexicon::Reading;

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
    /// A keyword joined with `+`.
    Joined,
}

impl Group {
    /// In the order in which [`features`] yields them.
    pub(super) const ALL: [Self; 6] =
        [Self::Stem, Self::Pair, Self::Skip, Self::Gram, Self::Run, Self::Joined];
}

const SKIP: usize = 4;
const GRAM: u64 = 21;
const PAIR: u64 = 22;
const SKIPPED: u64 = 23;
const RUN: u64 = 24;
const EDGE: u64 = 0x5eed_ed6e;

/// The words that a feature stands on: indices into [`Reading::words`], ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stands {
    /// The first word.
    pub(super) first: usize,
    /// The last word; only the two ends count for pairs, all between for runs.
    pub(super) last: usize,
}

/// Calls `see` with each feature of a message but the joined keywords, group by group;
/// a feature may come more than once.
pub(super) fn features(reading: &Reading, mut see: impl FnMut(Group, u64, Stands)) {
    let words = &reading.words;
    for (at, word) in words.iter().enumerate() {
        see(Group::Stem, word.stem, Stands { first: at, last: at });
    }
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        let end = words.len() - 1;
        see(Group::Pair, pair(EDGE, first.stem), Stands { first: 0, last: 0 });
        for (at, two) in words.windows(2).enumerate() {
            see(Group::Pair, pair(two[0].stem, two[1].stem), Stands { first: at, last: at + 1 });
        }
        see(Group::Pair, pair(last.stem, EDGE), Stands { first: end, last: end });
    }
    for (at, left) in words.iter().enumerate() {
        for (distance, right) in words.iter().skip(at + 1).take(SKIP).enumerate() {
            let key = Hash::new(SKIPPED).with(left.stem).with(right.stem).finish();
            see(Group::Skip, key, Stands { first: at, last: at + 1 + distance });
        }
    }
    for (at, word) in words.iter().enumerate() {
        let stands = Stands { first: at, last: at };
        grams(reading.letters_of(word), |key| see(Group::Gram, key, stands));
    }
    runs(reading, |key, stands| see(Group::Run, key, stands));
}

fn pair(left: u64, right: u64) -> u64 {
    Hash::new(PAIR).with(left).with(right).finish()
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

fn runs(reading: &Reading, mut see: impl FnMut(u64, Stands)) {
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
                see(hash.finish(), Stands { first: word, last });
            }
        }
    }
}
