//! The wire protocol, version 1: what the sockets read and write, as values.
//!
//! Frames from clients are parsed here into enums whose fields have been checked; frames to
//! clients are built here and nowhere else, so that what a reader may see of an event is decided
//! in one place ([`event::event_frame`]). Who may ask for what is not decided here.
//!
//! **Invariant:** the protocol is add-only. The files in `protocol/golden/` hold one example of
//! every frame; a change that alters an existing one needs version 2.

use std::fmt;

use serde::Serialize;

use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::language::Language;

pub mod agent;
pub mod code;
pub mod event;
mod fields;
pub mod visitor;

use code::Code;

/// The WebSocket subprotocol of this version.
pub const SUBPROTOCOL: &str = "skicka.v1";

/// What a client may send, as `welcome` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// The longest text, in characters.
    pub text_chars: u32,
    /// The largest frame, in bytes.
    pub frame_bytes: u32,
    /// Messages a visitor may send in a minute; 0 = no limit.
    pub messages_per_minute: u32,
}

/// A token off the wire: it says nothing of itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a token.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token)
    }

    /// The token itself, for the one who checks it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

/// Why a frame was refused before anybody looked at what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct FrameError {
    /// The code for the client.
    pub code: Code,
    /// A sentence for the client's developer; never holds what the visitor wrote.
    pub message: String,
    /// The refused frame's id, when it could be read.
    pub id: Option<FrameId>,
}

impl FrameError {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), id: None }
    }

    /// The refusal of a binary frame.
    #[must_use]
    pub fn binary() -> Self {
        Self::new(Code::BadFrame, "frames are JSON text, not binary")
    }
}

impl From<FrameError> for ErrorFrame {
    fn from(error: FrameError) -> Self {
        let frame = Self::new(error.code, error.message);
        Self { id: error.id, ..frame }
    }
}

/// An `error` frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorFrame {
    /// What kind of refusal.
    pub code: Code,
    /// A sentence in English, for developers.
    pub message: String,
    /// The frame that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<FrameId>,
    /// On the agent socket: the conversation that the refused frame named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// When trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// With `taken`: who holds the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Name>,
}

impl ErrorFrame {
    /// An error that answers no frame.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            id: None,
            conversation: None,
            retry_after_s: None,
            agent: None,
        }
    }

    /// An error that answers the frame with this id.
    #[must_use]
    pub fn answering(id: &FrameId, code: Code, message: impl Into<String>) -> Self {
        Self { id: Some(id.clone()), ..Self::new(code, message) }
    }
}

/// An agent by name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Name {
    /// As shown to customers.
    pub name: String,
}

/// An `ack` frame: the frame with this id is durable as this event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ack {
    /// The frame's id.
    pub id: FrameId,
    /// Where its event stands.
    pub conversation: ConversationId,
    /// The event that it became.
    pub seq: Seq,
    /// Whether it was known already.
    pub duplicate: bool,
}

/// Who writes, in a `typing` frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sender {
    /// Customer, bot or person.
    pub role: SenderRole,
    /// A person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Which kind of author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SenderRole {
    /// The customer.
    Visitor,
    /// The bot.
    Bot,
    /// A person.
    Agent,
}

/// A `typing` frame; forgotten after `ttl_s`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Typing {
    /// On the agent socket: where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Who.
    pub from: Sender,
    /// For how long it holds.
    pub ttl_s: u32,
}

/// Which side has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The customer.
    Visitor,
    /// Whoever answers.
    Agent,
}

/// A `read` frame: everything up to `seq` has been shown to that side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadUpTo {
    /// On the agent socket: where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Which side.
    pub by: Side,
    /// The newest event shown.
    pub seq: Seq,
}

/// How sure the bank is of who the visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// Nobody has said.
    Anonymous,
    /// The bank's own site has signed who it is.
    Verified,
}

/// The languages that a visitor prefers, in their order: the first that the bot speaks.
#[must_use]
pub fn first_spoken(tags: &[String]) -> Option<Language> {
    tags.iter().find_map(|tag| Language::from_tag(tag))
}

fn to_json(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("frames have text keys and finite numbers only")
}

#[cfg(test)]
mod tests;
