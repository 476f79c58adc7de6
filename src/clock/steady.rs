//! A clock that never goes back, whatever is done to the machine's.
//!
//! Moments are stored, shown and compared with deadlines, so they must rise; yet the machine's
//! clock may be set while the server runs. Here time goes on with the monotonic clock and is
//! steered towards the machine's: small differences at once, a jump ahead when it has lasted (a
//! glitch must not end what waits, and a machine that slept is right), a jump back by going at
//! half speed until the machine has caught up.

use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// How often the machine's clock is looked at.
const LOOK_EVERY_MS: i64 = 1_000;
/// A difference that is corrected without further ado: drift, and NTP's small steps.
const SMALL_MS: i64 = 1_000;
/// How long the machine must be ahead to be believed.
const LASTING_MS: i64 = 5 * 60 * 1_000;

/// The clock.
#[derive(Debug)]
pub(super) struct Steady {
    started: Instant,
    /// What to add to the milliseconds since then.
    shift: AtomicI64,
    /// When the machine's clock was looked at last, in milliseconds since then.
    looked: AtomicI64,
    /// The latest moment that was told.
    told: AtomicI64,
    course: Mutex<Course>,
}

/// How time is steered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Course {
    shift: i64,
    looked: i64,
    /// Since when the machine has been far ahead.
    ahead_since: Option<i64>,
}

impl Steady {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clocks")]
    pub(super) fn begin() -> Self {
        let course = Course { shift: wall(), ..Course::default() };
        Self {
            started: Instant::now(),
            shift: AtomicI64::new(course.shift),
            looked: AtomicI64::new(0),
            told: AtomicI64::new(course.shift),
            course: Mutex::new(course),
        }
    }

    /// Milliseconds since 1970; never less than before.
    pub(super) fn now(&self) -> i64 {
        let since = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        if since - self.looked.load(Ordering::Relaxed) >= LOOK_EVERY_MS
            && let Ok(mut course) = self.course.try_lock()
        {
            *course = course.steered(since, wall());
            self.shift.store(course.shift, Ordering::Relaxed);
            self.looked.store(since, Ordering::Relaxed);
        }
        let now = since + self.shift.load(Ordering::Relaxed);
        self.told.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clocks")]
fn wall() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Course {
    /// The course after a look at the machine's clock, `since` the start.
    fn steered(self, since: i64, wall: i64) -> Self {
        let elapsed = since - self.looked;
        let ahead = wall - (since + self.shift);
        let gently = ahead.clamp(-elapsed / 2, elapsed / 2);
        if ahead <= SMALL_MS {
            return Self { shift: self.shift + gently, looked: since, ahead_since: None };
        }
        let ahead_since = self.ahead_since.unwrap_or(since);
        if since - ahead_since < LASTING_MS {
            return Self { looked: since, ahead_since: Some(ahead_since), ..self };
        }
        Self { shift: self.shift + ahead, looked: since, ahead_since: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Looks once a second from `from` for `seconds`, with the machine so far off the truth.
    fn run(mut course: Course, from: i64, seconds: i64, off: i64) -> (Course, i64) {
        let mut told = i64::MIN;
        let mut since = from;
        for _ in 0..seconds {
            since += 1_000;
            course = course.steered(since, since + off);
            told = told.max(since + course.shift);
        }
        (course, since)
    }

    #[test]
    fn r23_a_jump_ahead_counts_when_it_has_lasted() {
        let (course, since) = run(Course::default(), 0, 200, HOUR);
        assert_eq!(course.shift, 0, "a glitch moves nothing");
        let (course, since) = run(course, since, 10, 0);
        assert_eq!((course.shift, course.ahead_since), (0, None));
        let (course, _) = run(course, since, 400, HOUR);
        assert_eq!(course.shift, HOUR);
    }

    #[test]
    fn r23_a_jump_back_slows_the_clock_and_never_turns_it() {
        let mut course = Course::default();
        let mut before = 0;
        for second in 1..=7_200 {
            let since = second * 1_000;
            course = course.steered(since, since - HOUR);
            let now = since + course.shift;
            assert!(now >= before + 500, "{second}: it goes on, at half speed at least");
            before = now;
        }
        assert_eq!(course.shift, -HOUR, "two hours later they agree");
    }

    #[test]
    fn drift_is_followed() {
        let (course, _) = run(Course::default(), 0, 10, 40);
        assert_eq!(course.shift, 40);
        let (course, _) = run(Course::default(), 0, 10, -40);
        assert_eq!(course.shift, -40);
    }

    #[test]
    fn the_clock_of_this_machine_rises() {
        let clock = Steady::begin();
        let mut before = clock.now();
        assert!((before - wall()).abs() < 1_000);
        for _ in 0..10_000 {
            let now = clock.now();
            assert!(now >= before);
            before = now;
        }
    }
}
