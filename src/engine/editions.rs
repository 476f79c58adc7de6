//! Which content turns go by: the newest, and older dialogues for who began on them.
//!
//! A turn takes one [`Content`] and goes by it to its end; a new one takes its place as a whole.
//! Before a revision serves, the files of its dialogues are durable, so that a conversation that
//! began on it goes on with it also after a restart. **Invariant:** a revision is let go of only
//! when no conversation in the store needs it and no turn can still begin on it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use arc_swap::ArcSwap;

use crate::content::Content;
use crate::content::Source;
use crate::content::build;
use crate::content::diagnostic::Diagnostic;
use crate::content::editions::Dialogues;
use crate::conversation::state::State;
use crate::engine::Engine;
use crate::engine::Inner;
use crate::ids::Timestamp;
use crate::store::StoreError;

/// A turn that took the content of before takes far less than this to be durable.
const IN_FLIGHT_MS: i64 = 60_000;
/// How often it is looked for revisions that nobody needs any more.
const SWEEP_EVERY_MS: i64 = 10_000;

/// The content that turns go by.
pub(super) struct Editions {
    content: ArcSwap<Content>,
    /// One change at a time; held across the store's answer, and never by a turn.
    changing: tokio::sync::Mutex<()>,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    /// Since when the newest content serves.
    since: Timestamp,
    /// When each older revision was replaced, as far as this run of the server has seen it.
    replaced: Vec<(String, Timestamp)>,
    /// What might be better about the content that serves.
    warnings: Vec<Diagnostic>,
    /// The newest edit, if it could not be served.
    refused: Option<Refused>,
    swept_at: Option<Timestamp>,
}

/// An edit that could not be served; the content before it serves on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// When it was read.
    pub at: Timestamp,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// How it stands with the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentStatus {
    /// The name of what serves.
    pub revision: String,
    /// Since when.
    pub since: Timestamp,
    /// How many intents it has.
    pub intents: usize,
    /// How many dialogues.
    pub dialogues: usize,
    /// Older revisions on which conversations run to their end.
    pub older: Vec<String>,
    /// What might be better about it.
    pub warnings: Vec<Diagnostic>,
    /// The newest edit, if it could not be served.
    pub refused: Option<Refused>,
}

impl Editions {
    pub(super) fn new(content: Arc<Content>, now: Timestamp) -> Self {
        Self {
            content: ArcSwap::new(content),
            changing: tokio::sync::Mutex::default(),
            ledger: Mutex::new(Ledger { since: now, ..Ledger::default() }),
        }
    }

    pub(super) fn newest(&self) -> Arc<Content> {
        self.content.load_full()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The content for a turn on this state, with every older dialogue that runs in it.
    pub(super) async fn content_for(&self, state: &State) -> Result<Arc<Content>, StoreError> {
        let content = self.editions.newest();
        if state.revisions().into_iter().all(|revision| content.holds(revision)) {
            return Ok(content);
        }
        let _changing = self.editions.changing.lock().await;
        for revision in state.revisions() {
            let content = self.editions.newest();
            if content.holds(revision) {
                continue;
            }
            match self.fetch(revision).await? {
                Some(dialogues) => {
                    let with = Content::clone(&content).with_older(revision, dialogues);
                    self.serve(with);
                }
                None => {
                    // Its steps are looked for in the newest content, and where they are not
                    // there, a person is brought.
                    tracing::warn!(
                        content.revision = revision,
                        "a conversation runs on a revision that is not kept any more"
                    );
                }
            }
        }
        Ok(self.editions.newest())
    }

    /// The dialogues of a revision that began to run before this server started.
    async fn fetch(&self, revision: &str) -> Result<Option<Arc<Dialogues>>, StoreError> {
        let Some(body) = self.store.revision(revision).await? else { return Ok(None) };
        let sources: Vec<Source> = serde_json::from_str(&body)
            .map_err(|error| StoreError::Corrupt { what: "revision", source: error.into() })?;
        // Its faults were found when it came to serve; without its intents there are more.
        let reading = move || build::draft(&sources).0.into_dialogues();
        match tokio::task::spawn_blocking(reading).await {
            Ok(dialogues) => Ok(Some(Arc::new(dialogues))),
            Err(error) => {
                tracing::error!(content.revision = revision, %error, "a kept revision cannot be read");
                Ok(None)
            }
        }
    }

    fn serve(&self, content: Content) {
        let held = 1 + content.older().count();
        self.metrics.content_revisions.set(i64::try_from(held).unwrap_or(i64::MAX));
        self.editions.content.store(Arc::new(content));
    }

    async fn keep(&self, content: &Content) -> Result<(), StoreError> {
        let body = serde_json::to_string(content.sources()).expect("sources are plain texts");
        self.store.keep_revision(&content.revision, &body).await
    }

    /// Lets go of what nobody runs on any more.
    pub(super) async fn sweep_editions(&self, now: Timestamp) -> Result<(), StoreError> {
        {
            let ledger = self.editions.ledger();
            let idle = self.editions.newest().older().next().is_none();
            match ledger.swept_at {
                // After the first time, only what this server itself replaced can be left over.
                Some(_) if idle => return Ok(()),
                Some(at) if now.ms_since(at) < SWEEP_EVERY_MS => return Ok(()),
                _ => {}
            }
        }
        let _changing = self.editions.changing.lock().await;
        let content = self.editions.newest();
        let pinned = self.store.pinned_revisions().await?;
        let kept = self.store.revisions().await?;
        let is_settled = |revision: &str| {
            let ledger = self.editions.ledger();
            let replaced = ledger.replaced.iter().rev().find(|(name, _)| name == revision);
            replaced.is_none_or(|(_, at)| now.ms_since(*at) >= IN_FLIGHT_MS)
        };
        let drained: BTreeSet<String> = kept
            .into_iter()
            .chain(content.older().map(str::to_owned))
            .filter(|revision| *revision != content.revision && !pinned.contains(revision))
            .filter(|revision| is_settled(revision))
            .collect();
        if !drained.is_empty() {
            self.serve(Content::clone(&content).without(&drained));
        }
        for revision in &drained {
            self.store.forget_revision(revision).await?;
            tracing::info!(content.revision = %revision, "nobody runs on this revision any more");
        }
        let mut ledger = self.editions.ledger();
        ledger.replaced.retain(|(revision, _)| !drained.contains(revision));
        ledger.swept_at = Some(now);
        Ok(())
    }
}

impl Engine {
    /// Makes the first content durable, before any turn goes by it.
    pub(super) async fn keep_first(&self) -> Result<(), StoreError> {
        self.inner.metrics.content_revisions.set(1);
        let content = self.inner.editions.newest();
        self.inner.keep(&content).await
    }

    /// Lets turns go by this content from now on. Dialogues that run go on as they began.
    pub async fn adopt(
        &self,
        content: Content,
        warnings: Vec<Diagnostic>,
    ) -> Result<(), StoreError> {
        let inner = &self.inner;
        let _changing = inner.editions.changing.lock().await;
        inner.keep(&content).await?;
        let before = inner.editions.newest();
        let now = inner.clock.now();
        {
            let mut ledger = inner.editions.ledger();
            if before.revision != content.revision {
                ledger.replaced.push((before.revision.clone(), now));
                ledger.since = now;
            }
            ledger.warnings = warnings;
            ledger.refused = None;
        }
        inner.serve(content.after(&before));
        Ok(())
    }

    /// Notes that the newest edit cannot be served.
    pub(super) fn refuse_edit(&self, diagnostics: Vec<Diagnostic>) {
        let at = self.inner.clock.now();
        self.inner.editions.ledger().refused = Some(Refused { at, diagnostics });
    }

    /// Notes that the files are those of the content that serves.
    pub(super) fn confirm_edit(&self, warnings: Vec<Diagnostic>) {
        let mut ledger = self.inner.editions.ledger();
        ledger.warnings = warnings;
        ledger.refused = None;
    }

    /// How it stands with the content.
    #[must_use]
    pub fn content_status(&self) -> ContentStatus {
        let content = self.inner.editions.newest();
        let ledger = self.inner.editions.ledger();
        ContentStatus {
            revision: content.revision.clone(),
            since: ledger.since,
            intents: content.intents.len(),
            dialogues: content.dialogues.len(),
            older: content.older().map(str::to_owned).collect(),
            warnings: ledger.warnings.clone(),
            refused: ledger.refused.clone(),
        }
    }
}
