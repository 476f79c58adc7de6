//! How the bank says who a customer is.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

/// Fewer bytes of a shared secret could be guessed.
pub const LEAST_SECRET: usize = 32;

/// How the bank signs its customers' identity. Without any source of keys nobody is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// A file with the secret that the bank and this server share (HS256); empty = none.
    pub secret_file: PathBuf,
    /// A file with the bank's public keys (RS256, ES256) as a JWK set; empty = none.
    pub jwks_file: PathBuf,
    /// The address of the same; empty = none.
    pub jwks_url: String,
    /// Whom the tokens must be meant for: their `aud`.
    pub audience: String,
    /// Who must have made them: their `iss`; empty = anybody who has the key.
    pub issuer: String,
    /// How far the bank's clock may be from ours.
    pub leeway_s: u32,
    /// For how long after a proof of identity a visitor's token stands for the customer.
    pub session_min: u32,
    /// How often the keys are read anew.
    pub refresh_min: u32,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            secret_file: PathBuf::new(),
            jwks_file: PathBuf::new(),
            jwks_url: String::new(),
            audience: String::new(),
            issuer: String::new(),
            leeway_s: 60,
            session_min: 60,
            refresh_min: 10,
        }
    }
}

impl Identity {
    /// Whether customers can be verified at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        let files = [&self.secret_file, &self.jwks_file];
        !self.jwks_url.is_empty() || files.iter().any(|file| !file.as_os_str().is_empty())
    }

    /// What is wrong with these settings as a whole.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.is_on() && self.audience.is_empty() {
            let why =
                "without it a token that the bank made for another service would be good here";
            return Err(format!("`identity.audience` must be set: {why}"));
        }
        if !self.jwks_url.is_empty() && !is_safe(&self.jwks_url) {
            return Err("`identity.jwks_url` must begin with https://".to_owned());
        }
        Ok(())
    }
}

/// Keys that came in the clear could be anybody's; only this machine's own need no cover.
#[must_use]
pub fn is_safe(url: &str) -> bool {
    let Ok(url) = url.parse::<axum::http::Uri>() else { return false };
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => is_here,
        _ => false,
    }
}
