//! What goes on for long: an orderly stop under load, a conversation of ten thousand events, hours.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;

use crate::client::Line;
use crate::client::Visitor;
use crate::faults::ledger::Ledger;
use crate::faults::scale;
use crate::server::Server;

/// How long customers think before they write on: longer than the server keeps the state of a
/// conversation that nobody uses.
const THINKS: Duration = Duration::from_secs(5);

/// One device that talks until the server stops, and what it knows then.
async fn talk_until_the_end(mut visitor: Visitor) -> (Visitor, Ledger, Vec<Value>, Option<u16>) {
    let mut ledger = Ledger::default();
    let mut seen = Vec::new();
    let mut sent = 0;
    let mut waiting = 0;
    loop {
        while waiting < 4 {
            let id = format!("m{sent}");
            visitor.line.send(&ledger.send(&id, &format!("nummer {sent}"))).await;
            (sent, waiting) = (sent + 1, waiting + 1);
        }
        let lives = visitor.line.take_in().await;
        let (events, frames) = visitor.line.take_all("");
        seen.extend(events);
        for frame in frames.iter().filter(|frame| frame["type"] == "ack") {
            ledger.ack(frame);
            waiting -= 1;
        }
        if !lives {
            let code = visitor.line.closed().await;
            return (visitor, ledger, seen, code);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_an_orderly_stop_under_load_loses_nothing() {
    let mut server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    for _ in 0..2 * scale() {
        let mut talking = JoinSet::new();
        for _ in 0..20 {
            talking.spawn(talk_until_the_end(Visitor::arrive(&server).await));
        }
        server.until_above("skicka_turns_total", 100.0).await;
        server.terminate();
        let talkers = talking.join_all().await;
        let acked: usize = talkers.iter().map(|(_, ledger, ..)| ledger.acks()).sum();
        assert!(acked > 20, "they talked when it was told to stop: {acked}");
        server.until_gone().await;
        server.restart().await;
        for (visitor, ledger, seen, code) in talkers {
            assert_eq!(code, Some(1001), "everybody is told to come back");
            let (token, conversation) = (visitor.token.as_str(), visitor.conversation.as_str());
            ledger.check(&server, (token, conversation), &[(0, &seen)]).await;
        }
    }
}

/// The processor's time that so many messages of a visitor take the server, in ticks.
async fn cost(server: &Server, visitor: &mut Visitor, prefix: &str, messages: usize) -> f64 {
    let before = server.cpu_ticks();
    for number in 0..messages {
        visitor.say(&format!("{prefix}{number}"), "hej igen").await;
    }
    server.cpu_ticks() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_long_conversation_costs_no_more_than_a_short_one() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
        ("SKICKA_STORE__SYNCHRONOUS", "normal"),
    ])
    .await;
    let mut long = Visitor::arrive(&server).await;
    long.want_person("offline").await;
    let events = 5_000 * scale();
    long.fill("m", events).await;
    let mut short = Visitor::arrive(&server).await;
    short.want_person("offline").await;
    let (mut of_long, mut of_short) = (0.0, 0.0);
    for round in 0..4 {
        of_short += cost(&server, &mut short, &format!("s{round}-"), 250).await;
        of_long += cost(&server, &mut long, &format!("l{round}-"), 250).await;
    }
    println!("a turn at {events} events: {:.2} of one at few", of_long / of_short);
    // Ticks are coarse and the machine is busy; what grew with the length would show as a multiple.
    assert!(of_long < 1.5 * of_short + 5.0, "{of_long} ticks against {of_short}");
    // Whoever thinks for a while is no dearer: a few turns at a time, so that reading the whole log
    // once for each of them could not hide among them.
    let (mut of_long, mut of_short) = (0.0, 0.0);
    for round in 0..3 {
        sleep(THINKS).await;
        of_short += cost(&server, &mut short, &format!("ps{round}-"), 10).await;
        of_long += cost(&server, &mut long, &format!("pl{round}-"), 10).await;
    }
    println!("after a pause: {of_long} ticks, and {of_short} for one of few events");
    assert!(of_long < 1.5 * of_short + 5.0, "{of_long} ticks against {of_short}");
    // Coming back to its end is cheap too: only what is missing is read.
    let last = long.last();
    let mut back = long.again(&server, last - 3).await;
    back.until(last).await;
    assert_eq!(back.log().len(), 3);
}

/// Churn for a while: memory, files and the write-ahead log find their level and stay there.
/// `SKICKA_TEST_SOAK_S=1800` is the half hour of the promise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_hours_change_nothing() {
    let soak = std::env::var("SKICKA_TEST_SOAK_S").ok().and_then(|text| text.parse().ok());
    let soak = Duration::from_secs(soak.unwrap_or(20));
    let server = Server::start(&[
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
        ("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
    ])
    .await;
    let began = Instant::now();
    let mut middle = None;
    let mut round = 0_usize;
    while began.elapsed() < soak {
        let mut churning = JoinSet::new();
        for number in 0..20 {
            let at = server.at;
            churning.spawn(async move {
                let mut line = Line::try_open(at, "/v1/chat").await.unwrap();
                let hello = json!({"type": "hello", "lang": ["sv"]});
                line.send(&hello).await;
                let mut visitor = Visitor::welcomed(line, &hello).await;
                for message in 0..20 {
                    visitor.say(&format!("m{message}"), "lampan lyser inte").await;
                    if (message + number) % 7 == 0 {
                        visitor.line.send(&json!({"type": "nonsense"})).await;
                    }
                }
                // One in ten leaves without a word.
                if number % 10 > 0 {
                    visitor.ask(json!({"type": "end", "id": "e"})).await;
                }
            });
        }
        churning.join_all().await;
        round += 1;
        if middle.is_none() && began.elapsed() * 2 > soak {
            middle = Some((server.metric("skicka_resident_bytes").await, server.open_files()));
        }
        let wal = std::fs::metadata(server.data().join("skicka.db-wal")).unwrap().len();
        // Twice the 4 000 pages at which it is moved into the file.
        assert!(wal < 2 * 4_000 * 4_120, "the write-ahead log has {wal} bytes");
    }
    let (memory, files) = middle.expect("it lasted");
    let grown = server.metric("skicka_resident_bytes").await - memory;
    assert!(
        grown < 12_000_000.0,
        "memory grew by {grown} bytes in the second half of {round} rounds"
    );
    assert!(server.open_files() <= files + 3, "{} files, before {files}", server.open_files());
}
