//! The one writer: a task that turns what waits into transactions.
//!
//! It takes everything that waits, up to [`BATCH`], writes it as one transaction, commits, and
//! only then answers. Nothing waits on a timer: while one batch is on its way to the disk the next
//! one gathers by itself. The queue is bounded, so callers wait when the disk cannot follow.
//!
//! A batch that fails is refused as a whole and the writer goes on with the next: when space
//! returns, so does service.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::store::sqlite::batch::Batch;
use crate::store::sqlite::batch::Refused;
use crate::store::sqlite::batch::Request;
use crate::store::sqlite::batch::refuse_all;
use crate::store::sqlite::opening;
use crate::store::sqlite::transaction::Transactions;
use crate::telemetry::metrics::Metrics;

/// The most requests in one transaction: at 256 the commit's share of each is small already.
pub(super) const BATCH: usize = 256;
/// The most requests that wait.
pub(super) const QUEUE: usize = 4 * BATCH;

/// The writer and what it last heard from the disk.
pub(super) struct Writer {
    transactions: Transactions,
    metrics: Arc<Metrics>,
    /// Whether the last batch could not be written; so that a full disk is logged once.
    failing: bool,
}

impl Writer {
    pub(super) fn new(transactions: Transactions, metrics: Arc<Metrics>) -> Self {
        Self { transactions, metrics, failing: false }
    }

    /// Serves `requests` until all senders are gone or one asks to close.
    pub(super) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut waiting = Vec::with_capacity(BATCH);
        let mut closing = Vec::new();
        let mut errands = Vec::new();
        while requests.recv_many(&mut waiting, BATCH).await > 0 {
            let mut batch = Vec::with_capacity(waiting.len());
            for request in waiting.drain(..) {
                match request {
                    Request::Close(done) => {
                        // What waits already is still written; what comes later is turned away.
                        requests.close();
                        closing.push(done);
                    }
                    Request::Errand(errand, reply) => errands.push((errand, reply)),
                    request => batch.push(request),
                }
            }
            self.note_waiting(&requests);
            self.serve(batch).await;
            for (errand, reply) in errands.drain(..) {
                let done = AssertUnwindSafe(self.transactions.alone(&errand)).catch_unwind().await;
                let _gone = reply.send(match done {
                    Ok(done) => done.map_err(|error| Refused(error.to_string()).into()),
                    Err(_panic) => {
                        self.transactions.start_anew();
                        Err(Refused("the writer met a bug".to_owned()).into())
                    }
                });
            }
            self.note_waiting(&requests);
        }
        self.transactions.close().await;
        for done in closing {
            let _gone = done.send(());
        }
    }

    /// Writes a batch. When one request breaks a rule of the schema, each is tried alone, so that
    /// it fails alone.
    async fn serve(&mut self, requests: Vec<Request>) {
        if requests.is_empty() {
            return;
        }
        let Some((requests, refused)) = self.attempt(requests).await else { return };
        tracing::error!(%refused, "a request breaks a rule of the database; each is tried alone");
        for request in requests {
            if let Some((alone, refused)) = self.attempt(vec![request]).await {
                refuse_all(alone, &refused);
            }
        }
    }

    /// Writes and answers a batch, or refuses it. Gives it back when one of its requests, perhaps
    /// not all, breaks a rule.
    async fn attempt(&mut self, requests: Vec<Request>) -> Option<(Vec<Request>, Refused)> {
        let batch = Batch::of(&requests);
        let begun = Instant::now();
        let outcome = AssertUnwindSafe(self.transactions.perform(&batch)).catch_unwind().await;
        match outcome {
            Ok(Ok(answers)) => {
                self.note_success();
                self.metrics.append_batch_seconds.observe(begun.elapsed().as_secs_f64());
                self.metrics.append_batch_size.observe(as_size(requests.len()));
                answers.hand_out(requests);
                None
            }
            Ok(Err(error)) => {
                let refused = Refused(error.to_string());
                if opening::concerns_one(&error) {
                    return Some((requests, refused));
                }
                self.note_failure(&refused);
                refuse_all(requests, &refused);
                None
            }
            Err(_panic) => {
                self.transactions.start_anew();
                let refused = Refused("the writer met a bug".to_owned());
                self.note_failure(&refused);
                refuse_all(requests, &refused);
                None
            }
        }
    }

    fn note_waiting(&self, requests: &mpsc::Receiver<Request>) {
        self.metrics.append_waiting.set(i64::try_from(requests.len()).unwrap_or(i64::MAX));
    }

    fn note_failure(&mut self, refused: &Refused) {
        self.metrics.store_failing.set(1);
        if !std::mem::replace(&mut self.failing, true) {
            tracing::error!(%refused, "the database cannot be written to; nothing is acked");
        }
    }

    fn note_success(&mut self) {
        self.metrics.store_failing.set(0);
        if std::mem::replace(&mut self.failing, false) {
            tracing::info!("the database can be written to again");
        }
    }
}

fn as_size(requests: usize) -> f64 {
    f64::from(u32::try_from(requests).unwrap_or(u32::MAX))
}
