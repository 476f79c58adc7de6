//! Damage in the middle of what was acked: the disk did not keep what it said to have kept.
//!
//! SQLite's write-ahead log carries a running sum, so whatever stands behind a damaged place is
//! lost; what stands before it is not, and nothing of the rest may be shown as if it were sound.
//! What a power cut leaves *behind* the last ack is tried in `store::sqlite::tests::power`.

use std::path::PathBuf;

use serde_json::Value;

use crate::client::Visitor;
use crate::faults::scale;
use crate::server::Server;

/// The head of the write-ahead log, that of each frame in it, and a page.
const HEAD: usize = 32;
const FRAME: usize = 24 + 4_096;

/// What the server says at its start when it had to leave something out.
const REPORT: &str = "was not written whole: left out";

/// What was on the disk when the process was killed.
struct Kept {
    database: Vec<u8>,
    log: Vec<u8>,
}

/// One way to damage the write-ahead log: from where on, and how.
struct Damage {
    what: &'static str,
    at: usize,
    bytes: Vec<u8>,
}

impl Damage {
    /// A bit is another one.
    fn flip(what: &'static str, log: &[u8], at: usize) -> Self {
        Self { what, at, bytes: vec![log[at] ^ 0x10] }
    }

    /// Something else stands here, as when a block came back from another place of the disk.
    fn other(what: &'static str, log: &[u8], at: usize, length: usize) -> Self {
        Self { what, at, bytes: log[at..at + length].iter().map(|byte| !byte).collect() }
    }
}

/// Every kind of damage in this frame, by the parts of its head and in its page.
fn all(log: &[u8], frame: usize) -> Vec<Damage> {
    let at = HEAD + frame * FRAME;
    vec![
        Damage::flip("the number of its page", log, at + 3),
        Damage::flip("the size that ends a transaction", log, at + 7),
        Damage::flip("its salt", log, at + 9),
        Damage::flip("its sum", log, at + 17),
        Damage::flip("the middle of its page", log, at + 24 + 2_048),
        Damage::flip("the end of its page", log, at + FRAME - 1),
        Damage::other("a sector of it", log, at + 24 + 512, 512),
        Damage::other("all of it", log, at, FRAME),
    ]
}

/// A customer whose words are partly in the database file and partly in the write-ahead log.
struct Written {
    server: Server,
    visitor: Visitor,
    /// Each ack's place, and how long the log was when it came.
    acked: Vec<(u64, usize)>,
    kept: Kept,
}

fn wal(server: &Server) -> PathBuf {
    server.data().join("skicka.db-wal")
}

/// The first frame of a transaction, at about this place in the log: nothing of an unfinished one
/// stands before it.
fn first_of_some(log: &[u8], about: usize) -> usize {
    let ends = |frame: &usize| {
        let at = HEAD + (frame - 1) * FRAME + 4;
        log[at..at + 4].iter().any(|byte| *byte != 0)
    };
    (about..=(log.len() - HEAD) / FRAME).find(ends).unwrap()
}

async fn write_and_kill() -> Written {
    let mut server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut first = Visitor::arrive(&server).await;
    first.want_person("offline").await;
    let moved = first.say("m-1", "i filen").await;
    // An orderly end moves everything into the file.
    server.terminate();
    server.until_gone().await;
    server.restart().await;
    let mut visitor = first.again(&server, 0).await;
    let mut acked = vec![(moved, 0)];
    for number in 0..60 {
        let text = format!("nummer {number} {}", "å".repeat(number * 20));
        let seq = visitor.say(&format!("m{number}"), &text).await;
        let length = std::fs::metadata(wal(&server)).unwrap().len();
        acked.push((seq, usize::try_from(length).unwrap()));
    }
    visitor.until(acked.last().unwrap().0).await;
    server.kill();
    let database = std::fs::read(server.data().join("skicka.db")).unwrap();
    let log = std::fs::read(wal(&server)).unwrap();
    assert!(log.len() > HEAD + 20 * FRAME, "all of it was moved into the file");
    Written { server, visitor, acked, kept: Kept { database, log } }
}

impl Written {
    /// Starts on what is left after some damage, and looks at what is served of it.
    async fn start_on(&mut self, damage: &Damage, what: &str) {
        let Self { server, visitor, acked, kept } = self;
        let mut log = kept.log.clone();
        log[damage.at..damage.at + damage.bytes.len()].copy_from_slice(&damage.bytes);
        std::fs::write(server.data().join("skicka.db"), &kept.database).unwrap();
        std::fs::write(wal(server), log).unwrap();
        let _none_is_there = std::fs::remove_file(server.data().join("skicka.db-shm"));
        let reports = |server: &Server| server.log().matches(REPORT).count();
        let before = reports(server);
        server.restart().await;
        assert_eq!(reports(server), before + 1, "{what}: it is told, once");

        let promised = acked.iter().filter(|(_, length)| *length <= damage.at);
        let promised = promised.map(|(seq, _)| *seq).max().unwrap();
        let mut left = visitor.again(server, 0).await;
        let head = left.welcome["seq"].as_u64().unwrap();
        assert!(head >= promised, "{what}: {promised} stood before it, and {head} is there");
        left.until(head).await;
        let there: &[Value] = left.log();
        assert!(head < visitor.last(), "{what}: what stood behind it cannot be there");
        assert_eq!(there, &visitor.log()[..there.len()], "{what}: nothing else is served");
        // Whoever holds more is told to drop it, and the talk goes on from what is left.
        let mut beyond = visitor.again(server, visitor.last()).await;
        assert_eq!(beyond.welcome["resumed"], false, "{what}");
        let next = beyond.say("next", "nu igen").await;
        assert_eq!(next, head + 1, "{what}");
        left.until(next).await;
        server.kill();
        server.restart().await;
        let mut later = visitor.again(server, 0).await;
        later.until(next).await;
        assert_eq!(later.log(), left.log(), "{what}");
        server.kill();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_damage_inside_what_was_acked_is_told_and_served_to_nobody() {
    let mut written = write_and_kill().await;
    let frames = (written.kept.log.len() - HEAD) / FRAME;
    for part in 1..=scale() {
        let frame = first_of_some(&written.kept.log, frames * part / (scale() + 1));
        for damage in all(&written.kept.log, frame) {
            let what = format!("frame {frame} of {frames}, {}", damage.what);
            written.start_on(&damage, &what).await;
        }
    }
    let head = Damage::flip("the head of the log", &written.kept.log, 17);
    written.start_on(&head, head.what).await;
}
