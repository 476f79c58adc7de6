//! How well a matcher does on messages whose intents are known.

use std::collections::BTreeMap;

use crate::ids::IntentId;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Matcher;
use crate::matcher::Ranking;
use crate::matcher::arithmetic::count;

pub mod advice;
pub mod data;
pub mod noise;
pub mod runs;

use crate::matcher::evaluation::data::Sample;

/// The confidence from which the product answers.
pub const SHIPPED_THRESHOLD: f32 = crate::matcher::head::ANSWER;

/// The share of in-scope messages whose right answer may be refused to reject what is out of scope.
const LOSS: f64 = 0.01;

/// What a matcher made of one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What the message means; `None` when the bot cannot help with it.
    pub truth: Option<IntentId>,
    /// What the matcher makes of it.
    pub ranking: Ranking,
}

impl Outcome {
    /// Ranks one message.
    #[must_use]
    pub fn of(matcher: &Matcher, sample: &Sample) -> Self {
        let ranking = matcher.rank(&sample.text, &Context::default());
        Self { truth: sample.intent.clone(), ranking }
    }

    /// The intent that stands first.
    #[must_use]
    pub fn best(&self) -> Option<&IntentId> {
        self.ranking.candidates.first().map(|candidate| &candidate.intent)
    }

    /// How sure the matcher is of it; 0 when there is none.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.ranking.candidates.first().map_or(0.0, |candidate| candidate.confidence)
    }

    /// Whether the message is in scope and the first intent is the right one.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.truth.is_some() && self.best() == self.truth.as_ref()
    }

    /// Whether the right intent is taken, or is among those that are offered.
    #[must_use]
    pub fn is_served(&self) -> bool {
        let offered = match self.ranking.decision {
            Decision::Answer => 1,
            Decision::Clarify => 3,
            Decision::Reject => 0,
        };
        let mut candidates = self.ranking.candidates.iter().take(offered);
        candidates.any(|candidate| Some(&candidate.intent) == self.truth.as_ref())
    }
}

/// The figures of a set of outcomes, between 0 and 1; `None` where there is nothing to divide by.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Messages that mean an intent.
    pub in_scope: usize,
    /// Messages that mean none.
    pub out_of_scope: usize,
    /// In-scope messages whose first intent is right, whatever the confidence.
    pub accuracy: Option<f64>,
    /// Mean F1 over the intents, on in-scope messages without threshold.
    pub macro_f1: Option<f64>,
    /// In-scope messages that are accepted and right.
    pub accepted_correct: Option<f64>,
    /// Out-of-scope messages that are rejected.
    pub oos_recall: Option<f64>,
    /// Rejected messages that are out of scope.
    pub oos_precision: Option<f64>,
    /// All messages: accepted and right, or out of scope and rejected.
    pub accuracy_all: Option<f64>,
    /// How well confidence parts in-scope from out-of-scope messages.
    pub auroc: Option<f64>,
    /// Mean distance between confidence and how often it is right, in ten bins.
    pub ece: Option<f64>,
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| count(part) / count(whole))
}

impl Figures {
    /// The figures when messages are accepted from `threshold` on.
    #[must_use]
    pub fn of(outcomes: &[Outcome], threshold: f32) -> Self {
        let in_scope = outcomes.iter().filter(|outcome| outcome.truth.is_some()).count();
        let out_of_scope = outcomes.len() - in_scope;
        let tally = |wanted: &dyn Fn(&Outcome) -> bool| {
            outcomes.iter().filter(|outcome| wanted(outcome)).count()
        };
        let accepted = |outcome: &Outcome| outcome.confidence() >= threshold;
        let right = tally(&Outcome::is_right);
        let accepted_right = tally(&|outcome| accepted(outcome) && outcome.is_right());
        let rejected = tally(&|outcome| !accepted(outcome));
        let rejected_out = tally(&|outcome| !accepted(outcome) && outcome.truth.is_none());
        Self {
            in_scope,
            out_of_scope,
            accuracy: share(right, in_scope),
            macro_f1: macro_f1(outcomes),
            accepted_correct: share(accepted_right, in_scope),
            oos_recall: share(rejected_out, out_of_scope),
            oos_precision: share(rejected_out, rejected),
            accuracy_all: share(accepted_right + rejected_out, outcomes.len()),
            auroc: auroc(outcomes),
            ece: calibration_error(outcomes),
        }
    }
}

/// The threshold at which most messages are treated rightly; the lowest of equals.
#[must_use]
pub fn best_threshold(outcomes: &[Outcome]) -> f32 {
    let mut order: Vec<&Outcome> = outcomes.iter().collect();
    order.sort_by(|left, right| left.confidence().total_cmp(&right.confidence()));
    let mut right = order.iter().filter(|outcome| outcome.is_right()).count();
    let (mut best, mut threshold) = (right, 0.0);
    let mut below = order.iter().peekable();
    while let Some(outcome) = below.next() {
        if outcome.truth.is_none() {
            right += 1;
        } else if outcome.is_right() {
            right -= 1;
        }
        let here = outcome.confidence();
        match below.peek() {
            Some(next) if next.confidence() > here && right > best => {
                best = right;
                threshold = f32::midpoint(here, next.confidence());
            }
            _ => {}
        }
    }
    threshold
}

/// The threshold that a validation split asks for: the highest at which no more right answers are
/// refused than `LOSS` of the in-scope messages; where nothing is out of scope, the one of
/// [`best_threshold`].
///
/// A split has far fewer out-of-scope messages than a live bot gets, so counting mistakes alike
/// would reject too little; what refusing costs is bounded instead.
#[must_use]
pub fn chosen_threshold(outcomes: &[Outcome]) -> f32 {
    if outcomes.iter().all(|outcome| outcome.truth.is_some()) {
        return best_threshold(outcomes);
    }
    let in_scope = outcomes.iter().filter(|outcome| outcome.truth.is_some()).count();
    let mut right: Vec<f32> =
        outcomes.iter().filter(|outcome| outcome.is_right()).map(Outcome::confidence).collect();
    right.sort_by(f32::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small share of a count"
    )]
    let refused = (count(in_scope) * LOSS) as usize;
    right.get(refused).copied().unwrap_or(0.0)
}

fn macro_f1(outcomes: &[Outcome]) -> Option<f64> {
    let mut tallies: BTreeMap<&IntentId, [usize; 3]> = BTreeMap::new();
    for outcome in outcomes {
        let Some(truth) = &outcome.truth else { continue };
        tallies.entry(truth).or_default()[1] += 1;
        if let Some(best) = outcome.best() {
            let tally = tallies.entry(best).or_default();
            tally[2] += 1;
            tally[0] += usize::from(best == truth);
        }
    }
    let of_each =
        tallies.values().map(|[hits, wanted, given]| 2.0 * count(*hits) / count(wanted + given));
    (!tallies.is_empty()).then(|| of_each.sum::<f64>() / count(tallies.len()))
}

fn auroc(outcomes: &[Outcome]) -> Option<f64> {
    let mut order: Vec<(f32, bool)> =
        outcomes.iter().map(|outcome| (outcome.confidence(), outcome.truth.is_some())).collect();
    order.sort_by(|left, right| left.0.total_cmp(&right.0));
    let inside = order.iter().filter(|(_, inside)| *inside).count();
    let outside = order.len() - inside;
    let (mut below, mut area) = (0, 0.0);
    for tied in order.chunk_by(|left, right| left.0.total_cmp(&right.0).is_eq()) {
        let tied_inside = tied.iter().filter(|(_, inside)| *inside).count();
        let tied_outside = tied.len() - tied_inside;
        area += count(tied_inside) * (count(below) + count(tied_outside) / 2.0);
        below += tied_outside;
    }
    (inside > 0 && outside > 0).then(|| area / (count(inside) * count(outside)))
}

fn calibration_error(outcomes: &[Outcome]) -> Option<f64> {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); 10];
    for outcome in outcomes {
        let confidence = outcome.confidence();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability times ten"
        )]
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += f64::from(confidence);
        bin.2 += usize::from(outcome.is_right());
    }
    let gaps = bins.iter().map(|(_, sum, right)| (sum - count(*right)).abs());
    (!outcomes.is_empty()).then(|| gaps.sum::<f64>() / count(outcomes.len()))
}

#[cfg(test)]
mod tests;
