//! Secrets that only the bank itself knows the shape of, as its authors write them.
//!
//! **Invariant:** a pattern is bounded: what it finds is neither empty nor longer than
//! `LONGEST`, and the search is linear in the text, whatever an author wrote.

use std::ops::Range;

use regex::Regex;
use regex::RegexBuilder;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::flat::Flat;

/// The longest secret a pattern may find, in bytes.
const LONGEST: usize = 200;
/// The shortest: what is shorter stands in every other sentence.
const SHORTEST: usize = 4;
/// What a compiled pattern may weigh, in bytes.
const SIZE: usize = 1 << 18;

/// Why a pattern is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is no regular expression.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It may find something without an end.
    #[error("what it finds has no greatest length, or one above 200 characters")]
    Unbounded,
    /// It may find something very short.
    #[error(
        "it may find something shorter than four characters, and would cover half of what is written"
    )]
    TooShort,
}

/// Authors' patterns, ready for use.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    all: Vec<Regex>,
}

impl Patterns {
    /// Adds one.
    pub fn add(&mut self, pattern: &str) -> Result<(), PatternError> {
        let parsed = regex_syntax::parse(pattern).map_err(|error| {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default();
            PatternError::Unreadable(last.trim_start_matches("error: ").to_owned())
        })?;
        let length = parsed.properties();
        if length.maximum_len().is_none_or(|most| most > LONGEST) {
            return Err(PatternError::Unbounded);
        }
        if length.minimum_len().is_none_or(|least| least < SHORTEST) {
            return Err(PatternError::TooShort);
        }
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(true)
            .size_limit(SIZE)
            .build()
            .map_err(|error| PatternError::Unreadable(error.to_string()))?;
        self.all.push(regex);
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What the patterns find: in the text as it stands, and with full-width and other digits,
    /// dashes and blanks made plain and invisible signs taken out.
    pub(super) fn find(&self, text: &str, flat: &Flat) -> Vec<Found> {
        let found = |at: Range<usize>| Found { at, kind: SecretKind::Custom };
        let mut all = Vec::new();
        for regex in &self.all {
            all.extend(regex.find_iter(text).map(|hit| found(hit.range())));
            let plain = regex.find_iter(&flat.text).map(|hit| flat.original(&hit.range()));
            all.extend(plain.map(found));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_without_bounds_is_refused() {
        let mut patterns = Patterns::default();
        assert_eq!(patterns.add("[0-9]+"), Err(PatternError::Unbounded));
        assert_eq!(patterns.add("[0-9]{1,300}"), Err(PatternError::Unbounded));
        assert_eq!(patterns.add("[0-9]{2,8}"), Err(PatternError::TooShort));
        assert!(matches!(patterns.add("([0-9]{4"), Err(PatternError::Unreadable(_))));
        assert_eq!(patterns.add(r"\bAB[0-9]{6}\b"), Ok(()));
    }
}
