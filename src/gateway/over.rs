//! How the work on a socket comes to its end.

use crate::conversation::input::Refusal;
use crate::engine::SubmitError;
use crate::gateway::socket::Lost;
use crate::gateway::socket::Received;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::store::Reader;

/// Why a socket's work is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The server closes it, and says why.
    Close(Close),
    /// The client is gone.
    Gone,
}

impl From<Close> for Over {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl From<Lost> for Over {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::TooSlow => Self::Close(Close::TooSlow),
            Lost::Gone => Self::Gone,
        }
    }
}

/// What ends a socket's work, of all that can come in. A text frame does not, nor does a binary
/// one save in the place of a hello.
pub(super) fn over(received: &Received) -> Over {
    match received {
        Received::Text(_) | Received::Binary(_) => Close::BadHello.into(),
        Received::TooBig => Close::TooBig.into(),
        Received::TimedOut => Close::TimedOut.into(),
        Received::Flooding => Close::Flooding.into(),
        Received::Draining => Close::GoingAway.into(),
        Received::Gone => Over::Gone,
    }
}

/// How a socket ends when the engine fails it.
pub(super) fn failed(error: &SubmitError) -> Over {
    if let SubmitError::Refused(Refusal::Forbidden(_)) = error {
        return Close::Unauthorized.into();
    }
    tracing::error!(%error, "a socket could not be served");
    match error {
        SubmitError::Store(_) | SubmitError::Overloaded => Close::StoreUnavailable.into(),
        _ => Close::Fault.into(),
    }
}

impl From<Reader> for Side {
    fn from(reader: Reader) -> Self {
        match reader {
            Reader::Visitor => Self::Visitor,
            Reader::Agent => Self::Agent,
        }
    }
}
