//! Words without their endings.
//!
//! Snowball's stemmers do most of it. What they leave apart is brought together here: irregular
//! forms, Swedish definite forms of compounds and nouns made of verbs, Finnish consonant
//! gradation and the endings of participles. Stems are compared and never shown, so it does not
//! matter that they are no words; it matters that the forms of one word meet.

use std::borrow::Cow;

use snowball_stemmers_rs::Algorithm;
use snowball_stemmers_rs::Stemmer;

use crate::language::Language;
use crate::language::forms::base;

mod finnish;
mod swedish;

/// Takes the endings off the words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Endings {
    language: Language,
}

impl Endings {
    /// For words of `language`.
    #[must_use]
    pub fn of(language: Language) -> Self {
        Self { language }
    }

    /// The stem of a word in lower case with its diacritics; not yet folded.
    #[must_use]
    pub fn stem<'a>(&self, word: &'a str) -> Cow<'a, str> {
        // Snowball knows nothing of other alphabets, and digits have no endings.
        if !word.chars().all(|letter| letter.is_ascii_alphabetic() || "åäöéüøæ".contains(letter))
        {
            return Cow::Borrowed(word);
        }
        let word = base(self.language, word).unwrap_or(word);
        match self.language {
            Language::Sv => Cow::Owned(swedish::further(snowball(Algorithm::Swedish, word))),
            Language::Fi => {
                let word = finnish::guarded(word);
                Cow::Owned(finnish::further(&snowball(Algorithm::Finnish, &word)))
            }
            Language::En => snowball(Algorithm::English, word),
        }
    }
}

fn snowball(algorithm: Algorithm, word: &str) -> Cow<'_, str> {
    Stemmer::create(algorithm).stem(word)
}

#[cfg(test)]
mod tests;
