//! The codes of `error` frames and of closing: add-only, and never reused for another meaning.

use std::fmt;

use serde::Serialize;

/// What kind of refusal an `error` frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not a JSON object with a `type`.
    BadFrame,
    /// A `type` that this server does not know.
    UnknownType,
    /// A field is missing or has a wrong value; the message names it.
    BadField,
    /// A text has too many characters.
    TooLong,
    /// Too many in too short a time; `retry_after_s` says when again.
    RateLimited,
    /// Not signed in.
    Unauthorized,
    /// Signed in, but not allowed to.
    Forbidden,
    /// No such conversation, or not the asker's own.
    NotFound,
    /// Another agent holds it.
    Taken,
    /// Not possible in the conversation's present status.
    WrongStatus,
    /// The quick reply belongs to a question that is no longer open.
    ExpiredChoice,
    /// The conversation is over.
    Ended,
    /// The store cannot be written to at present.
    Unavailable,
    /// A fault of the server.
    Internal,
}

impl Code {
    /// All codes, for tables and metrics.
    pub const ALL: [Self; 14] = [
        Self::BadFrame,
        Self::UnknownType,
        Self::BadField,
        Self::TooLong,
        Self::RateLimited,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Taken,
        Self::WrongStatus,
        Self::ExpiredChoice,
        Self::Ended,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code as on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadFrame => "bad_frame",
            Self::UnknownType => "unknown_type",
            Self::BadField => "bad_field",
            Self::TooLong => "too_long",
            Self::RateLimited => "rate_limited",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Taken => "taken",
            Self::WrongStatus => "wrong_status",
            Self::ExpiredChoice => "expired_choice",
            Self::Ended => "ended",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Why the server closes a socket; the code tells the client whether to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Close {
    /// Ended by the client.
    Normal,
    /// The server is draining: come back at once, to any node.
    GoingAway,
    /// A frame larger than `frame_bytes`.
    TooBig,
    /// The first frame is not a valid hello.
    BadHello,
    /// The token or identity is invalid or expired: start anew.
    Unauthorized,
    /// The role is not allowed.
    Forbidden,
    /// No hello in time, or a heartbeat missed.
    TimedOut,
    /// Flooding, after warnings by `rate_limited`.
    Flooding,
    /// A fault of the server.
    Fault,
    /// The store is unavailable.
    StoreUnavailable,
    /// Too slow a reader.
    TooSlow,
}

impl Close {
    /// All of them, for tables and metrics.
    pub const ALL: [Self; 11] = [
        Self::Normal,
        Self::GoingAway,
        Self::TooBig,
        Self::BadHello,
        Self::Unauthorized,
        Self::Forbidden,
        Self::TimedOut,
        Self::Flooding,
        Self::Fault,
        Self::StoreUnavailable,
        Self::TooSlow,
    ];

    /// The number in the close frame.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::GoingAway => 1001,
            Self::TooBig => 1009,
            Self::BadHello => 4400,
            Self::Unauthorized => 4401,
            Self::Forbidden => 4403,
            Self::TimedOut => 4408,
            Self::Flooding => 4429,
            Self::Fault => 4500,
            Self::StoreUnavailable => 4503,
            Self::TooSlow => 4508,
        }
    }

    /// The words beside the number.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Normal => "ended by the client",
            Self::GoingAway => "server is draining",
            Self::TooBig => "frame too large",
            Self::BadHello => "first frame is not a valid hello",
            Self::Unauthorized => "token or identity invalid or expired",
            Self::Forbidden => "role not allowed",
            Self::TimedOut => "no hello in time, or heartbeat missed",
            Self::Flooding => "flooding",
            Self::Fault => "fault of the server",
            Self::StoreUnavailable => "store unavailable",
            Self::TooSlow => "too slow a reader",
        }
    }
}
