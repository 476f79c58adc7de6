//! Finding conversations. The index follows the log once a second, and before each search.

use crate::engine::Engine;
use crate::store::StoreError;
use crate::store::search::Page;
use crate::store::search::Wanted;

/// Events taken in by one errand, for which turns wait a few milliseconds.
const AT_ONCE: u32 = 400;
/// Errands in a row; what is left then waits for the next second.
const IN_A_ROW: usize = 5;

impl Engine {
    /// What fits, the newest first. What was written before the call is found, unless very much
    /// was.
    ///
    /// # Errors
    /// The store fails.
    pub async fn search(&self, wanted: &Wanted) -> Result<Page, StoreError> {
        if !wanted.words.is_empty() {
            self.take_in().await?;
        }
        self.inner.store.find(wanted).await
    }

    pub(super) async fn take_in(&self) -> Result<(), StoreError> {
        for _ in 0..IN_A_ROW {
            if !self.inner.store.take_in(AT_ONCE).await? {
                break;
            }
        }
        Ok(())
    }
}
