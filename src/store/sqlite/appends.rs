//! The appends of a batch: learn, judge, write.

use std::collections::HashMap;

use sqlx::Arguments;
use sqlx::Row;
use sqlx::SqliteConnection;

use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EventRow;
use crate::store::InputKey;
use crate::store::sqlite::batch::Refused;
use crate::store::sqlite::creates::bind_head;
use crate::store::sqlite::memory::Memory;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;
use crate::store::sqlite::verdict::Known;
use crate::store::sqlite::verdict::Moved;
use crate::store::sqlite::verdict::Place;
use crate::store::sqlite::verdict::Verdict;
use crate::store::sqlite::verdict::head_after;
use crate::store::sqlite::verdict::judge;

/// Writes the appends that hold, and answers all.
pub(super) async fn perform(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    appends: &[&Append],
) -> Result<Vec<Result<Appended, Refused>>, sqlx::Error> {
    if appends.is_empty() {
        return Ok(Vec::new());
    }
    memory.learn_places(connection, appends.iter().map(|append| &append.conversation)).await?;
    memory.learn_authors(connection, appends.iter().filter_map(|append| author(append))).await?;
    let inputs = known_inputs(connection, memory, appends).await?;
    let places = appends
        .iter()
        .filter_map(|append| Some((&append.conversation, memory.place(&append.conversation)?)))
        .collect();
    let Verdict { answers, moved } = judge(appends, Known { places, inputs });
    move_heads(connection, memory, appends, &moved).await?;
    let holding: Vec<(i64, &Append)> = appends
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| **answer == Some(Appended::Done))
        .filter_map(|(append, _)| Some((memory.place(&append.conversation)?.number, *append)))
        .collect();
    add_events(connection, &holding).await?;
    add_inputs(connection, memory, &holding).await?;
    Ok(answers
        .into_iter()
        .zip(appends)
        .map(|(answer, append)| answer.ok_or_else(|| unknown(&append.conversation)))
        .collect())
}

fn unknown(conversation: &ConversationId) -> Refused {
    Refused(format!("conversation {conversation} does not exist"))
}

fn author(append: &Append) -> Option<&str> {
    append.input.as_ref().map(|input| input.author.as_str())
}

/// Where inputs of these appends were applied before.
async fn known_inputs<'batch>(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    appends: &'batch [&'batch Append],
) -> Result<HashMap<(&'batch str, &'batch FrameId), (ConversationId, Seq)>, sqlx::Error> {
    let asked: Vec<(i64, &InputKey)> = appends
        .iter()
        .filter_map(|append| append.input.as_ref())
        .filter_map(|input| Some((memory.author(&input.author)?, input)))
        .collect();
    let numbered: Vec<(usize, &(i64, &InputKey))> = asked.iter().enumerate().collect();
    let found = statements::FIND_INPUTS
        .fetch(connection, &numbered, |arguments, (index, (author, input))| {
            arguments.add(author)?;
            arguments.add(input.frame.as_str())?;
            arguments.add(i64::try_from(*index)?)
        })
        .await?;
    let mut known = HashMap::with_capacity(found.len());
    for row in found {
        let (index, id, seq): (i64, &str, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let Some((_, input)) = usize::try_from(index).ok().and_then(|index| asked.get(index))
        else {
            continue;
        };
        let place = (ConversationId::new(id), Seq(seq.unsigned_abs()));
        known.insert((input.author.as_str(), &input.frame), place);
    }
    Ok(known)
}

/// Moves each head from where its first append was decided to where its last one leaves it.
async fn move_heads(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    appends: &[&Append],
    moved: &[Moved],
) -> Result<(), sqlx::Error> {
    let held = statements::MOVE_HEADS
        .execute(connection, moved, |arguments, moved| {
            let last = appends[moved.last];
            let updated_at = last.events.last().map_or_else(Default::default, |event| event.at);
            arguments.add(moved.number)?;
            arguments.add(rows::stored_seq(moved.from))?;
            bind_head(arguments, head_after(last), updated_at, &last.head)
        })
        .await?;
    if held != moved.len() as u64 {
        return Err(sqlx::Error::Protocol("a head was not where the writer saw it".to_owned()));
    }
    for moved in moved {
        let last = appends[moved.last];
        let place = Place { number: moved.number, seq: head_after(last) };
        memory.set_place(last.conversation.clone(), place);
    }
    Ok(())
}

async fn add_events(
    connection: &mut SqliteConnection,
    holding: &[(i64, &Append)],
) -> Result<(), sqlx::Error> {
    let events: Vec<(i64, &EventRow)> = holding
        .iter()
        .flat_map(|(number, append)| append.events.iter().map(|event| (*number, event)))
        .collect();
    statements::ADD_EVENTS
        .execute(connection, &events, |arguments, (number, event)| {
            arguments.add(number)?;
            arguments.add(rows::stored_seq(event.seq))?;
            arguments.add(event.at.0)?;
            arguments.add(event.body.as_str())
        })
        .await?;
    Ok(())
}

async fn add_inputs(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    holding: &[(i64, &Append)],
) -> Result<(), sqlx::Error> {
    memory.add_authors(connection, holding.iter().filter_map(|(_, append)| author(append))).await?;
    let inputs: Vec<(i64, i64, &InputKey)> = holding
        .iter()
        .filter_map(|(number, append)| Some((*number, append.input.as_ref()?)))
        .filter_map(|(number, input)| Some((memory.author(&input.author)?, number, input)))
        .collect();
    statements::ADD_INPUTS
        .execute(connection, &inputs, |arguments, (author, number, input)| {
            arguments.add(author)?;
            arguments.add(input.frame.as_str())?;
            arguments.add(number)?;
            arguments.add(rows::stored_seq(input.seq))
        })
        .await?;
    Ok(())
}
