//! Several short messages in a row are one turn.
//!
//! Every message is put down at once. One that decides something is answered in the same turn;
//! one that says too little by itself waits for the `burst_ms` of the policy, and is read together with
//! what follows, or alone when nothing does.

use crate::conversation::action::is_calling;
use crate::conversation::event::Move;
use crate::conversation::read::Heard;
use crate::conversation::read::Taken;
use crate::conversation::read::read;
use crate::conversation::state::State;
use crate::conversation::turn::Turn;
use crate::ids::Timestamp;

/// Messages that are read as one; with the last of them nothing waits any longer.
const MOST: usize = 3;

/// When what waits must be read.
pub(crate) fn due(state: &State) -> Option<Timestamp> {
    state.waiting.as_ref().map(|waiting| waiting.until)
}

impl Turn<'_> {
    /// Reads a message, by itself and together with those that wait for it; answers the text that
    /// was read besides. `state` is what the turn knows, in the language of the message.
    pub(crate) fn read_burst(&self, state: &State, text: &str) -> (Heard, String) {
        let alone = read(self.content, self.policy, state, self.open_ask(), text, self.at);
        let Some(waiting) = &state.waiting else { return self.read_with_last(state, alone, text) };
        // An answer or a wish is meant by itself; a matter is told in pieces.
        if matches!(
            alone.taken,
            Taken::Choice(_) | Taken::Answer { .. } | Taken::Value(_) | Taken::Correction(_)
        ) {
            return (alone, text.to_owned());
        }
        let whole = joined(&waiting.texts, text);
        let together = read(self.content, self.policy, state, self.open_ask(), &whole, self.at);
        if is_decisive(&together.taken) || !is_decisive(&alone.taken) {
            (together, whole)
        } else {
            (alone, text.to_owned())
        }
    }

    /// A matter told in two messages, neither of which says enough by itself: they are read
    /// together, however long lies between.
    fn read_with_last(&self, state: &State, alone: Heard, text: &str) -> (Heard, String) {
        let before = state.undecided().filter(|_| state.stack.is_empty());
        let Some(before) = before.filter(|_| !is_decisive(&alone.taken)) else {
            return (alone, text.to_owned());
        };
        let whole = joined(&[before.to_owned()], text);
        let together = read(self.content, self.policy, state, self.open_ask(), &whole, self.at);
        if matches!(together.taken, Taken::Topic(_)) {
            (together, whole)
        } else {
            (alone, text.to_owned())
        }
    }

    /// Whether a message that was read so waits for more.
    pub(crate) fn waits_for_more(&self, state: &State, taken: &Taken) -> bool {
        let before = state.waiting.as_ref().map_or(0, |waiting| waiting.texts.len());
        // While a call runs, whatever says nothing is told at once that it does.
        let calls = state.open.is_none() && is_calling(state);
        self.policy.burst_ms > 0 && !calls && !is_decisive(taken) && before + 1 < MOST
    }

    /// Lets the newest message wait.
    pub(crate) fn wait_for_more(&mut self) {
        let until = self.now.plus_ms(self.policy.burst_ms);
        self.shift(Move::Waits { until });
    }

    /// Nothing more came: what waits is read as it is.
    pub(crate) fn read_what_waits(&mut self) {
        let Some(waiting) = self.state.waiting.clone() else { return };
        let text = joined(&waiting.texts, "");
        let heard = read(self.content, self.policy, &self.state, self.open_ask(), &text, self.at);
        // A turn begins with a fact; this one changes nothing for its readers.
        self.repeat_status();
        self.shift(Move::Read { reading: heard.reading });
        if self.respond(heard.taken, &text).is_err() {
            self.escalate_after_fault();
        }
    }
}

/// Whether a message can be answered without more of it.
fn is_decisive(taken: &Taken) -> bool {
    !matches!(taken, Taken::NotUnderstood | Taken::Unclear(_) | Taken::OutOfScope)
}

fn joined(texts: &[String], last: &str) -> String {
    let mut parts: Vec<&str> = texts.iter().map(String::as_str).collect();
    parts.push(last);
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n")
}
