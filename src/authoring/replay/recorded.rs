//! From a log back to what people did.
//!
//! A log holds facts, not inputs. Each input leaves a fact that begins its turn, and no two leave
//! the same, so the inputs can be read off it with the state before each.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

use crate::content::TALK_TO_HUMAN;
use crate::conversation::effect::CallFailure;
use crate::conversation::event::ActionChange;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Author;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Reading;
use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::state::State;
use crate::ids::Timestamp;
use crate::language::Language;

/// A turn as it was held.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) act: RecordedAct,
    pub(super) at: Timestamp,
    pub(super) duty: Duty,
    /// Its events.
    pub(super) events: Range<usize>,
}

/// What was done.
#[derive(Debug)]
pub(super) enum RecordedAct {
    /// As it was.
    Act(Act),
    /// A button was pressed.
    Chose {
        /// Its value.
        value: String,
        /// What stood on it.
        label: String,
    },
    /// Another system answered, or failed.
    CallEnded {
        /// What was called.
        call: String,
        /// What was learnt of it.
        result: Result<BTreeMap<String, Value>, CallFailure>,
    },
    /// A wait or a burst came to its end.
    TimeIsUp,
    /// The visitor had said nothing for too long.
    Silence,
}

impl fmt::Display for Recorded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.act {
            RecordedAct::Act(Act::Said { text, .. } | Act::Sent { text, .. }) => {
                write!(out, "visitor: {text}")
            }
            RecordedAct::Chose { label, .. } => write!(out, "press: {label}"),
            RecordedAct::Act(Act::WantsPerson) => out.write_str("person:"),
            RecordedAct::Act(Act::ChoseLanguage(lang)) => write!(out, "language: {}", lang.code()),
            RecordedAct::Act(Act::Leave) => out.write_str("leave:"),
            RecordedAct::Act(Act::Begin) => out.write_str("(the greeting)"),
            RecordedAct::CallEnded { call, result } => match result {
                Ok(_) => write!(out, "({call} answers)"),
                Err(failure) => write!(out, "fails: {}", failure.as_str()),
            },
            RecordedAct::TimeIsUp | RecordedAct::Silence => out.write_str("(time passes)"),
            RecordedAct::Act(Act::DutyBegan { .. }) => out.write_str("duty: somebody"),
            RecordedAct::Act(Act::DutyEnded) => out.write_str("duty: nobody"),
            RecordedAct::Act(_) => out.write_str("(an agent's act)"),
        }
    }
}

/// The turns of a log; none when it holds what this version cannot play.
pub(super) fn recorded(
    lang: Language,
    created_at: Timestamp,
    log: &[Event],
) -> Option<Vec<Recorded>> {
    let mut turns: Vec<Recorded> = Vec::new();
    let mut state = State::new(lang, created_at);
    for (at, event) in log.iter().enumerate() {
        if matches!(event.fact, Fact::Erased | Fact::Unknown(_)) {
            return None;
        }
        let act = beginning(&state, log, at);
        if let Some(act) = act.filter(|act| !was_announced(turns.last(), act, log)) {
            turns.push(Recorded { act, at: event.at, duty: Duty::OnDuty, events: at..at });
        }
        turns.last_mut()?.events.end = at + 1;
        state.apply(event);
    }
    know_duty(&mut turns, log);
    Some(turns)
}

/// What began a turn with this event, if one began.
fn beginning(state: &State, log: &[Event], at: usize) -> Option<RecordedAct> {
    let event = &log[at];
    let next = log.get(at + 1);
    let holder = || state.agent.clone();
    let act = match &event.fact {
        Fact::Message(message) => match &message.from {
            Author::Visitor => return Some(by_visitor(state, message, &log[at..])),
            Author::Agent(agent) => {
                Act::AgentSaid { agent: agent.clone(), text: message.text.clone() }
            }
            Author::Bot if at == 0 => identified(event).unwrap_or(Act::Begin),
            // What is decided together bears one moment.
            Author::Bot => return announced(state, &next.filter(|it| it.at == event.at)?.fact),
        },
        Fact::Note { from, text } => Act::AgentNoted { agent: from.clone(), text: text.clone() },
        Fact::Tagged { from, tags } => Act::Tag { agent: from.clone(), tags: tags.clone() },
        Fact::Transferred { from, to, note } => {
            Act::Transfer { agent: from.clone(), to: to.clone(), note: note.clone() }
        }
        Fact::Rated { score, comment } => Act::Rated { score: *score, comment: comment.clone() },
        Fact::Ended { by: EndedBy::Visitor, .. } => Act::Leave,
        Fact::Ended { by: EndedBy::Agent, outcome, note } => {
            Act::Resolve { agent: holder()?, outcome: *outcome, note: note.clone() }
        }
        Fact::Action(change) => return call_ended(change, event),
        Fact::Status(change) => return by_status(state, change, event, next),
        _ => return None,
    };
    Some(RecordedAct::Act(act))
}

/// A call that ended, if this event says so.
fn call_ended(change: &ActionChange, event: &Event) -> Option<RecordedAct> {
    let answered = event.moves.iter().find_map(|change| match change {
        Move::CallEnded { answered, .. } => Some(*answered),
        _ => None,
    })?;
    let learnt = event.moves.iter().filter_map(|change| match change {
        Move::Learnt { slot, value } => Some((slot.clone(), value.clone())),
        _ => None,
    });
    let failure = || change.reason.as_deref().and_then(CallFailure::named);
    let result =
        if answered { Ok(learnt.collect()) } else { Err(failure().unwrap_or(CallFailure::Lost)) };
    Some(RecordedAct::CallEnded { call: change.call.clone(), result })
}

/// `rest` is the log from the message on.
fn by_visitor(state: &State, message: &Message, rest: &[Event]) -> RecordedAct {
    if let Some(chosen) = &message.chose {
        return RecordedAct::Chose { value: chosen.value.clone(), label: message.text.clone() };
    }
    // The button for a person is put down as its words, without having been matched.
    let unmatched = |read: &Reading| {
        read.read_as == ReadAs::Command && read.intent.is_none() && read.runner_up.is_none()
    };
    let pressed = message.read.as_ref().is_some_and(unmatched);
    if pressed && (state.status != Status::Bot || leads_to_person(rest)) {
        return RecordedAct::Act(Act::WantsPerson);
    }
    let masked = rest.first().is_some_and(|event| event.moves.contains(&Move::ToldOfMask));
    let text = message.text.clone();
    if message.attachments.is_empty() {
        return RecordedAct::Act(Act::Said { text, masked });
    }
    let attachments = message.attachments.clone();
    RecordedAct::Act(Act::Sent { text, masked, attachments })
}

/// Whether the turn that begins here opens the topic of those who want a person, or brings one.
fn leads_to_person(rest: &[Event]) -> bool {
    let from_visitor = |event: &&Event| matches!(&event.fact, Fact::Message(message) if message.from == Author::Visitor);
    rest.iter().skip(1).take_while(|event| !from_visitor(event)).any(|event| match &event.fact {
        Fact::Topic(change) => change.topic.as_str() == TALK_TO_HUMAN,
        Fact::Status(change) => change.reason.as_deref() == Some("requested"),
        _ => false,
    })
}

/// Whether a turn has begun with the words for this: older logs have them before the status.
fn was_announced(last: Option<&Recorded>, act: &RecordedAct, log: &[Event]) -> bool {
    let Some(last) = last else { return false };
    let (RecordedAct::Act(begun), RecordedAct::Act(act)) = (&last.act, act) else { return false };
    matches!(act, Act::DutyEnded | Act::AgentLost { .. })
        && begun == act
        && log[last.events.clone()].iter().all(|event| matches!(event.fact, Fact::Message(_)))
}

/// What the bot says of itself before something that nobody asked of it.
fn announced(state: &State, next: &Fact) -> Option<RecordedAct> {
    match next {
        Fact::Ended { by: EndedBy::Timeout, .. } => Some(RecordedAct::Silence),
        Fact::Status(change) => match (state.status, change.status, change.reason.as_deref()) {
            (Status::Queued, Status::Offline, _) => Some(RecordedAct::Act(Act::DutyEnded)),
            (Status::Agent, _, Some("agent_lost")) => {
                let agent = state.agent.as_ref()?.id.clone();
                Some(RecordedAct::Act(Act::AgentLost { agent }))
            }
            _ => None,
        },
        _ => None,
    }
}

fn by_status(
    state: &State,
    change: &StatusChange,
    event: &Event,
    next: Option<&Event>,
) -> Option<RecordedAct> {
    let repeated =
        change.status == state.status && change.reason.is_none() && change.team.is_none();
    if repeated && let Some(act) = identified(event) {
        return Some(RecordedAct::Act(act));
    }
    if repeated {
        let chosen = event.moves.iter().find_map(|change| match change {
            Move::Speaks { lang, chosen: true } => Some(*lang),
            _ => None,
        });
        return Some(match chosen {
            Some(lang) => RecordedAct::Act(Act::ChoseLanguage(lang)),
            None => RecordedAct::TimeIsUp,
        });
    }
    let act = match (change.status, change.reason.as_deref(), &change.agent) {
        (Status::Agent, None | Some("taken_over"), Some(agent)) => {
            Act::Claim { agent: agent.clone() }
        }
        (Status::Agent, Some("supervisor"), Some(agent)) => Act::TakeOver { agent: agent.clone() },
        (Status::Agent, Some("reopened"), Some(agent)) => Act::Reopen { agent: agent.clone() },
        (Status::Bot, Some("handed_back"), _) => handed_back(state.agent.clone()?, event, next),
        (Status::Queued, _, _) if state.status == Status::Offline => {
            Act::DutyBegan { team: change.team.clone() }
        }
        (Status::Offline, _, _) if state.status == Status::Queued => Act::DutyEnded,
        (_, Some("agent_lost"), _) => Act::AgentLost { agent: state.agent.as_ref()?.id.clone() },
        _ => return None,
    };
    Some(RecordedAct::Act(act))
}

/// The bank's word for who the visitor is, if it was put down beside this event.
fn identified(event: &Event) -> Option<Act> {
    event.moves.iter().find_map(|change| match change {
        Move::Identified { customer, name } => {
            Some(Act::Identified { customer: customer.clone(), name: name.clone() })
        }
        _ => None,
    })
}

fn handed_back(agent: AgentRef, event: &Event, next: Option<&Event>) -> Act {
    let topic = next.filter(|next| matches!(next.fact, Fact::Topic(_)));
    let moves = event.moves.iter().chain(topic.iter().flat_map(|next| &next.moves));
    let place = moves.into_iter().find_map(|change| match change {
        Move::Entered { origin: Some(place), .. } => Some(place.clone()),
        _ => None,
    });
    let (dialogue, step) = place.map(|place| (place.dialogue, place.step)).unzip();
    Act::HandBack { agent, dialogue, step }
}

/// Whether somebody was on duty shows where it mattered; elsewhere the nearest such moment tells.
fn know_duty(turns: &mut [Recorded], log: &[Event]) {
    let seen: Vec<(Timestamp, Duty)> =
        log.iter().filter_map(|event| Some((event.at, duty_in(event)?))).collect();
    for turn in turns {
        let own = log[turn.events.clone()].iter().find_map(duty_in);
        let distance = |at: Timestamp| at.ms_since(turn.at).max(turn.at.ms_since(at));
        let nearest = || seen.iter().min_by_key(|(at, _)| distance(*at)).map(|(_, duty)| *duty);
        turn.duty = own.or_else(nearest).unwrap_or(Duty::OnDuty);
    }
}

fn duty_in(event: &Event) -> Option<Duty> {
    match &event.fact {
        Fact::Status(change) => match change.status {
            Status::Queued => Some(Duty::OnDuty),
            Status::Offline => Some(Duty::Nobody),
            _ => None,
        },
        _ => None,
    }
}
