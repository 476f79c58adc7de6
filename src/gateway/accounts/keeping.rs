//! Keeping the accounts of others: what an administrator does to them.
//!
//! **Invariant:** nobody takes from their own account what lets them keep accounts, so there is
//! always somebody who can; and every change stands in the audit log.

use serde::Deserialize;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::clock;
use crate::gateway::accounts::Accounts;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::plain;
use crate::gateway::password;
use crate::gateway::peer::Peer;
use crate::handover::fault::Fault;
use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::is_wire_id;
use crate::language::Language;
use crate::protocol::Secret;
use crate::store::AgentRow;
use crate::store::Role;
use crate::store::StoreError;

/// No mail server takes a longer address.
const LONGEST_EMAIL: usize = 254;

/// Longer names do not fit beside a message.
const LONGEST_NAME: usize = 64;

/// Nobody answers more customers than this at once.
const MOST_AT_ONCE: u32 = 100;

/// An account as an administrator fills it in.
#[derive(Debug, Clone, Deserialize)]
pub struct Form {
    /// The address with which they sign in.
    pub email: String,
    /// The name that customers see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whose queues they serve; empty = all.
    #[serde(default)]
    pub teams: Vec<TeamId>,
    /// What they speak; empty = all.
    #[serde(default)]
    pub languages: Vec<Language>,
    /// The topics that they are best at; empty = nothing is said of that.
    #[serde(default)]
    pub skills: Vec<IntentId>,
    /// How many conversations they take at once; `None` = as many as their team's agents do.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// Whether they may not sign in.
    #[serde(default)]
    pub disabled: bool,
}

impl Form {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |field, message: &str| faults.push(Fault::new(field, field, message));
        if let Err(message) = email(&self.email) {
            fault("email", &message);
        }
        if let Err(message) = name(&self.name) {
            fault("name", &message);
        }
        if !self.teams.iter().all(|team| is_wire_id(team.as_str())) {
            fault("teams", "a team has 1 to 64 characters from [A-Za-z0-9_-]");
        }
        if !self.skills.iter().all(|topic| is_wire_id(topic.as_str())) {
            fault("skills", "a topic has 1 to 64 characters from [A-Za-z0-9_-]");
        }
        if self.capacity.is_some_and(|capacity| !(1..=MOST_AT_ONCE).contains(&capacity)) {
            fault("capacity", "an agent takes 1 to 100 conversations at once");
        }
        faults
    }

    fn into_row(self, before: AgentRow) -> AgentRow {
        AgentRow {
            email: plain(&self.email),
            name: self.name.trim().to_owned(),
            role: self.role,
            teams: self.teams,
            languages: self.languages,
            skills: self.skills,
            capacity: self.capacity,
            disabled: self.disabled,
            ..before
        }
    }
}

/// An address with which somebody may sign in, as it is kept.
///
/// # Errors
/// A sentence, when it does not look like one.
pub fn email(text: &str) -> Result<String, String> {
    let email = plain(text);
    let odd = |char: char| char.is_whitespace() || char.is_control();
    match email.split_once('@') {
        Some((name, host))
            if !name.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && email.len() <= LONGEST_EMAIL
                && !email.contains(odd) =>
        {
            Ok(email)
        }
        _ => Err("an e-mail address looks like name@bank.example".to_owned()),
    }
}

/// A name as customers may see it.
///
/// # Errors
/// A sentence, when it is none.
pub fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.contains(char::is_control) {
        return Err(format!("a name has 1 to {LONGEST_NAME} characters on one line"));
    }
    Ok(name.to_owned())
}

/// Why an account was not kept.
#[derive(Debug)]
pub enum NotKept {
    /// What was filled in has faults.
    Faulty(Vec<Fault>),
    /// There is no such account.
    Unknown,
    /// It could not be done now.
    Refused(Refused),
}

impl From<Refused> for NotKept {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// An administrator at work.
pub struct Keeper<'peer> {
    /// Who.
    pub admin: AgentId,
    /// From where.
    pub peer: &'peer Peer,
}

impl Accounts {
    /// Adds an account; answers it with its password for one use, which is kept nowhere.
    pub async fn add(
        &self,
        keeper: &Keeper<'_>,
        form: Form,
    ) -> Result<(AgentRow, String), NotKept> {
        let faults = form.faults();
        if !faults.is_empty() {
            return Err(NotKept::Faulty(faults));
        }
        let password = password::one_time();
        let id = AgentId::new(&clock::new_id());
        let hash = self.hash(&Secret::new(password.clone())).await?;
        let (email, name) = (form.email.clone(), form.name.clone());
        let agent = form.into_row(AgentRow::new(id, email, name, Role::Agent, hash));
        if !self.directory.add_agent(agent.clone()).await? {
            return Err(email_taken());
        }
        self.kept(keeper, Action::AccountAdded, &agent.id).await?;
        Ok((agent, password))
    }

    /// Changes an account. One that is disabled loses its sessions, and its consoles with them.
    pub async fn change(
        &self,
        keeper: &Keeper<'_>,
        id: &AgentId,
        form: Form,
    ) -> Result<AgentRow, NotKept> {
        let before = self.directory.agent(id).await?.ok_or(NotKept::Unknown)?;
        let mut faults = form.faults();
        if keeper.admin == *id && (form.disabled || form.role != before.role) {
            let message = "nobody disables their own account or takes its role away";
            faults.push(Fault::new("role", "own_account", message));
        }
        if !faults.is_empty() {
            return Err(NotKept::Faulty(faults));
        }
        let after = form.into_row(before.clone());
        if !self.directory.update_agent(after.clone()).await? {
            return Err(email_taken());
        }
        if after.disabled {
            self.directory.end_sessions_of(id).await?;
        }
        let action = match (before.disabled, after.disabled) {
            (false, true) => Action::AccountDisabled,
            (true, false) => Action::AccountEnabled,
            _ => Action::AccountChanged,
        };
        self.kept(keeper, action, id).await?;
        Ok(after)
    }

    /// Gives an account another password for one use, and ends its sessions; answers it.
    pub async fn give_password(
        &self,
        keeper: &Keeper<'_>,
        id: &AgentId,
    ) -> Result<String, NotKept> {
        let agent = self.directory.agent(id).await?.ok_or(NotKept::Unknown)?;
        let given = password::one_time();
        let password = self.hash(&Secret::new(given.clone())).await?;
        let changed = AgentRow { password, must_change_password: true, ..agent };
        self.directory.update_agent(changed).await?;
        self.directory.end_sessions_of(id).await?;
        self.kept(keeper, Action::PasswordGiven, id).await?;
        Ok(given)
    }

    /// Takes the second factor off an account whose owner has lost it, and ends its sessions.
    pub async fn reset_factor(&self, keeper: &Keeper<'_>, id: &AgentId) -> Result<(), NotKept> {
        self.directory.agent(id).await?.ok_or(NotKept::Unknown)?;
        self.directory.remove_factor(id).await?;
        self.directory.end_sessions_of(id).await?;
        Ok(self.kept(keeper, Action::SecondFactorRemoved, id).await?)
    }

    async fn kept(
        &self,
        keeper: &Keeper<'_>,
        action: Action,
        agent: &AgentId,
    ) -> Result<(), StoreError> {
        let entry = Entry::by(Actor::Agent(keeper.admin.clone()), action).to_agent(agent);
        self.audit.note(entry.from_address(keeper.peer.address)).await
    }
}

fn email_taken() -> NotKept {
    let message = "another account has that address";
    NotKept::Faulty(vec![Fault::new("email", "email_taken", message)])
}
