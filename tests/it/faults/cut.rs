//! A proxy that cuts the link, anywhere, in either direction.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::within;
use crate::faults::ledger::Ledger;
use crate::faults::scale;
use crate::server::Server;

/// Bytes that a proxy passes on before it cuts.
#[derive(Debug, Clone, Copy)]
enum Cut {
    ToServer(usize),
    ToClient(usize),
}

/// A proxy for one connection; the answer tells how many bytes went each way until it was cut.
async fn proxy(server: SocketAddr, cut: Cut) -> (SocketAddr, oneshot::Receiver<(usize, usize)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(server).await.unwrap();
        let passed = pass(client, server, cut).await;
        let _nobody_asks = tell.send(passed);
    });
    (at, told)
}

async fn pass(mut client: TcpStream, mut server: TcpStream, cut: Cut) -> (usize, usize) {
    let (most_up, most_down) = match cut {
        Cut::ToServer(bytes) => (bytes, usize::MAX),
        Cut::ToClient(bytes) => (usize::MAX, bytes),
    };
    let (mut up, mut down) = (0, 0);
    let (mut from_client, mut from_server) = (vec![0; 4_096], vec![0; 4_096]);
    while up < most_up && down < most_down {
        let whole = tokio::select! {
            read = client.read(&mut from_client) => {
                let read = read.unwrap_or(0).min(most_up - up);
                up += read;
                read > 0 && server.write_all(&from_client[..read]).await.is_ok()
            }
            read = server.read(&mut from_server) => {
                let read = read.unwrap_or(0).min(most_down - down);
                down += read;
                read > 0 && client.write_all(&from_server[..read]).await.is_ok()
            }
        };
        if !whole {
            break;
        }
    }
    // Both sides learn of it by a reset, as when a mast is out of reach.
    for side in [&client, &server] {
        let _closed_already = side.set_zero_linger();
    }
    (up, down)
}

/// A visitor arrives, asks and is answered, through a proxy, as far as the link goes; then once
/// more without it. Answers how many bytes went each way.
async fn turn(server: &Server, cut: Cut) -> (usize, usize) {
    let mut ledger = Ledger::default();
    let first = Visitor::arrive(server).await;
    let (token, conversation) = (first.token.clone(), first.conversation.clone());
    let hello = json!({"type": "hello", "token": token, "conversation": conversation, "after": 0});
    let message = ledger.send("m1", "lampan lyser inte");
    let (at, passed) = proxy(server.at, cut).await;
    let mut seen = Vec::new();
    if let Some(mut line) = Line::try_open(at, "/v1/chat").await {
        line.send(&hello).await;
        line.send(&message).await;
        // Until the link is gone, or the turn is done.
        let mut is_done = false;
        while !is_done && line.take_in().await {
            let (events, frames) = line.take_all("");
            is_done = events.iter().any(|event| event["choices"].is_array());
            seen.extend(events);
            for frame in frames.iter().filter(|frame| frame["type"] == "ack") {
                ledger.ack(frame);
            }
        }
    }
    let passed = within("the proxy ends", passed).await.unwrap();
    // What was not acked is sent again, blindly; and so is what was.
    let held = seen.len() as u64;
    let mut back = first.again(server, held).await;
    let ack = back.ask(message).await;
    ledger.ack(&ack);
    back.question_or_held(&seen).await;
    let missed = back.log().to_vec();
    ledger.check(server, (&token, &conversation), &[(0, &seen), (held, &missed)]).await;
    passed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_the_link_is_cut_at_any_byte() {
    let server =
        Server::start(&[("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"), ("SKICKA_LOG", "off")])
            .await;
    let (up, down) = turn(&server, Cut::ToClient(usize::MAX)).await;
    assert!(up > 300 && down > 800, "a turn takes some bytes: {up} and {down}");
    // Every byte at a scale of 29; a stride that is prime meets all places of a frame in time.
    let stride = (29 / scale()).max(1);
    for bytes in (0..up).step_by(stride) {
        turn(&server, Cut::ToServer(bytes)).await;
    }
    for bytes in (0..down).step_by(stride) {
        turn(&server, Cut::ToClient(bytes)).await;
    }
}
