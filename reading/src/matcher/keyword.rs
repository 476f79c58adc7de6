//! The keywords that authors give an intent, with their three operators.
//!
//! `sms^2` weighs double, `inte + sms` wants both words somewhere in the message, `!posti` speaks
//! against the intent when the word occurs.

use crate::language::text::Words;
use crate::matcher::Keyword;
use crate::matcher::KeywordError;

/// A joined keyword of more parts than this is a sentence: it belongs among the examples.
const MAX_PARTS: usize = 4;
const WEIGHTS: std::ops::RangeInclusive<u8> = 1..=9;

impl Keyword {
    /// Reads a keyword as an author wrote it.
    ///
    /// # Errors
    /// Names what is wrong and how to mend it.
    pub fn parse(text: &str) -> Result<Self, KeywordError> {
        let trimmed = text.trim();
        let (forbids, rest) = match trimmed.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (body, weight) = match rest.split_once('^') {
            Some(_) if forbids => return Err(KeywordError::WeightOnForbidden),
            Some((body, weight)) => (body, parse_weight(weight)?),
            None => (rest, 1),
        };
        if body.contains('!') {
            return Err(KeywordError::MisplacedForbid);
        }
        let parts: Vec<String> = body.split('+').map(|part| part.trim().to_owned()).collect();
        if parts.iter().any(|part| Words::of(part).is_empty()) {
            return Err(if parts.len() > 1 {
                KeywordError::EmptyPart
            } else {
                KeywordError::NoWord
            });
        }
        if parts.len() > MAX_PARTS {
            return Err(KeywordError::TooManyParts);
        }
        Ok(Self { parts, weight, forbids })
    }

    /// The words of the keyword, without its operators.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts.join(" ")
    }

    /// Whether its words must occur together, in any order and place.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.parts.len() > 1
    }
}

fn parse_weight(text: &str) -> Result<u8, KeywordError> {
    text.trim()
        .parse()
        .ok()
        .filter(|weight| WEIGHTS.contains(weight))
        .ok_or_else(|| KeywordError::BadWeight(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(parts: &[&str], weight: u8, forbids: bool) -> Keyword {
        Keyword { parts: parts.iter().map(|&part| part.to_owned()).collect(), weight, forbids }
    }

    #[test]
    fn operators_are_read() {
        assert_eq!(Keyword::parse("sms"), Ok(keyword(&["sms"], 1, false)));
        assert_eq!(Keyword::parse(" sms ^ 2 "), Ok(keyword(&["sms"], 2, false)));
        assert_eq!(Keyword::parse("inte + sms"), Ok(keyword(&["inte", "sms"], 1, false)));
        assert_eq!(Keyword::parse("inte+sms^3"), Ok(keyword(&["inte", "sms"], 3, false)));
        assert_eq!(Keyword::parse("!posti"), Ok(keyword(&["posti"], 1, true)));
        assert_eq!(Keyword::parse("! på posten"), Ok(keyword(&["på posten"], 1, true)));
    }

    #[test]
    fn mistakes_say_how_to_mend_them() {
        let cases = [
            ("", KeywordError::NoWord),
            ("…", KeywordError::NoWord),
            ("^2", KeywordError::NoWord),
            ("!", KeywordError::NoWord),
            ("inte +", KeywordError::EmptyPart),
            ("a+b+c+d+e", KeywordError::TooManyParts),
            ("sms^0", KeywordError::BadWeight("0".to_owned())),
            ("sms^10", KeywordError::BadWeight("10".to_owned())),
            ("sms^2^3", KeywordError::BadWeight("2^3".to_owned())),
            ("!sms^2", KeywordError::WeightOnForbidden),
            ("sms + !posti", KeywordError::MisplacedForbid),
        ];
        for (text, error) in cases {
            assert_eq!(Keyword::parse(text), Err(error.clone()), "{text}");
            assert!(error.to_string().contains(':'), "no advice: {error}");
        }
    }
}
