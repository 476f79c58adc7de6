//! From scores to probabilities, and from probabilities to what to do.

use crate::matcher::Decision;
use crate::matcher::arithmetic::count;
use crate::matcher::arithmetic::ln;
use crate::matcher::arithmetic::sigmoid;

/// At this confidence the best intent is taken.
pub(super) const ANSWER: f32 = 0.5;
/// From this confidence the best intents are offered.
pub(super) const CLARIFY: f32 = 0.25;
/// Two intents whose scores differ by less than this are both offered.
const CLOSE: f32 = 0.4;

/// What a message offers to judge its best intent by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// How many different words the content knows.
    pub(super) known_words: usize,
    /// The share of its letters in words that the content knows.
    pub(super) known_share: f32,
    /// The score of the out-of-scope examples, where there are any.
    pub(super) out_of_scope: Option<f32>,
}

/// Weights of the signs, fitted by logistic regression on real messages of a public data set.
struct Head {
    score: f64,
    words: f64,
    share: f64,
    out_of_scope: f64,
    constant: f64,
}

/// For content that has no out-of-scope examples.
const ALONE: Head = Head { score: 2.6, words: 0.4, share: 0.7, out_of_scope: 0.0, constant: -2.1 };
/// For content that has some.
const BESIDE_OUT_OF_SCOPE: Head =
    Head { score: 2.85, words: 0.75, share: 0.0, out_of_scope: -1.1, constant: -2.1 };

/// The probability that an intent of this score is right.
pub(super) fn confidence(score: f32, signs: &Signs) -> f32 {
    let head = if signs.out_of_scope.is_some() { &BESIDE_OUT_OF_SCOPE } else { &ALONE };
    sigmoid(
        head.score * f64::from(score)
            + head.words * ln(1.0 + count(signs.known_words))
            + head.share * f64::from(signs.known_share)
            + head.out_of_scope * f64::from(signs.out_of_scope.unwrap_or(0.0))
            + head.constant,
    )
}

/// What to do with a best intent of this confidence whose score is `ahead` of the second's.
pub(super) fn decide(confidence: f32, ahead: f32) -> Decision {
    if confidence < CLARIFY {
        Decision::Reject
    } else if confidence < ANSWER || ahead < CLOSE {
        Decision::Clarify
    } else {
        Decision::Answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubt_is_asked_about_and_strangeness_rejected() {
        assert_eq!(decide(0.9, 1.0), Decision::Answer);
        assert_eq!(decide(0.9, 0.1), Decision::Clarify);
        assert_eq!(decide(0.4, 1.0), Decision::Clarify);
        assert_eq!(decide(0.2, 1.0), Decision::Reject);
        assert_eq!(decide(0.2, 0.1), Decision::Reject);
    }

    #[test]
    fn a_higher_score_is_more_certain_and_out_of_scope_examples_speak_against() {
        let signs = |out_of_scope| Signs { known_words: 3, known_share: 0.8, out_of_scope };
        assert!(confidence(0.5, &signs(None)) > confidence(0.2, &signs(None)));
        assert!(confidence(0.5, &signs(Some(-1.0))) > confidence(0.5, &signs(Some(0.3))));
    }
}
