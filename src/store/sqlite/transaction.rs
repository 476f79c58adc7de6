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

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

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
use crate::store::sqlite::errands;
use crate::store::sqlite::errands::Errand;
use crate::store::sqlite::errands::Outcome;
use crate::store::sqlite::inputs::Inputs;
use crate::store::sqlite::memory::Memory;
use crate::store::sqlite::opening;
use crate::store::sqlite::rows;
use crate::store::sqlite::script::Script;
use crate::store::sqlite::statements;

/// Runs batches on the one write connection.
pub(super) struct Transactions {
    path: PathBuf,
    /// Which file it was when the store was opened.
    file: Option<opening::FileId>,
    options: SqliteConnectOptions,
    /// `None` after a fault that may have left it in a state that cannot be trusted.
    connection: Option<SqliteConnection>,
    memory: Memory,
}

impl Transactions {
    pub(super) fn new(
        path: &Path,
        options: SqliteConnectOptions,
        connection: SqliteConnection,
    ) -> Self {
        Self {
            path: path.to_owned(),
            file: opening::file_id(path).ok(),
            options,
            connection: Some(connection),
            memory: Memory::default(),
        }
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

    /// Does something alone, durably, or nothing. What is remembered may be untrue afterwards.
    pub(super) async fn alone(&mut self, errand: &Errand) -> Result<Outcome, sqlx::Error> {
        self.memory.forget();
        if self.connection.is_none() {
            self.connection = Some(self.options.connect().await?);
        }
        let connection = self.connection.as_mut().expect("it was opened above");
        let result = errands::perform(connection, errand).await;
        if result.is_err() {
            self.connection = None;
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
        self.check_file()?;
        if self.connection.is_none() {
            self.connection = Some(self.options.connect().await?);
        }
        let connection = self.connection.as_mut().expect("it was opened above");
        let memory = &mut self.memory;
        let inputs = begin(connection, memory, batch).await?;
        let creates = creates::perform(connection, memory, &batch.creates).await?;
        let conversations = batch.conversations();
        let authors = batch.appends.iter().filter_map(|append| appends::author(append));
        memory.learn(connection, conversations, authors).await?;
        let appends = appends::perform(connection, memory, &batch.appends, inputs).await?;
        let changes = changes::perform(connection, &batch.changes).await?;
        commit(connection, memory, batch).await?;
        Ok(Answers { creates, appends, changes })
    }

    /// A file that was moved away or replaced still takes writes, which nobody would ever find
    /// again: they must not be acked.
    fn check_file(&self) -> Result<(), sqlx::Error> {
        match opening::file_id(&self.path) {
            Ok(file) if Some(file) == self.file => Ok(()),
            Ok(_) => Err(std::io::Error::other("another file stands in its place").into()),
            Err(error) => Err(error.into()),
        }
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

/// Takes the write lock, and looks already for the inputs of authors whom `memory` knows: that is
/// good if no other process wrote since.
async fn begin<'batch>(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    batch: &Batch<'batch>,
) -> Result<Inputs<'batch>, sqlx::Error> {
    let mut inputs = Inputs::default();
    let mut script = Script::default();
    script.line(statements::BEGIN);
    inputs.ask(&mut script, memory, &batch.appends)?;
    let rows = script.fetch(connection).await?;
    let (version, found) = rows.split_first().ok_or(sqlx::Error::RowNotFound)?;
    if memory.note_version(version.try_get(0)?) {
        return Ok(Inputs::default());
    }
    inputs.note(found, &batch.appends)?;
    Ok(inputs)
}

/// Moves read cursors, proves that the database takes a write if that was asked, and commits.
async fn commit(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    batch: &Batch<'_>,
) -> Result<(), sqlx::Error> {
    let mut script = Script::default();
    for (reader, statement) in [
        (Reader::Visitor, &statements::READ_BY_VISITOR),
        (Reader::Agent, &statements::READ_BY_AGENT),
    ] {
        let cursors = furthest(memory, batch.marks.iter().filter(|mark| mark.by == reader));
        script.rows(statement, &cursors, |arguments, (number, seq)| {
            arguments.add(number)?;
            arguments.add(seq)
        })?;
    }
    if batch.beats > 0 {
        script.line(statements::BEAT);
    }
    script.line(statements::COMMIT);
    script.execute(connection).await?;
    Ok(())
}

/// The furthest cursor of each conversation, by its number, at most at its head.
fn furthest<'marks>(
    memory: &mut Memory,
    marks: impl Iterator<Item = &'marks &'marks Mark>,
) -> Vec<(i64, i64)> {
    let mut furthest = BTreeMap::new();
    for mark in marks {
        let Some(place) = memory.place(&mark.conversation) else { continue };
        let cursor: &mut i64 = furthest.entry(place.number).or_default();
        *cursor = rows::stored_seq(mark.seq.min(place.seq)).max(*cursor);
    }
    furthest.into_iter().collect()
}

#[cfg(test)]
mod tests;
