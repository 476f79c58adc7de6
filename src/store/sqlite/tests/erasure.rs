//! Erased means gone from the disk: the files themselves are searched.

use std::path::Path;

use crate::ids::VisitorId;
use crate::store::EventStore;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;
use crate::store::records::Records;
use crate::store::records::Whose;
use crate::store::search::Search;
use crate::store::search::Wanted;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

const VISITORS: u64 = 120;

/// What the files of the database hold, all of it.
fn on_disk(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn count(haystack: &[u8], needle: &str) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

fn words(visitor: u64) -> String {
    format!("<words-of-{visitor}>")
}

/// Talks of many visitors, woven into one another, short and long.
async fn talk(store: &Sqlite) {
    for visitor in 0..VISITORS {
        let (name, said) = (format!("c{visitor}"), words(visitor));
        let new = new_conversation(&name, &format!("v{visitor}"));
        let profile = format!(r#"{{"page_title":"{said}"}}"#);
        store.create(crate::store::NewConversation { profile, ..new }).await.unwrap();
    }
    for round in 0..6_u64 {
        for visitor in 0..VISITORS {
            let long = if (visitor + round) % 17 == 0 { 400 } else { 1 + (visitor % 5) as usize };
            let said = words(visitor).repeat(long);
            let put = append(&format!("c{visitor}"), round * 2, 2, &said);
            let frame = format!("f-{visitor}-{round}");
            let done = store.append(caused_by(&format!("v:v{visitor}"), &frame, put)).await;
            done.unwrap();
        }
    }
}

#[tokio::test]
async fn no_byte_of_the_erased_is_left_and_none_of_the_others_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let server = Sqlite::open(&path, Durability::Full).await.unwrap();
    talk(&server).await;
    // Another process erases beside the server, in an order of its own.
    let other = Sqlite::open(&path, Durability::Full).await.unwrap();
    let mut gone = Vec::new();
    for step in 0..VISITORS / 2 {
        let visitor = (step * 37) % VISITORS;
        gone.push(visitor);
        let whose = Whose::Visitor {
            visitor: VisitorId::new(&format!("v{visitor}")),
            pseudonym: VisitorId::new(&format!("erased-{visitor:032}")),
        };
        let erased = other.erase(whose, moment(1)).await.unwrap();
        assert_eq!(erased.events, 12);
    }
    assert!(other.settle().await.unwrap());
    let bytes = on_disk(folder.path());
    for visitor in 0..VISITORS {
        let found = count(&bytes, &words(visitor));
        assert_eq!(found == 0, gone.contains(&visitor), "visitor {visitor}: {found} times");
    }
    server.close().await;
    other.close().await;
}

/// A word like no other, also at its end: the index keeps of a word what differs from the one
/// before it.
fn own_word(visitor: u64) -> String {
    let mut seed = visitor.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
    let letter = |_| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        char::from(b'a' + u8::try_from((seed >> 33) % 26).unwrap())
    };
    (0..14).map(letter).collect()
}

#[tokio::test]
async fn no_byte_of_the_erased_is_left_in_the_search_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("skicka.db"), Durability::Normal).await.unwrap();
    for visitor in 0..VISITORS {
        let new = new_conversation(&format!("c{visitor}"), &format!("v{visitor}"));
        store.create(new).await.unwrap();
    }
    for round in 0..8_u64 {
        for visitor in 0..VISITORS {
            let word = own_word(visitor);
            let text = format!("{word} och {word} samt {word}{round}");
            let mut put = append(&format!("c{visitor}"), round, 1, "");
            let body = r#"{"kind":"message","from":{"role":"visitor"},"text":"TEXT","lang":"sv"}"#;
            put.events[0].body = body.replace("TEXT", &text);
            store.append(put).await.unwrap();
            // The index grows in small steps, as beside a server, and its parts are merged.
            if visitor % 7 == 0 {
                store.take_in(30).await.unwrap();
            }
        }
    }
    while store.take_in(30).await.unwrap() {}
    let gone = |visitor: u64| visitor % 3 != 1;
    for step in 0..VISITORS {
        let visitor = (step * 37) % VISITORS;
        if gone(visitor) {
            let whose = Whose::Conversations(vec![id(&format!("c{visitor}"))]);
            store.erase(whose, moment(1)).await.unwrap();
        }
    }
    assert!(store.settle().await.unwrap());
    let bytes = on_disk(folder.path());
    for visitor in 0..VISITORS {
        let found = count(&bytes, &own_word(visitor)[4..]);
        assert_eq!(found == 0, gone(visitor), "visitor {visitor}: {found} times");
        let wanted = Wanted { words: own_word(visitor), ..Wanted::default() };
        assert_eq!(store.find(&wanted).await.unwrap().found.is_empty(), gone(visitor));
    }
    store.close().await;
}
