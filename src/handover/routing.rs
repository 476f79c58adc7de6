//! Who is offered what: the push of conversations that wait to agents who have room.
//!
//! Pure. [`Router::route`] looks at who waits and who is there, at a moment, and says what is to
//! change. An offer is no ownership: whoever claims first has the conversation, and the claim
//! stands in its log. So a router that is lost with its process loses nothing; the next one
//! offers anew.
//!
//! The chain of a conversation: the agent who had it last, then whoever is best at its topic, and
//! among equals whoever has most room (longest idle first), each for the team's time; when all have let it pass, supervisors are alarmed; when
//! that brought nobody either, the customer is told. Then it begins anew. A promised answer that
//! is late alarms the supervisors too, whether conversations are pushed or picked, and twice the
//! promise tells the customer.
//!
//! **Invariants:** a conversation is on offer to one agent at most; nobody is offered more than
//! they have room for; nobody is offered what they may not take; nothing is on offer that does
//! not wait; each round alarms once and tells once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::handover::team::Routing;
use crate::handover::team::Team;
use crate::handover::team::Teams;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

/// A conversation that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub conversation: ConversationId,
    /// Whose queue.
    pub team: Option<TeamId>,
    /// What it is about.
    pub topic: Option<IntentId>,
    /// The language spoken.
    pub lang: Language,
    /// Since when.
    pub since: Timestamp,
    /// Who answered this customer last.
    pub last_agent: Option<AgentId>,
}

/// An agent who is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Who.
    pub agent: AgentId,
    /// Whether conversations are routed to them now.
    pub online: bool,
    /// Whose queues they serve; empty = all.
    pub teams: Vec<TeamId>,
    /// What they speak; empty = everything.
    pub languages: Vec<Language>,
    /// The topics that they are best at.
    pub skills: Vec<IntentId>,
    /// How many conversations they hold.
    pub load: u32,
    /// How many they take.
    pub capacity: u32,
    /// Since when they have been given nothing.
    pub idle_since: Timestamp,
}

/// Something that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An agent is asked to take a conversation.
    Offered {
        /// Which.
        conversation: ConversationId,
        /// Whom.
        agent: AgentId,
        /// Until when.
        until: Timestamp,
    },
    /// An offer stands no longer.
    Withdrawn {
        /// Which.
        conversation: ConversationId,
        /// From whom.
        agent: AgentId,
    },
    /// Supervisors should look: nobody took it, or the promise is late.
    Alarmed {
        /// Which.
        conversation: ConversationId,
    },
    /// The customer is to be told that it takes longer.
    Delayed {
        /// Which.
        conversation: ConversationId,
    },
}

/// What is on offer now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// To whom.
    pub agent: AgentId,
    /// Until when.
    pub until: Timestamp,
}

/// How far a conversation has come.
#[derive(Debug, Clone, Default)]
struct Chain {
    offer: Option<Offer>,
    passed: BTreeSet<AgentId>,
    alarmed_at: Option<Timestamp>,
    told: bool,
}

/// Remembers what is on offer.
#[derive(Debug, Default)]
pub struct Router {
    chains: HashMap<ConversationId, Chain>,
}

impl Router {
    /// What is to change at a moment. `waiting` stands in the order of the queues, next first.
    pub fn route(
        &mut self,
        now: Timestamp,
        teams: &Teams,
        seats: &[Seat],
        waiting: &[Waiting],
    ) -> Vec<Change> {
        let mut changes = self.forget(waiting);
        let mut offered: BTreeMap<AgentId, u32> = BTreeMap::new();
        for one in waiting {
            self.expire(now, seats, one, &mut offered, &mut changes);
        }
        let nobodys = Team::plain(TeamId::new(""));
        for one in waiting {
            let named = one.team.as_ref().and_then(|team| teams.get(team));
            let team = named.unwrap_or(&nobodys);
            let chain = self.chains.entry(one.conversation.clone()).or_default();
            if team.routing == Routing::Push && chain.offer.is_none() {
                push(now, team, seats, one, chain, &mut offered, &mut changes);
            }
            watch(now, team, one, chain, &mut changes);
        }
        changes
    }

    /// What is on offer of a conversation.
    #[must_use]
    pub fn offer(&self, conversation: &ConversationId) -> Option<&Offer> {
        self.chains.get(conversation)?.offer.as_ref()
    }

    /// Whether supervisors were alarmed about a conversation.
    #[must_use]
    pub fn is_alarmed(&self, conversation: &ConversationId) -> bool {
        self.chains.get(conversation).is_some_and(|chain| chain.alarmed_at.is_some())
    }

    /// An agent says no to an offer: it goes on to the next at once.
    pub fn declined(&mut self, conversation: &ConversationId, agent: &AgentId) -> bool {
        let Some(chain) = self.chains.get_mut(conversation) else { return false };
        let is_theirs = chain.offer.as_ref().is_some_and(|offer| offer.agent == *agent);
        if is_theirs {
            chain.offer = None;
            chain.passed.insert(agent.clone());
        }
        is_theirs
    }

    /// Drops what waits no longer.
    fn forget(&mut self, waiting: &[Waiting]) -> Vec<Change> {
        let still: BTreeSet<&ConversationId> =
            waiting.iter().map(|one| &one.conversation).collect();
        let mut gone: Vec<Change> = Vec::new();
        self.chains.retain(|conversation, chain| {
            let waits = still.contains(conversation);
            if !waits && let Some(offer) = chain.offer.take() {
                gone.push(Change::Withdrawn {
                    conversation: conversation.clone(),
                    agent: offer.agent,
                });
            }
            waits
        });
        gone
    }

    /// Takes back an offer whose time is over or whose agent cannot take it any more; counts
    /// those that stand.
    fn expire(
        &mut self,
        now: Timestamp,
        seats: &[Seat],
        one: &Waiting,
        offered: &mut BTreeMap<AgentId, u32>,
        changes: &mut Vec<Change>,
    ) {
        let Some(chain) = self.chains.get_mut(&one.conversation) else { return };
        let Some(offer) = &chain.offer else { return };
        let count = offered.entry(offer.agent.clone()).or_default();
        let can = seats
            .iter()
            .find(|seat| seat.agent == offer.agent)
            .is_some_and(|seat| seat.may_take(one) && seat.load + *count < seat.capacity);
        if can && now < offer.until {
            *count += 1;
            return;
        }
        let agent = offer.agent.clone();
        chain.offer = None;
        chain.passed.insert(agent.clone());
        changes.push(Change::Withdrawn { conversation: one.conversation.clone(), agent });
    }
}

impl Seat {
    /// Whether the agent is there for a conversation, be they busy or not.
    #[must_use]
    pub fn may_take(&self, one: &Waiting) -> bool {
        let serves =
            self.teams.is_empty() || one.team.as_ref().is_none_or(|team| self.teams.contains(team));
        let speaks = self.languages.is_empty() || self.languages.contains(&one.lang);
        self.online && serves && speaks
    }

    /// How far from a topic the agent's skills are: those who are best at it come first, then
    /// those who say nothing of theirs, and last those who are best at something else.
    fn distance(&self, topic: Option<&IntentId>) -> u8 {
        match topic {
            Some(topic) if self.skills.contains(topic) => 0,
            Some(_) if self.skills.is_empty() => 1,
            Some(_) => 2,
            None => 0,
        }
    }

    /// Room left, as a share that orders seats: those with the most room first.
    fn fullness(&self, offered: u32) -> u64 {
        u64::from(self.load + offered) * 10_000 / u64::from(self.capacity.max(1))
    }
}

fn push(
    now: Timestamp,
    team: &Team,
    seats: &[Seat],
    one: &Waiting,
    chain: &mut Chain,
    offered: &mut BTreeMap<AgentId, u32>,
    changes: &mut Vec<Change>,
) {
    let there: Vec<&Seat> = seats.iter().filter(|seat| seat.may_take(one)).collect();
    let on_offer = |seat: &Seat| offered.get(&seat.agent).copied().unwrap_or(0);
    let best = there
        .iter()
        .filter(|seat| !chain.passed.contains(&seat.agent))
        .filter(|seat| seat.load + on_offer(seat) < seat.capacity)
        .min_by_key(|seat| {
            let stranger = one.last_agent.as_ref() != Some(&seat.agent);
            let distance = seat.distance(one.topic.as_ref());
            (stranger, distance, seat.fullness(on_offer(seat)), seat.idle_since, seat.agent.clone())
        });
    if let Some(seat) = best {
        let until = now.plus_ms(i64::from(team.accept_within_s) * 1_000);
        chain.offer = Some(Offer { agent: seat.agent.clone(), until });
        *offered.entry(seat.agent.clone()).or_default() += 1;
        changes.push(Change::Offered {
            conversation: one.conversation.clone(),
            agent: seat.agent.clone(),
            until,
        });
        return;
    }
    // Agents who are busy have passed nothing; the round is over when all who had room have.
    let all_passed = !chain.passed.is_empty()
        && there
            .iter()
            .all(|seat| chain.passed.contains(&seat.agent) || seat.load >= seat.capacity);
    if all_passed {
        match chain.alarmed_at {
            None => alarm(now, one, chain, changes),
            Some(at) if now.ms_since(at) >= i64::from(team.accept_within_s) * 1_000 => {
                tell(one, chain, changes);
                chain.passed.clear();
            }
            Some(_) => {}
        }
    }
}

/// Holds a team to its promise.
fn watch(now: Timestamp, team: &Team, one: &Waiting, chain: &mut Chain, changes: &mut Vec<Change>) {
    let Some(promise_s) = team.answer_within_s else { return };
    let promise = i64::from(promise_s) * 1_000;
    let waited = now.ms_since(one.since);
    if waited >= promise {
        alarm(now, one, chain, changes);
    }
    if waited >= 2 * promise {
        tell(one, chain, changes);
    }
}

fn alarm(now: Timestamp, one: &Waiting, chain: &mut Chain, changes: &mut Vec<Change>) {
    if chain.alarmed_at.is_none() {
        chain.alarmed_at = Some(now);
        changes.push(Change::Alarmed { conversation: one.conversation.clone() });
    }
}

fn tell(one: &Waiting, chain: &mut Chain, changes: &mut Vec<Change>) {
    if !chain.told {
        chain.told = true;
        changes.push(Change::Delayed { conversation: one.conversation.clone() });
    }
}

#[cfg(test)]
mod tests;
