//! What a message is about: a linear model over words, word pairs and letter groups, trained
//! from the authors' examples in milliseconds.
//!
//! `content` trains one [`Matcher`] a language when it loads; `conversation` asks it to rank the
//! intents for each message. A matcher never changes after training and may be shared by threads.
//!
//! **Invariants:** the same training set gives the same model, bit for bit, on every machine and
//! number of cores; no text makes [`Matcher::rank`] panic, yield NaN or take long; the parts of an
//! [`Explanation`](explain::Explanation) add up to the scores that [`Matcher::rank`] gave.

use serde::Deserialize;
use serde::Serialize;

use crate::ids::IntentId;
use crate::language::Language;

mod adjustment;
pub mod answers;
mod arithmetic;
mod correction;
pub mod evaluation;
pub mod explain;
mod features;
mod head;
mod keyword;
mod lexicon;
pub mod likeness;
mod meaning;
mod model;
mod rank;
mod reading;
pub mod recipe;
mod scratch;
mod solver;
mod train;

/// The trained model of one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Matcher {
    model: model::Model,
}

/// Everything that one language's matcher is trained from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingSet {
    /// The language of all texts below.
    pub language: Language,
    /// What the bot can help with.
    pub intents: Vec<IntentExamples>,
    /// Messages that the bot gets and cannot help with.
    pub out_of_scope: Vec<String>,
}

/// How customers say one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntentExamples {
    /// The intent.
    pub id: IntentId,
    /// Its title, which counts as half an example.
    pub title: String,
    /// Words that the authors know to matter.
    pub keywords: Vec<Keyword>,
    /// Whole messages.
    pub examples: Vec<String>,
}

/// A word or phrase that speaks for an intent, or against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyword {
    /// Words or phrases that must all occur.
    pub parts: Vec<String>,
    /// 1 to 9: so much more it counts than a plain keyword.
    pub weight: u8,
    /// Whether it speaks against the intent.
    pub forbids: bool,
}

/// Why a keyword could not be read, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeywordError {
    /// Nothing to look for.
    #[error("the keyword has no word: write letters or digits, as in `sms`")]
    NoWord,
    /// `inte +`.
    #[error("nothing beside a `+`: write a word on either side, as in `inte + sms`")]
    EmptyPart,
    /// `a + b + c + d + e`.
    #[error("more than four joined words: write the sentence among the examples")]
    TooManyParts,
    /// `sms^x`.
    #[error("`{0}` is no weight: write a whole number from 1 to 9 after the `^`, as in `sms^2`")]
    BadWeight(String),
    /// `!sms^2`.
    #[error("a forbidden word has no weight: leave out the `^`, as in `!posti`")]
    WeightOnForbidden,
    /// `sms + !posti`.
    #[error("a `!` inside a keyword: give the forbidden word a line of its own, as in `!posti`")]
    MisplacedForbid,
}

/// What the conversation knows before the message is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Intents of the open dialogue and question; raised a little.
    pub raised: &'a [IntentId],
}

/// The intents that a message may mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// What to do about it.
    pub decision: Decision,
    /// Best first, at most five; on [`Decision::Clarify`] the first two or three are to be offered.
    pub candidates: Vec<Candidate>,
    /// The words that spoke most for the best candidate, strongest first, at most three.
    pub evidence: Vec<Evidence>,
    /// How probable it is that the bot cannot help with this.
    pub out_of_scope: f32,
    /// How many different words of the message the content knows.
    pub known_words: usize,
}

/// What to do about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Take the best candidate.
    Answer,
    /// Ask which of the best is meant.
    Clarify,
    /// Not understood, or nothing the bot can help with.
    Reject,
}

/// An intent with what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The intent.
    pub intent: IntentId,
    /// The model's score; only differences within one message mean something.
    pub score: f32,
    /// The probability that the intent is right.
    pub confidence: f32,
}

/// A word that counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// As the customer typed it, in lower case.
    pub word: String,
    /// What it was taken for.
    pub read_as: String,
    /// How the one became the other.
    pub how: How,
    /// By how much it raised the best intent above the mean of all.
    pub weight: f32,
}

/// How a typed word met the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The content has the word as typed.
    Exact,
    /// The content has another form of it.
    Stem,
    /// It was corrected.
    Typo,
    /// It was read by its parts.
    Compound,
    /// It is part of a phrase that counted as a whole.
    Phrase,
    /// The content has another word for the same thing.
    Meaning,
    /// The content does not know it; only its letters counted.
    Unknown,
}

#[cfg(test)]
mod tests;
