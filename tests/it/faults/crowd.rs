//! Crowds: slow readers, half-open links, floods, caps, and everybody coming back at once.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::within;
use crate::faults::scale;
use crate::server::Server;

const UPGRADE: &str = "GET /v1/chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
                       Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A masked text frame, with a mask of zeros.
fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x81, 0x80 | 0x7e], &length[..], &[0; 4], text.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_a_slow_reader_is_cut_and_nobody_else_waits() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__WRITE_S", "2"),
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
    ])
    .await;
    let mut writer = Visitor::arrive(&server).await;
    writer.want_person("offline").await;
    // Another device of theirs that says hello and never reads.
    // What the server keeps of any conversation of this kind is there before the slow one comes.
    let long = "å".repeat(4_000);
    for number in 0..300 {
        writer.say(&format!("w{number}"), &long).await;
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut slow = socket.connect(server.at).await.unwrap();
    slow.write_all(UPGRADE.as_bytes()).await.unwrap();
    let hello = json!({
        "type": "hello", "token": writer.token, "conversation": writer.conversation, "after": 0
    });
    slow.write_all(&frame(&hello.to_string())).await.unwrap();
    server.until(r#"skicka_sockets{side="visitor"}"#, 2.0).await;
    let before = server.metric("skicka_resident_bytes").await;
    for number in 0..1_000 {
        writer.say(&format!("m{number}"), &long).await;
    }
    server.until(r#"skicka_closes_total{code="4508"}"#, 1.0).await;
    // What it did not read waits in the log, not in memory: 8 MB were sent to it.
    let grown = server.metric("skicka_resident_bytes").await - before;
    assert!(grown < 6_000_000.0, "memory grew by {grown} bytes");
    // It comes back and has everything.
    let last = writer.last();
    let mut back = writer.again(&server, 0).await;
    back.until(last).await;
    assert_eq!(back.log(), writer.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_half_open_links_are_cut_in_time_and_hurt_nobody() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
        ("SKICKA_LIMITS__HEADER_S", "2"),
        ("SKICKA_LIMITS__HELLO_S", "2"),
    ])
    .await;
    let beginnings: [&[u8]; 4] = [
        b"",
        b"GET /v1/chat HTTP/1.1\r\nHost: x\r\nX-",
        UPGRADE.as_bytes(),
        &[UPGRADE.as_bytes(), &[0x81, 0xfe, 0x10]].concat(),
    ];
    let each = 100 * scale();
    let mut open = JoinSet::new();
    let began = Instant::now();
    for beginning in beginnings {
        for _ in 0..each {
            let (at, beginning) = (server.at, beginning.to_vec());
            open.spawn(async move {
                let mut tcp = TcpStream::connect(at).await.unwrap();
                tcp.write_all(&beginning).await.unwrap();
                let mut answer = Vec::new();
                // A reset is an end as well.
                let _ = within("it is cut", tcp.read_to_end(&mut answer)).await;
            });
        }
    }
    let mut good = Visitor::arrive(&server).await;
    let mut longest = Duration::ZERO;
    for number in 0..10 {
        let asked = Instant::now();
        good.say(&format!("m{number}"), "hej").await;
        longest = longest.max(asked.elapsed());
    }
    open.join_all().await;
    // The time limits, the goodbye that a socket waits for, and what a busy machine adds.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(longest < Duration::from_secs(2), "a good client waited {longest:?}");
    server.until(r#"skicka_sockets{side="visitor"}"#, 1.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_floods_end_or_are_refused() {
    let server = Server::start(&[]).await;
    let mut good = Visitor::arrive(&server).await;
    // A frame that is too large.
    let mut big = Visitor::arrive(&server).await;
    big.line.send_raw(Message::text("x".repeat(65_537))).await;
    assert_eq!(big.line.closed().await, Some(1009));
    // Many fragments of one byte, which are one message in the end.
    let mut tcp = TcpStream::connect(server.at).await.unwrap();
    tcp.write_all(UPGRADE.as_bytes()).await.unwrap();
    let hello = br#"{"type":"hello","lang":["sv"]}"#;
    for (at, byte) in hello.iter().enumerate() {
        let (opcode, last) = (u8::from(at == 0), at + 1 == hello.len());
        let head = if last { 0x80 | opcode } else { opcode };
        tcp.write_all(&[head, 0x81, 0, 0, 0, 0, *byte]).await.unwrap();
    }
    // Pings without end: they are answered, and nothing else waits for it.
    let ping = [0x89, 0x80, 0, 0, 0, 0].repeat(50_000);
    let mut answers = vec![0; 65_536];
    let (mut from, mut to) = tcp.split();
    let flooding = async {
        to.write_all(&ping).await.unwrap();
        std::future::pending::<()>().await;
    };
    let reading = async { while from.read(&mut answers).await.is_ok_and(|read| read > 0) {} };
    let talking = async {
        for number in 0..10 {
            good.say(&format!("m{number}"), "hej").await;
        }
    };
    tokio::select! {
        () = flooding => unreachable!("it waits for ever"),
        () = reading => panic!("a ping is no reason to close"),
        () = talking => {}
    }
    // Messages without end: refused at first, then the end.
    let mut loud = Visitor::arrive(&server).await;
    for number in 0..200 {
        let frame = json!({"type": "message", "id": format!("m{number}"), "text": "hej"});
        loud.line.send(&frame).await;
    }
    assert_eq!(loud.line.closed().await, Some(4429));
    good.say("last", "hej").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_without_file_descriptors_the_server_waits_for_some() {
    let server = Server::start_under(
        "ulimit -n 120;",
        &[("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"), ("SKICKA_LIMITS__HEADER_S", "60")],
    )
    .await;
    let mut good = Visitor::arrive(&server).await;
    let mut held = Vec::new();
    for _ in 0..300 {
        held.push(TcpStream::connect(server.at).await.unwrap());
    }
    // Whoever is in goes on, with the disk too.
    for number in 0..5 {
        good.say(&format!("m{number}"), "hej").await;
    }
    drop(held);
    Visitor::arrive(&server).await.say("m1", "hej").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_what_waits_is_bounded_and_newcomers_are_told_early() {
    // One message may wait, so that two are too many; and from half of it on nobody is let in.
    let server = Server::start(&[
        ("SKICKA_LIMITS__INPUTS_WAITING", "2"),
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
    ])
    .await;
    let mut visitor = Visitor::arrive(&server).await;
    let mut refused = 0;
    let mut acked = 0;
    for burst in 0..50 {
        for number in 0..20 {
            let id = format!("m{burst}-{number}");
            visitor.line.send(&json!({"type": "message", "id": id, "text": "hej"})).await;
        }
        for number in 0..20 {
            let answer = visitor.line.answer(&format!("m{burst}-{number}")).await;
            match answer["code"].as_str() {
                None => acked += 1,
                Some("unavailable") => refused += 1,
                Some(_) => panic!("{answer}"),
            }
        }
        if refused > 0 && acked > 0 {
            break;
        }
    }
    assert!(refused > 0 && acked > 0, "{refused} refused, {acked} acked");
    // When it has been worked off, all is as before.
    visitor.say("last", "hej").await;
    Visitor::arrive(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_everybody_comes_back_at_once() {
    let variables = [
        ("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
    ];
    let mut server = Server::start(&variables).await;
    let crowd = 300 * scale();
    let mut visitors = Vec::new();
    for number in 0..crowd {
        let mut visitor = Visitor::arrive(&server).await;
        visitor.until(1).await;
        if number % 10 == 0 {
            visitor.say("m1", "lampan lyser inte").await;
        }
        visitors.push(visitor);
    }
    server.kill();
    server.restart().await;
    let began = Instant::now();
    let mut coming = JoinSet::new();
    for visitor in visitors {
        let at = server.at;
        coming.spawn(async move {
            // They hold the greeting, and what came after it they lack.
            let hello = json!({
                "type": "hello", "token": visitor.token, "conversation": visitor.conversation,
                "after": 1,
            });
            let mut line = Line::try_open(at, "/v1/chat").await.expect("nobody is turned away");
            line.send(&hello).await;
            let mut back = Visitor::welcomed(line, &hello).await;
            assert_eq!(back.welcome["resumed"], true);
            back.until(back.welcome["seq"].as_u64().unwrap()).await;
        });
    }
    coming.join_all().await;
    // 2 s are promised for 10 000 on a machine of its own.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
