//! What goes wrong outside: links, disks, crowds and clocks. Each scenario of the list of promises
//! has a test with its number, here or where its feature is tested:
//!
//! | | | |
//! |---|---|---|
//! | R1 | conformance of the sockets | `tests/conformance/run` |
//! | R2 | `kill -9` under load | `crash`, with cut links and agents `faults::storm` |
//! | R3 R6 | a slow disk, a full one, one that fails, one that is gone | `faults::disk` |
//! | R4 R5 | power loss at each commit, torn and flipped tails | `store::sqlite::tests::power` |
//! | R5 | damage inside what was acked | `faults::damage` |
//! | R7 R8 R9 | repetitions, the first text, resuming | `sockets` |
//! | R10 | the link is cut at any byte: sockets of both sides, calls, streams | `faults::cut` |
//! | R11 R12 | several devices and people at once | `faults::order` |
//! | R13 R15–R17 | slow readers, floods, caps, storms | `faults::crowd` |
//! | R14 | half-open links | `faults::half_open` |
//! | R18 R22 R24 | an orderly stop, long conversations, hours | `faults::long` |
//! | R23 | clock jumps | `faults::clocks`; how the clock is steered `clock::steady` |
//! | R25 | malformed input | `frames`, `fuzz`, the targets in `fuzz/` |
//! | R26 | guessed ids and tokens, foreign pages, tokens in addresses | `faults::guesses` |
//! | R27 | simulated disk and network, by seed | `simulation` |
//!
//! R19–R21 are of a cluster, which there is none of.
//!
//! The sizes are those of a short run; `SKICKA_TEST_SCALE=10` makes them ten times larger.

pub(crate) mod clocks;
mod crowd;
mod cut;
mod damage;
mod disk;
mod guesses;
mod half_open;
mod ledger;
mod long;
mod order;
mod storm;

use std::time::Duration;

use tokio::time::Instant;

use crate::client::Visitor;
use crate::server::Server;

/// How much larger than usual the crowds and counts are.
pub(crate) fn scale() -> usize {
    std::env::var("SKICKA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// How long a turn of a customer takes at most, but for one in a hundred of so many.
async fn slow_turn(server: &Server, turns: usize) -> Duration {
    let mut took = Vec::new();
    let mut visitor = Visitor::arrive(server).await;
    for number in 0..turns {
        // Nobody says more than a customer may.
        if number % 20 == 19 {
            visitor = Visitor::arrive(server).await;
        }
        let asked = Instant::now();
        visitor.say(&format!("m{number}"), "hej").await;
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    took[turns * 99 / 100]
}

/// What a customer's slow turn may take beside a crowd, where `quiet` is what it takes without.
///
/// 1.2 times and twice as much are promised for a machine that the server has for itself. Here the
/// crowd runs on the same two cores, with whatever else is tested at the time: the figures are
/// printed, and only what no busy machine explains fails. Who waits for another client waits for its
/// time-out, and that is many seconds.
fn beside_a_crowd(quiet: Duration) -> Duration {
    (2 * quiet).max(quiet + Duration::from_secs(3))
}

/// Numbers from a seed (xorshift): the same for every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}
