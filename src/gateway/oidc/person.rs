//! Whom an id token is about, and whether they may come in: the rules, without asking anybody.
//!
//! The signature, `iss`, `aud`, `exp` and the algorithm were checked before: see
//! [`crate::gateway::identity::token`].

use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;

use crate::config::oidc::Oidc;
use crate::gateway::accounts::plain;
use crate::gateway::accounts::role_word;
use crate::gateway::identity::token::Times;
use crate::ids::Timestamp;
use crate::store::Role;

/// How far the provider's clock may be from ours.
const LEEWAY_S: u32 = 60;

/// What an id token claims.
#[derive(Debug, Clone, Deserialize)]
pub struct IdToken {
    #[serde(flatten)]
    times: Times,
    aud: Value,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    email: Option<String>,
    /// Some providers write the word for it; only the value itself counts.
    #[serde(default)]
    email_verified: Value,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// For whom the provider vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As accounts hold it.
    pub email: String,
    /// Where the provider says the role.
    pub role: Option<Role>,
}

/// Why somebody does not come in; the console has words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotIn {
    /// The answer belongs to no sign-in that was begun here and still runs.
    #[error("the sign-in was not begun here, or took too long")]
    Expired,
    /// The provider could not be asked.
    #[error("the provider does not answer as it should")]
    Down,
    /// The provider says no.
    #[error("the provider refused")]
    Refused,
    /// The token is not good here.
    #[error("the provider's token is not good here")]
    BadToken,
    /// The provider does not vouch for the address.
    #[error("the provider vouches for no e-mail address")]
    Unverified,
    /// No account with the address may sign in.
    #[error("no account that may sign in has the address")]
    NoAccount,
    /// The provider gives no role here.
    #[error("the provider gives no role here")]
    NoRole,
    /// Too many attempts.
    #[error("too many attempts")]
    TooMany,
    /// The store failed.
    #[error("the store is unavailable")]
    Unavailable,
}

impl NotIn {
    /// As the console is told.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Down => "down",
            Self::Refused => "refused",
            Self::BadToken => "bad_token",
            Self::Unverified => "unverified",
            Self::NoAccount => "no_account",
            Self::NoRole => "no_role",
            Self::TooMany => "too_many",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Whom a token vouches for in the sign-in that had this nonce.
pub fn person(
    token: &IdToken,
    nonce: &str,
    settings: &Oidc,
    now: Timestamp,
) -> Result<Person, NotIn> {
    if !token.times.are(now, LEEWAY_S)
        || token.nonce.as_deref() != Some(nonce)
        || !is_for_us(token, &settings.client_id)
    {
        return Err(NotIn::BadToken);
    }
    let email = token.email.as_deref().map(plain).filter(|email| !email.is_empty());
    let email = email.filter(|_| token.email_verified == Value::Bool(true));
    let email = email.ok_or(NotIn::Unverified)?;
    if settings.roles_claim.is_empty() {
        return Ok(Person { email, role: None });
    }
    let role = token.others.get(&settings.roles_claim).and_then(|said| highest(said, settings));
    Ok(Person { email, role: Some(role.ok_or(NotIn::NoRole)?) })
}

/// A token for several must say that it was made for this one (`OpenID` Connect Core, 3.1.3.7).
fn is_for_us(token: &IdToken, client_id: &str) -> bool {
    let alone = match &token.aud {
        Value::Array(several) => several.iter().all(|one| one == client_id),
        one => one == client_id,
    };
    match token.azp.as_deref() {
        Some(party) => party == client_id,
        None => alone,
    }
}

/// The role that may most, of those that the claim's values stand for.
fn highest(said: &Value, settings: &Oidc) -> Option<Role> {
    let values = match said {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    };
    let named: Vec<&str> =
        values.iter().filter_map(Value::as_str).filter_map(|it| settings.role_of(it)).collect();
    let from_the_highest = [Role::Admin, Role::Supervisor, Role::Agent];
    from_the_highest.into_iter().find(|role| named.contains(&role_word(*role)))
}
