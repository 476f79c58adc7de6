//! Work that events want: what the shell does once they are durable.
//!
//! **Invariant:** an effect comes with the events that want it, never from folding. The result of a
//! call comes back as [`crate::conversation::input::Act::CallEnded`], once; whom else is told of a
//! conversation leads to nothing in the log.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Status;
use crate::conversation::offline::email_of;
use crate::conversation::state::State;
use crate::ids::Seq;
use crate::language::Language;

/// Work, and the event that wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The event.
    pub seq: Seq,
    /// The work.
    pub work: Work,
}

/// What is to be done; stored as JSON, add-only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Calls another system.
    Call(Call),
    /// Tells the customer's app of this message, if it is still unread by then.
    Unread,
    /// Mails the team, if the matter still waits as it began to here.
    MailTeam {
        /// How it waits.
        matter: Matter,
    },
    /// Mails the customer that a person has answered, if that is still unread by then.
    MailAnswer,
}

/// How a matter waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// It was left while nobody was on duty.
    Left,
    /// It stands in a queue.
    Queued,
}

/// What kind of work it is; one event wants one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EffectKind {
    /// [`Work::Call`]
    Call,
    /// [`Work::Unread`]
    Unread,
    /// [`Work::MailTeam`]
    MailTeam,
    /// [`Work::MailAnswer`]
    MailAnswer,
}

impl EffectKind {
    const ALL: [Self; 4] = [Self::Call, Self::Unread, Self::MailTeam, Self::MailAnswer];

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its name in the store: that of the work.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Unread => "unread",
            Self::MailTeam => "mail_team",
            Self::MailAnswer => "mail_answer",
        }
    }
}

impl Work {
    /// What kind of work it is.
    #[must_use]
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::Call(_) => EffectKind::Call,
            Self::Unread => EffectKind::Unread,
            Self::MailTeam { .. } => EffectKind::MailTeam,
            Self::MailAnswer => EffectKind::MailAnswer,
        }
    }
}

/// The message that may have to be told of later: the newest of those that bot and agents say in
/// one turn.
#[must_use]
pub fn unread(events: &[Event]) -> Option<Effect> {
    let newest = newest_by(events, |from| *from != Author::Visitor)?;
    Some(Effect { seq: newest, work: Work::Unread })
}

/// The newest answer of a person, for a customer who left an address in the conversation.
#[must_use]
pub fn answer(after: &State, events: &[Event]) -> Option<Effect> {
    email_of(after)?;
    let newest = newest_by(events, |from| matches!(from, Author::Agent(_)))?;
    Some(Effect { seq: newest, work: Work::MailAnswer })
}

fn newest_by(events: &[Event], is_theirs: impl Fn(&Author) -> bool) -> Option<Seq> {
    let said =
        |event: &&Event| matches!(&event.fact, Fact::Message(message) if is_theirs(&message.from));
    events.iter().rev().find(said).map(|event| event.seq)
}

/// Where the conversation begins to wait for a person, if it still does after these events. A
/// status that is only repeated begins nothing; and one matter is left once, however often people
/// come and go until somebody takes it.
#[must_use]
pub fn matter(before: &State, events: &[Event]) -> Option<Effect> {
    let mut status = before.status;
    let mut begun = None;
    for event in events {
        let now = match &event.fact {
            Fact::Status(change) => change.status,
            Fact::Ended { .. } => Status::Ended,
            _ => continue,
        };
        if now != status {
            let matter = match now {
                Status::Offline => (!before.was_left).then_some(Matter::Left),
                Status::Queued => Some(Matter::Queued),
                _ => None,
            };
            begun = matter.map(|matter| (event.seq, matter));
        }
        status = now;
    }
    let (seq, matter) = begun?;
    Some(Effect { seq, work: Work::MailTeam { matter } })
}

/// A call to another system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The system's name and the path below its address.
    pub call: String,
    /// The language of the conversation.
    pub lang: Language,
    /// What is sent.
    pub data: Map<String, Value>,
    /// How long one try may take, in seconds.
    pub timeout_s: u32,
    /// Tries after the first.
    pub retries: u32,
}

impl Call {
    /// The name of the system and the path below its address.
    #[must_use]
    pub fn target(&self) -> (&str, &str) {
        self.call.split_once('/').unwrap_or((&self.call, ""))
    }
}

/// Why a call gave no answer that a dialogue can go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallFailure {
    /// The settings name no such system.
    NotConfigured,
    /// The last try took too long.
    TimedOut,
    /// Nobody answered there.
    Unreachable,
    /// It answered with a status that is no success.
    Refused,
    /// It led elsewhere, which is never followed.
    Redirected,
    /// Its answer was too large.
    TooLarge,
    /// Its answer was not JSON.
    NotJson,
    /// Its answer was JSON, but not what the step declares.
    WrongShape,
    /// It failed so often just now that it is left alone for a while.
    CircuitOpen,
    /// What was to be sent could not be worked out.
    NotSendable,
    /// No result came in time, for whatever reason.
    Lost,
}

impl CallFailure {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 11] = [
        Self::NotConfigured,
        Self::TimedOut,
        Self::Unreachable,
        Self::Refused,
        Self::Redirected,
        Self::TooLarge,
        Self::NotJson,
        Self::WrongShape,
        Self::CircuitOpen,
        Self::NotSendable,
        Self::Lost,
    ];

    /// The failure of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == name)
    }

    /// Its name in events, logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Redirected => "redirected",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::WrongShape => "wrong_shape",
            Self::CircuitOpen => "circuit_open",
            Self::NotSendable => "not_sendable",
            Self::Lost => "lost",
        }
    }
}

#[cfg(test)]
mod tests;
