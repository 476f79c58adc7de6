//! Time and chance: the two things that the rules never touch.
//!
//! The shell asks a [`Clock`] for the moment and writes it into each input; ids and keys come
//! from the operating system's random source. Nothing else in the crate reads either (clippy
//! holds this by `disallowed-methods`).

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use crate::clock::steady::Steady;
use crate::ids::Timestamp;

mod steady;

/// The machine's clock as all of this process see it.
static MACHINE: LazyLock<Steady> = LazyLock::new(Steady::begin);

/// Where moments come from: the machine, or a hand that a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    by_hand: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock, which here never goes back and does not follow a jump at once: see
    /// `steady`.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `at` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn by_hand(at: Timestamp) -> Self {
        Self { by_hand: Some(Arc::new(AtomicI64::new(at.0))) }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.by_hand {
            Some(hand) => Timestamp(hand.load(Ordering::SeqCst)),
            None => Timestamp(MACHINE.now()),
        }
    }

    /// Moves a clock made by [`Clock::by_hand`]; a system clock is not moved.
    pub fn advance(&self, ms: i64) {
        if let Some(hand) = &self.by_hand {
            hand.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// A new id: 32 hexadecimal digits that rise with time (UUID version 7), so that rows made
/// together stand together in an index. It holds 74 random bits; it is a name, not a secret.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// `N` unguessable bytes from the operating system, for keys and session tokens.
///
/// # Panics
/// When the operating system has no random source: nothing safe can be done then.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that draws random bytes")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has a random source");
    bytes
}
