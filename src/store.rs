//! Where conversations, accounts and keys are kept.
//!
//! The log of events is the truth. An append is one conditional step: it holds when the
//! conversation's head is still where the writer thought it was, is a duplicate when the input's
//! id is known, and has lost otherwise. **Invariant:** whatever [`EventStore::append`] reported
//! as appended survives `kill -9` and power loss.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sha2::Digest as _;
use sha2::Sha256;

use crate::conversation::effect::EffectKind;
use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::attachments::Attachments;
use crate::store::records::Records;
use crate::store::search::Search;

pub mod attachments;
#[cfg(test)]
pub(crate) mod contract;
pub mod records;
pub mod search;
pub mod sqlite;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed; a write may or may not have been kept.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] anyhow::Error),
    /// The database cannot be used at all; the sentence says why and what to do.
    #[error("{0}")]
    Unusable(String),
    /// A stored row cannot be read.
    #[error("a stored {what} cannot be read: {source}")]
    Corrupt {
        /// Which kind of row.
        what: &'static str,
        /// What the reader said.
        #[source]
        source: anyhow::Error,
    },
}

/// The author of an input and the id that their client gave it; applied at most once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputKey {
    /// `v:` and a visitor's id, or `a:` and an agent's.
    pub author: String,
    /// The client's id.
    pub frame: FrameId,
    /// The event that the input became, for the ack of a repetition.
    pub seq: Seq,
}

/// One event as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its place.
    pub seq: Seq,
    /// Its moment.
    pub at: Timestamp,
    /// Its fact and moves as JSON (`conversation::event::Event` without `seq` and `at`).
    pub body: String,
}

/// What the newest event left of a conversation, for lists and timers; a projection of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Who answers.
    pub status: Status,
    /// The queue or the agent's team.
    pub team: Option<TeamId>,
    /// Who holds it.
    pub agent: Option<AgentId>,
    /// The language spoken.
    pub lang: Language,
    /// The newest topic.
    pub topic: Option<IntentId>,
    /// When the shell must come back with a tick.
    pub deadline: Option<Timestamp>,
    /// The revisions of the content that its running dialogues need; only a conversation that the
    /// bot leads has any.
    pub pins: Vec<String>,
    /// What agents call it.
    pub tags: Vec<String>,
}

/// Work that follows an event: to be done after the event is durable, and until a result of it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEffect {
    /// The event that wants it; one event wants one effect of a kind at most.
    pub seq: Seq,
    /// Of which kind.
    pub kind: EffectKind,
    /// From when on.
    pub due: Timestamp,
    /// What, as JSON.
    pub body: String,
}

/// Work that waits to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectRow {
    /// For which conversation.
    pub conversation: ConversationId,
    /// The event that wants it.
    pub seq: Seq,
    /// Of which kind.
    pub kind: EffectKind,
    /// From when on. Whoever takes it up moves this to when another may take it for lost.
    pub due: Timestamp,
    /// How often it was taken up.
    pub tries: u32,
    /// What, as JSON.
    pub body: String,
}

/// A new conversation.
#[derive(Debug, Clone)]
pub struct NewConversation {
    /// Its id.
    pub id: ConversationId,
    /// Whose it is.
    pub visitor: VisitorId,
    /// When it began.
    pub at: Timestamp,
    /// What hello said of the visitor, as JSON: page, client, languages, identity.
    pub profile: String,
    /// Its first head.
    pub head: Head,
    /// Whether it is made only for a visitor who has none that is open: two devices that come at
    /// once are to meet in one.
    pub unless_open: bool,
}

/// Events to be put behind a conversation's head.
#[derive(Debug, Clone)]
pub struct Append {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The head that the events were decided on.
    pub expected: Seq,
    /// The input that caused them, when a client sent it.
    pub input: Option<InputKey>,
    /// At least one, rising from `expected + 1` without gaps.
    pub events: Vec<EventRow>,
    /// The head afterwards.
    pub head: Head,
    /// Work that these events want; each names one of them.
    pub effects: Vec<NewEffect>,
    /// The event whose call has its result in these events, and is therewith done.
    pub closes: Option<Seq>,
    /// What the audit log says of it, as JSON: in the log exactly when the events are.
    pub audit: Option<String>,
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It stands in the log, durably.
    Done,
    /// The input was applied before; nothing changed.
    Duplicate {
        /// Where.
        conversation: ConversationId,
        /// As which event.
        seq: Seq,
    },
    /// Another writer was first; nothing changed.
    Conflict {
        /// The head as it is.
        actual: Seq,
    },
}

/// A conversation as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    /// Its id.
    pub id: ConversationId,
    /// Whose it is.
    pub visitor: VisitorId,
    /// When it began.
    pub created_at: Timestamp,
    /// The moment of its newest event.
    pub updated_at: Timestamp,
    /// What hello said, as JSON.
    pub profile: String,
    /// The place of its newest event.
    pub seq: Seq,
    /// What that left.
    pub head: Head,
    /// The last event that the visitor has read.
    pub read_by_visitor: Seq,
    /// The last event that an agent has read.
    pub read_by_agent: Seq,
    /// Whether its records were erased.
    pub erased: bool,
}

/// Who has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The customer.
    Visitor,
    /// Whoever answers.
    Agent,
}

/// The log of all conversations.
#[async_trait]
pub trait EventStore: Records + Attachments + Search {
    /// Makes a conversation, durably. Its head is [`Seq::ZERO`]. Making the same visitor's again
    /// changes nothing: the caller may repeat it when an answer was lost.
    async fn create(&self, new: NewConversation) -> Result<(), StoreError>;
    /// Puts events behind the head, all or none, durably.
    async fn append(&self, append: Append) -> Result<Appended, StoreError>;
    /// Events with `seq > after`, rising, at most `limit`.
    async fn events(
        &self,
        conversation: &ConversationId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError>;
    /// One conversation.
    async fn conversation(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<ConversationRow>, StoreError>;
    /// The visitor's newest conversation that has not ended.
    async fn open_conversation_of(
        &self,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError>;
    /// The visitor's newest conversation, ended or not.
    async fn newest_conversation_of(
        &self,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError>;
    /// Where an input was applied, if it was.
    async fn input(
        &self,
        author: &str,
        frame: &FrameId,
    ) -> Result<Option<(ConversationId, Seq)>, StoreError>;
    /// All conversations whose status is one of these and that changed at or after `since`, the
    /// longest unchanged first.
    async fn with_status(
        &self,
        statuses: &[Status],
        since: Timestamp,
    ) -> Result<Vec<ConversationRow>, StoreError>;
    /// Conversations whose deadline is at or before `now`, the earliest first, at most `limit`.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<ConversationId>, StoreError>;
    /// Work of these kinds that is due at or before `now`, the earliest first, at most `limit`.
    async fn due_effects(
        &self,
        kinds: &[EffectKind],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<EffectRow>, StoreError>;
    /// Moves an effect from the moment and the count in `effect` to others, durably; `false` when
    /// it does not stand as in `effect`: another took it up, or it is done.
    async fn move_effect(
        &self,
        effect: &EffectRow,
        due: Timestamp,
        tries: u32,
    ) -> Result<bool, StoreError>;
    /// Lets go of an effect whose work leads to no event; `false` when it is not there any more.
    async fn close_effect(&self, effect: &EffectRow) -> Result<bool, StoreError>;
    /// Keeps what a revision of the content consists of, durably. What a name stands for never
    /// changes: keeping it again changes nothing.
    async fn keep_revision(&self, name: &str, body: &str) -> Result<(), StoreError>;
    /// What a kept revision consists of.
    async fn revision(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// The names of all revisions kept.
    async fn revisions(&self) -> Result<BTreeSet<String>, StoreError>;
    /// The names of the revisions that some conversation needs.
    async fn pinned_revisions(&self) -> Result<BTreeSet<String>, StoreError>;
    /// Lets go of a revision.
    async fn forget_revision(&self, name: &str) -> Result<(), StoreError>;
    /// Moves a read cursor forward, never back, and never beyond the head; durable in time, not
    /// before it returns.
    async fn mark_read(
        &self,
        conversation: &ConversationId,
        by: Reader,
        seq: Seq,
    ) -> Result<(), StoreError>;
    /// Whether the store can be written to.
    async fn ready(&self) -> Result<(), StoreError>;
    /// Writes out what waits and closes; further calls fail.
    async fn close(&self);
}

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers.
    Agent,
    /// Answers, and takes over from others and from the bot.
    Supervisor,
    /// Also keeps accounts and settings.
    Admin,
}

/// An agent's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// Its id.
    pub id: AgentId,
    /// Lower case, unique.
    pub email: String,
    /// As shown to customers.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whose queues they serve; empty = all.
    pub teams: Vec<TeamId>,
    /// What they speak; empty = all.
    pub languages: Vec<Language>,
    /// The topics that they are best at; empty = nothing is said of that.
    pub skills: Vec<IntentId>,
    /// A PHC string (argon2id).
    pub password: String,
    /// Whether the password was given by another and must be changed first.
    pub must_change_password: bool,
    /// Whether they may not sign in.
    pub disabled: bool,
    /// How many conversations they take at once; `None` = as many as their team's agents do.
    pub capacity: Option<u32>,
}

impl AgentRow {
    /// An account that serves every queue in every language, and must change its password first.
    #[must_use]
    pub fn new(id: AgentId, email: String, name: String, role: Role, password: String) -> Self {
        Self {
            id,
            email,
            name,
            role,
            teams: Vec::new(),
            languages: Vec::new(),
            skills: Vec::new(),
            password,
            must_change_password: true,
            disabled: false,
            capacity: None,
        }
    }
}

/// A signed-in agent's session; the token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// Whose.
    pub agent: AgentId,
    /// Until when.
    pub expires_at: Timestamp,
    /// How it began.
    pub way: Way,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the account's password.
    Password,
    /// By the word of the house's sign-in.
    Provider,
}

/// What a document is about. They are few, small, and read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A team ([`crate::handover::team::Team`]).
    Team,
    /// A canned reply.
    Canned,
}

impl DocumentKind {
    /// As it stands in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Canned => "canned",
        }
    }
}

/// An account's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRow {
    /// What its codes are made of.
    pub secret: Vec<u8>,
    /// Whether a first code has shown that the agent has it.
    pub confirmed: bool,
    /// The time step of the newest code that was taken.
    pub last_step: i64,
    /// What is kept of the recovery codes that are left.
    pub recovery: Vec<String>,
}

/// A visitor who became a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// The customer's keyed pseudonym.
    pub customer: String,
    /// Under which visitor the customer's conversations stand.
    pub main: VisitorId,
    /// What was issued to the customer up to then is worth nothing; the beginning of time if they
    /// never signed out.
    pub signed_out_at: Timestamp,
    /// Visitors' tokens that were issued up to then are worth nothing; the bank's word still is.
    pub revoked_at: Timestamp,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place, from 1 without gaps.
    pub number: u64,
    /// Its moment.
    pub at: Timestamp,
    /// What was done by whom, as JSON.
    pub body: String,
    /// Covers the entry before it, this one's number, moment and body: see [`audit_hash`].
    pub hash: [u8; 32],
}

/// What stands before the first entry of the audit log.
pub const AUDIT_ROOT: [u8; 32] = [0; 32];

/// The hash of an entry of the audit log: SHA-256 of the hash before it, its number and its
/// moment (eight bytes each, the highest first), and its body.
#[must_use]
pub fn audit_hash(before: &[u8; 32], number: u64, at: Timestamp, body: &str) -> [u8; 32] {
    let hash = Sha256::new()
        .chain_update(before)
        .chain_update(number.to_be_bytes())
        .chain_update(at.0.to_be_bytes())
        .chain_update(body.as_bytes());
    hash.finalize().into()
}

/// Accounts, sessions, keys, the audit log, and what is set up in the console.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Adds an account; `false` when the e-mail address is taken.
    async fn add_agent(&self, agent: AgentRow) -> Result<bool, StoreError>;
    /// Writes an account anew; `false` when there is none with this id, or when the e-mail address
    /// is another's.
    async fn update_agent(&self, agent: AgentRow) -> Result<bool, StoreError>;
    /// All accounts by name.
    async fn agents(&self) -> Result<Vec<AgentRow>, StoreError>;
    /// The account with this e-mail address (any case).
    async fn agent_by_email(&self, email: &str) -> Result<Option<AgentRow>, StoreError>;
    /// The account with this id.
    async fn agent(&self, id: &AgentId) -> Result<Option<AgentRow>, StoreError>;
    /// Begins a session and forgets expired ones.
    async fn add_session(&self, session: SessionRow, now: Timestamp) -> Result<(), StoreError>;
    /// The session of a token, unless it has expired.
    async fn session(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError>;
    /// Ends one session.
    async fn end_session(&self, token_hash: &str) -> Result<(), StoreError>;
    /// Ends all sessions of an agent.
    async fn end_sessions_of(&self, agent: &AgentId) -> Result<(), StoreError>;
    /// All documents of a kind with their ids, by id.
    async fn documents(&self, kind: DocumentKind) -> Result<Vec<(String, String)>, StoreError>;
    /// Keeps a document in the place of an earlier one.
    async fn put_document(
        &self,
        kind: DocumentKind,
        id: &str,
        body: &str,
    ) -> Result<(), StoreError>;
    /// Lets go of a document; `false` when there is none.
    async fn remove_document(&self, kind: DocumentKind, id: &str) -> Result<bool, StoreError>;
    /// Begins to serve. When this is a backup that never served before, all sessions in it end, and
    /// `now` is noted. Answers when the newest backup that became this database began to serve:
    /// what clients hold from before that may never have happened here.
    async fn begin_to_serve(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;
    /// The key of this name; the first caller's `fresh` becomes it.
    async fn key(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
    /// The second factor of an account, confirmed or not.
    async fn factor(&self, agent: &AgentId) -> Result<Option<FactorRow>, StoreError>;
    /// Keeps a factor that is still to be confirmed; `false` when a confirmed one is there.
    async fn offer_factor(&self, agent: &AgentId, secret: &[u8]) -> Result<bool, StoreError>;
    /// Confirms the offered factor by a code of this step; `false` when none is offered.
    async fn confirm_factor(
        &self,
        agent: &AgentId,
        step: i64,
        recovery: &[String],
    ) -> Result<bool, StoreError>;
    /// Takes a code of this step; `false` when one of it, or of a later one, was taken before.
    async fn take_step(&self, agent: &AgentId, step: i64) -> Result<bool, StoreError>;
    /// Takes a recovery code; `false` when those that are left are not `before` any more.
    async fn take_recovery(
        &self,
        agent: &AgentId,
        before: &[String],
        after: &[String],
    ) -> Result<bool, StoreError>;
    /// Takes the factor off an account.
    async fn remove_factor(&self, agent: &AgentId) -> Result<(), StoreError>;
    /// Until when an address takes no sign-in; the beginning of time if it does.
    async fn locked_until(&self, account: &str) -> Result<Timestamp, StoreError>;
    /// Counts a failed sign-in, and locks the address until `until` at every `most`th. Failures
    /// before `forget` are forgotten.
    async fn note_failure(
        &self,
        account: &str,
        now: Timestamp,
        forget: Timestamp,
        most: u32,
        until: Timestamp,
    ) -> Result<(), StoreError>;
    /// Forgets the failures of an address, and its lock.
    async fn forget_failures(&self, account: &str) -> Result<(), StoreError>;
    /// The customer who a visitor became.
    async fn customer_of(&self, visitor: &VisitorId) -> Result<Option<CustomerRow>, StoreError>;
    /// A customer by their pseudonym.
    async fn customer(&self, customer: &str) -> Result<Option<CustomerRow>, StoreError>;
    /// Makes a visitor the customer, unless they are another already; durable. Answers the
    /// customer's main visitor: the first who became them.
    async fn bind_customer(
        &self,
        visitor: &VisitorId,
        customer: &str,
    ) -> Result<VisitorId, StoreError>;
    /// Puts one visitor's conversations, and the ids of the inputs that were taken from them,
    /// under another. Again, it changes nothing.
    async fn join_visitors(&self, from: &VisitorId, to: &VisitorId) -> Result<(), StoreError>;
    /// Notes that a customer signed out.
    async fn sign_customer_out(&self, customer: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Notes that the tokens which a customer holds are worth nothing any more.
    async fn revoke_tokens(&self, customer: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Puts an entry behind the last one of the audit log, durably.
    async fn add_audit(&self, at: Timestamp, body: &str) -> Result<(), StoreError>;
    /// Entries of the audit log with `number > after`, rising, at most `limit`.
    async fn audit(&self, after: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError>;
}
