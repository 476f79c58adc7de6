//! How those who answer sign in.

use serde::Deserialize;
use serde::Serialize;

use crate::config::oidc::Oidc;

/// The roles that there are, as settings name them.
const ROLES: [&str; 3] = ["agent", "supervisor", "admin"];

/// How those who answer sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agents {
    /// The roles that must have a second factor.
    pub second_factor: Vec<String>,
    /// What authenticator apps call this server.
    pub issuer: String,
    /// So many failures lock an account; 0 = never.
    pub lockout_failures: u32,
    /// For how long.
    pub lockout_min: u32,
    /// The house's own sign-in, beside passwords.
    pub oidc: Oidc,
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            second_factor: Vec::new(),
            issuer: "Skicka".to_owned(),
            lockout_failures: 10,
            lockout_min: 15,
            oidc: Oidc::default(),
        }
    }
}

impl Agents {
    /// What is wrong with these settings.
    pub(super) fn check(&self) -> Result<(), String> {
        let unknown = self.second_factor.iter().find(|role| !ROLES.contains(&role.as_str()));
        match unknown {
            Some(role) => Err(format!(
                "`agents.second_factor` names the role `{role}`; the roles are agent, supervisor \
                 and admin"
            )),
            None => self.oidc.check(&ROLES),
        }
    }
}
