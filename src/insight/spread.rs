//! How far times lie apart: a mean alone hides whoever waited longest.

use serde::Serialize;

/// Times in seconds; all zero when there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many.
    pub count: u64,
    /// Half of them are at most this.
    pub median_s: u64,
    /// Nine of ten are at most this.
    pub p90_s: u64,
    /// The longest.
    pub longest_s: u64,
}

impl Spread {
    /// Of times in milliseconds, by the nearest rank; seconds are rounded to the nearest.
    #[must_use]
    pub fn of(mut times_ms: Vec<i64>) -> Self {
        times_ms.sort_unstable();
        let at = |percent: usize| {
            let rank = (times_ms.len() * percent).div_ceil(100).max(1);
            times_ms.get(rank - 1).map_or(0, |ms| u64::try_from((ms + 500) / 1_000).unwrap_or(0))
        };
        Self {
            count: u64::try_from(times_ms.len()).unwrap_or(u64::MAX),
            median_s: at(50),
            p90_s: at(90),
            longest_s: at(100),
        }
    }
}
