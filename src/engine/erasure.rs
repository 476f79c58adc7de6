//! A person's data go: whoever is connected is told, and what time has run out for goes by itself.
//!
//! The store notes each erased conversation; the engine reads these notes once a second, so it
//! hears of erasures by another process (`skicka erase`) as of its own. Sockets then send the
//! whole conversation anew, all of it `erased`.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use crate::engine::Engine;
use crate::engine::SubmitError;
use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::privacy::retention;
use crate::privacy::retention::Kind;
use crate::privacy::retention::Retention;
use crate::privacy::retention::Step;
use crate::store::StoreError;
use crate::store::attachments::Doom;
use crate::store::attachments::Files;
use crate::store::records::Leftover;
use crate::store::records::Whose;

/// Notes read at once.
const PAGE: u32 = 200;
/// Conversations erased in one transaction, for which turns wait a few milliseconds.
const AT_ONCE: usize = 20;
/// For how long sockets may need to notice; a slower one has been closed by then.
const TOLD_MS: i64 = 120_000;
/// For how long the store keeps a note: no server is so far behind.
const NOTED_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// A file that has been in no message for so long is forgotten.
const UNUSED_MS: i64 = 24 * 60 * 60 * 1_000;

/// What this engine knows of erasures.
#[derive(Default)]
pub(super) struct Erasures {
    /// The newest note that was read.
    read: AtomicI64,
    /// Conversations erased lately.
    lately: Mutex<HashMap<ConversationId, Timestamp>>,
    /// When time was last looked through.
    tidied_at: AtomicI64,
}

impl Erasures {
    /// Begins behind this note: what was erased before nobody here has seen.
    pub(super) fn after(note: i64) -> Self {
        Self { read: AtomicI64::new(note), ..Self::default() }
    }
}

impl Engine {
    /// Whether a conversation was erased lately: whoever has sent of it must begin anew.
    #[must_use]
    pub fn is_erased(&self, id: &ConversationId) -> bool {
        let lately = self.inner.erasures.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.contains_key(id)
    }

    /// Reads what was erased since the last time, and tells whoever follows.
    pub async fn hear_erasures(&self) -> Result<(), SubmitError> {
        let inner = &self.inner;
        let now = inner.clock.now();
        loop {
            let after = inner.erasures.read.load(Ordering::Relaxed);
            let notes = inner.store.erasures(after, PAGE).await?;
            for (number, id) in &notes {
                inner.lanes.forget(id);
                let state = inner.state_of(id).await?;
                {
                    let lately = &inner.erasures.lately;
                    let mut lately = lately.lock().unwrap_or_else(PoisonError::into_inner);
                    lately.retain(|_, at| now.ms_since(*at) < TOLD_MS);
                    lately.insert(id.clone(), now);
                }
                inner.floor_changed(id, &state);
                inner.bus.ring(id);
                inner.erasures.read.store(*number, Ordering::Relaxed);
            }
            if notes.len() < PAGE as usize {
                return Ok(());
            }
        }
    }

    /// Lets go of what has been kept long enough, a small step at a time. May be called as often
    /// as one likes; it rests by itself. Answers how much went.
    pub async fn tidy(&self, settings: &Retention, files: &Files) -> Result<u64, StoreError> {
        let now = self.inner.clock.now();
        let last = Timestamp(self.inner.erasures.tidied_at.load(Ordering::Relaxed));
        if now.ms_since(last) < retention::EVERY_MS {
            return Ok(0);
        }
        self.inner.erasures.tidied_at.store(now.0, Ordering::Relaxed);
        let mut gone = 0;
        for step in retention::plan(settings, now) {
            gone += self.let_go(step, now).await?;
        }
        let unused = now.plus_ms(-UNUSED_MS);
        self.inner.store.doom_attachments(Doom::Unused, unused, PAGE).await?;
        gone += files.sweep(&*self.inner.store, PAGE).await?;
        gone += self.inner.store.clear(Leftover::Erasures, now.plus_ms(-NOTED_MS), PAGE).await?;
        if gone > 0 {
            // What a reader keeps from being emptied now is emptied after the next step.
            self.inner.store.settle().await?;
            tracing::info!(items = gone, "data was kept long enough and has been erased");
        }
        Ok(gone)
    }

    async fn let_go(&self, step: Step, now: Timestamp) -> Result<u64, StoreError> {
        let store = &self.inner.store;
        match step.kind {
            Kind::Conversations => {
                let outdated = store.outdated(step.before, step.limit).await?;
                let mut gone = 0;
                for some in outdated.chunks(AT_ONCE) {
                    let whose = Whose::Conversations(some.to_vec());
                    gone += store.erase(whose, now).await?.conversations.len();
                }
                Ok(gone as u64)
            }
            Kind::Visitors => store.clear(Leftover::Profiles, step.before, step.limit).await,
            Kind::Effects => store.clear(Leftover::Effects, step.before, step.limit).await,
            Kind::Sessions => store.clear(Leftover::Sessions, step.before, step.limit).await,
            Kind::Attachments => store.doom_attachments(Doom::Any, step.before, step.limit).await,
        }
    }
}
