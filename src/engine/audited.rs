//! What an input is in the audit log.

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::conversation::input::Act;
use crate::engine::Sender;
use crate::engine::Submission;

/// The entry that stands in the audit log when the input stands in the conversation. What agents
/// write is in the conversation itself.
pub(super) fn entry_of(submission: &Submission) -> Option<Entry> {
    let Sender::Agent(agent) = &submission.sender else { return None };
    let action = match &submission.act {
        Act::Claim { .. } => Action::Claimed,
        Act::TakeOver { .. } => Action::TakenOver,
        Act::Transfer { .. } => Action::Transferred,
        Act::HandBack { .. } => Action::HandedBack,
        Act::Resolve { .. } => Action::Resolved,
        Act::Reopen { .. } => Action::Reopened,
        _ => return None,
    };
    let by = Actor::Agent(agent.id.clone());
    Some(Entry::by(by, action).to_conversation(&submission.conversation))
}
