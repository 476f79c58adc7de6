//! One batch, one transaction.
//!
//! [`Transactions`] owns the one write connection. It takes the write lock, learns what the batch
//! needs to know, lets `verdict` judge, writes everything in statements over many rows, and
//! commits. What it remembers between batches (numbers and heads) is only a short cut: another
//! process may write too, which `PRAGMA data_version` tells under the lock, and the update that
//! moves the heads holds only where they stand as remembered.
//!
//! **Invariant:** when [`Transactions::perform`] fails, nothing of the batch is in the database,
//! save when the commit itself was cut short by a failing disk.

use sqlx::Arguments;
use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteConnectOptions;

use crate::store::Reader;
use crate::store::sqlite::appends;
use crate::store::sqlite::batch::Answers;
use crate::store::sqlite::batch::Batch;
use crate::store::sqlite::batch::Mark;
use crate::store::sqlite::changes;
use crate::store::sqlite::creates;
use crate::store::sqlite::memory::Memory;
use crate::store::sqlite::opening;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;

/// Runs batches on the one write connection.
pub(super) struct Transactions {
    options: SqliteConnectOptions,
    /// `None` after a fault that may have left it in a state that cannot be trusted.
    connection: Option<SqliteConnection>,
    memory: Memory,
}

impl Transactions {
    pub(super) fn new(options: SqliteConnectOptions, connection: SqliteConnection) -> Self {
        Self { options, connection: Some(connection), memory: Memory::default() }
    }

    /// Does all of `batch` durably, or nothing.
    pub(super) async fn perform(&mut self, batch: &Batch<'_>) -> Result<Answers, sqlx::Error> {
        let result = self.attempt(batch).await;
        if let Err(error) = &result {
            self.memory.forget();
            self.roll_back(error).await;
        }
        result
    }

    /// Forgets everything that a fault may have made untrue.
    pub(super) fn start_anew(&mut self) {
        self.memory.forget();
        self.connection = None;
    }

    /// Empties the write-ahead log into the database file and closes.
    pub(super) async fn close(mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let emptied = sqlx::query(statements::CHECKPOINT).execute(&mut connection).await;
        let closed = connection.close().await;
        if let Err(error) = emptied.and(closed) {
            tracing::warn!(%error, "the database was not closed cleanly; nothing is lost");
        }
    }

    async fn attempt(&mut self, batch: &Batch<'_>) -> Result<Answers, sqlx::Error> {
        if self.connection.is_none() {
            self.connection = Some(self.options.connect().await?);
        }
        let connection = self.connection.as_mut().expect("it was opened above");
        let memory = &mut self.memory;
        begin(connection, memory).await?;
        let answers = Answers {
            creates: creates::perform(connection, memory, &batch.creates).await?,
            appends: appends::perform(connection, memory, &batch.appends).await?,
            changes: changes::perform(connection, &batch.changes).await?,
        };
        mark_read(connection, memory, &batch.marks).await?;
        if batch.beats > 0 {
            sqlx::query(statements::BEAT).execute(&mut *connection).await?;
        }
        sqlx::query(statements::COMMIT).execute(&mut *connection).await?;
        Ok(answers)
    }

    /// Leaves no half state: undoes what the connection still holds, or gives the connection up,
    /// for a file that failed once must not be trusted through the same handle.
    async fn roll_back(&mut self, error: &sqlx::Error) {
        let Some(connection) = self.connection.as_mut() else { return };
        let harmless = matches!(
            opening::primary_code(error),
            Some(opening::CONSTRAINT | opening::FULL | opening::BUSY)
        );
        let undone = sqlx::query(statements::ROLLBACK).execute(connection).await;
        if !harmless || undone.is_err() {
            self.connection = None;
        }
    }
}

async fn begin(connection: &mut SqliteConnection, memory: &mut Memory) -> Result<(), sqlx::Error> {
    let row = sqlx::query(statements::BEGIN).fetch_one(connection).await?;
    memory.note_version(row.try_get(0)?);
    Ok(())
}

/// Moves read cursors, each at most to the head.
async fn mark_read(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    marks: &[&Mark],
) -> Result<(), sqlx::Error> {
    if marks.is_empty() {
        return Ok(());
    }
    memory.learn_places(connection, marks.iter().map(|mark| &mark.conversation)).await?;
    for (reader, statement) in [
        (Reader::Visitor, &statements::READ_BY_VISITOR),
        (Reader::Agent, &statements::READ_BY_AGENT),
    ] {
        let mut furthest = std::collections::BTreeMap::new();
        for mark in marks.iter().filter(|mark| mark.by == reader) {
            let Some(place) = memory.place(&mark.conversation) else { continue };
            let cursor: &mut i64 = furthest.entry(place.number).or_default();
            *cursor = rows::stored_seq(mark.seq.min(place.seq)).max(*cursor);
        }
        let cursors: Vec<(i64, i64)> = furthest.into_iter().collect();
        statement
            .execute(connection, &cursors, |arguments, (number, seq)| {
                arguments.add(number)?;
                arguments.add(seq)
            })
            .await?;
    }
    Ok(())
}
