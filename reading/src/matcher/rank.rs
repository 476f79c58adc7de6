//! Ranking the intents for one message.

use crate::matcher::Candidate;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Matcher;
use crate::matcher::Ranking;
use crate::matcher::TrainingSet;
use crate::matcher::adjustment::adjustments;
use crate::matcher::explain::evidence;
use crate::matcher::head;
use crate::matcher::head::Signs;
use crate::matcher::model::known_share;
use crate::matcher::model::known_words;
use crate::matcher::recipe::Recipe;
use crate::matcher::scratch::Scratch;
use crate::matcher::scratch::with_scratch;
use crate::matcher::train::train;
use crate::matcher::train::workers;

/// So many candidates are given.
const CANDIDATES: usize = 5;

impl Matcher {
    /// Trains on all cores; the same set gives the same matcher, bit for bit.
    #[must_use]
    pub fn train(set: &TrainingSet) -> Self {
        Self::train_by(set, &Recipe::default())
    }

    /// Trains by another recipe than the shipped one, for measuring.
    #[must_use]
    pub fn train_by(set: &TrainingSet, recipe: &Recipe) -> Self {
        Self { model: train(set, recipe, workers()) }
    }

    /// The intents that `text` may mean.
    #[must_use]
    pub fn rank(&self, text: &str, context: &Context<'_>) -> Ranking {
        with_scratch(|scratch| {
            let signs = self.score(text, context, scratch);
            self.ranking(scratch, &signs)
        })
    }

    /// The share of a text's letters that stand in words this content knows.
    #[must_use]
    pub fn vocabulary_share(&self, text: &str) -> f32 {
        with_scratch(|scratch| {
            let Scratch { words, lexicon, .. } = scratch;
            words.read(text);
            self.model.lexicon.known_share(words, lexicon)
        })
    }

    /// Everything that ranking depends on, in a fixed order: equal bytes, equal matchers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.model.to_bytes()
    }

    /// Bytes that the model holds, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.model.bytes()
    }

    /// Fills in the scores; returns what else the message says about itself.
    pub(super) fn score(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch) -> Signs {
        let model = &self.model;
        scratch.words.read(text);
        model.read(scratch);
        scratch.scores.clear();
        scratch.scores.extend_from_slice(&model.bias);
        model.add(&scratch.features, &mut scratch.scores);
        for (column, weight) in adjustments(model, scratch, context) {
            scratch.scores[column] += weight.1;
        }
        Signs {
            known_words: known_words(&scratch.corrected, &mut scratch.seen),
            known_share: known_share(&scratch.typed),
            out_of_scope: model.has_out_of_scope.then(|| scratch.scores[model.intents.len()]),
        }
    }

    fn ranking(&self, scratch: &Scratch, signs: &Signs) -> Ranking {
        let known_words = signs.known_words;
        let model = &self.model;
        let nothing = Ranking {
            decision: Decision::Reject,
            candidates: Vec::new(),
            evidence: Vec::new(),
            out_of_scope: 1.0,
            known_words,
        };
        if scratch.features.is_empty() || model.intents.is_empty() {
            return nothing;
        }
        let mut best: Vec<usize> = Vec::with_capacity(CANDIDATES + 1);
        for column in 0..model.intents.len() {
            let score = scratch.scores[column];
            let place = best.partition_point(|&other| scratch.scores[other] >= score);
            if place < CANDIDATES {
                best.insert(place, column);
                best.truncate(CANDIDATES);
            }
        }
        let candidates: Vec<Candidate> = best
            .iter()
            .map(|&column| Candidate {
                intent: model.intents[column].clone(),
                score: scratch.scores[column],
                confidence: head::confidence(scratch.scores[column], signs),
            })
            .collect();
        let sure = candidates[0].confidence;
        let second = candidates.get(1).map_or(f32::MIN, |second| second.score);
        Ranking {
            decision: head::decide(sure, candidates[0].score - second),
            evidence: evidence(model, scratch, best[0]),
            out_of_scope: 1.0 - sure,
            candidates,
            known_words,
        }
    }
}
