//! One visitor of the load who wants a person: waits, is answered, and begins again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio::time::timeout_at;

use crate::cli::bench::board::Board;
use crate::cli::bench::tally::Tally;
use crate::cli::bench::wire::Wire;

/// How long the next frame may take; a waiting visitor is pinged long before.
const PATIENCE: Duration = Duration::from_mins(2);

/// After this long a place may only fall: whoever asked earlier has been heard by then.
const SETTLES: Duration = Duration::from_secs(2);

/// A visitor who waits.
pub(super) struct Waiter {
    number: usize,
    url: String,
    tally: Arc<Tally>,
    board: Arc<Board>,
    wire: Wire,
    /// The newest event that came.
    last: u64,
    /// Wishes for a person so far.
    wishes: usize,
}

/// How a wait ended.
enum Ended {
    /// The person ended the conversation.
    Resolved,
    /// The person gave it back to the bot.
    HandedBack,
    /// The run is over.
    Over,
}

impl Waiter {
    /// Connects and waits for the greeting.
    pub(super) async fn connect(
        number: usize,
        url: String,
        tally: Arc<Tally>,
        board: Arc<Board>,
    ) -> anyhow::Result<Self> {
        let wire = Wire::visitor(&url).await?;
        let mut waiter = Self { number, url, tally, board, wire, last: 0, wishes: 0 };
        waiter.greeted().await?;
        Ok(waiter)
    }

    async fn greeted(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        while self.last == 0 {
            let frame = timeout_at(until, self.wire.next()).await.context("no greeting came")?;
            self.note(&frame.context("the server closed the socket")?);
        }
        Ok(())
    }

    /// Waits for people again and again until `over` says so.
    pub(super) async fn stay(mut self, mut over: watch::Receiver<bool>) {
        loop {
            self.board.wait(self.number);
            let ended = self.wait(&mut over).await;
            self.board.leave(self.number);
            let again = match ended {
                Ok(Ended::Over) => return,
                Ok(Ended::HandedBack) => Ok(()),
                Ok(Ended::Resolved) => self.anew().await,
                Err(error) => Err(error),
            };
            if again.is_err() {
                return self.tally.lost_socket();
            }
        }
    }

    async fn anew(&mut self) -> anyhow::Result<()> {
        self.wire.close().await;
        self.wire = Wire::visitor(&self.url).await?;
        self.last = 0;
        self.greeted().await
    }

    /// From the wish for a person to the end of what they do.
    async fn wait(&mut self, over: &mut watch::Receiver<bool>) -> anyhow::Result<Ended> {
        let id = format!("w{}-{}", self.number, self.wishes);
        self.wishes += 1;
        self.wire.send(&json!({"type": "human", "id": id})).await?;
        let began = Instant::now();
        let mut answered = false;
        loop {
            let frame = tokio::select! {
                frame = timeout_at(Instant::now() + PATIENCE, self.wire.next()) => frame,
                _ = over.wait_for(|over| *over) => return Ok(Ended::Over),
            };
            let frame = frame.context("the server is silent")?.context("the socket broke")?;
            self.note(&frame);
            match (frame["type"].as_str(), frame["kind"].as_str()) {
                (Some("error"), _) => self.tally.refused(),
                (Some("queue"), _) => {
                    let place = frame["position"].as_u64().and_then(|it| u32::try_from(it).ok());
                    let holds = self.board.place(self.number, place.unwrap_or(0));
                    // Who asked in the same moments may still come before.
                    if !holds && began.elapsed() > SETTLES {
                        self.tally.wrong_place();
                    }
                }
                (_, Some("message")) if frame["from"]["role"] == "agent" && !answered => {
                    answered = true;
                    self.tally.turn(began.elapsed());
                }
                (_, Some("status")) if frame["status"] == "agent" => self.board.leave(self.number),
                (_, Some("status")) if answered && frame["status"] == "bot" => {
                    return Ok(Ended::HandedBack);
                }
                (_, Some("ended")) => return Ok(Ended::Resolved),
                _ => {}
            }
        }
    }

    /// Checks the place of an event.
    fn note(&mut self, frame: &Value) {
        if frame["type"] != "event" {
            return;
        }
        let seq = frame["seq"].as_u64().unwrap_or(0);
        if seq != self.last + 1 {
            self.tally.out_of_order();
        }
        self.last = seq;
    }
}
