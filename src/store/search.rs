//! Finding conversations: by what people wrote in them, and by what their newest event left.
//!
//! The index follows the log: [`Search::take_in`] brings it forward, so that no append waits for
//! it. **Invariant:** what was erased is found no more from the moment on at which it is erased.

use async_trait::async_trait;

use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::StoreError;

/// Whose conversations somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// Those of these teams, and those of no team.
    pub teams: Vec<TeamId>,
    /// And those that this agent holds or held last.
    pub agent: AgentId,
}

/// What is looked for; what is `None` or empty does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Each must stand in one and the same text, or begin a word of it. Words between quotation
    /// marks must stand there as they are.
    pub words: String,
    /// How the conversation stands.
    pub status: Option<Status>,
    /// Its queue, or its agent's team.
    pub team: Option<TeamId>,
    /// The language spoken.
    pub lang: Option<Language>,
    /// The newest topic.
    pub topic: Option<IntentId>,
    /// Who holds it, or held it last.
    pub agent: Option<AgentId>,
    /// What agents call it.
    pub tag: Option<String>,
    /// Whose it is.
    pub visitor: Option<VisitorId>,
    /// Something happened in it at this moment or later.
    pub from: Option<Timestamp>,
    /// It had begun before this moment.
    pub before: Option<Timestamp>,
    /// What the one who asks may see; all without it.
    pub within: Option<Within>,
    /// Where the page before ended.
    pub after: Option<Mark>,
}

/// A place in what was found, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The moment of the conversation's newest event; 0 where words are looked for.
    pub at: i64,
    /// A number that only the store can read.
    pub number: i64,
}

/// Who wrote a text that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The customer.
    Visitor,
    /// A person, to the customer; their name.
    Agent(String),
    /// A person, to colleagues; their name, where the log has it.
    Note(Option<String>),
}

/// A text in which the words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its event.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: By,
    /// A piece of the text, cut where a word that was looked for begins or ends; whether the
    /// piece is such a word.
    pub pieces: Vec<(String, bool)>,
}

/// A conversation that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub conversation: ConversationId,
    /// How it stands.
    pub status: Status,
    /// Its queue, or its agent's team.
    pub team: Option<TeamId>,
    /// The language spoken.
    pub lang: Language,
    /// The newest topic.
    pub topic: Option<IntentId>,
    /// Who holds it, or held it last.
    pub agent: Option<AgentId>,
    /// What agents call it.
    pub tags: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// The moment of its newest event.
    pub updated_at: Timestamp,
    /// Where the words stand, the newest first; empty when none were looked for.
    pub hits: Vec<Hit>,
    /// The first text of the visitor; where words are looked for there are hits instead.
    pub opening: Option<String>,
}

/// A page of what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The newest first.
    pub found: Vec<Found>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Mark>,
}

/// Finding conversations.
#[async_trait]
pub trait Search: Send + Sync + 'static {
    /// Brings the index forward by at most `limit` events; whether more wait.
    async fn take_in(&self, limit: u32) -> Result<bool, StoreError>;
    /// What fits, the newest first, a page of it. Where words are looked for, a conversation may
    /// stand on a later page again, with older texts.
    async fn find(&self, wanted: &Wanted) -> Result<Page, StoreError>;
    /// The tags of conversations, those most in use first.
    async fn tags(&self) -> Result<Vec<String>, StoreError>;
}
