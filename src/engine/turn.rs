//! One turn after another: load, decide, append, tell.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;

use anyhow::Context as _;
use futures_util::FutureExt as _;
use serde::Deserialize;
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::content::Content;
use crate::conversation;
use crate::conversation::Decision;
use crate::conversation::effect;
use crate::conversation::effect::CallFailure;
use crate::conversation::effect::Effect;
use crate::conversation::effect::Matter;
use crate::conversation::effect::Work;
use crate::conversation::event::ActionState;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::input::Refusal;
use crate::conversation::state::State;
use crate::engine::Engine;
use crate::engine::Inner;
use crate::engine::Receipt;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::engine::audited;
use crate::engine::lanes::Job;
use crate::engine::lanes::Kept;
use crate::engine::lanes::Put;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EventRow;
use crate::store::Head;
use crate::store::InputKey;
use crate::store::NewEffect;
use crate::store::StoreError;

/// Events that are read at once.
pub(crate) const PAGE: u32 = 500;
/// Writers that may be first before an input is given up.
const TRIES: usize = 8;

/// An event as its row holds it: the place and the moment stand beside.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    fact: &'a Fact,
    #[serde(skip_serializing_if = "<[Move]>::is_empty")]
    moves: &'a [Move],
}

#[derive(Deserialize)]
struct OwnedBody {
    #[serde(flatten)]
    fact: Fact,
    #[serde(default)]
    moves: Vec<Move>,
}

/// An event as a row.
pub(crate) fn row_of(event: &Event) -> EventRow {
    let body = Body { fact: &event.fact, moves: &event.moves };
    EventRow {
        seq: event.seq,
        at: event.at,
        body: serde_json::to_string(&body).expect("facts are plain values with text keys"),
    }
}

/// A row as an event.
pub(crate) fn event_of(row: &EventRow) -> Result<Event, StoreError> {
    let body: OwnedBody = serde_json::from_str(&row.body)
        .context("the body is not JSON of an event")
        .map_err(|source| StoreError::Corrupt { what: "event", source })?;
    Ok(Event { seq: row.seq, at: row.at, fact: body.fact, moves: body.moves })
}

impl Engine {
    /// Takes an input in: answers when it is durable, or why it is not.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, SubmitError> {
        self.enqueue(submission).await.unwrap_or(Err(SubmitError::Overloaded))
    }

    /// Takes an input in without waiting; the receipt comes later, in the order of the inputs.
    #[must_use]
    pub fn enqueue(
        &self,
        submission: Submission,
    ) -> oneshot::Receiver<Result<Receipt, SubmitError>> {
        let (done, receipt) = oneshot::channel();
        let id = submission.conversation.clone();
        let since = Instant::now();
        match self.inner.lanes.put(Job { submission, since, done }) {
            Put::Waits => {}
            Put::Work => {
                let inner = Arc::clone(&self.inner);
                tokio::spawn(async move {
                    while let Some(job) = inner.lanes.next(&id) {
                        let result = inner.work_or_fail(&job.submission).await;
                        inner.note_turn(&job, &result);
                        // Whoever asked may have hung up; the input counts all the same.
                        let _ = job.done.send(result);
                    }
                });
            }
            Put::Full(job) => {
                let _ = job.done.send(Err(SubmitError::Overloaded));
            }
        }
        receipt
    }

    /// The receipt of an input that was taken before, for senders whose repetition would not get
    /// as far as the rules.
    pub async fn known(
        &self,
        sender: &Sender,
        id: &FrameId,
    ) -> Result<Option<Receipt>, SubmitError> {
        self.inner.known(sender, id).await
    }

    /// The state of a conversation as it is now.
    pub async fn state(&self, id: &ConversationId) -> Result<Arc<State>, SubmitError> {
        self.inner.state_of(id).await
    }
}

impl Inner {
    pub(super) async fn state_of(&self, id: &ConversationId) -> Result<Arc<State>, SubmitError> {
        if let Some(state) = self.lanes.state(id) {
            return Ok(state);
        }
        let state = Arc::new(self.folded(id).await?);
        self.lanes.keep(id, Arc::clone(&state), [], self.clock.now());
        Ok(state)
    }

    /// The state of a conversation as the store has it.
    pub(super) async fn folded(&self, id: &ConversationId) -> Result<State, SubmitError> {
        let row = self.store.conversation(id).await?.ok_or(SubmitError::NotFound)?;
        let mut state = State::new(row.head.lang, row.created_at);
        loop {
            let page = self.store.events(id, state.seq, PAGE).await?;
            let full = page.len() == PAGE as usize;
            for row in page {
                state.apply(&event_of(&row)?);
            }
            if !full {
                break;
            }
        }
        Ok(state)
    }

    /// Works, and survives a bug: the lane must go on, or the conversation would stand for ever.
    async fn work_or_fail(&self, submission: &Submission) -> Result<Receipt, SubmitError> {
        let work = AssertUnwindSafe(self.work(submission)).catch_unwind();
        work.await.unwrap_or_else(|_panic| {
            tracing::error!(
                conversation.id = %submission.conversation,
                "the engine failed on an input"
            );
            self.lanes.forget(&submission.conversation);
            Err(SubmitError::Fault)
        })
    }

    /// Counts how long somebody waited for their turn.
    fn note_turn(&self, job: &Job, result: &Result<Receipt, SubmitError>) {
        let theirs = !matches!(job.submission.sender, Sender::Engine);
        if theirs && result.as_ref().is_ok_and(|receipt| !receipt.duplicate) {
            self.metrics.turn_seconds.observe(job.since.elapsed().as_secs_f64());
        }
    }

    async fn work(&self, submission: &Submission) -> Result<Receipt, SubmitError> {
        let id = &submission.conversation;
        for _ in 0..TRIES {
            let state = self.state_of(id).await?;
            if matches!(submission.sender, Sender::Visitor(_)) && state.customer.is_some() {
                let refusal = Refusal::Forbidden("the conversation is a customer's");
                return self.repeated(submission, refusal).await;
            }
            let content = self.content_for(&state).await?;
            let decision = match self.decide(&content, &state, submission) {
                Ok(decision) => decision,
                Err(refusal) => return self.repeated(submission, refusal).await,
            };
            if decision.events.is_empty() {
                let seq = decision.input_seq;
                return Ok(Receipt { conversation: id.clone(), seq, duplicate: false });
            }
            match self.store.append(self.append_of(submission, &state, &decision)).await {
                Ok(Appended::Done) => {
                    self.metrics.turns.inc();
                    return Ok(self.publish(submission, decision));
                }
                Ok(Appended::Duplicate { conversation, seq }) => {
                    if conversation == *id && seq > state.seq {
                        self.catch_up(id).await?;
                    }
                    return Ok(Receipt { conversation, seq, duplicate: true });
                }
                Ok(Appended::Conflict { .. }) => self.catch_up(id).await?,
                Err(error) => {
                    self.lanes.forget(id);
                    return Err(error.into());
                }
            }
        }
        Err(SubmitError::Overloaded)
    }

    /// The store holds more than this engine knew of: another writer's events, or its own whose
    /// commit went unheard. Whoever follows here has not seen them either.
    async fn catch_up(&self, id: &ConversationId) -> Result<(), SubmitError> {
        self.lanes.forget(id);
        let state = self.state_of(id).await?;
        self.bus.ring(id);
        self.floor_changed(id, &state);
        Ok(())
    }

    /// A refused input may be the repetition of one that was taken before.
    async fn repeated(
        &self,
        submission: &Submission,
        refusal: Refusal,
    ) -> Result<Receipt, SubmitError> {
        let Submission { sender, id: Some(id), .. } = submission else {
            return Err(refusal.into());
        };
        self.known(sender, id).await?.ok_or_else(|| refusal.into())
    }

    async fn known(&self, sender: &Sender, id: &FrameId) -> Result<Option<Receipt>, SubmitError> {
        let Some(author) = sender.key() else { return Ok(None) };
        let found = self.store.input(&author, id).await?;
        Ok(found.map(|(conversation, seq)| Receipt { conversation, seq, duplicate: true }))
    }

    fn decide(
        &self,
        content: &Content,
        state: &State,
        submission: &Submission,
    ) -> Result<Decision, Refusal> {
        let input = Input {
            at: self.clock.now(),
            id: submission.id.clone(),
            act: submission.act.clone(),
            duty: self.duty(state.team.as_ref()),
        };
        let policy = self.floor.policy.load();
        let decided = catch_unwind(AssertUnwindSafe(|| {
            conversation::decide(content, &policy, state, &input)
        }));
        decided.unwrap_or_else(|_| {
            tracing::error!(
                conversation.id = %submission.conversation,
                "the rules failed on an input; the conversation goes to a person"
            );
            conversation::give_up(content, &policy, state, &input)
        })
    }

    pub(super) fn duty(&self, team: Option<&TeamId>) -> Duty {
        let team = team.unwrap_or(&self.policy.default_team);
        self.floor.policy.load().post(team, Duty::Nobody).duty
    }

    fn append_of(&self, submission: &Submission, before: &State, decision: &Decision) -> Append {
        let key = submission.sender.key().zip(submission.id.clone());
        Append {
            conversation: submission.conversation.clone(),
            expected: before.seq,
            input: key.map(|(author, frame)| InputKey { author, frame, seq: decision.input_seq }),
            events: decision.events.iter().map(row_of).collect(),
            head: self.head_of(&decision.state),
            effects: self.rows_of_effects(before, decision),
            closes: decision.closes(),
            audit: audited::entry_of(submission).map(|entry| entry.to_json()),
        }
    }

    fn rows_of_effects(&self, before: &State, decision: &Decision) -> Vec<NewEffect> {
        let now = self.clock.now();
        let row = |effect: &Effect, after_ms| NewEffect {
            seq: effect.seq,
            kind: effect.work.kind(),
            due: now.plus_ms(after_ms),
            body: serde_json::to_string(&effect.work).expect("work is plain values with text keys"),
        };
        let mut rows: Vec<NewEffect> =
            decision.effects.iter().map(|effect| row(effect, 0)).collect();
        let (after_ms, mail) = (self.policy.unread_after_ms, self.policy.mail);
        if after_ms > 0 {
            let unread = effect::unread(&decision.events);
            rows.extend(unread.map(|effect| row(&effect, after_ms)));
        }
        if mail.of_answer_after_ms > 0 {
            let answer = effect::answer(&decision.state, &decision.events);
            rows.extend(answer.map(|effect| row(&effect, mail.of_answer_after_ms)));
        }
        let matter = effect::matter(before, &decision.events);
        rows.extend(matter.and_then(|effect| match effect.work {
            Work::MailTeam { matter: Matter::Left } => mail.of_left.then(|| row(&effect, 0)),
            _ => (mail.of_queued_after_ms > 0).then(|| row(&effect, mail.of_queued_after_ms)),
        }));
        rows
    }

    pub(super) fn head_of(&self, state: &State) -> Head {
        Head {
            status: state.status,
            team: state.team.clone(),
            agent: state.agent.as_ref().map(|agent| agent.id.clone()),
            lang: state.lang,
            topic: state.topic.clone(),
            deadline: conversation::deadline(state, &self.policy),
            pins: state.revisions().into_iter().map(str::to_owned).collect(),
            tags: state.tags.clone(),
        }
    }

    fn count_calls(&self, events: &[Event]) {
        for event in events {
            if let Fact::Action(change) = &event.fact
                && change.state != ActionState::Started
            {
                let failure = change.reason.as_deref().and_then(CallFailure::named);
                self.metrics.calls(failure).inc();
            }
        }
    }

    /// Remembers what is now durable and rings at whoever follows.
    fn publish(&self, submission: &Submission, decision: Decision) -> Receipt {
        let id = &submission.conversation;
        let seq: Seq = decision.input_seq;
        if !decision.effects.is_empty() {
            self.calls_wanted.notify_one();
        }
        self.count_calls(&decision.events);
        if let Some(deadline) = conversation::deadline(&decision.state, &self.policy) {
            self.timers.note(deadline);
        }
        let state = Arc::new(decision.state);
        let kept = decision.events.into_iter().map(|event| Arc::new(Kept::new(event)));
        self.lanes.keep(id, Arc::clone(&state), kept, self.clock.now());
        self.bus.ring(id);
        self.floor_changed(id, &state);
        Receipt { conversation: id.clone(), seq, duplicate: false }
    }
}
