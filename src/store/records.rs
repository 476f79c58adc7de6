//! What is known of a person: given out whole, and erased for good.
//!
//! This is the one exception to a log that is only appended to. **Invariant:** after an erasure
//! and an emptied write-ahead log no byte of what was erased is in the database's files; the
//! records stand as `erased` under their old seqs, so counting and replay go on.

use async_trait::async_trait;

use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::ConversationRow;
use crate::store::EffectRow;
use crate::store::StoreError;

/// What an erasure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// The conversations that it went through, and that were not erased before.
    pub conversations: Vec<ConversationId>,
    /// Records that became `erased`.
    pub events: u64,
    /// Conversations among them that were open and have been ended.
    pub ended: u64,
}

/// What is to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Everything of a visitor, whose name becomes the pseudonym.
    Visitor {
        /// Who.
        visitor: VisitorId,
        /// What stands for them from now on; made with a key, so that nobody without it can tell
        /// whose it was, and who comes back with their own token is still told.
        pseudonym: VisitorId,
    },
    /// Conversations whose time has come; their visitors stay known.
    Conversations(Vec<ConversationId>),
}

/// A kind of data that goes by itself, apart from conversations as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// What hello said of visitors whose conversation ended.
    Profiles,
    /// Work that was wanted and never got a result.
    Effects,
    /// Agents' sessions that have expired.
    Sessions,
    /// Notes of erasures, which servers have long read.
    Erasures,
}

/// What stands among the visitors for one who was erased, by their pseudonym in the audit log.
#[must_use]
pub fn erased_name(pseudonym: &str) -> VisitorId {
    VisitorId::new(&format!("erased-{pseudonym}"))
}

/// Everything that concerns a person's data as a whole.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// All conversations of a visitor, the oldest first.
    async fn conversations_of(
        &self,
        visitor: &VisitorId,
    ) -> Result<Vec<ConversationRow>, StoreError>;
    /// The visitors who are this customer, by the customer's pseudonym.
    async fn visitors_of(&self, customer: &str) -> Result<Vec<VisitorId>, StoreError>;
    /// Work that waits for a conversation.
    async fn effects_of(&self, conversation: &ConversationId)
    -> Result<Vec<EffectRow>, StoreError>;
    /// Erases, durably, all or nothing. Open conversations are ended: an `ended` event follows
    /// their erased ones. What was erased before stays as it is.
    async fn erase(&self, whose: Whose, at: Timestamp) -> Result<Erased, StoreError>;
    /// Empties the write-ahead log into the database's file; `false` when a reader of this moment
    /// stood in the way.
    async fn settle(&self) -> Result<bool, StoreError>;
    /// Erased conversations noted behind `after`, with their numbers, at most `limit`.
    async fn erasures(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, ConversationId)>, StoreError>;
    /// The number of the newest note; 0 when there is none.
    async fn newest_erasure(&self) -> Result<i64, StoreError>;
    /// Conversations that ended, moved last before `before` and are not erased, the oldest first.
    async fn outdated(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError>;
    /// Lets go of leftovers from before `before`, at most `limit`; answers how many.
    async fn clear(&self, what: Leftover, before: Timestamp, limit: u32)
    -> Result<u64, StoreError>;
}
