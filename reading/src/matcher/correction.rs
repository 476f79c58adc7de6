//! Words of the content that a mistyped word may have been meant to be.
//!
//! Two words within two edits of each other share a form that comes from leaving out at most two
//! letters of each. All such forms of the content's words are laid down in an index, so a lookup
//! costs some tens of probes instead of a comparison with every word.

use serde::Deserialize;
use serde::Serialize;

use crate::matcher::arithmetic::Hash;

const DELETION: u64 = 11;
/// Longer words than this are compared by their letter groups only: their forms would fill the
/// index, and a word that long is still recognised with two letters wrong.
pub(super) const MAX_LETTERS: usize = 24;
/// So many content words are compared with one mistyped word.
const MAX_COMPARED: usize = 64;

/// The forms with letters left out, and the words they come from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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

/// … when the words beside it speak for the correction.
pub(super) fn reach_beside_known(letters: usize) -> usize {
    match letters {
        0..=1 => 0,
        2..=3 => 1,
        _ => 2,
    }
}

/// Rows of the alignment, kept between words.
pub(super) type Rows = [Vec<f32>; 3];

/// What the slips of a finger cost beside each other; chosen on typos made at random.
const SWAPPED: f32 = 0.7;
const EXTRA: f32 = 1.0;
const LEFT_OUT: f32 = 0.8;
const KEY_BESIDE: f32 = 0.8;
const KEY_ELSEWHERE: f32 = 1.15;
/// The first letter is rarely wrong.
const FIRST: f32 = 0.15;

/// How unlikely it is that `meant` was typed as `typed`: the weighted sum of the slips.
pub(super) fn slips(typed: &[char], meant: &[char], rows: &mut Rows) -> f32 {
    for row in rows.iter_mut() {
        row.clear();
        row.resize(meant.len() + 1, 0.0);
    }
    let mut left_out = 0.0;
    for cost in &mut rows[1] {
        *cost = left_out;
        left_out += LEFT_OUT;
    }
    for (at, &letter) in typed.iter().enumerate() {
        let first = if at == 0 { FIRST } else { 0.0 };
        rows[2][0] = rows[1][0] + EXTRA;
        for (to, &wanted) in meant.iter().enumerate() {
            let hit = if letter == wanted {
                0.0
            } else if are_beside(letter, wanted) {
                KEY_BESIDE + first
            } else {
                KEY_ELSEWHERE + first
            };
            let mut cost = (rows[1][to] + hit)
                .min(rows[1][to + 1] + EXTRA)
                .min(rows[2][to] + LEFT_OUT + first);
            if at > 0 && to > 0 && letter == meant[to - 1] && typed[at - 1] == wanted {
                cost = cost.min(rows[0][to - 1] + SWAPPED);
            }
            rows[2][to + 1] = cost;
        }
        rows.rotate_left(1);
    }
    rows[1][meant.len()]
}

/// Whether two keys touch.
fn are_beside(one: char, other: char) -> bool {
    let (Some(one), Some(other)) = (place(one), place(other)) else { return false };
    one.0.abs_diff(other.0) <= 1 && one.1.abs_diff(other.1) <= 1
}

/// Row and column of a key.
fn place(key: char) -> Option<(u8, u8)> {
    const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    (0..).zip(KEYS).find_map(|(row, keys)| {
        let column = keys.bytes().position(|other| char::from(other) == key)?;
        Some((row, u8::try_from(column).ok()?))
    })
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
    fn slips_of_the_finger_cost_least() {
        let cost = |typed: &str, meant: &str| {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            slips(&letters(typed), &letters(meant), &mut Rows::default())
        };
        assert!(cost("kort", "kort").abs() < f32::EPSILON);
        assert!((cost("kotr", "kort") - SWAPPED).abs() < 1e-6);
        assert!(cost("kott", "kort") < cost("komt", "kort"));
        assert!(cost("kot", "kort") < cost("kortx", "kort"));
        assert!(cost("jort", "kort") < cost("mord", "kort"));
        assert!((cost("", "kort") - 4.0 * LEFT_OUT - 0.0).abs() < 1e-6);
    }

    #[test]
    fn no_words_and_endless_words_are_no_trouble() {
        assert!(near(&[], "kod").is_empty());
        assert!(near(&["kod"], &"k".repeat(500)).is_empty());
        assert!(near(&[&"k".repeat(500)], "kod").is_empty());
    }
}
