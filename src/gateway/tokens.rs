//! Visitors' tokens: who a browser without an account is, signed by this server.
//!
//! A token is `2.<key>.<visitor>.<level>.<issued>.<expires>.<mac>`: the version, the number of the
//! key, the visitor's id, `a` for anonymous or `v` for verified, the moments from and until which
//! it is good in milliseconds since 1970, and the HMAC-SHA256 of what stands before the last dot,
//! in base64url.
//!
//! Keys have numbers by the calendar: every 30 days a new one signs, and the one before it checks
//! for as long as tokens live. Nothing needs to be done for that, and all nodes that share a store
//! agree.
//!
//! **Invariant:** a visitor's id comes out of [`VisitorTokens::verify`] or is new; nothing else
//! that a client says makes it somebody. Tokens are not logged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use crate::clock;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::ids::is_wire_id;
use crate::store::Directory;
use crate::store::StoreError;

/// What the names of the keys in the directory begin with; their numbers follow.
const KEY_NAME: &str = "visitor-token-";

/// How long a token is good; each welcome brings a fresh one.
const DAYS: i64 = 30;

/// How long a key signs. It checks for as long again.
const KEY_DAYS: i64 = 30;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

const VERSION: &str = "2";

/// How sure it is who a visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Somebody, the same as before.
    Anonymous,
    /// A customer whom the bank knows.
    Verified,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Who.
    pub visitor: VisitorId,
    /// How surely.
    pub level: Level,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Pass {
    /// For a visitor from now on, for as long as tokens live.
    #[must_use]
    pub fn anonymous(visitor: VisitorId, now: Timestamp) -> Self {
        let expires_at = now.plus_ms(DAYS * DAY_MS);
        Self { visitor, level: Level::Anonymous, issued_at: now, expires_at }
    }

    /// For a customer from now on, until the proof is too old; never for longer than tokens live.
    #[must_use]
    pub fn verified(visitor: VisitorId, now: Timestamp, until: Timestamp) -> Self {
        let expires_at = until.min(now.plus_ms(DAYS * DAY_MS));
        Self { visitor, level: Level::Verified, issued_at: now, expires_at }
    }
}

/// Signs and reads visitors' tokens.
pub struct VisitorTokens {
    directory: Arc<dyn Directory>,
    keys: RwLock<BTreeMap<i64, Hmac<Sha256>>>,
}

/// Why a token makes nobody.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It is not one of this version's.
    #[error("the token is malformed")]
    Malformed,
    /// This server did not sign it, or so long ago that it cannot tell.
    #[error("the token was not signed by this server")]
    Forged,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// The keys cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl VisitorTokens {
    /// Tokens under the keys of this directory.
    #[must_use]
    pub fn new(directory: Arc<dyn Directory>) -> Self {
        Self { directory, keys: RwLock::default() }
    }

    /// A token that says this.
    pub async fn issue(&self, pass: &Pass) -> Result<String, StoreError> {
        let number = number_at(pass.issued_at);
        let Pass { visitor, level, issued_at, expires_at } = pass;
        let level = match level {
            Level::Anonymous => "a",
            Level::Verified => "v",
        };
        let signed =
            format!("{VERSION}.{number}.{visitor}.{level}.{}.{}", issued_at.0, expires_at.0);
        let mac = self.mac(number).await?.chain_update(&signed).finalize().into_bytes();
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac)))
    }

    /// What a token says, if it is ours and good now.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Pass, TokenError> {
        let (signed, mac) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let mut parts = signed.split('.');
        let mut part = || parts.next().ok_or(TokenError::Malformed);
        if part()? != VERSION {
            return Err(TokenError::Malformed);
        }
        let number: i64 = whole(part()?)?;
        let (visitor, level, issued, expires) = (part()?, part()?, part()?, part()?);
        if part().is_ok() {
            return Err(TokenError::Malformed);
        }
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenError::Malformed)?;
        // Only keys of about now are looked for: a stranger cannot make us keep others. The next
        // one may be in use already where a clock is ahead.
        let present = number_at(now);
        if number > present + 1 {
            return Err(TokenError::Forged);
        }
        if number < present - 1 {
            return Err(TokenError::Expired);
        }
        // Compares in constant time.
        let checked = self.mac(number).await?.chain_update(signed).verify_slice(&mac);
        checked.map_err(|_| TokenError::Forged)?;
        let level = match level {
            "a" => Level::Anonymous,
            "v" => Level::Verified,
            _ => return Err(TokenError::Malformed),
        };
        let (issued_at, expires_at) = (Timestamp(whole(issued)?), Timestamp(whole(expires)?));
        if now >= expires_at {
            return Err(TokenError::Expired);
        }
        if !is_wire_id(visitor) {
            return Err(TokenError::Malformed);
        }
        Ok(Pass { visitor: VisitorId::new(visitor), level, issued_at, expires_at })
    }

    /// The key of this number, ready to sign.
    async fn mac(&self, number: i64) -> Result<Hmac<Sha256>, StoreError> {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let name = format!("{KEY_NAME}{number}");
        let key = self.directory.key(&name, clock::random_bytes()).await?;
        let mac = Hmac::new_from_slice(&key).expect("HMAC takes keys of any length");
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(number, Clone::clone(&mac));
        keys.retain(|kept, _| *kept >= number - 2);
        Ok(mac)
    }
}

fn number_at(moment: Timestamp) -> i64 {
    moment.0.div_euclid(KEY_DAYS * DAY_MS)
}

/// A whole number as [`VisitorTokens::issue`] writes it: one number, one spelling.
fn whole(text: &str) -> Result<i64, TokenError> {
    let number: i64 = text.parse().map_err(|_| TokenError::Malformed)?;
    if number.to_string() == text { Ok(number) } else { Err(TokenError::Malformed) }
}

#[cfg(test)]
mod tests;
