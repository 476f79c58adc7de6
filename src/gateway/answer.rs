//! What a refused input is told over the wire.

use crate::conversation::input::Refusal;
use crate::engine::SubmitError;
use crate::ids::FrameId;
use crate::protocol::ErrorFrame;
use crate::protocol::Name;
use crate::protocol::code::Code;

/// When a client may try again after the store failed.
const RETRY_S: u32 = 2;

/// The error frame for an input that was not taken.
pub(super) fn error_frame(error: &SubmitError, id: Option<FrameId>) -> ErrorFrame {
    let code = match error {
        SubmitError::Refused(refusal) => match refusal {
            Refusal::Ended => Code::Ended,
            Refusal::WrongStatus(_) => Code::WrongStatus,
            Refusal::ExpiredChoice => Code::ExpiredChoice,
            Refusal::Taken(_) => Code::Taken,
            Refusal::Forbidden(_) => Code::Forbidden,
            Refusal::NotFound(_) => Code::NotFound,
        },
        SubmitError::NotFound => Code::NotFound,
        SubmitError::Store(_) | SubmitError::Overloaded => Code::Unavailable,
        SubmitError::Fault => Code::Internal,
    };
    let message = match error {
        SubmitError::Store(_) => "the server cannot store anything right now".to_owned(),
        other => other.to_string(),
    };
    let mut frame = ErrorFrame::new(code, message);
    frame.id = id;
    if code == Code::Unavailable {
        frame.retry_after_s = Some(RETRY_S);
    }
    if let SubmitError::Refused(Refusal::Taken(name)) = error {
        frame.agent = Some(Name { name: name.clone() });
    }
    frame
}
