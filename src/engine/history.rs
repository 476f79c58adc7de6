//! Stored conversations, read one after the other for whoever counts or plays them.

use std::sync::Arc;

use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Message;
use crate::conversation::event::Status;
use crate::engine::Engine;
use crate::engine::turn::PAGE;
use crate::engine::turn::event_of;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::store::ConversationRow;
use crate::store::EventRow;
use crate::store::EventStore;
use crate::store::StoreError;

/// Whatever its status.
const ALL: [Status; 5] =
    [Status::Bot, Status::Queued, Status::Agent, Status::Offline, Status::Ended];
/// Conversations that are worked on at a time, between which a server does other things.
const BATCH: usize = 100;

/// A stored conversation.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its id.
    pub id: ConversationId,
    /// When it began.
    pub created_at: Timestamp,
    /// All of it, from the greeting on.
    pub events: Vec<Event>,
}

/// Every conversation in which something happened since then, the longest unchanged first.
pub async fn changed_since(
    store: &dyn EventStore,
    since: Timestamp,
) -> Result<Vec<ConversationRow>, StoreError> {
    store.with_status(&ALL, since).await
}

/// The whole log of a conversation.
pub async fn whole(store: &dyn EventStore, row: &ConversationRow) -> Result<Past, StoreError> {
    let rows = rows_of(store, &row.id).await?;
    let events = rows.iter().map(event_of).collect::<Result<_, _>>()?;
    Ok(Past { id: row.id.clone(), created_at: row.created_at, events })
}

async fn rows_of(store: &dyn EventStore, id: &ConversationId) -> Result<Vec<EventRow>, StoreError> {
    let mut rows: Vec<EventRow> = Vec::new();
    loop {
        let after = rows.last().map_or(Seq::ZERO, |row| row.seq);
        let page = store.events(id, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
}

/// Takes in every conversation in which something happened since then, on threads that may be
/// busy for long: no turn of a conversation waits for it.
///
/// # Errors
/// The store fails, or holds an event that cannot be read.
pub async fn fold<All: Send + 'static>(
    store: &dyn EventStore,
    since: Timestamp,
    mut all: All,
    take: impl Fn(&mut All, &Past) + Send + Sync + 'static,
) -> Result<All, StoreError> {
    let take = Arc::new(take);
    for some in changed_since(store, since).await?.chunks(BATCH) {
        let mut logs = Vec::with_capacity(some.len());
        for row in some {
            logs.push((row.id.clone(), row.created_at, rows_of(store, &row.id).await?));
        }
        let take = Arc::clone(&take);
        let work = move || {
            for (id, created_at, rows) in logs {
                let events = rows.iter().map(event_of).collect::<Result<_, StoreError>>()?;
                take(&mut all, &Past { id, created_at, events });
            }
            Ok::<All, StoreError>(all)
        };
        all = match tokio::task::spawn_blocking(work).await {
            Ok(done) => done?,
            Err(fault) => return Err(StoreError::Unavailable(fault.into())),
        };
    }
    Ok(all)
}

impl Engine {
    /// Calls `take` with every message behind `after`, with its place and moment, in order.
    pub(super) async fn messages_after(
        &self,
        id: &ConversationId,
        mut after: Seq,
        mut take: impl FnMut(Seq, Timestamp, Message) + Send,
    ) -> Result<(), StoreError> {
        loop {
            let page = self.store().events(id, after, PAGE).await?;
            for row in &page {
                let event = event_of(row)?;
                after = event.seq;
                if let Fact::Message(message) = event.fact {
                    take(event.seq, event.at, message);
                }
            }
            if page.len() < PAGE as usize {
                return Ok(());
            }
        }
    }
}
