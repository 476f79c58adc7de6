//! What a run counts, and its report.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Three digits of every time are kept.
const DIGITS: u8 = 3;

/// Longer than any visitor waits.
const LONGEST_MICROS: u64 = 3_600_000_000;

/// What all visitors together have seen so far.
#[derive(Debug)]
pub(super) struct Tally {
    /// Times of turns in microseconds.
    times: Mutex<Histogram<u64>>,
    turns: AtomicU64,
    /// Turns whose answer did not come.
    unanswered: AtomicU64,
    /// Events that came with another seq than the next.
    out_of_order: AtomicU64,
    /// Acks of an id that was not waited for, or that say it was known before.
    wrong_acks: AtomicU64,
    /// Messages that the server refused.
    refused: AtomicU64,
    /// Sockets that the server closed or that broke.
    lost_sockets: AtomicU64,
    /// Customers whom an agent served to the end.
    handovers: AtomicU64,
    /// Claims that another agent was before.
    contended: AtomicU64,
    /// Conversations that two agents were told to hold.
    two_owners: AtomicU64,
    /// Visitors who neither waited nor were served when the agents had stopped.
    without_owner: AtomicU64,
    /// Places in the queue that cannot be.
    wrong_places: AtomicU64,
    /// Visitors who still waited at the end.
    left_waiting: AtomicU64,
}

impl Default for Tally {
    fn default() -> Self {
        let times = Histogram::new_with_bounds(1, LONGEST_MICROS, DIGITS)
            .expect("these bounds are among those it can keep");
        Self {
            times: Mutex::new(times),
            turns: AtomicU64::new(0),
            unanswered: AtomicU64::new(0),
            out_of_order: AtomicU64::new(0),
            wrong_acks: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            lost_sockets: AtomicU64::new(0),
            handovers: AtomicU64::new(0),
            contended: AtomicU64::new(0),
            two_owners: AtomicU64::new(0),
            without_owner: AtomicU64::new(0),
            wrong_places: AtomicU64::new(0),
            left_waiting: AtomicU64::new(0),
        }
    }
}

impl Tally {
    /// A turn was answered after this long.
    pub(super) fn turn(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.saturating_record(micros.max(1));
        drop(times);
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// A turn got no answer in time.
    pub(super) fn unanswered(&self) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
    }

    /// An event came out of its place.
    pub(super) fn out_of_order(&self) {
        self.out_of_order.fetch_add(1, Ordering::Relaxed);
    }

    /// An ack came that fits nothing that was sent.
    pub(super) fn wrong_ack(&self) {
        self.wrong_acks.fetch_add(1, Ordering::Relaxed);
    }

    /// A message was refused.
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A socket ended before its visitor did.
    pub(super) fn lost_socket(&self) {
        self.lost_sockets.fetch_add(1, Ordering::Relaxed);
    }

    /// An agent served a customer to the end.
    pub(super) fn handover(&self) {
        self.handovers.fetch_add(1, Ordering::Relaxed);
    }

    /// Another agent was first.
    pub(super) fn contended(&self) {
        self.contended.fetch_add(1, Ordering::Relaxed);
    }

    /// Two agents were told that they hold the same conversation.
    pub(super) fn two_owners(&self) {
        self.two_owners.fetch_add(1, Ordering::Relaxed);
    }

    /// So many visitors were with nobody while the queue rested.
    pub(super) fn without_owner(&self, visitors: usize) {
        self.without_owner.fetch_add(visitors as u64, Ordering::Relaxed);
    }

    /// A visitor was told a place that cannot be.
    pub(super) fn wrong_place(&self) {
        self.wrong_places.fetch_add(1, Ordering::Relaxed);
    }

    /// So many visitors still waited when the agents had stopped.
    pub(super) fn left_waiting(&self, visitors: usize) {
        self.left_waiting.store(visitors as u64, Ordering::Relaxed);
    }

    /// Brings the counts of what went wrong up to date.
    pub(super) fn recount(&self, report: &mut Report) {
        report.unanswered = self.unanswered.load(Ordering::Relaxed);
        report.out_of_order = self.out_of_order.load(Ordering::Relaxed);
        report.lost_sockets = self.lost_sockets.load(Ordering::Relaxed);
    }

    fn people(&self) -> Option<People> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let people = People {
            handovers: count(&self.handovers),
            contended_claims: count(&self.contended),
            two_owners: count(&self.two_owners),
            without_owner: count(&self.without_owner),
            wrong_places: count(&self.wrong_places),
            left_waiting: count(&self.left_waiting),
        };
        (people != People::default()).then_some(people)
    }

    /// How many turns were answered.
    pub(super) fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// What stands at the end. `memory` is what the server held before and after everybody had
    /// connected.
    pub(super) fn report(
        &self,
        visitors: usize,
        took: Duration,
        memory: Option<(u64, u64)>,
    ) -> Report {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = self.turns();
        let millis = |quantile| as_float(times.value_at_quantile(quantile)) / 1_000.0;
        let per_connection = memory.map(|(before, after)| {
            after.saturating_sub(before) / u64::try_from(visitors).unwrap_or(u64::MAX).max(1)
        });
        Report {
            visitors,
            seconds: took.as_secs_f64(),
            turns,
            turns_per_s: as_float(turns) / took.as_secs_f64().max(1e-9),
            p50_ms: millis(0.5),
            p90_ms: millis(0.9),
            p99_ms: millis(0.99),
            p999_ms: millis(0.999),
            max_ms: as_float(times.max()) / 1_000.0,
            unanswered: self.unanswered.load(Ordering::Relaxed),
            out_of_order: self.out_of_order.load(Ordering::Relaxed),
            wrong_acks: self.wrong_acks.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            lost_sockets: self.lost_sockets.load(Ordering::Relaxed),
            bytes_per_connection: per_connection,
            stored_bytes_per_turn: None,
            ready_ms: None,
            back_after_s: None,
            people: self.people(),
        }
    }
}

impl Report {
    /// Takes in what lies on the disk after all turns.
    pub(super) fn weigh(&mut self, stored: u64) {
        self.stored_bytes_per_turn = stored.checked_div(self.turns);
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people to read; 2^52 turns are not reached")]
fn as_float(number: u64) -> f64 {
    number as f64
}

/// The figures of one server.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    visitors: usize,
    seconds: f64,
    turns: u64,
    pub(super) turns_per_s: f64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    max_ms: f64,
    unanswered: u64,
    out_of_order: u64,
    wrong_acks: u64,
    refused: u64,
    lost_sockets: u64,
    /// Of a server that was started for the run: memory that each connection added.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_connection: Option<u64>,
    /// Of a server that was started for the run: growth of its folder, write-ahead log included.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_bytes_per_turn: Option<u64>,
    /// Of a server that was started for the run: from exec to the line that it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ready_ms: Option<f64>,
    /// Seconds from a server's restart until everybody had resumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) back_after_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<People>,
}

/// What agents and those who waited for them saw.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct People {
    handovers: u64,
    contended_claims: u64,
    two_owners: u64,
    without_owner: u64,
    wrong_places: u64,
    left_waiting: u64,
}

impl People {
    /// How much of it must not be.
    fn wrong(&self) -> u64 {
        self.two_owners + self.without_owner + self.wrong_places
    }
}

impl Report {
    /// Whether every message was taken once and answered, and every event came in its place.
    pub(super) fn is_sound(&self) -> bool {
        let wrong = self.unanswered + self.out_of_order + self.wrong_acks;
        let people = self.people.as_ref().map_or(0, People::wrong);
        wrong + self.refused + self.lost_sockets + people == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} visitors, {} turns in {:.1} s: {:.0} turns/s",
            self.visitors, self.turns, self.seconds, self.turns_per_s
        )?;
        if self.turns > 0 {
            writeln!(
                out,
                "a turn: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, longest {:.2} ms",
                self.p50_ms, self.p90_ms, self.p99_ms, self.p999_ms, self.max_ms
            )?;
        }
        if let Some(bytes) = self.bytes_per_connection {
            writeln!(out, "memory: {bytes} bytes a connection")?;
        }
        if let Some(bytes) = self.stored_bytes_per_turn {
            writeln!(out, "disk: {bytes} bytes a turn, indices included")?;
        }
        if let Some(ready) = self.ready_ms {
            writeln!(out, "ready {ready:.0} ms after exec")?;
        }
        if let Some(seconds) = self.back_after_s {
            writeln!(out, "after kill -9 and a restart, all had resumed within {seconds:.2} s")?;
        }
        if let Some(people) = &self.people {
            writeln!(
                out,
                "{} handovers ({:.1}/s; a turn above is a visitor's wait for an agent's words), {} \
                 claims came second, {} visitors left waiting",
                people.handovers,
                as_float(people.handovers) / self.seconds.max(1e-9),
                people.contended_claims,
                people.left_waiting
            )?;
            if people.wrong() > 0 {
                writeln!(
                    out,
                    "WRONG: {} conversations with two owners, {} with none, {} places that cannot \
                     be",
                    people.two_owners, people.without_owner, people.wrong_places
                )?;
            }
        }
        if self.is_sound() {
            return write!(
                out,
                "every message was acked once and answered, every event in its place"
            );
        }
        write!(
            out,
            "WRONG: {} unanswered, {} events out of order, {} acks that fit nothing, {} refused, \
             {} sockets lost",
            self.unanswered, self.out_of_order, self.wrong_acks, self.refused, self.lost_sockets
        )?;
        if self.refused > 0 {
            write!(
                out,
                "\na server that is measured needs 0 for the rates under [limits], such as \
                 messages_per_minute and conversations_per_minute"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_sound_when_nothing_went_wrong() {
        let tally = Tally::default();
        tally.turn(Duration::from_millis(2));
        tally.turn(Duration::from_millis(4));
        let mut report = tally.report(1, Duration::from_secs(1), Some((1_000, 4_000)));
        report.weigh(2_000);
        assert!(report.is_sound());
        assert_eq!((report.turns, report.bytes_per_connection), (2, Some(3_000)));
        assert_eq!(report.stored_bytes_per_turn, Some(1_000));
        assert!((3.9..4.1).contains(&report.p99_ms), "{}", report.p99_ms);
        let wrongs: [fn(&Tally); 8] = [
            Tally::unanswered,
            Tally::out_of_order,
            Tally::wrong_ack,
            Tally::refused,
            Tally::lost_socket,
            Tally::two_owners,
            |tally| tally.without_owner(1),
            Tally::wrong_place,
        ];
        for wrong in wrongs {
            let tally = Tally::default();
            wrong(&tally);
            let report = tally.report(1, Duration::from_secs(1), None);
            assert!(!report.is_sound());
            assert!(report.to_string().contains("WRONG"));
        }
    }
}
