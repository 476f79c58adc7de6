//! What random conversations have reached.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use skicka::content::dialogue::occasion::Occasion;

use super::content::KINDS;
use super::play::Play;

/// What must be reached besides every kind of step, and a dialogue in the bot's place on every
/// occasion.
const MUST: [&str; 23] = [
    "depth 1",
    "depth 2",
    "depth 3",
    "nudge",
    "callback",
    "idle close",
    "silence counted anew",
    "burst read",
    "call answered",
    "call failed",
    "call lost",
    "result twice",
    "result after its dialogue left",
    "said while calling",
    "clock back",
    "reload in the middle of a dialogue",
    "restart in the middle of a dialogue",
    "taken by a person",
    "handed back",
    "resolved",
    "repair over",
    "repair stays",
    "another matter within a repair",
];

/// Counts by what was reached.
#[derive(Default)]
pub(crate) struct Coverage {
    conversations: u64,
    turns: u64,
    reached: BTreeMap<String, u64>,
    longest: Duration,
}

impl Coverage {
    pub(crate) fn add(&mut self, play: &Play<'_>) {
        self.conversations += 1;
        self.turns += play.turns;
        self.longest = self.longest.max(play.longest);
        for (what, count) in &play.reached {
            *self.reached.entry(what.clone()).or_default() += count;
        }
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.turns += other.turns;
        self.longest = self.longest.max(other.longest);
        for (what, count) in other.reached {
            *self.reached.entry(what).or_default() += count;
        }
    }

    pub(crate) fn unreached(&self) -> Vec<String> {
        let steps = KINDS.iter().map(|kind| format!("step {kind}"));
        let repairs = Occasion::ALL.iter().map(|occasion| format!("repair {}", occasion.as_str()));
        let must = steps.chain(repairs).chain(MUST.iter().map(|&what| what.to_owned()));
        must.filter(|what| !self.reached.contains_key(what)).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} conversations, {} turns, the longest {:.1} ms",
            self.conversations,
            self.turns,
            self.longest.as_secs_f64() * 1_000.0
        )?;
        for (what, count) in &self.reached {
            writeln!(out, "{count:>10}  {what}")?;
        }
        Ok(())
    }
}
