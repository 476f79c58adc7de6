//! Visitors' tokens: who a browser without an account is, signed by this server.
//!
//! A token is `1.<visitor>.<expiry>.<mac>`: the version, the visitor's id, the second since 1970
//! at which it ends, and the HMAC-SHA256 of what stands before the last dot, in base64url.
//!
//! **Invariant:** a visitor's id comes out of [`VisitorTokens::verify`] or is new; nothing else
//! that a client says makes it somebody. Tokens are not logged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::ids::is_wire_id;

/// The name of the key in the directory.
pub const KEY_NAME: &str = "visitor-token";

/// How long a token is good; each welcome brings a fresh one.
const DAYS: i64 = 30;

const VERSION: &str = "1";

/// Signs and reads visitors' tokens.
#[derive(Clone)]
pub struct VisitorTokens {
    mac: Hmac<Sha256>,
}

/// Why a token makes nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not one of this version's.
    #[error("the token is malformed")]
    Malformed,
    /// This server did not sign it.
    #[error("the token was not signed by this server")]
    Forged,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
}

impl VisitorTokens {
    /// Tokens under this key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self { mac: Hmac::new_from_slice(key).expect("HMAC takes keys of any length") }
    }

    /// A token for this visitor.
    #[must_use]
    pub fn issue(&self, visitor: &VisitorId, now: Timestamp) -> String {
        let expires_s = now.0 / 1_000 + DAYS * 24 * 60 * 60;
        let signed = format!("{VERSION}.{visitor}.{expires_s}");
        let mac = self.mac.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Whose token this is.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<VisitorId, TokenError> {
        let (signed, mac) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let mut parts = signed.split('.');
        let (Some(VERSION), Some(visitor), Some(expires_s), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenError::Malformed)?;
        // Compares in constant time.
        let signature = self.mac.clone().chain_update(signed).verify_slice(&mac);
        signature.map_err(|_| TokenError::Forged)?;
        let expires_s: i64 = expires_s.parse().map_err(|_| TokenError::Malformed)?;
        if now.0 / 1_000 >= expires_s {
            return Err(TokenError::Expired);
        }
        if !is_wire_id(visitor) {
            return Err(TokenError::Malformed);
        }
        Ok(VisitorId::new(visitor))
    }
}

#[cfg(test)]
mod tests;
