//! The rules of one conversation: facts and an input in, new facts out.
//!
//! Nothing here awaits, reads a clock or draws a random number. The engine loads the state, calls
//! [`decide`], appends the events, and only then carries on.
//!
//! **Invariant:** [`state::State::apply`] is the only code that changes a state, so folding the
//! stored events always rebuilds the state that `decide` saw. The bot is silent while a person
//! owns the conversation, save for what concerns the queue.

use crate::content::Content;
use crate::conversation::effect::Effect;
use crate::conversation::event::Attachment;
use crate::conversation::event::Author;
use crate::conversation::event::Choice;
use crate::conversation::event::Chosen;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Reading;
use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::input::Act;
use crate::conversation::input::Input;
use crate::conversation::input::Refusal;
use crate::conversation::policy::Policy;
use crate::conversation::state::State;
use crate::conversation::turn::Turn;
use crate::ids::FrameId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::language::Language;

pub mod action;
mod burst;
mod correct;
mod cover;
pub mod effect;
mod escalate;
pub mod event;
mod file;
pub mod input;
mod mention;
pub mod offline;
mod pause;
pub mod policy;
mod read;
mod remark;
pub mod repair;
pub(crate) mod slot;
pub mod state;
pub mod tags;
mod turn;
mod visitor;
mod walk;

/// What an input caused.
#[derive(Debug, Clone)]
pub struct Decision {
    /// New events; none when a tick came too early.
    pub events: Vec<Event>,
    /// The state after them.
    pub state: State,
    /// The event that the input became, for its ack.
    pub input_seq: Seq,
    /// Work that the events want, once they are durable.
    pub effects: Vec<Effect>,
}

impl Decision {
    fn of(turn: Turn<'_>, input_seq: Seq) -> Self {
        Self { events: turn.events, state: turn.state, input_seq, effects: turn.effects }
    }

    /// The event whose effect has its result in these events.
    #[must_use]
    pub fn closes(&self) -> Option<Seq> {
        let moves = self.events.iter().flat_map(|event| &event.moves);
        let mut ended = moves.filter_map(|change| match change {
            Move::CallEnded { call, .. } => Some(*call),
            _ => None,
        });
        ended.next()
    }
}

/// When the engine must come back with [`Act::Tick`], if nothing happens before.
#[must_use]
pub fn deadline(state: &State, policy: &Policy) -> Option<Timestamp> {
    if state.status != Status::Bot || state.seq == Seq::ZERO {
        return None;
    }
    let timers = [burst::due(state), pause::due(state), action::due(state)];
    timers.into_iter().chain([idle_close(state, policy)]).flatten().min()
}

/// When silence ends the conversation. Time that the visitor was given is no silence.
fn idle_close(state: &State, policy: &Policy) -> Option<Timestamp> {
    let since = pause::due(state).unwrap_or(state.visitor_at).max(state.visitor_at);
    let since = since.max(state.nudged_at.unwrap_or(since));
    let since = since.max(state.silent_from.unwrap_or(since));
    (policy.idle_close_ms > 0).then(|| since.plus_ms(policy.idle_close_ms))
}

/// The language that a message is taken to be in, with all that the state knows as evidence.
#[must_use]
pub fn language_of(content: &Content, state: &State, text: &str) -> Language {
    read::language_of(content, state, text)
}

/// Decides what an input causes.
pub fn decide(
    content: &Content,
    policy: &Policy,
    state: &State,
    input: &Input,
) -> Result<Decision, Refusal> {
    let mut turn = Turn::new(content, policy, state, input);
    let covered = cover::covered(content, state, &input.act);
    match &covered.act {
        Act::Begin => turn.begin(),
        Act::Identified { customer, name } => turn.identified(customer, name.clone())?,
        Act::Said { text, masked } => {
            turn.card_begun = covered.card_begun;
            turn.said(input.id.as_ref(), text, *masked)?;
        }
        Act::Sent { text, masked, attachments } => {
            turn.card_begun = covered.card_begun;
            if file::is_only_a_name(text, attachments) {
                turn.sent_file(input.id.as_ref(), text)?;
            } else {
                turn.said(input.id.as_ref(), text, *masked)?;
            }
            turn.attach(attachments);
        }
        Act::Chose { offer, value } => turn.chose(input.id.as_ref(), *offer, value)?,
        Act::WantsPerson => turn.asked_for_person(input.id.as_ref())?,
        Act::ChoseLanguage(lang) => turn.chose_language(*lang)?,
        Act::Rated { score, comment } => turn.rated(*score, comment.clone())?,
        Act::Leave => turn.leave()?,
        Act::Tick => turn.tick(),
        Act::CallEnded { call, result } => turn.call_ended(*call, result),
        Act::DutyBegan { team } => turn.duty_began(team.clone())?,
        Act::DutyEnded => turn.duty_ended()?,
        Act::Delayed => turn.delayed()?,
        agent_act => turn.agent_act(agent_act, input.id.as_ref())?,
    }
    let input_seq = turn.events.first().map_or(state.seq, |event| event.seq);
    Ok(Decision::of(turn, input_seq))
}

/// What is done with an input that [`decide`] failed on: a visitor's words are kept as they are
/// and a person is brought; anything else is refused.
pub fn give_up(
    content: &Content,
    policy: &Policy,
    state: &State,
    input: &Input,
) -> Result<Decision, Refusal> {
    let mut turn = Turn::new(content, policy, state, input);
    if let Act::CallEnded { call, .. } = &input.act {
        turn.give_up_call(*call);
        return Ok(Decision::of(turn, state.seq.next()));
    }
    turn.not_ended()?;
    let covered = cover::covered(content, state, &input.act);
    let text = match &covered.act {
        Act::Said { text, .. } | Act::Sent { text, .. } => text.as_str(),
        Act::Chose { value, .. } => value.as_str(),
        Act::WantsPerson => content.manners.person.plain(turn.lang()),
        _ => return Err(Refusal::WrongStatus("the server failed on this")),
    };
    let lang = turn.lang();
    turn.heard(input.id.as_ref(), text, None, Some(reading(ReadAs::PassedOn, content)), lang);
    if let Act::Sent { attachments, .. } = &covered.act {
        turn.attach(attachments);
    }
    if turn.state.status == Status::Bot {
        turn.escalate_after_fault();
    }
    let input_seq = state.seq.next();
    Ok(Decision::of(turn, input_seq))
}

impl Turn<'_> {
    fn begin(&mut self) {
        if self.state.seq == Seq::ZERO {
            let text = self.content.manners.hello.pick(self.lang(), 0).to_owned();
            self.suggest(text);
        }
    }

    /// Says something with the topics that one may begin with, if there are any.
    fn suggest(&mut self, text: String) {
        let buttons = self.topic_buttons(&self.content.suggested());
        let any = !buttons.is_empty();
        self.put_plain(text, buttons);
        if any {
            self.shift(Move::Suggested);
        }
    }

    /// Once a customer, always that customer: nobody becomes another in the middle.
    fn identified(&mut self, customer: &str, name: Option<String>) -> Result<(), Refusal> {
        match &self.state.customer {
            Some(known) if known.key == customer => return Ok(()),
            Some(_) => return Err(Refusal::Forbidden("the conversation is another customer's")),
            None => self.not_ended()?,
        }
        if self.state.seq == Seq::ZERO {
            self.begin();
        } else {
            self.repeat_status();
        }
        self.shift(Move::Identified { customer: customer.to_owned(), name });
        Ok(())
    }

    /// Puts the visitor's message down.
    fn heard(
        &mut self,
        id: Option<&FrameId>,
        text: &str,
        chose: Option<Chosen>,
        read: Option<Reading>,
        lang: Language,
    ) {
        self.emit(Fact::Message(Message {
            from: Author::Visitor,
            id: id.cloned(),
            text: text.to_owned(),
            lang,
            choices: Vec::new(),
            links: Vec::new(),
            attachments: Vec::new(),
            topic: None,
            chose,
            read,
        }));
    }

    /// Puts files beside the visitor's message, with which the turn began. Nothing is read out of
    /// them, so the state is as it is.
    fn attach(&mut self, attachments: &[Attachment]) {
        if let Some(Event { fact: Fact::Message(message), .. }) = self.events.first_mut() {
            message.attachments = attachments.to_vec();
        }
    }

    fn not_ended(&self) -> Result<(), Refusal> {
        if self.state.status == Status::Ended { Err(Refusal::Ended) } else { Ok(()) }
    }

    fn said(&mut self, id: Option<&FrameId>, text: &str, masked: bool) -> Result<(), Refusal> {
        self.not_ended()?;
        let lang = read::language_of(self.content, &self.state, text);
        if self.state.status != Status::Bot {
            self.heard(id, text, None, Some(reading(ReadAs::PassedOn, self.content)), lang);
            self.note_begun_card();
            if self.state.status == Status::Offline {
                self.heard_offline(text);
            }
            return Ok(());
        }
        // The message is read in its own language, before it is put down: how it was read is part
        // of the event.
        let listening =
            if lang == self.state.lang { None } else { Some(self.state.speaking(lang)) };
        let listening = listening.as_ref().unwrap_or(&self.state);
        let (heard, whole) = self.read_burst(listening, text);
        let waits = self.waits_for_more(listening, &heard.taken);
        self.heard(id, text, None, Some(heard.reading), lang);
        self.note_begun_card();
        if waits {
            self.wait_for_more();
        }
        if lang != self.lang() {
            self.shift(Move::Speaks { lang, chosen: false });
        }
        if masked && !self.state.told_of_mask {
            self.shift(Move::ToldOfMask);
            let text = self.content.manners.masked.plain(lang).to_owned();
            self.put_plain(text, Vec::new());
        }
        if !waits && self.respond(heard.taken, &whole).is_err() {
            self.escalate_after_fault();
        }
        Ok(())
    }

    fn note_begun_card(&mut self) {
        if let Some(digits) = self.card_begun.take() {
            self.shift(Move::CardBegun { digits });
        }
    }

    fn chose(&mut self, id: Option<&FrameId>, offer: Seq, value: &str) -> Result<(), Refusal> {
        self.not_ended()?;
        let label = self
            .state
            .buttons()
            .filter(|(offered, _)| *offered == offer && self.state.status == Status::Bot)
            .and_then(|(_, choices)| choices.iter().find(|choice| choice.value == value))
            .map(|choice: &Choice| choice.label.clone())
            .ok_or(Refusal::ExpiredChoice)?;
        let is_suggested = self.state.open.is_none();
        let chose = Chosen { offer, value: value.to_owned() };
        let lang = self.lang();
        self.heard(id, &label, Some(chose), Some(reading(ReadAs::Answer, self.content)), lang);
        let done =
            if is_suggested { self.open_topic(&IntentId::new(value)) } else { self.chosen(value) };
        if done.is_err() {
            self.escalate_after_fault();
        }
        Ok(())
    }

    fn asked_for_person(&mut self, id: Option<&FrameId>) -> Result<(), Refusal> {
        self.not_ended()?;
        let label = self.content.manners.person.plain(self.lang()).to_owned();
        let lang = self.lang();
        self.heard(id, &label, None, Some(reading(ReadAs::Command, self.content)), lang);
        if self.state.status == Status::Bot && self.wants_person().is_err() {
            self.escalate_after_fault();
        }
        Ok(())
    }

    fn chose_language(&mut self, lang: Language) -> Result<(), Refusal> {
        self.not_ended()?;
        self.repeat_status();
        let changed = lang != self.lang();
        self.shift(Move::Speaks { lang, chosen: true });
        if changed && self.state.status == Status::Bot {
            let switched = &self.content.manners.language_switched;
            let said = if self.state.suggested.is_some() {
                self.words(switched, None).map(|text| self.suggest(text))
            } else {
                self.say(switched).and_then(|()| {
                    if self.open_ask().is_some() { self.ask_again(false) } else { Ok(()) }
                })
            };
            if said.is_err() {
                self.escalate_after_fault();
            }
        }
        Ok(())
    }

    fn rated(&mut self, score: u8, comment: Option<String>) -> Result<(), Refusal> {
        let in_time =
            self.state.ended_at.is_none_or(|at| self.at.ms_since(at) <= self.policy.rating_ms);
        if !self.state.rating_open || !in_time {
            return Err(Refusal::WrongStatus("no rating was asked for"));
        }
        self.emit(Fact::Rated { score, comment });
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Refusal> {
        self.not_ended()?;
        let outcome = self.outcome_so_far();
        self.emit(Fact::Ended { by: EndedBy::Visitor, outcome, note: None });
        if self.state.visitor_messages > 0 {
            let text = self.content.manners.rating.plain(self.lang()).to_owned();
            self.emit(Fact::RatingRequest { text, scale: 5 });
        }
        Ok(())
    }

    fn outcome_so_far(&self) -> Outcome {
        match self.state.status {
            Status::Queued | Status::Agent => Outcome::Escalated,
            Status::Offline => Outcome::Offline,
            _ if !self.state.stack.is_empty() => Outcome::Unresolved,
            _ => self.state.outcome.unwrap_or(Outcome::Unresolved),
        }
    }

    fn tick(&mut self) {
        if deadline(&self.state, self.policy).is_none_or(|at| at > self.now) {
            return;
        }
        let is_past = |due: Option<Timestamp>| due.is_some_and(|at| at <= self.now);
        if is_past(burst::due(&self.state)) {
            self.read_what_waits();
        } else if is_past(pause::due(&self.state)) {
            self.time_is_up();
        } else if is_past(action::due(&self.state)) {
            self.calls_are_lost();
        } else {
            self.silence_is_up();
        }
    }

    /// Ends the conversation, unless the server was away for a part of that silence: nobody could
    /// have been heard then, so it counts from when the server was there again.
    fn silence_is_up(&mut self) {
        let there = self.policy.listening_since;
        let since = there.filter(|since| since.plus_ms(self.policy.idle_close_ms) > self.now);
        if let Some(from) = since {
            // A turn begins with a fact; this one changes nothing for its readers.
            self.repeat_status();
            self.shift(Move::Silent { from });
            return;
        }
        let outcome = self.outcome_so_far();
        let text = self.content.manners.closed_idle.plain(self.lang()).to_owned();
        self.put_plain(text, Vec::new());
        self.emit(Fact::Ended { by: EndedBy::Timeout, outcome, note: None });
    }

    fn duty_began(&mut self, team: Option<crate::ids::TeamId>) -> Result<(), Refusal> {
        if self.state.status != Status::Offline {
            return Err(Refusal::WrongStatus("it does not wait for duty to begin"));
        }
        self.emit(Fact::Status(StatusChange {
            status: Status::Queued,
            agent: None,
            reason: self.state.reason.clone(),
            team,
            front: self.state.front,
        }));
        Ok(())
    }

    /// Tells who waits that it takes longer than promised.
    fn delayed(&mut self) -> Result<(), Refusal> {
        if self.state.status != Status::Queued {
            return Err(Refusal::WrongStatus("it does not wait"));
        }
        let text = self.content.manners.delayed.plain(self.lang()).to_owned();
        self.put_plain(text, Vec::new());
        Ok(())
    }

    fn duty_ended(&mut self) -> Result<(), Refusal> {
        if self.state.status != Status::Queued {
            return Err(Refusal::WrongStatus("it does not wait"));
        }
        let team = self.state.team.as_ref().unwrap_or(&self.policy.default_team);
        let opens = self.policy.post(team, self.duty).opens;
        self.emit(Fact::Status(StatusChange {
            status: Status::Offline,
            agent: None,
            reason: self.state.reason.clone(),
            team: self.state.team.clone(),
            front: self.state.front,
        }));
        self.say_nobody_there(opens);
        self.ask_contact();
        Ok(())
    }
}

fn reading(read_as: ReadAs, content: &Content) -> Reading {
    Reading {
        read_as,
        intent: None,
        confidence: 0,
        runner_up: None,
        runner_up_confidence: 0,
        words: Vec::new(),
        revision: content.revision.clone(),
    }
}

#[cfg(test)]
mod tests;
