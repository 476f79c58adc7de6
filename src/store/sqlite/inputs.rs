//! Which inputs of a batch were applied before.

use std::collections::HashMap;
use std::collections::HashSet;

use sqlx::Arguments;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::store::Append;
use crate::store::InputKey;
use crate::store::sqlite::memory::Memory;
use crate::store::sqlite::script::Script;
use crate::store::sqlite::statements;

/// What was asked about the inputs of a batch, and found.
#[derive(Debug, Default)]
pub(super) struct Inputs<'batch> {
    /// Places in the batch of the appends whose inputs were looked for.
    asked: HashSet<usize>,
    /// Where those that are known were applied.
    found: HashMap<(&'batch str, &'batch FrameId), (ConversationId, Seq)>,
}

impl<'batch> Inputs<'batch> {
    /// Asks for the inputs that were not asked for yet and whose author has a number; one without
    /// has no inputs.
    pub(super) fn ask(
        &mut self,
        script: &mut Script,
        memory: &mut Memory,
        appends: &[&Append],
    ) -> Result<(), sqlx::Error> {
        let mut wanted: Vec<(usize, i64, &InputKey)> = Vec::with_capacity(appends.len());
        for (index, append) in appends.iter().enumerate() {
            let Some(input) = &append.input else { continue };
            let Some(author) = memory.author(&input.author) else { continue };
            if self.asked.insert(index) {
                wanted.push((index, author, input));
            }
        }
        script.rows(&statements::FIND_INPUTS, &wanted, |arguments, (index, author, input)| {
            arguments.add(i64::try_from(*index)?)?;
            arguments.add(author)?;
            arguments.add(input.frame.as_str())
        })
    }

    /// Takes the answer.
    pub(super) fn note(
        &mut self,
        rows: &[SqliteRow],
        appends: &[&'batch Append],
    ) -> Result<(), sqlx::Error> {
        for row in rows {
            let (index, id, seq): (i64, &str, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let append = usize::try_from(index).ok().and_then(|index| appends.get(index));
            let Some(input) = append.and_then(|append| append.input.as_ref()) else { continue };
            let place = (ConversationId::new(id), Seq(seq.unsigned_abs()));
            self.found.insert((input.author.as_str(), &input.frame), place);
        }
        Ok(())
    }

    /// What was found.
    pub(super) fn into_found(
        self,
    ) -> HashMap<(&'batch str, &'batch FrameId), (ConversationId, Seq)> {
        self.found
    }
}
