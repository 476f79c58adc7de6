//! The settings that the rules go by.

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
    /// How long after the end a rating is taken, in milliseconds.
    pub rating_ms: i64,
    /// How long after the end an agent may reopen, in milliseconds.
    pub reopen_ms: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            default_team: TeamId::new("support"),
            idle_close_ms: 60 * 60 * 1_000,
            misses_before_person: 3,
            rating_ms: 24 * 60 * 60 * 1_000,
            reopen_ms: 30 * 1_000,
        }
    }
}
