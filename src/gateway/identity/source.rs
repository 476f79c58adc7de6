//! Where the keys for customers' identity come from, and how they are kept fresh.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use axum::body::Bytes;
use axum::http::Uri;
use http_body_util::BodyExt as _;
use http_body_util::Empty;
use http_body_util::Limited;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio::time::timeout;

use crate::config::identity::Identity;
use crate::config::identity::LEAST_SECRET;
use crate::gateway::identity::keys::Keys;

/// A set of keys is a few kilobytes.
const LARGEST_SET: usize = 256 * 1_024;

/// The bank's server answers by then or is asked later.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// After a failure it is asked this often, until it answers.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// The keys and where they come from.
pub struct Source {
    secret_file: PathBuf,
    jwks_file: PathBuf,
    jwks_url: Option<Uri>,
    refresh: Duration,
    keys: ArcSwap<Keys>,
    /// One at a time asks the bank.
    asking: Mutex<()>,
}

impl Source {
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
                tracing::warn!(error = format!("{error:#}"), "customers' keys cannot be read");
                false
            }
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
        let set = timeout(ANSWER_WITHIN, fetch(url)).await.context("no answer in time")??;
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

async fn fetch(url: &Uri) -> anyhow::Result<String> {
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .context("this machine has no list of certificate authorities")?
        .https_or_http()
        .enable_http1()
        .build();
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    // A redirection is not followed: keys come from where the settings say or not at all.
    let answer = client.get(url.clone()).await.context("the address does not answer")?;
    anyhow::ensure!(answer.status().is_success(), "the address answers {}", answer.status());
    let body = Limited::new(answer.into_body(), LARGEST_SET).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("the answer is cut short: {error}"))?;
    String::from_utf8(body.to_bytes().to_vec()).context("the answer is not text")
}
