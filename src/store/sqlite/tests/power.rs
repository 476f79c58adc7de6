//! Power loss, made by hand: what the disk held at each ack, with every kind of tail behind it.
//!
//! At an ack the write-ahead log has been synced up to its length of that moment; what follows it
//! may be there, in part, or not at all, and in any state. The database file itself is not
//! touched before a checkpoint, and none comes in so short a run. **Absent:** a disk that loses
//! what it said to have synced, and flipped bits in what was moved into the database file long
//! ago, which SQLite does not notice without page checksums.

use std::path::Path;
use std::sync::Arc;

use crate::ids::Seq;
use crate::store::Appended;
use crate::store::EventStore as _;
use crate::store::contract::World as _;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::new_conversation;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::tests::fresh;

/// A frame of the write-ahead log: its head, and a page.
const FRAME: usize = 24 + 4_096;
const APPENDS: u64 = 40;

/// Opens what a power cut left, and finds every event up to `acked`, nothing torn, and that it
/// takes writes again. What was under way at the cut may be there too, whole.
async fn check(folder: &Path, acked: u64, what: &str) {
    let path = folder.join("skicka.db");
    let store = Sqlite::open(&path, Durability::Full).await.unwrap();
    let events = store.events(&id("c"), Seq::ZERO, 10_000).await.unwrap();
    let head = store.conversation(&id("c")).await.unwrap().unwrap().seq.0;
    assert!(head >= acked && head.is_multiple_of(2), "{what}: {acked} was acked, {head} is there");
    assert_eq!(events.len() as u64, head, "{what}");
    for (event, seq) in events.iter().zip(1..) {
        let tag = (seq - 1) / 2 * 2;
        assert_eq!((event.seq.0, &event.body), (seq, &format!(r#"{{"tag":"t{tag}"}}"#)), "{what}");
    }
    let sound: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&store.readers).await.unwrap();
    assert_eq!(sound, "ok", "{what}");
    let next = append("c", head, 2, &format!("t{head}"));
    assert_eq!(store.append(next).await.unwrap(), Appended::Done, "{what}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_r5_whatever_lies_behind_the_last_ack_harms_nothing_before_it() {
    let world = fresh();
    let store = Arc::new(world.open().await);
    let folder = world.0.path();
    store.create(new_conversation("c", "v")).await.unwrap();
    let (database, wal) = (folder.join("skicka.db"), folder.join("skicka.db-wal"));
    // The length of the log that each ack waited for.
    let mut synced = Vec::new();
    for number in 0..APPENDS {
        let head = number * 2;
        let wish =
            caused_by("v:v", &format!("f{number}"), append("c", head, 2, &format!("t{head}")));
        assert_eq!(store.append(wish).await.unwrap(), Appended::Done);
        synced.push((head + 2, std::fs::metadata(&wal).unwrap().len()));
    }
    let (file, log) = (std::fs::read(&database).unwrap(), std::fs::read(&wal).unwrap());
    let cut = tempfile::tempdir().unwrap();
    for (acked, length) in synced {
        let held = usize::try_from(length).unwrap();
        let behind = &log[held..];
        let torn = &behind[..behind.len().min(FRAME * 3 / 2)];
        let mut flipped = behind[..behind.len().min(2 * FRAME)].to_vec();
        for at in (0..flipped.len()).step_by(997) {
            flipped[at] ^= 0x10;
        }
        let tails: [(&str, Vec<u8>); 5] = [
            ("nothing", Vec::new()),
            ("a torn frame", torn.to_vec()),
            ("flipped bits", flipped),
            ("zeros", vec![0; 2 * FRAME]),
            ("old frames", log[32..log.len().min(32 + 2 * FRAME)].to_vec()),
        ];
        for (what, tail) in tails {
            std::fs::write(cut.path().join("skicka.db"), &file).unwrap();
            std::fs::write(cut.path().join("skicka.db-wal"), [&log[..held], &tail].concat())
                .unwrap();
            let _none_yet = std::fs::remove_file(cut.path().join("skicka.db-shm"));
            check(cut.path(), acked, &format!("{what} behind {acked}")).await;
        }
    }
    store.close().await;
}
