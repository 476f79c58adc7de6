//! What a reader may see of a stored event.
//!
//! **Invariant:** a visitor never sees a note, a transfer, a closing note, a rating's comment,
//! an agent's account, or how the bot read a message; nobody sees what an event moved inside the
//! bot. What is kept from a reader still counts: it arrives as `hidden`.

use serde::Serialize;

use crate::conversation::event::AgentRef;
use crate::conversation::event::Attachment;
use crate::conversation::event::Author;
use crate::conversation::event::Choice;
use crate::conversation::event::EndedBy;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Link;
use crate::conversation::event::Message;
use crate::conversation::event::Move;
use crate::conversation::event::Outcome;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Reading;
use crate::conversation::event::Status;
use crate::conversation::event::StatusChange;
use crate::conversation::event::TopicChange;
use crate::conversation::event::TopicState;
use crate::conversation::event::TransferTarget;
use crate::conversation::event::WordRead;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::language::Language;
use crate::protocol::Identity;
use crate::protocol::SenderRole;
use crate::protocol::to_json;

/// The address to which files are sent, and below which they are given out.
pub const ATTACHMENTS: &str = "/v1/chat/attachments";

/// For whose eyes an event is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The customer.
    Visitor,
    /// Those who answer.
    Agent,
}

/// The `event` frame of a stored event; `conversation` stands on the agent socket only, where
/// one socket follows several.
#[must_use]
pub fn event_frame(
    event: &Event,
    audience: Audience,
    conversation: Option<&ConversationId>,
) -> String {
    to_json(&EventFrame {
        kind_of_frame: "event",
        conversation,
        seq: event.seq,
        at: event.at.to_rfc3339(),
        body: Body::of(event, audience),
    })
}

#[derive(Serialize)]
struct EventFrame<'e> {
    #[serde(rename = "type")]
    kind_of_frame: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<&'e ConversationId>,
    seq: Seq,
    at: String,
    #[serde(flatten)]
    body: Body<'e>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Body<'e> {
    Message(MessageBody<'e>),
    Status(StatusBody<'e>),
    Topic {
        topic: &'e IntentId,
        state: TopicState,
        #[serde(skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
    },
    RatingRequest {
        text: &'e str,
        scale: u8,
    },
    Rated {
        score: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        comment: Option<&'e str>,
    },
    Ended {
        by: EndedBy,
        outcome: Outcome,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<&'e str>,
    },
    Note {
        from: Person<'e>,
        text: &'e str,
    },
    Transferred {
        from: Person<'e>,
        to: Target<'e>,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<&'e str>,
    },
    Tagged {
        from: Person<'e>,
        tags: &'e [String],
    },
    Erased,
    Hidden,
}

impl<'e> Body<'e> {
    fn of(event: &'e Event, audience: Audience) -> Self {
        let private = |text: &'e Option<String>| match audience {
            Audience::Visitor => None,
            Audience::Agent => text.as_deref(),
        };
        match &event.fact {
            Fact::Message(message) => Self::Message(MessageBody::of(message, audience)),
            Fact::Status(change) => Self::Status(StatusBody::of(change, &event.moves, audience)),
            Fact::Topic(TopicChange { topic, state, outcome }) => {
                Self::Topic { topic, state: *state, outcome: *outcome }
            }
            Fact::RatingRequest { text, scale } => Self::RatingRequest { text, scale: *scale },
            Fact::Rated { score, comment } => {
                Self::Rated { score: *score, comment: private(comment) }
            }
            Fact::Ended { by, outcome, note } => {
                Self::Ended { by: *by, outcome: *outcome, note: private(note) }
            }
            Fact::Erased => Self::Erased,
            Fact::Note { from, text } if audience == Audience::Agent => {
                Self::Note { from: Person::agent(from, audience), text }
            }
            Fact::Transferred { from, to, note } if audience == Audience::Agent => {
                Self::Transferred {
                    from: Person::agent(from, audience),
                    to: Target::of(to),
                    note: note.as_deref(),
                }
            }
            Fact::Tagged { from, tags } if audience == Audience::Agent => {
                Self::Tagged { from: Person::agent(from, audience), tags }
            }
            Fact::Note { .. }
            | Fact::Transferred { .. }
            | Fact::Tagged { .. }
            | Fact::Action(_)
            | Fact::Unknown(_) => Self::Hidden,
        }
    }
}

#[derive(Serialize)]
struct MessageBody<'e> {
    from: Person<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'e FrameId>,
    text: &'e str,
    lang: Language,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    choices: &'e [Choice],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    links: &'e [Link],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<File<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'e IntentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<ReadingBody<'e>>,
}

impl<'e> MessageBody<'e> {
    fn of(message: &'e Message, audience: Audience) -> Self {
        let to_agent = audience == Audience::Agent;
        let id_shown = to_agent || message.from == Author::Visitor;
        Self {
            from: Person::of(&message.from, audience),
            id: message.id.as_ref().filter(|_| id_shown),
            text: &message.text,
            lang: message.lang,
            choices: &message.choices,
            links: &message.links,
            attachments: message.attachments.iter().map(File::of).collect(),
            topic: message.topic.as_ref(),
            read: message.read.as_ref().filter(|_| to_agent).map(ReadingBody::of),
        }
    }
}

/// A file, and where who may have it gets it.
#[derive(Serialize)]
struct File<'e> {
    name: &'e str,
    #[serde(rename = "type")]
    media_type: &'e str,
    bytes: u64,
    url: String,
}

impl<'e> File<'e> {
    fn of(attachment: &'e Attachment) -> Self {
        Self {
            name: &attachment.name,
            media_type: &attachment.media_type,
            bytes: attachment.bytes,
            url: format!("{ATTACHMENTS}/{}", attachment.id),
        }
    }
}

/// How the bot read a visitor's message, with confidences from 0 to 1.
#[derive(Serialize)]
struct ReadingBody<'e> {
    #[serde(rename = "as")]
    read_as: ReadAs,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'e IntentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_up: Option<&'e IntentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_up_confidence: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    words: &'e [WordRead],
}

impl<'e> ReadingBody<'e> {
    fn of(reading: &'e Reading) -> Self {
        let share = |intent: &Option<IntentId>, thousandths: u16| {
            intent.as_ref().map(|_| f64::from(thousandths) / 1000.0)
        };
        Self {
            read_as: reading.read_as,
            intent: reading.intent.as_ref(),
            confidence: share(&reading.intent, reading.confidence),
            runner_up: reading.runner_up.as_ref(),
            runner_up_confidence: share(&reading.runner_up, reading.runner_up_confidence),
            words: &reading.words,
        }
    }
}

#[derive(Serialize)]
struct StatusBody<'e> {
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Named<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<&'e TeamId>,
    /// Said where the visitor becomes known to the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
}

impl<'e> StatusBody<'e> {
    fn of(change: &'e StatusChange, moves: &[Move], audience: Audience) -> Self {
        let is_identified = moves.iter().any(|it| matches!(it, Move::Identified { .. }));
        Self {
            status: change.status,
            agent: change.agent.as_ref().map(|agent| Named::of(agent, audience)),
            reason: change.reason.as_deref(),
            team: change.team.as_ref().filter(|_| audience == Audience::Agent),
            identity: is_identified.then_some(Identity::Verified),
        }
    }
}

#[derive(Serialize)]
struct Person<'e> {
    role: SenderRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'e AgentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'e str>,
}

impl<'e> Person<'e> {
    fn of(author: &'e Author, audience: Audience) -> Self {
        match author {
            Author::Visitor => Self { role: SenderRole::Visitor, id: None, name: None },
            Author::Bot => Self { role: SenderRole::Bot, id: None, name: None },
            Author::Agent(agent) => Self::agent(agent, audience),
        }
    }

    fn agent(agent: &'e AgentRef, audience: Audience) -> Self {
        let Named { id, name } = Named::of(agent, audience);
        Self { role: SenderRole::Agent, id, name: Some(name) }
    }
}

#[derive(Serialize)]
struct Named<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'e AgentId>,
    name: &'e str,
}

impl<'e> Named<'e> {
    fn of(agent: &'e AgentRef, audience: Audience) -> Self {
        let id = Some(&agent.id).filter(|_| audience == Audience::Agent);
        Self { id, name: &agent.name }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Target<'e> {
    Team(&'e TeamId),
    Agent(Named<'e>),
}

impl<'e> Target<'e> {
    fn of(target: &'e TransferTarget) -> Self {
        match target {
            TransferTarget::Team(team) => Self::Team(team),
            TransferTarget::Agent(agent) => Self::Agent(Named::of(agent, Audience::Agent)),
        }
    }
}
