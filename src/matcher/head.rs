//! From scores to probabilities, and from probabilities to what to do.

use crate::matcher::Decision;
use crate::matcher::arithmetic::count;
use crate::matcher::arithmetic::ln;
use crate::matcher::arithmetic::sigmoid;

/// At this confidence the best intent is taken.
pub(super) const ANSWER: f32 = 0.5;
/// From this confidence the best intents are offered.
pub(super) const CLARIFY: f32 = 0.25;
/// Two intents whose confidences differ by less than this are both offered.
pub(super) const CLOSE: f32 = 0.08;

const SCORE: f64 = 2.62;
const WORDS: f64 = 0.51;
const CONSTANT: f64 = -1.66;

/// The probability that an intent of this score is right, in a message with so many known words.
pub(super) fn confidence(score: f32, known_words: usize) -> f32 {
    sigmoid(SCORE * f64::from(score) + WORDS * ln(1.0 + count(known_words)) + CONSTANT)
}

/// What to do with the best and the second-best intent.
pub(super) fn decide(best: f32, second: Option<f32>) -> Decision {
    if best < CLARIFY {
        Decision::Reject
    } else if best < ANSWER || second.is_some_and(|second| best - second < CLOSE) {
        Decision::Clarify
    } else {
        Decision::Answer
    }
}
