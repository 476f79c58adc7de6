//! When which kind of data has been kept long enough: a plan, made from settings and a moment.
//!
//! The engine carries it out in small steps. **Invariant:** a step names a moment at least one
//! whole day in the past, and nothing younger than it is touched; what is to be kept for ever has
//! no step.

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;

use crate::ids::Timestamp;

/// How long the engine rests between two steps.
pub const EVERY_MS: i64 = 60_000;
/// Items of a kind in one step by day: not felt beside a few thousand turns a second.
const BY_DAY: u32 = 20;
/// Items of a kind in one step at night.
const AT_NIGHT: u32 = 200;
/// Hours of the night, by the clock on the bank's wall.
const NIGHT: std::ops::Range<i8> = 1..5;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// How long each kind of data is kept, in days; 0 = for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// What was said, after the conversation ended.
    pub conversations_days: u32,
    /// What is known of the visitor besides (the page they came from), after the conversation
    /// ended; it goes with the conversation at the latest.
    pub visitors_days: u32,
    /// Work that was wanted and never got a result.
    pub effects_days: u32,
    /// Agents' sessions after they expired.
    pub sessions_days: u32,
    /// Files that customers and agents sent, after they came; they go with the conversation at
    /// the latest.
    pub attachments_days: u32,
    /// The zone of the clock that says when it is night.
    #[serde(deserialize_with = "zone")]
    pub time_zone: String,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            conversations_days: 0,
            visitors_days: 0,
            effects_days: 30,
            sessions_days: 1,
            attachments_days: 0,
            time_zone: "Europe/Helsinki".to_owned(),
        }
    }
}

/// A kind of data with a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole conversations.
    Conversations,
    /// What is known of visitors besides.
    Visitors,
    /// Work without a result.
    Effects,
    /// Expired sessions.
    Sessions,
    /// Files.
    Attachments,
}

/// What to let go of next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which kind.
    pub kind: Kind,
    /// What is older than this.
    pub before: Timestamp,
    /// At most so many.
    pub limit: u32,
}

/// What may go at this moment.
#[must_use]
pub fn plan(retention: &Retention, now: Timestamp) -> Vec<Step> {
    let limit = if is_night(&retention.time_zone, now) { AT_NIGHT } else { BY_DAY };
    [
        (Kind::Conversations, retention.conversations_days),
        (Kind::Visitors, retention.visitors_days),
        (Kind::Effects, retention.effects_days),
        (Kind::Sessions, retention.sessions_days),
        (Kind::Attachments, retention.attachments_days),
    ]
    .into_iter()
    .filter(|(_, days)| *days > 0)
    .map(|(kind, days)| Step { kind, before: now.plus_ms(-i64::from(days) * DAY_MS), limit })
    .collect()
}

fn zone<'de, From: serde::Deserializer<'de>>(from: From) -> Result<String, From::Error> {
    let name = String::deserialize(from)?;
    match TimeZone::get(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(serde::de::Error::custom(format!(
            "there is no time zone `{name}`; write one like `Europe/Stockholm`"
        ))),
    }
}

fn is_night(zone: &str, now: Timestamp) -> bool {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_millisecond(now.0)
        .is_ok_and(|moment| NIGHT.contains(&zone.to_datetime(moment).hour()))
}

#[cfg(test)]
mod tests;
