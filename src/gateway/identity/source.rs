//! Where the keys for customers' identity come from, and how they are kept fresh.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use axum::http::Uri;
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio::time::timeout;

use crate::config::identity::Identity;
use crate::config::identity::LEAST_SECRET;
use crate::gateway::identity::ask;
use crate::gateway::identity::keys::Keys;
use crate::ids::Timestamp;

/// The bank's server answers by then or is asked later.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// After a failure it is asked this often, until it answers.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// A key that is not known may have been added a moment ago: so often it is looked for.
const LOOK_AGAIN_MS: i64 = 10_000;

/// How long whoever brought it waits for that.
const LOOK_WITHIN: Duration = Duration::from_secs(3);

/// The keys and where they come from.
pub struct Source {
    secret_file: PathBuf,
    jwks_file: PathBuf,
    jwks_url: Option<Uri>,
    refresh: Duration,
    keys: ArcSwap<Keys>,
    /// One at a time asks the bank.
    asking: Mutex<()>,
    looked_at: AtomicI64,
}

impl Source {
    /// The keys at an address; none are there before the first [`Source::look_again`].
    #[must_use]
    pub fn at(url: Uri) -> Self {
        Self {
            secret_file: PathBuf::new(),
            jwks_file: PathBuf::new(),
            jwks_url: Some(url),
            refresh: ASK_AGAIN,
            keys: ArcSwap::default(),
            asking: Mutex::new(()),
            looked_at: AtomicI64::new(i64::MIN),
        }
    }

    /// Reads the keys for the first time.
    pub async fn open(settings: &Identity) -> anyhow::Result<Self> {
        let url = Some(&settings.jwks_url).filter(|url| !url.is_empty());
        let url = url.map(|url| url.parse()).transpose().context("`identity.jwks_url` is wrong")?;
        let source = Self {
            secret_file: settings.secret_file.clone(),
            jwks_file: settings.jwks_file.clone(),
            jwks_url: url,
            refresh: Duration::from_secs(60 * u64::from(settings.refresh_min)),
            keys: ArcSwap::default(),
            asking: Mutex::new(()),
            looked_at: AtomicI64::new(i64::MIN),
        };
        let files = source.read_files().await?;
        source.keys.store(Arc::new(files));
        if source.jwks_url.is_some() {
            // Whether it worked is in the log; the server starts without the bank's.
            source.refresh().await;
        }
        Ok(source)
    }

    /// The keys as they are now.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.load_full()
    }

    /// Reads the keys anew; those that are there stay when that fails. Answers whether it worked.
    pub async fn refresh(&self) -> bool {
        let _asking = self.asking.lock().await;
        match self.read().await {
            Ok(keys) => {
                self.keys.store(Arc::new(keys));
                true
            }
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "keys for signed tokens cannot be read"
                );
                false
            }
        }
    }

    /// Looks for a key that is not known, unless that was done a moment ago: a stranger's tokens
    /// must not make this server ask without end.
    pub async fn look_again(&self, now: Timestamp) {
        let since = self.looked_at.load(Ordering::Relaxed);
        let may = now.0.saturating_sub(since) >= LOOK_AGAIN_MS
            && self
                .looked_at
                .compare_exchange(since, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if may {
            // Whether it worked shows in the keys.
            let _ = timeout(LOOK_WITHIN, self.refresh()).await;
        }
    }

    /// Keeps the keys fresh for as long as the server runs.
    pub async fn keep_fresh(self: Arc<Self>) {
        if self.jwks_url.is_none() && is_none(&self.jwks_file) && is_none(&self.secret_file) {
            return;
        }
        let mut rounds = interval(ASK_AGAIN.min(self.refresh));
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut age, step) = (Duration::ZERO, rounds.period());
        let mut worked = !self.keys().is_empty();
        rounds.tick().await;
        loop {
            rounds.tick().await;
            age += step;
            if !worked || age >= self.refresh {
                worked = self.refresh().await;
                age = Duration::ZERO;
            }
        }
    }

    async fn read(&self) -> anyhow::Result<Keys> {
        let files = self.read_files().await?;
        let Some(url) = &self.jwks_url else { return Ok(files) };
        let set = timeout(ANSWER_WITHIN, ask::read(url)).await.context("no answer in time")??;
        let set = Keys::of_set(&set).map_err(anyhow::Error::msg).context("of the address")?;
        Ok(files.and(set))
    }

    async fn read_files(&self) -> anyhow::Result<Keys> {
        let mut keys = Keys::default();
        if !is_none(&self.secret_file) {
            let secret = text(&self.secret_file).await?;
            let secret = secret.trim_end_matches(['\n', '\r']);
            let file = self.secret_file.display();
            anyhow::ensure!(
                secret.len() >= LEAST_SECRET,
                "the secret in {file} is too short: it must have at least {LEAST_SECRET} bytes"
            );
            keys = keys.and(Keys::secret(secret.as_bytes()));
        }
        if !is_none(&self.jwks_file) {
            let set = Keys::of_set(&text(&self.jwks_file).await?).map_err(anyhow::Error::msg);
            let file = self.jwks_file.display();
            keys = keys.and(set.with_context(|| format!("{file} cannot be used"))?);
        }
        Ok(keys)
    }
}

fn is_none(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

async fn text(path: &Path) -> anyhow::Result<String> {
    let text = tokio::fs::read_to_string(path).await;
    text.with_context(|| format!("{} cannot be read", path.display()))
}
