//! One WebSocket from the server's end: sending within a bound of time, receiving, heartbeat.

use std::time::Duration;

use axum::extract::ws::CloseFrame;
use axum::extract::ws::Message;
use axum::extract::ws::Utf8Bytes;
use axum::extract::ws::WebSocket;
use tokio::time::Instant;

use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::telemetry::metrics::Metrics;

/// How long the server waits for the other side's close frame before it drops the connection.
const FAREWELL: Duration = Duration::from_secs(2);

/// A socket with its clocks.
pub(super) struct Link<'a> {
    socket: WebSocket,
    side: Side,
    metrics: &'a Metrics,
    ping: Duration,
    write: Duration,
    heard_at: Instant,
    sent_at: Instant,
    pinged_at: Instant,
}

/// What came.
pub(super) enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A binary frame, which the protocol does not know.
    Binary,
    /// A frame larger than allowed.
    TooBig,
    /// The client is gone.
    Gone,
}

/// Why a socket's work is over.
pub(super) enum Over {
    /// The server closes it.
    Close(Close),
    /// The client is gone.
    Gone,
}

impl From<Close> for Over {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl<'a> Link<'a> {
    pub(super) fn new(
        socket: WebSocket,
        side: Side,
        metrics: &'a Metrics,
        ping: Duration,
        write: Duration,
    ) -> Self {
        let now = now();
        metrics.sockets.of(side).inc();
        metrics.sockets_opened.of(side).inc();
        Self { socket, side, metrics, ping, write, heard_at: now, sent_at: now, pinged_at: now }
    }

    /// Sends a text frame; a client that takes none in time is too slow.
    pub(super) async fn send(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), Over> {
        let sending = self.socket.send(Message::Text(text.into()));
        match tokio::time::timeout(self.write, sending).await {
            Ok(Ok(())) => {
                self.sent_at = now();
                self.metrics.frames_out.of(self.side).inc();
                Ok(())
            }
            Ok(Err(_)) => Err(Over::Gone),
            Err(_) => Err(Close::TooSlow.into()),
        }
    }

    /// The next frame that means something. Safe to drop while it waits.
    pub(super) async fn receive(&mut self) -> Incoming {
        loop {
            let message = self.socket.recv().await;
            self.heard_at = now();
            match message {
                Some(Ok(Message::Text(text))) => {
                    self.metrics.frames_in.of(self.side).inc();
                    return Incoming::Text(text);
                }
                Some(Ok(Message::Binary(_))) => return Incoming::Binary,
                // The library answers pings and closes by itself; the stream ends afterwards.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => {}
                Some(Err(error)) => {
                    return if is_too_big(&error) { Incoming::TooBig } else { Incoming::Gone };
                }
                None => return Incoming::Gone,
            }
        }
    }

    /// When [`Link::beat`] has something to do.
    pub(super) fn beat_at(&self) -> Instant {
        let quiet_since = self.heard_at.min(self.sent_at);
        let ping_at = quiet_since.max(self.pinged_at) + self.ping;
        ping_at.min(self.heard_at + self.ping * 2)
    }

    /// Keeps the link alive, or finds it dead.
    pub(super) async fn beat(&mut self, ping: &'static str) -> Result<(), Over> {
        if self.heard_at + self.ping * 2 <= now() {
            return Err(Close::TimedOut.into());
        }
        self.pinged_at = now();
        self.send(Utf8Bytes::from_static(ping)).await
    }

    /// Ends it: says why, and waits a moment for the client to have heard.
    pub(super) async fn end(mut self, over: Over) {
        self.metrics.sockets.of(self.side).dec();
        let Over::Close(close) = over else { return };
        self.metrics.closes(close).inc();
        let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
        let farewell = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // A client that does not answer is dropped all the same.
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

/// The library says only in words that a message or frame passed its bound.
fn is_too_big(error: &axum::Error) -> bool {
    let text = error.to_string();
    text.contains("too long") || text.contains("too big")
}

#[expect(clippy::disallowed_methods, reason = "the heartbeat measures the link")]
fn now() -> Instant {
    Instant::now()
}
