//! Heads, lists by status and deadline, and read cursors.

use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::Append;
use crate::store::EventStore;
use crate::store::Head;
use crate::store::Reader;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;
use crate::store::contract::with_bot;

/// Makes `conversation` and leaves it with `head` at `at`.
async fn leave(store: &impl EventStore, conversation: &str, head: Head, at: i64) {
    store.create(new_conversation(conversation, "v1")).await.unwrap();
    let mut put = append(conversation, 0, 1, "left");
    put.events[0].at = moment(at);
    store.append(Append { head, ..put }).await.unwrap();
}

fn with_status(status: Status) -> Head {
    Head { status, ..with_bot() }
}

async fn listed(store: &impl EventStore, statuses: &[Status], since: i64) -> Vec<String> {
    let rows = store.with_status(statuses, moment(since)).await.unwrap();
    rows.into_iter().map(|row| row.id.to_string()).collect()
}

async fn due(store: &impl EventStore, now: Timestamp, limit: u32) -> Vec<String> {
    store.due(now, limit).await.unwrap().iter().map(ToString::to_string).collect()
}

pub(crate) async fn the_head_is_what_the_last_append_left(world: &impl World) {
    let store = world.open().await;
    let full = Head {
        status: Status::Agent,
        team: Some(TeamId::new("digital")),
        agent: Some(AgentId::new("a1")),
        lang: Language::Fi,
        topic: Some(IntentId::new("no_sms")),
        deadline: Some(moment(60_000)),
        pins: vec!["0a1b".to_owned(), "2c3d".to_owned()],
        tags: vec!["kort".to_owned(), "ny kund".to_owned()],
    };
    leave(&store, "c1", full.clone(), 1).await;
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.head, full);
    let plain = Head { lang: Language::En, ..with_status(Status::Ended) };
    store.append(Append { head: plain.clone(), ..append("c1", 1, 1, "ended") }).await.unwrap();
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.head, plain);
}

pub(crate) async fn the_open_conversation_is_the_newest(world: &impl World) {
    let store = world.open().await;
    let mine = VisitorId::new("v1");
    assert_eq!(store.open_conversation_of(&mine).await.unwrap(), None);
    leave(&store, "z-older", with_bot(), 1).await;
    leave(&store, "a-newer", with_status(Status::Queued), 2).await;
    assert_eq!(store.open_conversation_of(&mine).await.unwrap(), Some(id("a-newer")));
    let ended = Append { head: with_status(Status::Ended), ..append("a-newer", 1, 1, "ended") };
    store.append(ended).await.unwrap();
    assert_eq!(store.open_conversation_of(&mine).await.unwrap(), Some(id("z-older")));
    let ended = Append { head: with_status(Status::Ended), ..append("z-older", 1, 1, "ended") };
    store.append(ended).await.unwrap();
    assert_eq!(store.open_conversation_of(&mine).await.unwrap(), None);
    assert_eq!(store.newest_conversation_of(&mine).await.unwrap(), Some(id("a-newer")));
    let nobody = VisitorId::new("v2");
    assert_eq!(store.open_conversation_of(&nobody).await.unwrap(), None);
    assert_eq!(store.newest_conversation_of(&nobody).await.unwrap(), None);
}

pub(crate) async fn statuses_are_listed_the_longest_unchanged_first(world: &impl World) {
    let store = world.open().await;
    leave(&store, "queued-late", with_status(Status::Queued), 30).await;
    leave(&store, "queued-early", with_status(Status::Queued), 10).await;
    leave(&store, "agent", with_status(Status::Agent), 20).await;
    leave(&store, "bot", with_bot(), 5).await;
    leave(&store, "ended", with_status(Status::Ended), 40).await;
    let live = [Status::Queued, Status::Agent, Status::Offline];
    assert_eq!(listed(&store, &live, 0).await, ["queued-early", "agent", "queued-late"]);
    assert_eq!(listed(&store, &live, 20).await, ["agent", "queued-late"]);
    assert_eq!(listed(&store, &[Status::Ended, Status::Bot], 0).await, ["bot", "ended"]);
    assert_eq!(listed(&store, &[Status::Offline], 0).await, Vec::<String>::new());
    assert_eq!(listed(&store, &[], 0).await, Vec::<String>::new());
}

pub(crate) async fn deadlines_are_due_the_earliest_first(world: &impl World) {
    let store = world.open().await;
    let until = |ms| Head { deadline: Some(moment(ms)), ..with_bot() };
    leave(&store, "second", until(2_000), 1).await;
    leave(&store, "first", until(1_000), 1).await;
    leave(&store, "third", until(3_000), 1).await;
    leave(&store, "never", with_bot(), 1).await;
    assert_eq!(due(&store, moment(999), 10).await, Vec::<String>::new());
    assert_eq!(due(&store, moment(2_000), 10).await, ["first", "second"]);
    assert_eq!(due(&store, moment(9_000), 2).await, ["first", "second"]);
    store.append(append("first", 1, 1, "answered")).await.unwrap();
    assert_eq!(due(&store, moment(9_000), 10).await, ["second", "third"]);
}

pub(crate) async fn read_cursors_move_forward_only(world: &impl World) {
    let store = world.open().await;
    leave(&store, "c1", with_bot(), 1).await;
    store.append(append("c1", 1, 9, "more")).await.unwrap();
    store.mark_read(&id("c1"), Reader::Visitor, Seq(7)).await.unwrap();
    store.mark_read(&id("c1"), Reader::Visitor, Seq(4)).await.unwrap();
    store.mark_read(&id("c1"), Reader::Agent, Seq(2)).await.unwrap();
    store.ready().await.unwrap();
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!((row.read_by_visitor, row.read_by_agent), (Seq(7), Seq(2)));
    store.mark_read(&id("c1"), Reader::Visitor, Seq(3)).await.unwrap();
    store.mark_read(&id("c1"), Reader::Agent, Seq(5)).await.unwrap();
    store.ready().await.unwrap();
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!((row.read_by_visitor, row.read_by_agent), (Seq(7), Seq(5)));
}

pub(crate) async fn read_cursors_stay_within_the_log(world: &impl World) {
    let store = world.open().await;
    leave(&store, "c1", with_bot(), 1).await;
    store.mark_read(&id("c1"), Reader::Visitor, Seq(u64::MAX)).await.unwrap();
    store.mark_read(&id("nowhere"), Reader::Visitor, Seq(1)).await.unwrap();
    store.ready().await.unwrap();
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.read_by_visitor, Seq(1));
}
