//! The server that is measured: one that runs already, or one that is started for the run.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::BufReader;
use tokio::process::Child;
use tokio::process::Command;
use tokio::time::Instant;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::cli::Failed;
use crate::cli::bench::fill::fill;
use crate::cli::bench::wire::call;
use crate::cli::content;
use crate::cli::serve::DATABASE;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::engine::models::ModelFolder;
use crate::store::EventStore as _;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// Training a very large content takes seconds.
const START: Duration = Duration::from_mins(2);

/// Free memory is given back step by step: while more than this goes in a step, it still falls.
const SETTLING_BYTES: u64 = 512 * 1_024;
const SETTLING: Duration = Duration::from_millis(1_500);
const SETTLED_WITHIN: Duration = Duration::from_secs(12);

/// The server that is measured.
pub(super) struct Target {
    name: &'static str,
    url: String,
    started: Option<Started>,
}

/// A server of the run's own; killed when the run is over, however it ends.
struct Started {
    child: Child,
    folder: TempDir,
    /// How it was started, for another time.
    arguments: Vec<String>,
    announces: &'static str,
    ready: Duration,
}

impl Target {
    /// A server that runs already.
    pub(super) fn running(url: &str) -> Self {
        Self { name: "server", url: url.trim_end_matches('/').to_owned(), started: None }
    }

    /// The product, with no limit on what one address may do.
    pub(super) async fn product(
        data: &Path,
        content: Option<&Path>,
        stored: usize,
    ) -> Result<Self, Failed> {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        let content = content.map(|folder| folder.to_string_lossy().into_owned());
        if let Some(folder) = &content {
            arguments.extend(["--content", folder]);
        }
        let folder = folder_in(data)?;
        if stored > 0 {
            fill(&folder.path().join(DATABASE), stored).await?;
        }
        keep_models(folder.path(), content.as_deref().map(Path::new))?;
        Self::start("server", folder, &arguments, "Chat:").await
    }

    /// The bare durable echo.
    pub(super) async fn floor(data: &Path) -> Result<Self, Failed> {
        Self::start("floor", folder_in(data)?, &["bench-floor"], "Floor:").await
    }

    async fn start(
        name: &'static str,
        folder: TempDir,
        arguments: &[&str],
        announces: &'static str,
    ) -> Result<Self, Failed> {
        let arguments: Vec<String> = arguments.iter().map(|&it| it.to_owned()).collect();
        let (child, url, ready) = launch(&arguments, folder.path(), announces).await?;
        let started = Started { child, folder, arguments, announces, ready };
        Ok(Self { name, url, started: Some(started) })
    }

    /// Ends a server of the run's own as a power cut would, and starts it again on its data.
    pub(super) async fn restart(&mut self) -> Result<(), Failed> {
        let Some(started) = &mut self.started else { return Ok(()) };
        started.child.kill().await?;
        let launched = launch(&started.arguments, started.folder.path(), started.announces).await?;
        (started.child, self.url, started.ready) = launched;
        Ok(())
    }

    /// Whether it keeps what the product keeps.
    pub(super) fn is_product(&self) -> bool {
        self.name != "floor"
    }

    /// Of a server of the run's own: from exec to the line that it is ready.
    pub(super) fn ready_ms(&self) -> Option<f64> {
        self.started.as_ref().map(|started| started.ready.as_secs_f64() * 1_000.0)
    }

    /// The database of a server of the run's own.
    pub(super) fn database(&self) -> Option<PathBuf> {
        self.started.as_ref().map(|started| started.folder.path().join(DATABASE))
    }

    /// For people.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What the server holds once it has given back what only its start needed.
    pub(super) async fn settled_bytes(&self) -> Option<u64> {
        let until = Instant::now() + SETTLED_WITHIN;
        let mut least = self.resident_bytes().await?;
        while Instant::now() < until {
            sleep(SETTLING).await;
            let now = self.resident_bytes().await?;
            if now + SETTLING_BYTES > least {
                return Some(now.min(least));
            }
            least = now;
        }
        Some(least)
    }

    /// Memory that the server holds: as the system says, or else the server itself.
    pub(super) async fn resident_bytes(&self) -> Option<u64> {
        let Some(started) = &self.started else {
            let metrics = call(&self.url, "GET", "/metrics", "").await.ok()?;
            let line = metrics.lines().find_map(|it| it.strip_prefix("skicka_resident_bytes "))?;
            return line.trim().parse().ok();
        };
        let id = started.child.id()?;
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes * 1_024)
    }

    /// Ends a server that was started for the run and throws its folder away. The product's leaves
    /// what lay there: the database with its write-ahead log worked in, since that has one size
    /// however much is stored.
    pub(super) async fn end(self) -> Result<Option<u64>, Failed> {
        let is_product = self.is_product();
        let Some(mut started) = self.started else { return Ok(None) };
        started.child.kill().await?;
        let database = started.folder.path().join(DATABASE);
        let stored = if is_product {
            Sqlite::open(&database, Durability::Normal).await?.close().await;
            Some(fs::metadata(&database)?.len())
        } else {
            None
        };
        started.folder.close()?;
        Ok(stored)
    }
}

/// It is measured as it runs day by day: with models that an earlier start has trained.
fn keep_models(data: &Path, folder: Option<&Path>) -> Result<(), Failed> {
    let flags = Flags {
        data: Some(data.to_owned()),
        content: folder.map(Path::to_owned),
        ..Flags::default()
    };
    let settings =
        load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))?;
    let models = ModelFolder::at(settings.models());
    let (trained, unkept) =
        content::read(&settings.content).train_in(&settings.content, &models)?;
    models.keep(&trained, unkept);
    Ok(())
}

fn folder_in(data: &Path) -> Result<TempDir, Failed> {
    fs::create_dir_all(data).map_err(|error| {
        Failed::Use(format!("{} cannot be written to: {error}", data.display()))
    })?;
    Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(data)?)
}

/// Starts a server in a folder and waits until it says where it listens: its process, its address,
/// and how long that took.
async fn launch(
    arguments: &[String],
    folder: &Path,
    announces: &str,
) -> Result<(Child, String, Duration), Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(arguments)
        .arg("--data")
        .arg(folder)
        .env("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")
        .env("SKICKA_LIMITS__FRAMES_PER_MINUTE", "0")
        .env("SKICKA_LIMITS__BYTES_PER_MINUTE", "0")
        .env("SKICKA_LIMITS__CONVERSATIONS_PER_MINUTE", "0")
        .env("SKICKA_LIMITS__CONVERSATIONS_IN_ALL", "0")
        .env("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0")
        .env("SKICKA_LIMITS__LOGINS_PER_MINUTE", "100000")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let began = Instant::now();
    let mut child = command.spawn().context("the server to be measured does not start")?;
    let out = child.stdout.take().context("the server to be measured says nothing")?;
    let mut lines = BufReader::new(out).lines();
    let address = async {
        while let Some(line) = lines.next_line().await? {
            if let Some(address) = line.strip_prefix(announces) {
                return anyhow::Ok(address.trim().to_owned());
            }
        }
        anyhow::bail!("the server to be measured ended at once; see what it says above")
    };
    let address = timeout(START, address).await.context("the server is not ready in time")??;
    let ready = began.elapsed();
    // The pipe stays open: a server that prints more must not end by it.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let address = address.trim_start_matches("http://").trim_end_matches('/');
    Ok((child, format!("ws://{address}"), ready))
}
