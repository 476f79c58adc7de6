//! [`Search`] on SQLite, by FTS5. Nothing here is for another database.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::sqlite::SqliteRow;

use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::store::StoreError;
use crate::store::search::By;
use crate::store::search::Found;
use crate::store::search::Hit;
use crate::store::search::Mark;
use crate::store::search::Page;
use crate::store::search::Search;
use crate::store::search::Wanted;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::errands::Errand;
use crate::store::sqlite::rows;
use crate::store::sqlite::unavailable;

/// Conversations on a page.
const PAGE: usize = 30;
/// Texts that are read for a page: where a word stands everywhere in a few conversations, a page
/// has fewer conversations and the next goes on from there.
const TEXTS: usize = 300;
/// Texts that are shown of one conversation.
const HITS: usize = 3;
/// What stands around a word that was looked for; no text holds these, for they are cleaned off.
const MARKS: (char, char) = ('\u{2}', '\u{3}');

/// Whether events wait to be taken in.
const IS_BEHIND: &str = "SELECT (SELECT COALESCE(MAX(rowid), 0) FROM events) > number \
     FROM said_until WHERE id = 1";
/// Takes in the next events.
const TAKE_IN: &str = "INSERT INTO said_index (rowid, text) SELECT s.number, s.text FROM said s, \
     said_until u WHERE u.id = 1 AND s.number > u.number AND s.number <= u.number + $1 \
     AND s.text IS NOT NULL";
/// Says that they were.
const TAKEN_IN: &str = "UPDATE said_until SET number = MIN(number + $1, \
     (SELECT COALESCE(MAX(rowid), 0) FROM events)) WHERE id = 1";
/// Takes a conversation out, while its texts still stand: the index must be told what they were.
pub(super) const TAKE_OUT: &str = "INSERT INTO said_index (said_index, rowid, text) \
     SELECT 'delete', s.number, s.text FROM said s WHERE s.conversation = $1 \
     AND s.text IS NOT NULL AND s.number <= (SELECT number FROM said_until WHERE id = 1)";

macro_rules! columns {
    () => {
        "c.id, c.number, c.status, c.team, c.lang, c.topic, c.agent, c.created_at, c.updated_at, \
         c.tags, "
    };
}

/// The parameters are bound by `narrow`: `$3` and those behind it.
macro_rules! narrowed {
    () => {
        "c.erased_at IS NULL AND ($3 IS NULL OR c.status = $3) AND ($4 IS NULL OR c.team = $4) \
         AND ($5 IS NULL OR c.lang = $5) AND ($6 IS NULL OR c.topic = $6) \
         AND ($7 IS NULL OR c.agent = $7) \
         AND ($8 IS NULL OR c.visitor = (SELECT number FROM authors WHERE name = $8)) \
         AND ($9 IS NULL OR c.updated_at >= $9) AND ($10 IS NULL OR c.created_at < $10) \
         AND ($11 IS NULL OR c.team IS NULL OR c.agent = $12 \
         OR c.team IN (SELECT value FROM json_each($11))) \
         AND ($14 IS NULL OR $14 IN (SELECT value FROM json_each(c.tags))) "
    };
}

/// The texts that fit, the newest first. The index leads: it is in that order already.
const FIND_TEXTS: &str = concat!(
    "SELECT ",
    columns!(),
    "said_index.rowid, e.seq, e.at, json_extract(e.body, '$.kind'), \
     json_extract(e.body, '$.from.role'), json_extract(e.body, '$.from.name'), \
     snippet(said_index, 0, char(2), char(3), '…', 20) \
     FROM said_index CROSS JOIN events e ON e.rowid = said_index.rowid \
     CROSS JOIN conversations c ON c.number = e.conversation \
     WHERE said_index MATCH $1 AND said_index.rowid < $2 AND ",
    narrowed!(),
    "ORDER BY said_index.rowid DESC LIMIT $13"
);

/// The conversations that fit, the newest first.
const FIND_CONVERSATIONS: &str = concat!(
    "SELECT ",
    columns!(),
    "(SELECT json_extract(e.body, '$.text') FROM events e WHERE e.conversation = c.number \
     AND json_valid(e.body) AND json_extract(e.body, '$.kind') = 'message' \
     AND json_extract(e.body, '$.from.role') = 'visitor' ORDER BY e.seq LIMIT 1) \
     FROM conversations c WHERE (c.updated_at < $1 OR (c.updated_at = $1 AND c.number < $2)) AND ",
    narrowed!(),
    "ORDER BY c.updated_at DESC, c.number DESC LIMIT $13"
);

/// The tags of the newest tagged conversations.
const TAGS: &str = "SELECT value FROM (SELECT tags FROM conversations WHERE tags IS NOT NULL \
     ORDER BY number DESC LIMIT 2000) t, json_each(t.tags) \
     GROUP BY value ORDER BY COUNT(*) DESC, value LIMIT 100";

/// Brings the index forward.
pub(super) async fn take_in(
    connection: &mut SqliteConnection,
    limit: u32,
) -> Result<u64, sqlx::Error> {
    let query = sqlx::query(TAKE_IN).bind(i64::from(limit));
    let count = query.execute(&mut *connection).await?.rows_affected();
    sqlx::query(TAKEN_IN).bind(i64::from(limit)).execute(connection).await?;
    Ok(count)
}

#[async_trait]
impl Search for Sqlite {
    async fn take_in(&self, limit: u32) -> Result<bool, StoreError> {
        // Most often nothing waits, and then the writer is left alone.
        if !self.is_behind().await? {
            return Ok(false);
        }
        self.errand(Errand::TakeIn { limit }).await?;
        self.is_behind().await
    }

    async fn find(&self, wanted: &Wanted) -> Result<Page, StoreError> {
        let Some(question) = question(&wanted.words) else {
            return if wanted.words.trim().is_empty() {
                self.find_conversations(wanted).await
            } else {
                // Signs only, of which the index has none.
                Ok(Page::default())
            };
        };
        let after = wanted.after.map_or(i64::MAX, |mark| mark.number);
        let query = sqlx::query(FIND_TEXTS).bind(question).bind(after);
        let query = narrow(query, wanted, TEXTS);
        let rows = query.fetch_all(&self.readers).await.map_err(unavailable)?;
        gather(&rows)
    }

    async fn tags(&self) -> Result<Vec<String>, StoreError> {
        self.many(sqlx::query(TAGS), rows::text).await
    }
}

impl Sqlite {
    async fn is_behind(&self) -> Result<bool, StoreError> {
        let row = sqlx::query(IS_BEHIND).fetch_one(&self.readers).await.map_err(unavailable)?;
        Ok(row.try_get::<i64, _>(0).map_err(unavailable)? != 0)
    }

    async fn find_conversations(&self, wanted: &Wanted) -> Result<Page, StoreError> {
        let after = wanted.after.unwrap_or(Mark { at: i64::MAX, number: i64::MAX });
        let query = sqlx::query(FIND_CONVERSATIONS).bind(after.at).bind(after.number);
        // One more tells whether there is another page.
        let query = narrow(query, wanted, PAGE + 1);
        let rows = query.fetch_all(&self.readers).await.map_err(unavailable)?;
        let mut page = Page::default();
        for row in rows.iter().take(PAGE) {
            let opening = row.try_get(10).map_err(unavailable)?;
            page.found.push(Found { opening, ..found(row)? });
        }
        if let Some(last) = rows.get(PAGE - 1).filter(|_| rows.len() > PAGE) {
            let number = last.try_get(1).map_err(unavailable)?;
            page.next = Some(Mark { at: last.try_get(8).map_err(unavailable)?, number });
        }
        Ok(page)
    }
}

fn narrow<'query>(
    query: Query<'query, sqlx::Sqlite, SqliteArguments>,
    wanted: &'query Wanted,
    limit: usize,
) -> Query<'query, sqlx::Sqlite, SqliteArguments> {
    query
        .bind(wanted.status.map(rows::status_word))
        .bind(wanted.team.as_ref().map(TeamId::as_str))
        .bind(wanted.lang.map(Language::code))
        .bind(wanted.topic.as_ref().map(IntentId::as_str))
        .bind(wanted.agent.as_ref().map(AgentId::as_str))
        .bind(wanted.visitor.as_ref().map(rows::visitor_name))
        .bind(wanted.from.map(|from| from.0))
        .bind(wanted.before.map(|before| before.0))
        .bind(wanted.within.as_ref().map(|within| rows::list_text(&within.teams)))
        .bind(wanted.within.as_ref().map(|within| within.agent.as_str()))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(wanted.tag.as_deref())
}

/// The texts by their conversations, until a page is full.
fn gather(rows: &[SqliteRow]) -> Result<Page, StoreError> {
    let mut page = Page::default();
    let mut last = None;
    for row in rows {
        let conversation = rows::conversation_id(row)?;
        let place = page.found.iter().position(|found| found.conversation == conversation);
        let place = match place {
            Some(place) => place,
            None if page.found.len() == PAGE => {
                page.next = last;
                return Ok(page);
            }
            None => {
                page.found.push(found(row)?);
                page.found.len() - 1
            }
        };
        if page.found[place].hits.len() < HITS {
            page.found[place].hits.push(hit(row).map_err(unavailable)?);
        }
        last = Some(Mark { at: 0, number: row.try_get(10).map_err(unavailable)? });
    }
    page.next = last.filter(|_| rows.len() == TEXTS);
    Ok(page)
}

fn found(row: &SqliteRow) -> Result<Found, StoreError> {
    let read = || -> anyhow::Result<Found> {
        Ok(Found {
            conversation: ConversationId::new(row.try_get(0)?),
            status: rows::status(row.try_get(2)?)?,
            team: row.try_get::<Option<&str>, _>(3)?.map(TeamId::new),
            lang: rows::language(row.try_get(4)?)?,
            topic: row.try_get::<Option<&str>, _>(5)?.map(IntentId::new),
            agent: row.try_get::<Option<&str>, _>(6)?.map(AgentId::new),
            created_at: Timestamp(row.try_get(7)?),
            updated_at: Timestamp(row.try_get(8)?),
            tags: row
                .try_get::<Option<&str>, _>(9)?
                .map(rows::list)
                .transpose()?
                .unwrap_or_default(),
            hits: Vec::new(),
            opening: None,
        })
    };
    read().map_err(rows::corrupt("conversation"))
}

fn hit(row: &SqliteRow) -> Result<Hit, sqlx::Error> {
    let kind: &str = row.try_get(13)?;
    let role: Option<&str> = row.try_get(14)?;
    let name: Option<String> = row.try_get(15)?;
    let by = match (kind, role) {
        ("rated", _) | ("message", Some("visitor")) => By::Visitor,
        ("message", _) => By::Agent(name.unwrap_or_default()),
        _ => By::Note(name),
    };
    Ok(Hit {
        seq: Seq(row.try_get::<i64, _>(11)?.unsigned_abs()),
        at: Timestamp(row.try_get(12)?),
        by,
        pieces: pieces(row.try_get(16)?),
    })
}

/// A text cut at the marks around what was looked for.
fn pieces(text: &str) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    for (place, part) in text.split(MARKS.0).enumerate() {
        let (hit, rest) = match part.split_once(MARKS.1) {
            Some((hit, rest)) if place > 0 => (hit, rest),
            _ => ("", part),
        };
        for (piece, is_hit) in [(hit, true), (rest, false)] {
            if !piece.is_empty() {
                pieces.push((piece.to_owned(), is_hit));
            }
        }
    }
    pieces
}

/// What is asked of the index: every word as the beginning of one, quoted ones as they are.
/// Nothing of what somebody typed is read as a sign of FTS5's own language.
fn question(words: &str) -> Option<String> {
    let mut terms = Vec::new();
    for (place, part) in words.split('"').enumerate() {
        let words: Vec<&str> = part
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if place % 2 == 1 {
            if !words.is_empty() {
                terms.push(format!("\"{}\"", words.join(" ")));
            }
        } else {
            terms.extend(words.iter().map(|word| format!("\"{word}\"*")));
        }
    }
    (!terms.is_empty()).then(|| terms.join(" "))
}

#[cfg(test)]
mod tests;
