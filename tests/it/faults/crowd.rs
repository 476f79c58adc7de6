//! Crowds: slow readers, floods, caps, and everybody coming back at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::within;
use crate::faults::beside_a_crowd;
use crate::faults::scale;
use crate::faults::slow_turn;
use crate::server::Server;

/// Readers who read nothing.
const SLOW: usize = 8;

/// Clients of whom each sends a hundred messages a second.
const FLOODING: u16 = 40;

pub(super) const UPGRADE: &str = "GET /v1/chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
                       Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A masked text frame, with a mask of zeros.
fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x81, 0x80 | 0x7e], &length[..], &[0; 4], text.as_bytes()].concat()
}

/// The code of the close frame, once it stands among what the server has sent since the upgrade.
fn close_code(heard: &[u8]) -> Option<u16> {
    let blank = heard.windows(4).position(|end| end == b"\r\n\r\n")?;
    let mut rest = &heard[blank + 4..];
    loop {
        let (opcode, length) = (rest.first()? & 0x0f, usize::from(*rest.get(1)?));
        let (from, length) = match length {
            126 => (4, usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]))),
            127 => panic!("the server sends no frame of this size here"),
            _ => (2, length),
        };
        let payload = rest.get(from..from + length)?;
        if opcode == 0x8 {
            return Some(u16::from_be_bytes([payload[0], payload[1]]));
        }
        rest = &rest[from + length..];
    }
}

/// A device that says hello and reads nothing.
async fn slow_reader(server: &Server, visitor: &Visitor) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut slow = socket.connect(server.at).await.unwrap();
    slow.write_all(UPGRADE.as_bytes()).await.unwrap();
    let hello = json!({
        "type": "hello", "token": visitor.token, "conversation": visitor.conversation,
        "after": visitor.last(),
    });
    slow.write_all(&frame(&hello.to_string())).await.unwrap();
    slow
}

async fn write(visitor: &mut Visitor, prefix: &str, messages: usize) {
    let long = "å".repeat(4_000);
    for number in 0..messages {
        visitor.say(&format!("{prefix}{number}"), &long).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_slow_readers_are_cut_and_nobody_else_waits() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__WRITE_S", "2"),
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
    ])
    .await;
    let mut writer = Visitor::arrive(&server).await;
    writer.want_person("offline").await;
    // What a talk of this size costs others, and what the server keeps of it, without a slow
    // reader.
    let (quiet, ()) = tokio::join!(slow_turn(&server, 200), write(&mut writer, "w", 300));
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        slow.push(slow_reader(&server, &writer).await);
    }
    let readers = u32::try_from(SLOW).unwrap();
    server.until(r#"skicka_sockets{side="visitor"}"#, f64::from(readers + 1)).await;
    // They and the one that asks for the figure.
    server.until("skicka_connections", f64::from(readers + 2)).await;
    let before = server.metric("skicka_resident_bytes").await;
    let (beside, ()) = tokio::join!(slow_turn(&server, 400), write(&mut writer, "m", 1_000));
    server.until(r#"skicka_closes_total{code="4508"}"#, f64::from(readers)).await;
    println!("a slow turn of another takes {beside:?}, and {quiet:?} without slow readers");
    assert!(beside <= beside_a_crowd(quiet), "{beside:?} instead of {quiet:?}");
    // What they did not read waits in the log, not in memory: 8 MB were sent to each of them.
    let grown = server.metric("skicka_resident_bytes").await - before;
    let outbox = 65_536.0 * f64::from(readers);
    assert!(grown < outbox + 6e6, "memory grew by {grown} bytes");
    drop(slow);
    // Whoever comes back has everything.
    let last = writer.last();
    let mut back = writer.again(&server, 0).await;
    back.until(last).await;
    assert_eq!(back.log(), writer.log());
}

/// How often somebody who floods was cut off, by the code; 0 stands for a link that just broke.
type Cuts = BTreeMap<u16, usize>;

/// Sends so many messages at once, at this pace or without a pause, and comes back whenever it is
/// cut, until it is told to stop.
async fn flood(
    at: SocketAddr,
    hello: Vec<u8>,
    at_once: usize,
    pace: Duration,
    stop: watch::Receiver<bool>,
) -> Cuts {
    let mut cuts = Cuts::new();
    let mut sent = 0_u64;
    while !*stop.borrow() {
        let tcp = TcpStream::connect(at).await.unwrap();
        let (mut from, mut to) = tcp.into_split();
        let _it_may_be_refused = to.write_all(&[UPGRADE.as_bytes(), &hello].concat()).await;
        let (mut heard, mut piece) = (Vec::new(), vec![0; 16_384]);
        let hearing = async {
            while close_code(&heard).is_none() {
                match from.read(&mut piece).await {
                    Ok(read) if read > 0 => heard.extend_from_slice(&piece[..read]),
                    _ => break,
                }
            }
        };
        let mut stopped = stop.clone();
        let sending = async {
            loop {
                let texts = (sent..).take(at_once).map(|number| {
                    let id = format!("f{number}");
                    frame(
                        &json!({"type": "message", "id": id, "text": "hej".repeat(50)}).to_string(),
                    )
                });
                let frames: Vec<u8> = texts.flatten().collect();
                sent += at_once as u64;
                if to.write_all(&frames).await.is_err() {
                    std::future::pending::<()>().await;
                }
                sleep(pace).await;
            }
        };
        tokio::select! {
            () = hearing => *cuts.entry(close_code(&heard).unwrap_or(0)).or_default() += 1,
            () = sending => unreachable!("it goes on for ever"),
            _ = stopped.wait_for(|stop| *stop) => {}
        }
    }
    cuts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_floods_of_messages_are_cut_and_nobody_else_waits() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
        ("SKICKA_LIMITS__FRAMES_PER_MINUTE", "1200"),
    ])
    .await;
    let mut hellos = Vec::new();
    for _ in 0..=FLOODING {
        let visitor = Visitor::arrive(&server).await;
        let hello = json!({"type": "hello", "token": visitor.token, "after": 1,
            "conversation": visitor.conversation});
        hellos.push(frame(&hello.to_string()));
    }
    let quiet = slow_turn(&server, 300).await;
    let before = server.metric("skicka_resident_bytes").await;
    let (tell, stop) = watch::channel(false);
    let mut floods = JoinSet::new();
    // One as fast as its socket takes it; the others a hundred a second, ten at a time.
    let first = hellos.pop().unwrap();
    floods.spawn(flood(server.at, first, 100, Duration::ZERO, stop.clone()));
    for hello in hellos {
        floods.spawn(flood(server.at, hello, 10, Duration::from_millis(100), stop.clone()));
    }
    server.until_above(r#"skicka_closes_total{code="4429"}"#, f64::from(FLOODING)).await;
    let beside = slow_turn(&server, 300).await;
    let grown = server.metric("skicka_resident_bytes").await - before;
    tell.send(true).unwrap();
    let mut cuts = Cuts::new();
    for (code, times) in floods.join_all().await.into_iter().flatten() {
        *cuts.entry(code).or_default() += times;
    }
    println!("a slow turn takes {beside:?}, and {quiet:?} without floods; cuts by code: {cuts:?}");
    assert!(cuts.keys().all(|code| *code == 4429), "whoever is cut off is told why: {cuts:?}");
    assert!(beside <= beside_a_crowd(quiet), "{beside:?} instead of {quiet:?}");
    assert!(grown < 60e6, "memory grew by {grown} bytes");
    Visitor::arrive(&server).await.say("last", "hej").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_one_who_floods_is_refused_and_then_cut() {
    let server = Server::start(&[]).await;
    let mut loud = Visitor::arrive(&server).await;
    for number in 0..200 {
        let frame = json!({"type": "message", "id": format!("m{number}"), "text": "hej"});
        loud.line.send(&frame).await;
    }
    assert_eq!(loud.line.closed().await, Some(4429));
    let is_refusal = |frame: &&Value| frame["code"] == "rate_limited";
    assert!(loud.line.others().iter().filter(is_refusal).count() >= 10, "refused at first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_few_pings_are_answered_and_a_flood_of_them_is_cut() {
    let server = Server::start(&[("SKICKA_LIMITS__FRAMES_PER_MINUTE", "100")]).await;
    let mut good = Visitor::arrive(&server).await;
    let mut loud = Visitor::arrive(&server).await;
    for _ in 0..10 {
        loud.line.send_raw(Message::Ping(Vec::new().into())).await;
    }
    loud.say("m1", "hej").await;
    // Without a warning, which a ping has no place for, or with one: in the end it is cut.
    for _ in 0..1_000 {
        loud.line.send_raw(Message::Ping(Vec::new().into())).await;
    }
    assert_eq!(loud.line.closed().await, Some(4429), "pings count as frames");
    let mut odd = Visitor::arrive(&server).await;
    for _ in 0..1_000 {
        odd.line.send_raw(Message::Pong(Vec::new().into())).await;
    }
    assert_eq!(odd.line.closed().await, Some(4429), "so do pongs that nobody asked for");
    good.say("m1", "hej").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_what_is_too_large_is_cut_whole_or_in_fragments() {
    let server = Server::start(&[]).await;
    let mut big = Visitor::arrive(&server).await;
    big.line.send_raw(Message::text("x".repeat(65_537))).await;
    assert_eq!(big.line.closed().await, Some(1009));
    // Many fragments of one byte, which are one message in the end.
    let fragment = |first: bool, last: bool, byte: u8| {
        [u8::from(first) | u8::from(last) << 7, 0x81, 0, 0, 0, 0, byte]
    };
    let hello = br#"{"type":"hello","lang":["sv"]}"#;
    let mut tcp = TcpStream::connect(server.at).await.unwrap();
    tcp.write_all(UPGRADE.as_bytes()).await.unwrap();
    for (at, byte) in hello.iter().enumerate() {
        tcp.write_all(&fragment(at == 0, at + 1 == hello.len(), *byte)).await.unwrap();
    }
    let mut heard = vec![0; 65_536];
    let mut length = 0;
    while !String::from_utf8_lossy(&heard[..length]).contains(r#""type":"welcome""#) {
        let read = within("a welcome", tcp.read(&mut heard[length..])).await.unwrap();
        assert!(read > 0, "fragments are no reason to close");
        length += read;
    }
    // A message of such that never ends is too large at some time.
    let endless: Vec<u8> = (0..70_000).flat_map(|at| fragment(at == 0, false, b'x')).collect();
    let (mut from, mut to) = tcp.split();
    let mut heard = heard[..length].to_vec();
    let hearing = async {
        let mut piece = [0; 4_096];
        while close_code(&heard).is_none() {
            match from.read(&mut piece).await {
                Ok(read) if read > 0 => heard.extend_from_slice(&piece[..read]),
                _ => break,
            }
        }
    };
    let sending = async { to.write_all(&endless).await };
    let _it_may_be_cut_first =
        Box::pin(within("it is cut", async { tokio::join!(hearing, sending) })).await;
    let code = close_code(&heard);
    assert!(matches!(code, Some(1009 | 4429)), "{code:?}");
    Visitor::arrive(&server).await.say("m1", "hej").await;
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
