//! Which appends of a batch hold: the store's one rule, without any I/O.
//!
//! An append is a duplicate when its input is known, holds when the head is where it was decided
//! on, and has lost otherwise. The appends of a batch are judged in the order in which they came,
//! each as if those before it stood in the log already; a loser changes nothing for the rest.

use std::collections::HashMap;

use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::store::Append;
use crate::store::Appended;

/// Where a conversation stands in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its internal number.
    pub(super) number: i64,
    /// Its head.
    pub(super) seq: Seq,
}

/// What the database knows of the conversations and inputs of a batch.
#[derive(Debug, Default)]
pub(super) struct Known<'batch> {
    /// The places of all conversations that exist.
    pub(super) places: HashMap<&'batch ConversationId, Place>,
    /// Where inputs were applied: by author and frame.
    pub(super) inputs: HashMap<(&'batch str, &'batch FrameId), (ConversationId, Seq)>,
}

/// The way from a conversation's head before a batch to its head after it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Moved {
    /// The internal number.
    pub(super) number: i64,
    /// The head on which the first append was decided.
    pub(super) from: Seq,
    /// The append, by its place in the batch, whose head stays.
    pub(super) last: usize,
}

/// What becomes of a batch.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// One answer an append; `None` where the conversation does not exist.
    pub(super) answers: Vec<Option<Appended>>,
    /// Each conversation that moves, once, in order of its first append.
    pub(super) moved: Vec<Moved>,
}

/// Judges `appends` in their order.
pub(super) fn judge<'batch>(
    appends: &'batch [&'batch Append],
    mut known: Known<'batch>,
) -> Verdict {
    let mut verdict = Verdict::default();
    let mut moving: HashMap<i64, usize> = HashMap::new();
    for (index, append) in appends.iter().enumerate() {
        let answer = judge_one(append, &mut known);
        if answer == Some(Appended::Done) {
            let number = known.places[&append.conversation].number;
            let place = *moving.entry(number).or_insert_with(|| {
                verdict.moved.push(Moved { number, from: append.expected, last: index });
                verdict.moved.len() - 1
            });
            verdict.moved[place].last = index;
        }
        verdict.answers.push(answer);
    }
    verdict
}

fn judge_one<'batch>(append: &'batch Append, known: &mut Known<'batch>) -> Option<Appended> {
    let place = known.places.get_mut(&append.conversation)?;
    let key = append.input.as_ref().map(|input| (input.author.as_str(), &input.frame));
    if let Some((conversation, seq)) = key.as_ref().and_then(|key| known.inputs.get(key)) {
        return Some(Appended::Duplicate { conversation: conversation.clone(), seq: *seq });
    }
    if place.seq != append.expected {
        return Some(Appended::Conflict { actual: place.seq });
    }
    place.seq = head_after(append);
    if let (Some(key), Some(input)) = (key, &append.input) {
        known.inputs.insert(key, (append.conversation.clone(), input.seq));
    }
    Some(Appended::Done)
}

/// The head that an append leaves.
pub(super) fn head_after(append: &Append) -> Seq {
    append.events.last().map_or(append.expected, |event| event.seq)
}

#[cfg(test)]
pub(super) mod tests;
