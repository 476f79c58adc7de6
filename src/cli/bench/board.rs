//! What the load knows to be true of the queue: who holds whom, and who stands where.
//!
//! Every agent and waiting visitor of a run writes down here what the server told them, so that
//! what two of them were told can be held against each other.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;
use tokio::time::sleep;

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What everybody was told.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// The agent who holds a conversation, as far as they were told.
    holders: Mutex<HashMap<String, usize>>,
    /// The place that each visitor was told last; 0 until one was told.
    places: Mutex<HashMap<usize, u32>>,
}

impl Board {
    /// An agent was told that a conversation is theirs; false when it is another's still.
    pub(super) fn take(&self, conversation: &str, agent: usize) -> bool {
        let mut holders = lock(&self.holders);
        let holder = *holders.entry(conversation.to_owned()).or_insert(agent);
        holder == agent
    }

    /// An agent is about to let go of a conversation.
    pub(super) fn release(&self, conversation: &str) {
        lock(&self.holders).remove(conversation);
    }

    /// A visitor waits, and was told nothing yet.
    pub(super) fn wait(&self, visitor: usize) {
        lock(&self.places).insert(visitor, 0);
    }

    /// A visitor was told their place. False when it is farther back than before.
    pub(super) fn place(&self, visitor: usize, place: u32) -> bool {
        let before = lock(&self.places).insert(visitor, place).unwrap_or(0);
        place > 0 && (before == 0 || place <= before)
    }

    /// A visitor waits no longer.
    pub(super) fn leave(&self, visitor: usize) {
        lock(&self.places).remove(&visitor);
    }

    /// How many visitors wait.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.places).len()
    }

    /// Whether so many `visitors` wait, at 1, 2, 3, … with nobody twice; asked until it is so,
    /// while nothing moves, for as long as `within`.
    pub(super) async fn comes_to_rest(&self, visitors: usize, within: Duration) -> bool {
        let until = Instant::now() + within;
        loop {
            {
                let places = lock(&self.places);
                let told: BTreeSet<u32> = places.values().copied().collect();
                let last = u32::try_from(places.len()).unwrap_or(u32::MAX);
                if places.len() == visitors
                    && told.len() == visitors
                    && told.iter().copied().eq(1..=last)
                {
                    return true;
                }
            }
            if Instant::now() > until {
                return false;
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_owners_and_a_place_that_rises_are_seen() {
        let board = Board::default();
        assert!(board.take("c", 1) && !board.take("c", 2));
        board.release("c");
        assert!(board.take("c", 2));
        board.wait(7);
        assert!(board.place(7, 3) && board.place(7, 2) && !board.place(7, 3));
        assert!(!board.place(7, 0));
    }

    #[tokio::test]
    async fn a_queue_at_rest_counts_from_one_without_a_gap() {
        let board = Board::default();
        assert!(board.comes_to_rest(0, Duration::ZERO).await, "an empty one does");
        board.wait(1);
        board.wait(2);
        board.place(1, 2);
        board.place(2, 2);
        assert!(!board.comes_to_rest(2, Duration::ZERO).await);
        board.place(2, 1);
        assert!(board.comes_to_rest(2, Duration::ZERO).await);
        assert!(!board.comes_to_rest(3, Duration::ZERO).await, "one is with nobody");
        board.leave(2);
        assert!(
            !board.comes_to_rest(1, Duration::ZERO).await,
            "the second was not told that it is first"
        );
    }
}
