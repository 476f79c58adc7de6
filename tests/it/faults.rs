//! What goes wrong outside: links, disks, crowds and clocks. Each scenario of the list of promises
//! has a test with its number, here or where its feature is tested:
//!
//! | | | |
//! |---|---|---|
//! | R1 | conformance of the sockets | `tests/conformance/run` |
//! | R2 | `kill -9` under load | `crash`, with cut links and agents `faults::storm` |
//! | R3 R6 | a slow disk, a full one, one that is gone | `faults::disk` |
//! | R4 R5 | power loss at each commit, torn and flipped tails | `store::sqlite::tests::power` |
//! | R7 R8 R9 | repetitions, the first text, resuming | `sockets` |
//! | R10 | the link is cut at any byte | `faults::cut` |
//! | R11 R12 | several devices and people at once | `faults::order` |
//! | R13–R17 | slow readers, half-open links, floods, caps, storms | `faults::crowd` |
//! | R18 R22 R24 | an orderly stop, long conversations, hours | `faults::long` |
//! | R23 | clock jumps | `clock::steady` |
//! | R25 | malformed input | `frames`, `fuzz`, the targets in `fuzz/` |
//! | R27 | simulated disk and network, by seed | `simulation` |
//!
//! The sizes are those of a short run; `SKICKA_TEST_SCALE=10` makes them ten times larger.

mod crowd;
mod cut;
mod disk;
mod ledger;
mod long;
mod order;
mod storm;

/// How much larger than usual the crowds and counts are.
fn scale() -> usize {
    std::env::var("SKICKA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
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
