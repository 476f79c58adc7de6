//! The names of things: opaque ids, the place of an event in its conversation, and moments.
//!
//! Everything here is a value; making a *new* id needs chance and is done by `clock`.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

/// The longest id that the wire protocol allows, in characters.
pub const MAX_ID_CHARS: usize = 64;

/// Whether `text` may stand as an id on the wire: 1 to 64 characters from `[A-Za-z0-9_-]`.
#[must_use]
pub fn is_wire_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_ID_CHARS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is; whoever reads it off a wire checks it with [`is_wire_id`].
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(Arc::from(text))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({})", stringify!($name), &self.0)
            }
        }
    };
}

id!(
    /// One conversation, from hello to the end.
    ConversationId
);
id!(
    /// One customer's browser or app, or one signed-in customer.
    VisitorId
);
id!(
    /// One person who answers.
    AgentId
);
id!(
    /// A set of agents with a queue; named in content and settings.
    TeamId
);
id!(
    /// The id that a client gave a frame, so that sending it twice changes nothing.
    FrameId
);
id!(
    /// What a message may be about; the name of a file in `intents/`.
    IntentId
);
id!(
    /// A file of steps; the name of a file in `dialogues/`.
    DialogueId
);
id!(
    /// One step of a dialogue.
    StepId
);

/// The place of an event in its conversation, from 1 without gaps; 0 stands before the first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A moment: milliseconds since 1970-01-01 UTC.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment moved by `ms` milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment, never negative: clocks jump.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }

    /// RFC 3339 in UTC with milliseconds, as the wire protocol writes moments.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let moment =
            jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        format!("{moment:.3}")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests;
