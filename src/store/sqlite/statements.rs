//! Every SQL text of the store.
//!
//! The texts stay within what SQLite and PostgreSQL 15 both understand; a test prepares each of
//! them. Single statements number their parameters (`$1`). Statements over many rows are made
//! from a head, a row and a tail in a few fixed sizes, so that each is prepared once; their
//! parameters are bare `?`, because SQLite finds a numbered one by a walk through all of them.
//!
//! **Invariant:** no value is ever written into a text.

use std::sync::LazyLock;

use sqlx::SqliteConnection;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;
use sqlx::sqlite::SqliteRow;

/// Row counts for which texts exist, the largest first.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// A statement over many rows of parameters, in all [`SIZES`].
pub(super) struct ManyRows {
    texts: [String; SIZES.len()],
}

impl ManyRows {
    fn new(head: &str, row: &str, tail: &str) -> Self {
        Self { texts: SIZES.map(|size| format!("{head} {} {tail}", vec![row; size].join(", "))) }
    }

    /// Runs the statement over all `rows`; answers how many rows of the table it touched.
    pub(super) async fn execute<Row>(
        &'static self,
        connection: &mut SqliteConnection,
        rows: &[Row],
        bind: impl Fn(&mut SqliteArguments, &Row) -> Result<(), BoxDynError>,
    ) -> Result<u64, sqlx::Error> {
        let mut touched = 0;
        for (text, piece) in self.cut(rows) {
            let arguments = arguments_of(piece, &bind)?;
            let done = sqlx::query_with(text, arguments).execute(&mut *connection).await?;
            touched += done.rows_affected();
        }
        Ok(touched)
    }

    /// Runs the statement over all `rows`; answers the rows that it gives back, in any order.
    pub(super) async fn fetch<Row>(
        &'static self,
        connection: &mut SqliteConnection,
        rows: &[Row],
        bind: impl Fn(&mut SqliteArguments, &Row) -> Result<(), BoxDynError>,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let mut found = Vec::new();
        for (text, piece) in self.cut(rows) {
            let arguments = arguments_of(piece, &bind)?;
            found.extend(sqlx::query_with(text, arguments).fetch_all(&mut *connection).await?);
        }
        Ok(found)
    }

    /// Cuts `rows` into pieces for which a text exists, the largest first.
    fn cut<'rows, Row>(
        &'static self,
        mut rows: &'rows [Row],
    ) -> impl Iterator<Item = (&'static str, &'rows [Row])> {
        std::iter::from_fn(move || {
            let place = SIZES.iter().position(|size| *size <= rows.len())?;
            let (piece, rest) = rows.split_at(SIZES[place]);
            rows = rest;
            Some((self.texts[place].as_str(), piece))
        })
    }
}

fn arguments_of<Row>(
    rows: &[Row],
    bind: impl Fn(&mut SqliteArguments, &Row) -> Result<(), BoxDynError>,
) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for row in rows {
        bind(&mut arguments, row).map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

macro_rules! many_rows {
    ($($(#[$doc:meta])* $name:ident: $head:expr, $row:expr, $tail:expr;)*) => {
        $($(#[$doc])* pub(super) static $name: LazyLock<ManyRows> =
            LazyLock::new(|| ManyRows::new($head, $row, $tail));)*

        #[cfg(test)]
        fn texts_over_many_rows() -> Vec<&'static str> {
            let mut texts = Vec::new();
            $(texts.extend($name.texts.iter().map(String::as_str));)*
            texts
        }
    };
}

macro_rules! single {
    ($($(#[$doc:meta])* $name:ident: $text:expr;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $text;)*

        #[cfg(test)]
        fn single_texts() -> Vec<&'static str> {
            vec![$($name),*]
        }
    };
}

many_rows! {
    FIND_AUTHORS: "SELECT number, name FROM authors WHERE name IN (", "?", ")";
    ADD_AUTHORS: "INSERT INTO authors (name) VALUES", "(?)", "RETURNING number, name";
    FIND_PLACES: "SELECT id, number, seq FROM conversations WHERE id IN (", "?", ")";
    FIND_INPUTS:
        "SELECT v.column3, c.id, i.seq FROM (VALUES",
        "(?, ?, ?)",
        ") AS v JOIN inputs i ON i.author = v.column1 AND i.frame = v.column2 \
         JOIN conversations c ON c.number = i.conversation";
    ADD_CONVERSATIONS:
        "INSERT INTO conversations (id, visitor, created_at, seq, updated_at, status, team, \
         agent, lang, topic, deadline) VALUES",
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ON CONFLICT (id) DO NOTHING RETURNING id, number";
    ADD_PROFILES: "INSERT INTO profiles (conversation, body) VALUES", "(?, ?)", "";
    /// Holds for a row only while the head is where the events were decided on.
    MOVE_HEADS:
        "UPDATE conversations SET seq = v.column3, updated_at = v.column4, status = v.column5, \
         team = v.column6, agent = v.column7, lang = v.column8, topic = v.column9, \
         deadline = v.column10 FROM (VALUES",
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ") AS v WHERE conversations.number = v.column1 AND conversations.seq = v.column2";
    ADD_EVENTS: "INSERT INTO events (conversation, seq, at, body) VALUES", "(?, ?, ?, ?)", "";
    ADD_INPUTS:
        "INSERT INTO inputs (author, frame, conversation, seq) VALUES", "(?, ?, ?, ?)", "";
    READ_BY_VISITOR:
        "UPDATE conversations SET read_by_visitor = v.column2 FROM (VALUES",
        "(?, ?)",
        ") AS v WHERE conversations.number = v.column1 \
         AND conversations.read_by_visitor < v.column2";
    READ_BY_AGENT:
        "UPDATE conversations SET read_by_agent = v.column2 FROM (VALUES",
        "(?, ?)",
        ") AS v WHERE conversations.number = v.column1 \
         AND conversations.read_by_agent < v.column2";
}

/// The columns of a conversation as `rows::conversation` reads them.
macro_rules! conversation_columns {
    () => {
        "SELECT c.id, a.name, c.created_at, c.updated_at, p.body, c.seq, c.status, c.team, \
         c.agent, c.lang, c.topic, c.deadline, c.read_by_visitor, c.read_by_agent \
         FROM conversations c JOIN authors a ON a.number = c.visitor \
         JOIN profiles p ON p.conversation = c.number "
    };
}

/// The columns of an account as `rows::agent` reads them.
macro_rules! agent_columns {
    () => {
        "SELECT id, email, name, role, teams, languages, password, must_change_password, \
         disabled FROM agents "
    };
}

single! {
    COMMIT: "COMMIT";
    ROLLBACK: "ROLLBACK";
    BEAT: "UPDATE pulse SET beats = beats + 1 WHERE id = 1";
    EVENTS:
        "SELECT e.seq, e.at, e.body FROM events e WHERE e.conversation = \
         (SELECT number FROM conversations WHERE id = $1) AND e.seq > $2 ORDER BY e.seq LIMIT $3";
    CONVERSATION: concat!(conversation_columns!(), "WHERE c.id = $1");
    WITH_STATUS: concat!(
        conversation_columns!(),
        "WHERE c.status IN ($1, $2, $3, $4, $5) AND c.updated_at >= $6 \
         ORDER BY c.updated_at, c.number"
    );
    OPEN_CONVERSATION_OF:
        "SELECT c.id FROM conversations c WHERE c.visitor = \
         (SELECT number FROM authors WHERE name = $1) AND c.status <> $2 \
         ORDER BY c.number DESC LIMIT 1";
    INPUT:
        "SELECT c.id, i.seq FROM inputs i JOIN conversations c ON c.number = i.conversation \
         WHERE i.author = (SELECT number FROM authors WHERE name = $1) AND i.frame = $2";
    DUE:
        "SELECT id FROM conversations WHERE deadline <= $1 ORDER BY deadline, number LIMIT $2";
    VISITOR_OF:
        "SELECT a.name FROM conversations c JOIN authors a ON a.number = c.visitor \
         WHERE c.id = $1";
    ADD_AGENT:
        "INSERT INTO agents (id, email, name, role, teams, languages, password, \
         must_change_password, disabled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT DO NOTHING";
    UPDATE_AGENT:
        "UPDATE agents SET email = $2, name = $3, role = $4, teams = $5, languages = $6, \
         password = $7, must_change_password = $8, disabled = $9 WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM agents other WHERE other.email = $2 AND other.id <> $1)";
    AGENTS: concat!(agent_columns!(), "ORDER BY name, id");
    AGENT_BY_EMAIL: concat!(agent_columns!(), "WHERE email = $1");
    AGENT: concat!(agent_columns!(), "WHERE id = $1");
    FORGET_EXPIRED_SESSIONS: "DELETE FROM sessions WHERE expires_at <= $1";
    ADD_SESSION:
        "INSERT INTO sessions (token_hash, agent, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (token_hash) DO NOTHING";
    SESSION:
        "SELECT token_hash, agent, expires_at FROM sessions \
         WHERE token_hash = $1 AND expires_at > $2";
    END_SESSION: "DELETE FROM sessions WHERE token_hash = $1";
    END_SESSIONS_OF: "DELETE FROM sessions WHERE agent = $1";
    KEY: "SELECT bytes FROM keys WHERE name = $1";
    ADD_KEY: "INSERT INTO keys (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
}

/// How many statuses `WITH_STATUS` asks for.
pub(super) const STATUSES: usize = 5;

/// Takes the write lock, and says whether another process wrote since the last time. SQLite only:
/// PostgreSQL begins without it, as its conditional update waits for the row.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE; PRAGMA data_version";
/// Moves the write-ahead log into the database file and empties it. SQLite only.
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

#[cfg(test)]
mod tests;
