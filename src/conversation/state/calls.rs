//! What a conversation remembers of its calls to other systems.

use crate::conversation::event::Fact;
use crate::conversation::event::Place;
use crate::conversation::state::State;
use crate::ids::IntentId;
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

/// A call that a step has made while its topic runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeCall {
    /// The call, and what came of it.
    pub call: OpenCall,
    /// What was sent, as a digest.
    pub sent: String,
    /// The topic for which it was made.
    pub topic: Option<IntentId>,
    /// How many answers had been given when the dialogue last came by.
    pub behind: usize,
    /// Whether the visitor has gone back to a question before it: who comes by again gets this
    /// result, and no other call is made.
    pub kept: bool,
}

impl State {
    pub(super) fn call(&mut self, seq: Seq, until: Timestamp, sent: &str, beside: &Fact) {
        if let Fact::Action(change) = beside {
            self.calls.insert(seq, change.call.clone());
        }
        let topic = self.running_topic().cloned();
        let behind = self.tried.len();
        let Some(frame) = self.stack.last_mut() else { return };
        let call = OpenCall { seq, until, answered: None };
        frame.call = Some(call.clone());
        if let Some(step) = frame.step.clone() {
            let place = Place { dialogue: frame.dialogue.clone(), step };
            let sent = sent.to_owned();
            self.made.insert(place, MadeCall { call, sent, topic, behind, kept: false });
        }
    }

    /// The running dialogue stands at a call that was made before.
    pub(super) fn expect_call(&mut self, seq: Seq) {
        let behind = self.tried.len();
        let made = self.made.values_mut().find(|made| made.call.seq == seq);
        if let (Some(made), Some(frame)) = (made, self.stack.last_mut()) {
            frame.call = Some(made.call.clone());
            (made.behind, made.kept) = (behind, false);
        }
    }

    pub(super) fn end_call(&mut self, seq: Seq, answered: bool) {
        self.calls.remove(&seq);
        let made = self.made.values_mut().map(|made| &mut made.call);
        let calls = self.stack.iter_mut().filter_map(|frame| frame.call.as_mut()).chain(made);
        for call in calls.filter(|call| call.seq == seq) {
            call.answered = Some(answered);
        }
    }
}
