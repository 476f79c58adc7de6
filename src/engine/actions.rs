//! Calls to other systems: taken up once their event is durable, made, and closed by one event.
//!
//! What is to be called stands in the store. Whoever takes a call up moves its row to the moment
//! at which another may take it for lost, so a call that a crash cut off is made again, under the
//! same id. **Invariants:** a call is made at least once, and never before its event is durable;
//! its result comes into the log once; a host that hangs or fails holds up no other.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;

use crate::clock::random_bytes;
use crate::config::Actions;
use crate::config::push::Push;
use crate::config::system::System;
use crate::content::Content;
use crate::content::dialogue::StepKind;
use crate::conversation::action::BETWEEN_TRIES_MS;
use crate::conversation::effect::Call;
use crate::conversation::effect::CallFailure;
use crate::conversation::effect::EffectKind;
use crate::conversation::effect::Work;
use crate::conversation::input::Act;
use crate::engine::Engine;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::store::EffectRow;
use crate::store::StoreError;

mod breaker;
mod client;
mod sign;
mod unread;

use breaker::Breaker;
use client::Client;
use client::Missed;
use client::Post;
use sign::Signer;

/// What is done here.
const KINDS: [EffectKind; 2] = [EffectKind::Call, EffectKind::Unread];
/// How often the store is asked for calls that nobody told of: those of an earlier run.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What a try may take beyond its time before another may take it for lost.
const MARGIN_MS: i64 = 3_000;
/// No call is held for longer than this; one that seems to be was held before the clock jumped.
const LONGEST_HOLD_MS: i64 = 10 * 60_000;
/// How far ahead it is looked for those.
const FAR_MS: i64 = 365 * 24 * 60 * 60_000;
/// How often a call may be taken up: one that ends the process each time must end itself.
const MOST_TRIES: u32 = 20;
/// Before the second try; twice as long before each further one.
const FIRST_PAUSE_MS: i64 = 500;
/// How often a result is brought to a store that does not take it.
const BRINGINGS: u32 = 5;

/// The systems that may be called.
pub struct Systems {
    client: Client,
    breaker: Breaker,
    by_name: BTreeMap<String, (System, Signer)>,
    /// The call by which the push gateway is told of unread messages.
    push: Option<String>,
    free: Arc<Semaphore>,
}

/// Why the systems cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum SystemsError {
    /// Two have one name.
    #[error("actions.systems: `{0}` is named twice")]
    Twice(String),
    /// Nothing signs what is sent.
    #[error(
        "the system `{system}` needs its secret in the variable {variable}: `whsec_` and base64, or a text of 16 characters or more"
    )]
    NoSecret {
        /// Which.
        system: String,
        /// Where it is looked for.
        variable: String,
    },
    /// Unread messages are to be told to a system that is none.
    #[error("push.call: `{0}` begins with no name of actions.systems")]
    UnknownPush(String),
    /// Nothing vouches for anybody.
    #[error("the certificates of this machine cannot be read: {0}")]
    NoCertificates(#[from] std::io::Error),
}

impl Systems {
    /// Those of the settings, with the secrets that `variable` knows.
    pub fn new(
        settings: &Actions,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SystemsError> {
        let mut by_name = BTreeMap::new();
        for system in &settings.systems {
            let name = system.secret_variable();
            let signer = variable(&name).and_then(|secret| Signer::new(&secret));
            let signer = signer.ok_or_else(|| SystemsError::NoSecret {
                system: system.name.clone(),
                variable: name,
            })?;
            if by_name.insert(system.name.clone(), (system.clone(), signer)).is_some() {
                return Err(SystemsError::Twice(system.name.clone()));
            }
        }
        Ok(Self {
            client: Client::new(settings.answer_bytes as usize)?,
            breaker: Breaker::default(),
            by_name,
            push: None,
            free: Arc::new(Semaphore::new(settings.at_once as usize)),
        })
    }

    /// The same, telling the push gateway of unread messages where the settings name one.
    pub fn with_push(mut self, push: &Push) -> Result<Self, SystemsError> {
        let system = push.call.split('/').next().unwrap_or_default();
        if push.is_on() && !self.by_name.contains_key(system) {
            return Err(SystemsError::UnknownPush(push.call.clone()));
        }
        self.push = push.is_on().then(|| push.call.clone());
        Ok(self)
    }

    /// Tells of systems that content calls and the settings do not name.
    fn warn_of_unknown(&self, content: &Content) {
        let steps = content.dialogues.values().flat_map(|dialogue| dialogue.steps.values());
        let named: BTreeSet<&str> = steps
            .filter_map(|step| match &step.kind {
                StepKind::Action(action) => Some(action.system()),
                _ => None,
            })
            .collect();
        for system in named.into_iter().filter(|name| !self.by_name.contains_key(*name)) {
            tracing::warn!(
                action.system = system,
                "dialogues call a system that actions.systems does not name; those calls fail"
            );
        }
    }
}

/// Makes calls as they become due. Ends when it is dropped; what was begun is then taken up by
/// the next run.
pub async fn run(engine: Engine, systems: Systems) {
    let systems = Arc::new(systems);
    let mut running = JoinSet::new();
    let mut revision = String::new();
    loop {
        let content = engine.content();
        if content.revision != revision {
            revision.clone_from(&content.revision);
            systems.warn_of_unknown(&content);
        }
        if let Err(error) = take_up(&engine, &systems, &mut running).await {
            tracing::warn!(%error, "calls that are due cannot be read");
        }
        tokio::select! {
            () = engine.inner.calls_wanted.notified() => {}
            Some(_) = running.join_next() => {}
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

/// Begins what is due, as far as there is room.
async fn take_up(
    engine: &Engine,
    systems: &Arc<Systems>,
    running: &mut JoinSet<()>,
) -> Result<(), StoreError> {
    let store = engine.store();
    let now = engine.inner.clock.now();
    let room = u32::try_from(systems.free.available_permits()).unwrap_or(u32::MAX);
    // Rows that are held stand in the future, few and behind those that are due.
    let rows = store.due_effects(&KINDS, now.plus_ms(FAR_MS), room.saturating_mul(2)).await?;
    let is_due = |row: &EffectRow| row.due <= now || row.due.ms_since(now) > LONGEST_HOLD_MS;
    for row in rows.into_iter().filter(is_due) {
        let Ok(permit) = Arc::clone(&systems.free).try_acquire_owned() else { break };
        let held_until = now.plus_ms(MARGIN_MS);
        if !store.move_effect(&row, held_until, row.tries + 1).await? {
            continue;
        }
        let row = EffectRow { due: held_until, tries: row.tries + 1, ..row };
        let (engine, systems) = (engine.clone(), Arc::clone(systems));
        running.spawn(async move {
            perform(&engine, &systems, row).await;
            drop(permit);
        });
    }
    Ok(())
}

/// Does the work of an effect and brings its result into the log.
async fn perform(engine: &Engine, systems: &Systems, mut row: EffectRow) {
    let result = match serde_json::from_str(&row.body) {
        Ok(Work::Call(_)) if row.tries > MOST_TRIES => Err(CallFailure::Lost),
        Ok(Work::Call(call)) => {
            let began = Instant::now();
            let Some(result) = make(engine, systems, &call, &mut row).await else { return };
            engine.metrics().call_seconds.observe(began.elapsed().as_secs_f64());
            result
        }
        Ok(Work::Unread) => return unread::tell(engine, systems, row).await,
        // Mail is another's, by its kind.
        Ok(Work::MailTeam { .. } | Work::MailAnswer) => return,
        Err(error) => {
            tracing::error!(conversation.id = %row.conversation, event.seq = row.seq.0, %error, "an effect cannot be read");
            Err(CallFailure::Lost)
        }
    };
    bring(engine, &row, result).await;
}

/// Tries until there is an answer or no hope; none when another has taken the call up.
async fn make(
    engine: &Engine,
    systems: &Systems,
    call: &Call,
    row: &mut EffectRow,
) -> Option<Result<Value, CallFailure>> {
    let id = format!("call_{}_{}", row.conversation, row.seq.0);
    let body = json!({
        "call": call.call,
        "conversation": row.conversation,
        "lang": call.lang,
        "data": call.data,
    });
    let tries = Tries {
        call: &call.call,
        id: &id,
        body: Bytes::from(body.to_string()),
        timeout: Duration::from_secs(u64::from(call.timeout_s)),
        retries: call.retries,
    };
    try_all(engine, systems, &tries, row).await
}

/// What is posted, and how often.
struct Tries<'t> {
    /// The system's name and the path below its address.
    call: &'t str,
    /// The same in every try.
    id: &'t str,
    body: Bytes,
    timeout: Duration,
    /// Tries after the first.
    retries: u32,
}

/// Posts until there is an answer or no hope; none when another has taken the work up.
async fn try_all(
    engine: &Engine,
    systems: &Systems,
    tries: &Tries<'_>,
    row: &mut EffectRow,
) -> Option<Result<Value, CallFailure>> {
    let (name, path) = tries.call.split_once('/').unwrap_or((tries.call, ""));
    let Some((system, signer)) = systems.by_name.get(name) else {
        return Some(Err(CallFailure::NotConfigured));
    };
    let slash = if path.is_empty() { "" } else { "/" };
    let address = format!("{}{slash}{path}", system.address);
    let Tries { id, body, timeout, .. } = tries;
    let try_ms = i64::try_from(timeout.as_millis()).unwrap_or(LONGEST_HOLD_MS);
    for attempt in 0..=tries.retries {
        if !hold(engine, row, try_ms + MARGIN_MS).await {
            return None;
        }
        let missed = if systems.breaker.admits(system.authority(), Instant::now()) {
            let at = engine.inner.clock.now();
            let timeout = *timeout;
            let post = Post { address: &address, id, body, at, signer, timeout };
            match systems.client.post(&post).await {
                Ok(answer) => {
                    systems.breaker.succeeded(system.authority());
                    return Some(Ok(answer));
                }
                Err(missed) => missed,
            }
        } else {
            Missed { failure: CallFailure::CircuitOpen, is_passing: true }
        };
        match missed {
            Missed { failure: CallFailure::CircuitOpen, .. } => {}
            Missed { is_passing: true, .. } => {
                systems.breaker.failed(system.authority(), Instant::now());
            }
            // Whoever answers at all is there.
            Missed { is_passing: false, .. } => systems.breaker.succeeded(system.authority()),
        }
        tracing::warn!(
            conversation.id = %row.conversation,
            action.call = %tries.call,
            action.failure = missed.failure.as_str(),
            action.attempt = attempt + 1,
            "a call to another system failed"
        );
        if !missed.is_passing || attempt == tries.retries {
            return Some(Err(missed.failure));
        }
        let pause_ms = pause_before(attempt);
        if !hold(engine, row, pause_ms + MARGIN_MS).await {
            return None;
        }
        sleep(Duration::from_millis(pause_ms.unsigned_abs())).await;
    }
    Some(Err(CallFailure::Lost))
}

/// Half of it fixed and half by chance, so that those who failed together do not come again
/// together.
fn pause_before(attempt: u32) -> i64 {
    let whole = FIRST_PAUSE_MS.saturating_mul(1 << attempt.min(10)).min(BETWEEN_TRIES_MS);
    let half = whole / 2;
    let chance = i64::from(u32::from_le_bytes(random_bytes::<4>())) % (half + 1);
    half + chance
}

/// Holds a call for so long from now on; false when another has it.
async fn hold(engine: &Engine, row: &mut EffectRow, ms: i64) -> bool {
    let until = engine.inner.clock.now().plus_ms(ms);
    match engine.store().move_effect(row, until, row.tries).await {
        Ok(true) => {
            row.due = until;
            true
        }
        Ok(false) => false,
        Err(error) => {
            tracing::warn!(conversation.id = %row.conversation, %error, "a call cannot be held");
            false
        }
    }
}

/// Brings a result into the log, which closes the effect. A store that does not take it will have
/// the call made again.
async fn bring(engine: &Engine, row: &EffectRow, result: Result<Value, CallFailure>) {
    for attempt in 0..BRINGINGS {
        let submission = Submission {
            conversation: row.conversation.clone(),
            sender: Sender::Engine,
            id: None,
            act: Act::CallEnded { call: row.seq, result: result.clone() },
        };
        match engine.submit(submission).await {
            Ok(_) => return,
            Err(SubmitError::Store(_) | SubmitError::Overloaded) => {
                sleep(Duration::from_millis(pause_before(attempt).unsigned_abs())).await;
            }
            Err(error) => {
                tracing::error!(conversation.id = %row.conversation, event.seq = row.seq.0, %error, "a call's result was not taken");
                return;
            }
        }
    }
}
