//! Signing in by the word of the house's own provider.
//!
//! **Invariant:** the provider says who somebody is, and this server whether they come in: the
//! account must be there and not disabled. A second factor that the account has here is asked for
//! unless the settings trust the provider's.

use std::net::IpAddr;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::gateway::accounts::Accounts;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::SignedIn;
use crate::gateway::oidc::person::NotIn;
use crate::gateway::oidc::person::Person;
use crate::ids::AgentId;
use crate::protocol::Secret;
use crate::store::AgentRow;
use crate::store::StoreError;
use crate::store::Way;

/// How far somebody comes whom the provider vouches for.
#[derive(Debug)]
pub enum Vouched {
    /// A session began.
    In(SignedIn),
    /// A code of the second factor is wanted.
    CodeWanted(AgentId),
}

impl Accounts {
    /// Counts one who begins to sign in elsewhere.
    pub fn sets_out(&self, from: IpAddr) -> Result<(), NotIn> {
        self.attempts.take_address(from).map_err(|_| NotIn::TooMany)
    }

    /// Lets somebody in whom the provider vouches for.
    pub async fn sign_in_vouched(&self, person: &Person, from: IpAddr) -> Result<Vouched, NotIn> {
        let found = self.directory.agent_by_email(&person.email).await?;
        let agent = found.filter(|agent| !agent.disabled).ok_or(NotIn::NoAccount)?;
        let agent = self.with_role(agent, person).await?;
        let trusts = self.settings.oidc.trusts_second_factor;
        if !trusts && self.has_factor(&agent).await? {
            return Ok(Vouched::CodeWanted(agent.id));
        }
        Ok(Vouched::In(self.let_in(agent, from).await?))
    }

    /// Lets somebody in whom the provider vouched for a moment ago, by a code of their second
    /// factor.
    pub async fn finish_vouched(
        &self,
        agent: &AgentId,
        code: &Secret,
        from: IpAddr,
    ) -> Result<SignedIn, Refused> {
        let agent = self.directory.agent(agent).await?.filter(|agent| !agent.disabled);
        let agent = agent.ok_or(Refused::NotSignedIn)?;
        self.attempts.take(from, &agent.email).map_err(Refused::TooFast)?;
        self.refuse_locked(&agent.email).await?;
        if let Err(refused) = self.ask_factor(&agent, Some(code)).await {
            if matches!(refused, Refused::WrongCode) {
                let entry = Entry::by(Actor::Anybody, Action::SignInFailed).to_agent(&agent.id);
                self.audit.note(entry.from_address(from).with("way", "provider")).await?;
                self.count_failure(&agent.email, Some(&agent)).await?;
            }
            return Err(refused);
        }
        self.forget_failures(&agent.email).await?;
        Ok(self.let_in(agent, from).await?)
    }

    /// Says in the audit log that somebody did not come in.
    pub async fn note_not_in(
        &self,
        person: Option<&Person>,
        why: NotIn,
        from: IpAddr,
    ) -> Result<(), StoreError> {
        let entry = Entry::by(Actor::Anybody, Action::SignInFailed).from_address(from);
        let mut entry = entry.with("way", "provider").with("why", why.code());
        if let Some(person) = person
            && let Some(agent) = self.directory.agent_by_email(&person.email).await?
        {
            entry = entry.to_agent(&agent.id);
        }
        self.audit.note(entry).await
    }

    async fn let_in(&self, agent: AgentRow, from: IpAddr) -> Result<SignedIn, StoreError> {
        let entry = Entry::by(Actor::Agent(agent.id.clone()), Action::SignedIn);
        self.audit.note(entry.from_address(from).with("way", "provider")).await?;
        let token = self.begin_session(&agent.id, Way::Provider).await?;
        Ok(SignedIn { token, agent, way: Way::Provider })
    }

    /// The account with the role that the provider says. The built-in administrator keeps theirs:
    /// there must always be somebody who can keep accounts.
    async fn with_role(&self, agent: AgentRow, person: &Person) -> Result<AgentRow, StoreError> {
        let role = person.role.filter(|role| *role != agent.role && !self.is_built_in(&agent));
        let Some(role) = role else { return Ok(agent) };
        let changed = AgentRow { role, ..agent };
        self.directory.update_agent(changed.clone()).await?;
        let entry = Entry::by(Actor::Server, Action::AccountChanged).to_agent(&changed.id);
        self.audit.note(entry.with("way", "provider")).await?;
        Ok(changed)
    }
}

impl From<StoreError> for NotIn {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed a sign-in");
        Self::Unavailable
    }
}
