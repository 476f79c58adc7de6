//! What is due because time went by: the deadlines of conversations.
//!
//! The store has them all, and is asked once a second; that alone would keep a visitor who wrote
//! half a thought waiting for up to a second more than the pause that the rules want. So the
//! nearest deadline that this process itself has set is remembered, and waited for.

use std::collections::HashSet;
use std::future::ready;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::conversation::input::Act;
use crate::engine::Engine;
use crate::ids::ConversationId;
use crate::ids::Timestamp;

/// Conversations that are read at once.
const PAGE: u32 = 200;
/// … and worked on at once: they share commits, as visitors' turns do.
const AT_ONCE: usize = 64;
/// What is due within this time of something else waits for it: many share one look.
const APART: Duration = Duration::from_millis(50);

/// The nearest deadline.
#[derive(Debug)]
pub(super) struct Timers {
    soonest: AtomicI64,
    sooner: Notify,
}

impl Default for Timers {
    fn default() -> Self {
        Self { soonest: AtomicI64::new(i64::MAX), sooner: Notify::new() }
    }
}

impl Timers {
    /// That something is due then.
    pub(super) fn note(&self, at: Timestamp) {
        if at.0 < self.soonest.load(Ordering::Relaxed)
            && self.soonest.fetch_min(at.0, Ordering::Relaxed) > at.0
        {
            self.sooner.notify_one();
        }
    }

    fn forget(&self) {
        self.soonest.store(i64::MAX, Ordering::Relaxed);
    }
}

impl Engine {
    /// Waits until something is due that this process knows of.
    pub async fn until_due(&self) {
        let timers = &self.inner.timers;
        sleep(APART).await;
        loop {
            let soonest = timers.soonest.load(Ordering::Relaxed);
            let left = u64::try_from(Timestamp(soonest).ms_since(self.inner.clock.now()));
            let Ok(left @ 1..) = left else { return };
            tokio::select! {
                () = sleep(Duration::from_millis(left)) => {}
                () = timers.sooner.notified() => {}
            }
        }
    }

    /// Lets every conversation whose deadline has passed go on.
    pub async fn work_off_deadlines(&self) {
        let now = self.inner.clock.now();
        self.inner.timers.forget();
        let mut seen: HashSet<ConversationId> = HashSet::new();
        // Those that are due all the same after they were looked at must not stand before others.
        let mut stuck = 0;
        let mut worked_off = 0;
        loop {
            let due = match self.inner.store.due(now, PAGE.saturating_add(stuck)).await {
                Ok(due) => due,
                Err(error) => {
                    tracing::warn!(%error, "deadlines cannot be read");
                    break;
                }
            };
            let new: Vec<_> = due.iter().filter(|id| !seen.contains(*id)).cloned().collect();
            stuck = u32::try_from(due.len() - new.len()).unwrap_or(u32::MAX);
            if new.is_empty() {
                break;
            }
            worked_off += new.len();
            seen.extend(new.iter().cloned());
            stream::iter(new.into_iter().map(|id| self.submit_own(id, Act::Tick)))
                .buffer_unordered(AT_ONCE)
                .for_each(ready)
                .await;
        }
        self.inner.metrics.deadlines_due.set(i64::try_from(worked_off).unwrap_or(i64::MAX));
    }
}
