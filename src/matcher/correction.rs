//! Words of the content that a mistyped word may have been meant to be.
//!
//! Two words within two edits of each other share a form that comes from leaving out at most two
//! letters of each. All such forms of the content's words are laid down in an index, so a lookup
//! costs some tens of probes instead of a comparison with every word.

use crate::matcher::arithmetic::Hash;

const DELETION: u64 = 11;
/// Longer words than this are compared by their letter groups only: their forms would fill the
/// index, and a word that long is still recognised with two letters wrong.
pub(super) const MAX_LETTERS: usize = 24;
/// So many content words are compared with one mistyped word.
const MAX_COMPARED: usize = 64;

/// The forms with letters left out, and the words they come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Deletions {
    shift: u32,
    starts: Vec<u32>,
    entries: Vec<(u32, u32)>,
}

impl Deletions {
    /// Indexes words given by number with their letters.
    pub(super) fn of<'a>(words: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut entries: Vec<(u32, u32)> = Vec::new();
        let mut letters = Vec::new();
        for (number, word) in words {
            letters.clear();
            letters.extend(word.chars());
            if (3..=MAX_LETTERS).contains(&letters.len()) {
                let most = if letters.len() == 3 { 1 } else { 2 };
                for_each_form(&letters, most, |form| entries.push((form, number)));
            }
        }
        entries.sort_unstable();
        entries.dedup();
        let bits = (usize::BITS - entries.len().leading_zeros()).clamp(4, 24);
        let shift = u32::BITS - bits;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        for &(form, _) in &entries {
            starts[(form >> shift) as usize + 1] += 1;
        }
        for bucket in 1..starts.len() {
            starts[bucket] += starts[bucket - 1];
        }
        Self { shift, starts, entries }
    }

    /// Calls `see` with the number of each word that may be within the reach of `letters`;
    /// a word may come more than once.
    pub(super) fn near(&self, letters: &[char], reach: usize, found: &mut Vec<u32>) {
        found.clear();
        if self.entries.is_empty() || letters.len() > MAX_LETTERS {
            return;
        }
        for_each_form(letters, reach, |form| {
            let bucket = (form >> self.shift) as usize;
            let range = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
            for &(other, word) in &self.entries[range] {
                if other == form && found.len() < MAX_COMPARED * 4 {
                    found.push(word);
                }
            }
        });
        found.sort_unstable();
        found.dedup();
        found.truncate(MAX_COMPARED);
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.starts.len() * 4 + self.entries.len() * 8
    }
}

/// How many edits a word of so many letters may have suffered.
pub(super) fn reach(letters: usize) -> usize {
    match letters {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

fn for_each_form(letters: &[char], most: usize, mut see: impl FnMut(u32)) {
    let form = |first: usize, second: usize| {
        let mut hash = Hash::new(DELETION);
        for (at, &letter) in letters.iter().enumerate() {
            if at != first && at != second {
                hash = hash.with(u64::from(u32::from(letter)));
            }
        }
        u32::try_from(hash.finish() >> 32).unwrap_or(0)
    };
    let none = letters.len();
    see(form(none, none));
    if most >= 1 {
        for first in 0..letters.len() {
            see(form(first, none));
        }
    }
    if most >= 2 {
        for first in 0..letters.len() {
            for second in first + 1..letters.len() {
                see(form(first, second));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(words: &[&str], typed: &str) -> Vec<u32> {
        let index = Deletions::of((0..).zip(words.iter().copied()));
        let letters: Vec<char> = typed.chars().collect();
        let mut found = Vec::new();
        index.near(&letters, reach(letters.len()), &mut found);
        found
    }

    #[test]
    fn every_word_within_reach_is_found() {
        let words = ["leverans", "konto", "kod", "losenord", "lever"];
        for typed in ["leverasn", "levrans", "leveranns", "leverans", "elverans", "lvrans"] {
            assert!(near(&words, typed).contains(&0), "{typed}");
        }
        assert!(near(&words, "kotno").contains(&1));
        assert!(near(&words, "kof").contains(&2));
        assert!(near(&words, "zzz").is_empty());
    }

    #[test]
    fn no_words_and_endless_words_are_no_trouble() {
        assert!(near(&[], "kod").is_empty());
        assert!(near(&["kod"], &"k".repeat(500)).is_empty());
        assert!(near(&[&"k".repeat(500)], "kod").is_empty());
    }
}
