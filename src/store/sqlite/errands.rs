//! What the writer does alone, between batches: erasing, clearing up, emptying the log.
//!
//! An erasure overwrites every text in place with one of the same length. SQLite then changes the
//! bytes where they stand and moves nothing, so that no copy is left in the free part of a page;
//! `secure_delete` sees to rows that go altogether.

use sqlx::Row;
use sqlx::SqliteConnection;

use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::records::Erased;
use crate::store::records::Leftover;
use crate::store::records::Whose;
use crate::store::sqlite::attachments;
use crate::store::sqlite::attachments::FileChange;
use crate::store::sqlite::rows;
use crate::store::sqlite::search;
use crate::store::sqlite::statements;

/// The body of a record that stands where a person's data stood.
const ERASED: &str = r#"{"kind":"erased"}"#;
/// The end of a conversation that was open when it was erased.
const ENDED: &str = r#"{"kind":"ended","by":"bot","outcome":"unresolved"}"#;
/// A profile of which nothing is left.
const BLANK: &str = "{}";

/// Something that is done alone.
#[derive(Debug)]
pub(super) enum Errand {
    Erase { whose: Whose, at: Timestamp },
    Clear { what: Leftover, before: Timestamp, limit: u32 },
    Files(FileChange),
    TakeIn { limit: u32 },
    Settle,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) erased: Erased,
    /// Rows that were touched; of `Settle` 1 when the log is empty.
    pub(super) count: u64,
}

/// A conversation that is being erased.
struct Found {
    id: String,
    number: i64,
    seq: i64,
    open: bool,
}

/// Does one errand in a transaction of its own; on a failure nothing of it is left.
pub(super) async fn perform(
    connection: &mut SqliteConnection,
    errand: &Errand,
) -> Result<Outcome, sqlx::Error> {
    if let Errand::Settle = errand {
        let row = sqlx::query(statements::CHECKPOINT).fetch_one(connection).await?;
        return Ok(Outcome {
            count: u64::from(row.try_get::<i64, _>(0)? == 0),
            ..Outcome::default()
        });
    }
    sqlx::query(statements::BEGIN_ALONE).execute(&mut *connection).await?;
    let done = match errand {
        Errand::Erase { whose, at } => erase(connection, whose, *at).await,
        Errand::Clear { what, before, limit } => clear(connection, *what, *before, *limit).await,
        Errand::Files(change) => {
            let count = attachments::perform(connection, change).await;
            count.map(|count| Outcome { count, ..Outcome::default() })
        }
        Errand::TakeIn { limit } => {
            let count = search::take_in(connection, *limit).await;
            count.map(|count| Outcome { count, ..Outcome::default() })
        }
        Errand::Settle => Ok(Outcome::default()),
    };
    let end = if done.is_ok() { statements::COMMIT } else { statements::ROLLBACK };
    sqlx::query(end).execute(connection).await?;
    done
}

async fn erase(
    connection: &mut SqliteConnection,
    whose: &Whose,
    at: Timestamp,
) -> Result<Outcome, sqlx::Error> {
    let mut erased = Erased::default();
    for found in find(connection, whose).await? {
        erased.events += erase_one(connection, &found, at).await?;
        erased.ended += u64::from(found.open);
        erased.conversations.push(ConversationId::new(&found.id));
    }
    if let Whose::Visitor { visitor, pseudonym } = whose {
        rename(connection, visitor, pseudonym).await?;
    }
    Ok(Outcome { erased, count: 0 })
}

async fn find(connection: &mut SqliteConnection, whose: &Whose) -> Result<Vec<Found>, sqlx::Error> {
    let (text, names) = match whose {
        Whose::Visitor { visitor, .. } => {
            (statements::TO_ERASE_OF, vec![rows::visitor_name(visitor)])
        }
        Whose::Conversations(ids) => {
            (statements::TO_ERASE, ids.iter().map(|id| id.as_str().to_owned()).collect())
        }
    };
    let mut all = Vec::new();
    for name in names {
        for row in sqlx::query(text).bind(name).fetch_all(&mut *connection).await? {
            let status: &str = row.try_get(3)?;
            all.push(Found {
                id: row.try_get(0)?,
                number: row.try_get(1)?,
                seq: row.try_get(2)?,
                open: status != "ended",
            });
        }
    }
    Ok(all)
}

async fn erase_one(
    connection: &mut SqliteConnection,
    found: &Found,
    at: Timestamp,
) -> Result<u64, sqlx::Error> {
    sqlx::query(search::TAKE_OUT).bind(found.number).execute(&mut *connection).await?;
    let events = sqlx::query(statements::ERASE_EVENTS)
        .bind(found.number)
        .bind(ERASED)
        .execute(&mut *connection)
        .await?
        .rows_affected();
    sqlx::query(statements::ERASE_PROFILE)
        .bind(found.number)
        .bind(BLANK)
        .execute(&mut *connection)
        .await?;
    for text in [statements::BLANK_EFFECTS, statements::DROP_EFFECTS, statements::DROP_INPUTS] {
        sqlx::query(text).bind(found.number).execute(&mut *connection).await?;
    }
    sqlx::query(statements::DOOM_IN).bind(found.id.as_str()).execute(&mut *connection).await?;
    let mut seq = found.seq;
    if found.open {
        seq += 1;
        sqlx::query(statements::ADD_EVENT)
            .bind(found.number)
            .bind(seq)
            .bind(at.0)
            .bind(ENDED)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(statements::MARK_ERASED)
        .bind(found.number)
        .bind(seq)
        .bind(at.0)
        .execute(&mut *connection)
        .await?;
    sqlx::query(statements::NOTE_ERASURE)
        .bind(found.id.as_str())
        .bind(at.0)
        .execute(connection)
        .await?;
    Ok(events)
}

/// Puts the pseudonym in the visitor's place; one that stands already, from an earlier erasure of
/// the same visitor, takes their conversations over.
async fn rename(
    connection: &mut SqliteConnection,
    visitor: &VisitorId,
    pseudonym: &VisitorId,
) -> Result<(), sqlx::Error> {
    let (old, new) = (rows::visitor_name(visitor), rows::visitor_name(pseudonym));
    sqlx::query(statements::DOOM_OF).bind(old.as_str()).execute(&mut *connection).await?;
    sqlx::query(statements::DROP_CUSTOMER).bind(visitor.as_str()).execute(&mut *connection).await?;
    for text in [statements::RENAME_AUTHOR, statements::HAND_OVER, statements::DROP_AUTHOR] {
        sqlx::query(text).bind(old.as_str()).bind(new.as_str()).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn clear(
    connection: &mut SqliteConnection,
    what: Leftover,
    before: Timestamp,
    limit: u32,
) -> Result<Outcome, sqlx::Error> {
    let texts: &[&'static str] = match what {
        Leftover::Profiles => &[statements::BLANK_PROFILES, statements::MARK_BLANKED],
        Leftover::Effects => &[statements::FORGET_EFFECTS],
        Leftover::Sessions => &[statements::FORGET_SESSIONS],
        Leftover::Erasures => &[statements::FORGET_ERASURES],
    };
    let mut count = 0;
    for text in texts {
        let query = sqlx::query(*text).bind(before.0).bind(i64::from(limit));
        count = query.execute(&mut *connection).await?.rows_affected();
    }
    Ok(Outcome { count, ..Outcome::default() })
}
