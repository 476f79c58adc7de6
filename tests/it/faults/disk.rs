//! Disks that are slow, full, failing, or gone while the server runs.

use std::io::BufRead as _;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;
use tokio::time::Instant;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::says;
use crate::client::within;
use crate::demand::skip;
use crate::faults::ledger::Ledger;
use crate::server::Server;

/// What each sync of the slow disk takes longer.
const DELAY: Duration = Duration::from_millis(20);

/// Calls that make what was written durable.
const SYNCS: &str = "fsync,fdatasync";

/// Calls by which SQLite writes into a file.
const WRITES: &str = "write,pwrite64";

/// Messages that are tried while the disk refuses.
const TRIES: usize = 10;

/// A hand between a process and its disk, for as long as it lives.
struct BadDisk(Child);

impl BadDisk {
    /// Lets these calls of the server go wrong like this, in one file only if one is named. `None`
    /// where the system has no `strace` or does not let it.
    fn under(server: &Server, calls: &str, wrong: &str, file: Option<&str>) -> Option<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "-p", &server.pid().to_string()]);
        command.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:{wrong}")]);
        if let Some(file) = file {
            // The system names an open file by its path without links.
            command.arg("-P").arg(server.data().canonicalize().unwrap().join(file));
        }
        let mut child = command.stderr(Stdio::piped()).spawn().ok()?;
        // It says so once it has hold of all threads, and again with every call.
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let is_held = lines.by_ref().map_while(Result::ok).any(|line| line.contains("attached"));
        std::thread::spawn(move || while let Some(Ok(_)) = lines.next() {});
        let mut disk = Self(child);
        if is_held {
            return Some(disk);
        }
        disk.let_go();
        None
    }

    /// Lets the process go on as it was: `strace` ends no call halfway when it is asked to stop.
    fn let_go(&mut self) {
        let _ended_already = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

impl Drop for BadDisk {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// Nothing is told to anybody before the disk has it: no ack, no event, on either side.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_nobody_hears_of_what_the_disk_does_not_have() {
    let server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    let conversation = visitor.conversation.clone();
    visitor.want_person("queued").await;
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    let delay = format!("delay_exit={}", DELAY.as_micros());
    let Some(slow) = BadDisk::under(&server, SYNCS, &delay, None) else {
        return skip("strace cannot hold a process here, so no disk can be slowed");
    };
    for number in 0..20 {
        let id = format!("m{number}");
        let began = Instant::now();
        let frame = json!({"type": "message", "id": id, "text": "hej"});
        visitor.line.send(&frame).await;
        let heard = agent.event(&conversation, "the words", |event| event["id"] == id.as_str());
        heard.await;
        assert!(began.elapsed() >= DELAY, "an agent heard it before the disk had it");
        visitor.line.answer(&id).await;
        assert!(began.elapsed() >= DELAY, "it was acked before the disk had it");
        let began = Instant::now();
        agent.done(&conversation, json!({"type": "message", "text": "svar"})).await;
        visitor.event("the answer", |event| says(event, "agent")).await;
        assert!(began.elapsed() >= DELAY, "an answer was told before the disk had it");
    }
    drop(slow);
}

/// Sends until the answer is of this kind; the answer.
async fn until_answered(
    visitor: &mut Visitor,
    ledger: &mut Ledger,
    prefix: &str,
    kind: &str,
) -> Value {
    within(&format!("an answer of the kind {kind}"), async {
        for number in 0.. {
            let id = format!("{prefix}{number}");
            let long = format!("{id} {}", "å".repeat(1_000));
            let answer = visitor.ask(ledger.send(&id, &long)).await;
            if answer["type"] == "ack" {
                ledger.ack(&answer);
            }
            if answer["type"] == kind {
                return answer;
            }
        }
        unreachable!("there are always more numbers")
    })
    .await
}

/// A full disk: whoever writes is told, nothing that was acked is lost, readers go on, and
/// service returns with the space, on the sockets that were there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_full_disk_is_told_and_passes() {
    // The system refuses to let any file of the process grow beyond this, as a full disk would.
    let server = Server::start_under(
        "trap '' XFSZ; ulimit -S -f 8000;",
        &[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")],
    )
    .await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("offline").await;
    let mut ledger = Ledger::default();
    let refused = until_answered(&mut visitor, &mut ledger, "a", "error").await;
    assert_eq!(refused["code"], "unavailable", "{refused}");
    // What is small still finds room for a while; each look takes some of it.
    everybody_is_told(&server, &visitor, &refused).await;

    let pid = server.pid().to_string();
    let raised = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status();
    assert!(raised.unwrap().success());
    until_answered(&mut visitor, &mut ledger, "b", "ack").await;
    assert_eq!(server.get("/readyz", "").await.0, 200);
    Visitor::arrive(&server).await;
    let (token, conversation) = (visitor.token.clone(), visitor.conversation.clone());
    let seen = visitor.log().to_vec();
    ledger.check(&server, (&token, &conversation), &[(0, &seen)]).await;
}

/// While nothing can be kept: whoever wrote heard when to try again, who watches over the server
/// sees it, who reads is not concerned, and who is new is sent away at once.
async fn everybody_is_told(server: &Server, visitor: &Visitor, refused: &Value) {
    assert_eq!(refused["code"], "unavailable", "{refused}");
    assert!(refused["retry_after_s"].as_u64().is_some_and(|wait| wait > 0), "{refused}");
    within("it is not ready", async { while server.get("/readyz", "").await.0 != 503 {} }).await;
    assert!((server.metric("skicka_store_failing").await - 1.0).abs() < 0.1);
    let mut reader = visitor.again(server, 0).await;
    reader.until(visitor.last()).await;
    let mut stranger = Line::open(server, "/v1/chat").await;
    stranger.send(&json!({"type": "hello"})).await;
    assert_eq!(stranger.closed().await, Some(4503));
}

/// A disk on which these calls fail: nothing is acked meanwhile, everybody is told, service returns
/// by itself, on the socket that was there, and everything that was acked outlives a kill.
async fn fails_and_recovers(calls: &str, wrong: &str, file: Option<&str>) {
    let mut server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("offline").await;
    let mut ledger = Ledger::default();
    until_answered(&mut visitor, &mut ledger, "a", "ack").await;
    let Some(failing) = BadDisk::under(&server, calls, wrong, file) else {
        return skip("strace cannot hold a process here, so no disk can fail");
    };
    for number in 0..TRIES {
        let answer = visitor.ask(ledger.send(&format!("b{number}"), "hej")).await;
        assert_eq!(answer["type"], "error", "{wrong}, and yet: {answer}");
        if number == 0 {
            everybody_is_told(&server, &visitor, &answer).await;
        }
    }
    drop(failing);
    until_answered(&mut visitor, &mut ledger, "c", "ack").await;
    within("it is ready", async { while server.get("/readyz", "").await.0 != 200 {} }).await;
    // What was refused may be sent again, whether the disk has it or not, and counts once.
    for number in 0..TRIES {
        let ack = visitor.ask(ledger.send(&format!("b{number}"), "hej")).await;
        ledger.ack(&ack);
    }
    Visitor::arrive(&server).await.say("m1", "hej").await;
    let seen = visitor.log().to_vec();
    server.kill();
    server.restart().await;
    let (token, conversation) = (visitor.token.clone(), visitor.conversation.clone());
    ledger.check(&server, (&token, &conversation), &[(0, &seen)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_disk_that_cannot_sync_is_told_and_passes() {
    fails_and_recovers(SYNCS, "error=EIO", None).await;
}

/// As when the system makes a disk with errors read-only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_disk_that_takes_no_more_writes_is_told_and_passes() {
    fails_and_recovers(WRITES, "error=EROFS", Some("skicka.db-wal")).await;
}

/// What is written into a file that was moved away nobody would find again: it is not acked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_database_that_is_gone_takes_nothing_until_it_is_back() {
    let mut server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("offline").await;
    let mut ledger = Ledger::default();
    until_answered(&mut visitor, &mut ledger, "a", "ack").await;
    let (here, away) = (server.data(), server.data().with_extension("away"));
    std::fs::rename(&here, &away).unwrap();
    let refused = until_answered(&mut visitor, &mut ledger, "b", "error").await;
    assert_eq!(refused["code"], "unavailable", "{refused}");
    std::fs::rename(&away, &here).unwrap();
    until_answered(&mut visitor, &mut ledger, "c", "ack").await;
    let seen = visitor.log().to_vec();
    server.kill();
    server.restart().await;
    let (token, conversation) = (visitor.token.clone(), visitor.conversation.clone());
    ledger.check(&server, (&token, &conversation), &[(0, &seen)]).await;
}
