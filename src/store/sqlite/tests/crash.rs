//! Real processes, really killed, and really out of disk.
//!
//! The test binary starts itself as a writer that tells on its standard output what was acked.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;

use crate::ids::Seq;
use crate::store::Appended;
use crate::store::EventStore;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::new_conversation;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

const DATABASE: &str = "SKICKA_TEST_DATABASE";
const CONVERSATIONS: u64 = 24;

/// Says something that the parent reads even if the next moment is the last.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Appends to one conversation until the end, and tells each ack; `full` when it was refused.
async fn write_on(store: Arc<Sqlite>, number: u64) {
    let name = format!("c{number}");
    let row = store.conversation(&id(&name)).await.unwrap().unwrap();
    let mut head = row.seq.0;
    loop {
        let tag = format!("{name}-{head}");
        let wish = caused_by(&format!("v:{name}"), &tag, append(&name, head, 2, &tag));
        match store.append(wish).await {
            Ok(Appended::Done) => {
                head += 2;
                tell(&format!("ack {name} {head}"));
            }
            // What was refused may still have been kept; the same input finds out.
            Ok(Appended::Duplicate { seq, .. }) => head = seq.0 + 1,
            Ok(Appended::Conflict { actual }) => panic!("{name} is at {actual}, not at {head}"),
            Err(_) => tell("full"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the writer that the tests below start and kill"]
async fn writer() {
    let path = std::env::var_os(DATABASE).expect("the parent names the database");
    let store = Arc::new(Sqlite::open(Path::new(&path), Durability::Full).await.unwrap());
    // All are there before the first writes: the first could fill the disk before the last is made.
    for number in 0..CONVERSATIONS {
        let name = format!("c{number}");
        store.create(new_conversation(&name, &name)).await.unwrap();
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..CONVERSATIONS {
        tasks.spawn(write_on(Arc::clone(&store), number));
    }
    tasks.join_all().await;
}

/// Starts the writer; `before` is run by the shell that becomes it.
fn start(path: &Path, before: &str) -> Child {
    let this = std::env::current_exe().unwrap();
    Command::new("sh")
        .arg("-c")
        .arg(format!("{before} exec \"$0\" --exact {} --ignored --nocapture", module_test()))
        .arg(this)
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn module_test() -> String {
    let path = module_path!();
    let without_crate = path.split_once("::").map_or(path, |(_, rest)| rest);
    format!("{without_crate}::writer")
}

/// The newest ack of each conversation among the lines.
#[derive(Default)]
struct Acks(BTreeMap<String, u64>);

impl Acks {
    fn note(&mut self, line: &str) -> bool {
        let mut words = line.split(' ');
        let (Some("ack"), Some(name), Some(seq)) = (words.next(), words.next(), words.next())
        else {
            return false;
        };
        self.0.insert(name.to_owned(), seq.parse().unwrap());
        true
    }
}

/// Every acked event is there, in its place, and nothing is there twice.
async fn check(path: &Path, acks: &Acks) {
    let store = Sqlite::open(path, Durability::Full).await.unwrap();
    for (name, acked) in &acks.0 {
        let events = store.events(&id(name), Seq::ZERO, 1_000_000).await.unwrap();
        let row = store.conversation(&id(name)).await.unwrap().unwrap();
        assert_eq!(row.seq.0, events.len() as u64);
        assert!(row.seq.0 >= *acked, "{name}: {acked} was acked, {} is there", row.seq);
        for (event, seq) in events.iter().zip(1_u64..) {
            let decided_on = (seq - 1) / 2 * 2;
            assert_eq!(event.seq, Seq(seq));
            assert_eq!(event.body, format!(r#"{{"tag":"{name}-{decided_on}"}}"#));
        }
    }
    store.close().await;
}

#[tokio::test]
async fn what_was_acked_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let mut acks = Acks::default();
    for round in 1..=5 {
        let mut child = start(&path, "");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < 150 * round {
            let line = lines.next().expect("the writer lives").unwrap();
            seen += usize::from(acks.note(&line));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had told when it died was acked too; its last line may be torn.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        let whole = rest.len().saturating_sub(1);
        for line in &rest[..whole] {
            acks.note(line);
        }
        check(&path, &acks).await;
    }
    assert_eq!(acks.0.len() as u64, CONVERSATIONS);
}

/// The system refuses to let a file grow, which fails the commit itself; then it lets it again.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn service_returns_when_space_returns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    drop(Sqlite::open(&path, Durability::Full).await.unwrap());
    let mut child = start(&path, "trap '' XFSZ; ulimit -S -f 4000;");
    let mut acks = Acks::default();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut refused = 0;
    while refused < 100 {
        let line = lines.next().expect("the writer lives").unwrap();
        refused += usize::from(line == "full");
        acks.note(&line);
    }
    let before: u64 = acks.0.values().sum();
    assert!(before > 0, "it served until then");
    let raised = Command::new("prlimit")
        .args(["--pid", &child.id().to_string(), "--fsize=unlimited"])
        .status()
        .unwrap();
    assert!(raised.success());
    while acks.0.values().sum::<u64>() < before + 2_000 {
        acks.note(&lines.next().expect("the writer lives").unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    check(&path, &acks).await;
}
