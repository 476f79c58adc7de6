//! What a conversation remembers of its calls to other systems.

use crate::conversation::event::Fact;
use crate::conversation::state::State;
use crate::ids::Seq;
use crate::ids::Timestamp;

/// A call to another system that a dialogue stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// The event that wanted it.
    pub seq: Seq,
    /// When it counts as lost.
    pub until: Timestamp,
    /// Once it has ended: whether it gave the answer that its step declares.
    pub answered: Option<bool>,
}

impl State {
    pub(super) fn call(&mut self, seq: Seq, until: Timestamp, beside: &Fact) {
        if let Fact::Action(change) = beside {
            self.calls.insert(seq, change.call.clone());
        }
        if let Some(frame) = self.stack.last_mut() {
            frame.call = Some(OpenCall { seq, until, answered: None });
        }
    }

    pub(super) fn end_call(&mut self, seq: Seq, answered: bool) {
        self.calls.remove(&seq);
        let calls = self.stack.iter_mut().filter_map(|frame| frame.call.as_mut());
        for call in calls.filter(|call| call.seq == seq) {
            call.answered = Some(answered);
        }
    }
}
