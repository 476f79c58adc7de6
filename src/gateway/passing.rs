//! What passes in a conversation, as the agent socket tells it: nothing of it is stored.

use crate::bus::Passing;
use crate::bus::Writer;
use crate::protocol::ReadUpTo;
use crate::protocol::Sender as From;
use crate::protocol::SenderRole;
use crate::protocol::Typing;
use crate::protocol::agent::ServerFrame;

/// For how long "is writing" holds.
const TYPING_TTL_S: u32 = 5;

/// The frame for an agent.
pub(super) fn passing_frame(passing: Passing) -> ServerFrame {
    match passing {
        Passing::Typing { conversation, from } => {
            let from = match from {
                Writer::Visitor => From { role: SenderRole::Visitor, name: None },
                Writer::Agent(name) => From { role: SenderRole::Agent, name: Some(name) },
            };
            let conversation = Some(conversation);
            ServerFrame::Typing(Typing { conversation, from, ttl_s: TYPING_TTL_S })
        }
        Passing::Noting { conversation, agent } => {
            let from = From { role: SenderRole::Agent, name: Some(agent) };
            let conversation = Some(conversation);
            ServerFrame::Typing(Typing { conversation, from, ttl_s: TYPING_TTL_S })
        }
        Passing::Read { conversation, by, seq } => {
            ServerFrame::Read(ReadUpTo { conversation: Some(conversation), by: by.into(), seq })
        }
    }
}
