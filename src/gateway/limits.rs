//! How fast: token buckets by connection, visitor, account and address, and for all together.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use governor::DefaultDirectRateLimiter;
use governor::DefaultKeyedRateLimiter;
use governor::Quota;
use governor::RateLimiter;
use governor::clock::Clock as _;

use crate::config::Limits;
use crate::gateway::places::share_of;
use crate::ids::VisitorId;

/// After so many questions the buckets that are full again are forgotten.
const QUESTIONS_BETWEEN_SWEEPS: u32 = 10_000;

/// "Is writing" counts at most once in this time.
const TYPING_EVERY: Duration = Duration::from_secs(3);

/// How many accounts one address may try as fast as each allows.
const OFFICE: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");

/// When somebody may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many; again in {retry_after_s} s")]
pub struct TooFast {
    /// Rounded up; at least 1.
    pub retry_after_s: u32,
}

/// One bucket for each key: so many at once, and as many a minute.
struct Buckets<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    questions: AtomicU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    fn new(quota: Quota) -> Self {
        Self { limiter: RateLimiter::hashmap(quota), questions: AtomicU32::new(0) }
    }

    fn per_minute(most: NonZeroU32) -> Self {
        Self::new(Quota::per_minute(most))
    }

    fn take(&self, key: &K) -> Result<(), TooFast> {
        self.take_many(key, NonZeroU32::MIN)
    }

    fn take_many(&self, key: &K, many: NonZeroU32) -> Result<(), TooFast> {
        if self.questions.fetch_add(1, Ordering::Relaxed).is_multiple_of(QUESTIONS_BETWEEN_SWEEPS) {
            self.limiter.retain_recent();
        }
        // What never fits is refused by its size before it comes here.
        let never = |_| too_fast(Duration::from_mins(1));
        let checked = self.limiter.check_key_n(key, many).map_err(never)?;
        checked.map_err(|until| too_fast(until.wait_time_from(self.limiter.clock().now())))
    }
}

/// Frames above what a connection may send, each of them taken all the same, after which it is cut
/// off: more than what was under way when the warning came.
const FLOOD: u32 = 40;

/// What of a connection was too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Its frames.
    Frames,
    /// Their bytes.
    Bytes,
}

/// What is to be done about a frame that came too fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// The client is told to slow down; the frame counts.
    Warn(Excess, TooFast),
    /// It was told, and went on.
    Tolerate(Excess),
    /// It is cut off.
    CutOff(Excess),
}

/// What one connection may send, whatever it is.
pub struct Pace {
    frames: Option<DefaultDirectRateLimiter>,
    bytes: Option<DefaultDirectRateLimiter>,
    /// Frames above it since the last one that was not.
    above: u32,
}

impl Pace {
    /// As the settings say; 0 = no limit.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        let bucket = |most| NonZeroU32::new(most).map(Quota::per_minute).map(RateLimiter::direct);
        let bytes = bytes_per_minute(limits);
        Self { frames: bucket(limits.frames_per_minute), bytes: bucket(bytes), above: 0 }
    }

    /// Counts a frame of so many bytes.
    pub fn take(&mut self, bytes: usize) -> Result<(), Haste> {
        let Err((excess, too_fast)) = self.check(bytes) else {
            self.above = 0;
            return Ok(());
        };
        self.above += 1;
        Err(match self.above {
            1 => Haste::Warn(excess, too_fast),
            above if above > FLOOD => Haste::CutOff(excess),
            _ => Haste::Tolerate(excess),
        })
    }

    fn check(&self, bytes: usize) -> Result<(), (Excess, TooFast)> {
        if let Some(frames) = &self.frames {
            frames.check().map_err(|until| {
                (Excess::Frames, too_fast(until.wait_time_from(frames.clock().now())))
            })?;
        }
        let size = NonZeroU32::new(u32::try_from(bytes).unwrap_or(u32::MAX));
        if let (Some(limit), Some(size)) = (&self.bytes, size) {
            let minute = Duration::from_mins(1);
            // What never fits is refused by its size before it comes here.
            let checked = limit.check_n(size).map_err(|_| (Excess::Bytes, too_fast(minute)))?;
            checked.map_err(|until| {
                (Excess::Bytes, too_fast(until.wait_time_from(limit.clock().now())))
            })?;
        }
        Ok(())
    }
}

/// What one visitor may send by calls, whatever it is: what [`Pace`] is to a connection.
pub struct CallPace {
    frames: Option<Buckets<VisitorId>>,
    bytes: Option<Buckets<VisitorId>>,
}

impl CallPace {
    /// As the settings say; 0 = no limit.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        let bytes = bytes_per_minute(limits);
        Self {
            frames: NonZeroU32::new(limits.frames_per_minute).map(Buckets::per_minute),
            bytes: NonZeroU32::new(bytes).map(Buckets::per_minute),
        }
    }

    /// Counts a frame of so many bytes.
    pub fn take(&self, visitor: &VisitorId, bytes: usize) -> Result<(), (Excess, TooFast)> {
        if let Some(frames) = &self.frames {
            frames.take(visitor).map_err(|too_fast| (Excess::Frames, too_fast))?;
        }
        let size = NonZeroU32::new(u32::try_from(bytes).unwrap_or(u32::MAX));
        if let (Some(limit), Some(size)) = (&self.bytes, size) {
            limit.take_many(visitor, size).map_err(|too_fast| (Excess::Bytes, too_fast))?;
        }
        Ok(())
    }
}

/// The largest frame must fit.
fn bytes_per_minute(limits: &Limits) -> u32 {
    match limits.bytes_per_minute {
        0 => 0,
        bytes => bytes.max(limits.frame_bytes),
    }
}

fn too_fast(wait: Duration) -> TooFast {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    TooFast { retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX) }
}

/// New conversations of people whom nobody knows yet.
pub struct Newcomers {
    by_address: Option<Buckets<IpAddr>>,
    in_all: Option<DefaultDirectRateLimiter>,
}

impl Newcomers {
    /// So many a minute from one address, and from all together; 0 = no limit.
    #[must_use]
    pub fn per_minute(from_one: u32, in_all: u32) -> Self {
        Self {
            by_address: NonZeroU32::new(from_one).map(Buckets::per_minute),
            in_all: NonZeroU32::new(in_all).map(Quota::per_minute).map(RateLimiter::direct),
        }
    }

    /// Counts one who comes from this address.
    pub fn take(&self, address: IpAddr) -> Result<(), TooFast> {
        if let Some(buckets) = &self.by_address {
            buckets.take(&share_of(address))?;
        }
        let Some(limit) = &self.in_all else { return Ok(()) };
        limit.check().map_err(|until| too_fast(until.wait_time_from(limit.clock().now())))
    }
}

/// What visitors may send.
pub struct MessageRate(Option<Buckets<VisitorId>>);

impl MessageRate {
    /// So many messages a minute from one visitor; 0 = no limit.
    #[must_use]
    pub fn per_minute(most: u32) -> Self {
        Self(NonZeroU32::new(most).map(Buckets::per_minute))
    }

    /// Counts one message.
    pub fn take(&self, visitor: &VisitorId) -> Result<(), TooFast> {
        self.0.as_ref().map_or(Ok(()), |buckets| buckets.take(visitor))
    }
}

/// How often "is writing" of a visitor counts, over all their connections.
pub struct TypingRate(Buckets<VisitorId>);

impl Default for TypingRate {
    fn default() -> Self {
        let quota = Quota::with_period(TYPING_EVERY).expect("the period is not zero");
        Self(Buckets::new(quota))
    }
}

impl TypingRate {
    /// Counts one.
    pub fn take(&self, visitor: &VisitorId) -> Result<(), TooFast> {
        self.0.take(visitor)
    }
}

/// Attempts to sign in. An attempt counts twice: for whoever tries, and for whose account it is.
pub struct Attempts {
    by_address: Buckets<IpAddr>,
    by_account: Buckets<String>,
}

impl Attempts {
    /// So many a minute to one account, and five times as many from one address: an office has
    /// one address, and must not be kept out by one of its machines.
    #[must_use]
    pub fn per_minute(most: u32) -> Self {
        let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
        let of_an_office = most.saturating_mul(OFFICE);
        Self {
            by_address: Buckets::per_minute(of_an_office),
            by_account: Buckets::per_minute(most),
        }
    }

    /// Counts one attempt. `account` is the e-mail address in lower case.
    pub fn take(&self, address: IpAddr, account: &str) -> Result<(), TooFast> {
        self.take_address(address)?;
        self.by_account.take(&account.to_owned())
    }

    /// Counts one whose account is not known yet.
    pub fn take_address(&self, address: IpAddr) -> Result<(), TooFast> {
        self.by_address.take(&share_of(address))
    }
}

#[cfg(test)]
mod tests;
