//! One lane a conversation: its waiting inputs and the state they meet.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::conversation::event::Event;
use crate::conversation::event::Status;
use crate::conversation::state::State;
use crate::engine::Receipt;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::protocol::event::Audience;
use crate::protocol::event::event_frame;

/// Locks that unrelated conversations rarely share.
const SHARDS: usize = 64;
/// Events that a lane keeps for followers; older ones come from the store.
const TAIL: usize = 32;
/// Lanes of one shard beyond which those that nobody works on are dropped.
const LANES_OF_SHARD: usize = 1_024;
/// How long a lane stays that nobody uses: so long at least, longer by each event of its
/// conversation, and so long at most. An hour of talk has some hundred events.
const STAYS_MS: i64 = 3_000;
const STAYS_MS_AN_EVENT: i64 = 50;
const MOST_STAYS_MS: i64 = 30 * 60 * 1_000;
/// Inputs that may wait in all lanes, until a setting says otherwise.
const WAITING_IN_ALL: usize = 20_000;
/// Inputs that may wait for one conversation.
const WAITING: usize = 256;

/// An input with whoever waits for its receipt.
pub(super) struct Job {
    pub(super) submission: Submission,
    /// When it came.
    pub(super) since: Instant,
    pub(super) done: oneshot::Sender<Result<Receipt, SubmitError>>,
}

/// An event with the frames made of it, each at most once.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) event: Event,
    visitor: OnceLock<Utf8Bytes>,
    agent: OnceLock<Utf8Bytes>,
}

impl Kept {
    pub(super) fn new(event: Event) -> Self {
        Self { event, visitor: OnceLock::new(), agent: OnceLock::new() }
    }

    pub(super) fn frame(&self, audience: Audience, conversation: &ConversationId) -> Utf8Bytes {
        let (cell, named) = match audience {
            Audience::Visitor => (&self.visitor, None),
            Audience::Agent => (&self.agent, Some(conversation)),
        };
        cell.get_or_init(|| event_frame(&self.event, audience, named).into()).clone()
    }
}

#[derive(Default)]
struct Lane {
    waiting: VecDeque<Job>,
    busy: bool,
    state: Option<Arc<State>>,
    tail: VecDeque<Arc<Kept>>,
    used_at: Timestamp,
}

impl Lane {
    /// For how long it stays without being used.
    fn stays_ms(&self) -> i64 {
        let events = self.state.as_ref().map_or(0, |state| state.seq.0);
        let longer = i64::try_from(events).unwrap_or(i64::MAX).saturating_mul(STAYS_MS_AN_EVENT);
        longer.clamp(STAYS_MS, MOST_STAYS_MS)
    }
}

/// All lanes.
pub(super) struct Lanes {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<ConversationId, Lane>>>,
    waiting: AtomicUsize,
    most_waiting: AtomicUsize,
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            waiting: AtomicUsize::new(0),
            most_waiting: AtomicUsize::new(WAITING_IN_ALL),
        }
    }
}

/// What became of a job that was put into a lane.
pub(super) enum Put {
    /// Somebody works on the lane and will come to it.
    Waits,
    /// Nobody does: whoever put it must.
    Work,
    /// Too many wait already.
    Full(Job),
}

impl Lanes {
    fn shard(&self, id: &ConversationId) -> MutexGuard<'_, HashMap<ConversationId, Lane>> {
        let at = self.hasher.hash_one(id) % self.shards.len() as u64;
        self.shards[usize::try_from(at).unwrap_or(0)].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many inputs may wait in all lanes together.
    pub(super) fn bound(&self, most: usize) {
        self.most_waiting.store(most, Ordering::Relaxed);
    }

    /// How many inputs wait, and how many may.
    pub(super) fn load(&self) -> (usize, usize) {
        (self.waiting.load(Ordering::Relaxed), self.most_waiting.load(Ordering::Relaxed))
    }

    /// The conversations in memory by their status, in the order of `statuses`.
    pub(super) fn census<const N: usize>(&self, statuses: [Status; N]) -> [i64; N] {
        let mut census = [0; N];
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for state in shard.values().filter_map(|lane| lane.state.as_ref()) {
                if let Some(at) = statuses.iter().position(|status| *status == state.status) {
                    census[at] += 1;
                }
            }
        }
        census
    }

    pub(super) fn put(&self, job: Job) -> Put {
        // What agents and the engine itself do moves the load on; customers can wait a moment.
        let (waiting, most) = self.load();
        let is_customers =
            matches!(job.submission.sender, Sender::Visitor(_) | Sender::Customer(_));
        if waiting >= most && is_customers {
            return Put::Full(job);
        }
        let id = job.submission.conversation.clone();
        let mut shard = self.shard(&id);
        let lane = shard.entry(id).or_default();
        if lane.waiting.len() >= WAITING {
            return Put::Full(job);
        }
        lane.waiting.push_back(job);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if std::mem::replace(&mut lane.busy, true) { Put::Waits } else { Put::Work }
    }

    /// The next job of a lane that the caller works on; with none left, the lane is given up.
    pub(super) fn next(&self, id: &ConversationId) -> Option<Job> {
        let mut shard = self.shard(id);
        let lane = shard.get_mut(id)?;
        let job = lane.waiting.pop_front();
        if job.is_some() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        lane.busy = job.is_some();
        job
    }

    pub(super) fn state(&self, id: &ConversationId) -> Option<Arc<State>> {
        self.shard(id).get(id)?.state.clone()
    }

    /// Remembers a state and the events that led to it.
    pub(super) fn keep(
        &self,
        id: &ConversationId,
        state: Arc<State>,
        new: impl IntoIterator<Item = Arc<Kept>>,
        now: Timestamp,
    ) {
        let mut shard = self.shard(id);
        if shard.len() > LANES_OF_SHARD {
            shard.retain(|_, lane| lane.busy);
        }
        let lane = shard.entry(id.clone()).or_default();
        lane.used_at = now;
        // A reader may come with what it loaded before a writer, or an erasure, was through.
        let is_older = |known: &Arc<State>| known.seq > state.seq || known.erased && !state.erased;
        if !lane.state.as_ref().is_some_and(is_older) {
            lane.state = Some(state);
        }
        for kept in new {
            if lane.tail.back().is_some_and(|last| last.event.seq.next() != kept.event.seq) {
                lane.tail.clear();
            }
            if lane.tail.len() == TAIL {
                lane.tail.pop_front();
            }
            lane.tail.push_back(kept);
        }
    }

    /// Forgets what a lane holds: another writer was there, or the store failed.
    pub(super) fn forget(&self, id: &ConversationId) {
        if let Some(lane) = self.shard(id).get_mut(id) {
            lane.state = None;
            lane.tail.clear();
        }
    }

    /// The events after `after` if the lane still has them all.
    pub(super) fn tail(&self, id: &ConversationId, after: Seq) -> Option<Vec<Arc<Kept>>> {
        let shard = self.shard(id);
        let lane = shard.get(id)?;
        if lane.state.as_ref().is_some_and(|state| state.seq <= after) {
            return Some(Vec::new());
        }
        let first = lane.tail.front()?.event.seq;
        (first <= after.next())
            .then(|| lane.tail.iter().filter(|kept| kept.event.seq > after).cloned().collect())
    }

    /// Drops lanes that nobody has used for a while: the longer a conversation is, the dearer it is
    /// to read again, and the longer it stays.
    pub(super) fn sweep(&self, now: Timestamp) {
        for shard in &self.shards {
            shard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|_, lane| lane.busy || now.ms_since(lane.used_at) < lane.stays_ms());
        }
    }
}
