//! What a turn did, without its words.

use std::fmt;

use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::Place;
use crate::conversation::event::Question;

/// One thing that a turn did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// The bot said something.
    Said,
    /// A dialogue began.
    Entered(String),
    /// A step told something.
    Told(String),
    /// A step waits: a question, a wait, a call.
    At(String),
    /// A question was answered.
    Answered {
        /// Which.
        at: String,
        /// With which value.
        answer: String,
    },
    /// A question was asked.
    Asked(String),
    /// A message was not understood.
    Missed,
    /// A matter was kept for later.
    Noted(String),
    /// Another fact: topics, who answers, ends.
    Fact(String),
}

impl fmt::Display for Item {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said => out.write_str("something is said"),
            Self::Entered(dialogue) => write!(out, "dialogue {dialogue} begins"),
            Self::Told(at) => write!(out, "tells {at}"),
            Self::At(at) => write!(out, "asks {at}"),
            Self::Answered { at, answer } => write!(out, "takes {answer} for the answer to {at}"),
            Self::Asked(question) => write!(out, "asks {question}"),
            Self::Missed => out.write_str("does not understand"),
            Self::Noted(topic) => write!(out, "keeps {topic} for later"),
            Self::Fact(fact) => out.write_str(fact),
        }
    }
}

/// What these events did.
pub(super) fn course(events: &[Event]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut dialogue = String::new();
    for event in events {
        items.extend(item_of_fact(&event.fact));
        for change in &event.moves {
            items.extend(item_of_move(change, &mut dialogue));
        }
    }
    items
}

fn item_of_fact(fact: &Fact) -> Option<Item> {
    let word = |text: String| Some(Item::Fact(text.trim_end().to_owned()));
    match fact {
        Fact::Message(message) => (message.from == Author::Bot).then_some(Item::Said),
        Fact::Topic(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let outcome = change.outcome.map_or(String::new(), |outcome| format!("{outcome:?}"));
            word(format!("topic {} {state} {}", change.topic, outcome.to_lowercase()))
        }
        Fact::Status(change) => {
            let status = format!("{:?}", change.status).to_lowercase();
            let reason = change.reason.as_deref().unwrap_or_default();
            let team = change.team.as_ref().map_or(String::new(), |team| format!("for {team}"));
            word(format!("status {status} {reason} {team}"))
        }
        Fact::Ended { outcome, by, .. } => {
            word(format!("ended by {by:?}, {outcome:?}").to_lowercase())
        }
        Fact::RatingRequest { .. } => word("asks for a rating".to_owned()),
        Fact::Action(change) => {
            let state = format!("{:?}", change.state).to_lowercase();
            let reason = change.reason.as_deref().unwrap_or_default();
            word(format!("call {} {state} {reason}", change.call))
        }
        // What people did stands in the log as it was.
        _ => None,
    }
}

fn item_of_move(change: &Move, dialogue: &mut String) -> Option<Item> {
    let place = |at: &Place| format!("{}/{}", at.dialogue, at.step);
    match change {
        Move::Entered { dialogue: entered, .. } => {
            *dialogue = entered.to_string();
            Some(Item::Entered(entered.to_string()))
        }
        Move::Told { at } => {
            *dialogue = at.dialogue.to_string();
            Some(Item::Told(place(at)))
        }
        Move::At { step } => Some(Item::At(if dialogue.is_empty() {
            step.to_string()
        } else {
            format!("{dialogue}/{step}")
        })),
        Move::Answered { at, value, answer, .. } => {
            if let Some(at) = at {
                *dialogue = at.dialogue.to_string();
            }
            let at = at.as_ref().map_or_else(|| "a question".to_owned(), place);
            // Words of the visitor's own stand in the log; the label of a button may change.
            let answer = match value {
                serde_json::Value::Null => "none",
                serde_json::Value::String(value) => value,
                _ => answer,
            };
            Some(Item::Answered { at, answer: answer.to_owned() })
        }
        // The step itself stands there already.
        Move::Asked { question: Question::Step } => None,
        Move::Asked { question } => Some(Item::Asked(question_of(question))),
        Move::Missed { .. } => Some(Item::Missed),
        Move::Noted { topic } => Some(Item::Noted(topic.to_string())),
        _ => None,
    }
}

fn question_of(question: &Question) -> String {
    match question {
        Question::Clarify { topics } => {
            let topics: Vec<&str> = topics.iter().map(crate::ids::IntentId::as_str).collect();
            format!("which is meant: {}", topics.join(", "))
        }
        Question::Confirm { value } => format!("whether {value} is right"),
        Question::Second { topic } => format!("whether to take up {topic}"),
        // What is on offer besides is a menu, and no course.
        other => question_word(other).to_owned(),
    }
}

/// A question of the bot's own, in words.
pub(super) fn question_word(question: &Question) -> &'static str {
    match question {
        Question::Step => "a step's question",
        Question::Confirm { .. } => "whether the value is right",
        Question::Wait { .. } => "nothing while the visitor has time",
        Question::Clarify { .. } => "which topic is meant",
        Question::Resume => "whether to go back to the topic before",
        Question::Second { .. } => "whether to take up the second matter",
        Question::AnythingElse => "whether there is anything else",
        Question::Person => "whether to have a person",
        Question::Offer { .. } => "what the bot can help with",
        Question::Contact { .. } => "where the visitor can be reached",
    }
}
