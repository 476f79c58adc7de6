//! Time given to the visitor: a step that waits, and what comes when the time is up.

use jiff::ToSpan as _;

use crate::content::dialogue::Exit;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::dialogue::pause::Pause;
use crate::content::text::Text;
use crate::conversation::event::Move;
use crate::conversation::event::Question;
use crate::conversation::slot;
use crate::conversation::state::State;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::conversation::visitor::GO_ON;
use crate::ids::Timestamp;
use crate::matcher::answers::AnswerClass;

/// A day, where the calendar ends.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// When the visitor's time is up.
pub(crate) fn due(state: &State) -> Option<Timestamp> {
    match state.open.as_ref()?.question {
        Question::Wait { until } => Some(until),
        _ => None,
    }
}

impl<'a> Turn<'a> {
    /// Begins to wait; what was waited for before a correction is not waited for again.
    pub(crate) fn take_wait(
        &mut self,
        step: &'a Step,
        text: &'a Text,
        pause: Pause,
        next: &'a Exit,
    ) -> Result<Option<Target>, Fault> {
        let at = self.place_of(step)?;
        if self.redo.is_some() && self.state.told.contains(&at) {
            return Ok(Some(next.target.clone()));
        }
        self.redo = None;
        // Known answers may lead in a circle: with nobody there, the same time is given once, and
        // then silence ends the talk.
        if self.unheard && self.state.told.contains(&at) {
            self.shift(Move::At { step: step.id.clone() });
            return Ok(None);
        }
        let buttons = vec![self.button(GO_ON, &self.content.manners.ready)];
        self.tell(text, &[], buttons)?;
        self.shift(Move::Told { at });
        self.shift(Move::At { step: step.id.clone() });
        self.asks(Question::Wait { until: self.end_of(pause) });
        Ok(None)
    }

    /// When a pause that begins now is over.
    fn end_of(&self, pause: Pause) -> Timestamp {
        let (days, time) = match pause {
            Pause::For(ms) => return self.now.plus_ms(ms),
            Pause::At { days, time } => (days, time),
        };
        let at = |days: i32| {
            let day = slot::day_of(self.now, &self.policy.zone).checked_add(days.days()).ok()?;
            // An hour that a change of clocks leaves out is taken as the one behind it.
            let moment = day.to_datetime(time).to_zoned(self.policy.zone.clone()).ok()?;
            Some(Timestamp(moment.timestamp().as_millisecond()))
        };
        let is_ahead = |moment: &Timestamp| *moment > self.now;
        at(days)
            .filter(is_ahead)
            .or_else(|| at(days + 1))
            .unwrap_or_else(|| self.now.plus_ms(DAY_MS))
    }

    fn waiting_step(&self) -> Option<(Option<&'a Text>, &'a Exit)> {
        let step = self.state.frame()?.step.as_ref()?;
        match &self.step(step).ok()?.kind {
            StepKind::Wait { nudge, next, .. } => Some((nudge.as_ref(), next)),
            _ => None,
        }
    }

    /// The visitor is ready, or came back to the topic.
    pub(crate) fn go_on(&mut self) -> Result<(), Fault> {
        let Some((_, next)) = self.waiting_step() else { return Err(Fault) };
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        self.shift(Move::Understood);
        self.walk_to(&next.target)
    }

    /// Whether the running dialogue stands at a step that waits.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting_step().is_some()
    }

    /// What the visitor says while they have time.
    pub(crate) fn said_while_waiting(&mut self, class: AnswerClass) -> Result<(), Fault> {
        match class {
            AnswerClass::Solved => {
                self.shift(Move::Closed);
                self.shift(Move::Understood);
                self.finish_resolved(None)
            }
            AnswerClass::Failing => self.go_on(),
            // "Ok" and "I will": there is nothing to say but that there is time.
            _ => {
                self.shift(Move::Understood);
                self.say(&self.content.manners.take_your_time)
            }
        }
    }

    /// The visitor's time is up and nothing was heard.
    pub(crate) fn time_is_up(&mut self) {
        let Some((nudge, next)) = self.waiting_step() else { return };
        // A turn begins with a fact; this one changes nothing for its readers.
        self.repeat_status();
        self.shift(Move::Closed);
        self.unheard = true;
        let said = nudge.map_or(Ok(()), |text| self.say(text));
        if said.and_then(|()| self.walk_to(&next.target)).is_err() {
            self.escalate_after_fault();
        }
    }
}
