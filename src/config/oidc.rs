//! The house's own sign-in (`OpenID` Connect) for those who answer.

use axum::http::Uri;
use serde::Deserialize;
use serde::Serialize;

use crate::config::identity::is_safe;
use crate::config::system::SECRET_PREFIX;
use crate::protocol::Secret;

/// Where a provider sends people back to.
pub const CALLBACK: &str = "/v1/agent/oidc/callback";

/// The house's own sign-in. The client's secret stands in a variable, never in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Oidc {
    /// Who vouches: the address below which `/.well-known/openid-configuration` is; empty = nobody.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What people call it; the button says so.
    pub name: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// This server's own address for those who come back, with [`CALLBACK`] as its path.
    pub redirect_url: String,
    /// The claim that says the role; empty = the account does.
    pub roles_claim: String,
    /// Its values, each as value=role.
    pub roles: Vec<String>,
    /// Whether passwords are good for the built-in administrator alone.
    pub only: bool,
    /// Whether who comes from there needs no second factor here.
    pub trusts_second_factor: bool,
    /// Of [`Oidc::secret_variable`].
    #[serde(skip)]
    pub secret: Option<Secret>,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            name: "OpenID".to_owned(),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            redirect_url: String::new(),
            roles_claim: String::new(),
            roles: Vec::new(),
            only: false,
            trusts_second_factor: false,
            secret: None,
        }
    }
}

impl Oidc {
    /// Whether anybody signs in that way.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// The variable that holds the client's secret.
    #[must_use]
    pub fn secret_variable() -> String {
        format!("{SECRET_PREFIX}OIDC")
    }

    /// The role behind a value of the claim, as settings name roles.
    #[must_use]
    pub fn role_of(&self, value: &str) -> Option<&str> {
        self.roles
            .iter()
            .filter_map(|pair| pair.rsplit_once('='))
            .find_map(|(known, role)| (known.trim() == value).then_some(role.trim()))
    }

    /// What is wrong with these settings.
    pub(super) fn check(&self, roles: &[&str]) -> Result<(), String> {
        if !self.is_on() {
            let needless = self.only || !self.roles_claim.is_empty() || !self.client_id.is_empty();
            let why = "`agents.oidc` has settings but no `issuer`";
            return if needless { Err(why.to_owned()) } else { Ok(()) };
        }
        if !is_safe(&self.issuer) {
            return Err("`agents.oidc.issuer` must begin with https://".to_owned());
        }
        let returns = self.redirect_url.parse::<Uri>();
        let is_ours = returns.is_ok_and(|uri| uri.path() == CALLBACK && uri.query().is_none());
        if !is_ours || !is_safe(&self.redirect_url) {
            return Err(format!(
                "`agents.oidc.redirect_url` must be this server's own https address with the path \
                 {CALLBACK}, not `{}`",
                self.redirect_url
            ));
        }
        if self.client_id.is_empty() {
            return Err("`agents.oidc.client_id` must be set".to_owned());
        }
        if self.name.trim().is_empty() {
            return Err("`agents.oidc.name` must be set: the button says it".to_owned());
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return Err("`agents.oidc.scopes` must hold `openid`".to_owned());
        }
        if self.roles_claim.is_empty() != self.roles.is_empty() {
            return Err(
                "`agents.oidc.roles_claim` and `agents.oidc.roles` must be set together".to_owned()
            );
        }
        let role = |pair: &&String| pair.rsplit_once('=').map(|(_, role)| role.trim().to_owned());
        let wrong = |pair: &&String| role(pair).is_none_or(|it| !roles.contains(&it.as_str()));
        if let Some(pair) = self.roles.iter().find(wrong) {
            return Err(format!(
                "`agents.oidc.roles` holds `{pair}`, which is not a value and a role such as \
                 chat-leads=supervisor; the roles are agent, supervisor and admin"
            ));
        }
        if self.secret.as_ref().is_none_or(|secret| secret.expose().is_empty()) {
            return Err(format!(
                "the client's secret for `agents.oidc` must stand in the variable {}",
                Self::secret_variable()
            ));
        }
        Ok(())
    }
}
