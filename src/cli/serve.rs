//! `skicka serve`: puts the parts together and runs them until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::content;
use crate::clock::Clock;
use crate::config;
use crate::config::Settings;
use crate::config::Synchronous;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::config::seconds;
use crate::content::Content;
use crate::conversation::policy;
use crate::conversation::policy::Policy;
use crate::engine::Engine;
use crate::engine::Parts;
use crate::engine::actions;
use crate::engine::actions::Systems;
use crate::engine::mail;
use crate::engine::mail::Mailer;
use crate::engine::models::ModelFolder;
use crate::engine::reload;
use crate::gateway::accept;
use crate::gateway::accept::Entrance;
use crate::gateway::app::App;
use crate::gateway::http;
use crate::gateway::shutdown;
use crate::gateway::tls::Certificates;
use crate::store::Directory;
use crate::store::EventStore;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::wal;
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
    let database = settings.data.join(DATABASE);
    // Nothing of it was acknowledged: that came after the whole.
    if let Ok(Some(bytes)) = wal::unfinished(&database) {
        tracing::warn!(bytes, "the end of the database's log was not written whole: left out");
    }
    let sqlite =
        Arc::new(Sqlite::counted(&database, durability(&settings), Arc::clone(&metrics)).await?);
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
    let certificates =
        Certificates::open(&settings.tls).map_err(|error| Failed::Use(error.to_string()))?;
    let models = ModelFolder::at(settings.models());
    let (content, unkept) =
        content::read(&settings.content).train_in(&settings.content, &models)?;
    let secret = |name: &str| std::env::var(name).ok();
    let systems = Systems::new(&settings.actions, secret)
        .and_then(|systems| systems.with_push(&settings.push))
        .map_err(|error| Failed::Use(error.to_string()))?;
    let mailer = Mailer::new(&settings, secret).map_err(|error| Failed::Use(error.to_string()))?;
    let listener = accept::listen(settings.listen)?;
    let inside = settings.admin_listen.0.map(accept::listen).transpose()?;
    let address = listener.local_addr()?;
    let desk = inside.as_ref().map_or(Ok(address), TcpListener::local_addr)?;
    let app = build(settings, content).await?;
    let first = app.accounts.first_administrator(&app.settings.server.admin_email).await?;
    // From the first printed line on, being told to stop means an orderly end.
    let stop = shutdown::on_signal()?;
    let asked = shutdown::on_hangup()?;
    let scheme = if certificates.is_some() { "https" } else { "http" };
    println!("Chat:    {scheme}://{address}/");
    println!("Console: {scheme}://{desk}/console");
    if let Some(first) = first {
        println!("Administrator: {}, one-time password: {}", first.email, first.password);
    }
    let (keeper, serving) = (models.clone(), app.engine.content());
    let keeping = tokio::task::spawn_blocking(move || keeper.keep(&serving, unkept));
    let keys = tokio::spawn(Arc::clone(app.identities.source()).keep_fresh());
    let ticking = tokio::spawn(tick(Arc::clone(&app)));
    let reloading = tokio::spawn(reload::keep_current(
        app.engine.clone(),
        app.settings.content.clone(),
        models,
        asked,
    ));
    let calling = tokio::spawn(actions::run(app.engine.clone(), systems));
    let (no_more_mail, quit) = oneshot::channel();
    let mut mailing = tokio::spawn(mail::run(app.engine.clone(), mailer, quit));
    let renewing = match &certificates {
        Some(certificates) => {
            let asked = shutdown::on_hangup()?;
            Some(tokio::spawn(Arc::clone(certificates).keep_current(asked)))
        }
        None => None,
    };
    accept::serve(entrances(&app, listener, inside, certificates), Arc::clone(&app), stop).await;
    if let Some(renewing) = renewing {
        renewing.abort();
    }
    drop(no_more_mail);
    // What the mail server is just being told must not be told again after the next start.
    let drain = seconds(app.settings.limits.drain_s);
    if timeout(drain, &mut mailing).await.is_err() {
        mailing.abort();
    }
    // A half-written file is none, and would be left behind.
    let _kept = keeping.await;
    calling.abort();
    keys.abort();
    ticking.abort();
    reloading.abort();
    app.store.close().await;
    Ok(())
}

/// The ports: one for all, or one for customers and one for those who answer.
fn entrances(
    app: &Arc<App>,
    listener: TcpListener,
    inside: Option<TcpListener>,
    certificates: Option<Arc<Certificates>>,
) -> Vec<Entrance> {
    let Some(inside) = inside else {
        let router = http::router(Arc::clone(app));
        return vec![Entrance { listener, router, certificates }];
    };
    let for_agents = certificates.clone();
    let (outer, inner) =
        (http::public_router(Arc::clone(app)), http::admin_router(Arc::clone(app)));
    vec![
        Entrance { listener, router: outer, certificates },
        Entrance { listener: inside, router: inner, certificates: for_agents },
    ]
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
        mail: who_is_mailed(&settings.mail),
        ..Policy::default()
    }
}

fn who_is_mailed(settings: &config::mail::Mail) -> policy::Mail {
    if !settings.is_on() {
        return policy::Mail::default();
    }
    let customers = !settings.chat_url.is_empty();
    policy::Mail {
        of_left: true,
        of_queued_after_ms: i64::from(settings.waiting_s) * 1_000,
        of_answer_after_ms: if customers { i64::from(settings.answer_after_s) * 1_000 } else { 0 },
    }
}

fn durability(settings: &Settings) -> Durability {
    match settings.store.synchronous {
        Synchronous::Full => Durability::Full,
        Synchronous::Normal => Durability::Normal,
    }
}

/// Lets the engine look at what is due: once a second, and when it knows of something.
async fn tick(app: Arc<App>) {
    let grace_ms = i64::from(app.settings.limits.agent_grace_s) * 1_000;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = seconds.tick() => {}
            () = app.engine.until_due() => {
                app.engine.work_off_deadlines().await;
                continue;
            }
        }
        app.engine.tick(grace_ms).await;
        if let Err(error) = app.engine.tidy(&app.settings.retention, &app.files).await {
            tracing::warn!(%error, "what was kept long enough cannot be erased");
        }
    }
}
