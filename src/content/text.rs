//! Texts that customers see: every language side by side, each with one or more variants.

use std::collections::BTreeMap;

use crate::content::diagnostic::Span;
use crate::content::fields::Word;
use crate::language::Language;

/// A text in the bot's languages. **Invariant:** content that passed the check has at least one
/// variant in every language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    variants: BTreeMap<Language, Vec<String>>,
    /// Where each variant stands, for diagnostics.
    places: BTreeMap<Language, Vec<Span>>,
}

impl Text {
    /// A text with these variants.
    pub(crate) fn new(words: BTreeMap<Language, Vec<Word>>) -> Self {
        let mut text = Self::default();
        for (language, words) in words {
            let (variants, places) = words.into_iter().map(|word| (word.text, word.span)).unzip();
            text.variants.insert(language, variants);
            text.places.insert(language, places);
        }
        text
    }

    /// The template in a language. `pick` chooses among variants; equal numbers choose equally,
    /// so that a replay says the same words.
    #[must_use]
    pub fn pick(&self, language: Language, pick: u64) -> &str {
        let variants = self
            .variants
            .get(&language)
            .or_else(|| self.variants.values().next())
            .map_or(&[][..], Vec::as_slice);
        let count = u64::try_from(variants.len()).unwrap_or(u64::MAX).max(1);
        let index = usize::try_from(pick % count).unwrap_or(0);
        variants.get(index).map_or("", String::as_str)
    }

    /// The first variant in a language.
    #[must_use]
    pub fn plain(&self, language: Language) -> &str {
        self.pick(language, 0)
    }

    /// All variants with their language.
    pub fn all(&self) -> impl Iterator<Item = (Language, &str)> {
        self.variants
            .iter()
            .flat_map(|(language, texts)| texts.iter().map(|text| (*language, text.as_str())))
    }

    /// All variants with their language and place.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (Language, Span, &str)> {
        self.variants.iter().flat_map(|(language, texts)| {
            let places = self.places.get(language).into_iter().flatten();
            texts.iter().zip(places).map(|(text, span)| (*language, *span, text.as_str()))
        })
    }
}
