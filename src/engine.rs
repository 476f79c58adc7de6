//! The shell around the rules: it loads states, asks the rules, stores what they decide, and
//! tells whoever follows.
//!
//! One conversation is worked on by one task at a time; a task lives as long as there is work and
//! leaves nothing behind but a cached state. **Invariants:** nothing is acked or shown before the
//! store has it; no lock is held across an await; a fault in one conversation touches no other.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::bus::InProcess;
use crate::clock::Clock;
use crate::content::Content;
use crate::conversation::event::AgentRef;
use crate::conversation::input::Act;
use crate::conversation::policy::Policy;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::store::EventStore;
use crate::store::StoreError;
use crate::telemetry::metrics::Metrics;

pub mod actions;
pub mod arrival;
mod audited;
pub mod editions;
mod erasure;
pub mod floor;
pub(crate) mod follow;
pub mod history;
mod lanes;
pub mod looking;
pub mod mail;
pub mod models;
pub mod reload;
mod rota;
mod search;
mod timers;
pub(crate) mod turn;

use editions::Editions;
use erasure::Erasures;
use floor::Floor;
use lanes::Lanes;
use looking::Looks;
use timers::Timers;

/// Who sends an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// A visitor of whom nothing is known.
    Visitor(VisitorId),
    /// A visitor whom the bank knows.
    Customer(VisitorId),
    /// A person.
    Agent(AgentRef),
    /// The engine itself: timers, people coming and going.
    Engine,
}

impl Sender {
    /// The name under which the ids of this sender's frames are unique.
    fn key(&self) -> Option<String> {
        match self {
            Self::Visitor(visitor) | Self::Customer(visitor) => Some(format!("v:{visitor}")),
            Self::Agent(agent) => Some(format!("a:{}", agent.id)),
            Self::Engine => None,
        }
    }
}

/// An input on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// To which conversation.
    pub conversation: ConversationId,
    /// From whom.
    pub sender: Sender,
    /// The id that makes it happen at most once.
    pub id: Option<FrameId>,
    /// What is asked.
    pub act: Act,
}

/// Proof that an input is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Where it stands.
    pub conversation: ConversationId,
    /// As which event.
    pub seq: Seq,
    /// Whether it stood there before.
    pub duplicate: bool,
}

/// Why an input was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] crate::conversation::input::Refusal),
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NotFound,
    /// The store could not keep it; nothing was acked, and it may be sent again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More inputs wait than are ever worked off in time.
    #[error("too much waits for this conversation")]
    Overloaded,
    /// The server failed on it, by a bug; nothing was acked.
    #[error("the server failed on this")]
    Fault,
}

/// What the engine works with.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn EventStore>,
    /// What the bot knows.
    pub content: Arc<Content>,
    /// How the rules go.
    pub policy: Policy,
    /// Where time comes from.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// The engine; clones are the same one.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn EventStore>,
    editions: Editions,
    policy: Policy,
    clock: Clock,
    metrics: Arc<Metrics>,
    bus: Arc<InProcess>,
    lanes: Lanes,
    floor: Floor,
    looks: Looks,
    timers: Timers,
    /// Rings when an event wants a call.
    calls_wanted: Notify,
    erasures: Erasures,
}

impl Engine {
    /// An engine over a store; conversations that wait for people are read in from it.
    pub async fn start(parts: Parts) -> Result<Self, StoreError> {
        let now = parts.clock.now();
        let floor = Floor::opened(now, parts.policy.clone());
        let erasures = Erasures::after(parts.store.newest_erasure().await?);
        let engine = Self {
            inner: Arc::new(Inner {
                store: parts.store,
                editions: Editions::new(parts.content, now),
                policy: parts.policy,
                clock: parts.clock,
                metrics: parts.metrics,
                bus: Arc::default(),
                lanes: Lanes::default(),
                floor,
                looks: Looks::default(),
                timers: Timers::default(),
                calls_wanted: Notify::new(),
                erasures,
            }),
        };
        engine.keep_first().await?;
        engine.read_desk().await?;
        engine.inner.renew_roster();
        Ok(engine)
    }

    /// Bounds the inputs that may wait in all conversations together.
    pub fn bound_waiting(&self, most: u32) {
        self.inner.lanes.bound(most as usize);
    }

    /// Whether so much waits that newcomers had better come later.
    #[must_use]
    pub fn is_overloaded(&self) -> bool {
        let (waiting, most) = self.inner.lanes.load();
        waiting >= most / 2
    }

    /// The content that new turns go by.
    #[must_use]
    pub fn content(&self) -> Arc<Content> {
        self.inner.editions.newest()
    }

    /// The policy that turns go by.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn EventStore> {
        &self.inner.store
    }
}

#[cfg(test)]
mod tests;
