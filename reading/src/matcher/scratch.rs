//! Buffers that matching needs, kept from message to message.

use std::cell::RefCell;

use crate::language::text::Words;
use crate::matcher::lexicon::LexiconScratch;
use crate::matcher::reading::Reading;

/// Everything that ranking a message writes to.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) words: Words,
    pub(super) lexicon: LexiconScratch,
    pub(super) typed: Reading,
    pub(super) corrected: Reading,
    pub(super) seen: Seen,
    pub(super) features: Vec<Feature>,
    pub(super) scores: Vec<f32>,
}

/// A feature of the message that the model knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feature {
    pub(super) id: u32,
    pub(super) value: f32,
    /// Typed words at its two ends.
    pub(super) first: u16,
    pub(super) last: u16,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Lends this thread's buffers.
pub(super) fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(work)
}

/// Which hashes came already: a table that is emptied by counting up.
#[derive(Debug)]
pub(super) struct Seen {
    slots: Vec<(u64, u32)>,
    round: u32,
    held: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self { slots: vec![(0, 0); 1 << 11], round: 0, held: 0 }
    }
}

impl Seen {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.held = 0;
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.slots.fill((0, 0));
            self.round = 1;
        }
    }

    /// Whether `hash` came for the first time since the last clear.
    pub(super) fn is_new(&mut self, hash: u64) -> bool {
        if self.held * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
        let mut at = (hash as usize) & mask;
        loop {
            let (held, round) = self.slots[at];
            if round != self.round {
                self.slots[at] = (hash, self.round);
                self.held += 1;
                return true;
            }
            if held == hash {
                return false;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let round = self.round;
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![(0, round.wrapping_sub(1)); old.len() * 2];
        self.held = 0;
        for (hash, held) in old {
            if held == round {
                self.is_new(hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_new_once() {
        let mut seen = Seen::default();
        for _ in 0..3 {
            seen.clear();
            for hash in 0..5_000_u64 {
                assert!(seen.is_new(hash.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            }
            for hash in 0..5_000_u64 {
                assert!(!seen.is_new(hash.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            }
        }
    }
}
