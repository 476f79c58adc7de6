//! One socket: frames, limits, the heartbeat, and how each end is told.

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::gateway::socket::Lost;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::gateway::tests::world::Client;
use crate::gateway::tests::world::World;
use crate::gateway::tests::world::close_code;
use crate::gateway::tests::world::echo;
use crate::gateway::tests::world::within;
use crate::protocol::code::Close;

async fn says(client: &mut Client, text: &str) -> String {
    client.send(Message::text(text)).await.unwrap();
    within(client.next()).await.unwrap().unwrap().into_text().unwrap().to_string()
}

#[tokio::test]
async fn what_is_sent_arrives_up_to_the_limit() {
    let world = World::with_socket(|settings| settings.limits.frame_bytes = 2_000, echo).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    for text in ["", "hej", "åäö 👩‍👩‍👧", &"x".repeat(2_000)] {
        assert_eq!(says(&mut client, text).await, text);
    }
    let metrics = &world.app.metrics;
    assert_eq!((metrics.frames_in.visitor.get(), metrics.frames_out.visitor.get()), (4, 4));
    assert_eq!((metrics.sockets.visitor.get(), metrics.sockets.agent.get()), (1, 0));
    client.close(None).await.unwrap();
    world.until_open(0).await;
    assert_eq!(metrics.sockets.visitor.get(), 0);
}

#[tokio::test]
async fn a_frame_that_is_too_large_is_told_so_while_it_is_still_being_sent() {
    let world = World::with_socket(|settings| settings.limits.frame_bytes = 2_000, echo).await;
    for bytes in [2_001, 70_000, 10_000_000] {
        let mut client = world.socket("/socket", &[]).await.unwrap();
        // The server swallows the rest: a reset would take the close frame with it.
        client.send(Message::text("x".repeat(bytes))).await.unwrap();
        assert_eq!(close_code(&mut client).await, Some(1009), "{bytes}");
    }
    world.until_open(0).await;
    assert_eq!(world.app.metrics.closes(Close::TooBig).get(), 3);
}

#[tokio::test]
async fn a_visitors_frame_that_is_too_large_is_refused_at_the_products_own_address() {
    let world = World::start(|_| {}).await;
    for path in ["/v1/chat", "/v1/agent"] {
        let mut client = world.socket(path, &[]).await.unwrap();
        let _ = client.send(Message::text("x".repeat(65_537))).await;
        assert_eq!(close_code(&mut client).await, Some(1009), "{path}");
    }
}

#[tokio::test]
async fn fragments_count_together() {
    let world = World::with_socket(|settings| settings.limits.frame_bytes = 2_000, echo).await;
    let mut client = raw(&world).await;
    // Three masked fragments of 1 000 bytes: text, continuation, continuation with FIN.
    for first in [0x01, 0x00, 0x80] {
        let mut frame = vec![first, 0xfe, 0x03, 0xe8, 0, 0, 0, 0];
        frame.extend([b'x'; 1_000]);
        client.write_all(&frame).await.unwrap();
    }
    assert_eq!(raw_close_code(&mut client).await, Some(1009));
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let world = World::with_socket(|_| {}, echo).await;
    let mut client = raw(&world).await;
    client.write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]).await.unwrap();
    assert_eq!(raw_close_code(&mut client).await, Some(1007));
    let mut client = raw(&world).await;
    // A client must mask its frames.
    client.write_all(&[0x81, 0x02, b'h', b'i']).await.unwrap();
    assert_eq!(raw_close_code(&mut client).await, Some(1002));
}

#[tokio::test]
async fn a_close_is_answered() {
    let world = World::with_socket(|_| {}, echo).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    let frame = CloseFrame { code: CloseCode::Normal, reason: "klart".into() };
    client.close(Some(frame)).await.unwrap();
    assert_eq!(close_code(&mut client).await, Some(1000));
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_then_closed() {
    let world = World::with_socket(|settings| settings.limits.ping_s = 1, echo).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    let first = within(client.next()).await.unwrap().unwrap();
    assert_eq!(first, Message::text(r#"{"type":"ping"}"#));
    assert_eq!(close_code(&mut client).await, Some(4408));
}

#[tokio::test]
async fn a_client_that_answers_stays() {
    // Takes the answers in without a word, so that every ping is the heartbeat's.
    async fn listen(mut socket: Socket) {
        while let Received::Text(_) = socket.recv().await {}
    }
    let world = World::with_socket(|settings| settings.limits.ping_s = 1, listen).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    for _ in 0..3 {
        let ping = within(client.next()).await.unwrap().unwrap();
        assert_eq!(ping, Message::text(r#"{"type":"ping"}"#));
        client.send(Message::text(r#"{"type":"pong"}"#)).await.unwrap();
    }
}

#[tokio::test]
async fn half_a_frame_counts_as_silence() {
    let world = World::with_socket(|settings| settings.limits.ping_s = 1, echo).await;
    let mut client = raw(&world).await;
    client.write_all(&[0x81, 0x85, 0, 0, 0, 0, b'h']).await.unwrap();
    assert_eq!(raw_close_code(&mut client).await, Some(4408));
}

static STUCK: Notify = Notify::const_new();

#[tokio::test]
async fn a_reader_that_stops_is_closed_as_too_slow() {
    async fn flood(mut socket: Socket) {
        let text = "x".repeat(60_000);
        loop {
            match socket.send(text.clone()).await {
                Ok(()) => {}
                Err(Lost::TooSlow) => break,
                Err(Lost::Gone) => return,
            }
        }
        STUCK.notify_one();
        socket.close(Close::TooSlow).await;
    }
    let world = World::with_socket(|settings| settings.limits.write_s = 1, flood).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    within(STUCK.notified()).await;
    assert_eq!(close_code(&mut client).await, Some(4508), "it is told once it reads on");
    world.until_open(0).await;
}

#[tokio::test]
async fn frames_that_are_fed_go_out_together_and_in_order() {
    async fn three(mut socket: Socket) {
        for text in ["one", "two", "three"] {
            socket.feed(text).await.unwrap();
        }
        socket.flush().await.unwrap();
        socket.close(Close::Normal).await;
    }
    let world = World::with_socket(|_| {}, three).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    for text in ["one", "two", "three"] {
        assert_eq!(within(client.next()).await.unwrap().unwrap(), Message::text(text));
    }
    assert_eq!(close_code(&mut client).await, Some(1000));
}

#[tokio::test]
async fn a_panic_at_one_socket_ends_nothing_else() {
    async fn fragile(mut socket: Socket) {
        while let Received::Text(text) = socket.recv().await {
            assert!(text.as_str() != "fall", "as the test wished");
            socket.send(text).await.unwrap();
        }
    }
    let world = World::with_socket(|_| {}, fragile).await;
    let mut falls = world.socket("/socket", &[]).await.unwrap();
    let mut stands = world.socket("/socket", &[]).await.unwrap();
    falls.send(Message::text("fall")).await.unwrap();
    assert_eq!(close_code(&mut falls).await, None);
    world.until_open(1).await;
    assert_eq!(says(&mut stands, "hej").await, "hej");
}

/// A WebSocket without a library, for frames that no library would send.
async fn raw(world: &World) -> tokio::net::TcpStream {
    let mut tcp = world.tcp().await;
    let request = "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
                   Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within(tcp.read_u8()).await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
    tcp
}

/// The code of the close frame, after text frames of less than 126 bytes.
async fn raw_close_code(tcp: &mut tokio::net::TcpStream) -> Option<u16> {
    within(async {
        loop {
            let (first, length) = (tcp.read_u8().await.ok()?, tcp.read_u8().await.ok()?);
            let mut payload = vec![0; usize::from(length)];
            tcp.read_exact(&mut payload).await.ok()?;
            if first == 0x88 {
                return Some(u16::from_be_bytes([*payload.first()?, *payload.get(1)?]));
            }
        }
    })
    .await
}
