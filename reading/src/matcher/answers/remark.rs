//! Remarks: what a message says of what its writer does, where it is no answer and no topic ("ok,
//! I'll wait a bit", "not yet", "I have tried everything").
//!
//! A linear model over the features of the reader of answers, learnt from examples when content
//! loads. **Invariant:** the same examples give the same model and readings.

use std::collections::BTreeMap;
use std::collections::HashSet;

use serde::Deserialize;
use serde::Serialize;

use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AnswerExamples;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::features;
use crate::matcher::answers::features::Lexicon;
use crate::matcher::answers::features::Names;
use crate::matcher::answers::linear::Linear;
use crate::matcher::answers::linear::Row;
use crate::matcher::answers::text::Message;

/// A kind of remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Remark {
    /// The customer does now, or is about to do, what was asked or told.
    Doing,
    /// It has not helped so far; the customer still waits or tries.
    NotYet,
    /// All that could be asked has been done.
    TriedAll,
}

impl Remark {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Doing, Self::NotYet, Self::TriedAll];

    /// Its key in content files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Doing => "doing",
            Self::NotYet => "not_yet",
            Self::TriedAll => "tried_all",
        }
    }
}

/// The remarks, and last all that is none.
const CLASSES: usize = Remark::ALL.len() + 1;
/// A remark leads every other reading of the message by so much; chosen on folds of the examples.
const LEAST_LEAD: f32 = 0.2;
/// A longer message says more than a remark.
const MAX_WORDS: usize = 14;

/// A reader of remarks in one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemarkModel {
    lexicon: Lexicon,
    names: Names,
    linear: Linear<CLASSES>,
}

impl RemarkModel {
    /// Learns from examples of each remark; `others` are the examples of answers, from which
    /// remarks must be told.
    #[must_use]
    pub fn train(remarks: &BTreeMap<Remark, Vec<String>>, others: &AnswerExamples) -> Self {
        let language = others.language;
        let mut labels = Vec::new();
        let mut messages = Vec::new();
        let mut known: HashSet<Vec<String>> = HashSet::new();
        for (label, remark) in Remark::ALL.iter().enumerate() {
            for text in remarks.get(remark).into_iter().flatten() {
                let message = Message::parse(text);
                known.insert(words(&message));
                labels.push(label);
                messages.push(message);
            }
        }
        for (class, texts) in &others.classes {
            for message in texts.iter().map(|text| Message::parse(text)) {
                // "No, I'll try in a minute" is a no, and a remark besides.
                let is_either = *class == AnswerClass::No && speaks_of_later(&message, language);
                if !is_either && !known.contains(&words(&message)) {
                    labels.push(CLASSES - 1);
                    messages.push(message);
                }
            }
        }
        let lexicon = Lexicon::new(language, &messages);
        let mut names = Names::default();
        let rows: Vec<Row> = messages
            .iter()
            .map(|message| names.learn(features::features(message, &lexicon, None)))
            .collect();
        let weights = vec![1.0; rows.len()];
        let linear = Linear::train(&rows, &labels, &weights, names.len());
        Self { lexicon, names, linear }
    }

    /// The remark that a message is, if it is one. A question is none.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Remark> {
        let message = Message::parse(text);
        if message.tokens.is_empty() || message.tokens.len() > MAX_WORDS || message.asks {
            return None;
        }
        let row = self.names.row(features::features(&message, &self.lexicon, None));
        let scores = self.linear.score(&row);
        let (best, score) =
            scores.iter().enumerate().fold((CLASSES, f32::MIN), |best, (at, &score)| {
                if score > best.1 { (at, score) } else { best }
            });
        let remark = *Remark::ALL.get(best)?;
        let other = scores[CLASSES - 1];
        (score - other >= LEAST_LEAD).then_some(remark)
    }
}

fn words(message: &Message) -> Vec<String> {
    message.tokens.iter().map(|token| token.word.clone()).collect()
}

fn speaks_of_later(message: &Message, language: Language) -> bool {
    message.tokens.iter().any(|token| cues::is(language, &token.word, Cue::Later))
}
