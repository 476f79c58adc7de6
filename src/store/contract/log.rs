//! The log: what is put in comes out, once, in order, and stays.

use crate::conversation::event::Status;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EventRow;
use crate::store::EventStore;
use crate::store::Head;
use crate::store::NewConversation;
use crate::store::StoreError;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;
use crate::store::contract::with_bot;

async fn store_with_one<W: World>(world: &W) -> W::Store {
    let store = world.open().await;
    store.create(new_conversation("c1", "v1")).await.unwrap();
    store
}

async fn log_of(store: &impl EventStore, conversation: &str) -> Vec<EventRow> {
    store.events(&id(conversation), Seq::ZERO, 10_000).await.unwrap()
}

pub(crate) async fn a_new_conversation_is_empty(world: &impl World) {
    let store = world.open().await;
    assert!(store.conversation(&id("c1")).await.unwrap().is_none());
    let new = new_conversation("c1", "v1");
    store.create(new.clone()).await.unwrap();
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.id, new.id);
    assert_eq!(row.visitor, new.visitor);
    assert_eq!((row.created_at, row.updated_at), (new.at, new.at));
    assert_eq!(row.profile, new.profile);
    assert_eq!(row.head, new.head);
    assert_eq!((row.seq, row.read_by_visitor, row.read_by_agent), (Seq(0), Seq(0), Seq(0)));
    assert_eq!(log_of(&store, "c1").await, []);
}

pub(crate) async fn making_a_conversation_again_changes_nothing(world: &impl World) {
    let store = store_with_one(world).await;
    store.append(append("c1", 0, 2, "first")).await.unwrap();
    store.create(new_conversation("c1", "v1")).await.unwrap();
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.seq, Seq(2));
    assert_eq!(log_of(&store, "c1").await.len(), 2);
}

pub(crate) async fn a_conversation_of_another_visitor_stays_theirs(world: &impl World) {
    let store = store_with_one(world).await;
    let refused = store.create(new_conversation("c1", "v2")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.visitor.as_str(), "v1");
}

pub(crate) async fn events_come_back_as_they_were_put(world: &impl World) {
    let store = store_with_one(world).await;
    let first = append("c1", 0, 1, "first");
    let second = append("c1", 1, 3, "second");
    assert_eq!(store.append(first.clone()).await.unwrap(), Appended::Done);
    assert_eq!(store.append(second.clone()).await.unwrap(), Appended::Done);
    assert_eq!(log_of(&store, "c1").await, [first.events, second.events].concat());
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!((row.seq, row.updated_at), (Seq(4), moment(4)));
}

pub(crate) async fn an_append_on_an_old_head_loses(world: &impl World) {
    let store = store_with_one(world).await;
    store.append(append("c1", 0, 2, "first")).await.unwrap();
    let before = log_of(&store, "c1").await;
    for expected in [0, 1, 3, 1_000_000] {
        let answer = store.append(append("c1", expected, 2, "late")).await.unwrap();
        assert_eq!(answer, Appended::Conflict { actual: Seq(2) });
    }
    assert_eq!(log_of(&store, "c1").await, before);
    assert_eq!(store.append(append("c1", 2, 1, "next")).await.unwrap(), Appended::Done);
}

pub(crate) async fn an_input_counts_once(world: &impl World) {
    let store = store_with_one(world).await;
    let once = caused_by("v:v1", "f1", append("c1", 0, 2, "once"));
    assert_eq!(store.append(once.clone()).await.unwrap(), Appended::Done);
    let known = Appended::Duplicate { conversation: id("c1"), seq: Seq(1) };
    assert_eq!(store.append(once).await.unwrap(), known);
    let with_other_text = caused_by("v:v1", "f1", append("c1", 2, 1, "twice"));
    assert_eq!(store.append(with_other_text).await.unwrap(), known);
    assert_eq!(log_of(&store, "c1").await.len(), 2);
    let found = store.input("v:v1", &FrameId::new("f1")).await.unwrap();
    assert_eq!(found, Some((id("c1"), Seq(1))));
    assert_eq!(store.input("v:v1", &FrameId::new("f2")).await.unwrap(), None);
    assert_eq!(store.input("v:v2", &FrameId::new("f1")).await.unwrap(), None);
}

pub(crate) async fn an_input_counts_once_in_all_conversations(world: &impl World) {
    let store = store_with_one(world).await;
    store.create(new_conversation("c2", "v1")).await.unwrap();
    store.append(caused_by("v:v1", "f1", append("c1", 0, 1, "here"))).await.unwrap();
    let there = store.append(caused_by("v:v1", "f1", append("c2", 0, 1, "there"))).await.unwrap();
    assert_eq!(there, Appended::Duplicate { conversation: id("c1"), seq: Seq(1) });
    assert_eq!(log_of(&store, "c2").await, []);
    assert_eq!(store.append(append("c2", 0, 1, "new")).await.unwrap(), Appended::Done);
}

pub(crate) async fn a_known_input_is_a_duplicate_on_any_head(world: &impl World) {
    let store = store_with_one(world).await;
    store.append(caused_by("v:v1", "f1", append("c1", 0, 1, "first"))).await.unwrap();
    store.append(append("c1", 1, 5, "more")).await.unwrap();
    let late = store.append(caused_by("v:v1", "f1", append("c1", 0, 1, "first"))).await.unwrap();
    assert_eq!(late, Appended::Duplicate { conversation: id("c1"), seq: Seq(1) });
}

pub(crate) async fn an_input_that_lost_may_come_again(world: &impl World) {
    let store = store_with_one(world).await;
    store.append(append("c1", 0, 1, "faster")).await.unwrap();
    let lost = store.append(caused_by("v:v1", "f1", append("c1", 0, 1, "slow"))).await.unwrap();
    assert_eq!(lost, Appended::Conflict { actual: Seq(1) });
    assert_eq!(store.input("v:v1", &FrameId::new("f1")).await.unwrap(), None);
    let again = store.append(caused_by("v:v1", "f1", append("c1", 1, 1, "slow"))).await.unwrap();
    assert_eq!(again, Appended::Done);
}

pub(crate) async fn one_frame_id_of_two_authors_is_two_inputs(world: &impl World) {
    let store = store_with_one(world).await;
    store.append(caused_by("v:v1", "f1", append("c1", 0, 1, "asks"))).await.unwrap();
    let answer = store.append(caused_by("a:v1", "f1", append("c1", 1, 1, "answers"))).await;
    assert_eq!(answer.unwrap(), Appended::Done);
    let found = store.input("a:v1", &FrameId::new("f1")).await.unwrap();
    assert_eq!(found, Some((id("c1"), Seq(2))));
}

pub(crate) async fn an_append_to_nothing_fails_and_spoils_nothing(world: &impl World) {
    let store = store_with_one(world).await;
    let (nothing, something) = tokio::join!(
        store.append(append("nowhere", 0, 1, "lost")),
        store.append(append("c1", 0, 1, "kept")),
    );
    assert!(matches!(nothing, Err(StoreError::Unavailable(_))), "{nothing:?}");
    assert_eq!(something.unwrap(), Appended::Done);
    assert_eq!(log_of(&store, "nowhere").await, []);
}

pub(crate) async fn events_must_follow_the_head(world: &impl World) {
    let store = store_with_one(world).await;
    let good = append("c1", 0, 3, "good");
    let none = Append { events: Vec::new(), ..good.clone() };
    let mut gap = good.clone();
    gap.events.remove(1);
    let mut turned = good.clone();
    turned.events.swap(0, 1);
    let beside = Append { expected: Seq(1), ..good };
    let mut behind_all = append("c1", 0, 1, "good");
    behind_all.expected = Seq(u64::MAX);
    for bad in [none, gap, turned, beside, behind_all] {
        assert!(store.append(bad.clone()).await.is_err(), "{bad:?}");
    }
    assert_eq!(log_of(&store, "c1").await, []);
}

pub(crate) async fn events_come_in_pages(world: &impl World) {
    let store = store_with_one(world).await;
    store.append(append("c1", 0, 250, "many")).await.unwrap();
    store.create(new_conversation("c2", "v1")).await.unwrap();
    store.append(append("c2", 0, 3, "other")).await.unwrap();
    let mut seen = Vec::new();
    loop {
        let after = seen.last().copied().unwrap_or(Seq::ZERO);
        let page = store.events(&id("c1"), after, 100).await.unwrap();
        assert!(page.len() <= 100);
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|event| event.seq));
    }
    assert_eq!(seen, (1..=250).map(Seq).collect::<Vec<_>>());
    assert_eq!(store.events(&id("c1"), Seq(248), 100).await.unwrap().len(), 2);
    assert_eq!(store.events(&id("c1"), Seq(u64::MAX), 100).await.unwrap(), []);
    assert_eq!(store.events(&id("c1"), Seq::ZERO, 0).await.unwrap(), []);
}

pub(crate) async fn any_text_survives(world: &impl World) {
    let store = store_with_one(world).await;
    let texts = [
        "å ä ö Ö 👩‍👩‍👧 \u{202e}abc".to_owned(),
        "'; DROP TABLE events; --".to_owned(),
        "before\u{0}after".to_owned(),
        "x".repeat(100_000),
        String::new(),
    ];
    let mut put = append("c1", 0, 5, "");
    for (event, text) in put.events.iter_mut().zip(&texts) {
        event.body.clone_from(text);
    }
    store.append(put).await.unwrap();
    let bodies: Vec<String> =
        log_of(&store, "c1").await.into_iter().map(|event| event.body).collect();
    assert_eq!(bodies, texts);
}

pub(crate) async fn what_was_done_survives_reopening(world: &impl World) {
    let store = store_with_one(world).await;
    let put = caused_by("v:v1", "f1", append("c1", 0, 2, "kept"));
    store.append(put.clone()).await.unwrap();
    drop(store);
    let store = world.open().await;
    assert_eq!(log_of(&store, "c1").await, put.events);
    let again = store.append(put.clone()).await.unwrap();
    assert_eq!(again, Appended::Duplicate { conversation: id("c1"), seq: Seq(1) });
    store.close().await;
    let store = world.open().await;
    assert_eq!(store.conversation(&id("c1")).await.unwrap().unwrap().head, with_bot());
    assert_eq!(store.append(append("c1", 2, 1, "more")).await.unwrap(), Appended::Done);
}

pub(crate) async fn nothing_is_done_after_closing(world: &impl World) {
    let store = store_with_one(world).await;
    store.ready().await.unwrap();
    let waiting: Vec<_> = (0..50).map(|seq| store.append(append("c1", seq, 1, "last"))).collect();
    let (done, ()) = tokio::join!(futures_util::future::join_all(waiting), store.close());
    store.close().await;
    assert!(store.ready().await.is_err());
    assert!(store.append(append("c1", 0, 1, "late")).await.is_err());
    assert!(store.conversation(&id("c1")).await.is_err());
    let acked = done.iter().filter(|answer| matches!(answer, Ok(Appended::Done))).count();
    let store = world.open().await;
    assert_eq!(log_of(&store, "c1").await.len(), acked);
}

pub(crate) async fn two_devices_that_come_at_once_meet_in_one_conversation(world: &impl World) {
    let store = world.open().await;
    let wish = |id: &str| NewConversation { unless_open: true, ..new_conversation(id, "v1") };
    let wishes = ["c1", "c2", "c3"].map(|id| store.create(wish(id)));
    for made in futures_util::future::join_all(wishes).await {
        made.unwrap();
    }
    let visitor = VisitorId::new("v1");
    let open = store.open_conversation_of(&visitor).await.unwrap().unwrap();
    let mut there = Vec::new();
    for id in ["c1", "c2", "c3"].map(id) {
        there.extend(store.conversation(&id).await.unwrap().map(|row| row.id));
    }
    assert_eq!(there, std::slice::from_ref(&open));
    let ended = Append { head: ended(), ..append(open.as_str(), 0, 1, "ended") };
    store.append(ended).await.unwrap();
    store.create(wish("c4")).await.unwrap();
    assert_eq!(store.open_conversation_of(&visitor).await.unwrap(), Some(id("c4")));
}

fn ended() -> Head {
    Head { status: Status::Ended, ..with_bot() }
}
