//! One agent of the load: takes who has waited longest, answers, and lets go of them again.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio::time::timeout;
use tokio::time::timeout_at;

use crate::cli::bench::board::Board;
use crate::cli::bench::tally::Tally;
use crate::cli::bench::wire::Wire;

/// How long an ack may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long after its last claim an agent may still learn what it was given.
const LAST_GIVEN: Duration = Duration::from_secs(2);
/// More than a load has waiting at once; an agent here takes one after the other anyway.
const CAPACITY: u32 = 100;

/// An agent at work.
pub(super) struct Helper {
    number: usize,
    id: String,
    /// Told apart from other runs against the same server: an agent's ids are theirs for ever.
    run: String,
    tally: Arc<Tally>,
    board: Arc<Board>,
    wire: Wire,
    /// Who waits, by since when.
    queue: BTreeSet<(String, String)>,
    since: HashMap<String, String>,
    /// What the server gave this agent without being asked.
    given: VecDeque<String>,
    /// What this agent works on or has done with.
    mine: Option<String>,
    frames: usize,
    handed: usize,
}

impl Helper {
    /// Signs on and says that it takes conversations.
    pub(super) async fn connect(
        number: usize,
        url: &str,
        token: &str,
        run: String,
        tally: Arc<Tally>,
        board: Arc<Board>,
    ) -> anyhow::Result<Self> {
        let mut wire = Wire::agent(url, token).await?;
        let welcome = timeout(PATIENCE, wire.next()).await?.context("the server closed")?;
        let id = welcome["agent"]["id"].as_str().context("an agent was not welcomed")?.to_owned();
        let mut helper = Self {
            number,
            id,
            run,
            tally,
            board,
            wire,
            queue: BTreeSet::new(),
            since: HashMap::new(),
            given: VecDeque::new(),
            mine: None,
            frames: 0,
            handed: 0,
        };
        let presence = json!({"type": "presence", "state": "online", "capacity": CAPACITY});
        helper.wire.send(&presence).await?;
        Ok(helper)
    }

    /// Serves from `start` on until `over` says so; each conversation for `handling`.
    pub(super) async fn work(
        mut self,
        mut start: watch::Receiver<bool>,
        over: watch::Receiver<bool>,
        handling: Duration,
    ) {
        loop {
            tokio::select! {
                _ = start.wait_for(|start| *start) => break,
                frame = self.wire.next() => match frame {
                    Some(frame) => self.note(&frame),
                    None => return self.tally.lost_socket(),
                },
            }
        }
        while !*over.borrow() {
            let worked = match self.pick() {
                Some((conversation, given)) => self.serve(&conversation, given, handling).await,
                None => self.look(Instant::now() + Duration::from_millis(100)).await,
            };
            if worked.is_err() {
                return self.tally.lost_socket();
            }
        }
        if self.leave(handling).await.is_err() {
            self.tally.lost_socket();
        }
        self.wire.close().await;
    }

    /// Claims no more, and serves whom the server gave meanwhile.
    async fn leave(&mut self, handling: Duration) -> anyhow::Result<()> {
        self.look(Instant::now() + LAST_GIVEN).await?;
        while let Some(conversation) = self.given.pop_front() {
            self.serve(&conversation, true, handling).await?;
        }
        Ok(())
    }

    /// What the server gave, else who has waited longest.
    fn pick(&mut self) -> Option<(String, bool)> {
        let given = self.given.pop_front().map(|id| (id, true));
        given.or_else(|| self.queue.first().map(|(_, id)| (id.clone(), false)))
    }

    /// Reads what comes until a moment.
    async fn look(&mut self, until: Instant) -> anyhow::Result<()> {
        while let Ok(frame) = timeout_at(until, self.wire.next()).await {
            let frame = frame.context("the socket broke")?;
            self.note(&frame);
        }
        Ok(())
    }

    /// One customer, from the claim to the end.
    async fn serve(
        &mut self,
        conversation: &str,
        given: bool,
        handling: Duration,
    ) -> anyhow::Result<()> {
        self.mine = Some(conversation.to_owned());
        self.forget(conversation);
        if !given {
            let claimed = self.ask(conversation, json!({"type": "claim"})).await?;
            if claimed["type"] == "error" {
                self.mine = None;
                self.tally.contended();
                return Ok(());
            }
        }
        if !self.board.take(conversation, self.number) {
            self.tally.two_owners();
        }
        self.must(conversation, json!({"type": "message", "text": "Hej, hur kan jag hjälpa?"}))
            .await?;
        self.look(Instant::now() + handling).await?;
        // From here on the server may give it to another.
        self.board.release(conversation);
        self.handed += 1;
        let end = if self.handed.is_multiple_of(3) {
            json!({"type": "hand_back"})
        } else {
            json!({"type": "resolve", "outcome": "resolved"})
        };
        self.must(conversation, end).await?;
        self.mine = None;
        self.tally.handover();
        Ok(())
    }

    fn is_given(&mut self, conversation: &str) -> bool {
        let before = self.given.len();
        self.given.retain(|given| given != conversation);
        self.given.len() < before
    }

    /// Asks for something that this agent may do; anything but an ack is wrong.
    async fn must(&mut self, conversation: &str, frame: Value) -> anyhow::Result<()> {
        let answer = self.ask(conversation, frame).await?;
        if answer["type"] != "ack" || answer["duplicate"] == true {
            self.tally.wrong_ack();
        }
        Ok(())
    }

    /// Sends a frame and waits for its ack or error.
    async fn ask(&mut self, conversation: &str, mut frame: Value) -> anyhow::Result<Value> {
        let id = format!("{}-{}-{}", self.run, self.number, self.frames);
        self.frames += 1;
        frame["id"] = json!(id);
        frame["conversation"] = json!(conversation);
        self.wire.send(&frame).await?;
        let until = Instant::now() + PATIENCE;
        loop {
            let frame = timeout_at(until, self.wire.next()).await.inspect_err(|_| {
                self.tally.unanswered();
            })?;
            let frame = frame.context("the socket broke")?;
            if frame["id"] == id.as_str() && (frame["type"] == "ack" || frame["type"] == "error") {
                return Ok(frame);
            }
            self.note(&frame);
        }
    }

    /// Keeps the queue by what the inbox says.
    fn note(&mut self, frame: &Value) {
        if frame["type"] != "inbox" {
            return;
        }
        for item in frame["items"].as_array().into_iter().flatten() {
            let Some(conversation) = item["conversation"].as_str() else { continue };
            let was_given = self.is_given(conversation);
            self.forget(conversation);
            let held_by_me = item["status"] == "agent" && item["agent"]["id"] == self.id.as_str();
            if item["removed"] == true {
            } else if item["status"] == "queued" {
                let since = item["waiting_since"].as_str().unwrap_or_default().to_owned();
                self.queue.insert((since.clone(), conversation.to_owned()));
                self.since.insert(conversation.to_owned(), since);
            } else if held_by_me && (was_given || self.mine.as_deref() != Some(conversation)) {
                self.given.push_back(conversation.to_owned());
            }
        }
    }

    fn forget(&mut self, conversation: &str) {
        if let Some(since) = self.since.remove(conversation) {
            self.queue.remove(&(since, conversation.to_owned()));
        }
    }
}
