//! `skicka bench`: visitors by the hundred who talk to a server, and what became of every message.
//!
//! Every ack and event is checked while it is counted: a run that lost, doubled or reordered
//! anything fails, however fast it was. With a rate, a turn is timed from the moment it should
//! have begun, so a server that stalls cannot hide the turns that waited meanwhile (coordinated
//! omission).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cli::Failed;
use crate::cli::bench::people::Plan;
use crate::cli::bench::tally::Report;
use crate::cli::bench::tally::Tally;
use crate::cli::bench::target::Target;
use crate::cli::bench::visitor::Script;
use crate::cli::bench::visitor::Talker;
use crate::cli::block_on;
use crate::config::load::Flags;
use crate::config::load::load;

mod board;
pub(super) mod echo;
mod fill;
pub(super) mod floor;
mod helper;
mod people;
mod tally;
mod target;
mod visitor;
mod waiter;
mod wire;

/// So many visitors connect at a time: more would only measure the queue of the kernel.
const CONNECTING: usize = 64;
/// After a restart everybody comes back at once.
const STORMING: usize = 1_000;

/// Measure a server with many visitors at once.
#[derive(Debug, clap::Args)]
pub(super) struct BenchArgs {
    /// The server to measure, such as `ws://127.0.0.1:8080`; without it one is started on a free
    /// port, with a database of its own that is thrown away.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// How many visitors talk.
    #[arg(long, value_name = "N", default_value_t = 200)]
    visitors: usize,
    /// Turns a second, of all visitors together; without it, as many as can be done.
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// For how long they talk; 0 = they only connect, to measure what an idle one costs.
    #[arg(long, value_name = "S", default_value_t = 10)]
    seconds: u64,
    /// For how long everybody stays silent before memory is measured, heartbeats answered.
    #[arg(long, value_name = "S", default_value_t = 0)]
    idle: u64,
    /// Kill the server after the talk, start it again on the same data, and let everybody come
    /// back at once.
    #[arg(long, conflicts_with = "server")]
    restart: bool,
    /// Conversations that the database of the server that is started holds already.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "server")]
    stored: usize,
    /// Measure handovers: every visitor wants a person, and so many agents take one after another.
    #[arg(long, value_name = "M", default_value_t = 0)]
    agents: usize,
    /// How long an agent spends on each.
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    handling: f64,
    /// The agents' accounts at a server that runs already: an e-mail address and a password a line.
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// A file whose `visitor:` lines are said over and over; without it, a problem of the bank's.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// The folder with the content of the server that is started.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// A folder on the disk to measure; the data folder of the settings if not given.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Measure in the same run what this machine can do at all: a bare socket and a bare durable
    /// log, in a process of its own; and say the ratio.
    #[arg(long)]
    floor: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What a run found.
#[derive(Debug, Serialize)]
struct Found {
    server: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<Report>,
    /// Turns a second as a share of the floor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
}

/// Runs the load.
pub(super) fn run(args: &BenchArgs) -> Result<(), Failed> {
    if args.visitors == 0 {
        return Err(Failed::Use("there must be at least one visitor".to_owned()));
    }
    if args.rate == Some(0) {
        return Err(Failed::Use("a rate of 0 turns measures nothing; leave --rate out".to_owned()));
    }
    if !(0.0..=3_600.0).contains(&args.handling) {
        return Err(Failed::Use("an agent's --handling takes 0 to 3600 seconds".to_owned()));
    }
    let found = block_on(measure(args))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        print_found(&found);
    }
    let sound = found.server.is_sound() && found.floor.as_ref().is_none_or(Report::is_sound);
    if sound { Ok(()) } else { Err(Failed::Told) }
}

async fn measure(args: &BenchArgs) -> Result<Found, Failed> {
    let script = Arc::new(match &args.script {
        Some(path) => Script::read(path)?,
        None => Script::default(),
    });
    let data = match &args.data {
        Some(folder) => folder.clone(),
        None => {
            load(&Flags::default(), std::env::vars())
                .map_err(|error| Failed::Use(error.to_string()))?
                .data
        }
    };
    let floor = if args.floor {
        let target = Target::floor(&data).await?;
        Some(talk_to(args, target, &script).await?)
    } else {
        None
    };
    let target = match &args.server {
        Some(url) => Target::running(url),
        None => Target::product(&data, args.content.as_deref(), args.stored).await?,
    };
    let server = if args.agents > 0 {
        hand_over_at(args, target).await?
    } else {
        talk_to(args, target, &script).await?
    };
    let ratio = floor
        .as_ref()
        .filter(|floor| floor.turns_per_s > 0.0)
        .map(|floor| server.turns_per_s / floor.turns_per_s);
    Ok(Found { server, floor, ratio })
}

/// Lets all visitors talk to one server, and ends it if it was started for them.
async fn talk_to(
    args: &BenchArgs,
    mut target: Target,
    script: &Arc<Script>,
) -> Result<Report, Failed> {
    let tally = Arc::new(Tally::default());
    let before = target.settled_bytes().await;
    let mut talkers = connect(args.visitors, &target, script, &tally).await?;
    if args.idle > 0 {
        talkers = stay_idle(talkers, Duration::from_secs(args.idle)).await;
    }
    let after = target.resident_bytes().await;
    let progress = progress(&tally, &target);
    let began = Instant::now();
    let end = began + Duration::from_secs(args.seconds);
    let pace = args.rate.map(|rate| {
        let visitors = u32::try_from(args.visitors).unwrap_or(u32::MAX);
        Duration::from_secs_f64(f64::from(visitors) / f64::from(rate))
    });
    let mut talking = JoinSet::new();
    for (number, talker) in (0_u32..).zip(talkers) {
        // The visitors' moments are spread over the interval, so that the load is even.
        let first = pace.map_or(began, |pace| {
            began + pace * number / u32::try_from(args.visitors).unwrap_or(u32::MAX)
        });
        talking.spawn(talker.talk(first, pace, end));
    }
    let talkers: Vec<Talker> = talking.join_all().await.into_iter().flatten().collect();
    let took = began.elapsed();
    progress.abort();
    let memory = before.zip(after);
    let mut report = tally.report(args.visitors, took, memory);
    report.ready_ms = target.ready_ms();
    if args.restart && target.is_product() {
        report.back_after_s = Some(come_back(talkers, &mut target, &tally).await?);
        tally.recount(&mut report);
        report.ready_ms = target.ready_ms();
    }
    if let Some(bytes) = target.end().await?.filter(|_| args.stored == 0) {
        report.weigh(bytes);
    }
    Ok(report)
}

/// Lets everybody be silent for a while.
async fn stay_idle(talkers: Vec<Talker>, silence: Duration) -> Vec<Talker> {
    let until = Instant::now() + silence;
    let mut idle = JoinSet::new();
    for talker in talkers {
        idle.spawn(talker.idle(until));
    }
    idle.join_all().await.into_iter().flatten().collect()
}

/// Kills the server, starts it again, and lets everybody resume; how long that took from the
/// moment at which the server was ready, in seconds.
async fn come_back(
    talkers: Vec<Talker>,
    target: &mut Target,
    tally: &Arc<Tally>,
) -> Result<f64, Failed> {
    target.restart().await?;
    let began = Instant::now();
    let mut coming = JoinSet::new();
    let at_once = Arc::new(Semaphore::new(STORMING));
    for talker in talkers {
        let (url, at_once) = (target.url().to_owned(), Arc::clone(&at_once));
        coming.spawn(async move {
            let _turn = at_once.acquire_owned().await;
            talker.resume(url).await
        });
    }
    for back in coming.join_all().await {
        if back.is_err() {
            tally.lost_socket();
        }
    }
    Ok(began.elapsed().as_secs_f64())
}

/// Lets visitors wait for people and agents take them.
async fn hand_over_at(args: &BenchArgs, target: Target) -> Result<Report, Failed> {
    let tally = Arc::new(Tally::default());
    let progress = progress(&tally, &target);
    let plan = Plan {
        visitors: args.visitors,
        agents: args.agents,
        handling: Duration::from_secs_f64(args.handling),
        lasts: Duration::from_secs(args.seconds),
        accounts: args.accounts.as_deref(),
    };
    let took = people::load(&plan, &target, &tally).await?;
    progress.abort();
    let report = tally.report(args.visitors, took, None);
    target.end().await?;
    Ok(report)
}

/// Connects everybody, a few at a time.
async fn connect(
    visitors: usize,
    target: &Target,
    script: &Arc<Script>,
    tally: &Arc<Tally>,
) -> Result<Vec<Talker>, Failed> {
    let mut talkers = Vec::with_capacity(visitors);
    let mut connecting: JoinSet<anyhow::Result<Talker>> = JoinSet::new();
    for number in 0..visitors {
        if connecting.len() >= CONNECTING
            && let Some(talker) = connecting.join_next().await
        {
            talkers.push(talker??);
        }
        let (url, script, tally) = (target.url().to_owned(), Arc::clone(script), Arc::clone(tally));
        connecting.spawn(Talker::connect(number, url, script, tally));
    }
    while let Some(talker) = connecting.join_next().await {
        talkers.push(talker??);
    }
    Ok(talkers)
}

/// A line on the terminal that says how far the run is; none where nobody looks.
fn progress(tally: &Arc<Tally>, target: &Target) -> AbortHandle {
    let bar = ProgressBar::new_spinner().with_prefix(target.name());
    let tally = Arc::clone(tally);
    let line = async move {
        let mut last = 0;
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let turns = tally.turns();
            bar.set_message(format!("{}: {} turns/s, {turns} turns", bar.prefix(), turns - last));
            bar.tick();
            last = turns;
        }
    };
    tokio::spawn(line).abort_handle()
}

fn print_found(found: &Found) {
    println!("{}", found.server);
    if let Some(floor) = &found.floor {
        println!("\nThe floor: a bare socket and a bare durable log\n{floor}");
    }
    if let Some(ratio) = found.ratio {
        println!("\n{ratio:.2} x the floor's turns a second");
    }
}
