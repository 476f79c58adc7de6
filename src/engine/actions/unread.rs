//! Messages that nobody has read: after a while the bank's push gateway is told, so that it can
//! wake the customer's app.
//!
//! What waits stands in the store beside the message, so it survives a restart; what was read
//! meanwhile is told to nobody. The gateway gets no word of what was said. **Invariant:** of
//! messages that are unread together the gateway is told once, with the newest; told twice, after
//! a crash between sending and noting it, it has the same `webhook-id`.

use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;
use serde_json::json;

use crate::conversation::effect::EffectKind;
use crate::conversation::event::Author;
use crate::conversation::event::Message;
use crate::engine::Engine;
use crate::engine::actions::Systems;
use crate::engine::actions::Tries;
use crate::engine::actions::try_all;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::store::EffectRow;
use crate::store::StoreError;
use crate::telemetry::metrics::Delivery;

/// What a gateway may take for one try.
const TIMEOUT_S: u32 = 10;
/// Tries in a row, and how often such a row is begun.
const RETRIES: u32 = 3;
const MOST_ROUNDS: u32 = 8;
/// Between two rows of tries: twice as long each time, as long as a call may be held at most.
const FIRST_ROUND_MS: i64 = 10_000;
const LONGEST_ROUND_MS: i64 = 8 * 60_000;
/// How long a message waits for one that was said before it and is not through.
const AFTER_ANOTHER_MS: i64 = 2_000;

/// What a customer has not read.
struct Unread {
    newest: Seq,
    at: Timestamp,
    count: u64,
    message: Message,
}

/// Tells the gateway of what is unread, or nobody if it was read.
pub(super) async fn tell(engine: &Engine, systems: &Systems, row: EffectRow) {
    if let Err(error) = try_to_tell(engine, systems, row).await {
        tracing::warn!(%error, "an unread message cannot be told of; it is tried again");
    }
}

async fn try_to_tell(
    engine: &Engine,
    systems: &Systems,
    mut row: EffectRow,
) -> Result<(), StoreError> {
    let store = engine.store();
    let Some(conversation) = store.conversation(&row.conversation).await? else {
        return store.close_effect(&row).await.map(drop);
    };
    let unread = match &systems.push {
        Some(_) if conversation.read_by_visitor < row.seq && !conversation.erased => {
            unread_behind(engine, &row.conversation, conversation.read_by_visitor).await?
        }
        _ => None,
    };
    let (Some(unread), Some(push)) = (unread, &systems.push) else {
        return store.close_effect(&row).await.map(drop);
    };
    // One that was said before is told of with this one, or is just being told of by itself.
    let others = store.effects_of(&row.conversation).await?;
    if others.iter().any(|other| other.seq < row.seq && other.kind == EffectKind::Unread) {
        let due = engine.inner.clock.now().plus_ms(AFTER_ANOTHER_MS);
        return store.move_effect(&row, due, row.tries.saturating_sub(1)).await.map(drop);
    }
    let id = format!("unread_{}_{}", row.conversation, unread.newest.0);
    let (role, name) = match &unread.message.from {
        Author::Agent(agent) => ("agent", Value::from(agent.name.as_str())),
        _ => ("bot", Value::Null),
    };
    let body = json!({
        "call": push,
        "conversation": row.conversation,
        "visitor": conversation.visitor,
        "lang": unread.message.lang,
        "data": {
            "seq": unread.newest,
            "at": unread.at.to_rfc3339(),
            "unread": unread.count,
            "from": { "role": role, "name": name },
        },
    });
    let tries = Tries {
        call: push,
        id: &id,
        body: Bytes::from(body.to_string()),
        timeout: Duration::from_secs(u64::from(TIMEOUT_S)),
        retries: RETRIES,
    };
    // Another has taken it up.
    let Some(told) = try_all(engine, systems, &tries, &mut row).await else { return Ok(()) };
    if let Err(failure) = told {
        let more = row.tries < MOST_ROUNDS;
        let delivery = if more { Delivery::Retried } else { Delivery::GivenUp };
        engine.metrics().pushes(delivery).inc();
        if more {
            let pause = FIRST_ROUND_MS.saturating_mul(1 << row.tries.min(10));
            let due = engine.inner.clock.now().plus_ms(pause.min(LONGEST_ROUND_MS));
            return store.move_effect(&row, due, row.tries).await.map(drop);
        }
        tracing::error!(
            conversation.id = %row.conversation,
            action.failure = failure.as_str(),
            "the push gateway was not told of an unread message"
        );
    } else {
        engine.metrics().pushes(Delivery::Sent).inc();
    }
    // What it was told of together waits no longer.
    for other in store.effects_of(&row.conversation).await? {
        if other.kind == EffectKind::Unread && other.seq <= unread.newest {
            store.close_effect(&other).await?;
        }
    }
    Ok(())
}

/// The messages of bot and agents behind the visitor's cursor.
async fn unread_behind(
    engine: &Engine,
    conversation: &ConversationId,
    read: Seq,
) -> Result<Option<Unread>, StoreError> {
    let mut found: Option<Unread> = None;
    let count_in = |newest, at, message: Message| {
        if message.from != Author::Visitor {
            let count = 1 + found.as_ref().map_or(0, |before| before.count);
            found = Some(Unread { newest, at, count, message });
        }
    };
    engine.messages_after(conversation, read, count_in).await?;
    Ok(found)
}
