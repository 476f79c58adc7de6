//! The audit log.

use crate::store::AUDIT_ROOT;
use crate::store::Append;
use crate::store::Appended;
use crate::store::Directory;
use crate::store::EventStore as _;
use crate::store::audit_hash;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;

pub(crate) async fn entries_stand_in_a_chain(world: &impl World) {
    let store = world.open().await;
    assert_eq!(store.audit(0, 10).await.unwrap(), []);
    for (at, body) in [(5, "first"), (3, "second å"), (3, "third")] {
        store.add_audit(moment(at), body).await.unwrap();
    }
    let entries = world.open().await.audit(0, 10).await.unwrap();
    let first = audit_hash(&AUDIT_ROOT, 1, moment(5), "first");
    let second = audit_hash(&first, 2, moment(3), "second å");
    let third = audit_hash(&second, 3, moment(3), "third");
    let hashes: Vec<_> = entries.iter().map(|entry| (entry.number, entry.hash)).collect();
    assert_eq!(hashes, [(1, first), (2, second), (3, third)]);
    assert_eq!(store.audit(1, 1).await.unwrap(), entries[1..2]);
}

pub(crate) async fn writers_at_once_make_one_chain(world: &impl World) {
    let (here, there) = (world.open().await, world.open().await);
    let notes = (0..40).map(|note| {
        let store = if note % 2 == 0 { &here } else { &there };
        store.add_audit(moment(note), "noted")
    });
    for done in futures_util::future::join_all(notes).await {
        done.unwrap();
    }
    let entries = here.audit(0, 100).await.unwrap();
    assert_eq!(entries.len(), 40);
    let mut before = AUDIT_ROOT;
    for (number, entry) in (1..).zip(&entries) {
        assert_eq!(entry.number, number);
        assert_eq!(entry.hash, audit_hash(&before, number, entry.at, &entry.body));
        before = entry.hash;
    }
}

pub(crate) async fn an_append_is_audited_when_it_is_done_and_once(world: &impl World) {
    let store = world.open().await;
    store.create(new_conversation("c1", "v1")).await.unwrap();
    let claim = || Append {
        audit: Some("claimed".to_owned()),
        ..caused_by("a:anna", "f1", append("c1", 0, 1, "claim"))
    };
    let noted = async || -> Vec<String> {
        store.audit(0, 10).await.unwrap().into_iter().map(|entry| entry.body).collect()
    };
    let lost = Append { audit: Some("lost".to_owned()), ..append("c1", 7, 1, "too late") };
    assert!(matches!(store.append(lost).await.unwrap(), Appended::Conflict { .. }));
    assert_eq!(noted().await, [""; 0]);
    assert_eq!(store.append(claim()).await.unwrap(), Appended::Done);
    assert!(matches!(store.append(claim()).await.unwrap(), Appended::Duplicate { .. }));
    assert_eq!(noted().await, ["claimed"]);
}
