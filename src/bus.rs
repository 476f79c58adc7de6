//! Who is told that a conversation has moved.
//!
//! A ring carries no payload: whoever hears it reads on from its own place. A ring that is heard
//! twice, late or together with others does no harm, and nothing queues behind a slow reader.

use std::collections::HashMap;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;

use tokio::sync::Notify;

use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::store::Reader;

/// Locks that unrelated conversations rarely share.
const SHARDS: usize = 64;

/// What one socket waits at: it wakes when something that it follows has moved.
#[derive(Debug, Default)]
pub struct Doorbell {
    moved: Mutex<HashSet<ConversationId>>,
    passing: Mutex<Vec<Passing>>,
    notify: Notify,
}

/// Something that is told at once or not at all; it is no event and is not stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passing {
    /// Somebody is writing.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        from: Writer,
    },
    /// A person writes what only colleagues will see.
    Noting {
        /// Where.
        conversation: ConversationId,
        /// Who, by name.
        agent: String,
    },
    /// Somebody has read.
    Read {
        /// Where.
        conversation: ConversationId,
        /// Who.
        by: Reader,
        /// Up to where.
        seq: Seq,
    },
}

/// Who is writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    /// The customer.
    Visitor,
    /// A person, by name.
    Agent(String),
}

impl Passing {
    fn conversation(&self) -> &ConversationId {
        match self {
            Self::Typing { conversation, .. }
            | Self::Noting { conversation, .. }
            | Self::Read { conversation, .. } => conversation,
        }
    }

    /// Whether this one makes `older` worthless.
    fn replaces(&self, older: &Self) -> bool {
        self.conversation() == older.conversation()
            && match (self, older) {
                (Self::Typing { from: one, .. }, Self::Typing { from: other, .. }) => one == other,
                (Self::Noting { agent: one, .. }, Self::Noting { agent: other, .. }) => {
                    one == other
                }
                (Self::Read { by: one, .. }, Self::Read { by: other, .. }) => one == other,
                _ => false,
            }
    }
}

impl Doorbell {
    /// Waits until [`Doorbell::take_moved`] may have something, or [`Doorbell::wake`] was called.
    pub async fn heard(&self) {
        self.notify.notified().await;
    }

    /// The conversations that moved since the last call.
    #[must_use]
    pub fn take_moved(&self) -> HashSet<ConversationId> {
        std::mem::take(&mut *lock(&self.moved))
    }

    /// What was told in passing since the last call.
    #[must_use]
    pub fn take_passing(&self) -> Vec<Passing> {
        std::mem::take(&mut *lock(&self.passing))
    }

    /// Wakes the waiter without naming a conversation.
    pub fn wake(&self) {
        self.notify.notify_one();
    }

    fn ring(&self, conversation: &ConversationId) {
        lock(&self.moved).insert(conversation.clone());
        self.notify.notify_one();
    }

    /// A newer word replaces an older one of its kind, so that no pile grows at a slow reader.
    fn tell(&self, passing: &Passing) {
        let mut kept = lock(&self.passing);
        kept.retain(|older| !passing.replaces(older));
        kept.push(passing.clone());
        self.notify.notify_one();
    }
}

/// The bus of a single process.
#[derive(Debug)]
pub struct InProcess {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<ConversationId, Vec<Weak<Doorbell>>>>>,
}

impl Default for InProcess {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

/// A doorbell hung up at a conversation; dropping it takes it down.
#[derive(Debug)]
pub struct Following {
    bus: Arc<InProcess>,
    conversation: ConversationId,
    doorbell: Weak<Doorbell>,
}

impl InProcess {
    fn shard(
        &self,
        conversation: &ConversationId,
    ) -> MutexGuard<'_, HashMap<ConversationId, Vec<Weak<Doorbell>>>> {
        let at = self.hasher.hash_one(conversation) % self.shards.len() as u64;
        lock(&self.shards[usize::try_from(at).unwrap_or(0)])
    }

    /// Hangs a doorbell up at a conversation.
    #[must_use]
    pub fn follow(
        self: &Arc<Self>,
        conversation: &ConversationId,
        doorbell: &Arc<Doorbell>,
    ) -> Following {
        self.shard(conversation)
            .entry(conversation.clone())
            .or_default()
            .push(Arc::downgrade(doorbell));
        Following {
            bus: Arc::clone(self),
            conversation: conversation.clone(),
            doorbell: Arc::downgrade(doorbell),
        }
    }

    /// Whether anybody follows the conversation.
    #[must_use]
    pub fn is_followed(&self, conversation: &ConversationId) -> bool {
        self.shard(conversation).contains_key(conversation)
    }

    fn followers(&self, conversation: &ConversationId) -> Vec<Arc<Doorbell>> {
        self.shard(conversation)
            .get(conversation)
            .map(|followers| followers.iter().filter_map(Weak::upgrade).collect())
            .unwrap_or_default()
    }

    /// Rings at everybody who follows the conversation.
    pub fn ring(&self, conversation: &ConversationId) {
        for doorbell in self.followers(conversation) {
            doorbell.ring(conversation);
        }
    }

    /// Wakes everybody who follows the conversation although its log has not moved: something else
    /// that they tell of has, and stands in memory.
    pub fn wake(&self, conversation: &ConversationId) {
        for doorbell in self.followers(conversation) {
            doorbell.wake();
        }
    }

    /// Tells everybody who follows the conversation, save whoever says it.
    pub fn tell(&self, passing: &Passing, by: &Arc<Doorbell>) {
        for doorbell in self.followers(passing.conversation()) {
            if !Arc::ptr_eq(&doorbell, by) {
                doorbell.tell(passing);
            }
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut shard = self.bus.shard(&self.conversation);
        if let Some(followers) = shard.get_mut(&self.conversation) {
            if let Some(at) = followers.iter().position(|other| other.ptr_eq(&self.doorbell)) {
                followers.swap_remove(at);
            }
            if followers.is_empty() {
                shard.remove(&self.conversation);
            }
        }
    }
}

/// A lock whose holder cannot leave half a change behind: a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
