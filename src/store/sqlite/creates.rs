//! New conversations of a batch.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::Arguments;
use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

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
    let visitors: Vec<String> =
        creates.iter().map(|new| rows::visitor_name(&new.visitor)).collect();
    let names = || visitors.iter().map(String::as_str);
    memory.learn_authors(connection, names()).await?;
    memory.add_authors(connection, names()).await?;
    let made = insert(connection, memory, creates, &visitors).await?;
    let mut answers = Vec::with_capacity(creates.len());
    for (new, visitor) in creates.iter().zip(&visitors) {
        let mine = match made.get(&new.id) {
            Some((_, maker)) => *maker == visitor.as_str(),
            None => owner(connection, &new.id).await?.as_deref() == Some(visitor),
        };
        let taken = || Refused(format!("conversation {} is another visitor's", new.id));
        answers.push(if mine { Ok(()) } else { Err(taken()) });
    }
    Ok(answers)
}

/// Inserts what is new; answers its numbers and whose it is.
async fn insert<'batch>(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    creates: &'batch [&NewConversation],
    visitors: &'batch [String],
) -> Result<HashMap<ConversationId, (i64, &'batch str)>, sqlx::Error> {
    let mut first: HashMap<&str, (&NewConversation, &str)> = HashMap::new();
    let mut conversations = Vec::with_capacity(creates.len());
    for (new, visitor) in creates.iter().zip(visitors) {
        if let Entry::Vacant(vacant) = first.entry(new.id.as_str()) {
            vacant.insert((new, visitor));
            conversations.push((*new, memory.author(visitor)));
        }
    }
    let inserted = statements::ADD_CONVERSATIONS
        .fetch(connection, &conversations, |arguments, (new, author)| {
            arguments.add(new.id.as_str())?;
            arguments.add(author)?;
            arguments.add(new.at.0)?;
            bind_head(arguments, Seq::ZERO, new.at, &new.head)
        })
        .await?;
    let mut made = HashMap::with_capacity(inserted.len());
    let mut profiles = Vec::with_capacity(inserted.len());
    for row in inserted {
        let (id, number): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
        let Some((new, visitor)) = first.get(id) else { continue };
        profiles.push((number, new.profile.as_str()));
        memory.set_place(new.id.clone(), Place { number, seq: Seq::ZERO });
        made.insert(new.id.clone(), (number, *visitor));
    }
    statements::ADD_PROFILES
        .execute(connection, &profiles, |arguments, (number, profile)| {
            arguments.add(number)?;
            arguments.add(*profile)
        })
        .await?;
    Ok(made)
}

/// Binds a head in the order in which all statements name it: `seq, updated_at, status, team,
/// agent, lang, topic, deadline`.
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
    arguments.add(head.deadline.map(|deadline| deadline.0))
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
