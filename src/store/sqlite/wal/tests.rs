use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::*;
use crate::store::EventStore as _;
use crate::store::contract::append;
use crate::store::contract::new_conversation;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// The log of a database as a power cut would leave it, with three transactions at least.
async fn cut_off(folder: &Path) -> (PathBuf, Vec<u8>) {
    let path = folder.join("skicka.db");
    let store = Sqlite::open(&path, Durability::Full).await.unwrap();
    store.create(new_conversation("c1", "v1")).await.unwrap();
    store.append(append("c1", 0, 2, "first")).await.unwrap();
    store.append(append("c1", 2, 2, "second")).await.unwrap();
    let log = fs::read(folder.join("skicka.db-wal")).unwrap();
    store.close().await;
    (folder.join("copy.db"), log)
}

#[tokio::test]
async fn what_was_not_written_whole_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let (copy, log) = cut_off(folder.path()).await;
    let found = |log: &[u8]| {
        fs::write(folder.path().join("copy.db-wal"), log).unwrap();
        unfinished(&copy).unwrap()
    };
    assert_eq!(unfinished(&copy).unwrap(), None, "there is no log");
    assert_eq!(found(&[]), None);
    assert_eq!(found(&log), None);
    let size = FRAME + word(&log, 8) as usize;
    let frames = (log.len() - HEAD) / size;
    assert!(frames > 3);
    assert!(found(&log[..log.len() - 10]).is_some_and(|bytes| bytes >= size - 10));
    assert_eq!(found(&log[..20]), Some(20));
    for at in [HEAD + 8, HEAD + FRAME, log.len() - 1] {
        let mut flipped = log.clone();
        flipped[at] ^= 1;
        let lost = found(&flipped).unwrap();
        assert!((size..=frames * size).contains(&lost), "{at}: {lost}");
    }
    // The end of an earlier round, with other salts, is no damage.
    let mut longer = log.clone();
    longer.extend([7; 4_120]);
    assert_eq!(found(&longer), None);
}
