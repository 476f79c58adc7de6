//! Stored conversations played against other content than they were held with: would they go
//! another way?
//!
//! What people did is taken from the log as it was, with its moments: messages, buttons (by their
//! values, since labels change), languages chosen, what agents did, people coming and going, and
//! the ticks that brought waits and silence to their ends. What the bot does is decided anew. As
//! long as a talk goes the way it went, its recorded moments are followed; from where it goes
//! another way, whatever is due by the rules comes to pass at its moment.
//!
//! A **course** is what a talk did: topics, steps, answers, questions, who answers, ends. Texts
//! are no part of it: other words on the same course are told apart as wording.
//!
//! **Invariant:** a log played against the content that it was held with gives no change.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::authoring::replay::course::Item;
use crate::authoring::replay::course::course;
use crate::authoring::replay::recorded::Recorded;
use crate::authoring::replay::recorded::RecordedAct;
use crate::authoring::replay::recorded::recorded;
use crate::authoring::transcript::rehearsal::outcome_word;
use crate::authoring::transcript::rehearsal::write_event;
use crate::content::Content;
use crate::content::dialogue::StepKind;
use crate::conversation::deadline;
use crate::conversation::decide;
use crate::conversation::effect::CallFailure;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::Question;
use crate::conversation::event::TopicState;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::policy::Policy;
use crate::conversation::state::Frame;
use crate::conversation::state::State;
use crate::ids::IntentId;
use crate::ids::Timestamp;
use crate::language::Language;

mod course;
mod recorded;

/// Deadlines that may fall between two inputs; more would be a circle.
const MOST_DEADLINES: usize = 100;

/// What became of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes as it went, word for word.
    Same,
    /// It goes as it went, in other words.
    Reworded,
    /// It goes another way.
    Changed(Box<Change>),
    /// It cannot be played: its words were erased, or a newer version wrote it.
    Unplayable,
}

/// How a conversation goes another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where and how, the same for all conversations that change alike.
    pub difference: Difference,
    /// Whether something that was resolved no longer is.
    pub lost: bool,
    /// What was done in the turn that goes another way, as a line of a transcript.
    pub cue: String,
    /// What came of it when it was held.
    pub before: Vec<String>,
    /// What comes of it now.
    pub after: Vec<String>,
    /// How it ended.
    pub outcome_before: Option<String>,
    /// How it ends now.
    pub outcome_after: Option<String>,
}

/// The first point at which two courses part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// The step, or the question of the bot's own, at which it was; with the answer, if that was
    /// still read alike.
    pub at: String,
    /// What came next.
    pub before: String,
    /// What comes next.
    pub after: String,
}

/// Plays one conversation. `policy` is what the server goes by; how long messages waited for more
/// is taken from the log. `log` is the whole of it, from the greeting on.
#[must_use]
pub fn replay(content: &Content, policy: &Policy, created_at: Timestamp, log: &[Event]) -> Verdict {
    if log.is_empty() {
        return Verdict::Same;
    }
    match play(content, policy, created_at, log) {
        None => Verdict::Unplayable,
        Some(Played { parting: Some(parting), player, .. }) => {
            Verdict::Changed(Box::new(parting.into_change(created_at, log, &player)))
        }
        Some(Played { reworded: true, .. }) => Verdict::Reworded,
        Some(_) => Verdict::Same,
    }
}

/// The log that a conversation would have left, had it been held with this content; none if it
/// cannot be played.
#[must_use]
pub fn held_with(
    content: &Content,
    policy: &Policy,
    created_at: Timestamp,
    log: &[Event],
) -> Option<Vec<Event>> {
    if log.is_empty() {
        return Some(Vec::new());
    }
    play(content, policy, created_at, log).map(|played| played.player.log)
}

/// A conversation after it was decided anew.
struct Played<'a> {
    player: Player<'a>,
    /// Where it parted from its record, if it did.
    parting: Option<Parting>,
    reworded: bool,
}

fn play<'a>(
    content: &'a Content,
    policy: &Policy,
    created_at: Timestamp,
    log: &[Event],
) -> Option<Played<'a>> {
    let Fact::Message(hello) = &log.first()?.fact else { return None };
    let turns = recorded(hello.lang, created_at, log)?;
    let mut policy = policy.clone();
    policy.burst_ms = waited_for_more(log);
    let mut player =
        Player { content, policy, state: State::new(hello.lang, created_at), log: Vec::new() };
    let mut parted = None;
    let mut reworded = false;
    for turn in &turns {
        let was = &log[turn.events.clone()];
        if parted.is_some() {
            player.go_on(turn);
            continue;
        }
        let from = player.log.len();
        player.follow(turn);
        let is = &player.log[from..];
        let (before, after) = (course(was), course(is));
        if before == after {
            reworded |= words(was) != words(is);
        } else {
            parted = Some(Parting {
                lang: hello.lang,
                at: place_before(hello.lang, created_at, &log[..turn.events.start]),
                before,
                after,
                was: lines(was),
                is: lines(is),
                cue: turn.to_string(),
            });
        }
    }
    Some(Played { player, parting: parted, reworded })
}

/// Where a talk parted from its record.
struct Parting {
    lang: Language,
    at: String,
    before: Vec<Item>,
    after: Vec<Item>,
    was: Vec<String>,
    is: Vec<String>,
    cue: String,
}

impl Parting {
    fn into_change(self, created_at: Timestamp, log: &[Event], player: &Player<'_>) -> Change {
        let then = State::fold(self.lang, created_at, log);
        let now = &player.state;
        let was_resolved = resolved(log);
        let lost = was_resolved.difference(&resolved(&player.log)).next().is_some()
            || (then.outcome == Some(Outcome::Resolved) && now.outcome != Some(Outcome::Resolved));
        let same = self.before.iter().zip(&self.after).take_while(|(one, other)| one == other);
        let same = same.count();
        let answer = self.before[..same].iter().rev().find_map(|item| match item {
            Item::Answered { at, answer } => Some(format!("{at}, answer {answer}")),
            _ => None,
        });
        let next = |items: &[Item]| {
            let rest = items.get(same..).unwrap_or_default();
            let told = rest.iter().find(|item| **item != Item::Said).or_else(|| rest.first());
            told.map_or_else(|| "nothing more".to_owned(), ToString::to_string)
        };
        let outcome = |state: &State| state.outcome.map(|outcome| outcome_word(outcome).to_owned());
        Change {
            difference: Difference {
                at: answer.unwrap_or(self.at),
                before: next(&self.before),
                after: next(&self.after),
            },
            lost,
            cue: self.cue,
            before: self.was,
            after: self.is,
            outcome_before: outcome(&then),
            outcome_after: outcome(now),
        }
    }
}

/// A conversation that is decided anew.
struct Player<'a> {
    content: &'a Content,
    policy: Policy,
    state: State,
    log: Vec<Event>,
}

impl Player<'_> {
    /// Does what was done, at its moment.
    fn follow(&mut self, turn: &Recorded) {
        let act = match &turn.act {
            RecordedAct::Act(act) => act.clone(),
            RecordedAct::Chose { value, label } => self.press(value, label),
            RecordedAct::CallEnded { call, result } => match self.end_of(call, result) {
                Some(act) => act,
                None => return,
            },
            // What is due comes by the log, be the settings what they may.
            RecordedAct::TimeIsUp => return self.tick(turn.at, turn.duty, 0),
            RecordedAct::Silence => {
                for _ in 0..MOST_DEADLINES {
                    let seq = self.state.seq;
                    self.tick(turn.at, turn.duty, 1);
                    if self.state.seq == seq {
                        break;
                    }
                }
                return;
            }
        };
        self.perform(act, turn.at, turn.duty);
    }

    /// The same for a talk that has left its record: first comes what is due by now.
    fn go_on(&mut self, turn: &Recorded) {
        for _ in 0..MOST_DEADLINES {
            let seq = self.state.seq;
            let due = deadline(&self.state, &self.policy).filter(|due| *due <= turn.at);
            if let Some(due) = due {
                self.perform(Act::Tick, due, turn.duty);
            }
            if self.state.seq == seq {
                break;
            }
        }
        match &turn.act {
            RecordedAct::TimeIsUp | RecordedAct::Silence => {}
            RecordedAct::Act(act) => self.perform(act.clone(), turn.at, turn.duty),
            RecordedAct::Chose { value, label } => {
                let act = self.press(value, label);
                self.perform(act, turn.at, turn.duty);
            }
            RecordedAct::CallEnded { call, result } => {
                if let Some(act) = self.end_of(call, result) {
                    self.perform(act, turn.at, turn.duty);
                }
            }
        }
    }

    fn tick(&mut self, at: Timestamp, duty: Duty, idle_close_ms: i64) {
        let usual = std::mem::replace(&mut self.policy.idle_close_ms, idle_close_ms);
        self.perform(Act::Tick, at, duty);
        self.policy.idle_close_ms = usual;
    }

    /// The button with this value, else with this label; where there is none, the visitor writes
    /// what stood on it.
    fn press(&self, value: &str, label: &str) -> Act {
        let found = self.state.buttons().and_then(|(offer, choices)| {
            let by_value = choices.iter().find(|choice| choice.value == value);
            let choice = by_value.or_else(|| choices.iter().find(|choice| choice.label == label));
            choice.map(|choice| Act::Chose { offer, value: choice.value.clone() })
        });
        found.unwrap_or_else(|| Act::Said { text: label.to_owned(), masked: false })
    }

    /// The end of a call of this name, if one is open: with an answer from which the step as it is
    /// now learns what was learnt.
    fn end_of(
        &self,
        call: &str,
        result: &Result<BTreeMap<String, Value>, CallFailure>,
    ) -> Option<Act> {
        let seq = *self.state.calls.iter().rev().find(|(_, name)| *name == call)?.0;
        let result = result.as_ref().map_err(|failure| *failure).map(|slots| {
            let is_its = |frame: &&Frame| frame.call.as_ref().is_some_and(|open| open.seq == seq);
            let frame = self.state.stack.iter().find(is_its);
            let step = frame.and_then(|frame| {
                let dialogue = self.content.dialogue(frame.revision.as_deref(), &frame.dialogue)?;
                dialogue.steps.get(frame.step.as_ref()?)
            });
            match step.map(|step| &step.kind) {
                Some(StepKind::Action(action)) => action.answer_with(slots),
                _ => Value::Null,
            }
        });
        Some(Act::CallEnded { call: seq, result })
    }

    /// What is refused now changes nothing.
    fn perform(&mut self, act: Act, at: Timestamp, duty: Duty) {
        let input = Input { at, id: None, act, duty };
        if let Ok(decision) = decide(self.content, &self.policy, &self.state, &input) {
            self.log.extend(decision.events);
            self.state = decision.state;
        }
    }
}

/// How long messages that said too little waited for more, in milliseconds.
fn waited_for_more(log: &[Event]) -> i64 {
    let waits = log.iter().find_map(|event| {
        event.moves.iter().find_map(|change| match change {
            Move::Waits { until } => Some(until.ms_since(event.at)),
            _ => None,
        })
    });
    waits.unwrap_or(0)
}

/// The topics that were resolved.
fn resolved(log: &[Event]) -> BTreeSet<&IntentId> {
    log.iter()
        .filter_map(|event| match &event.fact {
            Fact::Topic(change)
                if change.state == TopicState::Closed
                    && change.outcome == Some(Outcome::Resolved) =>
            {
                Some(&change.topic)
            }
            _ => None,
        })
        .collect()
}

/// Where a conversation stands before a turn.
fn place_before(lang: Language, created_at: Timestamp, log: &[Event]) -> String {
    let state = State::fold(lang, created_at, log);
    let step = state
        .frame()
        .and_then(|frame| frame.step.as_ref().map(|step| format!("{}/{step}", frame.dialogue)));
    match (state.open.as_ref().map(|open| &open.question), step) {
        (
            None | Some(Question::Step | Question::Confirm { .. } | Question::Wait { .. }),
            Some(step),
        ) => step,
        (Some(question), _) => course::question_word(question).to_owned(),
        (None, None) if state.seq.0 <= 1 => "the beginning".to_owned(),
        (None, None) => "no open question".to_owned(),
    }
}

/// Every word that the visitor is shown of the bot.
fn words(events: &[Event]) -> Vec<String> {
    let mut words = lines(events);
    for event in events {
        match &event.fact {
            Fact::Message(message) => {
                let links = &message.links;
                words.extend(links.iter().map(|link| format!("{} {}", link.label, link.url)));
            }
            Fact::RatingRequest { text, .. } => words.push(text.clone()),
            _ => {}
        }
    }
    words
}

fn lines(events: &[Event]) -> Vec<String> {
    let mut said = Vec::new();
    for event in events {
        write_event(event, &mut said);
    }
    said.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests;
