//! An answer that goes on for as long as its reader stays: what its connection must know of it.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

/// Stands beside each request of a connection; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Lasting(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    under_way: AtomicUsize,
    cut: Notify,
}

/// An answer that lasts; it has ended when this is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Lasting);

impl Lasting {
    /// From now on an answer lasts, and its connection may be older than others.
    pub(super) fn begin(&self) -> UnderWay {
        self.0.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.0.under_way.load(Ordering::Relaxed) > 0
    }

    /// Returns when the connection is to be ended, whatever its reader has not taken yet.
    pub(super) async fn cut(&self) {
        self.0.cut.notified().await;
    }
}

impl UnderWay {
    /// Ends the connection.
    pub(super) fn cut(&self) {
        self.0.0.cut.notify_one();
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}
