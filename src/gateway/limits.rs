//! How fast: token buckets by visitor, by account and by address.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use governor::DefaultKeyedRateLimiter;
use governor::Quota;
use governor::RateLimiter;
use governor::clock::Clock as _;

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
        if self.questions.fetch_add(1, Ordering::Relaxed).is_multiple_of(QUESTIONS_BETWEEN_SWEEPS) {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limiter.clock().now());
            let seconds = wait.as_millis().div_ceil(1_000).max(1);
            TooFast { retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX) }
        })
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
        self.by_address.take(&address.to_canonical())?;
        self.by_account.take(&account.to_owned())
    }
}

#[cfg(test)]
mod tests;
