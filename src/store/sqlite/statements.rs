//! Every SQL text of the store.
//!
//! The texts stay within what SQLite and PostgreSQL 15 both understand; a test prepares each of
//! them. Single statements number their parameters (`$1`). Statements over many rows are made
//! from a head, a row and a tail in a few fixed sizes, so that each is prepared once; their
//! parameters are bare `?`, because SQLite finds a numbered one by a walk through all of them.
//!
//! **Invariant:** no value is ever written into a text.

use std::sync::LazyLock;

/// Row counts for which texts exist. Empty rows that fill up the next size are cheaper than a
/// second statement, and few sizes keep the prepared statements few.
const SIZES: [usize; 5] = [1, 4, 16, 64, 256];

/// A statement over many rows of parameters, in all [`SIZES`]. A row may be all NULL; every text
/// passes over such a row.
pub(super) struct ManyRows {
    texts: [String; SIZES.len()],
    /// Parameters a row.
    width: usize,
}

/// A [`ManyRows`] in one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InSize {
    pub(super) text: &'static str,
    /// All its parameters.
    pub(super) parameters: usize,
}

impl ManyRows {
    fn new(head: &str, row: &str, tail: &str) -> Self {
        Self {
            texts: SIZES.map(|size| format!("{head} {} {tail}", vec![row; size].join(","))),
            width: row.matches('?').count(),
        }
    }

    /// Cuts `rows` into pieces, each with the smallest text that takes it.
    pub(super) fn cut<'rows, Row>(
        &'static self,
        rows: &'rows [Row],
    ) -> impl Iterator<Item = (InSize, &'rows [Row])> {
        rows.chunks(SIZES[SIZES.len() - 1]).map(|piece| {
            let place = SIZES.partition_point(|size| *size < piece.len());
            let parameters = SIZES[place] * self.width;
            (InSize { text: &self.texts[place], parameters }, piece)
        })
    }
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
    FIND_AUTHORS: "SELECT name, number FROM authors WHERE name IN (", "?", ")";
    ADD_AUTHORS:
        "INSERT INTO authors (name) SELECT v.column1 FROM (VALUES",
        "(?)",
        ") AS v WHERE v.column1 IS NOT NULL ON CONFLICT (name) DO NOTHING";
    /// Nothing is appended to what was erased: a writer that has not heard of it finds nothing.
    FIND_PLACES:
        "SELECT id, number, seq FROM conversations WHERE id IN (",
        "?",
        ") AND erased_at IS NULL";
    /// The first parameter of a row only comes back, to tell whose answer it is.
    FIND_INPUTS:
        "SELECT v.column1, c.id, i.seq FROM (VALUES",
        "(?,?,?)",
        ") AS v JOIN inputs i ON i.author = v.column2 AND i.frame = v.column3 \
         JOIN conversations c ON c.number = i.conversation";
    ADD_CONVERSATIONS:
        "INSERT INTO conversations (id, visitor, created_at, seq, updated_at, status, team, \
         agent, lang, topic, deadline, pins, tags) SELECT v.column1, a.number, v.column3, \
         v.column4, v.column5, v.column6, v.column7, v.column8, v.column9, v.column10, \
         v.column11, v.column12, v.column13 FROM (VALUES",
        "(?,?,?,?,?,?,?,?,?,?,?,?,?)",
        ") AS v JOIN authors a ON a.name = v.column2 WHERE v.column1 IS NOT NULL \
         ON CONFLICT (id) DO NOTHING RETURNING id, number, visitor";
    /// Of a conversation that was there already the first profile stays.
    ADD_PROFILES:
        "INSERT INTO profiles (conversation, body) SELECT c.number, v.column2 FROM (VALUES",
        "(?,?)",
        ") AS v JOIN conversations c ON c.id = v.column1 WHERE v.column1 IS NOT NULL \
         ON CONFLICT (conversation) DO NOTHING";
    /// Holds for a row only while the head is where the events were decided on.
    MOVE_HEADS:
        "UPDATE conversations SET seq = v.column3, updated_at = v.column4, status = v.column5, \
         team = v.column6, agent = v.column7, lang = v.column8, topic = v.column9, \
         deadline = v.column10, pins = v.column11, tags = v.column12 FROM (VALUES",
        "(?,?,?,?,?,?,?,?,?,?,?,?)",
        ") AS v WHERE conversations.number = v.column1 AND conversations.seq = v.column2";
    ADD_EVENTS:
        "INSERT INTO events (conversation, seq, at, body) \
         SELECT v.column1, v.column2, v.column3, v.column4 FROM (VALUES",
        "(?,?,?,?)",
        ") AS v WHERE v.column1 IS NOT NULL";
    ADD_INPUTS:
        "INSERT INTO inputs (author, frame, conversation, seq) \
         SELECT v.column1, v.column2, v.column3, v.column4 FROM (VALUES",
        "(?,?,?,?)",
        ") AS v WHERE v.column1 IS NOT NULL";
    ADD_EFFECTS:
        "INSERT INTO effects (conversation, seq, kind, due, body) \
         SELECT v.column1, v.column2, v.column3, v.column4, v.column5 FROM (VALUES",
        "(?,?,?,?,?)",
        ") AS v WHERE v.column1 IS NOT NULL";
    /// What comes back as an event is a call's result.
    CLOSE_CALLS:
        "DELETE FROM effects WHERE kind = 'call' AND (conversation, seq) IN (VALUES",
        "(?,?)",
        ")";
    READ_BY_VISITOR:
        "UPDATE conversations SET read_by_visitor = v.column2 FROM (VALUES",
        "(?,?)",
        ") AS v WHERE conversations.number = v.column1 \
         AND conversations.read_by_visitor < v.column2";
    READ_BY_AGENT:
        "UPDATE conversations SET read_by_agent = v.column2 FROM (VALUES",
        "(?,?)",
        ") AS v WHERE conversations.number = v.column1 \
         AND conversations.read_by_agent < v.column2";
}

/// The columns of a conversation as `rows::conversation` reads them.
macro_rules! conversation_columns {
    () => {
        "SELECT c.id, a.name, c.created_at, c.updated_at, p.body, c.seq, c.status, c.team, \
         c.agent, c.lang, c.topic, c.deadline, c.read_by_visitor, c.read_by_agent, c.pins, \
         c.erased_at, c.tags \
         FROM conversations c JOIN authors a ON a.number = c.visitor \
         JOIN profiles p ON p.conversation = c.number "
    };
}

/// The columns of an account as `rows::agent` reads them.
macro_rules! agent_columns {
    () => {
        "SELECT id, email, name, role, teams, languages, password, must_change_password, \
         disabled, capacity, skills FROM agents "
    };
}

/// The columns of a file as `rows::attachment` reads them.
macro_rules! attachment_columns {
    () => {
        "SELECT id, author, conversation, name, media_type, bytes, at FROM attachments "
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
    NEWEST_CONVERSATION_OF:
        "SELECT c.id FROM conversations c WHERE c.visitor = \
         (SELECT number FROM authors WHERE name = $1) ORDER BY c.number DESC LIMIT 1";
    INPUT:
        "SELECT c.id, i.seq FROM inputs i JOIN conversations c ON c.number = i.conversation \
         WHERE i.author = (SELECT number FROM authors WHERE name = $1) AND i.frame = $2";
    DUE:
        "SELECT id FROM conversations WHERE deadline <= $1 ORDER BY deadline, number LIMIT $2";
    DUE_EFFECTS:
        "SELECT c.id, f.seq, f.kind, f.due, f.tries, f.body FROM effects f \
         JOIN conversations c ON c.number = f.conversation \
         WHERE f.kind IN (SELECT value FROM json_each($1)) AND f.due <= $2 \
         ORDER BY f.due, f.conversation LIMIT $3";
    MOVE_EFFECT:
        "UPDATE effects SET due = $6, tries = $7 WHERE conversation = \
         (SELECT number FROM conversations WHERE id = $1) AND seq = $2 AND kind = $3 \
         AND due = $4 AND tries = $5";
    CLOSE_EFFECT:
        "DELETE FROM effects WHERE conversation = \
         (SELECT number FROM conversations WHERE id = $1) AND seq = $2 AND kind = $3";
    KEEP_REVISION: "INSERT INTO revisions (name, body) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    REVISION: "SELECT body FROM revisions WHERE name = $1";
    REVISIONS: "SELECT name FROM revisions";
    PINNED_REVISIONS:
        "SELECT DISTINCT pins FROM conversations WHERE status = $1 AND pins IS NOT NULL";
    FORGET_REVISION: "DELETE FROM revisions WHERE name = $1";
    VISITOR_OF:
        "SELECT a.name FROM conversations c JOIN authors a ON a.number = c.visitor \
         WHERE c.id = $1";
    ADD_AGENT:
        "INSERT INTO agents (id, email, name, role, teams, languages, password, \
         must_change_password, disabled, capacity, skills) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT DO NOTHING";
    UPDATE_AGENT:
        "UPDATE agents SET email = $2, name = $3, role = $4, teams = $5, languages = $6, \
         password = $7, must_change_password = $8, disabled = $9, capacity = $10, skills = $11 \
         WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM agents other WHERE other.email = $2 AND other.id <> $1)";
    AGENTS: concat!(agent_columns!(), "ORDER BY name, id");
    AGENT_BY_EMAIL: concat!(agent_columns!(), "WHERE email = $1");
    AGENT: concat!(agent_columns!(), "WHERE id = $1");
    FORGET_EXPIRED_SESSIONS: "DELETE FROM sessions WHERE expires_at <= $1";
    ADD_SESSION:
        "INSERT INTO sessions (token_hash, agent, expires_at, way) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (token_hash) DO NOTHING";
    SESSION:
        "SELECT token_hash, agent, expires_at, way FROM sessions \
         WHERE token_hash = $1 AND expires_at > $2";
    END_SESSION: "DELETE FROM sessions WHERE token_hash = $1";
    END_SESSIONS_OF: "DELETE FROM sessions WHERE agent = $1";
    END_COPIED_SESSIONS:
        "DELETE FROM sessions WHERE expires_at >= 0 \
         AND EXISTS (SELECT 1 FROM copies WHERE served_from IS NULL)";
    SERVE_COPY: "UPDATE copies SET served_from = $1 WHERE served_from IS NULL";
    NEWEST_COPY: "SELECT served_from FROM copies ORDER BY taken_at DESC LIMIT 1";
    NOTE_COPY: "INSERT INTO copies (taken_at) VALUES ($1)";
    DOCUMENTS: "SELECT id, body FROM documents WHERE kind = $1 ORDER BY id";
    PUT_DOCUMENT:
        "INSERT INTO documents (kind, id, body) VALUES ($1, $2, $3) \
         ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body";
    REMOVE_DOCUMENT: "DELETE FROM documents WHERE kind = $1 AND id = $2";
    CONVERSATIONS_OF: concat!(
        conversation_columns!(),
        "WHERE c.visitor = (SELECT number FROM authors WHERE name = $1) ORDER BY c.number"
    );
    EFFECTS_OF:
        "SELECT c.id, f.seq, f.kind, f.due, f.tries, f.body FROM effects f \
         JOIN conversations c ON c.number = f.conversation \
         WHERE f.conversation = (SELECT number FROM conversations WHERE id = $1) \
         ORDER BY f.seq, f.kind";
    TO_ERASE_OF:
        "SELECT id, number, seq, status FROM conversations WHERE visitor = \
         (SELECT number FROM authors WHERE name = $1) AND erased_at IS NULL ORDER BY number";
    TO_ERASE:
        "SELECT id, number, seq, status FROM conversations WHERE id = $1 AND erased_at IS NULL";
    /// Of the same length as before, so that the bytes are overwritten where they stand.
    ERASE_EVENTS:
        "UPDATE events SET body = format('%-*s', octet_length(body), $2) WHERE conversation = $1";
    ERASE_PROFILE:
        "UPDATE profiles SET body = format('%-*s', octet_length(body), $2) WHERE conversation = $1";
    BLANK_EFFECTS:
        "UPDATE effects SET body = format('%-*s', octet_length(body), '{}') \
         WHERE conversation = $1";
    DROP_EFFECTS: "DELETE FROM effects WHERE conversation = $1";
    DROP_INPUTS:
        "DELETE FROM inputs WHERE author = \
         (SELECT visitor FROM conversations WHERE number = $1) AND conversation = $1";
    ADD_EVENT: "INSERT INTO events (conversation, seq, at, body) VALUES ($1, $2, $3, $4)";
    MARK_ERASED:
        "UPDATE conversations SET seq = $2, status = 'ended', team = NULL, agent = NULL, \
         topic = NULL, deadline = NULL, pins = NULL, tags = NULL, erased_at = $3, blanked_at = $3 \
         WHERE number = $1";
    NOTE_ERASURE: "INSERT INTO erasures (conversation, at) VALUES ($1, $2)";
    ERASURES: "SELECT number, conversation FROM erasures WHERE number > $1 ORDER BY number LIMIT $2";
    NEWEST_ERASURE: "SELECT number, conversation FROM erasures ORDER BY number DESC LIMIT 1";
    RENAME_AUTHOR:
        "UPDATE authors SET name = $2 WHERE name = $1 \
         AND NOT EXISTS (SELECT 1 FROM authors a WHERE a.name = $2)";
    HAND_OVER:
        "UPDATE conversations SET visitor = (SELECT number FROM authors WHERE name = $2) \
         WHERE visitor = (SELECT number FROM authors WHERE name = $1)";
    DROP_AUTHOR:
        "DELETE FROM authors WHERE name = $1 \
         AND EXISTS (SELECT 1 FROM authors a WHERE a.name = $2)";
    OUTDATED:
        "SELECT id FROM conversations WHERE status = 'ended' AND erased_at IS NULL \
         AND updated_at < $1 ORDER BY updated_at LIMIT $2";
    BLANK_PROFILES:
        "UPDATE profiles SET body = format('%-*s', octet_length(body), '{}') \
         WHERE conversation IN (SELECT c.number FROM conversations c WHERE c.status = 'ended' \
         AND c.blanked_at IS NULL AND c.updated_at < $1 ORDER BY c.updated_at LIMIT $2)";
    MARK_BLANKED:
        "UPDATE conversations SET blanked_at = $1 WHERE number IN (SELECT c.number \
         FROM conversations c WHERE c.status = 'ended' AND c.blanked_at IS NULL \
         AND c.updated_at < $1 ORDER BY c.updated_at LIMIT $2)";
    FORGET_EFFECTS:
        "DELETE FROM effects WHERE (conversation, seq, kind) IN (SELECT f.conversation, f.seq, \
         f.kind FROM effects f WHERE f.due < $1 ORDER BY f.due LIMIT $2)";
    FORGET_SESSIONS:
        "DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions \
         WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    FORGET_ERASURES:
        "DELETE FROM erasures WHERE number IN \
         (SELECT e.number FROM erasures e WHERE e.at < $1 ORDER BY e.at LIMIT $2)";
    VISITORS_OF: "SELECT visitor FROM customers WHERE customer = $1 ORDER BY main DESC, visitor";
    /// Whoever was a customer of the bank is so no more.
    DROP_CUSTOMER: "DELETE FROM customers WHERE visitor = $1";
    ADD_ATTACHMENT:
        "INSERT INTO attachments (id, author, name, media_type, bytes, at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    ATTACHMENT: concat!(attachment_columns!(), "WHERE id = $1 AND doomed = 0");
    ATTACHMENTS_IN:
        concat!(attachment_columns!(), "WHERE conversation = $1 AND doomed = 0 ORDER BY number");
    SEND_ATTACHMENT:
        "UPDATE attachments SET conversation = $3 WHERE id = $1 AND author = $2 AND doomed = 0 \
         AND (conversation IS NULL OR conversation = $3)";
    /// The name goes at once, in place; the file and the row follow.
    DOOM_IN:
        "UPDATE attachments SET doomed = 1, name = format('%-*s', octet_length(name), ' ') \
         WHERE conversation = $1";
    DOOM_OF:
        "UPDATE attachments SET doomed = 1, name = format('%-*s', octet_length(name), ' ') \
         WHERE author = $1";
    DOOM_OLD:
        "UPDATE attachments SET doomed = 1 WHERE number IN (SELECT a.number FROM attachments a \
         WHERE a.doomed = 0 AND a.at < $1 ORDER BY a.at LIMIT $2)";
    DOOM_UNUSED:
        "UPDATE attachments SET doomed = 1 WHERE number IN (SELECT a.number FROM attachments a \
         WHERE a.doomed = 0 AND a.at < $1 AND a.conversation IS NULL ORDER BY a.at LIMIT $2)";
    DOOMED_ATTACHMENTS: "SELECT id FROM attachments WHERE doomed = 1 ORDER BY number LIMIT $1";
    FORGET_ATTACHMENT: "DELETE FROM attachments WHERE id = $1";
    KEY: "SELECT bytes FROM keys WHERE name = $1";
    FACTOR:
        "SELECT secret, confirmed, last_step, recovery FROM second_factors WHERE agent = $1";
    OFFER_FACTOR:
        "INSERT INTO second_factors (agent, secret, confirmed, last_step, recovery) \
         VALUES ($1, $2, 0, 0, '[]') ON CONFLICT (agent) DO UPDATE SET secret = $2 \
         WHERE second_factors.confirmed = 0";
    CONFIRM_FACTOR:
        "UPDATE second_factors SET confirmed = 1, last_step = $2, recovery = $3 \
         WHERE agent = $1 AND confirmed = 0";
    TAKE_STEP:
        "UPDATE second_factors SET last_step = $2 \
         WHERE agent = $1 AND confirmed = 1 AND last_step < $2";
    TAKE_RECOVERY:
        "UPDATE second_factors SET recovery = $3 \
         WHERE agent = $1 AND confirmed = 1 AND recovery = $2";
    REMOVE_FACTOR: "DELETE FROM second_factors WHERE agent = $1";
    LOCKED_UNTIL: "SELECT locked_until FROM sign_in_failures WHERE account = $1";
    NOTE_FAILURE:
        "INSERT INTO sign_in_failures (account, failures, failed_at, locked_until) \
         VALUES ($1, 1, $2, CASE WHEN $3 <= 1 THEN $4 ELSE 0 END) \
         ON CONFLICT (account) DO UPDATE SET failed_at = $2, \
         failures = (sign_in_failures.failures + 1) % $3, \
         locked_until = CASE WHEN (sign_in_failures.failures + 1) % $3 = 0 THEN $4 \
         ELSE sign_in_failures.locked_until END";
    FORGET_OLD_FAILURES: "DELETE FROM sign_in_failures WHERE failed_at < $1";
    FORGET_FAILURES: "DELETE FROM sign_in_failures WHERE account = $1";
    CUSTOMER_OF:
        "SELECT v.customer, m.visitor, m.signed_out_at, m.revoked_at FROM customers v \
         JOIN customers m ON m.customer = v.customer AND m.main = 1 WHERE v.visitor = $1";
    CUSTOMER:
        "SELECT customer, visitor, signed_out_at, revoked_at FROM customers \
         WHERE customer = $1 AND main = 1";
    BIND_CUSTOMER:
        "INSERT INTO customers (visitor, customer, main) SELECT $1, $2, \
         CASE WHEN EXISTS (SELECT 1 FROM customers m WHERE m.customer = $2 AND m.main = 1) \
         THEN 0 ELSE 1 END WHERE true ON CONFLICT (visitor) DO NOTHING";
    SIGN_CUSTOMER_OUT:
        "UPDATE customers SET signed_out_at = $2 WHERE customer = $1 AND main = 1 \
         AND signed_out_at < $2";
    REVOKE_TOKENS:
        "UPDATE customers SET revoked_at = $2 WHERE customer = $1 AND main = 1 \
         AND revoked_at < $2";
    ADD_AUTHOR: "INSERT INTO authors (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
    MOVE_INPUTS:
        "UPDATE inputs SET author = (SELECT number FROM authors WHERE name = $2) \
         WHERE author = (SELECT number FROM authors WHERE name = $1) AND NOT EXISTS \
         (SELECT 1 FROM inputs other WHERE other.frame = inputs.frame \
         AND other.author = (SELECT number FROM authors WHERE name = $2))";
    MOVE_CONVERSATIONS:
        "UPDATE conversations SET visitor = (SELECT number FROM authors WHERE name = $2) \
         WHERE visitor = (SELECT number FROM authors WHERE name = $1)";
    LAST_AUDIT:
        "SELECT number, at, body, hash FROM audit \
         WHERE number = (SELECT MAX(number) FROM audit)";
    ADD_AUDIT: "INSERT INTO audit (number, at, body, hash) VALUES ($1, $2, $3, $4)";
    AUDIT:
        "SELECT number, at, body, hash FROM audit WHERE number > $1 ORDER BY number LIMIT $2";
    ADD_KEY: "INSERT INTO keys (name, bytes) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
}

/// How many statuses `WITH_STATUS` asks for.
pub(super) const STATUSES: usize = 5;

/// Takes the write lock, and says whether another process wrote since the last time. SQLite only:
/// PostgreSQL begins without it, as its conditional update waits for the row.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE; PRAGMA data_version";
/// Copies the database, as one reader sees it, into an empty file. SQLite only.
pub(super) const COPY_INTO: &str = "VACUUM INTO $1";
/// Takes the write lock for an errand. SQLite only.
pub(super) const BEGIN_ALONE: &str = "BEGIN IMMEDIATE";
/// The newest migration that the schema has seen; 0 when it has seen none. SQLite only.
pub(super) const NEWEST_MIGRATION: &str =
    "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";
/// Whether the file has tables, but not the list of our migrations. SQLite only.
pub(super) const IS_FOREIGN: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema) AND NOT EXISTS \
     (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
/// Moves the write-ahead log into the database file and empties it. SQLite only.
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

#[cfg(test)]
mod tests;
