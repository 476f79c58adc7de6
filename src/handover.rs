//! What people need to take over: who waits where, who is on duty, and what is known already.
//!
//! Pure: the engine tells the [`Desk`] what each conversation has become and asks it who waits.
//! The desk is a projection of the logs; it is never stored.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::content::Content;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Status;
use crate::conversation::state::Customer;
use crate::conversation::state::State;
use crate::handover::routing::Offer;
use crate::handover::routing::Waiting;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

pub mod canned;
pub mod fault;
pub mod holidays;
pub mod hours;
pub mod packet;
pub mod routing;
pub mod team;
pub mod waiting;

/// Conversations that left the desk and are still remembered, so that a console which was away
/// for a moment hears of it; whoever was away longer starts anew.
const REMEMBERED: usize = 10_000;
/// Conversations with the bot that lie on the desk at most, the newest to say anything: most visitors
/// close their window without a word, and their conversations must cost nothing until they come back.
const WATCHED: usize = 2_000;
/// The characters of a preview.
const PREVIEW: usize = 120;

/// One conversation as agents see it in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Who answers.
    pub status: Status,
    /// Its queue.
    pub team: Option<TeamId>,
    /// The language spoken.
    pub lang: Language,
    /// What it is about.
    pub topic: Option<IntentId>,
    /// Why a person is wanted.
    pub reason: Option<String>,
    /// Whether it stands before all others.
    pub front: bool,
    /// Since when a person is wanted.
    pub waiting_since: Option<Timestamp>,
    /// Who holds it.
    pub agent: Option<AgentRef>,
    /// The newest words.
    pub preview: String,
    /// Messages of the visitor that no agent has seen.
    pub unread: u32,
    /// Who is asked to take it now.
    pub offer: Option<Offer>,
    /// Whether supervisors should look: nobody took it, or the promise is late.
    pub alarmed: bool,
    /// Who held it last, while nobody does.
    pub last_agent: Option<AgentId>,
    /// What agents call it.
    pub tags: Vec<String>,
    /// Who the visitor is by the bank's word.
    pub customer: Option<Customer>,
}

impl Item {
    /// Higher goes before lower: a lost agent's conversations, then emergencies, then the rest.
    #[must_use]
    pub fn priority(&self) -> u8 {
        match (self.front, self.reason.as_deref()) {
            (true, _) => 2,
            (false, Some("urgent")) => 1,
            (false, _) => 0,
        }
    }

    /// What a conversation looks like in the list; `None` when it does not belong there.
    #[must_use]
    pub fn of(state: &State) -> Option<Self> {
        let listed = match state.status {
            Status::Ended => false,
            Status::Bot => state.visitor_messages > 0,
            Status::Queued | Status::Agent | Status::Offline => true,
        };
        listed.then(|| Self {
            status: state.status,
            team: state.team.clone(),
            lang: state.lang,
            topic: state.topic.clone(),
            reason: state.reason.clone(),
            front: state.front,
            waiting_since: state.waiting_since,
            agent: state.agent.clone(),
            preview: state.preview.chars().take(PREVIEW).collect(),
            unread: state.unseen,
            offer: None,
            alarmed: false,
            last_agent: None,
            tags: state.tags.clone(),
            customer: state.customer.clone(),
        })
    }
}

/// Every conversation that people may care about now: all in which a person is wanted, and the
/// two thousand in which somebody last talked with the bot.
#[derive(Debug, Default)]
pub struct Desk {
    entries: HashMap<ConversationId, Entry>,
    /// Which conversation changed last at which version; each stands here once.
    changes: BTreeMap<u64, ConversationId>,
    /// Those of them in which the bot answers.
    talking: BTreeMap<u64, ConversationId>,
    version: u64,
    /// How many conversations lie on the desk.
    live: usize,
    /// Versions up to here are forgotten.
    forgotten: u64,
}

#[derive(Debug)]
struct Entry {
    version: u64,
    /// Apart, since most of what is remembered has left.
    item: Option<Box<Item>>,
    /// How many of the messages that the state counts as unseen an agent has looked at.
    seen: u32,
}

/// A conversation with what it has become, or `None` when it left the desk.
pub type Change<'a> = (&'a ConversationId, Option<&'a Item>);

impl Desk {
    /// Takes in what a conversation has become. Answers whether anything changed.
    pub fn put(&mut self, conversation: &ConversationId, mut item: Option<Item>) -> bool {
        let before = self.entries.get(conversation);
        // The state's count starts anew when an agent writes, and so does what was seen of it.
        let unseen = item.as_ref().map_or(0, |item| item.unread);
        let seen = before.map_or(0, |entry| entry.seen).min(unseen);
        if let Some(item) = &mut item {
            item.unread = unseen - seen;
            if let Some(before) = before.and_then(|entry| entry.item.as_deref()) {
                if item.agent.is_none() {
                    let holder = before.agent.as_ref().map(|agent| agent.id.clone());
                    item.last_agent = holder.or_else(|| before.last_agent.clone());
                }
                if item.status == Status::Queued && before.status == Status::Queued {
                    item.offer.clone_from(&before.offer);
                    item.alarmed = before.alarmed;
                }
            }
        }
        self.replace(conversation, item, seen)
    }

    /// Marks a conversation as offered to an agent, or to nobody any more.
    pub fn mark_offer(&mut self, conversation: &ConversationId, offer: Option<Offer>) {
        self.remark(conversation, |item| item.offer = offer);
    }

    /// Marks a conversation as one that supervisors should look at.
    pub fn mark_alarm(&mut self, conversation: &ConversationId) {
        self.remark(conversation, |item| item.alarmed = true);
    }

    fn remark(&mut self, conversation: &ConversationId, change: impl FnOnce(&mut Item)) {
        let Some(entry) = self.entries.get(conversation) else { return };
        let Some(mut item) = entry.item.as_deref().cloned() else { return };
        let seen = entry.seen;
        change(&mut item);
        self.replace(conversation, Some(item), seen);
    }

    fn replace(&mut self, conversation: &ConversationId, item: Option<Item>, seen: u32) -> bool {
        let before = self.entries.get(conversation);
        let same = match before {
            Some(entry) => entry.item.as_deref() == item.as_ref(),
            None => item.is_none(),
        };
        if same {
            if let Some(entry) = self.entries.get_mut(conversation) {
                entry.seen = seen;
            }
            return false;
        }
        if let Some(entry) = before {
            self.changes.remove(&entry.version);
            self.talking.remove(&entry.version);
        }
        let was_there = before.is_some_and(|entry| entry.item.is_some());
        self.live = self.live - usize::from(was_there) + usize::from(item.is_some());
        self.version += 1;
        self.changes.insert(self.version, conversation.clone());
        if item.as_ref().is_some_and(|item| item.status == Status::Bot) {
            self.talking.insert(self.version, conversation.clone());
        }
        let item = item.map(Box::new);
        self.entries.insert(conversation.clone(), Entry { version: self.version, item, seen });
        self.let_go();
        self.forget_old();
        true
    }

    /// Takes the conversations with the bot off the desk that have been silent for longest, when there
    /// are too many.
    fn let_go(&mut self) {
        while self.talking.len() > WATCHED
            && let Some((_, silent)) = self.talking.pop_first()
        {
            self.replace(&silent, None, 0);
        }
    }

    fn forget_old(&mut self) {
        let gone = self.changes.len().saturating_sub(self.live);
        if gone <= REMEMBERED {
            return;
        }
        let oldest: Vec<u64> = self
            .changes
            .iter()
            .filter(|(_, id)| self.entries.get(*id).is_some_and(|entry| entry.item.is_none()))
            .map(|(version, _)| *version)
            .take(gone - REMEMBERED / 2)
            .collect();
        for version in oldest {
            if let Some(id) = self.changes.remove(&version) {
                self.entries.remove(&id);
                self.forgotten = self.forgotten.max(version);
            }
        }
    }

    /// How many conversations lie on the desk.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether the desk is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The newest version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What changed after a version; `None` when that is too long ago, and all must be read anew.
    #[must_use]
    pub fn changes_since(&self, version: u64) -> Option<Vec<Change<'_>>> {
        (version >= self.forgotten).then(|| {
            self.changes
                .range(version + 1..)
                .map(|(_, id)| (id, self.entries.get(id).and_then(|entry| entry.item.as_deref())))
                .collect()
        })
    }

    /// Everything on the desk.
    pub fn all(&self) -> impl Iterator<Item = (&ConversationId, &Item)> {
        self.entries.iter().filter_map(|(id, entry)| Some((id, entry.item.as_deref()?)))
    }

    /// One conversation.
    #[must_use]
    pub fn item(&self, conversation: &ConversationId) -> Option<&Item> {
        self.entries.get(conversation)?.item.as_deref()
    }

    /// Marks a conversation's messages as seen by an agent.
    pub fn seen(&mut self, conversation: &ConversationId) {
        let Some(entry) = self.entries.get(conversation) else { return };
        let item = entry.item.as_deref().cloned();
        let Some(item) = item.filter(|item| item.unread > 0) else { return };
        let seen = entry.seen + item.unread;
        self.replace(conversation, Some(Item { unread: 0, ..item }), seen);
    }

    /// The conversations that an agent holds.
    #[must_use]
    pub fn held_by(&self, agent: &AgentId) -> Vec<ConversationId> {
        self.all()
            .filter(|(_, item)| item.agent.as_ref().is_some_and(|holder| holder.id == *agent))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Who waits in a queue, the next first.
    #[must_use]
    pub fn queue(&self, team: Option<&TeamId>) -> Vec<ConversationId> {
        let waiting = self.queued().into_iter();
        waiting.filter(|(_, item)| item.team.as_ref() == team).map(|(id, _)| id.clone()).collect()
    }

    /// How many wait in a queue.
    #[must_use]
    pub fn queue_length(&self, team: Option<&TeamId>) -> usize {
        let waits = |item: &Item| item.status == Status::Queued && item.team.as_ref() == team;
        self.all().filter(|(_, item)| waits(item)).count()
    }

    /// Who waits in any queue, the next first.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        self.queued()
            .into_iter()
            .map(|(id, item)| Waiting {
                conversation: id.clone(),
                team: item.team.clone(),
                topic: item.topic.clone(),
                lang: item.lang,
                since: item.waiting_since.unwrap_or_default(),
                last_agent: item.last_agent.clone(),
            })
            .collect()
    }

    fn queued(&self) -> Vec<(&ConversationId, &Item)> {
        let mut waiting: Vec<(&ConversationId, &Item)> =
            self.all().filter(|(_, item)| item.status == Status::Queued).collect();
        waiting.sort_by(|(one_id, one), (other_id, other)| {
            other
                .priority()
                .cmp(&one.priority())
                .then(one.waiting_since.cmp(&other.waiting_since))
                .then(one_id.cmp(other_id))
        });
        waiting
    }
}

/// An agent at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Their name.
    pub name: String,
    /// Whose queues they serve; empty = all.
    pub teams: Vec<TeamId>,
    /// What they speak; empty = everything.
    pub languages: Vec<Language>,
    /// The topics that they are best at.
    pub skills: Vec<IntentId>,
    /// Whether they take conversations.
    pub online: bool,
}

impl Worker {
    /// Whether they serve a queue.
    #[must_use]
    pub fn serves(&self, team: Option<&TeamId>) -> bool {
        self.teams.is_empty() || team.is_none_or(|team| self.teams.contains(team))
    }
}

/// One line for the agent who takes over, made of titles and labels: "Tried: Network in order yes,
/// Customer type: Private".
#[must_use]
pub fn summary(content: &Content, state: &State, lang: Language) -> String {
    let manners = &content.manners;
    let topic = match &state.topic {
        Some(topic) => content.title(topic, lang),
        None => manners.summary_none.plain(lang),
    };
    let tried: Vec<String> = packet::steps(content, state, lang)
        .into_iter()
        .map(|line| {
            let packet::Line { question, answer, plain } = line;
            if plain {
                format!("{question} {}", answer.to_lowercase())
            } else {
                format!("{question}: {answer}")
            }
        })
        .collect();
    let mut parts = vec![format!("{}: {topic}.", manners.summary_topic.plain(lang))];
    if !tried.is_empty() {
        parts.push(format!("{}: {}.", manners.summary_tried.plain(lang), tried.join(", ")));
    }
    if let Some(missed) = state.not_understood.last() {
        let missed: String = missed.chars().take(PREVIEW).collect();
        parts.push(format!("{}: {missed}", manners.summary_missed.plain(lang)));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests;
