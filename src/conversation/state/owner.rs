//! Who answers, and since when somebody is wanted to.

use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::state::State;
use crate::ids::Timestamp;

impl State {
    pub(super) fn apply_status(&mut self, change: &StatusChange, at: Timestamp) {
        let before = self.status;
        self.status = change.status;
        if change.status != Status::Bot {
            self.waiting = None;
        }
        if change.status != Status::Offline {
            self.forget_contact_question();
        }
        if change.status != Status::Ended {
            self.ended_at = None;
            self.ended_by = None;
            self.rating_open = false;
        }
        match change.status {
            Status::Queued | Status::Offline => {
                self.agent = None;
                if before == Status::Bot || self.waiting_since.is_none() {
                    self.waiting_since = Some(at);
                }
                if before == Status::Agent {
                    self.waiting_since = Some(at);
                }
                self.was_left |= change.status == Status::Offline;
                self.front = change.front;
                self.team = change.team.clone().or(self.team.take());
                self.reason = change.reason.clone().or(self.reason.take());
            }
            // A choice of language repeats the status: nobody took or read anything by that.
            Status::Agent if before == Status::Agent && self.agent == change.agent => {}
            Status::Agent => {
                self.agent.clone_from(&change.agent);
                self.answered_at = Some(at);
                self.was_left = false;
                self.front = false;
                self.unseen = 0;
            }
            // Repeated, it changes nothing.
            Status::Bot if before == Status::Bot => {}
            Status::Bot => {
                self.agent = None;
                self.waiting_since = None;
                self.was_left = false;
                self.answered_at = None;
                self.front = false;
                self.misses = 0;
            }
            Status::Ended => {}
        }
    }
}
