//! The second factor of an account: adding it, asking for it, taking it off.
//!
//! **Invariant:** whether a code was used before is decided in the store, in one step with taking
//! it: of two who bring the same code at once, one gets in.

use std::net::IpAddr;

use crate::audit::Action;
use crate::gateway::accounts::Accounts;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::SESSION_HOURS;
use crate::gateway::accounts::must_change_password;
use crate::gateway::accounts::role_word;
use crate::gateway::totp;
use crate::protocol::Secret;
use crate::store::AgentRow;
use crate::store::FactorRow;
use crate::store::StoreError;
use crate::store::Way;

/// So long the provider's word stands for a password, where the second factor is changed.
const FRESH_MS: i64 = 10 * 60 * 1_000;

/// A second factor that is being added.
#[derive(Debug)]
pub struct Offer {
    /// As an app takes it from a keyboard.
    pub secret: String,
    /// As an app takes it from a link or a picture.
    pub uri: String,
}

impl Accounts {
    /// Whether an account has a second factor.
    pub async fn has_factor(&self, agent: &AgentRow) -> Result<bool, StoreError> {
        Ok(self.factor(agent).await?.is_some())
    }

    /// Whether an account may do nothing before it has a second factor.
    pub async fn must_add_factor(&self, agent: &AgentRow, way: Way) -> Result<bool, StoreError> {
        let is_trusted = way == Way::Provider && self.settings.oidc.trusts_second_factor;
        Ok(!is_trusted && self.demands_factor(agent) && !self.has_factor(agent).await?)
    }

    fn demands_factor(&self, agent: &AgentRow) -> bool {
        let role = role_word(agent.role);
        self.settings.second_factor.iter().any(|demanded| demanded == role)
    }

    async fn factor(&self, agent: &AgentRow) -> Result<Option<FactorRow>, StoreError> {
        let factor = self.directory.factor(&agent.id).await?;
        Ok(factor.filter(|factor| factor.confirmed))
    }

    /// Asks for the second factor of an account that has one.
    pub(super) async fn ask_factor(
        &self,
        agent: &AgentRow,
        code: Option<&Secret>,
    ) -> Result<(), Refused> {
        let Some(factor) = self.factor(agent).await? else { return Ok(()) };
        let Some(code) = code else { return Err(Refused::CodeWanted) };
        let now = self.now();
        if let Some(step) = totp::step_of(&factor.secret, code.expose(), now, factor.last_step)
            && self.directory.take_step(&agent.id, step).await?
        {
            return Ok(());
        }
        if let Some(left) = totp::without(&factor.recovery, code.expose())
            && self.directory.take_recovery(&agent.id, &factor.recovery, &left).await?
        {
            self.note(Action::RecoveryCodeUsed, agent, None).await?;
            return Ok(());
        }
        Err(Refused::WrongCode)
    }

    /// Begins to add a second factor to the account that is signed in.
    pub async fn offer_factor(
        &self,
        token: &Secret,
        password: &Secret,
        from: IpAddr,
    ) -> Result<Offer, Refused> {
        let agent = self.prove(token, password, from).await?;
        let secret = totp::secret();
        if !self.directory.offer_factor(&agent.id, &secret).await? {
            return Err(Refused::HasFactor);
        }
        let uri = totp::uri(&secret, &self.settings.issuer, &agent.email);
        Ok(Offer { secret: totp::base32(&secret), uri })
    }

    /// Puts the offered factor on, once a code shows that the app has it. Answers the recovery
    /// codes.
    pub async fn confirm_factor(
        &self,
        token: &Secret,
        code: &Secret,
        from: IpAddr,
    ) -> Result<Vec<String>, Refused> {
        let (session, agent) = self.session(token).await?.ok_or(Refused::NotSignedIn)?;
        self.attempts.take(from, &agent.email).map_err(Refused::TooFast)?;
        if must_change_password(&agent, session.way) {
            return Err(Refused::MustChangePassword);
        }
        let offered = self.directory.factor(&agent.id).await?.filter(|factor| !factor.confirmed);
        let factor = offered.ok_or(Refused::HasFactor)?;
        let step = totp::step_of(&factor.secret, code.expose(), self.now(), factor.last_step);
        let step = step.ok_or(Refused::WrongCode)?;
        let (codes, kept) = totp::recovery_codes();
        if !self.directory.confirm_factor(&agent.id, step, &kept).await? {
            return Err(Refused::HasFactor);
        }
        self.note(Action::SecondFactorAdded, &agent, Some(from)).await?;
        Ok(codes)
    }

    /// Takes the second factor off the account that is signed in.
    pub async fn remove_factor(
        &self,
        token: &Secret,
        password: &Secret,
        code: &Secret,
        from: IpAddr,
    ) -> Result<(), Refused> {
        let agent = self.prove(token, password, from).await?;
        if self.demands_factor(&agent) {
            return Err(Refused::FactorDemanded);
        }
        self.ask_factor(&agent, Some(code)).await?;
        self.directory.remove_factor(&agent.id).await?;
        self.note(Action::SecondFactorRemoved, &agent, Some(from)).await?;
        Ok(())
    }

    /// Who is signed in, if they know their password still: a session left open is not enough. Who
    /// came by the provider's word may have none, and has just proven themselves.
    async fn prove(
        &self,
        token: &Secret,
        password: &Secret,
        from: IpAddr,
    ) -> Result<AgentRow, Refused> {
        let (session, agent) = self.session(token).await?.ok_or(Refused::NotSignedIn)?;
        if must_change_password(&agent, session.way) {
            return Err(Refused::MustChangePassword);
        }
        let began = session.expires_at.plus_ms(-SESSION_HOURS * 60 * 60 * 1_000);
        if session.way == Way::Provider && self.now().ms_since(began) < FRESH_MS {
            self.attempts.take(from, &agent.email).map_err(Refused::TooFast)?;
            return Ok(agent);
        }
        self.ask_password(&agent, password, from).await?;
        Ok(agent)
    }
}
