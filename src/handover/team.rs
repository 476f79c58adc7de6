//! Teams: whose queue it is, when it is open, and how its conversations find somebody.
//!
//! An administrator sets teams up in the console; the store keeps each as JSON. A team that
//! nobody has set up exists all the same, as soon as content or an account names it: it speaks
//! everything, is always open, and its conversations are picked by hand.

use std::collections::BTreeMap;

use lettre::Address;
use serde::Deserialize;
use serde::Serialize;

use crate::handover::fault::Fault;
use crate::handover::hours::Hours;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::ids::is_wire_id;
use crate::language::Language;

/// The most conversations that anybody takes at once.
pub const MAX_CAPACITY: u32 = 100;
/// The longest name of a team, in characters.
const NAME_CHARS: usize = 60;
/// A day, as the longest promise in seconds.
const DAY_S: u32 = 24 * 60 * 60;

/// How a conversation that waits finds somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Routing {
    /// Somebody takes it from the list.
    #[default]
    Pull,
    /// It is offered to one after the other.
    Push,
}

/// A team as an administrator sets it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Its name in content, settings and on the wire.
    pub id: TeamId,
    /// Its name for people, by language; its id where there is none.
    #[serde(default)]
    pub name: BTreeMap<Language, String>,
    /// What it speaks; empty = everything. Whoever writes another language is served by whom
    /// there is.
    #[serde(default)]
    pub languages: Vec<Language>,
    /// The topics it is best at: they come here when the content names no team.
    #[serde(default)]
    pub skills: Vec<IntentId>,
    /// When it is open; `None` = always.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// How its conversations find somebody.
    #[serde(default)]
    pub routing: Routing,
    /// How many conversations its agents take at once, unless they say otherwise.
    #[serde(default = "capacity")]
    pub capacity: u32,
    /// How long an offer stands before the next agent gets it, in seconds.
    #[serde(default = "accept_within")]
    pub accept_within_s: u32,
    /// How soon somebody should answer, in seconds; `None` = no promise.
    #[serde(default)]
    pub answer_within_s: Option<u32>,
    /// Where the team is told of matters that were left or wait; `None` = where the settings say.
    #[serde(default)]
    pub email: Option<String>,
    /// How many may wait; whoever comes then is treated as when nobody is on duty. `None` = all.
    #[serde(default)]
    pub queue_limit: Option<u32>,
}

fn capacity() -> u32 {
    5
}

fn accept_within() -> u32 {
    30
}

impl Team {
    /// A team that nobody has set up.
    #[must_use]
    pub fn plain(id: TeamId) -> Self {
        Self {
            id,
            name: BTreeMap::new(),
            languages: Vec::new(),
            skills: Vec::new(),
            hours: None,
            routing: Routing::default(),
            capacity: capacity(),
            accept_within_s: accept_within(),
            answer_within_s: None,
            email: None,
            queue_limit: None,
        }
    }

    /// Everything that is wrong about it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |field, message: &str| {
            faults.push(Fault::new(field, field, message));
        };
        if !is_wire_id(self.id.as_str()) {
            fault("id", "a team's id has 1 to 64 letters without dots, digits, _ or -");
        }
        if self
            .name
            .values()
            .any(|name| name.trim().is_empty() || name.chars().count() > NAME_CHARS)
        {
            fault("name", "a name has 1 to 60 characters; leave a language out to use the id");
        }
        if !(1..=MAX_CAPACITY).contains(&self.capacity) {
            fault("capacity", "an agent takes 1 to 100 conversations at once");
        }
        if !(5..=3_600).contains(&self.accept_within_s) {
            fault("accept_within_s", "an offer stands for 5 to 3600 seconds");
        }
        if self.answer_within_s.is_some_and(|promise| !(1..=DAY_S).contains(&promise)) {
            fault(
                "answer_within_s",
                "an answer is promised within 1 to 86400 seconds, or not at all",
            );
        }
        if self.email.as_ref().is_some_and(|email| email.parse::<Address>().is_err()) {
            fault("email", "an address is name@example.com, or empty for the one of the settings");
        }
        if self.queue_limit == Some(0) {
            fault("queue_limit", "a queue holds at least one; leave it empty for no limit");
        }
        if self.hours.as_ref().is_some_and(Hours::never_opens) {
            fault(
                "hours",
                "the team would never open: name a day with its hours, or leave hours out",
            );
        }
        faults
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self, lang: Language) -> &str {
        self.name.get(&lang).map_or(self.id.as_str(), String::as_str)
    }

    /// Whether it is open at a moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.hours.as_ref().is_none_or(|hours| hours.is_open(at))
    }

    /// Whether it speaks a language.
    #[must_use]
    pub fn speaks(&self, lang: Language) -> bool {
        self.languages.is_empty() || self.languages.contains(&lang)
    }
}

/// Every team that was set up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Teams {
    teams: BTreeMap<TeamId, Team>,
}

impl FromIterator<Team> for Teams {
    fn from_iter<I: IntoIterator<Item = Team>>(teams: I) -> Self {
        Self { teams: teams.into_iter().map(|team| (team.id.clone(), team)).collect() }
    }
}

impl Teams {
    /// A team; `None` when nobody has set it up.
    #[must_use]
    pub fn get(&self, id: &TeamId) -> Option<&Team> {
        self.teams.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Team> {
        self.teams.values()
    }

    /// Whether any team takes only so many.
    #[must_use]
    pub fn limits_queues(&self) -> bool {
        self.iter().any(|team| team.queue_limit.is_some())
    }

    /// Whether any team's conversations are offered to its agents.
    #[must_use]
    pub fn pushes(&self) -> bool {
        self.iter().any(|team| team.routing == Routing::Push)
    }

    /// Whether a team is open; one that nobody has set up always is.
    #[must_use]
    pub fn is_open(&self, id: &TeamId, at: Timestamp) -> bool {
        self.get(id).is_none_or(|team| team.is_open(at))
    }

    /// When a team opens next; `None` when it is open, or will not open in a year.
    #[must_use]
    pub fn opens_at(&self, id: &TeamId, at: Timestamp) -> Option<Timestamp> {
        let hours = self.get(id)?.hours.as_ref()?;
        hours.next_opening(at).filter(|opening| *opening > at)
    }

    /// Whose queue a matter belongs to when the content names none: the team with that skill,
    /// one that speaks the language before one that does not, then the first by id.
    #[must_use]
    pub fn skilled(&self, topic: &IntentId, lang: Language) -> Option<&TeamId> {
        let skilled = || self.iter().filter(|team| team.skills.contains(topic));
        let speaking = skilled().find(|team| team.speaks(lang));
        speaking.or_else(|| skilled().next()).map(|team| &team.id)
    }
}

#[cfg(test)]
mod tests;
