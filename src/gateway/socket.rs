//! One WebSocket after its upgrade: frames in and out, the heartbeat, and a clean end.
//!
//! A socket belongs to one task, which asks [`Socket::recv`] and its own sources in one `select!`
//! and writes in between. Nothing is buffered here beyond what the kernel did not take at once,
//! so a reader that makes no progress shows as [`Lost::TooSlow`]. The library reads frames and
//! answers those that are its own business; ours are put together here, in memory that lives only
//! until they are written: the library's buffer stays as large as its largest burst ever was.
//!
//! **Invariant:** the peer sees the close frame before the connection goes away, as far as it
//! reads at all: what it still sends is swallowed for a moment, since unread bytes would make the
//! kernel reset the connection and the close frame with it.

use std::io::Cursor;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;
use tokio::time::Sleep;
use tokio::time::sleep_until;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::Error as WireError;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;
use tokio_tungstenite::tungstenite::protocol::frame::coding::OpCode;
use tokio_util::sync::CancellationToken;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::config::Limits;
use crate::config::seconds;
use crate::gateway::limits::Excess;
use crate::gateway::limits::Haste;
use crate::gateway::limits::Pace;
use crate::gateway::limits::TooFast;
use crate::gateway::places::Place;
use crate::protocol::ErrorFrame;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::visitor::ServerFrame;
use crate::telemetry::metrics::Limited;
use crate::telemetry::metrics::Metrics;

/// What `ServerFrame::Ping` is as text, on both sides of the protocol.
const PING: &str = r#"{"type":"ping"}"#;

/// How long a closed socket waits for its peer's answer.
const LINGER: Duration = Duration::from_secs(2);

/// A connection keeps a read buffer of this size for its whole life, idle or not.
const READ_BUFFER: usize = 1_024;

/// So much may be fed before it is written without a flush: one system call for an ack and the
/// events that follow it.
const WRITE_BUFFER: usize = 4_096;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A text frame. Keep none of it: it may hold on to the whole read buffer.
    Text(Utf8Bytes),
    /// A binary frame, which this protocol does not have.
    Binary(Bytes),
    /// A frame larger than the limit: close with [`Close::TooBig`].
    TooBig,
    /// Nothing for two heartbeats: close with [`Close::TimedOut`].
    TimedOut,
    /// Too much too fast, after a warning: close with [`Close::Flooding`].
    Flooding,
    /// The server is told to stop; said once. Close with [`Close::GoingAway`].
    Draining,
    /// The peer has left, cleanly or not; there is nobody to close.
    Gone,
}

/// Why nothing more can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// No progress for too long: close with [`Close::TooSlow`].
    #[error("the peer reads too slowly")]
    TooSlow,
    /// The peer has left.
    #[error("the peer has left")]
    Gone,
}

/// One WebSocket. A pointer, because a future holds each thing that is moved into it and through
/// it several times over: by value, a socket would weigh down every task by some kilobytes.
pub struct Socket(Box<Open>);

struct Open {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    /// Frames that were fed and are not written yet, from the cursor on.
    unsent: Cursor<Vec<u8>>,
    /// Whether the peer has said goodbye, after which no frame may follow ours.
    is_ending: bool,
    beat: Heartbeat,
    alarm: Pin<Box<Sleep>>,
    /// `None` once it has been said.
    drain: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    write_for: Duration,
    pace: Pace,
    /// When the peer may send again, until it has been told.
    warning: Option<TooFast>,
    side: Side,
    metrics: Arc<Metrics>,
    _place: Place,
}

impl Socket {
    /// Takes over an upgraded connection.
    pub(crate) async fn new(
        upgraded: Upgraded,
        side: Side,
        limits: &Limits,
        metrics: Arc<Metrics>,
        drain: CancellationToken,
        place: Place,
    ) -> Self {
        let io = TokioIo::new(upgraded);
        let config = Some(config(limits.frame_bytes as usize));
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, config).await;
        let beat = Heartbeat::new(seconds(limits.ping_s), Instant::now());
        metrics.sockets.of(side).inc();
        // The connection that it was until now has just been let go.
        metrics.connections.inc();
        metrics.sockets_opened.of(side).inc();
        Self(Box::new(Open {
            stream,
            unsent: Cursor::default(),
            is_ending: false,
            alarm: Box::pin(sleep_until(beat.next())),
            beat,
            drain: Some(Box::pin(drain.cancelled_owned())),
            write_for: seconds(limits.write_s),
            pace: Pace::of(limits),
            warning: None,
            side,
            metrics,
            _place: place,
        }))
    }

    /// The next frame, or why there is none. Sends the heartbeat meanwhile. May be cancelled
    /// without loss. After [`Received::TooBig`] only [`Socket::close`] makes sense.
    pub async fn recv(&mut self) -> Received {
        if self.0.warning.is_some()
            && let Err(lost) = Box::pin(self.warn()).await
        {
            return match lost {
                Lost::TooSlow => Received::TimedOut,
                Lost::Gone => Received::Gone,
            };
        }
        loop {
            let Open { stream, alarm, drain, .. } = &mut *self.0;
            let told_to_stop = async {
                match drain {
                    Some(drain) => drain.await,
                    None => std::future::pending().await,
                }
            };
            // A flood of frames must not keep the socket from stopping.
            let received = tokio::select! {
                biased;
                () = told_to_stop => {
                    self.0.drain = None;
                    Some(Received::Draining)
                }
                // On the heap: both are rare, and would be part of every socket's task.
                () = alarm => Box::pin(self.keep_alive()).await,
                message = stream.next() => match message {
                    Some(Ok(message)) => self.take(message),
                    ended => Some(Box::pin(self.end(ended)).await),
                },
            };
            if let Some(received) = received {
                return received;
            }
        }
    }

    /// What a message of the library's is to us; `None` when it is its own business.
    fn take(&mut self, message: Message) -> Option<Received> {
        self.0.beat.heard(Instant::now());
        let bytes = message.len();
        let received = match message {
            Message::Text(text) => Some(Received::Text(text)),
            Message::Binary(bytes) => Some(Received::Binary(bytes)),
            // The library answers a ping or a close by itself when it is asked for the next
            // message; after a close that is the end of the stream.
            other => {
                self.0.is_ending |= other.is_close();
                None
            }
        };
        self.0.metrics.frames_in.of(self.0.side).inc();
        let Err(haste) = self.0.pace.take(bytes) else { return received };
        let (Haste::Warn(excess, _) | Haste::Tolerate(excess) | Haste::CutOff(excess)) = haste;
        self.0.metrics.limited(excess.into()).inc();
        match haste {
            Haste::Warn(_, too_fast) => self.0.warning = Some(too_fast),
            Haste::Tolerate(_) => {}
            Haste::CutOff(_) => return Some(Received::Flooding),
        }
        received
    }

    /// Tells the peer to slow down. The frames that it sent are taken.
    async fn warn(&mut self) -> Result<(), Lost> {
        let Some(too_fast) = self.0.warning else { return Ok(()) };
        let mut frame = ErrorFrame::new(Code::RateLimited, "too much on this connection; wait");
        frame.retry_after_s = Some(too_fast.retry_after_s);
        self.send(ServerFrame::Error(frame).to_json()).await?;
        self.0.warning = None;
        Ok(())
    }

    /// What the end of the stream, or an error of the library's, is to us.
    async fn end(&mut self, message: Option<Result<Message, WireError>>) -> Received {
        match message {
            Some(Err(WireError::Capacity(_))) => return Received::TooBig,
            Some(Err(WireError::Utf8(_))) => self.leave(CloseCode::Invalid, "not UTF-8").await,
            Some(Err(WireError::Protocol(_))) => self.leave(CloseCode::Protocol, "").await,
            _ => {}
        }
        Received::Gone
    }

    /// At the alarm: a ping when one is due, or the end when the peer has been silent for long.
    async fn keep_alive(&mut self) -> Option<Received> {
        let end = match self.0.beat.due(Instant::now()) {
            Due::Nothing => None,
            Due::Dead => Some(Received::TimedOut),
            Due::Ping => {
                self.0.beat.pinged(Instant::now());
                match self.send(PING).await {
                    Ok(()) => None,
                    // A peer that neither reads nor writes is dead rather than slow.
                    Err(Lost::TooSlow) => Some(Received::TimedOut),
                    Err(Lost::Gone) => Some(Received::Gone),
                }
            }
        };
        self.0.alarm.as_mut().reset(self.0.beat.next());
        end
    }

    /// Writes one frame out. Not to be cancelled: the frame would be lost or cut.
    pub async fn send(&mut self, frame: impl Into<Utf8Bytes>) -> Result<(), Lost> {
        self.feed(frame).await?;
        self.flush().await
    }

    /// Takes one frame, to be written with others by [`Socket::flush`]. Not to be cancelled.
    pub async fn feed(&mut self, frame: impl Into<Utf8Bytes>) -> Result<(), Lost> {
        self.put(Data::Text, frame.into().as_bytes()).await
    }

    /// Writes one binary frame out. The protocol has none: this is for the echo that conformance
    /// is tested on. Not to be cancelled.
    pub async fn send_binary(&mut self, frame: Bytes) -> Result<(), Lost> {
        self.put(Data::Binary, &frame).await?;
        self.flush().await
    }

    async fn put(&mut self, kind: Data, payload: &[u8]) -> Result<(), Lost> {
        if self.0.is_ending {
            return Err(Lost::Gone);
        }
        let header = FrameHeader { opcode: OpCode::Data(kind), ..FrameHeader::default() };
        let length = payload.len() as u64;
        let unsent = self.0.unsent.get_mut();
        unsent.reserve(header.len(length) + payload.len());
        header.format(length, unsent).map_err(|_| Lost::Gone)?;
        unsent.extend_from_slice(payload);
        let is_much = unsent.len() > WRITE_BUFFER;
        self.0.metrics.frames_out.of(self.0.side).inc();
        if is_much { self.write_out().await } else { Ok(()) }
    }

    /// Writes out what was fed, if anything was.
    pub async fn flush(&mut self) -> Result<(), Lost> {
        if self.0.unsent.get_ref().is_empty() {
            return Ok(());
        }
        self.write_out().await?;
        self.0.beat.sent(Instant::now());
        Ok(())
    }

    async fn write_out(&mut self) -> Result<(), Lost> {
        progress(self.0.write_for, self.0.write_out()).await
    }

    /// Says why and ends. Takes up to two seconds, for the peer to hear it.
    pub async fn close(mut self, why: Close) {
        self.0.metrics.closes(why).inc();
        Box::pin(self.leave(why.code().into(), why.reason())).await;
    }

    async fn leave(&mut self, code: CloseCode, reason: &'static str) {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let goodbye = async {
            // A frame that was cut off would swallow the goodbye.
            if self.0.write_out().await.is_err()
                || self.0.stream.send(Message::Close(Some(frame))).await.is_err()
            {
                return;
            }
            while let Some(message) = self.0.stream.next().await {
                if message.is_err() {
                    break;
                }
            }
            // What the library cannot read (the rest of a frame that is too large) is not read
            // as frames any more.
            let raw = self.0.stream.get_mut();
            // On the heap: an array would be part of every socket's task for its whole life.
            let mut rest = vec![0; 16 * 1_024];
            if raw.shutdown().await.is_ok() {
                while raw.read(&mut rest).await.is_ok_and(|bytes| bytes > 0) {}
            }
        };
        // Whoever is not done by then has been told, or does not listen.
        let _ = timeout(LINGER, goodbye).await;
    }
}

impl Open {
    /// What is written of a frame when this is given up is not written again.
    async fn write_out(&mut self) -> Result<(), WireError> {
        // What the library itself has begun to say comes first, whole.
        self.stream.flush().await?;
        let io = self.stream.get_mut();
        io.write_all_buf(&mut self.unsent).await?;
        io.flush().await?;
        self.unsent = Cursor::default();
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.metrics.sockets.of(self.side).dec();
        self.metrics.connections.dec();
    }
}

fn config(frame_bytes: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        // It writes no more than pongs and the close frame.
        .write_buffer_size(0)
        .max_message_size(Some(frame_bytes))
        .max_frame_size(Some(frame_bytes))
}

async fn progress(
    within: Duration,
    writing: impl Future<Output = Result<(), WireError>>,
) -> Result<(), Lost> {
    match timeout(within, writing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Lost::Gone),
        Err(_) => Err(Lost::TooSlow),
    }
}

impl From<Excess> for Limited {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Frames => Self::Frames,
            Excess::Bytes => Self::Bytes,
        }
    }
}

/// When to ping, and when to give up.
#[derive(Debug)]
struct Heartbeat {
    every: Duration,
    heard: Instant,
    sent: Instant,
    pinged: Instant,
}

/// What is due at a moment.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Nothing,
    Ping,
    Dead,
}

impl Heartbeat {
    fn new(every: Duration, now: Instant) -> Self {
        Self { every, heard: now, sent: now, pinged: now }
    }

    fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    fn sent(&mut self, now: Instant) {
        self.sent = now;
    }

    fn pinged(&mut self, now: Instant) {
        self.pinged = now;
    }

    /// Silence of either side calls for a ping, but one ping is enough for one silence.
    fn ping_at(&self) -> Instant {
        self.heard.min(self.sent).max(self.pinged) + self.every
    }

    fn dead_at(&self) -> Instant {
        self.heard + 2 * self.every
    }

    fn next(&self) -> Instant {
        self.ping_at().min(self.dead_at())
    }

    fn due(&self, now: Instant) -> Due {
        if now >= self.dead_at() {
            Due::Dead
        } else if now >= self.ping_at() {
            Due::Ping
        } else {
            Due::Nothing
        }
    }
}

#[cfg(test)]
mod tests;
