//! Leaving a host alone that fails: after so many failures in a row nothing is sent to it for a
//! while, then one call tries whether it is back.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which a host is left alone.
const OPENS_AFTER: u32 = 5;
/// For how long.
const OPEN_FOR: Duration = Duration::from_secs(30);

/// What is known of hosts.
#[derive(Default)]
pub(super) struct Breaker {
    hosts: Mutex<HashMap<String, Health>>,
}

#[derive(Default)]
struct Health {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Health>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may be made now. When the time of a host is over, one call is let through,
    /// and the others wait for what becomes of it.
    pub(super) fn admits(&self, host: &str, now: Instant) -> bool {
        let mut hosts = self.hosts();
        let Some(health) = hosts.get_mut(host) else { return true };
        match health.open_until {
            None => true,
            Some(until) if until > now => false,
            Some(_) => {
                health.open_until = Some(now + OPEN_FOR);
                true
            }
        }
    }

    pub(super) fn succeeded(&self, host: &str) {
        self.hosts().remove(host);
    }

    pub(super) fn failed(&self, host: &str, now: Instant) {
        let mut hosts = self.hosts();
        let health = hosts.entry(host.to_owned()).or_default();
        health.failures += 1;
        if health.failures >= OPENS_AFTER {
            health.open_until = Some(now + OPEN_FOR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_that_fails_is_left_alone_and_tried_again_by_one() {
        let breaker = Breaker::default();
        let start = Instant::now();
        for _ in 0..OPENS_AFTER {
            assert!(breaker.admits("a", start));
            breaker.failed("a", start);
        }
        assert!(!breaker.admits("a", start));
        assert!(breaker.admits("b", start), "another host is another matter");
        let later = start + OPEN_FOR;
        assert!(breaker.admits("a", later), "one tries");
        assert!(!breaker.admits("a", later), "the others wait");
        breaker.failed("a", later);
        assert!(!breaker.admits("a", later + OPEN_FOR / 2));
        assert!(breaker.admits("a", later + OPEN_FOR));
        breaker.succeeded("a");
        assert!(breaker.admits("a", later + OPEN_FOR));
        assert!(breaker.admits("a", later + OPEN_FOR));
    }
}
