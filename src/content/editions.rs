//! Older revisions of the dialogues, for conversations that began on them.
//!
//! What a visitor says is matched by the newest content; a dialogue that runs goes on as it was
//! when it began. **Invariant:** a revision's dialogues are never changed, only let go of as a
//! whole, once no conversation runs on them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::content::Content;
use crate::content::Source;
use crate::content::dialogue::Dialogue;
use crate::ids::DialogueId;

/// The dialogues of one revision.
pub type Dialogues = BTreeMap<DialogueId, Dialogue>;

impl Content {
    /// A dialogue as it was at a revision. A revision that is not held any more gives the newest
    /// words for it, which is nearer to what was meant than nothing.
    #[must_use]
    pub fn dialogue(&self, revision: Option<&str>, id: &DialogueId) -> Option<&Dialogue> {
        let older = revision.and_then(|revision| self.older.get(revision));
        older.unwrap_or(&self.dialogues).get(id)
    }

    /// Whether the dialogues of a revision are at hand.
    #[must_use]
    pub fn holds(&self, revision: &str) -> bool {
        self.revision == revision || self.older.contains_key(revision)
    }

    /// The older revisions whose dialogues are at hand.
    pub fn older(&self) -> impl Iterator<Item = &str> {
        self.older.keys().map(String::as_str)
    }

    /// The files that the dialogues were read from: what must be kept for as long as a
    /// conversation runs on them.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// This content with the dialogues of all revisions that `before` held, its own included.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        self.older.clone_from(&before.older);
        self.older.insert(before.revision.clone(), Arc::clone(&before.dialogues));
        self.older.remove(&self.revision);
        self
    }

    /// This content with the dialogues of one more revision.
    #[must_use]
    pub fn with_older(mut self, revision: &str, dialogues: Arc<Dialogues>) -> Self {
        if self.revision != revision {
            self.older.insert(revision.to_owned(), dialogues);
        }
        self
    }

    /// This content without the dialogues of these revisions.
    #[must_use]
    pub fn without(mut self, drained: &BTreeSet<String>) -> Self {
        self.older.retain(|revision, _| !drained.contains(revision));
        self
    }
}
