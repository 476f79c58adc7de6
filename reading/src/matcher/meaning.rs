//! The thesaurus of a language by hashed stems.

use std::sync::OnceLock;

use crate::language::Language;
use crate::language::thesaurus::Thesaurus;
use crate::matcher::arithmetic::Hash;
use crate::matcher::reading::Read;
use crate::matcher::reading::Set;
use crate::matcher::reading::Table;
use crate::matcher::reading::folded_stem_hash;

const CONCEPT: u64 = 41;

/// What words mean, for one language.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    weak: Set,
    plain: Set,
    words: Table<Box<[u64]>>,
    phrases: Table<Vec<(Box<[u64]>, u64)>>,
}

impl Meanings {
    /// The meanings of `language`.
    pub(super) fn of(language: Language) -> &'static Self {
        static EACH: [OnceLock<Meanings>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
        let at = match language {
            Language::Sv => 0,
            Language::Fi => 1,
            Language::En => 2,
        };
        EACH[at].get_or_init(|| Self::hashed(&Thesaurus::of(language)))
    }

    fn hashed(thesaurus: &Thesaurus) -> Self {
        let key = |concept: u16| Hash::new(CONCEPT).with(u64::from(concept)).finish();
        let mut meanings = Self::default();
        meanings.weak.extend(thesaurus.weak().map(folded_stem_hash));
        meanings.plain.extend(thesaurus.plain().map(folded_stem_hash));
        for (stem, of_stem) in thesaurus.words() {
            let keys = of_stem.iter().map(|&concept| key(concept)).collect();
            meanings.words.insert(folded_stem_hash(stem), keys);
        }
        for (first, rest, concept) in thesaurus.phrases() {
            let rest = rest.iter().map(|stem| folded_stem_hash(stem)).collect();
            let of_first = meanings.phrases.entry(folded_stem_hash(first)).or_default();
            of_first.push((rest, key(concept)));
        }
        meanings
    }

    /// Whether a word with this stem says little whatever the message is about.
    pub(super) fn is_weak(&self, stem: u64) -> bool {
        self.weak.contains(&stem)
    }

    /// Whether a word with this stem has a meaning here.
    pub(super) fn knows(&self, stem: u64) -> bool {
        self.words.contains_key(&stem)
    }

    /// Whether a word with this stem is an everyday word, and so no typo of another.
    pub(super) fn is_everyday(&self, stem: u64) -> bool {
        self.plain.contains(&stem) || self.weak.contains(&stem)
    }

    /// The concepts of a stem.
    pub(super) fn of_stem(&self, stem: u64) -> &[u64] {
        self.words.get(&stem).map_or(&[], |concepts| concepts)
    }

    /// Calls `see` with the concept of each phrase that begins with the word at `at`, and the
    /// place of its last word.
    pub(super) fn phrases(&self, words: &[Read], at: usize, mut see: impl FnMut(u64, usize)) {
        for (rest, concept) in self.phrases.get(&words[at].stem).into_iter().flatten() {
            let following = words[at + 1..].iter().map(|word| word.stem);
            if following.take(rest.len()).eq(rest.iter().copied()) {
                see(*concept, at + rest.len());
            }
        }
    }
}
