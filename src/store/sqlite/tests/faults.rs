//! Neighbours and bad requests: what they must not do to the rest.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::store::Appended;
use crate::store::Directory;
use crate::store::EventStore;
use crate::store::contract::World;
use crate::store::contract::account;
use crate::store::contract::append;
use crate::store::contract::new_conversation;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::tests::fresh;

/// A log that another hand damaged: an event stands where the head does not know of it.
#[tokio::test]
async fn a_request_that_breaks_a_rule_fails_alone() {
    let world = fresh();
    let store = world.open().await;
    for name in ["c0", "c1", "c2"] {
        store.create(new_conversation(name, "v")).await.unwrap();
    }
    let path = world.0.path().join("skicka.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut other = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let damage = "INSERT INTO events (conversation, seq, at, body) \
                  SELECT number, 1, 0, '' FROM conversations WHERE id = 'c1'";
    sqlx::raw_sql(damage).execute(&mut other).await.unwrap();
    for round in 0..3 {
        let (one, bad, two) = tokio::join!(
            store.append(append("c0", round, 1, "one")),
            store.append(append("c1", 0, 1, "bad")),
            store.append(append("c2", round, 1, "two")),
        );
        assert_eq!((one.unwrap(), two.unwrap()), (Appended::Done, Appended::Done));
        assert!(bad.is_err());
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    let world = fresh();
    let store = world.open().await;
    let write = sqlx::query("DELETE FROM pulse").execute(&store.readers).await;
    assert!(write.is_err());
}

async fn write_until(stop: Arc<AtomicBool>, store: Arc<Sqlite>, name: String) -> u64 {
    store.create(new_conversation(&name, &name)).await.unwrap();
    let mut head = 0;
    while !stop.load(Ordering::Relaxed) {
        assert_eq!(store.append(append(&name, head, 1, "on")).await.unwrap(), Appended::Done);
        head += 1;
    }
    head
}

/// `skicka agent add` beside a server that writes without a pause.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_can_be_changed_beside_a_busy_server() {
    let world = fresh();
    let server = Arc::new(world.open().await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..32 {
        tasks.spawn(write_until(Arc::clone(&stop), Arc::clone(&server), format!("c{number}")));
    }
    let beside = world.open().await;
    for number in 0..20 {
        assert!(beside.add_agent(account(&format!("agent{number}"))).await.unwrap());
    }
    stop.store(true, Ordering::Relaxed);
    let written: u64 = tasks.join_all().await.into_iter().sum();
    assert!(written > 0);
    assert_eq!(server.agents().await.unwrap().len(), 20);
}
