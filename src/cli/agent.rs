//! `skicka agent`: the accounts of those who answer, also while the server runs.
//!
//! A password is read from standard input, never from an argument, where every user of the
//! machine could see it. Without one, the account gets a password for one use.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Audit;
use crate::audit::Entry;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::serve::DATABASE;
use crate::clock;
use crate::clock::Clock;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::gateway::accounts::keeping::email;
use crate::gateway::accounts::keeping::name;
use crate::gateway::accounts::role_word;
use crate::gateway::lockout;
use crate::gateway::password;
use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::is_wire_id;
use crate::language::Language;
use crate::store::AgentRow;
use crate::store::Directory;
use crate::store::EventStore as _;
use crate::store::Role;
use crate::store::StoreError;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// Keep the accounts of those who answer.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = false)]
pub(super) struct AgentArgs {
    #[command(subcommand)]
    command: AgentCommand,
    /// The folder of the database.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum AgentCommand {
    /// Add an account.
    Add(AddArgs),
    /// List all accounts.
    List,
    /// Forbid an account to sign in, and end its sessions.
    Disable(WhoArgs),
    /// Let a disabled account sign in again.
    Enable(WhoArgs),
    /// Let an account sign in again that is locked after failed sign-ins.
    Unlock(WhoArgs),
    /// Take the second factor off an account whose owner has lost it, and end its sessions.
    ResetFactor(WhoArgs),
    /// Give an account another password, and end its sessions.
    Password(PasswordArgs),
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    #[command(flatten)]
    who: WhoArgs,
    /// The name that customers see.
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: String,
    /// A team whose queue they serve; may be repeated; none = all.
    #[arg(long = "team", value_name = "TEAM", value_parser = team)]
    teams: Vec<TeamId>,
    /// A language that they speak (sv, fi, en); may be repeated; none = all.
    #[arg(long = "language", value_name = "LANGUAGE", value_parser = language)]
    languages: Vec<Language>,
    /// A topic that they are best at, by the id of its intent; may be repeated.
    #[arg(long = "skill", value_name = "TOPIC", value_parser = topic)]
    skills: Vec<IntentId>,
    /// What they may do: agent, supervisor or admin.
    #[arg(long, value_name = "ROLE", default_value = "agent", value_parser = role)]
    role: Role,
    /// How many conversations they take at once; without it as many as their team's agents do.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100))]
    capacity: Option<u32>,
    #[command(flatten)]
    password: StdinArgs,
}

#[derive(Debug, clap::Args)]
struct WhoArgs {
    /// The e-mail address with which they sign in.
    #[arg(long, value_name = "EMAIL", value_parser = email)]
    email: String,
}

#[derive(Debug, clap::Args)]
struct PasswordArgs {
    #[command(flatten)]
    who: WhoArgs,
    #[command(flatten)]
    password: StdinArgs,
}

#[derive(Debug, clap::Args)]
struct StdinArgs {
    /// Read the password from standard input; without this, one for one use is made and shown.
    #[arg(long)]
    password_stdin: bool,
}

/// Runs one of the commands.
pub(super) fn run(args: &AgentArgs) -> Result<(), Failed> {
    let flags = Flags { data: args.data.clone(), ..Flags::default() };
    let settings =
        load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))?;
    let password = match &args.command {
        AgentCommand::Add(AddArgs { password, .. })
        | AgentCommand::Password(PasswordArgs { password, .. }) => {
            password.read(&mut io::stdin().lock())?
        }
        _ => None,
    };
    block_on(async {
        let store = Arc::new(open(&settings.data, &args.command).await?);
        let directory = Arc::clone(&store) as Arc<dyn Directory>;
        let office = Office::open(directory, Clock::system()).await?;
        let mut said = Vec::new();
        let done = perform(&args.command, password, &office, &mut said).await;
        store.close().await;
        io::stdout().write_all(&said)?;
        done
    })
}

impl StdinArgs {
    /// The first line, when a password is to be read.
    fn read(&self, stdin: &mut impl io::BufRead) -> Result<Option<String>, Failed> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        stdin.read_line(&mut line)?;
        let password = line.trim_end_matches(['\n', '\r']);
        password::check(password).map_err(|unfit| Failed::Use(unfit.to_string()))?;
        Ok(Some(password.to_owned()))
    }
}

/// The database; only `add` makes one where there is none.
async fn open(data: &Path, command: &AgentCommand) -> Result<Sqlite, Failed> {
    let path = data.join(DATABASE);
    if !matches!(command, AgentCommand::Add(_)) && !path.exists() {
        return Err(Failed::Use(format!("there is no database in {}", data.display())));
    }
    Ok(Sqlite::open(&path, Durability::Full).await?)
}

/// The accounts, and the log of what is done to them.
struct Office {
    directory: Arc<dyn Directory>,
    audit: Audit,
}

impl Office {
    async fn open(directory: Arc<dyn Directory>, clock: Clock) -> Result<Self, StoreError> {
        Ok(Self { audit: Audit::open(Arc::clone(&directory), clock).await?, directory })
    }

    async fn note(&self, action: Action, agent: &AgentId) -> Result<(), StoreError> {
        self.audit.note(Entry::by(Actor::Operator, action).to_agent(agent)).await
    }
}

async fn perform(
    command: &AgentCommand,
    password: Option<String>,
    office: &Office,
    out: &mut impl Write,
) -> Result<(), Failed> {
    match command {
        AgentCommand::Add(args) => add(args, password, office, out).await,
        AgentCommand::List => list(office, out).await,
        AgentCommand::Disable(who) => disable(who, office, out).await,
        AgentCommand::Enable(who) => enable(who, office, out).await,
        AgentCommand::Unlock(who) => unlock(who, office, out).await,
        AgentCommand::ResetFactor(who) => reset_factor(who, office, out).await,
        AgentCommand::Password(args) => change(&args.who, password, office, out).await,
    }
}

/// A given password, or one for one use that must be changed at the first sign-in.
struct Given {
    password: String,
    for_one_use: bool,
}

impl Given {
    fn or_made(password: Option<String>) -> Self {
        let for_one_use = password.is_none();
        Self { password: password.unwrap_or_else(password::one_time), for_one_use }
    }

    fn say(&self, out: &mut impl Write) -> io::Result<()> {
        if self.for_one_use {
            writeln!(out, "One-time password: {}", self.password)?;
        }
        Ok(())
    }
}

async fn add(
    args: &AddArgs,
    password: Option<String>,
    office: &Office,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let given = Given::or_made(password);
    let email = &args.who.email;
    let (id, hash) = (AgentId::new(&clock::new_id()), password::hash(&given.password));
    let agent = AgentRow {
        teams: args.teams.clone(),
        languages: args.languages.clone(),
        skills: args.skills.clone(),
        must_change_password: given.for_one_use,
        capacity: args.capacity,
        ..AgentRow::new(id, email.clone(), args.name.clone(), args.role, hash)
    };
    let id = agent.id.clone();
    if !office.directory.add_agent(agent).await? {
        return Err(Failed::Use(format!("{email} has an account already")));
    }
    office.note(Action::AccountAdded, &id).await?;
    writeln!(out, "Added {email}.")?;
    Ok(given.say(out)?)
}

async fn list(office: &Office, out: &mut impl Write) -> Result<(), Failed> {
    for agent in office.directory.agents().await? {
        let teams: Vec<&str> = agent.teams.iter().map(TeamId::as_str).collect();
        let languages: Vec<&str> = agent.languages.iter().map(|lang| lang.code()).collect();
        let all = |list: Vec<&str>| if list.is_empty() { "all".to_owned() } else { list.join(",") };
        writeln!(
            out,
            "{}\t{}\t{}\tteams: {}\tlanguages: {}{}",
            agent.email,
            agent.name,
            role_word(agent.role),
            all(teams),
            all(languages),
            if agent.disabled { "\tdisabled" } else { "" },
        )?;
    }
    Ok(())
}

async fn disable(who: &WhoArgs, office: &Office, out: &mut impl Write) -> Result<(), Failed> {
    let agent = find(who, office).await?;
    let id = agent.id.clone();
    office.directory.update_agent(AgentRow { disabled: true, ..agent }).await?;
    office.directory.end_sessions_of(&id).await?;
    office.note(Action::AccountDisabled, &id).await?;
    writeln!(out, "Disabled {}.", who.email)?;
    Ok(())
}

async fn enable(who: &WhoArgs, office: &Office, out: &mut impl Write) -> Result<(), Failed> {
    let agent = find(who, office).await?;
    let id = agent.id.clone();
    office.directory.update_agent(AgentRow { disabled: false, ..agent }).await?;
    office.note(Action::AccountEnabled, &id).await?;
    Ok(writeln!(out, "Enabled {}.", who.email)?)
}

async fn unlock(who: &WhoArgs, office: &Office, out: &mut impl Write) -> Result<(), Failed> {
    let agent = find(who, office).await?;
    let key = office.directory.key(lockout::KEY_NAME, clock::random_bytes()).await?;
    office.directory.forget_failures(&lockout::name_of(&key, &agent.email)).await?;
    office.note(Action::Unlocked, &agent.id).await?;
    Ok(writeln!(out, "Unlocked {}.", who.email)?)
}

async fn reset_factor(who: &WhoArgs, office: &Office, out: &mut impl Write) -> Result<(), Failed> {
    let agent = find(who, office).await?;
    office.directory.remove_factor(&agent.id).await?;
    office.directory.end_sessions_of(&agent.id).await?;
    office.note(Action::SecondFactorRemoved, &agent.id).await?;
    Ok(writeln!(out, "Took the second factor off {}.", who.email)?)
}

async fn change(
    who: &WhoArgs,
    password: Option<String>,
    office: &Office,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let agent = find(who, office).await?;
    let given = Given::or_made(password);
    let id = agent.id.clone();
    let changed = AgentRow {
        password: password::hash(&given.password),
        must_change_password: given.for_one_use,
        ..agent
    };
    office.directory.update_agent(changed).await?;
    office.directory.end_sessions_of(&id).await?;
    office.note(Action::PasswordGiven, &id).await?;
    writeln!(out, "Changed the password of {}.", who.email)?;
    Ok(given.say(out)?)
}

async fn find(who: &WhoArgs, office: &Office) -> Result<AgentRow, Failed> {
    let found = office.directory.agent_by_email(&who.email).await?;
    found.ok_or_else(|| Failed::Use(format!("there is no account with the address {}", who.email)))
}

fn team(text: &str) -> Result<TeamId, String> {
    if is_wire_id(text) {
        Ok(TeamId::new(text))
    } else {
        Err("a team has 1 to 64 characters from [A-Za-z0-9_-]".to_owned())
    }
}

fn topic(text: &str) -> Result<IntentId, String> {
    if is_wire_id(text) {
        Ok(IntentId::new(text))
    } else {
        Err("a topic has 1 to 64 characters from [A-Za-z0-9_-]".to_owned())
    }
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_tag(text).ok_or_else(|| "the languages are sv, fi and en".to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    let known = [Role::Agent, Role::Supervisor, Role::Admin];
    let found = known.into_iter().find(|role| role_word(*role) == text);
    found.ok_or_else(|| "the roles are agent, supervisor and admin".to_owned())
}

#[cfg(test)]
mod tests;
