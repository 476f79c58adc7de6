//! What a message was read as, as it is stored beside it.

use serde::Deserialize;
use serde::Serialize;

use crate::ids::IntentId;

/// How the bot read a visitor's message; frozen, so that a replay needs no content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What it was taken for.
    #[serde(rename = "as")]
    pub read_as: ReadAs,
    /// The intent that came first, when the matcher was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<IntentId>,
    /// Its confidence in thousandths.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub confidence: u16,
    /// The intent that came second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_up: Option<IntentId>,
    /// Its confidence in thousandths.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub runner_up_confidence: u16,
    /// The words that spoke most for the intent that came first, when a topic was heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordRead>,
    /// The content that read it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub revision: String,
}

/// A word of a message that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordRead {
    /// As the visitor typed it, masked, in lower case.
    pub word: String,
    /// What it was read as, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_as: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// What a visitor's message was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadAs {
    /// An answer to the open question.
    Answer,
    /// A new topic.
    Topic,
    /// A wish that works anywhere: a person, again, back, stop.
    Command,
    /// One of several topics; the visitor was asked which.
    Unclear,
    /// Not the bot's own business.
    OutOfScope,
    /// Nothing the bot knows.
    NotUnderstood,
    /// The bot did not read it: a person owns the conversation.
    PassedOn,
}
