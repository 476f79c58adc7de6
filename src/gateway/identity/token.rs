//! What a signed token (JWT) says, once a key of the right kind has checked it.

use jsonwebtoken::Validation;
use jsonwebtoken::decode;
use jsonwebtoken::decode_header;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::gateway::identity::Unproven;
use crate::gateway::identity::keys::Keys;
use crate::gateway::identity::source::Source;
use crate::ids::Timestamp;

/// Whom a token must be meant for, and by whom it must be made.
#[derive(Debug, Clone, Copy)]
pub struct Meant<'m> {
    /// Its `aud`.
    pub audience: &'m str,
    /// Its `iss`; empty = anybody who has the key.
    pub issuer: &'m str,
}

/// When a token is good. Times are judged by this server's own clock, so [`claims`] does not.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Times {
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    /// When it was made.
    #[serde(default)]
    pub iat: Option<f64>,
}

impl Times {
    /// Whether they hold now, with a clock elsewhere that is so many seconds off.
    #[must_use]
    pub fn are(&self, now: Timestamp, leeway_s: u32) -> bool {
        let (now, leeway) = (seconds_of(now), f64::from(leeway_s));
        let is_over = now >= self.exp + leeway;
        let is_early = self.nbf.is_some_and(|from| from > now + leeway);
        let from_the_future = self.iat.is_some_and(|from| from > now + leeway);
        !(is_over || is_early || from_the_future)
    }
}

/// What a token claims, by the keys of a source. An unknown key is looked for once.
pub async fn claims<C: DeserializeOwned>(
    source: &Source,
    token: &str,
    meant: &Meant<'_>,
    now: Timestamp,
) -> Result<C, Unproven> {
    match claims_by(&source.keys(), token, meant) {
        Err(Unproven::NoKey | Unproven::NoKeysYet) => {
            // Whoever waits here waits for their own proof; no conversation does.
            source.look_again(now).await;
            claims_by(&source.keys(), token, meant)
        }
        known => known,
    }
}

fn claims_by<C: DeserializeOwned>(
    keys: &Keys,
    token: &str,
    meant: &Meant<'_>,
) -> Result<C, Unproven> {
    let header = decode_header(token).map_err(|_| Unproven::Malformed)?;
    // A header that asks to be understood (RFC 7515, 4.1.11) is not.
    if header.crit.is_some() {
        return Err(Unproven::Malformed);
    }
    if keys.is_empty() {
        return Err(Unproven::NoKeysYet);
    }
    let mut fitting = keys.fitting(header.alg, header.kid.as_deref()).peekable();
    if fitting.peek().is_none() {
        return Err(Unproven::NoKey);
    }
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.set_audience(&[meant.audience]);
    validation.set_required_spec_claims(&["exp", "aud", "sub"]);
    if !meant.issuer.is_empty() {
        validation.set_issuer(&[meant.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "sub", "iss"]);
    }
    let claims = fitting.find_map(|key| decode::<C>(token, key, &validation).ok());
    Ok(claims.ok_or(Unproven::Refused)?.claims)
}

#[expect(clippy::cast_precision_loss, reason = "the second is exact for 200 million years")]
fn seconds_of(moment: Timestamp) -> f64 {
    (moment.0 / 1_000) as f64
}
