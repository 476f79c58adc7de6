//! `skicka serve`: puts the parts together and runs them until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::content;
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::Synchronous;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::content::Content;
use crate::conversation::policy::Policy;
use crate::engine::Engine;
use crate::engine::Parts;
use crate::engine::actions;
use crate::engine::actions::Systems;
use crate::engine::reload;
use crate::gateway::accept;
use crate::gateway::app::App;
use crate::gateway::shutdown;
use crate::store::Directory;
use crate::store::EventStore;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;
use crate::telemetry;
use crate::telemetry::metrics::Metrics;

/// The file of the database in the data folder.
pub(super) const DATABASE: &str = "skicka.db";

/// Serve the chat, the console and the sockets.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The folder for the database; it is made when it is not there.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The folder with intents/ and dialogues/.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// The settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Serves until told to stop.
pub(super) fn run(args: &ServeArgs) -> Result<(), Failed> {
    let flags = Flags {
        config: args.config.clone(),
        listen: args.listen,
        data: args.data.clone(),
        content: args.content.clone(),
    };
    let settings =
        load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))?;
    let filter = std::env::var(telemetry::LOG_VARIABLE).ok();
    telemetry::start_logging(filter.as_deref()).map_err(|error| Failed::Use(error.to_string()))?;
    block_on(serve(settings))
}

/// Puts the parts of a server together.
pub(super) async fn build(settings: Settings, content: Content) -> Result<Arc<App>, Failed> {
    let metrics = Arc::new(Metrics::new());
    let clock = Clock::system();
    let sqlite = Arc::new(
        Sqlite::counted(&settings.data.join(DATABASE), durability(&settings), Arc::clone(&metrics))
            .await?,
    );
    let store: Arc<dyn EventStore> = Arc::clone(&sqlite) as Arc<dyn EventStore>;
    let directory: Arc<dyn Directory> = sqlite;
    let engine = Engine::start(Parts {
        store,
        content: Arc::new(content),
        policy: policy(&settings),
        clock: clock.clone(),
        metrics: Arc::clone(&metrics),
    })
    .await?;
    Ok(App::new(settings, metrics, engine, directory, clock).await?)
}

async fn serve(settings: Settings) -> Result<(), Failed> {
    let content = content::read(&settings.content).train(&settings.content)?;
    let secret = |name: &str| std::env::var(name).ok();
    let systems = Systems::new(&settings.actions, secret)
        .and_then(|systems| systems.with_push(&settings.push))
        .map_err(|error| Failed::Use(error.to_string()))?;
    let listener = accept::listen(settings.listen)?;
    let address = listener.local_addr()?;
    let app = build(settings, content).await?;
    let first = app.accounts.first_administrator(&app.settings.server.admin_email).await?;
    // From the first printed line on, being told to stop means an orderly end.
    let stop = shutdown::on_signal()?;
    let asked = shutdown::on_hangup()?;
    println!("Chat:    http://{address}/");
    println!("Console: http://{address}/console");
    if let Some(first) = first {
        println!("Administrator: {}, one-time password: {}", first.email, first.password);
    }
    let keys = tokio::spawn(Arc::clone(app.identities.source()).keep_fresh());
    let ticking = tokio::spawn(tick(Arc::clone(&app)));
    let reloading =
        tokio::spawn(reload::keep_current(app.engine.clone(), app.settings.content.clone(), asked));
    let calling = tokio::spawn(actions::run(app.engine.clone(), systems));
    accept::serve(listener, Arc::clone(&app), stop).await;
    calling.abort();
    keys.abort();
    ticking.abort();
    reloading.abort();
    app.store.close().await;
    Ok(())
}

pub(super) fn policy(settings: &Settings) -> Policy {
    let conversation = &settings.conversation;
    Policy {
        idle_close_ms: i64::from(conversation.idle_close_min) * 60_000,
        burst_ms: i64::from(conversation.burst_ms),
        misses_before_person: conversation.misses_before_person,
        misses_per_question: conversation.misses_per_question,
        misses_in_all: conversation.misses_in_all,
        holds_per_question: conversation.holds_per_question,
        unread_after_ms: settings.push.after_ms(),
        ..Policy::default()
    }
}

fn durability(settings: &Settings) -> Durability {
    match settings.store.synchronous {
        Synchronous::Full => Durability::Full,
        Synchronous::Normal => Durability::Normal,
    }
}

/// Lets the engine look once a second at what is due.
async fn tick(app: Arc<App>) {
    let grace_ms = i64::from(app.settings.limits.agent_grace_s) * 1_000;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        seconds.tick().await;
        app.engine.tick(grace_ms).await;
        if let Err(error) = app.engine.tidy(&app.settings.retention, &app.files).await {
            tracing::warn!(%error, "what was kept long enough cannot be erased");
        }
    }
}
