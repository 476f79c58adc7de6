//! The frames of the visitor socket, `GET /v1/chat`.

use serde::Serialize;

use crate::conversation::event::Status;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::VisitorId;
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

/// A message has at most this many attachments.
const MAX_ATTACHMENTS: usize = 10;
/// A browser lists a handful of languages; more is not read.
const MAX_LANGUAGES: usize = 32;

/// What a visitor's client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// Opens or resumes.
    Hello(Box<Hello>),
    /// The visitor says something.
    Message {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Cleaned, neither empty nor too long; not yet masked.
        text: String,
        /// Ids from the upload call.
        attachments: Vec<String>,
    },
    /// The visitor presses a quick reply.
    Choice {
        /// For the ack, and against doubling.
        id: FrameId,
        /// The event that offered it.
        seq: Seq,
        /// What it stands for.
        value: String,
    },
    /// The visitor asks for a person.
    Human {
        /// For the ack, and against doubling.
        id: FrameId,
    },
    /// The visitor chooses the language.
    Lang {
        /// For the ack, and against doubling.
        id: FrameId,
        /// Which.
        lang: Language,
    },
    /// The visitor is writing.
    Typing,
    /// Everything up to here has been shown.
    Read {
        /// The newest event shown.
        seq: Seq,
    },
    /// The visitor rates.
    Rating {
        /// For the ack, and against doubling.
        id: FrameId,
        /// 1 to 5.
        score: u8,
        /// In the visitor's words; not yet masked.
        comment: Option<String>,
    },
    /// The visitor ends the conversation.
    End {
        /// For the ack, and against doubling.
        id: FrameId,
    },
    /// The answer to a `ping`.
    Pong,
}

/// A `hello`: who the visitor says they are, and what their client holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// From an earlier welcome.
    pub token: Option<Secret>,
    /// A signed-in customer's JWT.
    pub identity: Option<Secret>,
    /// The conversation to resume.
    pub conversation: Option<ConversationId>,
    /// The last event that the client holds of it; `None` without `conversation`.
    pub after: Option<Seq>,
    /// BCP 47 tags, the preferred first.
    pub lang: Vec<String>,
    /// What runs at the visitor's.
    pub client: Option<Client>,
    /// Where the chat window stands.
    pub page: Option<Page>,
}

/// What runs at the visitor's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Client {
    /// Such as `skicka-web`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Such as `ios`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

/// The page that carries the chat window; its address is not yet masked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Reads one text frame.
pub fn parse(text: &str, limits: &Limits) -> Result<ClientFrame, FrameError> {
    let (kind, mut fields) = Fields::of(text, limits)?;
    Ok(match kind.as_str() {
        "hello" => ClientFrame::Hello(Box::new(hello(&mut fields)?)),
        "message" => ClientFrame::Message {
            id: fields.frame_id()?,
            text: fields.text()?,
            attachments: fields.ids("attachments", MAX_ATTACHMENTS)?,
        },
        "choice" => ClientFrame::Choice {
            id: fields.frame_id()?,
            seq: fields.seq()?,
            value: fields.value()?,
        },
        "human" => ClientFrame::Human { id: fields.frame_id()? },
        "lang" => ClientFrame::Lang {
            id: fields.frame_id()?,
            lang: fields.one_of("lang", "is not a language of this server", Language::from_tag)?,
        },
        "typing" => ClientFrame::Typing,
        "read" => ClientFrame::Read { seq: fields.seq()? },
        "rating" => ClientFrame::Rating {
            id: fields.frame_id()?,
            score: fields.small("score", 1, 5)?,
            comment: fields.remark("comment")?,
        },
        "end" => ClientFrame::End { id: fields.frame_id()? },
        "pong" => ClientFrame::Pong,
        _ => return Err(fields.unknown_type(&kind)),
    })
}

fn hello(fields: &mut Fields<'_>) -> Result<Hello, FrameError> {
    let token = fields.secret("token")?;
    let identity = fields.secret("identity")?;
    let conversation = fields.id("conversation")?.map(|id| ConversationId::new(&id));
    let after = fields.after()?.filter(|_| conversation.is_some());
    let lang = fields.strings("lang", MAX_LANGUAGES)?;
    let client = fields.described("client", [("name", 64), ("version", 64), ("platform", 64)])?;
    let page = fields.described("page", [("url", 2_048), ("title", 256)])?;
    Ok(Hello {
        token,
        identity,
        conversation,
        after,
        lang,
        client: client.map(|[name, version, platform]| Client { name, version, platform }),
        page: page.map(|[url, title]| Page { url, title }),
    })
}

/// What the server says to a visitor, events apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome(Box<Welcome>),
    /// A frame has become a durable event.
    Ack(Ack),
    /// Somebody is writing.
    Typing(Typing),
    /// Somebody has read.
    Read(ReadUpTo),
    /// How the wait for a person stands.
    Queue(Queue),
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
    /// Replaces the client's old one.
    pub token: String,
    /// Who the visitor is.
    pub visitor: VisitorId,
    /// The conversation that this socket now follows.
    pub conversation: ConversationId,
    /// Its newest event.
    pub seq: Seq,
    /// Whether the client may keep what it holds.
    pub resumed: bool,
    /// The language spoken.
    pub lang: Language,
    /// Who answers.
    pub status: Status,
    /// Whether the visitor is known to the bank.
    pub identity: Identity,
    /// What each side has read.
    pub read: ReadBy,
    /// The heartbeat.
    pub ping_s: u32,
    /// What the client may send.
    pub limits: Limits,
}

/// The last event that each side has read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReadBy {
    /// The customer.
    pub visitor: Seq,
    /// Whoever answers.
    pub agent: Seq,
}

/// How the wait for a person stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// 1 is next.
    pub position: u32,
    /// An estimate, when there is one; `null` otherwise.
    pub wait_s: Option<u32>,
    /// One in ten waits less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_low_s: Option<u32>,
    /// One in ten waits more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_high_s: Option<u32>,
    /// Whether anybody is on duty.
    pub open: bool,
}
