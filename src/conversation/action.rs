//! Calls to other systems: beginning one, what is said meanwhile, going on with the result.
//!
//! A call belongs to the frame of the dialogue that made it. A result that comes when its dialogue
//! has left is noted and moves nothing; one that comes while the visitor talks of something else,
//! or has gone back to a question before it, is kept until the dialogue comes by again.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::civil::Date;
use serde_json::Map;
use serde_json::Value;
use sha2::Digest;
use sha2::Sha256;

use crate::content::TALK_TO_HUMAN;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::dialogue::action::Action;
use crate::content::dialogue::action::AnswerField;
use crate::content::dialogue::action::AnswerKind;
use crate::content::template;
use crate::content::template::Scope;
use crate::conversation::effect::Call;
use crate::conversation::effect::CallFailure;
use crate::conversation::effect::Effect;
use crate::conversation::effect::Work;
use crate::conversation::event::ActionChange;
use crate::conversation::event::ActionState;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::Question;
use crate::conversation::event::Status;
use crate::conversation::mention;
use crate::conversation::read::Taken;
use crate::conversation::state::Frame;
use crate::conversation::state::MadeCall;
use crate::conversation::state::State;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::value::ValueKind;
use crate::matcher::answers::value::Wanted;
use crate::matcher::answers::value::read_value;

/// The longest text that an answer may put into a slot, in characters.
const TEXT_CHARS: usize = 2_000;
/// What the shell may take beyond all tries and what lies between them, a restart included, until
/// a call counts as lost.
const GRACE_MS: i64 = 120_000;
/// The most that may lie between two tries.
pub const BETWEEN_TRIES_MS: i64 = 15_000;

/// Why a person comes when an answer is corrected by which another system has done something.
const CORRECTED_AFTER_CALL: &str = "corrected_after_call";

/// A name for what is sent.
fn digest(data: &Map<String, Value>) -> String {
    let text = serde_json::to_string(data).unwrap_or_default();
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(String::new(), |name, byte| format!("{name}{byte:02x}"))
}

/// When the oldest call that a dialogue waits for counts as lost.
pub(crate) fn due(state: &State) -> Option<Timestamp> {
    open_calls(state).map(|(_, until)| until).min()
}

fn open_calls(state: &State) -> impl Iterator<Item = (Seq, Timestamp)> {
    let calls = state.stack.iter().filter_map(|frame| frame.call.as_ref());
    calls.filter(|call| call.answered.is_none()).map(|call| (call.seq, call.until))
}

/// Whether the running dialogue waits for another system.
pub(crate) fn is_calling(state: &State) -> bool {
    let call = state.frame().and_then(|frame| frame.call.as_ref());
    call.is_some_and(|call| call.answered.is_none())
}

impl<'a> Turn<'a> {
    /// Begins a call; the turn ends here unless there is nothing to send.
    pub(crate) fn take_action(
        &mut self,
        step: &'a Step,
        action: &'a Action,
    ) -> Result<Option<Target>, Fault> {
        let data = self.data_of(action);
        let sent = data.as_ref().map(digest).unwrap_or_default();
        let made = self.state.made.get(&self.place_of(step)?).cloned();
        if let Some(made) = made.filter(|made| made.kept || self.redo.is_some())
            && let ControlFlow::Break(on) = self.not_again(step, action, &made, &sent)?
        {
            return Ok(on);
        }
        // What comes behind depends on the answer, so nothing is given again.
        self.redo = None;
        let Ok(data) = data else {
            self.note_call(&action.call, ActionState::Failed, Some(CallFailure::NotSendable));
            return Ok(Some(action.failed.target.clone()));
        };
        if let Some(text) = &action.say {
            self.tell(text, &[], Vec::new())?;
        }
        self.note_call(&action.call, ActionState::Started, None);
        self.shift(Move::At { step: step.id.clone() });
        let tries = i64::from(action.retries) + 1;
        let longest = tries * (i64::from(action.timeout_s) * 1_000 + BETWEEN_TRIES_MS);
        self.shift(Move::Called { until: self.now.plus_ms(longest + GRACE_MS), sent });
        let call = Call {
            call: action.call.clone(),
            lang: self.lang(),
            data,
            timeout_s: action.timeout_s,
            retries: action.retries,
        };
        self.effects.push(Effect { seq: self.state.seq, work: Work::Call(call) });
        Ok(None)
    }

    /// What was done is not done twice: where the topic is gone through again, or the visitor went
    /// back, a call of the same keeps its result. One that would now be another is made only if
    /// its step says so; what it has done by the wrong values only a person can tell.
    fn not_again(
        &mut self,
        step: &'a Step,
        action: &'a Action,
        made: &MadeCall,
        sent: &str,
    ) -> Result<ControlFlow<Option<Target>>, Fault> {
        if made.sent != sent {
            if action.again {
                return Ok(ControlFlow::Continue(()));
            }
            self.redo = None;
            self.escalate(None, CORRECTED_AFTER_CALL, None)?;
            return Ok(ControlFlow::Break(None));
        }
        self.shift(Move::At { step: step.id.clone() });
        self.shift(Move::Awaited { call: made.call.seq });
        Ok(ControlFlow::Break(match made.call.answered {
            Some(true) => Some(action.next.target.clone()),
            Some(false) => Some(action.failed.target.clone()),
            None => {
                self.redo = None;
                if !self.events.iter().any(Event::is_by_bot) {
                    self.say(&self.content.manners.one_moment)?;
                }
                None
            }
        }))
    }

    fn data_of(&self, action: &Action) -> Result<Map<String, Value>, Fault> {
        let scope = Scope { slots: Some(&self.state.slots), topic: None };
        let values = action.send.iter().map(|(name, expression)| {
            let value = template::value(expression, &scope).map_err(|_| Fault)?;
            Ok((name.clone(), value))
        });
        values.collect()
    }

    fn note_call(&mut self, call: &str, state: ActionState, failure: Option<CallFailure>) {
        let reason = failure.map(|failure| failure.as_str().to_owned());
        self.emit(Fact::Action(ActionChange { call: call.to_owned(), state, reason }));
    }

    /// What came of a call. The second result of one changes nothing.
    pub(crate) fn call_ended(&mut self, seq: Seq, result: &Result<Value, CallFailure>) {
        let Some(name) = self.state.calls.get(&seq).cloned() else { return };
        let is_its = |frame: &Frame| frame.call.as_ref().is_some_and(|call| call.seq == seq);
        let frame = self.state.stack.iter().find(|frame| is_its(frame));
        let action = frame.and_then(|frame| self.action_of(frame)).or_else(|| self.kept(seq));
        let learnt = match (result, action) {
            (Ok(answer), Some(action)) => {
                learnt(action, answer, self.lang(), self.today()).ok_or(CallFailure::WrongShape)
            }
            // Nobody is left to remember it.
            (Ok(_), None) => Ok(BTreeMap::new()),
            (Err(failure), _) => Err(*failure),
        };
        let state = if learnt.is_ok() { ActionState::Answered } else { ActionState::Failed };
        self.note_call(&name, state, learnt.as_ref().err().copied());
        let answered = learnt.is_ok();
        for (slot, value) in learnt.unwrap_or_default() {
            self.shift(Move::Learnt { slot, value });
        }
        self.shift(Move::CallEnded { call: seq, answered });
        let is_running = self.state.frame().is_some_and(is_its);
        let open = self.state.open.as_ref().map(|open| &open.question);
        if self.state.status == Status::Bot
            && is_running
            && matches!(open, None | Some(Question::Person))
            && self.go_on_after_call().is_err()
        {
            self.escalate_after_fault();
        }
    }

    /// A result that the rules failed on: its call counts as failed, and a person is brought.
    pub(crate) fn give_up_call(&mut self, seq: Seq) {
        let Some(name) = self.state.calls.get(&seq).cloned() else { return };
        self.note_call(&name, ActionState::Failed, Some(CallFailure::Lost));
        self.shift(Move::CallEnded { call: seq, answered: false });
        if self.state.status == Status::Bot {
            self.escalate_after_fault();
        }
    }

    fn action_of(&self, frame: &Frame) -> Option<&'a Action> {
        let dialogue = self.content.dialogue(frame.revision.as_deref(), &frame.dialogue)?;
        match &dialogue.steps.get(frame.step.as_ref()?)?.kind {
            StepKind::Action(action) => Some(action),
            _ => None,
        }
    }

    /// The step of a call that the visitor went back behind, and may come by again.
    fn kept(&self, seq: Seq) -> Option<&'a Action> {
        let is_its = |made: &MadeCall| made.kept && made.call.seq == seq;
        let (place, made) = self.state.made.iter().find(|(_, made)| is_its(made))?;
        let mut frames = self.state.stack.iter().rev();
        let frame = frames.find(|frame| frame.topic.is_some() && frame.topic == made.topic)?;
        let dialogue = self.content.dialogue(frame.revision.as_deref(), &place.dialogue)?;
        match &dialogue.steps.get(&place.step)?.kind {
            StepKind::Action(action) => Some(action),
            _ => None,
        }
    }

    /// Whether the running dialogue stands at a call, ended or not.
    pub(crate) fn is_at_call(&self) -> bool {
        self.state.frame().is_some_and(|frame| self.action_of(frame).is_some())
    }

    /// Goes on where the call leads; while it runs, says that it does.
    pub(crate) fn go_on_after_call(&mut self) -> Result<(), Fault> {
        let frame = self.state.frame().ok_or(Fault)?;
        let action = self.action_of(frame).ok_or(Fault)?;
        let step = frame.step.clone().ok_or(Fault)?;
        let answered = match &frame.call {
            None => return self.walk(step),
            Some(call) => call.answered,
        };
        let Some(answered) = answered else { return self.say(&self.content.manners.one_moment) };
        if self.state.open.is_some() {
            self.shift(Move::Closed);
        }
        self.walk_to(if answered { &action.next.target } else { &action.failed.target })
    }

    /// A call did not end in time: its dialogue goes on as if it had failed.
    pub(crate) fn calls_are_lost(&mut self) {
        let late = open_calls(&self.state).find(|(_, until)| *until <= self.now);
        if let Some((seq, _)) = late {
            self.call_ended(seq, &Err(CallFailure::Lost));
        }
    }

    /// What the visitor says while a call runs and nothing is asked: a person and whatever stops
    /// the matter come at once, other problems afterwards, and what states a fact is remembered.
    pub(crate) fn said_while_calling(&mut self, taken: Taken, text: &str) -> Result<(), Fault> {
        let one_moment = &self.content.manners.one_moment;
        match taken {
            Taken::Topic(intent) if self.is_pressing(&intent) => self.topic_heard(&intent, text),
            Taken::Topic(intent) if self.content.is_courtesy(&intent) => self.open_topic(&intent),
            Taken::Topic(intent) => {
                let facts = mention::new_facts(self.content, &self.state, Some(&intent), text);
                self.learn(facts);
                let is_new = self.state.running_topic() != Some(&intent)
                    && !self.state.noted.contains(&intent);
                if is_new && self.content.is_problem(&intent) {
                    self.shift(Move::Noted { topic: intent });
                }
                self.say(one_moment)
            }
            Taken::Facts(facts) => {
                self.learn(facts);
                self.say(one_moment)
            }
            Taken::Correction(fix) => self.correct(&fix),
            Taken::Language(lang) => self.switch_language(lang),
            Taken::Answer {
                class:
                    class @ (AnswerClass::Solved
                    | AnswerClass::Cancel
                    | AnswerClass::StartOver
                    | AnswerClass::Back
                    | AnswerClass::Repeat
                    | AnswerClass::Frustrated),
                ..
            } => self.answered(class, text),
            _ => self.say(one_moment),
        }
    }

    fn is_pressing(&self, intent: &IntentId) -> bool {
        intent.as_str() == TALK_TO_HUMAN
            || self.content.intents.get(intent).is_some_and(|intent| intent.urgent)
    }
}

/// The slots that an answer fills; none if it is not what the step declares.
fn learnt(
    action: &Action,
    answer: &Value,
    lang: Language,
    today: Date,
) -> Option<BTreeMap<String, Value>> {
    let mut slots = BTreeMap::new();
    for field in &action.answer {
        let mut found = Some(answer);
        for name in &field.from {
            found = found.and_then(|value| value.as_object()?.get(name));
        }
        let value = match found.filter(|value| !value.is_null()) {
            None if field.optional => Value::Null,
            None => return None,
            Some(value) => fitting(field, value, lang, today)?,
        };
        slots.insert(field.slot.clone(), value);
    }
    Some(slots)
}

/// A value as its slot remembers it, if it is of the field's kind.
fn fitting(field: &AnswerField, value: &Value, lang: Language, today: Date) -> Option<Value> {
    let kind = match field.kind {
        AnswerKind::Flag => return value.as_bool().map(Value::Bool),
        AnswerKind::Value(kind) => kind,
    };
    let text = || value.as_str().filter(|text| text.chars().count() <= TEXT_CHARS);
    let matching = |text: &str| field.pattern.as_ref().is_none_or(|it| it.is_match(text));
    match kind {
        ValueKind::Number => value.is_number().then(|| value.clone()),
        ValueKind::Text | ValueKind::Reference => {
            text().filter(|text| matching(text)).map(Value::from)
        }
        // Between machines a day is written one way.
        ValueKind::Date => {
            let day = text()?.parse::<Date>().ok()?;
            Some(Value::String(day.to_string()))
        }
        ValueKind::Phone | ValueKind::Email => {
            let wanted = Wanted { kind, pattern: None, today };
            read_value(text()?, lang, &wanted).map(|found| found.value)
        }
    }
}

#[cfg(test)]
mod tests;
