//! How long somebody who waits will probably wait.
//!
//! Pure: a queue's [`Pace`] is told when conversations are taken from it and answers what that
//! means for a place. The gaps between takings are taken as independent draws of one kind, so a
//! place waits for the sum of as many of them: its mean is place × mean, its standard deviation
//! √place × deviation. Nothing is promised before [`ENOUGH`] gaps were seen: no figure is better
//! than an invented one.

use std::collections::VecDeque;

use crate::ids::Timestamp;

/// Gaps that are remembered: the pace of the last hour or so, not of the morning.
const REMEMBERED: usize = 32;
/// Gaps before anything is said.
pub const ENOUGH: usize = 4;
/// Four waits out of five lie within this many deviations of the mean (normal distribution).
const SPREAD: f64 = 1.281_551_6;

/// What somebody who waits is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The mean, in seconds.
    pub likely_s: u32,
    /// One in ten waits less, in seconds.
    pub low_s: u32,
    /// One in ten waits more, in seconds.
    pub high_s: u32,
}

/// The pace at which conversations are taken from one queue.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// In milliseconds, the newest last.
    gaps: VecDeque<i64>,
    /// From when on the next gap counts: the last taking, or when somebody began to wait.
    from: Option<Timestamp>,
}

impl Pace {
    /// Somebody begins to wait where nobody did: idle time says nothing about the pace.
    pub fn begins(&mut self, at: Timestamp) {
        self.from = Some(at);
    }

    /// A conversation was taken from the queue.
    pub fn taken(&mut self, at: Timestamp) {
        if let Some(from) = self.from {
            if self.gaps.len() == REMEMBERED {
                self.gaps.pop_front();
            }
            self.gaps.push_back(at.ms_since(from));
        }
        self.from = Some(at);
    }

    /// What a place in the queue waits, from now on; place 1 is next.
    #[must_use]
    pub fn estimate(&self, place: u32) -> Option<Wait> {
        if self.gaps.len() < ENOUGH {
            return None;
        }
        let number = f64::from(u32::try_from(self.gaps.len()).unwrap_or(u32::MAX));
        let seconds = || self.gaps.iter().map(|gap| seconds(*gap));
        let mean = seconds().sum::<f64>() / number;
        let variance =
            seconds().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / (number - 1.0);
        let place = f64::from(place.max(1));
        let likely = place * mean;
        let spread = SPREAD * (place * variance).sqrt();
        Some(Wait {
            likely_s: whole(likely),
            low_s: whole((likely - spread).max(0.0)),
            high_s: whole(likely + spread),
        })
    }
}

/// Whole milliseconds are exact up to some 285 000 years.
#[expect(clippy::cast_precision_loss, reason = "a gap is far below 2^53 milliseconds")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from float saturates, and a wait is not negative"
)]
fn whole(seconds: f64) -> u32 {
    seconds.round() as u32
}

#[cfg(test)]
mod tests;
