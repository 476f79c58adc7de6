//! One stored conversation as the figures see it.

use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::event::TopicState;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

/// What became of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tale {
    /// When it began.
    pub began: Timestamp,
    /// Whether the visitor said something.
    pub said: bool,
    /// Whether its words were erased.
    pub erased: bool,
    /// How it ended, if it did.
    pub outcome: Option<Outcome>,
    /// Each time that it left the bot for a person.
    pub escalations: Vec<Escalation>,
    /// What it was about, in the order in which it came up.
    pub topics: Vec<TopicTold>,
    /// The visitor's rating.
    pub score: Option<u8>,
    /// How each message was read.
    pub readings: Vec<Read>,
}

/// A topic of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicTold {
    /// Which.
    pub topic: IntentId,
    /// Whether the bot closed it as resolved, at least once.
    pub resolved: bool,
}

/// A wish for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// When.
    pub at: Timestamp,
    /// Why, as a code.
    pub reason: String,
    /// What it was about.
    pub topic: Option<IntentId>,
    /// Who was asked first.
    pub team: Option<TeamId>,
    /// Whether nobody was there at that moment.
    pub nobody_there: bool,
    /// How the wait ended.
    pub end: WaitEnd,
    /// When a person wrote first.
    pub answered: Option<Timestamp>,
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitEnd {
    /// A person took it.
    Taken(Timestamp),
    /// It ended, or went back to the bot, before anybody did.
    Left,
    /// It goes on.
    Waiting,
}

/// A message that the bot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// When.
    pub at: Timestamp,
    /// The language it was written in.
    pub lang: Language,
    /// What it was taken for.
    pub read_as: ReadAs,
}

impl Tale {
    /// Folds a log, the whole of it.
    #[must_use]
    pub fn of(created_at: Timestamp, log: &[Event]) -> Self {
        let mut tale = Self { began: created_at, ..Self::default() };
        let mut status = Status::Bot;
        let mut lang = None;
        let mut newest = None;
        for event in log {
            match &event.fact {
                Fact::Message(message) => {
                    lang = Some(message.lang);
                    match &message.from {
                        Author::Visitor => tale.said = true,
                        Author::Agent(_) => tale.answer(event.at),
                        Author::Bot => {}
                    }
                    // One that waits for more is read with what follows.
                    let waits =
                        event.moves.iter().any(|change| matches!(change, Move::Waits { .. }));
                    if let Some(reading) = message.read.as_ref().filter(|_| !waits) {
                        tale.read(event.at, message.lang, reading.read_as);
                    }
                }
                Fact::Status(change) => {
                    tale.change(event.at, status, change, newest.as_ref());
                    status = change.status;
                }
                Fact::Topic(change) => {
                    if !tale.topics.iter().any(|told| told.topic == change.topic) {
                        let topic = change.topic.clone();
                        tale.topics.push(TopicTold { topic, resolved: false });
                    }
                    if change.state == TopicState::Closed
                        && change.outcome == Some(Outcome::Resolved)
                        && let Some(told) =
                            tale.topics.iter_mut().find(|told| told.topic == change.topic)
                    {
                        told.resolved = true;
                    }
                    match (change.state, change.outcome) {
                        (TopicState::Opened | TopicState::Resumed, _) => {
                            newest = Some(change.topic.clone());
                        }
                        // What is solved is not why a person is wanted afterwards.
                        (TopicState::Closed, Some(Outcome::Resolved)) => newest = None,
                        _ => {}
                    }
                }
                Fact::Rated { score, .. } => tale.score = Some(*score),
                Fact::Ended { outcome, .. } => {
                    tale.outcome = Some(*outcome);
                    tale.leave();
                }
                Fact::Erased => tale.erased = true,
                _ => {}
            }
            for change in &event.moves {
                if let Move::Read { reading } = change {
                    tale.read(event.at, lang.unwrap_or(Language::Sv), reading.read_as);
                }
            }
        }
        // Nothing of what the words were is left to count.
        if tale.erased {
            return Self { began: created_at, erased: true, ..Self::default() };
        }
        tale
    }

    fn read(&mut self, at: Timestamp, lang: Language, read_as: ReadAs) {
        self.readings.push(Read { at, lang, read_as });
    }

    fn change(
        &mut self,
        at: Timestamp,
        before: Status,
        change: &StatusChange,
        topic: Option<&IntentId>,
    ) {
        match change.status {
            Status::Queued | Status::Offline if before == Status::Bot => {
                self.escalations.push(Escalation {
                    at,
                    reason: change.reason.clone().unwrap_or_else(|| "unknown".to_owned()),
                    topic: topic.cloned(),
                    team: change.team.clone(),
                    nobody_there: change.status == Status::Offline,
                    end: WaitEnd::Waiting,
                    answered: None,
                });
            }
            // A person took it from the bot: nobody asked, and nobody waited.
            Status::Agent if before == Status::Bot => self.escalations.push(Escalation {
                at,
                reason: "taken_over".to_owned(),
                topic: topic.cloned(),
                team: change.team.clone(),
                nobody_there: false,
                end: WaitEnd::Taken(at),
                answered: None,
            }),
            Status::Agent => {
                if let Some(last) = self.escalations.last_mut()
                    && last.end == WaitEnd::Waiting
                {
                    last.end = WaitEnd::Taken(at);
                }
            }
            // Reopened, it is over no more.
            Status::Bot => self.leave(),
            Status::Queued | Status::Offline | Status::Ended => {}
        }
        if change.status != Status::Ended {
            self.outcome = None;
        }
    }

    fn answer(&mut self, at: Timestamp) {
        if let Some(last) = self.escalations.last_mut() {
            last.answered.get_or_insert(at);
        }
    }

    fn leave(&mut self) {
        if let Some(last) = self.escalations.last_mut()
            && last.end == WaitEnd::Waiting
        {
            last.end = WaitEnd::Left;
        }
    }
}
