//! Several statements sent to the database at once.
//!
//! The driver runs SQLite on a thread of its own; each text sent costs a wake of that thread and
//! one back, under load also two waits for a core. So a transaction is a few scripts, not a dozen
//! statements. The driver prepares every statement of a script once and keeps it by the script's
//! text; it binds bare `?` from left to right across them.
//!
//! **Invariant:** a script's text is put together from texts of `statements` alone.

use sqlx::Arguments;
use sqlx::AssertSqlSafe;
use sqlx::SqliteConnection;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;
use sqlx::sqlite::SqliteRow;

use crate::store::sqlite::statements::ManyRows;

/// Statements with their parameters, in order.
#[derive(Default)]
pub(super) struct Script {
    text: String,
    arguments: SqliteArguments,
}

impl Script {
    /// Adds statements without parameters.
    pub(super) fn line(&mut self, text: &'static str) {
        self.text.push_str(text);
        self.text.push_str("; ");
    }

    /// Adds `statement` over all `rows`; nothing when there are none.
    pub(super) fn rows<Row>(
        &mut self,
        statement: &'static ManyRows,
        rows: &[Row],
        bind: impl Fn(&mut SqliteArguments, &Row) -> Result<(), BoxDynError>,
    ) -> Result<(), sqlx::Error> {
        for (text, piece) in statement.cut(rows) {
            self.line(text.text);
            let full = self.arguments.len() + text.parameters;
            self.arguments.reserve(text.parameters, 0);
            for row in piece {
                bind(&mut self.arguments, row).map_err(sqlx::Error::Encode)?;
            }
            while self.arguments.len() < full {
                self.arguments.add(None::<i64>).map_err(sqlx::Error::Encode)?;
            }
        }
        Ok(())
    }

    /// Runs the script; answers how many rows it touched in all.
    pub(super) async fn execute(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<u64, sqlx::Error> {
        if self.text.is_empty() {
            return Ok(0);
        }
        let query = sqlx::query_with(AssertSqlSafe(self.text), self.arguments);
        Ok(query.execute(connection).await?.rows_affected())
    }

    /// Runs the script; answers the rows that its statements gave back, one statement's after the
    /// other's.
    pub(super) async fn fetch(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        if self.text.is_empty() {
            return Ok(Vec::new());
        }
        sqlx::query_with(AssertSqlSafe(self.text), self.arguments).fetch_all(connection).await
    }
}

#[cfg(test)]
mod tests;
