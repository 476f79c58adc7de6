//! Agents' accounts: signing in and out, changing a password, and the first administrator.
//!
//! **Invariant:** a session's token leaves this module once, to the one who signed in; what is
//! kept is its SHA-256. An answer never tells whether an account exists, nor does its time.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;
use tokio::sync::Semaphore;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Audit;
use crate::audit::Entry;
use crate::clock;
use crate::clock::Clock;
use crate::config;
use crate::gateway::limits::Attempts;
use crate::gateway::limits::TooFast;
use crate::gateway::lockout;
use crate::gateway::password;
use crate::gateway::password::Unfit;
use crate::ids::AgentId;
use crate::ids::Timestamp;
use crate::protocol::Secret;
use crate::protocol::agent::Card;
use crate::store::AgentRow;
use crate::store::Directory;
use crate::store::Role;
use crate::store::SessionRow;
use crate::store::StoreError;
use crate::store::Way;
use crate::telemetry::metrics::Metrics;

pub mod keeping;
pub mod vouched;

/// How long a session lasts: a working day with its breaks.
pub const SESSION_HOURS: i64 = 12;

/// Hashes at once: each takes 19 MiB and a core.
const HASHES_AT_ONCE: usize = 2;

/// Attempts that may wait for a hash; more are turned away.
const HASHES_WAITING: usize = 64;

/// Accounts as the HTTP calls and the agent sockets use them.
pub struct Accounts {
    pub(super) directory: Arc<dyn Directory>,
    clock: Clock,
    pub(super) audit: Audit,
    pub(super) metrics: Arc<Metrics>,
    pub(super) settings: config::agents::Agents,
    /// The address of the account that is always let in by its password.
    built_in: String,
    /// Hides what was typed at sign-ins.
    pub(super) key: [u8; 32],
    pub(super) attempts: Attempts,
    hashing: Semaphore,
    waiting: Semaphore,
}

/// Why somebody is not signed in, or a password not changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No such account, or not its password, or it is disabled: which of them is not said.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// The password is right, and a code of the second factor is wanted besides.
    #[error("a code of the second factor is wanted")]
    CodeWanted,
    /// The code is not one of now, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// Too many failures: the account takes no sign-in for a while.
    #[error("too many sign-ins failed")]
    Locked(TooFast),
    /// There is a second factor already, or none that waits to be confirmed.
    #[error("there is no second factor to be confirmed, or one is there already")]
    HasFactor,
    /// The role must have a second factor.
    #[error("this role must have a second factor")]
    FactorDemanded,
    /// Nothing else may be done before the password is changed.
    #[error("the one-time password must be changed first")]
    MustChangePassword,
    /// Nothing else may be done before there is a second factor.
    #[error("a second factor must be added first")]
    MustAddFactor,
    /// Passwords are good for the built-in administrator alone, and this was not theirs.
    #[error("sign in with the house's own sign-in; a password is good for its administrator alone")]
    ProviderOnly,
    /// The session is unknown or over.
    #[error("not signed in")]
    NotSignedIn,
    /// Too many attempts.
    #[error("too many attempts")]
    TooFast(TooFast),
    /// The new password may not be taken.
    #[error("{0}")]
    Unfit(#[from] Unfit),
    /// The new password is the old one.
    #[error("the new password is the old one")]
    Unchanged,
    /// The directory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session that has just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// The session's token.
    pub token: Secret,
    /// Who.
    pub agent: AgentRow,
    /// How.
    pub way: Way,
}

/// An account that was made because there was none, with its password for one use.
pub struct FirstAdministrator {
    /// With which to sign in.
    pub email: String,
    /// Is shown once and kept nowhere.
    pub password: String,
}

impl Accounts {
    /// The accounts of this directory; `logins_per_minute` for each account, and five times that
    /// for each address, behind which a whole office may sit.
    pub async fn open(
        directory: Arc<dyn Directory>,
        clock: Clock,
        metrics: Arc<Metrics>,
        settings: config::agents::Agents,
        built_in: &str,
        logins_per_minute: u32,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            audit: Audit::open(Arc::clone(&directory), clock.clone()).await?,
            key: directory.key(lockout::KEY_NAME, clock::random_bytes()).await?,
            directory,
            clock,
            metrics,
            settings,
            built_in: plain(built_in),
            attempts: Attempts::per_minute(logins_per_minute),
            hashing: Semaphore::new(HASHES_AT_ONCE),
            waiting: Semaphore::new(HASHES_WAITING),
        })
    }

    /// Begins a session. `code` is of the second factor, where the account has one.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &Secret,
        code: Option<&Secret>,
        from: IpAddr,
    ) -> Result<SignedIn, Refused> {
        let email = plain(email);
        self.attempts.take(from, &email).map_err(Refused::TooFast)?;
        self.refuse_locked(&email).await?;
        let agent = self.directory.agent_by_email(&email).await?;
        // Looked at like any other, so that neither the answer nor its time tells whose is good.
        let agent = agent.filter(|agent| !self.settings.oidc.only || self.is_built_in(agent));
        let kept = agent.as_ref().map(|agent| agent.password.clone());
        let right = self.is_right(password, kept).await?;
        let refused = match &agent {
            Some(agent) if right && !agent.disabled => match self.ask_factor(agent, code).await {
                Ok(()) => {
                    self.forget_failures(&email).await?;
                    self.note(Action::SignedIn, agent, Some(from)).await?;
                    let way = Way::Password;
                    let token = self.begin_session(&agent.id, way).await?;
                    return Ok(SignedIn { token, agent: agent.clone(), way });
                }
                // The client has still to ask for it.
                Err(Refused::CodeWanted) => return Err(Refused::CodeWanted),
                Err(refused) => refused,
            },
            _ if self.settings.oidc.only => Refused::ProviderOnly,
            _ => Refused::Wrong,
        };
        self.note_failed(agent.as_ref(), from).await?;
        self.count_failure(&email, agent.as_ref()).await?;
        Err(refused)
    }

    /// Says in the audit log what an account did to itself.
    pub(super) async fn note(
        &self,
        action: Action,
        agent: &AgentRow,
        from: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let entry = Entry::by(Actor::Agent(agent.id.clone()), action);
        self.audit.note(from.into_iter().fold(entry, Entry::from_address)).await
    }

    async fn note_failed(&self, agent: Option<&AgentRow>, from: IpAddr) -> Result<(), StoreError> {
        let entry = Entry::by(Actor::Anybody, Action::SignInFailed).from_address(from);
        self.audit.note(agent.into_iter().fold(entry, |entry, it| entry.to_agent(&it.id))).await
    }

    fn is_built_in(&self, agent: &AgentRow) -> bool {
        agent.email == self.built_in
    }

    async fn begin_session(&self, agent: &AgentId, way: Way) -> Result<Secret, StoreError> {
        let token = URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>());
        let now = self.now();
        let session = SessionRow {
            token_hash: fingerprint(&token),
            agent: agent.clone(),
            expires_at: now.plus_ms(SESSION_HOURS * 60 * 60 * 1_000),
            way,
        };
        self.directory.add_session(session, now).await?;
        Ok(Secret::new(token))
    }

    /// Whose session this is, when they may do their work: the one question that every door but
    /// those of the account itself asks.
    pub async fn admitted(&self, token: &Secret) -> Result<AgentRow, Refused> {
        let (SessionRow { way, .. }, agent) =
            self.session(token).await?.ok_or(Refused::NotSignedIn)?;
        if must_change_password(&agent, way) {
            return Err(Refused::MustChangePassword);
        }
        if self.must_add_factor(&agent, way).await? {
            return Err(Refused::MustAddFactor);
        }
        Ok(agent)
    }

    /// Whose session this is; `None` when it is unknown, over, or its account is disabled. What
    /// they may do is for [`Accounts::admitted`] to say.
    pub async fn signed_in(&self, token: &Secret) -> Result<Option<AgentRow>, StoreError> {
        Ok(self.session(token).await?.map(|(_, agent)| agent))
    }

    /// The session of a token, and whose it is; `None` as for [`Accounts::signed_in`].
    pub async fn session(
        &self,
        token: &Secret,
    ) -> Result<Option<(SessionRow, AgentRow)>, StoreError> {
        let hash = fingerprint(token.expose());
        let Some(session) = self.directory.session(&hash, self.now()).await? else {
            return Ok(None);
        };
        let agent = self.directory.agent(&session.agent).await?;
        Ok(agent.filter(|agent| !agent.disabled).map(|agent| (session, agent)))
    }

    /// Ends a session; an unknown one is ended already.
    pub async fn sign_out(&self, token: &Secret) -> Result<(), StoreError> {
        if let Some(agent) = self.signed_in(token).await? {
            self.note(Action::SignedOut, &agent, None).await?;
        }
        self.directory.end_session(&fingerprint(token.expose())).await
    }

    /// Changes the password of the one who is signed in, and ends their other sessions.
    pub async fn change_password(
        &self,
        token: &Secret,
        old: &Secret,
        new: &Secret,
        from: IpAddr,
    ) -> Result<AgentRow, Refused> {
        let (session, agent) = self.session(token).await?.ok_or(Refused::NotSignedIn)?;
        password::check(new.expose())?;
        self.ask_password(&agent, old, from).await?;
        if old == new {
            return Err(Refused::Unchanged);
        }
        let kept = self.hash(new).await?;
        let changed = AgentRow { password: kept, must_change_password: false, ..agent };
        self.directory.update_agent(changed.clone()).await?;
        self.directory.end_sessions_of(&changed.id).await?;
        self.directory.add_session(session, self.now()).await?;
        self.note(Action::PasswordChanged, &changed, Some(from)).await?;
        Ok(changed)
    }

    /// Makes an administrator when there is none.
    pub async fn first_administrator(
        &self,
        email: &str,
    ) -> Result<Option<FirstAdministrator>, Refused> {
        if self.directory.agents().await?.iter().any(|agent| agent.role == Role::Admin) {
            return Ok(None);
        }
        let password = password::one_time();
        let id = AgentId::new(&clock::new_id());
        let hash = self.hash(&Secret::new(password.clone())).await?;
        let agent = AgentRow::new(id, plain(email), "Admin".to_owned(), Role::Admin, hash);
        let email = agent.email.clone();
        let added = self.directory.add_agent(agent).await?;
        Ok(added.then_some(FirstAdministrator { email, password }))
    }

    /// Asks whoever has a session for the account's password. A wrong one counts as it does at a
    /// sign-in: a session that was left open is no place to guess at.
    pub(super) async fn ask_password(
        &self,
        agent: &AgentRow,
        password: &Secret,
        from: IpAddr,
    ) -> Result<(), Refused> {
        self.attempts.take(from, &agent.email).map_err(Refused::TooFast)?;
        self.refuse_locked(&agent.email).await?;
        if self.is_right(password, Some(agent.password.clone())).await? {
            return Ok(());
        }
        self.note_failed(Some(agent), from).await?;
        self.count_failure(&agent.email, Some(agent)).await?;
        Err(Refused::Wrong)
    }

    pub(super) async fn is_right(
        &self,
        password: &Secret,
        kept: Option<String>,
    ) -> Result<bool, Refused> {
        let password = password.clone();
        self.work(move || password::matches(password.expose(), kept.as_deref())).await
    }

    async fn hash(&self, password: &Secret) -> Result<String, Refused> {
        let password = password.clone();
        self.work(move || password::hash(password.expose())).await
    }

    /// Runs a hash on a thread that may block, a few at a time.
    async fn work<T: Send + 'static>(
        &self,
        hash: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let busy = |_| Refused::TooFast(TooFast { retry_after_s: 5 });
        let _queued = self.waiting.try_acquire().map_err(busy)?;
        let _turn = self.hashing.acquire().await.expect("the semaphore is never closed");
        Ok(tokio::task::spawn_blocking(hash).await.expect("hashing does not panic"))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// An account as its own client sees it.
#[must_use]
pub fn card(agent: &AgentRow) -> Card {
    Card {
        id: agent.id.clone(),
        name: agent.name.clone(),
        role: role_word(agent.role),
        teams: agent.teams.clone(),
        languages: agent.languages.clone(),
    }
}

/// A role as on the wire and on the command line.
#[must_use]
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}

/// An account in the answers of the HTTP calls.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the client is told each by its own name")]
pub struct Profile {
    #[serde(flatten)]
    card: Card,
    email: String,
    must_change_password: bool,
    second_factor: bool,
    must_add_factor: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_provider: bool,
}

/// Who came by the provider's word has no use for a password.
pub(super) fn must_change_password(agent: &AgentRow, way: Way) -> bool {
    agent.must_change_password && way == Way::Password
}

impl Profile {
    /// Of this account, whose owner signed in this way.
    pub async fn of(accounts: &Accounts, agent: &AgentRow, way: Way) -> Result<Self, StoreError> {
        Ok(Self {
            card: card(agent),
            email: agent.email.clone(),
            must_change_password: must_change_password(agent, way),
            second_factor: accounts.has_factor(agent).await?,
            must_add_factor: accounts.must_add_factor(agent, way).await?,
            by_provider: way == Way::Provider,
        })
    }
}

/// An e-mail address as it is compared.
#[must_use]
pub fn plain(email: &str) -> String {
    // By ASCII only: by Unicode, a Kelvin sign would be another's k.
    email.trim().to_ascii_lowercase()
}

fn fingerprint(token: &str) -> String {
    let digest = Sha256::digest(token);
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
