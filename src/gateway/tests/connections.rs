//! The accept loop: who is cut off, who is turned away, and how the server stops.

use futures_util::future::join_all;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Duration;
use tokio::time::Instant;
use tokio::time::interval;

use crate::gateway::accept;
use crate::gateway::socket::Socket;
use crate::gateway::tests::world::World;
use crate::gateway::tests::world::close_code;
use crate::gateway::tests::world::echo;
use crate::gateway::tests::world::exchange;
use crate::gateway::tests::world::rest;
use crate::gateway::tests::world::within;

const OPEN: &str = "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
                    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test]
async fn a_silent_connection_is_cut() {
    let world = World::start(|_| {}).await;
    let mut tcp = world.tcp().await;
    let begun = Instant::now();
    assert_eq!(rest(&mut tcp).await, "");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn half_a_head_is_cut() {
    let world = World::start(|_| {}).await;
    let mut tcp = world.tcp().await;
    tcp.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
    let begun = Instant::now();
    rest(&mut tcp).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_head_that_drips_is_cut() {
    let world = World::start(|_| {}).await;
    let mut tcp = world.tcp().await;
    tcp.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
    let mut drips = interval(Duration::from_millis(100));
    within(async {
        // Each byte comes in time for itself; the head as a whole does not.
        while tcp.write_all(b"x").await.is_ok() {
            drips.tick().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_was_served_is_not_kept_idle() {
    let world = World::start(|_| {}).await;
    let answer = exchange(world.tcp().await, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn nonsense_ends_its_connection_and_nothing_else() {
    let world = World::start(|_| {}).await;
    for nonsense in ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "x y z\r\n\r\n"] {
        let answer = exchange(world.tcp().await, nonsense).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let answer = exchange(world.tcp().await, &long).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let answer = exchange(world.tcp().await, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_foreign_page_gets_no_socket() {
    let allowed = "https://www.bank.example";
    let world = World::with_socket(
        |settings| settings.server.allowed_origins = vec![allowed.parse().unwrap()],
        echo,
    )
    .await;
    let own = format!("http://{}", world.at);
    for (origin, lets_in) in
        [(own.as_str(), true), (allowed, true), ("https://evil.example", false), ("null", false)]
    {
        let refused = world.socket("/socket", &[("origin", origin)]).await.err();
        assert_eq!(refused, (!lets_in).then_some((403, None)), "{origin}");
    }
    assert!(world.socket("/socket", &[]).await.is_ok(), "an app has no origin");
    assert_eq!(world.app.metrics.turned_away.origin.get(), 2);
}

#[tokio::test]
async fn the_subprotocol_is_echoed_when_it_was_offered() {
    let world = World::with_socket(|_| {}, echo).await;
    for (offer, status, echoed) in [
        ("", "101", false),
        ("Sec-WebSocket-Protocol: skicka.v1\r\n", "101", true),
        ("Sec-WebSocket-Protocol: chat, skicka.v1\r\n", "101", true),
        ("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: skicka.v1\r\n", "101", true),
        ("Sec-WebSocket-Protocol: skicka.v2\r\n", "400", false),
        ("Sec-WebSocket-Protocol: chat, mqtt\r\n", "400", false),
    ] {
        let mut tcp = world.tcp().await;
        tcp.write_all(format!("{OPEN}{offer}\r\n").as_bytes()).await.unwrap();
        // A masked close frame without a code, so that the server ends its side.
        tcp.write_all(&[0x88, 0x80, 0, 0, 0, 0]).await.unwrap();
        let answer = rest(&mut tcp).await.to_lowercase();
        assert!(answer.starts_with(&format!("http/1.1 {status}")), "{offer} {answer}");
        let header = answer.contains("sec-websocket-protocol: skicka.v1\r\n");
        assert_eq!(header, echoed, "{offer} {answer}");
    }
}

#[tokio::test]
async fn an_upgrade_that_breaks_the_rules_is_refused_with_words() {
    let world = World::with_socket(|_| {}, echo).await;
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let faults = [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426"),
        (key, "", "400"),
        (key, "Sec-WebSocket-Key: short\r\n", "400"),
        ("Upgrade: websocket\r\n", "", "400"),
        ("Connection: Upgrade\r\n", "Connection: close\r\n", "400"),
    ];
    let answers = faults.map(async |(what, with, _)| {
        exchange(world.tcp().await, &format!("{}\r\n", OPEN.replace(what, with))).await
    });
    for (answer, (_, with, status)) in join_all(answers).await.iter().zip(faults) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{with}: {answer}");
        assert!(answer.contains(r#"{"code":"bad_frame","message":"#), "{with}: {answer}");
    }
    assert_eq!(world.app.sockets.taken(), 0);
}

#[tokio::test]
async fn one_address_gets_its_share_of_sockets_and_no_more() {
    let world =
        World::with_socket(|settings| settings.limits.connections_per_address = 2, echo).await;
    let first = world.socket("/socket", &[]).await.unwrap();
    let _second = world.socket("/socket", &[]).await.unwrap();
    let refused = world.socket("/socket", &[]).await.err();
    assert_eq!(refused, Some((429, Some("5".to_owned()))));
    assert_eq!(world.app.metrics.turned_away.address.get(), 1);
    drop(first);
    world.until_open(1).await;
    assert!(world.socket("/socket", &[]).await.is_ok(), "a place is free again");
}

#[tokio::test]
async fn the_share_is_the_clients_not_the_proxys() {
    let world = World::with_socket(
        |settings| {
            settings.limits.connections_per_address = 1;
            settings.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        },
        echo,
    )
    .await;
    let from = async |address: &str| world.socket("/socket", &[("x-forwarded-for", address)]).await;
    let _anna = from("198.51.100.1").await.unwrap();
    let _bo = from("198.51.100.2").await.unwrap();
    assert_eq!(from("198.51.100.1").await.err(), Some((429, Some("5".to_owned()))));
}

#[tokio::test]
async fn a_full_server_says_when_to_come_back_and_still_answers_calls() {
    let world = World::start(|settings| settings.limits.connections = 1).await;
    let _first = world.socket("/v1/chat", &[]).await.unwrap();
    let refused = world.socket("/v1/chat", &[]).await.err();
    assert_eq!(refused, Some((503, Some("5".to_owned()))));
    let answer = exchange(world.tcp().await, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let metrics = world.app.metrics.encode();
    assert!(metrics.contains(r#"skicka_turned_away_total{reason="overload"} 1"#), "{metrics}");
}

#[tokio::test]
async fn a_stopping_server_tells_its_sockets_and_returns() {
    let world = World::with_socket(|_| {}, echo).await;
    let mut client = world.socket("/socket", &[]).await.unwrap();
    let mut idle = world.tcp().await;
    world.stop.cancel();
    assert_eq!(close_code(&mut client).await, Some(1001));
    rest(&mut idle).await;
    within(world.serving).await.unwrap();
    assert_eq!(world.app.sockets.taken(), 0);
    assert_eq!(world.app.metrics.connections.get(), 0);
    assert!(tokio::net::TcpStream::connect(world.at).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_socket_that_will_not_leave_holds_the_server_only_so_long() {
    async fn stays(_socket: Socket) {
        std::future::pending::<()>().await;
    }
    let world = World::with_socket(|settings| settings.limits.drain_s = 1, stays).await;
    let _client = world.socket("/socket", &[]).await.unwrap();
    world.stop.cancel();
    within(world.serving).await.unwrap();
}

#[tokio::test]
async fn a_taken_port_is_one_sentence() {
    let world = World::start(|_| {}).await;
    let error = accept::listen(world.at).unwrap_err().to_string();
    let expected =
        format!("{} is taken by another program; choose another address with --listen", world.at);
    assert_eq!(error, expected);
}
