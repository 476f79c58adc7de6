//! The settings that the rules go by.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::conversation::input::Duty;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

/// How patient the bot is, and where people are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The queue for whatever names none.
    pub default_team: TeamId,
    /// Where people are now; `None` where nobody knows (tools, replays), and then the input's duty
    /// counts for every team.
    pub roster: Option<Roster>,
    /// Silence after which the bot closes a conversation, in milliseconds; 0 = never.
    pub idle_close_ms: i64,
    /// Since when the server has been there without a break; `None` where it always was (tools,
    /// replays). What was not said before is nobody's silence.
    pub listening_since: Option<Timestamp>,
    /// Messages in a row that may fail to be understood before a person is brought.
    pub misses_before_person: u32,
    /// The same for answers to one question, be there other messages in between.
    pub misses_per_question: u32,
    /// The same for a whole conversation.
    pub misses_in_all: u32,
    /// How often one question may be left open by "I am at it" before a person is offered.
    pub holds_per_question: u32,
    /// How long a message that says too little waits for more, in milliseconds; 0 = it does not.
    pub burst_ms: i64,
    /// How long a message may be unread before the customer's app is told of it, in milliseconds;
    /// 0 = it never is.
    pub unread_after_ms: i64,
    /// Who is written to.
    pub mail: Mail,
    /// Where the customers' days begin and end: what "yesterday" means.
    pub zone: TimeZone,
    /// How long after the end a rating is taken, in milliseconds.
    pub rating_ms: i64,
    /// How long after the end an agent may reopen, in milliseconds.
    pub reopen_ms: i64,
}

/// Who is written to, and after how long; by itself nobody is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mail {
    /// Whether a team is told of matters that are left while nobody is on duty.
    pub of_left: bool,
    /// How long somebody waits in a queue before its team is told, in milliseconds; 0 = it never
    /// is.
    pub of_queued_after_ms: i64,
    /// How long a person's answer may be unread before the customer is told, in milliseconds; 0 =
    /// they never are.
    pub of_answer_after_ms: i64,
}

/// Who is on duty where, at a moment; whoever keeps the teams renews it when that changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// By team.
    pub posts: BTreeMap<TeamId, Post>,
    /// For every team that is not named.
    pub others: Post,
    /// By topic: the teams that are best at it, with what they speak (nothing = everything).
    pub skilled: BTreeMap<IntentId, Vec<(TeamId, Vec<Language>)>>,
}

/// Whether a team takes conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// Whether it does now.
    pub duty: Duty,
    /// When it opens next, where it is closed by its hours.
    pub opens: Option<Timestamp>,
}

impl Default for Post {
    fn default() -> Self {
        Self { duty: Duty::Nobody, opens: None }
    }
}

impl Policy {
    /// Whether a team takes conversations; `known` is what the input says of it.
    #[must_use]
    pub fn post(&self, team: &TeamId, known: Duty) -> Post {
        match &self.roster {
            Some(roster) => roster.posts.get(team).copied().unwrap_or(roster.others),
            None => Post { duty: known, opens: None },
        }
    }

    /// Whose queue a matter goes to when the content names none: a team that is good at the topic
    /// and speaks the language, then one that is good at it, then the default one.
    #[must_use]
    pub fn team_for(&self, topic: Option<&IntentId>, lang: Language) -> &TeamId {
        let skilled =
            self.roster.as_ref().zip(topic).and_then(|(roster, topic)| roster.skilled.get(topic));
        let Some(skilled) = skilled else { return &self.default_team };
        let speaks = |known: &[Language]| known.is_empty() || known.contains(&lang);
        skilled
            .iter()
            .find(|(_, known)| speaks(known))
            .or_else(|| skilled.first())
            .map_or(&self.default_team, |(team, _)| team)
    }
}

/// The zone of customers in Finland.
pub const HOME_ZONE: &str = "Europe/Helsinki";

fn home_zone() -> TimeZone {
    TimeZone::get(HOME_ZONE).unwrap_or(TimeZone::UTC)
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            default_team: TeamId::new("support"),
            roster: None,
            idle_close_ms: 60 * 60 * 1_000,
            listening_since: None,
            misses_before_person: 3,
            misses_per_question: 4,
            misses_in_all: 8,
            holds_per_question: 3,
            // Off for tools that have nobody to wait for; the server takes it from its settings.
            burst_ms: 0,
            unread_after_ms: 0,
            mail: Mail::default(),
            zone: home_zone(),
            rating_ms: 24 * 60 * 60 * 1_000,
            reopen_ms: 30 * 1_000,
        }
    }
}
