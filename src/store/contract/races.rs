//! Many writers at once, checked against what the log must look like whoever was faster.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::store::Appended;
use crate::store::EventStore;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::new_conversation;

const TASKS: u64 = 64;
const CONVERSATIONS: u64 = 16;
const INPUTS: u64 = 12;

/// What one writer was told: its input's tag, and where it stands.
struct Told {
    tag: String,
    conversation: ConversationId,
    first: Seq,
    events: u64,
    duplicate: bool,
}

/// Puts one input until it stands, as an engine does: deciding anew on each conflict.
async fn put(store: &impl EventStore, task: u64, number: u64, again: bool) -> Told {
    let conversation = format!("c{}", (task * 7 + number * 3) % CONVERSATIONS);
    let tag = format!("t{task}-{number}");
    let events = 1 + (task + number) % 3;
    // Begins on a guess that is mostly wrong, so that conflicts are the rule.
    let mut expected = Seq(number);
    loop {
        let wish = append(&conversation, expected.0, events, &tag);
        match store.append(caused_by(&format!("v:{task}"), &tag, wish)).await.unwrap() {
            Appended::Done => {
                assert!(!again, "{tag} was applied twice");
                let conversation = id(&conversation);
                return Told {
                    tag,
                    conversation,
                    first: expected.next(),
                    events,
                    duplicate: false,
                };
            }
            Appended::Duplicate { conversation, seq } => {
                return Told { tag, conversation, first: seq, events, duplicate: true };
            }
            Appended::Conflict { actual } => {
                assert_ne!(actual, expected, "a conflict without a cause");
                expected = actual;
            }
        }
    }
}

async fn one_writer(store: Arc<impl EventStore>, task: u64) -> Vec<Told> {
    let mut told = Vec::new();
    for number in 0..INPUTS {
        if number % 4 == 0 {
            // The client sent the frame twice at once; one of the two is the first.
            let (one, other) =
                tokio::join!(put(&*store, task, number, false), put(&*store, task, number, false));
            assert_ne!(one.duplicate, other.duplicate, "{} counts once", one.tag);
            told.extend([one, other]);
        } else {
            told.push(put(&*store, task, number, false).await);
        }
        if number % 3 == 0 {
            told.push(put(&*store, task, number, true).await);
        }
    }
    told
}

/// Checks the logs against everything that was told.
async fn check(store: &impl EventStore, told: &[Told]) {
    let mut places: HashMap<(String, u64), String> = HashMap::new();
    for told in told.iter().filter(|told| !told.duplicate) {
        for seq in told.first.0..told.first.0 + told.events {
            let taken = places.insert((told.conversation.to_string(), seq), told.tag.clone());
            assert_eq!(taken, None, "two inputs were told the same place");
        }
    }
    let firsts: HashMap<&str, (&ConversationId, Seq)> = told
        .iter()
        .filter(|told| !told.duplicate)
        .map(|told| (told.tag.as_str(), (&told.conversation, told.first)))
        .collect();
    for told in told {
        assert_eq!(firsts[told.tag.as_str()], (&told.conversation, told.first), "{}", told.tag);
    }
    let mut stored = 0;
    for number in 0..CONVERSATIONS {
        let conversation = format!("c{number}");
        let events = store.events(&id(&conversation), Seq::ZERO, 100_000).await.unwrap();
        for (event, seq) in events.iter().zip(1..) {
            assert_eq!(event.seq, Seq(seq), "a gap in {conversation}");
            let tag = &places[&(conversation.clone(), seq)];
            assert_eq!(event.body, format!(r#"{{"tag":"{tag}"}}"#));
        }
        let row = store.conversation(&id(&conversation)).await.unwrap().unwrap();
        assert_eq!(row.seq, Seq(events.len() as u64));
        stored += events.len();
    }
    assert_eq!(stored, places.len(), "everything that was told is there");
    let tags: HashSet<&str> = told.iter().map(|told| told.tag.as_str()).collect();
    assert_eq!(tags.len() as u64, TASKS * INPUTS);
}

async fn race(stores: &[Arc<impl EventStore>]) {
    for number in 0..CONVERSATIONS {
        let new = new_conversation(&format!("c{number}"), &format!("{number}"));
        stores[0].create(new).await.unwrap();
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (task, store) in (0..TASKS).zip(stores.iter().cycle()) {
        tasks.spawn(one_writer(Arc::clone(store), task));
    }
    let told: Vec<Told> = tasks.join_all().await.into_iter().flatten().collect();
    for store in stores {
        check(&**store, &told).await;
    }
}

pub(crate) async fn many_writers_leave_one_order(world: &impl World) {
    race(&[Arc::new(world.open().await)]).await;
}

pub(crate) async fn two_handles_share_one_log(world: &impl World) {
    race(&[Arc::new(world.open().await), Arc::new(world.open().await)]).await;
}
