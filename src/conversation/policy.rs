//! The settings that the rules go by.

use jiff::tz::TimeZone;

use crate::ids::TeamId;

/// How patient the bot is, and where people are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The queue for whatever names none.
    pub default_team: TeamId,
    /// Silence after which the bot closes a conversation, in milliseconds; 0 = never.
    pub idle_close_ms: i64,
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
    /// Where the customers' days begin and end: what "yesterday" means.
    pub zone: TimeZone,
    /// How long after the end a rating is taken, in milliseconds.
    pub rating_ms: i64,
    /// How long after the end an agent may reopen, in milliseconds.
    pub reopen_ms: i64,
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
            idle_close_ms: 60 * 60 * 1_000,
            misses_before_person: 3,
            misses_per_question: 4,
            misses_in_all: 8,
            holds_per_question: 3,
            // Off for tools that have nobody to wait for; the server takes it from its settings.
            burst_ms: 0,
            zone: home_zone(),
            rating_ms: 24 * 60 * 60 * 1_000,
            reopen_ms: 30 * 1_000,
        }
    }
}
