//! Whom to tell of messages that nobody has read.

use serde::Deserialize;
use serde::Serialize;

/// Telling the bank's push gateway, which wakes the customer's app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Push {
    /// A name of `actions.systems` and the path below its address; empty = nobody is told.
    pub call: String,
    /// How long a message may be unread before that.
    pub after_s: u32,
}

impl Default for Push {
    fn default() -> Self {
        Self { call: String::new(), after_s: 30 }
    }
}

impl Push {
    /// Whether anybody is told.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.call.is_empty()
    }

    /// The same in milliseconds; 0 when nobody is told.
    #[must_use]
    pub fn after_ms(&self) -> i64 {
        if self.is_on() { i64::from(self.after_s) * 1_000 } else { 0 }
    }
}
