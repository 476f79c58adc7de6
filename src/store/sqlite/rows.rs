//! Between stored rows and the store's types.
//!
//! Words for statuses, roles and languages are add-only: what stands in a file must stay
//! readable.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::conversation::effect::EffectKind;
use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::AgentRow;
use crate::store::AuditRow;
use crate::store::ConversationRow;
use crate::store::CustomerRow;
use crate::store::EffectRow;
use crate::store::EventRow;
use crate::store::FactorRow;
use crate::store::Head;
use crate::store::Role;
use crate::store::SessionRow;
use crate::store::StoreError;
use crate::store::Way;
use crate::store::attachments::AttachmentRow;

/// A seq as stored; beyond what the database can count it stands behind every event.
pub(super) fn stored_seq(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

/// The name under which a visitor stands among the authors.
pub(super) fn visitor_name(visitor: &VisitorId) -> String {
    format!("v:{visitor}")
}

/// The visitor behind an author's name.
pub(super) fn visitor_of(name: &str) -> VisitorId {
    VisitorId::new(name.strip_prefix("v:").unwrap_or(name))
}

/// An e-mail address as it is stored and looked for.
pub(super) fn stored_email(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

/// The word for a status.
pub(super) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Bot => "bot",
        Status::Queued => "queued",
        Status::Agent => "agent",
        Status::Offline => "offline",
        Status::Ended => "ended",
    }
}

/// The status behind its word.
pub(super) fn status(word: &str) -> anyhow::Result<Status> {
    [Status::Bot, Status::Queued, Status::Agent, Status::Offline, Status::Ended]
        .into_iter()
        .find(|status| status_word(*status) == word)
        .ok_or_else(|| anyhow::anyhow!("unknown status `{word}`"))
}

/// The word for a role.
pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

fn role(word: &str) -> anyhow::Result<Role> {
    [Role::Agent, Role::Supervisor, Role::Admin]
        .into_iter()
        .find(|role| role_word(*role) == word)
        .ok_or_else(|| anyhow::anyhow!("unknown role `{word}`"))
}

/// The language behind its tag.
pub(super) fn language(tag: &str) -> anyhow::Result<Language> {
    Language::from_tag(tag).ok_or_else(|| anyhow::anyhow!("unknown language `{tag}`"))
}

/// A list as JSON.
pub(super) fn list_text<Item: Serialize>(items: &[Item]) -> String {
    serde_json::to_string(items).expect("ids and languages are plain strings")
}

/// A list from JSON.
pub(super) fn list<Item: DeserializeOwned>(text: &str) -> anyhow::Result<Vec<Item>> {
    Ok(serde_json::from_str(text)?)
}

fn seq(row: &SqliteRow, column: usize) -> anyhow::Result<Seq> {
    Ok(Seq(u64::try_from(row.try_get::<i64, _>(column)?)?))
}

fn moment(row: &SqliteRow, column: usize) -> anyhow::Result<Timestamp> {
    Ok(Timestamp(row.try_get(column)?))
}

/// An error about a row of kind `what`.
pub(super) fn corrupt(what: &'static str) -> impl Fn(anyhow::Error) -> StoreError {
    move |source| StoreError::Corrupt { what, source }
}

/// An event: `seq, at, body`.
pub(super) fn event(row: &SqliteRow) -> Result<EventRow, StoreError> {
    let read = || -> anyhow::Result<EventRow> {
        Ok(EventRow { seq: seq(row, 0)?, at: moment(row, 1)?, body: row.try_get(2)? })
    };
    read().map_err(corrupt("event"))
}

/// A file: `id, author, conversation, name, media_type, bytes, at`.
pub(super) fn attachment(row: &SqliteRow) -> Result<AttachmentRow, StoreError> {
    let read = || -> anyhow::Result<AttachmentRow> {
        Ok(AttachmentRow {
            id: row.try_get(0)?,
            author: row.try_get(1)?,
            conversation: row.try_get::<Option<&str>, _>(2)?.map(ConversationId::new),
            name: row.try_get(3)?,
            media_type: row.try_get(4)?,
            bytes: u64::try_from(row.try_get::<i64, _>(5)?)?,
            at: moment(row, 6)?,
        })
    };
    read().map_err(corrupt("attachment"))
}

/// A note of an erasure: `number, conversation`.
pub(super) fn erasure(row: &SqliteRow) -> Result<(i64, ConversationId), StoreError> {
    let read = || -> anyhow::Result<(i64, ConversationId)> {
        Ok((row.try_get(0)?, ConversationId::new(row.try_get(1)?)))
    };
    read().map_err(corrupt("erasure"))
}

/// A conversation's id in the first column.
pub(super) fn conversation_id(row: &SqliteRow) -> Result<ConversationId, StoreError> {
    row.try_get::<&str, _>(0)
        .map(ConversationId::new)
        .map_err(|error| corrupt("conversation")(error.into()))
}

/// A conversation's id and a seq.
pub(super) fn place_in(row: &SqliteRow) -> Result<(ConversationId, Seq), StoreError> {
    Ok((conversation_id(row)?, seq(row, 1).map_err(corrupt("input"))?))
}

/// A conversation, in the order of `statements::CONVERSATION`.
pub(super) fn conversation(row: &SqliteRow) -> Result<ConversationRow, StoreError> {
    let read = || -> anyhow::Result<ConversationRow> {
        Ok(ConversationRow {
            id: ConversationId::new(row.try_get(0)?),
            visitor: visitor_of(row.try_get(1)?),
            created_at: moment(row, 2)?,
            updated_at: moment(row, 3)?,
            profile: row.try_get(4)?,
            seq: seq(row, 5)?,
            head: head(row)?,
            read_by_visitor: seq(row, 12)?,
            read_by_agent: seq(row, 13)?,
            erased: row.try_get::<Option<i64>, _>(15)?.is_some(),
        })
    };
    read().map_err(corrupt("conversation"))
}

fn head(row: &SqliteRow) -> anyhow::Result<Head> {
    Ok(Head {
        status: status(row.try_get(6)?)?,
        team: row.try_get::<Option<&str>, _>(7)?.map(TeamId::new),
        agent: row.try_get::<Option<&str>, _>(8)?.map(AgentId::new),
        lang: language(row.try_get(9)?)?,
        topic: row.try_get::<Option<&str>, _>(10)?.map(IntentId::new),
        deadline: row.try_get::<Option<i64>, _>(11)?.map(Timestamp),
        pins: row.try_get::<Option<&str>, _>(14)?.map(list).transpose()?.unwrap_or_default(),
        tags: row.try_get::<Option<&str>, _>(16)?.map(list).transpose()?.unwrap_or_default(),
    })
}

/// Work to be done: the conversation's id, `seq, due, tries, body`.
pub(super) fn effect(row: &SqliteRow) -> Result<EffectRow, StoreError> {
    let read = || -> anyhow::Result<EffectRow> {
        Ok(EffectRow {
            conversation: ConversationId::new(row.try_get(0)?),
            seq: seq(row, 1)?,
            kind: effect_kind(row.try_get(2)?)?,
            due: moment(row, 3)?,
            tries: u32::try_from(row.try_get::<i64, _>(4)?)?,
            body: row.try_get(5)?,
        })
    };
    read().map_err(corrupt("effect"))
}

fn effect_kind(word: &str) -> anyhow::Result<EffectKind> {
    EffectKind::named(word).ok_or_else(|| anyhow::anyhow!("unknown kind of effect `{word}`"))
}

/// The one text of a row about revisions.
pub(super) fn text(row: &SqliteRow) -> Result<String, StoreError> {
    row.try_get(0).map_err(|error| corrupt("revision")(error.into()))
}

/// A list of revisions.
pub(super) fn pins(row: &SqliteRow) -> Result<BTreeSet<String>, StoreError> {
    let read =
        || -> anyhow::Result<BTreeSet<String>> { Ok(list(row.try_get(0)?)?.into_iter().collect()) };
    read().map_err(corrupt("list of revisions"))
}

/// A document's id and body, by `DOCUMENTS`.
pub(super) fn document(row: &SqliteRow) -> Result<(String, String), StoreError> {
    let read = || -> anyhow::Result<(String, String)> { Ok((row.try_get(0)?, row.try_get(1)?)) };
    read().map_err(corrupt("document"))
}

/// An account, in the order of `statements::AGENT`.
pub(super) fn agent(row: &SqliteRow) -> Result<AgentRow, StoreError> {
    let read = || -> anyhow::Result<AgentRow> {
        Ok(AgentRow {
            id: AgentId::new(row.try_get(0)?),
            email: row.try_get(1)?,
            name: row.try_get(2)?,
            role: role(row.try_get(3)?)?,
            teams: list(row.try_get(4)?)?,
            languages: list(row.try_get(5)?)?,
            password: row.try_get(6)?,
            must_change_password: row.try_get::<i64, _>(7)? != 0,
            disabled: row.try_get::<i64, _>(8)? != 0,
            capacity: row.try_get::<Option<i64>, _>(9)?.map(u32::try_from).transpose()?,
            skills: list(row.try_get(10)?)?,
        })
    };
    read().map_err(corrupt("account"))
}

/// A session: `token_hash, agent, expires_at, way`.
pub(super) fn session(row: &SqliteRow) -> Result<SessionRow, StoreError> {
    let read = || -> anyhow::Result<SessionRow> {
        Ok(SessionRow {
            token_hash: row.try_get(0)?,
            agent: AgentId::new(row.try_get(1)?),
            expires_at: moment(row, 2)?,
            way: way(row.try_get(3)?)?,
        })
    };
    read().map_err(corrupt("session"))
}

/// How a session began, as a word.
pub(super) fn way_word(way: Way) -> &'static str {
    match way {
        Way::Password => "password",
        Way::Provider => "provider",
    }
}

fn way(word: &str) -> anyhow::Result<Way> {
    let ways = [Way::Password, Way::Provider];
    let known = ways.into_iter().find(|way| way_word(*way) == word);
    known.ok_or_else(|| anyhow::anyhow!("unknown way of signing in `{word}`"))
}

/// A second factor: `secret, confirmed, last_step, recovery`.
pub(super) fn factor(row: &SqliteRow) -> Result<FactorRow, StoreError> {
    let read = || -> anyhow::Result<FactorRow> {
        Ok(FactorRow {
            secret: row.try_get(0)?,
            confirmed: row.try_get::<i64, _>(1)? != 0,
            last_step: row.try_get(2)?,
            recovery: list(row.try_get(3)?)?,
        })
    };
    read().map_err(corrupt("second factor"))
}

/// The one moment of a row.
pub(super) fn one_moment(row: &SqliteRow) -> Result<Timestamp, StoreError> {
    moment(row, 0).map_err(corrupt("lock"))
}

/// A customer: `customer, main visitor, signed_out_at, revoked_at`.
pub(super) fn customer(row: &SqliteRow) -> Result<CustomerRow, StoreError> {
    let read = || -> anyhow::Result<CustomerRow> {
        Ok(CustomerRow {
            customer: row.try_get(0)?,
            main: VisitorId::new(row.try_get(1)?),
            signed_out_at: moment(row, 2)?,
            revoked_at: moment(row, 3)?,
        })
    };
    read().map_err(corrupt("customer"))
}

/// An entry of the audit log: `number, at, body, hash`.
pub(super) fn audit(row: &SqliteRow) -> Result<AuditRow, StoreError> {
    let read = || -> anyhow::Result<AuditRow> {
        Ok(AuditRow {
            number: u64::try_from(row.try_get::<i64, _>(0)?)?,
            at: moment(row, 1)?,
            body: row.try_get(2)?,
            hash: row.try_get::<&[u8], _>(3)?.try_into()?,
        })
    };
    read().map_err(corrupt("entry of the audit log"))
}

/// A key's 32 bytes in the first column.
pub(super) fn key(row: &SqliteRow) -> Result<[u8; 32], StoreError> {
    let read = || -> anyhow::Result<[u8; 32]> { Ok(row.try_get::<&[u8], _>(0)?.try_into()?) };
    read().map_err(corrupt("key"))
}

/// When a copy began to serve, in the first column.
pub(super) fn copy(row: &SqliteRow) -> Result<Option<Timestamp>, StoreError> {
    let read = || -> anyhow::Result<Option<i64>> { Ok(row.try_get(0)?) };
    read().map(|at| at.map(Timestamp)).map_err(corrupt("copy"))
}
