//! Sockets that may have to end because of something that happens elsewhere.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tokio_util::sync::CancellationToken;
use tokio_util::sync::WaitForCancellationFuture;

use crate::ids::VisitorId;

/// The sockets of customers, by visitor.
#[derive(Debug, Default)]
pub struct Leases {
    held: Mutex<HashMap<VisitorId, (CancellationToken, usize)>>,
}

/// One socket's right to go on; given back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    leases: Arc<Leases>,
    visitor: VisitorId,
    over: CancellationToken,
}

impl Leases {
    /// A lease for one more socket of this visitor.
    #[must_use]
    pub fn hold(self: &Arc<Self>, visitor: &VisitorId) -> Lease {
        let mut held = self.lock();
        let (over, sockets) = held.entry(visitor.clone()).or_default();
        *sockets += 1;
        Lease { leases: Arc::clone(self), visitor: visitor.clone(), over: over.clone() }
    }

    /// Ends all that this visitor holds now.
    pub fn end(&self, visitor: &VisitorId) {
        if let Some((over, _)) = self.lock().remove(visitor) {
            over.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<VisitorId, (CancellationToken, usize)>> {
        // Nothing between lock and unlock can panic halfway through a change.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Waits until it is ended.
    pub fn over(&self) -> WaitForCancellationFuture<'_> {
        self.over.cancelled()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.over.is_cancelled() {
            return;
        }
        let mut held = self.leases.lock();
        if let Some((_, sockets)) = held.get_mut(&self.visitor) {
            *sockets -= 1;
            if *sockets == 0 {
                held.remove(&self.visitor);
            }
        }
    }
}

#[cfg(test)]
mod tests;
