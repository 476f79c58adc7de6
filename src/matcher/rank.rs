//! Ranking the intents for one message.

use crate::matcher::Candidate;
use crate::matcher::Context;
use crate::matcher::Decision;
use crate::matcher::Evidence;
use crate::matcher::Matcher;
use crate::matcher::Ranking;
use crate::matcher::TrainingSet;
use crate::matcher::arithmetic::count;
use crate::matcher::arithmetic::single;
use crate::matcher::head;
use crate::matcher::model::FORBIDDEN;
use crate::matcher::model::Model;
use crate::matcher::model::holds_all;
use crate::matcher::model::known_words;
use crate::matcher::recipe::Recipe;
use crate::matcher::scratch::Scratch;
use crate::matcher::scratch::with_scratch;
use crate::matcher::train::text_hash;
use crate::matcher::train::train;

/// So many candidates are given.
const CANDIDATES: usize = 5;
/// What an intent of the open dialogue or question gains.
pub(super) const RAISED: f32 = 0.1;
/// What the intent gains whose example the message is: enough to stand first.
pub(super) const EXACT: f32 = 4.0;

impl Matcher {
    /// Trains on all cores; the same set gives the same matcher, bit for bit.
    #[must_use]
    pub fn train(set: &TrainingSet) -> Self {
        Self::train_by(set, &Recipe::default())
    }

    /// Trains by another recipe than the shipped one, for measuring.
    #[must_use]
    pub fn train_by(set: &TrainingSet, recipe: &Recipe) -> Self {
        Self { model: train(set, recipe) }
    }

    /// The intents that `text` may mean.
    #[must_use]
    pub fn rank(&self, text: &str, context: &Context<'_>) -> Ranking {
        with_scratch(|scratch| {
            let known = self.score(text, context, scratch);
            self.ranking(scratch, known)
        })
    }

    /// The share of a text's letters that stand in words this content knows.
    #[must_use]
    pub fn vocabulary_share(&self, text: &str) -> f32 {
        with_scratch(|scratch| {
            scratch.words.read(text);
            let (mut known, mut all) = (0, 0);
            let mut folded = String::new();
            for word in scratch.words.iter().filter(|word| !word.starts_with('0')) {
                let letters = word.chars().count();
                all += letters;
                if self.model.lexicon.knows(word, &mut folded) {
                    known += letters;
                }
            }
            if all == 0 { 0.0 } else { single(count(known) / count(all)) }
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

    /// Fills in the scores; returns how many different words are known.
    pub(super) fn score(&self, text: &str, context: &Context<'_>, scratch: &mut Scratch) -> usize {
        let model = &self.model;
        scratch.words.read(text);
        model.read(scratch);
        scratch.scores.clear();
        scratch.scores.extend_from_slice(&model.bias);
        model.add(&scratch.features, &mut scratch.scores);
        for (column, weight) in adjustments(model, scratch, context) {
            scratch.scores[column] += weight.1;
        }
        known_words(&scratch.corrected, &mut scratch.seen)
    }

    fn ranking(&self, scratch: &Scratch, known_words: usize) -> Ranking {
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
                confidence: head::confidence(scratch.scores[column], known_words),
            })
            .collect();
        let sure = candidates[0].confidence;
        let out_of_scope_wins =
            model.has_out_of_scope && scratch.scores[model.intents.len()] > candidates[0].score;
        let decision = if out_of_scope_wins {
            Decision::Reject
        } else {
            head::decide(sure, candidates.get(1).map(|second| second.confidence))
        };
        let out_of_scope = if out_of_scope_wins { (1.0 - sure).max(0.75) } else { 1.0 - sure };
        let evidence = self.evidence(scratch, best[0]);
        Ranking { decision, candidates, evidence, out_of_scope, known_words }
    }

    fn evidence(&self, scratch: &Scratch, column: usize) -> Vec<Evidence> {
        crate::matcher::explain::evidence(&self.model, scratch, column)
    }
}

/// Why a score was changed by a fixed amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adjustment {
    /// The message is an example of the intent.
    Exact,
    /// The intent is that of the open dialogue or question.
    Raised,
    /// The message has a word that the intent forbids.
    Forbidden,
}

/// The fixed changes of scores that the message and the conversation call for.
pub(super) fn adjustments(
    model: &Model,
    scratch: &Scratch,
    context: &Context<'_>,
) -> Vec<(usize, (Adjustment, f32))> {
    let mut found = Vec::new();
    if let Some(&column) = model.exact.get(&text_hash(&scratch.words)) {
        found.push((column as usize, (Adjustment::Exact, EXACT)));
    }
    for intent in context.raised {
        if let Ok(column) = model.intents.binary_search(intent) {
            let raised = (column, (Adjustment::Raised, RAISED));
            if !found.contains(&raised) {
                found.push(raised);
            }
        }
    }
    for forbidden in &model.forbidden {
        if holds_all(&scratch.corrected, &forbidden.stems).is_some() {
            found.push((forbidden.column, (Adjustment::Forbidden, FORBIDDEN)));
        }
    }
    found
}
