//! Who a customer is, by the bank's word: the JWT of `hello.identity`.
//!
//! The keys come from a shared secret, a file or an address ([`source`]); the parsing and the
//! claims are `jsonwebtoken`'s, the signatures `ring`'s ([`provider`]).
//!
//! **Invariant:** which key may check a token is decided by the key, never by the token: a secret
//! checks HS256 and nothing else, a public key only the algorithm of its own kind. There is no
//! way to `none`. Tokens and subjects are not logged.

use std::sync::Arc;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use serde::Deserialize;
use sha2::Sha256;

use crate::audit::hex;
use crate::clock::Clock;
use crate::config;
use crate::gateway::identity::source::Source;
use crate::gateway::identity::token::Meant;
use crate::gateway::identity::token::Times;
use crate::ids::Timestamp;
use crate::privacy;

pub mod ask;
pub mod keys;
pub mod provider;
pub mod source;
pub mod token;

/// The name of the customers' key in the directory.
pub const KEY_NAME: &str = "customer";

/// The longest subject and issuer.
const LONGEST: usize = 255;

/// The longest name that agents are shown.
const LONGEST_NAME: usize = 80;

/// A customer whom the bank knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The same for the same issuer and subject, and nothing to whoever has not our key.
    pub key: String,
    /// For agents to read, when the bank says it.
    pub name: Option<String>,
    /// When the bank said so, if it tells.
    pub issued_at: Option<Timestamp>,
}

/// Why a token makes nobody a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// This server knows no bank.
    #[error("customers' identity is not set up")]
    Off,
    /// It is not a JWT that this server understands.
    #[error("the identity is malformed")]
    Malformed,
    /// No key may check it: an algorithm or a key id that is not known.
    #[error("no known key fits the identity")]
    NoKey,
    /// No key has signed it, or what it claims is not meant for here.
    #[error("the identity is not good here")]
    Refused,
    /// Its time is over, or has not come.
    #[error("the identity's time is not now")]
    OutOfTime,
    /// The keys could not be had; later they may.
    #[error("the keys are not there yet")]
    NoKeysYet,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(flatten)]
    times: Times,
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

/// Verifies customers.
pub struct Identities {
    settings: config::identity::Identity,
    source: Arc<Source>,
    clock: Clock,
    /// Names customers.
    key: [u8; 32],
}

impl Identities {
    /// With the keys that these settings name. A file that cannot be read is an error; an address
    /// that does not answer is asked again.
    pub async fn open(
        settings: config::identity::Identity,
        key: [u8; 32],
        clock: Clock,
    ) -> anyhow::Result<Self> {
        provider::install();
        let source = Arc::new(Source::open(&settings).await?);
        Ok(Self { settings, source, clock, key })
    }

    /// Where the keys come from, to be kept fresh.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The customer whom a token proves.
    pub async fn verify(&self, token: &str) -> Result<Customer, Unproven> {
        if !self.settings.is_on() {
            return Err(Unproven::Off);
        }
        let meant = Meant { audience: &self.settings.audience, issuer: &self.settings.issuer };
        let claims = token::claims(&self.source, token, &meant, self.clock.now()).await?;
        self.judge(claims)
    }

    fn judge(&self, claims: Claims) -> Result<Customer, Unproven> {
        if !claims.times.are(self.clock.now(), self.settings.leeway_s) {
            return Err(Unproven::OutOfTime);
        }
        let issuer = claims.iss.unwrap_or_default();
        if claims.sub.is_empty() || claims.sub.len() > LONGEST || issuer.len() > LONGEST {
            return Err(Unproven::Malformed);
        }
        Ok(Customer {
            key: self.name_of(&issuer, &claims.sub),
            name: claims.name.as_deref().and_then(shown),
            issued_at: claims.times.iat.map(moment_of),
        })
    }

    /// The customer's name in the store: a keyed pseudonym, so that a stolen database does not
    /// tell who the bank's customers are.
    #[must_use]
    pub fn name_of(&self, issuer: &str, subject: &str) -> String {
        name_by(&self.key, issuer, subject)
    }
}

/// The name of a customer under the key that stands in the directory as [`KEY_NAME`].
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn name_by(key: &[u8; 32], issuer: &str, subject: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    // The length keeps two pairs apart that read the same when put together.
    let mac = mac.chain_update((issuer.len() as u64).to_be_bytes());
    hex(&mac.chain_update(issuer).chain_update(subject).finalize().into_bytes())
}

#[expect(clippy::cast_possible_truncation, reason = "what is beyond is cut to the last moment")]
fn moment_of(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1_000.0) as i64)
}

/// A name fit to be shown on one line, without what a bank should not have put there.
fn shown(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|char| !char.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| privacy::mask(name).text.into_owned())
}

#[cfg(test)]
pub(crate) mod tests;
