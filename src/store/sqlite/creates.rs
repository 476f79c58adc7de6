//! New conversations of a batch.

use std::collections::HashMap;
use std::collections::HashSet;

use sqlx::Arguments;
use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::store::Head;
use crate::store::NewConversation;
use crate::store::sqlite::batch::Refused;
use crate::store::sqlite::memory::Memory;
use crate::store::sqlite::rows;
use crate::store::sqlite::script::Script;
use crate::store::sqlite::statements;
use crate::store::sqlite::verdict::Place;

/// Makes the conversations. One that exists already is left as it is; that is no fault when it is
/// the same visitor's, for then the caller asks again because an answer was lost.
pub(super) async fn perform(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    creates: &[&NewConversation],
) -> Result<Vec<Result<(), Refused>>, sqlx::Error> {
    if creates.is_empty() {
        return Ok(Vec::new());
    }
    let wishes: Vec<(&NewConversation, String)> =
        creates.iter().map(|new| (*new, rows::visitor_name(&new.visitor))).collect();
    let wishes = without_needless(connection, wishes).await?;
    let made = insert(connection, memory, &wishes).await?;
    let wishes: HashMap<&str, &str> =
        wishes.iter().map(|(new, visitor)| (new.id.as_str(), visitor.as_str())).collect();
    let mut answers = Vec::with_capacity(creates.len());
    for new in creates {
        let Some(visitor) = wishes.get(new.id.as_str()) else {
            answers.push(Ok(()));
            continue;
        };
        let theirs = made.contains(&new.id)
            || owner(connection, &new.id).await?.as_deref() == Some(*visitor);
        let taken = || Refused(format!("conversation {} is another visitor's", new.id));
        answers.push(if theirs { Ok(()) } else { Err(taken()) });
    }
    Ok(answers)
}

/// Leaves out those that are made only for a visitor without an open conversation, where there is
/// one or the batch makes one.
async fn without_needless<'a>(
    connection: &mut SqliteConnection,
    wishes: Vec<(&'a NewConversation, String)>,
) -> Result<Vec<(&'a NewConversation, String)>, sqlx::Error> {
    let mut kept: Vec<(&NewConversation, String)> = Vec::with_capacity(wishes.len());
    for (new, visitor) in wishes {
        let open = new.unless_open
            && (kept.iter().any(|(_, other)| *other == visitor)
                || sqlx::query(statements::OPEN_CONVERSATION_OF)
                    .bind(visitor.as_str())
                    .bind(rows::status_word(Status::Ended))
                    .fetch_optional(&mut *connection)
                    .await?
                    .is_some());
        if !open {
            kept.push((new, visitor));
        }
    }
    Ok(kept)
}

/// Inserts what is new; answers the conversations that one wish alone asked for and got.
async fn insert(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    wishes: &[(&NewConversation, String)],
) -> Result<HashSet<ConversationId>, sqlx::Error> {
    let mut visitors: HashMap<&str, Option<&str>> = HashMap::with_capacity(wishes.len());
    for (new, visitor) in wishes {
        visitors
            .entry(new.id.as_str())
            .and_modify(|wished_twice| *wished_twice = None)
            .or_insert(Some(visitor));
    }
    let mut made = HashSet::with_capacity(wishes.len());
    for row in insertion(wishes)?.fetch(connection).await? {
        let (id, number, visitor): (&str, i64, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        memory.set_place(ConversationId::new(id), Place { number, seq: Seq::ZERO });
        if let Some(Some(name)) = visitors.get(id) {
            memory.set_author(name, visitor);
            made.insert(ConversationId::new(id));
        }
    }
    Ok(made)
}

fn insertion(wishes: &[(&NewConversation, String)]) -> Result<Script, sqlx::Error> {
    let mut script = Script::default();
    script.rows(&statements::ADD_AUTHORS, wishes, |arguments, (_, visitor)| {
        arguments.add(visitor.as_str())
    })?;
    script.rows(&statements::ADD_CONVERSATIONS, wishes, |arguments, (new, visitor)| {
        arguments.add(new.id.as_str())?;
        arguments.add(visitor.as_str())?;
        arguments.add(new.at.0)?;
        bind_head(arguments, Seq::ZERO, new.at, &new.head)
    })?;
    script.rows(&statements::ADD_PROFILES, wishes, |arguments, (new, _)| {
        arguments.add(new.id.as_str())?;
        arguments.add(new.profile.as_str())
    })?;
    Ok(script)
}

/// Binds a head in the order in which all statements name it: `seq, updated_at, status, team,
/// agent, lang, topic, deadline, pins, tags`.
pub(super) fn bind_head(
    arguments: &mut SqliteArguments,
    seq: Seq,
    updated_at: Timestamp,
    head: &Head,
) -> Result<(), BoxDynError> {
    arguments.add(rows::stored_seq(seq))?;
    arguments.add(updated_at.0)?;
    arguments.add(rows::status_word(head.status))?;
    arguments.add(head.team.as_ref().map(TeamId::as_str))?;
    arguments.add(head.agent.as_ref().map(AgentId::as_str))?;
    arguments.add(head.lang.code())?;
    arguments.add(head.topic.as_ref().map(IntentId::as_str))?;
    arguments.add(head.deadline.map(|deadline| deadline.0))?;
    arguments.add((!head.pins.is_empty()).then(|| rows::list_text(&head.pins)))?;
    arguments.add((!head.tags.is_empty()).then(|| rows::list_text(&head.tags)))
}

async fn owner(
    connection: &mut SqliteConnection,
    conversation: &ConversationId,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(statements::VISITOR_OF)
        .bind(conversation.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}
