//! The ports: TLS with a real client, the certificate's renewal, and the second address for those
//! who answer.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::client::within;
use crate::server::Server;
use crate::server::run;
use crate::server::write_lamp;

/// Made for these tests alone, for chat.bank.example, good until the year 2126.
const CERTIFICATE: [&str; 2] =
    [include_str!("tls/first.cert.pem"), include_str!("tls/second.cert.pem")];
const KEY: [&str; 2] = [include_str!("tls/first.key.pem"), include_str!("tls/second.key.pem")];

fn write_pair(folder: &Path, number: usize) {
    fs::write(folder.join("cert.pem"), CERTIFICATE[number]).unwrap();
    fs::write(folder.join("key.pem"), KEY[number]).unwrap();
}

/// A client that believes the one certificate and no other; a refusal is the handshake's.
async fn connect(at: SocketAddr, believes: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(believes.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("chat.bank.example").unwrap();
    let tcp = TcpStream::connect(at).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await
}

async fn get(at: SocketAddr, path: &str) -> String {
    let mut tls = connect(at, CERTIFICATE[0]).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: chat.bank.example\r\nConnection: close\r\n\r\n");
    tls.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within("an answer by https", tls.read_to_string(&mut answer)).await.unwrap();
    answer
}

async fn secure() -> Server {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    write_pair(folder.path(), 0);
    let files = [
        ("SKICKA_TLS__CERTIFICATE", "cert.pem"),
        ("SKICKA_TLS__KEY", "key.pem"),
        // A socket that is opened here may wait for its hello.
        ("SKICKA_LIMITS__HELLO_S", "600"),
    ];
    Server::start_at(folder, &files).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_talks_by_wss() {
    let server = secure().await;
    let tls = connect(server.at, CERTIFICATE[0]).await.unwrap();
    let (mut socket, _) = client_async("wss://chat.bank.example/v1/chat", tls).await.unwrap();
    let hello = r#"{"type":"hello","lang":["sv"]}"#;
    socket.send(Message::text(hello)).await.unwrap();
    let said = r#"{"type":"message","id":"m1","text":"lampan lyser inte"}"#;
    socket.send(Message::text(said)).await.unwrap();
    let mut kinds = Vec::new();
    let acked = async {
        while let Some(Ok(Message::Text(frame))) = socket.next().await {
            let frame: Value = serde_json::from_str(&frame).unwrap();
            kinds.push(frame["type"].as_str().unwrap().to_owned());
            if frame["type"] == "ack" {
                return;
            }
        }
    };
    within("an ack by wss", acked).await;
    assert_eq!(kinds.first().map(String::as_str), Some("welcome"), "{kinds:?}");
    assert!(kinds.iter().any(|kind| kind == "ack"), "{kinds:?}");

    let page = get(server.at, "/").await.to_lowercase();
    assert!(page.starts_with("http/1.1 200"), "{page}");
    assert!(page.contains("\r\nstrict-transport-security: max-age="), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_speak_tls_or_takes_too_long_is_cut_off() {
    let server = secure().await;
    let mut plain = TcpStream::connect(server.at).await.unwrap();
    let mut silent = TcpStream::connect(server.at).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    for tcp in [&mut plain, &mut silent] {
        let mut answer = Vec::new();
        let _reset = within("the connection ends", tcp.read_to_end(&mut answer)).await;
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "{answer:?}");
    }
    let metrics = get(server.at, "/metrics").await;
    let line = "skicka_turned_away_total{reason=\"handshake\"} 2";
    assert!(metrics.contains(line), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_is_renewed_without_a_restart() {
    let server = secure().await;
    let (tls, folder) = (connect(server.at, CERTIFICATE[0]).await.unwrap(), server.path(""));
    let (mut socket, _) = client_async("wss://chat.bank.example/v1/chat", tls).await.unwrap();

    fs::write(folder.join("cert.pem"), "nothing").unwrap();
    server.hang_up();
    let refused = async {
        while !server.log().contains("the certificate was not renewed") {
            tokio::task::yield_now().await;
        }
    };
    within("the bad one is refused", refused).await;
    assert!(connect(server.at, CERTIFICATE[0]).await.is_ok(), "the old one serves on");

    write_pair(&folder, 1);
    server.hang_up();
    let renewed = async { while connect(server.at, CERTIFICATE[1]).await.is_err() {} };
    within("the new one is served", renewed).await;
    assert!(connect(server.at, CERTIFICATE[0]).await.is_err());
    socket.send(Message::text(r#"{"type":"hello"}"#)).await.unwrap();
    let first = within("the open socket lives", socket.next()).await.unwrap().unwrap();
    assert!(first.to_text().unwrap().contains("welcome"), "{first}");
}

/// What the start says where these files stand.
fn refused(certificate: &str, key: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    fs::write(folder.path().join("cert.pem"), certificate).unwrap();
    if let Some(key) = key {
        fs::write(folder.path().join("key.pem"), key).unwrap();
    }
    let files = [("SKICKA_TLS__CERTIFICATE", "cert.pem"), ("SKICKA_TLS__KEY", "key.pem")];
    let Output { status, stderr, .. } =
        run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--content", "."], &files);
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn a_bad_certificate_stops_the_start_with_one_sentence() {
    for (certificate, key, sentence) in [
        ("nothing", Some(KEY[0]), "cert.pem holds no certificate in PEM form"),
        (KEY[0], Some(KEY[0]), "cert.pem holds no certificate in PEM form"),
        (CERTIFICATE[0], Some("nothing"), "key.pem holds no private key in PEM form"),
        (CERTIFICATE[0], None, "key.pem cannot be read: No such file"),
        (CERTIFICATE[0], Some(KEY[1]), "the key in key.pem do not serve"),
    ] {
        let said = refused(certificate, key);
        assert!(said.contains(sentence), "{said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
        assert!(!said.contains("PRIVATE KEY-----\nMI"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_answer_may_have_a_port_of_their_own() {
    let server = Server::start(&[("SKICKA_ADMIN_LISTEN", "127.0.0.1:0")]).await;
    let inside = server.admin.expect("the start names the second address");
    assert_ne!(inside, server.at);
    let status = async |at: SocketAddr, path: &str| {
        let mut tcp = TcpStream::connect(at).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        within("an answer", tcp.read_to_string(&mut answer)).await.unwrap();
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    for (path, outside, within) in [
        ("/", 200, 404),
        ("/chat.js", 200, 404),
        ("/v1/chat/config", 200, 404),
        ("/v1/chat", 400, 404),
        ("/livez", 200, 200),
        ("/readyz", 200, 200),
        ("/metrics", 404, 200),
        ("/console", 404, 200),
        ("/console/main.js", 404, 200),
        ("/v1/agent", 404, 400),
        ("/v1/console/me", 404, 401),
        ("/v1/agent/login", 404, 405),
    ] {
        assert_eq!(status(server.at, path).await, outside, "outside {path}");
        assert_eq!(status(inside, path).await, within, "inside {path}");
    }
}
