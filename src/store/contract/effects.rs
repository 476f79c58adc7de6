//! Work that follows events: from the append that wants it to the append of its result.

use crate::conversation::effect::EffectKind;
use crate::ids::Seq;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EffectRow;
use crate::store::EventStore;
use crate::store::NewEffect;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;

/// One event that wants work at `due`.
fn wanting(conversation: &str, expected: u64, due: i64) -> Append {
    let seq = Seq(expected + 1);
    let body = format!(r#"{{"for":{}}}"#, seq.0);
    let effect = NewEffect { seq, kind: EffectKind::Call, due: moment(due), body };
    Append { effects: vec![effect], ..append(conversation, expected, 1, "wants") }
}

async fn due(store: &impl EventStore, now: i64) -> Vec<EffectRow> {
    due_of(store, EffectKind::Call, now).await
}

async fn due_of(store: &impl EventStore, kind: EffectKind, now: i64) -> Vec<EffectRow> {
    store.due_effects(&[kind], moment(now), 10).await.unwrap()
}

fn places(rows: &[EffectRow]) -> Vec<(&str, u64)> {
    rows.iter().map(|row| (row.conversation.as_str(), row.seq.0)).collect()
}

pub(crate) async fn an_effect_waits_from_its_event_to_its_result(world: &impl World) {
    let store = world.open().await;
    for name in ["c1", "c2"] {
        store.create(new_conversation(name, "v1")).await.unwrap();
    }
    store.append(wanting("c1", 0, 20)).await.unwrap();
    store.append(wanting("c2", 0, 10)).await.unwrap();
    assert_eq!(due(&store, 9).await, []);
    assert_eq!(places(&due(&store, 10).await), [("c2", 1)]);
    let all = due(&store, 30).await;
    assert_eq!(places(&all), [("c2", 1), ("c1", 1)], "the earliest first");
    let first = EffectRow {
        conversation: id("c2"),
        seq: Seq(1),
        kind: EffectKind::Call,
        due: moment(10),
        tries: 0,
        body: r#"{"for":1}"#.to_owned(),
    };
    assert_eq!(all[0], first);
    let one = store.due_effects(&[EffectKind::Call], moment(30), 1).await.unwrap();
    assert_eq!(places(&one), [("c2", 1)]);
    let result = Append { closes: Some(Seq(1)), ..append("c2", 1, 1, "result") };
    assert_eq!(store.append(result).await.unwrap(), Appended::Done);
    let other = world.open().await;
    assert_eq!(places(&due(&other, 30).await), [("c1", 1)], "the other's stays");
    // A result of what is not there closes nothing and is no fault.
    let again = Append { closes: Some(Seq(1)), ..append("c2", 2, 1, "result") };
    assert_eq!(store.append(again).await.unwrap(), Appended::Done);
}

pub(crate) async fn an_effect_is_taken_up_by_one(world: &impl World) {
    let store = world.open().await;
    store.create(new_conversation("c1", "v1")).await.unwrap();
    store.append(wanting("c1", 0, 10)).await.unwrap();
    let seen = due(&store, 10).await.remove(0);
    let other = world.open().await;
    assert!(store.move_effect(&seen, moment(50), 1).await.unwrap());
    assert!(!other.move_effect(&seen, moment(60), 1).await.unwrap(), "it was taken up");
    assert_eq!(due(&other, 49).await, []);
    let lost = due(&other, 50).await.remove(0);
    assert_eq!(lost, EffectRow { due: moment(50), tries: 1, ..seen.clone() });
    assert!(other.move_effect(&lost, moment(70), 2).await.unwrap());
    store.append(Append { closes: Some(Seq(1)), ..append("c1", 1, 1, "result") }).await.unwrap();
    let late = EffectRow { due: moment(70), tries: 2, ..seen };
    assert!(!other.move_effect(&late, moment(80), 3).await.unwrap(), "it is done");
    assert_eq!(due(&store, 1_000).await, []);
}

pub(crate) async fn an_effect_may_end_without_an_event(world: &impl World) {
    let store = world.open().await;
    store.create(new_conversation("c1", "v1")).await.unwrap();
    store.append(wanting("c1", 0, 10)).await.unwrap();
    store.append(wanting("c1", 1, 20)).await.unwrap();
    let first = due(&store, 10).await.remove(0);
    assert!(store.close_effect(&first).await.unwrap());
    assert!(!store.close_effect(&first).await.unwrap(), "it is gone");
    let other = world.open().await;
    assert_eq!(places(&due(&other, 30).await), [("c1", 2)]);
}

pub(crate) async fn a_lost_append_wants_and_closes_nothing(world: &impl World) {
    let store = world.open().await;
    store.create(new_conversation("c1", "v1")).await.unwrap();
    store.append(wanting("c1", 0, 10)).await.unwrap();
    let late = Append { closes: Some(Seq(1)), ..wanting("c1", 0, 10) };
    assert_eq!(store.append(late).await.unwrap(), Appended::Conflict { actual: Seq(1) });
    assert_eq!(places(&due(&store, 10).await), [("c1", 1)]);
}

pub(crate) async fn one_event_may_want_one_effect_of_each_kind(world: &impl World) {
    let store = world.open().await;
    store.create(new_conversation("c1", "v1")).await.unwrap();
    let mut both = wanting("c1", 0, 10);
    let mail = NewEffect { kind: EffectKind::MailTeam, ..both.effects[0].clone() };
    both.effects.push(mail);
    store.append(both).await.unwrap();
    let all = [EffectKind::Call, EffectKind::MailTeam];
    let together = store.due_effects(&all, moment(10), 10).await.unwrap();
    assert_eq!(places(&together), [("c1", 1), ("c1", 1)]);
    assert_eq!(due_of(&store, EffectKind::MailAnswer, 10).await, []);
    // The one moves, and the result of a call closes the call alone.
    let mail = due_of(&store, EffectKind::MailTeam, 10).await.remove(0);
    assert!(store.move_effect(&mail, moment(20), 1).await.unwrap());
    assert_eq!(due(&store, 10).await[0].tries, 0);
    store.append(Append { closes: Some(Seq(1)), ..append("c1", 1, 1, "result") }).await.unwrap();
    let other = world.open().await;
    assert_eq!(due(&other, 30).await, []);
    let moved = due_of(&other, EffectKind::MailTeam, 30).await.remove(0);
    assert_eq!(moved, EffectRow { due: moment(20), tries: 1, ..mail });
    assert!(other.close_effect(&moved).await.unwrap());
    assert_eq!(due_of(&other, EffectKind::MailTeam, 30).await, []);
}
