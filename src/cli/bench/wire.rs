//! A socket of the load whose frames are read as JSON, and the call that signs an agent in.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Small, since there may be ten thousand.
const BUFFER: usize = 2_048;
const ANSWER: Duration = Duration::from_secs(30);

/// A socket of the load.
pub(super) type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a socket.
pub(super) async fn open(url: &str, path: &str) -> anyhow::Result<Stream> {
    let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(0);
    let (stream, _) = connect_async_with_config(format!("{url}{path}"), Some(config), true)
        .await
        .with_context(|| format!("nobody can connect to {url}{path}"))?;
    Ok(stream)
}

/// A socket with its heartbeat answered.
pub(super) struct Wire(Stream);

impl Wire {
    /// A new visitor's, after hello.
    pub(super) async fn visitor(url: &str) -> anyhow::Result<Self> {
        let mut wire = Self(open(url, "/v1/chat").await?);
        wire.send(&json!({"type": "hello", "lang": ["sv"]})).await?;
        Ok(wire)
    }

    /// An agent's, after hello.
    pub(super) async fn agent(url: &str, token: &str) -> anyhow::Result<Self> {
        let mut wire = Self(open(url, "/v1/agent").await?);
        wire.send(&json!({"type": "hello", "token": token})).await?;
        Ok(wire)
    }

    pub(super) async fn send(&mut self, frame: &Value) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(frame.to_string())).await?)
    }

    /// The next frame that is no heartbeat; `None` when the socket has ended. May be cancelled.
    pub(super) async fn next(&mut self) -> Option<Value> {
        loop {
            let Message::Text(text) = self.0.next().await?.ok()? else { continue };
            let frame: Value = serde_json::from_str(&text).ok()?;
            if frame["type"] != "ping" {
                return Some(frame);
            }
            self.send(&json!({"type": "pong"})).await.ok()?;
        }
    }

    pub(super) async fn close(&mut self) {
        self.0.close(None).await.ok();
    }
}

/// The token of an agent's new session.
pub(super) async fn sign_in(url: &str, email: &str, password: &str) -> anyhow::Result<String> {
    let body = json!({"email": email, "password": password}).to_string();
    let answer = call(url, "POST", "/v1/agent/login", &body).await?;
    let answer: Value = serde_json::from_str(&answer).unwrap_or(Value::Null);
    let token = answer["token"].as_str().with_context(|| format!("{email} cannot sign in"))?;
    Ok(token.to_owned())
}

/// Calls the server and answers the body that it sends.
pub(super) async fn call(
    url: &str,
    method: &str,
    path: &str,
    body: &str,
) -> anyhow::Result<String> {
    let host = url.strip_prefix("ws://").context("a load calls its server by ws:// only")?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    timeout(ANSWER, stream.read_to_string(&mut answer)).await.context("no answer to a call")??;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok(body.to_owned())
}
