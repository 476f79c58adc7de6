//! Words without their endings.
//!
//! Snowball's stemmers do most of it.

use std::borrow::Cow;

use snowball_stemmers_rs::Algorithm;
use snowball_stemmers_rs::Stemmer;

use crate::language::Language;

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
        let algorithm = match self.language {
            Language::Sv => Algorithm::Swedish,
            Language::Fi => Algorithm::Finnish,
            Language::En => Algorithm::English,
        };
        Stemmer::create(algorithm).stem(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_alphabets_are_their_own_stems() {
        for language in Language::ALL {
            assert_eq!(Endings::of(language).stem("помощью"), "помощью");
            assert_eq!(Endings::of(language).stem("0000"), "0000");
            assert_eq!(Endings::of(language).stem(""), "");
        }
    }

    #[test]
    fn forms_of_a_word_meet() {
        let sv = Endings::of(Language::Sv);
        assert_eq!(sv.stem("koden"), sv.stem("kod"));
        let en = Endings::of(Language::En);
        assert_eq!(en.stem("transfers"), en.stem("transferred"));
    }
}
