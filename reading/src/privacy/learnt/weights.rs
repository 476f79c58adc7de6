//! How much each clue counts, as it was learnt.

use crate::privacy::learnt::clues::BITS;

/// So many of a clue's first bits say in which group its weight stands.
const GROUPS: u32 = 14;

/// The other bits, which tell it from the others of its group.
const REST: u32 = BITS - GROUPS;

/// One over the smallest weight.
#[cfg(test)]
pub(super) const SCALE: f32 = 32.0;

/// The weights of the clues that count.
///
/// As bytes: for each group how many it holds, then for each of them, in order, the rest of its bits
/// and its weight.
pub(super) struct Weights<'a> {
    /// Where each group begins among the pairs, and last where they end.
    starts: Vec<u32>,
    pairs: &'a [[u8; 2]],
}

impl<'a> Weights<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let (sizes, pairs) = bytes.split_at(1 << GROUPS);
        let mut starts = vec![0];
        let mut start = 0;
        starts.extend(sizes.iter().map(|size| {
            start += u32::from(*size);
            start
        }));
        Self { starts, pairs: pairs.as_chunks().0 }
    }

    /// How much a word's clues count together.
    pub(super) fn sum(&self, clues: &[u32]) -> i32 {
        clues.iter().map(|clue| i32::from(self.of(*clue))).sum()
    }

    fn of(&self, clue: u32) -> i8 {
        let group = (clue >> REST) as usize;
        let rest = clue & ((1 << REST) - 1);
        let pairs = &self.pairs[self.starts[group] as usize..self.starts[group + 1] as usize];
        let pair = pairs.iter().find(|pair| u32::from(pair[0]) == rest);
        pair.map_or(0, |pair| i8::from_le_bytes([pair[1]]))
    }

    /// Weights as bytes: `learnt` has one for every clue there may be, most of them nothing.
    #[cfg(test)]
    pub(super) fn written(learnt: &[f32]) -> Vec<u8> {
        let mut sizes = Vec::new();
        let mut pairs = Vec::new();
        for group in learnt.chunks(1 << REST) {
            let before = pairs.len();
            for (rest, weight) in (0_u8..=u8::MAX).zip(group) {
                let rounded = (weight * SCALE).round().clamp(-127.0, 127.0);
                if rounded != 0.0 {
                    #[expect(clippy::cast_possible_truncation, reason = "clamped above")]
                    pairs.extend([rest, (rounded as i8).to_le_bytes()[0]]);
                }
            }
            sizes.push(u8::try_from((pairs.len() - before) / 2).expect("groups are small"));
        }
        sizes.extend(pairs);
        sizes
    }
}
