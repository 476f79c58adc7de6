//! Handovers as a load: visitors who all want a person, and agents who take one after another.
//!
//! What the server told is held against each other: a conversation never has two owners, a place
//! in the queue never rises while its visitor waits, and whenever the queue rests, before the
//! agents begin and after they stop, every visitor waits, and they stand at 1, 2, 3 and so on. Who
//! does not wait then belongs to nobody: the agents let go of everyone before they leave.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;

use crate::cli::Failed;
use crate::cli::bench::CONNECTING;
use crate::cli::bench::board::Board;
use crate::cli::bench::helper::Helper;
use crate::cli::bench::tally::Tally;
use crate::cli::bench::target::Target;
use crate::cli::bench::waiter::Waiter;
use crate::cli::bench::wire::sign_in;
use crate::clock::new_id;
use crate::gateway::password;
use crate::ids::AgentId;
use crate::store::AgentRow;
use crate::store::Directory as _;
use crate::store::EventStore as _;
use crate::store::Role;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// Of the accounts that are made for a run; their database is thrown away.
const PASSWORD: &str = "agents of a load take turns";

/// How long a queue at rest may take until everybody has been told their place.
const REST: Duration = Duration::from_secs(30);

/// How the people of a run work.
pub(super) struct Plan<'a> {
    pub(super) visitors: usize,
    pub(super) agents: usize,
    pub(super) handling: Duration,
    pub(super) lasts: Duration,
    /// A file with an e-mail address and a password a line, for a server that runs already.
    pub(super) accounts: Option<&'a Path>,
}

/// Runs the load; answers how long the agents worked.
pub(super) async fn load(
    plan: &Plan<'_>,
    target: &Target,
    tally: &Arc<Tally>,
) -> Result<Duration, Failed> {
    let board = Arc::new(Board::default());
    let (start, started) = watch::channel(false);
    let (stop, stopped) = watch::channel(false);
    let (end, ended) = watch::channel(false);
    let run = new_id();
    let mut agents = JoinSet::new();
    for (number, (email, password)) in accounts(plan, target).await?.into_iter().enumerate() {
        let token = sign_in(target.url(), &email, &password).await?;
        let (tally, board) = (Arc::clone(tally), Arc::clone(&board));
        let helper =
            Helper::connect(number, target.url(), &token, run.clone(), tally, board).await?;
        agents.spawn(helper.work(started.clone(), stopped.clone(), plan.handling));
    }
    let mut visitors = JoinSet::new();
    for waiter in connect(plan.visitors, target, tally, &board).await? {
        visitors.spawn(waiter.stay(ended.clone()));
    }
    rests(&board, plan.visitors, tally).await;
    let began = Instant::now();
    start.send_replace(true);
    sleep(plan.lasts).await;
    stop.send_replace(true);
    agents.join_all().await;
    let took = began.elapsed();
    rests(&board, plan.visitors, tally).await;
    tally.left_waiting(board.waiting());
    end.send_replace(true);
    visitors.join_all().await;
    Ok(took)
}

/// Waits until everybody stands in the queue at a place of their own, and notes who does not.
async fn rests(board: &Board, visitors: usize, tally: &Tally) {
    if board.comes_to_rest(visitors, REST).await {
        return;
    }
    match visitors.saturating_sub(board.waiting()) {
        0 => tally.wrong_place(),
        missing => tally.without_owner(missing),
    }
}

async fn connect(
    visitors: usize,
    target: &Target,
    tally: &Arc<Tally>,
    board: &Arc<Board>,
) -> Result<Vec<Waiter>, Failed> {
    let mut waiters = Vec::with_capacity(visitors);
    let mut connecting: JoinSet<anyhow::Result<Waiter>> = JoinSet::new();
    for number in 0..visitors {
        if connecting.len() >= CONNECTING
            && let Some(waiter) = connecting.join_next().await
        {
            waiters.push(waiter??);
        }
        let url = target.url().to_owned();
        connecting.spawn(Waiter::connect(number, url, Arc::clone(tally), Arc::clone(board)));
    }
    while let Some(waiter) = connecting.join_next().await {
        waiters.push(waiter??);
    }
    Ok(waiters)
}

/// The agents' accounts: made for the run, or those of the file.
async fn accounts(plan: &Plan<'_>, target: &Target) -> Result<Vec<(String, String)>, Failed> {
    let Some(path) = plan.accounts else { return make_accounts(plan.agents, target).await };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failed::Use(format!("{} cannot be read: {error}", path.display())))?;
    let lines = text.lines().filter_map(|line| line.split_once(char::is_whitespace));
    let accounts: Vec<(String, String)> = lines
        .take(plan.agents)
        .map(|(email, password)| (email.to_owned(), password.trim().to_owned()))
        .collect();
    if accounts.len() < plan.agents {
        return Err(Failed::Use(format!(
            "{} must have a line for each of {} agents: an e-mail address and a password",
            path.display(),
            plan.agents
        )));
    }
    Ok(accounts)
}

async fn make_accounts(agents: usize, target: &Target) -> Result<Vec<(String, String)>, Failed> {
    let database = target.database().ok_or_else(|| {
        Failed::Use("agents need accounts: name a file with --accounts beside --server".to_owned())
    })?;
    let store = Sqlite::open(&database, Durability::Normal).await?;
    let hash = password::hash(PASSWORD);
    let mut made = Vec::with_capacity(agents);
    for number in 0..agents {
        let email = format!("agent{number}@load.example");
        let (id, name) = (AgentId::new(&format!("load-{number}")), format!("Agent {number}"));
        let agent = AgentRow::new(id, email.clone(), name, Role::Agent, hash.clone());
        let added = store.add_agent(AgentRow { must_change_password: false, ..agent }).await?;
        added.then_some(()).context("the accounts of the load are there already")?;
        made.push((email, PASSWORD.to_owned()));
    }
    store.close().await;
    Ok(made)
}
