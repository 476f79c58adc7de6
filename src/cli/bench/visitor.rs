//! One visitor of the load: says the lines of a script over and over and checks what comes back.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use tokio::time::sleep_until;
use tokio::time::timeout_at;
use tokio_tungstenite::tungstenite::Message;

use crate::cli::Failed;
use crate::cli::bench::tally::Tally;
use crate::cli::bench::wire::Stream;
use crate::cli::bench::wire::open;

/// How long a turn may take before its visitor gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every visitor says, over and over.
#[derive(Debug)]
pub(super) struct Script(Vec<String>);

impl Default for Script {
    /// A problem, an answer, and a change of mind, so that it can begin anew.
    fn default() -> Self {
        let lines = ["jag får ingen identifieringsbegäran", "ja", "nej", "avbryt"];
        Self(lines.map(str::to_owned).to_vec())
    }
}

impl Script {
    /// The `visitor:` lines of a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failed> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failed::Use(format!("{} cannot be read: {error}", path.display())))?;
        let said = text.lines().filter_map(|line| line.strip_prefix("visitor:"));
        let lines: Vec<String> = said.map(|line| line.trim().to_owned()).collect();
        if lines.is_empty() {
            return Err(Failed::Use(format!(
                "{} has no line that begins with `visitor:`",
                path.display()
            )));
        }
        Ok(Self(lines))
    }

    fn line(&self, turn: usize) -> &str {
        &self.0[turn % self.0.len()]
    }
}

/// What the load looks at of a frame.
#[derive(Deserialize)]
struct Seen<'a> {
    #[serde(rename = "type")]
    kind_of_frame: &'a str,
    #[serde(default)]
    kind: Option<&'a str>,
    #[serde(default)]
    id: Option<&'a str>,
    #[serde(default)]
    seq: Option<u64>,
    #[serde(default)]
    duplicate: Option<bool>,
    #[serde(default)]
    status: Option<&'a str>,
    #[serde(default)]
    token: Option<&'a str>,
    #[serde(default)]
    conversation: Option<&'a str>,
    #[serde(default)]
    resumed: Option<bool>,
    #[serde(default)]
    from: Option<SeenAuthor<'a>>,
}

#[derive(Deserialize)]
struct SeenAuthor<'a> {
    role: &'a str,
}

/// How a turn ended.
enum Ended {
    Answered,
    /// The bot no longer answers in this conversation: a person owns it, or it is over.
    Silent,
    Refused,
    Broken,
}

/// A connected visitor.
pub(super) struct Talker {
    number: usize,
    url: String,
    script: Arc<Script>,
    tally: Arc<Tally>,
    wire: Stream,
    /// From the welcome, for coming back.
    token: String,
    conversation: String,
    /// The newest event that came.
    last: u64,
    /// Messages sent so far.
    sent: usize,
}

impl Talker {
    /// Connects and waits for the greeting.
    pub(super) async fn connect(
        number: usize,
        url: String,
        script: Arc<Script>,
        tally: Arc<Tally>,
    ) -> anyhow::Result<Self> {
        let wire = arrive(&url).await?;
        let (token, conversation) = (String::new(), String::new());
        let mut talker =
            Self { number, url, script, tally, wire, token, conversation, last: 0, sent: 0 };
        talker.greeted().await?;
        Ok(talker)
    }

    async fn greeted(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        while self.last == 0 {
            let message = timeout_at(until, self.wire.next()).await.context("no greeting came")?;
            let message = message.context("the server closed the socket")??;
            if let Message::Text(text) = message {
                let seen: Seen<'_> = serde_json::from_str(&text)?;
                if let (Some(token), Some(conversation)) = (seen.token, seen.conversation) {
                    token.clone_into(&mut self.token);
                    conversation.clone_into(&mut self.conversation);
                }
                self.last = seen.seq.filter(|_| seen.kind_of_frame == "event").unwrap_or(0);
            }
        }
        Ok(())
    }

    /// Comes back to the conversation at another address, and waits for what was missed.
    pub(super) async fn resume(mut self, url: String) -> anyhow::Result<Self> {
        self.url = url;
        self.wire = open(&self.url, "/v1/chat").await?;
        let hello = json!({
            "type": "hello", "token": self.token, "conversation": self.conversation,
            "after": self.last,
        });
        self.wire.send(Message::text(hello.to_string())).await?;
        let until = Instant::now() + PATIENCE;
        let mut newest = None;
        while newest.is_none_or(|newest| self.last < newest) {
            let message = timeout_at(until, self.wire.next()).await.context("no welcome came")?;
            let message = message.context("the server closed the socket")??;
            let Message::Text(text) = message else { continue };
            let seen: Seen<'_> = serde_json::from_str(&text)?;
            match seen.kind_of_frame {
                "welcome" => {
                    newest = seen.seq;
                    if seen.resumed != Some(true) || seen.seq < Some(self.last) {
                        self.tally.out_of_order();
                    }
                }
                "event" => self.note_event(seen.seq),
                _ => {}
            }
        }
        Ok(self)
    }

    /// Says nothing until a moment, and answers heartbeats.
    pub(super) async fn idle(mut self, until: Instant) -> Option<Self> {
        loop {
            let text = match timeout_at(until, self.wire.next()).await {
                Err(_) => return Some(self),
                Ok(Some(Ok(Message::Text(text)))) => text,
                Ok(Some(Ok(_))) => continue,
                Ok(_) => {
                    self.tally.lost_socket();
                    return None;
                }
            };
            let Ok(seen) = serde_json::from_str::<Seen<'_>>(&text) else { continue };
            match seen.kind_of_frame {
                "event" => self.note_event(seen.seq),
                "ping" => {
                    self.wire.send(Message::text(r#"{"type":"pong"}"#)).await.ok();
                }
                _ => {}
            }
        }
    }

    /// Checks the place of an event.
    fn note_event(&mut self, seq: Option<u64>) {
        let seq = seq.unwrap_or(0);
        if seq != self.last + 1 {
            self.tally.out_of_order();
        }
        self.last = seq;
    }

    /// Talks until `end`: a turn every `pace` from `first` on, or one after the other. `None`
    /// when the socket was lost.
    pub(super) async fn talk(
        mut self,
        first: Instant,
        pace: Option<Duration>,
        end: Instant,
    ) -> Option<Self> {
        let mut due = first;
        while due < end && Instant::now() < end {
            sleep_until(due).await;
            // With a pace, the turn counts from the moment it should have begun.
            let began = if pace.is_some() { due } else { Instant::now() };
            match self.turn(began).await {
                Ended::Answered => self.tally.turn(began.elapsed()),
                Ended::Refused => self.tally.refused(),
                Ended::Silent => {
                    self.tally.turn(began.elapsed());
                    if self.anew().await.is_err() {
                        self.tally.lost_socket();
                        return None;
                    }
                }
                Ended::Broken => {
                    self.tally.lost_socket();
                    return None;
                }
            }
            due = pace.map_or_else(Instant::now, |pace| due + pace);
        }
        Some(self)
    }

    /// Begins another conversation as another visitor.
    async fn anew(&mut self) -> anyhow::Result<()> {
        self.wire.close(None).await.ok();
        self.wire = arrive(&self.url).await?;
        self.last = 0;
        self.greeted().await
    }

    /// Says the next line and waits for its ack and for what the bot says to it.
    async fn turn(&mut self, began: Instant) -> Ended {
        let id = format!("b{}-{}", self.number, self.sent);
        let text = self.script.line(self.sent);
        self.sent += 1;
        let frame = json!({"type": "message", "id": id, "text": text}).to_string();
        if self.wire.send(Message::text(frame)).await.is_err() {
            return Ended::Broken;
        }
        let until = began.max(Instant::now()) + PATIENCE;
        let (mut acked, mut answered, mut silent) = (None, 0, false);
        loop {
            let text = match timeout_at(until, self.wire.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => text,
                Ok(Some(Ok(_))) => continue,
                Ok(_) => return Ended::Broken,
                Err(_) => {
                    self.tally.unanswered();
                    return Ended::Silent;
                }
            };
            let Ok(seen) = serde_json::from_str::<Seen<'_>>(&text) else { return Ended::Broken };
            match seen.kind_of_frame {
                "ack" => {
                    if seen.id != Some(&id) || seen.duplicate == Some(true) || acked.is_some() {
                        self.tally.wrong_ack();
                    }
                    acked = seen.seq;
                }
                "event" => {
                    self.note_event(seen.seq);
                    let seq = self.last;
                    if seen.kind == Some("message")
                        && seen.from.is_some_and(|author| author.role == "bot")
                    {
                        answered = seq;
                    }
                    silent |= seen.kind == Some("ended")
                        || seen.status.is_some_and(|status| status != "bot");
                }
                "error" if seen.id == Some(&id) => return Ended::Refused,
                "ping" => {
                    let pong = Message::text(r#"{"type":"pong"}"#);
                    if self.wire.send(pong).await.is_err() {
                        return Ended::Broken;
                    }
                }
                _ => {}
            }
            match acked {
                Some(_) if silent => return Ended::Silent,
                Some(seq) if answered > seq => return Ended::Answered,
                _ => {}
            }
        }
    }
}

/// A socket on which a new visitor has said hello.
async fn arrive(url: &str) -> anyhow::Result<Stream> {
    let mut wire = open(url, "/v1/chat").await?;
    wire.send(Message::text(r#"{"type":"hello","lang":["sv"]}"#)).await?;
    Ok(wire)
}
