//! Words for the same thing: a customer's card may be lost, missing or gone.
//!
//! A short thesaurus of customer service for each language, so that an example with one word
//! also speaks for messages with another. Stems are compared, so endings do not matter.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::language::Language;
use crate::language::fold::fold;
use crate::language::forms::lines;
use crate::language::stem::Endings;

/// The concepts of one language.
#[derive(Debug, Clone, Default)]
pub struct Thesaurus {
    names: Vec<&'static str>,
    weak: BTreeSet<String>,
    plain: BTreeSet<String>,
    words: BTreeMap<String, Vec<u16>>,
    phrases: BTreeMap<String, Vec<(Vec<String>, u16)>>,
}

impl Thesaurus {
    /// Reads the thesaurus of `language`; worth keeping.
    #[must_use]
    pub fn of(language: Language) -> Self {
        let endings = Endings::of(language);
        let stem = |word: &str| fold(&endings.stem(word));
        let mut thesaurus = Self::default();
        for (name, words) in lines(language) {
            if name == "weak" {
                thesaurus.weak.extend(words.map(stem));
            } else if name == "plain" {
                thesaurus.plain.extend(words.map(stem));
            } else if !name.starts_with(['~', '=']) {
                let number = u16::try_from(thesaurus.names.len()).unwrap_or(u16::MAX);
                thesaurus.names.push(name);
                for word in words {
                    thesaurus.add(number, word.split('_').map(stem).collect());
                }
            }
        }
        thesaurus
    }

    fn add(&mut self, number: u16, mut stems: Vec<String>) {
        let first = stems.remove(0);
        if stems.is_empty() {
            let of_word = self.words.entry(first).or_default();
            if !of_word.contains(&number) {
                of_word.push(number);
            }
        } else {
            let of_first = self.phrases.entry(first).or_default();
            if !of_first.contains(&(stems.clone(), number)) {
                of_first.push((stems, number));
            }
        }
    }

    /// The folded stems of words that say little whatever the message is about.
    pub fn weak(&self) -> impl Iterator<Item = &str> {
        self.weak.iter().map(String::as_str)
    }

    /// The folded stems of everyday words without a meaning here: they are no typos of others.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.plain.iter().map(String::as_str)
    }

    /// Every folded stem that has a meaning, with its concepts.
    pub fn words(&self) -> impl Iterator<Item = (&str, &[u16])> {
        self.words.iter().map(|(stem, concepts)| (stem.as_str(), concepts.as_slice()))
    }

    /// Every phrase as its first folded stem and those after it, with its concept.
    pub fn phrases(&self) -> impl Iterator<Item = (&str, &[String], u16)> {
        let all = self.phrases.iter();
        all.flat_map(|(first, rests)| {
            rests.iter().map(|(rest, number)| (first.as_str(), rest.as_slice(), *number))
        })
    }

    /// The name of a concept.
    #[must_use]
    pub fn name(&self, concept: u16) -> &'static str {
        self.names.get(usize::from(concept)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_the_same_thing_share_a_concept() {
        for (language, one, other) in [
            (Language::En, "refunded", "reimbursement"),
            (Language::Sv, "textmeddelandet", "sms"),
            (Language::Fi, "tekstaria", "tekstiviestin"),
        ] {
            let thesaurus = Thesaurus::of(language);
            let of = |word: &str| {
                let stem = fold(&Endings::of(language).stem(word));
                thesaurus.words.get(&stem).cloned().unwrap_or_default()
            };
            assert!(of(one).iter().any(|concept| of(other).contains(concept)), "{one}, {other}");
        }
    }

    #[test]
    fn phrases_are_kept_by_their_first_word() {
        let thesaurus = Thesaurus::of(Language::En);
        assert!(thesaurus.phrases().any(|(first, rest, concept)| {
            first == "money" && rest == ["back"] && thesaurus.name(concept) == "refund"
        }));
    }
}
