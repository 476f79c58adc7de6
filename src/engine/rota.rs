//! Teams as they are set up, the roster that the rules go by, and the push of what waits.
//!
//! The rules know of the world outside only what stands in the roster; it is renewed whenever
//! people, teams or the hour have changed. The router's offers live in memory: they own nothing,
//! and after a restart what waits is offered anew.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::conversation::input::Act;
use crate::conversation::policy::Policy;
use crate::engine::Engine;
use crate::engine::Inner;
use crate::engine::floor::lock;
use crate::handover::routing::Change;
use crate::handover::routing::Offer;
use crate::handover::team::Teams;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::Timestamp;

/// An engine that has not looked for so long was away: the machine slept or stood still, or its
/// clock was set ahead.
const BREAK_MS: i64 = 60_000;

impl Inner {
    /// Works the roster out anew; the next turn goes by it.
    pub(super) fn renew_roster(&self) {
        let roster = self.floor.roster(self.clock.now());
        if self.floor.policy.load().roster.as_ref() != Some(&roster) {
            let renewed = |current: &Arc<Policy>| Policy {
                roster: Some(roster.clone()),
                ..Policy::clone(current)
            };
            self.floor.policy.rcu(renewed);
        }
    }

    /// Notes whether the engine was away since it last looked: it cannot tell the customers'
    /// silence from its own then.
    pub(super) fn note_break(&self, now: Timestamp) {
        let before = Timestamp(self.floor.looked_at.swap(now.0, Ordering::Relaxed));
        if now.ms_since(before) > BREAK_MS {
            let renewed = |current: &Arc<Policy>| Policy {
                listening_since: Some(now),
                ..Policy::clone(current)
            };
            self.floor.policy.rcu(renewed);
        }
    }

    /// Offers what waits to those who have room.
    ///
    /// The router is held from the look at who waits until the desk shows what came of it: of two
    /// at once, the one that looked first would else take back what the other had just offered.
    pub(super) fn offer(&self) {
        let floor = &self.floor;
        let now = self.clock.now();
        let mut router = lock(&floor.router);
        let waiting = floor.desk().waiting();
        let changes = router.route(now, &floor.teams.load(), &floor.seats(), &waiting);
        if changes.is_empty() {
            return;
        }
        {
            let mut desk = floor.desk();
            for change in changes {
                match change {
                    Change::Offered { conversation, agent, until } => {
                        desk.mark_offer(&conversation, Some(Offer { agent, until }));
                    }
                    Change::Withdrawn { conversation, .. } => desk.mark_offer(&conversation, None),
                    Change::Alarmed { conversation } => desk.mark_alarm(&conversation),
                    Change::Delayed { conversation } => lock(&floor.delayed).push(conversation),
                }
            }
        }
        drop(router);
        floor.wake_consoles();
    }
}

impl Engine {
    /// The teams as they are set up.
    #[must_use]
    pub fn teams(&self) -> Arc<Teams> {
        self.inner.floor.teams.load_full()
    }

    /// Takes up other teams: hours, skills and routing hold from now on, also for who waits.
    pub async fn set_teams(&self, teams: Teams) {
        self.inner.floor.teams.store(Arc::new(teams));
        self.settle().await;
    }

    /// An agent does not take what is offered to them; `false` when nothing is.
    pub async fn decline(&self, agent: &AgentId, conversation: &ConversationId) -> bool {
        let declined = lock(&self.inner.floor.router).declined(conversation, agent);
        if declined {
            self.inner.floor.desk().mark_offer(conversation, None);
            self.route().await;
        }
        declined
    }

    /// Offers what waits to those who have room, and tells customers for whom it takes longer.
    pub(super) async fn route(&self) {
        self.inner.offer();
        for conversation in self.inner.floor.take_delayed() {
            self.submit_own(conversation, Act::Delayed).await;
        }
    }
}
