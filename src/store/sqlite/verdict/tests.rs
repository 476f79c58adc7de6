//! Single rules by example; all of them together against a log that takes one append at a time.

use std::collections::BTreeMap;
use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::store::Append;
use crate::store::Appended;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::sqlite::verdict::Known;
use crate::store::sqlite::verdict::Moved;
use crate::store::sqlite::verdict::Place;
use crate::store::sqlite::verdict::Verdict;
use crate::store::sqlite::verdict::head_after;
use crate::store::sqlite::verdict::judge;

/// A log in its plainest form.
#[derive(Default, Clone)]
pub(in crate::store::sqlite) struct Model {
    heads: BTreeMap<ConversationId, u64>,
    inputs: HashMap<(String, FrameId), (ConversationId, Seq)>,
}

impl Model {
    pub(in crate::store::sqlite) fn with(conversations: &[&str]) -> Self {
        let heads = conversations.iter().map(|name| (id(name), 0)).collect();
        Self { heads, inputs: HashMap::new() }
    }

    pub(in crate::store::sqlite) fn head(&self, conversation: &ConversationId) -> Option<u64> {
        self.heads.get(conversation).copied()
    }

    /// Takes one append, as if it were alone in the world.
    pub(in crate::store::sqlite) fn take(&mut self, append: &Append) -> Option<Appended> {
        let head = self.heads.get_mut(&append.conversation)?;
        let key = append.input.as_ref().map(|input| (input.author.clone(), input.frame.clone()));
        if let Some((conversation, seq)) = key.as_ref().and_then(|key| self.inputs.get(key)) {
            return Some(Appended::Duplicate { conversation: conversation.clone(), seq: *seq });
        }
        if append.expected != Seq(*head) {
            return Some(Appended::Conflict { actual: Seq(*head) });
        }
        *head += append.events.len() as u64;
        if let (Some(key), Some(input)) = (key, &append.input) {
            self.inputs.insert(key, (append.conversation.clone(), input.seq));
        }
        Some(Appended::Done)
    }
}

fn places<'batch>(
    model: &Model,
    appends: &[&'batch Append],
) -> HashMap<&'batch ConversationId, Place> {
    appends
        .iter()
        .filter_map(|append| {
            let seq = Seq(model.head(&append.conversation)?);
            let number = model.heads.keys().position(|id| *id == append.conversation)?;
            Some((&append.conversation, Place { number: i64::try_from(number).unwrap(), seq }))
        })
        .collect()
}

fn judged(model: &Model, appends: &[&Append]) -> Verdict {
    let mut inputs = HashMap::new();
    for input in appends.iter().filter_map(|append| append.input.as_ref()) {
        if let Some(place) = model.inputs.get(&(input.author.clone(), input.frame.clone())) {
            inputs.insert((input.author.as_str(), &input.frame), place.clone());
        }
    }
    judge(appends, Known { places: places(model, appends), inputs })
}

/// Some append on few conversations, heads and inputs, so that they meet often.
pub(in crate::store::sqlite) fn any_append() -> impl Strategy<Value = Append> {
    (0..4_usize, 0..7_u64, 1..4_u64, 0..3_usize, 0..12_u8).prop_map(
        |(conversation, expected, count, author, frame)| {
            let wish = append(["c0", "c1", "c2", "nowhere"][conversation], expected, count, "any");
            match author {
                0 => wish,
                author => caused_by(["", "v:0", "a:0"][author], &frame.to_string(), wish),
            }
        },
    )
}

proptest! {
    #[test]
    fn a_batch_is_judged_as_if_one_came_after_the_other(
        before in vec(any_append(), 0..20),
        batch in vec(any_append(), 0..40),
    ) {
        let mut model = Model::with(&["c0", "c1", "c2"]);
        for append in &before {
            model.take(append);
        }
        let started = model.clone();
        let batch: Vec<&Append> = batch.iter().collect();
        let verdict = judged(&started, &batch);
        let expected: Vec<_> = batch.iter().map(|append| model.take(append)).collect();
        prop_assert_eq!(&verdict.answers, &expected);
        for moved in &verdict.moved {
            let last = batch[moved.last];
            prop_assert_eq!(Some(moved.from.0), started.head(&last.conversation));
            prop_assert_eq!(Some(head_after(last).0), model.head(&last.conversation));
        }
        let moving = started.heads.iter().filter(|(id, head)| model.heads[*id] != **head).count();
        prop_assert_eq!(verdict.moved.len(), moving);
    }
}

#[test]
fn several_appends_of_one_conversation_move_its_head_once() {
    let model = Model::with(&["c0"]);
    let (first, second, third) =
        (append("c0", 0, 2, "1"), append("c0", 2, 1, "2"), append("c0", 3, 1, "3"));
    let verdict = judged(&model, &[&first, &second, &third]);
    assert_eq!(verdict.answers, vec![Some(Appended::Done); 3]);
    assert_eq!(verdict.moved, [Moved { number: 0, from: Seq(0), last: 2 }]);
}

#[test]
fn of_two_on_one_head_the_first_holds() {
    let model = Model::with(&["c0"]);
    let (first, second) = (append("c0", 0, 2, "1"), append("c0", 0, 1, "2"));
    let verdict = judged(&model, &[&first, &second]);
    let lost = Appended::Conflict { actual: Seq(2) };
    assert_eq!(verdict.answers, [Some(Appended::Done), Some(lost)]);
    assert_eq!(verdict.moved, [Moved { number: 0, from: Seq(0), last: 0 }]);
}

#[test]
fn an_input_sent_twice_in_one_batch_counts_once() {
    let model = Model::with(&["c0"]);
    let first = caused_by("v:0", "f", append("c0", 0, 2, "1"));
    let again = caused_by("v:0", "f", append("c0", 2, 2, "1"));
    let verdict = judged(&model, &[&first, &again]);
    let known = Appended::Duplicate { conversation: id("c0"), seq: Seq(1) };
    assert_eq!(verdict.answers, [Some(Appended::Done), Some(known)]);
    assert_eq!(verdict.moved.len(), 1);
}

#[test]
fn a_lost_input_is_not_known_afterwards() {
    let model = Model::with(&["c0"]);
    let lost = caused_by("v:0", "f", append("c0", 5, 1, "1"));
    let held = caused_by("v:0", "f", append("c0", 0, 1, "1"));
    let verdict = judged(&model, &[&lost, &held]);
    let conflict = Appended::Conflict { actual: Seq(0) };
    assert_eq!(verdict.answers, [Some(conflict), Some(Appended::Done)]);
}
