//! The frames of the agent socket, `GET /v1/agent`.

use serde::Deserialize;
use serde::Serialize;

use crate::conversation::event::Outcome;
use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::DialogueId;
use crate::ids::FrameId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::language::Language;
use crate::protocol::Ack;
use crate::protocol::ErrorFrame;
use crate::protocol::FrameError;
use crate::protocol::Identity;
use crate::protocol::Limits;
use crate::protocol::ReadUpTo;
use crate::protocol::Secret;
use crate::protocol::Typing;
use crate::protocol::fields::Fields;
use crate::protocol::visitor::Page;

/// Nobody answers more customers than this at once.
const MAX_CAPACITY: u64 = 100;

/// What an agent's client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// Opens; a browser's session cookie stands in for the token.
    Hello {
        /// From the login call.
        token: Option<Secret>,
    },
    /// Whether conversations are routed here.
    Presence {
        /// From now on.
        state: Presence,
        /// How many at once; `None` leaves it as it is.
        capacity: Option<u32>,
    },
    /// Follows a conversation.
    Open {
        /// Which.
        conversation: ConversationId,
        /// The last event that the client holds.
        after: Seq,
        /// What the packet is written in.
        lang: Option<Language>,
    },
    /// Stops following.
    Leave {
        /// Which.
        conversation: ConversationId,
    },
    /// Takes a conversation.
    Claim {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        conversation: ConversationId,
        /// Whether also from a colleague who holds it.
        take_over: bool,
    },
    /// Says what a conversation is to be found by.
    Tag {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        conversation: ConversationId,
        /// All its tags from now on, tidied.
        tags: Vec<String>,
    },
    /// To the visitor.
    Message {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Where.
        conversation: ConversationId,
        /// Cleaned, neither empty nor too long.
        text: String,
    },
    /// Private to agents.
    Note {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Where.
        conversation: ConversationId,
        /// Cleaned, neither empty nor too long.
        text: String,
    },
    /// The agent is writing.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Whether a note, of which the visitor hears nothing.
        note: bool,
    },
    /// Everything up to here has been shown.
    Read {
        /// Where.
        conversation: ConversationId,
        /// The newest event shown.
        seq: Seq,
    },
    /// Passes a conversation on.
    Transfer {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        conversation: ConversationId,
        /// To whom.
        to: TransferTo,
        /// Why.
        note: Option<String>,
    },
    /// Gives a conversation back to the bot.
    HandBack {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        conversation: ConversationId,
        /// Where the bot goes on; its greeting otherwise.
        dialogue: Option<DialogueId>,
        /// At which step.
        step: Option<StepId>,
    },
    /// Ends a conversation.
    Resolve {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        conversation: ConversationId,
        /// How it ended.
        outcome: Outcome,
        /// Private to agents.
        note: Option<String>,
    },
    /// Takes a resolve back.
    Reopen {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        conversation: ConversationId,
    },
    /// The answer to a `ping`.
    Pong,
}

/// Whether an agent takes conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Yes.
    Online,
    /// Not now; keeps what they hold.
    Away,
    /// No.
    Offline,
}

impl Presence {
    fn read(text: &str) -> Option<Self> {
        match text {
            "online" => Some(Self::Online),
            "away" => Some(Self::Away),
            "offline" => Some(Self::Offline),
            _ => None,
        }
    }
}

/// To whom a conversation is passed, as the client names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferTo {
    /// A team's queue.
    Team(TeamId),
    /// One person.
    Agent(AgentId),
}

/// Reads one text frame.
pub fn parse(text: &str, limits: &Limits) -> Result<ClientFrame, FrameError> {
    let (kind, mut fields) = Fields::of(text, limits)?;
    let fields = &mut fields;
    Ok(match kind.as_str() {
        "hello" => ClientFrame::Hello { token: fields.secret("token")? },
        "presence" => presence(fields)?,
        "open" => ClientFrame::Open {
            conversation: fields.conversation()?,
            after: fields.after()?.unwrap_or(Seq::ZERO),
            lang: fields.string("lang")?.as_deref().and_then(Language::from_tag),
        },
        "leave" => ClientFrame::Leave { conversation: fields.conversation()? },
        "claim" => ClientFrame::Claim {
            id: fields.frame_id()?,
            conversation: fields.conversation()?,
            take_over: fields.flag("take_over")?,
        },
        "tag" => ClientFrame::Tag {
            id: fields.frame_id()?,
            conversation: fields.conversation()?,
            tags: fields.tags()?,
        },
        "message" => ClientFrame::Message {
            id: fields.frame_id()?,
            conversation: fields.conversation()?,
            text: fields.text()?,
        },
        "note" => ClientFrame::Note {
            id: fields.frame_id()?,
            conversation: fields.conversation()?,
            text: fields.text()?,
        },
        "typing" => {
            ClientFrame::Typing { conversation: fields.conversation()?, note: fields.flag("note")? }
        }
        "read" => ClientFrame::Read { conversation: fields.conversation()?, seq: fields.seq()? },
        "transfer" => transfer(fields)?,
        "hand_back" => ClientFrame::HandBack {
            id: fields.frame_id()?,
            conversation: fields.conversation()?,
            dialogue: fields.id("dialogue")?.map(|id| DialogueId::new(&id)),
            step: fields.id("step")?.map(|id| StepId::new(&id)),
        },
        "resolve" => resolve(fields)?,
        "reopen" => {
            ClientFrame::Reopen { id: fields.frame_id()?, conversation: fields.conversation()? }
        }
        "pong" => ClientFrame::Pong,
        _ => return Err(fields.unknown_type(&kind)),
    })
}

fn presence(fields: &mut Fields<'_>) -> Result<ClientFrame, FrameError> {
    let state = fields.one_of("state", "must be online, away or offline", Presence::read)?;
    let capacity = fields.number("capacity", 0, MAX_CAPACITY)?;
    let capacity = capacity.map(|n| u32::try_from(n).expect("the range was checked"));
    Ok(ClientFrame::Presence { state, capacity })
}

fn transfer(fields: &mut Fields<'_>) -> Result<ClientFrame, FrameError> {
    let id = fields.frame_id()?;
    let conversation = fields.conversation()?;
    let to = match fields.either("team", "agent")? {
        (true, team) => TransferTo::Team(TeamId::new(&team)),
        (false, agent) => TransferTo::Agent(AgentId::new(&agent)),
    };
    Ok(ClientFrame::Transfer { id, conversation, to, note: fields.remark("note")? })
}

fn resolve(fields: &mut Fields<'_>) -> Result<ClientFrame, FrameError> {
    let rule = "must be resolved, escalated, unresolved or offline";
    Ok(ClientFrame::Resolve {
        id: fields.frame_id()?,
        conversation: fields.conversation()?,
        outcome: fields.one_of("outcome", rule, |text| match text {
            "resolved" => Some(Outcome::Resolved),
            "escalated" => Some(Outcome::Escalated),
            "unresolved" => Some(Outcome::Unresolved),
            "offline" => Some(Outcome::Offline),
            _ => None,
        })?,
        note: fields.remark("note")?,
    })
}

/// What the server says to an agent, events apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome(Welcome),
    /// The conversations that the agent may see, or those of them that changed.
    Inbox(Inbox),
    /// What a person needs to take a conversation over.
    Packet(Box<Packet>),
    /// A frame has become a durable event.
    Ack(Ack),
    /// Somebody is writing.
    Typing(Typing),
    /// Somebody has read.
    Read(ReadUpTo),
    /// Who is on duty.
    Agents {
        /// All of them.
        agents: Vec<OnDuty>,
    },
    /// A frame was refused.
    Error(ErrorFrame),
    /// Asks for a `pong`.
    Ping,
}

impl ServerFrame {
    /// The frame as text.
    #[must_use]
    pub fn to_json(&self) -> String {
        crate::protocol::to_json(self)
    }
}

/// The answer to `hello`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Welcome {
    /// Who is signed in.
    pub agent: Card,
    /// Whether conversations are routed to them.
    pub presence: Presence,
    /// The heartbeat.
    pub ping_s: u32,
}

/// An agent's account as their own client sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Its id.
    pub id: AgentId,
    /// As shown to customers.
    pub name: String,
    /// `agent`, `supervisor` or `admin`.
    pub role: &'static str,
    /// Whose queues they serve; empty = all.
    pub teams: Vec<TeamId>,
    /// What they speak; empty = all.
    pub languages: Vec<Language>,
}

/// The conversations that the agent may see, or those of them that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inbox {
    /// Whether it replaces what the client holds; the first does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
    /// One for each conversation.
    pub items: Vec<InboxItem>,
}

/// One conversation in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InboxItem {
    /// Which.
    pub conversation: ConversationId,
    /// Who answers.
    pub status: Status,
    /// Its queue, or its agent's team.
    pub team: Option<TeamId>,
    /// The language spoken.
    pub lang: Language,
    /// What it is about.
    pub topic: Option<IntentId>,
    /// Why it was handed over.
    pub reason: Option<String>,
    /// 0 is ordinary; higher goes before lower.
    pub priority: u8,
    /// RFC 3339: since when the visitor waits.
    pub waiting_since: Option<String>,
    /// RFC 3339: by when somebody should have answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// Who holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    /// Who is asked to take it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<InboxOffer>,
    /// Whether supervisors should look: nobody took it, or a promised answer is late.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub alarm: bool,
    /// Whose it is.
    pub visitor: InboxVisitor,
    /// The newest text, masked and cut.
    pub preview: String,
    /// What agents call it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How many of the visitor's messages no agent has read.
    pub unread: u32,
    /// Whether it has left the inbox.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// An offer of a conversation to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InboxOffer {
    /// To whom.
    pub agent: AgentId,
    /// RFC 3339: until when.
    pub until: String,
}

/// Another agent, as agents see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentName {
    /// Their account.
    pub id: AgentId,
    /// Their name.
    pub name: String,
}

/// A visitor as agents see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InboxVisitor {
    /// Their name, when the bank has said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the bank knows who it is.
    pub identity: Identity,
}

/// What a person needs to take a conversation over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Packet {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Why it was handed over.
    pub reason: Option<String>,
    /// What it is about.
    pub topic: Option<IntentId>,
    /// What the bot asked and heard.
    pub steps: Vec<PacketStep>,
    /// What is known and stands in no step, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<PacketStep>,
    /// What it learnt.
    pub slots: serde_json::Map<String, serde_json::Value>,
    /// What it did not understand, masked.
    pub not_understood: Vec<String>,
    /// The language spoken.
    pub lang: Language,
    /// Whether the bank knows who it is.
    pub identity: Identity,
    /// How long the visitor has waited.
    pub waited_s: u64,
    /// Where the chat window stands, without its query.
    pub page: Option<Page>,
    /// One line.
    pub summary: String,
}

/// One question of the bot with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PacketStep {
    /// Its label.
    pub question: String,
    /// In words.
    pub answer: String,
}

/// An agent and how busy they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnDuty {
    /// Their account.
    pub id: AgentId,
    /// Their name.
    pub name: String,
    /// Whether they take conversations.
    pub state: Presence,
    /// How many they hold.
    pub load: u32,
    /// How many they take at once.
    pub capacity: u32,
    /// What they have open before them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub looking: Vec<ConversationId>,
}
