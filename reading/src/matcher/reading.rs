//! A message as the lexicon read it: its words, their stems, and the hashes they are known by.

use std::collections::HashMap;
use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

use crate::matcher::arithmetic::Hash;

const WORD: u64 = 1;
const STEM: u64 = 2;

/// Hashes are already well mixed: hashing them again would only cost time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// A map from finished hashes.
pub(super) type Table<V> = HashMap<u64, V, BuildHasherDefault<AsIs>>;
/// A set of finished hashes.
pub(super) type Set = HashSet<u64, BuildHasherDefault<AsIs>>;

/// A message read word by word.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// Folded words one after the other.
    pub(super) folded: String,
    /// The same as letters, without anything between words.
    pub(super) letters: Vec<char>,
    /// Where each stands and what it is.
    pub(super) words: Vec<Read>,
    /// Stems of the parts of compounds.
    pub(super) parts: Vec<u64>,
}

/// One word as read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    /// First letter in [`Reading::letters`].
    pub(super) start: u32,
    /// After the last letter.
    pub(super) end: u32,
    /// Hash of the folded stem.
    pub(super) stem: u64,
    /// Which typed word it comes from.
    pub(super) source: u16,
    /// Whether it says little whatever the message is about.
    pub(super) weak: bool,
    /// Where the stems of its parts stand in [`Reading::parts`]; empty when it is one word.
    pub(super) parts: (u32, u32),
    /// How it was come by.
    pub(super) known: Known,
}

/// What the lexicon knows of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The word itself.
    Word,
    /// Another form of it.
    Stem,
    /// Not the word, but it stands in the thesaurus.
    Meaning,
    /// It is read as another word of the content.
    Corrected,
    /// It is read as one of two words written together.
    Split,
    /// An everyday word that the content lacks.
    Everyday,
    /// Not the word, but the words it is made of.
    Parts,
    /// Nothing.
    No,
}

impl Reading {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.folded.clear();
        self.letters.clear();
        self.words.clear();
        self.parts.clear();
    }

    /// Takes one more word in.
    pub(super) fn push(
        &mut self,
        folded: &str,
        stem: u64,
        weak: bool,
        parts: &[u64],
        source: u16,
        known: Known,
    ) {
        let before = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        self.parts.extend_from_slice(parts);
        let parts = (before, u32::try_from(self.parts.len()).unwrap_or(u32::MAX));
        let start = u32::try_from(self.letters.len()).unwrap_or(u32::MAX);
        self.folded.push_str(folded);
        self.letters.extend(folded.chars());
        let end = u32::try_from(self.letters.len()).unwrap_or(u32::MAX);
        self.words.push(Read { start, end, stem, source, weak, parts, known });
    }

    /// The letters of one word.
    pub(super) fn letters_of(&self, word: &Read) -> &[char] {
        &self.letters[word.start as usize..word.end as usize]
    }

    /// The stems of the parts of a compound.
    pub(super) fn parts_of(&self, word: &Read) -> &[u64] {
        &self.parts[word.parts.0 as usize..word.parts.1 as usize]
    }

    /// The hash of one word.
    pub(super) fn word_hash_of(&self, word: &Read) -> u64 {
        let letters = self.letters_of(word).iter();
        letters.fold(Hash::new(WORD), |hash, &letter| hash.with(u64::from(letter))).finish()
    }
}

/// The hash of a word that is folded already.
pub(super) fn word_hash(folded: &str) -> u64 {
    Hash::new(WORD).with_text(folded).finish()
}

/// The hash of a stem that is folded already.
pub(super) fn folded_stem_hash(stem: &str) -> u64 {
    Hash::new(STEM).with_text(stem).finish()
}
