//! The appends of a batch: look up, judge, write.

use sqlx::Arguments;
use sqlx::SqliteConnection;

use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EventRow;
use crate::store::InputKey;
use crate::store::NewEffect;
use crate::store::sqlite::batch::Refused;
use crate::store::sqlite::changes;
use crate::store::sqlite::creates::bind_head;
use crate::store::sqlite::inputs::Inputs;
use crate::store::sqlite::memory::Memory;
use crate::store::sqlite::rows;
use crate::store::sqlite::script::Script;
use crate::store::sqlite::statements;
use crate::store::sqlite::verdict::Known;
use crate::store::sqlite::verdict::Moved;
use crate::store::sqlite::verdict::Place;
use crate::store::sqlite::verdict::Verdict;
use crate::store::sqlite::verdict::head_after;
use crate::store::sqlite::verdict::judge;

/// Writes the appends that hold, and answers all. `memory` knows their conversations and authors;
/// `inputs` may know their inputs already.
pub(super) async fn perform<'batch>(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    appends: &[&'batch Append],
    mut inputs: Inputs<'batch>,
) -> Result<Vec<Result<Appended, Refused>>, sqlx::Error> {
    if appends.is_empty() {
        return Ok(Vec::new());
    }
    let mut questions = Script::default();
    inputs.ask(&mut questions, memory, appends)?;
    inputs.note(&questions.fetch(connection).await?, appends)?;
    let places = appends
        .iter()
        .filter_map(|append| Some((&append.conversation, memory.place(&append.conversation)?)))
        .collect();
    let Verdict { answers, moved } = judge(appends, Known { places, inputs: inputs.into_found() });
    let holding: Vec<(i64, &Append)> = appends
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| **answer == Some(Appended::Done))
        .filter_map(|(append, _)| Some((memory.place(&append.conversation)?.number, *append)))
        .collect();
    write(connection, memory, appends, &moved, &holding).await?;
    Ok(answers
        .into_iter()
        .zip(appends)
        .map(|(answer, append)| answer.ok_or_else(|| unknown(&append.conversation)))
        .collect())
}

fn unknown(conversation: &ConversationId) -> Refused {
    Refused(format!("conversation {conversation} does not exist"))
}

/// The author of the input behind an append.
pub(super) fn author(append: &Append) -> Option<&str> {
    append.input.as_ref().map(|input| input.author.as_str())
}

/// Moves the heads, and adds events and inputs.
async fn write(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    appends: &[&Append],
    moved: &[Moved],
    holding: &[(i64, &Append)],
) -> Result<(), sqlx::Error> {
    add_authors(connection, memory, holding).await?;
    let events: Vec<(i64, &EventRow)> = holding
        .iter()
        .flat_map(|(number, append)| append.events.iter().map(|event| (*number, event)))
        .collect();
    let inputs: Vec<(i64, i64, &InputKey)> = holding
        .iter()
        .filter_map(|(number, append)| Some((*number, append.input.as_ref()?)))
        .filter_map(|(number, input)| Some((memory.author(&input.author)?, number, input)))
        .collect();
    let mut script = Script::default();
    move_heads(&mut script, appends, moved)?;
    script.rows(&statements::ADD_EVENTS, &events, |arguments, (number, event)| {
        arguments.add(number)?;
        arguments.add(rows::stored_seq(event.seq))?;
        arguments.add(event.at.0)?;
        arguments.add(event.body.as_str())
    })?;
    script.rows(&statements::ADD_INPUTS, &inputs, |arguments, (author, number, input)| {
        arguments.add(author)?;
        arguments.add(input.frame.as_str())?;
        arguments.add(number)?;
        arguments.add(rows::stored_seq(input.seq))
    })?;
    let touched = script.execute(connection).await?;
    if touched != (moved.len() + events.len() + inputs.len()) as u64 {
        return Err(sqlx::Error::Protocol("a head was not where the writer saw it".to_owned()));
    }
    write_effects(connection, holding).await?;
    write_audit(connection, holding).await?;
    for moved in moved {
        let last = appends[moved.last];
        let place = Place { number: moved.number, seq: head_after(last) };
        memory.set_place(last.conversation.clone(), place);
    }
    Ok(())
}

/// Adds work that the events want, and removes what they are the result of. Few events have any.
async fn write_effects(
    connection: &mut SqliteConnection,
    holding: &[(i64, &Append)],
) -> Result<(), sqlx::Error> {
    let wanted: Vec<(i64, &NewEffect)> = holding
        .iter()
        .flat_map(|(number, append)| append.effects.iter().map(|effect| (*number, effect)))
        .collect();
    let closed: Vec<(i64, Seq)> =
        holding.iter().filter_map(|(number, append)| Some((*number, append.closes?))).collect();
    let mut script = Script::default();
    script.rows(&statements::ADD_EFFECTS, &wanted, |arguments, (number, effect)| {
        arguments.add(number)?;
        arguments.add(rows::stored_seq(effect.seq))?;
        arguments.add(effect.kind.as_str())?;
        arguments.add(effect.due.0)?;
        arguments.add(effect.body.as_str())
    })?;
    script.rows(&statements::CLOSE_CALLS, &closed, |arguments, (number, seq)| {
        arguments.add(number)?;
        arguments.add(rows::stored_seq(*seq))
    })?;
    script.execute(connection).await.map(drop)
}

/// Adds what the audit log says of them: agents' acts, which are few.
async fn write_audit(
    connection: &mut SqliteConnection,
    holding: &[(i64, &Append)],
) -> Result<(), sqlx::Error> {
    for (_, append) in holding {
        if let (Some(body), Some(event)) = (&append.audit, append.events.first()) {
            changes::add_audit(connection, event.at, body).await?;
        }
    }
    Ok(())
}

/// Gives a number to authors who send their first input; visitors have theirs already.
async fn add_authors(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
    holding: &[(i64, &Append)],
) -> Result<(), sqlx::Error> {
    let authors = || holding.iter().filter_map(|(_, append)| author(append));
    let new: Vec<&str> = authors().filter(|name| memory.author(name).is_none()).collect();
    let mut script = Script::default();
    script.rows(&statements::ADD_AUTHORS, &new, |arguments, name| arguments.add(*name))?;
    script.execute(connection).await?;
    memory.learn(connection, std::iter::empty(), new.into_iter()).await
}

/// Moves each head from where its first append was decided to where its last one leaves it.
fn move_heads(
    script: &mut Script,
    appends: &[&Append],
    moved: &[Moved],
) -> Result<(), sqlx::Error> {
    script.rows(&statements::MOVE_HEADS, moved, |arguments, moved| {
        let last = appends[moved.last];
        let updated_at = last.events.last().map_or_else(Default::default, |event| event.at);
        arguments.add(moved.number)?;
        arguments.add(rows::stored_seq(moved.from))?;
        bind_head(arguments, head_after(last), updated_at, &last.head)
    })
}
