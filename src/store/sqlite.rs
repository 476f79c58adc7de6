//! The store on SQLite, the default: one file, one writer, a few readers.
//!
//! Everything that writes goes through one task (`writer`), which commits what waits together and
//! answers after the commit; reads go by a small pool that cannot write. Other processes may use
//! the same file (`skicka agent add` beside a running server).
//!
//! **Invariant:** the one write connection belongs to the writer task; nobody else of this process
//! changes the file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::SqlitePool;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::sqlite::SqliteRow;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::conversation::effect::EffectKind;
use crate::conversation::event::Status;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::Append;
use crate::store::Appended;
use crate::store::ConversationRow;
use crate::store::EffectRow;
use crate::store::EventRow;
use crate::store::EventStore;
use crate::store::NewConversation;
use crate::store::Reader;
use crate::store::StoreError;
use crate::store::sqlite::batch::Change;
use crate::store::sqlite::batch::Mark;
use crate::store::sqlite::batch::Reply;
use crate::store::sqlite::batch::Request;
use crate::store::sqlite::transaction::Transactions;
use crate::store::sqlite::writer::Writer;
use crate::telemetry::metrics::Metrics;

mod appends;
mod attachments;
pub mod backup;
mod batch;
mod changes;
mod creates;
mod directory;
mod errands;
mod factors;
mod inputs;
mod memory;
mod opening;
mod recent;
mod records;
mod rows;
mod script;
mod search;
mod statements;
mod transaction;
mod verdict;
pub mod wal;
mod writer;

/// Connections that only read.
const READERS: u32 = 4;
/// How long a read waits for one of them before it fails: longer helps nobody who waits in a chat.
const READER_TIMEOUT: Duration = Duration::from_secs(5);

/// How surely an acked write is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// What was acked survives power loss.
    #[default]
    Full,
    /// What was acked survives `kill -9`; power loss may cost the last moments.
    Normal,
}

/// A database in one file.
#[derive(Debug)]
pub struct Sqlite {
    requests: mpsc::Sender<Request>,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the database at `path`; makes it, and its folder, when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with one sentence that says what is wrong and how to mend it.
    pub async fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        Self::counted(path, durability, Arc::default()).await
    }

    /// The same, with the writer's work counted in `metrics`.
    pub async fn counted(
        path: &Path,
        durability: Durability,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StoreError> {
        let options = opening::connect_options(path, durability);
        let connection = opening::open(path, &options).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(READER_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            // A ping before each read would cost as much as the read: the file does not go away.
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let (requests, waiting) = mpsc::channel(writer::QUEUE);
        let transactions = Transactions::new(path, options, connection);
        let writer = Writer::new(transactions, metrics);
        tokio::spawn(writer.run(waiting));
        Ok(Self { requests, readers })
    }

    /// Opens the database at `path` for reading only, also beside a server that uses it: nothing
    /// is made, migrated or written, and whatever would write fails.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with one sentence that says what is wrong and how to mend it.
    pub async fn open_for_reading(path: &Path) -> Result<Self, StoreError> {
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(READER_TIMEOUT)
            .connect_lazy_with(opening::reading_options(path));
        opening::check_schema(path, &readers).await?;
        // Nobody takes requests.
        let (requests, _) = mpsc::channel(1);
        Ok(Self { requests, readers })
    }

    /// Hands a request to the writer and waits for its answer.
    async fn ask<Answer>(
        &self,
        request: impl FnOnce(Reply<Answer>) -> Request,
    ) -> Result<Answer, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_closed| closed())?;
        answer.await.map_err(|_gone| closed())?
    }

    async fn change(&self, change: Change) -> Result<bool, StoreError> {
        self.ask(|reply| Request::Change(change, reply)).await
    }

    /// At most one row.
    async fn one<Item>(
        &self,
        query: Query<'_, sqlx::Sqlite, SqliteArguments>,
        read: fn(&SqliteRow) -> Result<Item, StoreError>,
    ) -> Result<Option<Item>, StoreError> {
        let row = query.fetch_optional(&self.readers).await.map_err(unavailable)?;
        row.as_ref().map(read).transpose()
    }

    /// All rows.
    async fn many<Item>(
        &self,
        query: Query<'_, sqlx::Sqlite, SqliteArguments>,
        read: fn(&SqliteRow) -> Result<Item, StoreError>,
    ) -> Result<Vec<Item>, StoreError> {
        let rows = query.fetch_all(&self.readers).await.map_err(unavailable)?;
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl EventStore for Sqlite {
    async fn create(&self, new: NewConversation) -> Result<(), StoreError> {
        self.ask(|reply| Request::Create(new, reply)).await
    }

    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        check_order(&append)?;
        self.ask(|reply| Request::Append(append, reply)).await
    }

    async fn events(
        &self,
        conversation: &ConversationId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let query = sqlx::query(statements::EVENTS)
            .bind(conversation.as_str())
            .bind(rows::stored_seq(after))
            .bind(i64::from(limit));
        self.many(query, rows::event).await
    }

    async fn conversation(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<ConversationRow>, StoreError> {
        let query = sqlx::query(statements::CONVERSATION).bind(conversation.as_str());
        self.one(query, rows::conversation).await
    }

    async fn open_conversation_of(
        &self,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        let query = sqlx::query(statements::OPEN_CONVERSATION_OF)
            .bind(rows::visitor_name(visitor))
            .bind(rows::status_word(Status::Ended));
        self.one(query, rows::conversation_id).await
    }

    async fn newest_conversation_of(
        &self,
        visitor: &VisitorId,
    ) -> Result<Option<ConversationId>, StoreError> {
        let query =
            sqlx::query(statements::NEWEST_CONVERSATION_OF).bind(rows::visitor_name(visitor));
        self.one(query, rows::conversation_id).await
    }

    async fn input(
        &self,
        author: &str,
        frame: &FrameId,
    ) -> Result<Option<(ConversationId, Seq)>, StoreError> {
        let query = sqlx::query(statements::INPUT).bind(author).bind(frame.as_str());
        self.one(query, rows::place_in).await
    }

    async fn with_status(
        &self,
        statuses: &[Status],
        since: Timestamp,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        let mut query = sqlx::query(statements::WITH_STATUS);
        for place in 0..statements::STATUSES {
            query = query.bind(statuses.get(place).copied().map(rows::status_word));
        }
        self.many(query.bind(since.0), rows::conversation).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<ConversationId>, StoreError> {
        let query = sqlx::query(statements::DUE).bind(now.0).bind(i64::from(limit));
        self.many(query, rows::conversation_id).await
    }

    async fn due_effects(
        &self,
        kinds: &[EffectKind],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<EffectRow>, StoreError> {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        let query = sqlx::query(statements::DUE_EFFECTS).bind(rows::list_text(&kinds));
        self.many(query.bind(now.0).bind(i64::from(limit)), rows::effect).await
    }

    async fn move_effect(
        &self,
        effect: &EffectRow,
        due: Timestamp,
        tries: u32,
    ) -> Result<bool, StoreError> {
        self.change(Change::MoveEffect { effect: effect.clone(), due, tries }).await
    }

    async fn close_effect(&self, effect: &EffectRow) -> Result<bool, StoreError> {
        self.change(Change::CloseEffect { effect: effect.clone() }).await
    }

    async fn keep_revision(&self, name: &str, body: &str) -> Result<(), StoreError> {
        let (name, body) = (name.to_owned(), body.to_owned());
        self.change(Change::KeepRevision { name, body }).await.map(drop)
    }

    async fn revision(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.one(sqlx::query(statements::REVISION).bind(name), rows::text).await
    }

    async fn revisions(&self) -> Result<BTreeSet<String>, StoreError> {
        let names = self.many(sqlx::query(statements::REVISIONS), rows::text).await?;
        Ok(names.into_iter().collect())
    }

    async fn pinned_revisions(&self) -> Result<BTreeSet<String>, StoreError> {
        // Whoever takes a conversation over from the bot clears its stack.
        let query = sqlx::query(statements::PINNED_REVISIONS).bind(rows::status_word(Status::Bot));
        Ok(self.many(query, rows::pins).await?.into_iter().flatten().collect())
    }

    async fn forget_revision(&self, name: &str) -> Result<(), StoreError> {
        self.change(Change::ForgetRevision { name: name.to_owned() }).await.map(drop)
    }

    async fn mark_read(
        &self,
        conversation: &ConversationId,
        by: Reader,
        seq: Seq,
    ) -> Result<(), StoreError> {
        let mark = Mark { conversation: conversation.clone(), by, seq };
        self.requests.send(Request::MarkRead(mark)).await.map_err(|_closed| closed())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.ask(Request::Beat).await
    }

    async fn close(&self) {
        self.readers.close().await;
        let (done, closed) = oneshot::channel();
        if self.requests.send(Request::Close(done)).await.is_ok() {
            // An error means that somebody else closed it first.
            let _closed_already = closed.await;
        }
    }
}

/// Events must follow one another from the head on; anything else is a bug of the caller that
/// must not reach the log.
fn check_order(append: &Append) -> Result<(), StoreError> {
    let follow = append
        .events
        .iter()
        .zip(1..)
        .all(|(event, step)| event.seq.0.checked_sub(append.expected.0) == Some(step));
    if follow && !append.events.is_empty() {
        return Ok(());
    }
    Err(StoreError::Unavailable(anyhow::anyhow!(
        "events for conversation {} do not follow its head",
        append.conversation
    )))
}

fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(error.into())
}

fn closed() -> StoreError {
    StoreError::Unavailable(anyhow::anyhow!("the store is closed"))
}

#[cfg(test)]
mod tests;
