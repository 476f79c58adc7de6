//! Revisions of the content, kept while conversations run on them.

use std::collections::BTreeSet;

use crate::conversation::event::Status;
use crate::store::Append;
use crate::store::EventStore;
use crate::store::Head;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::new_conversation;
use crate::store::contract::with_bot;

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) async fn a_revision_is_kept_until_it_is_let_go(world: &impl World) {
    let store = world.open().await;
    assert_eq!(store.revisions().await.unwrap(), names(&[]));
    store.keep_revision("r1", "åäö").await.unwrap();
    store.keep_revision("r2", "").await.unwrap();
    store.keep_revision("r1", "something else").await.unwrap();
    let other = world.open().await;
    assert_eq!(other.revisions().await.unwrap(), names(&["r1", "r2"]));
    assert_eq!(other.revision("r1").await.unwrap().as_deref(), Some("åäö"), "the first stays");
    other.forget_revision("r1").await.unwrap();
    other.forget_revision("r3").await.unwrap();
    assert_eq!(store.revision("r1").await.unwrap(), None);
    assert_eq!(store.revision("r2").await.unwrap().as_deref(), Some(""));
}

pub(crate) async fn a_revision_is_pinned_by_who_runs_on_it(world: &impl World) {
    let store = world.open().await;
    let pins = |revisions: &[&str]| Head {
        pins: revisions.iter().map(|name| (*name).to_owned()).collect(),
        ..with_bot()
    };
    for (name, revisions) in [("c1", &["r1"][..]), ("c2", &["r1", "r2"]), ("c3", &[])] {
        store.create(new_conversation(name, "v1")).await.unwrap();
        let head = pins(revisions);
        store.append(Append { head, ..append(name, 0, 1, "began") }).await.unwrap();
    }
    assert_eq!(store.pinned_revisions().await.unwrap(), names(&["r1", "r2"]));
    store.append(Append { head: pins(&["r2"]), ..append("c1", 1, 1, "anew") }).await.unwrap();
    let ended = Head { status: Status::Ended, ..pins(&[]) };
    store.append(Append { head: ended, ..append("c2", 1, 1, "ended") }).await.unwrap();
    assert_eq!(store.pinned_revisions().await.unwrap(), names(&["r2"]));
}
