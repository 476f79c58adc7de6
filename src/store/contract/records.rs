//! What is known of a person: given out whole, and erased for good.

use crate::conversation::effect::EffectKind;
use crate::conversation::event::Status;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EventStore;
use crate::store::Head;
use crate::store::NewEffect;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;
use crate::store::contract::with_bot;
use crate::store::records::Leftover;
use crate::store::records::Records;
use crate::store::records::Whose;

fn everything_of(visitor: &str) -> Whose {
    Whose::Visitor {
        visitor: VisitorId::new(visitor),
        pseudonym: VisitorId::new(&format!("erased-{}", visitor.len())),
    }
}

fn ended(conversation: &str, expected: u64) -> Append {
    let head = Head { status: Status::Ended, ..with_bot() };
    Append { head, ..append(conversation, expected, 1, "the end") }
}

async fn bodies(store: &impl EventStore, conversation: &str) -> Vec<String> {
    let events = store.events(&id(conversation), Seq::ZERO, 100).await.unwrap();
    events.into_iter().map(|event| event.body.trim_end().to_owned()).collect()
}

pub(crate) async fn an_erasure_leaves_the_count_and_nothing_else(world: &impl World) {
    let store = world.open().await;
    for (conversation, visitor) in [("c1", "v1"), ("c2", "v1"), ("c3", "other")] {
        store.create(new_conversation(conversation, visitor)).await.unwrap();
        store
            .append(caused_by(
                &format!("v:{visitor}"),
                conversation,
                append(conversation, 0, 3, "secret words"),
            ))
            .await
            .unwrap();
    }
    store.append(ended("c1", 3)).await.unwrap();
    let body = r#"{"slot":"secret"}"#.to_owned();
    let call = NewEffect { seq: Seq(4), kind: EffectKind::Call, due: moment(0), body };
    let mail = NewEffect { kind: EffectKind::MailAnswer, ..call.clone() };
    store
        .append(Append { effects: vec![call, mail], ..append("c2", 3, 1, "wants") })
        .await
        .unwrap();

    let erased = store.erase(everything_of("v1"), moment(99)).await.unwrap();
    assert_eq!(
        (erased.conversations, erased.events, erased.ended),
        (vec![id("c1"), id("c2")], 8, 1)
    );
    let gone = r#"{"kind":"erased"}"#;
    assert_eq!(bodies(&store, "c1").await, [gone; 4]);
    let open = bodies(&store, "c2").await;
    assert_eq!(open[..4], [gone; 4]);
    assert!(open.len() == 5 && open[4].contains(r#""kind":"ended""#), "{open:?}");
    assert!(bodies(&store, "c3").await[0].contains("secret words"));
    for conversation in ["c1", "c2"] {
        let row = store.conversation(&id(conversation)).await.unwrap().unwrap();
        assert!(row.erased && row.head.status == Status::Ended);
        assert_eq!((row.profile.trim_end(), row.visitor.as_str()), ("{}", "erased-2"));
    }
    assert_eq!(store.effects_of(&id("c2")).await.unwrap(), []);
    assert_eq!(store.input("v:v1", &crate::ids::FrameId::new("c1")).await.unwrap(), None);
    assert!(store.input("v:other", &crate::ids::FrameId::new("c3")).await.unwrap().is_some());
    assert_eq!(store.conversations_of(&VisitorId::new("v1")).await.unwrap(), []);
    let again = store.erase(everything_of("v1"), moment(99)).await.unwrap();
    assert_eq!(again, crate::store::records::Erased::default());
}

pub(crate) async fn who_comes_back_and_is_erased_again_keeps_one_pseudonym(world: &impl World) {
    let store = world.open().await;
    for conversation in ["c1", "c2"] {
        store.create(new_conversation(conversation, "v1")).await.unwrap();
        store.append(append(conversation, 0, 1, "words")).await.unwrap();
        store.erase(everything_of("v1"), moment(9)).await.unwrap();
    }
    let pseudonym = VisitorId::new("erased-2");
    assert_eq!(store.conversations_of(&pseudonym).await.unwrap().len(), 2);
}

pub(crate) async fn an_erasure_is_heard_by_another_handle(world: &impl World) {
    let (store, other) = (world.open().await, world.open().await);
    store.create(new_conversation("c1", "v1")).await.unwrap();
    store.append(append("c1", 0, 1, "words")).await.unwrap();
    assert_eq!(store.newest_erasure().await.unwrap(), 0);
    other.erase(everything_of("v1"), moment(9)).await.unwrap();
    let notes = store.erasures(0, 10).await.unwrap();
    assert_eq!(notes, [(1, id("c1"))]);
    assert_eq!(store.erasures(1, 10).await.unwrap(), []);
    assert_eq!(store.newest_erasure().await.unwrap(), 1);
    // Who has not heard yet appends nothing, on the old head nor on the new one.
    for head in [1, 2] {
        let late = store.append(append("c1", head, 1, "late words")).await;
        assert!(!matches!(late, Ok(Appended::Done)), "{late:?}");
    }
    assert_eq!(store.clear(Leftover::Erasures, moment(10), 10).await.unwrap(), 1);
}

pub(crate) async fn time_runs_out_for_what_ended_long_ago(world: &impl World) {
    let store = world.open().await;
    for conversation in ["old", "older", "open"] {
        store.create(new_conversation(conversation, "v1")).await.unwrap();
    }
    store.append(ended("older", 0)).await.unwrap();
    store.append(append("old", 0, 1, "words")).await.unwrap();
    store.append(ended("old", 1)).await.unwrap();
    store.append(append("open", 0, 1, "words")).await.unwrap();
    assert_eq!(store.outdated(moment(1), 10).await.unwrap(), []);
    assert_eq!(store.outdated(moment(10), 10).await.unwrap(), [id("older"), id("old")]);
    assert_eq!(store.outdated(moment(10), 1).await.unwrap(), [id("older")]);
    assert_eq!(store.clear(Leftover::Profiles, moment(2), 10).await.unwrap(), 1);
    let profile = |row: Option<crate::store::ConversationRow>| row.unwrap().profile;
    assert_eq!(profile(store.conversation(&id("older")).await.unwrap()).trim_end(), "{}");
    assert_ne!(profile(store.conversation(&id("old")).await.unwrap()).trim_end(), "{}");
    let whose = Whose::Conversations(vec![id("older"), id("old")]);
    assert_eq!(store.erase(whose, moment(20)).await.unwrap().events, 3);
    assert_eq!(store.outdated(moment(10), 10).await.unwrap(), []);
    let rows = store.conversations_of(&VisitorId::new("v1")).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.erased).count(), 2);
    assert!(store.settle().await.unwrap());
}
