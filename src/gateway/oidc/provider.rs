//! The provider: where its doors are, changing a code for a token, and the keys that check it.
//!
//! **Invariant:** the provider is asked only when somebody signs in; nothing else ever waits for
//! it. Addresses come from its discovery document, must be https and name the issuer of the
//! settings. Codes, tokens and secrets stand in no log and no error.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use form_urlencoded::byte_serialize;
use http_body_util::Full;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::config::identity::is_safe;
use crate::config::oidc::Oidc;
use crate::gateway::identity::Unproven;
use crate::gateway::identity::ask;
use crate::gateway::identity::source::Source;
use crate::gateway::identity::token;
use crate::gateway::identity::token::Meant;
use crate::gateway::oidc::begun::Away;
use crate::gateway::oidc::person::IdToken;
use crate::gateway::oidc::person::NotIn;
use crate::ids::Timestamp;
use crate::protocol::Secret;

/// The provider answers by then; whoever signs in is told otherwise.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// For all that one sign-in asks of it, so that the call itself never runs out of time.
const ALL_WITHIN: Duration = Duration::from_secs(8);

/// After that its doors and keys are looked up anew: a key that it took back is good no longer.
const GOOD_FOR_MS: i64 = 10 * 60 * 1_000;

/// The provider as it describes itself (`OpenID` Connect Discovery 1.0).
#[derive(Deserialize)]
struct Described {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What was found.
struct Found {
    described: Described,
    keys: Source,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The provider of the settings.
pub struct Provider {
    settings: Oidc,
    clock: Clock,
    found: Mutex<Option<Arc<Found>>>,
}

impl Provider {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(settings: Oidc, clock: Clock) -> Self {
        Self { settings, clock, found: Mutex::default() }
    }

    /// Where a browser goes to sign in.
    pub async fn door(&self, away: &Away) -> Result<String, NotIn> {
        let found = timeout(ALL_WITHIN, self.found()).await.map_err(|_| NotIn::Down)??;
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect_url)
            .append_pair("scope", &self.settings.scopes.join(" "))
            .append_pair("state", &away.state)
            .append_pair("nonce", &away.nonce)
            .append_pair("code_challenge", &away.challenge())
            .append_pair("code_challenge_method", "S256")
            .finish();
        let door = &found.described.authorization_endpoint;
        let joint = if door.contains('?') { '&' } else { '?' };
        Ok(format!("{door}{joint}{query}"))
    }

    /// What the provider says of whoever came back with this code.
    pub async fn token_for(&self, code: &Secret, away: &Away) -> Result<IdToken, NotIn> {
        let asking = async {
            let found = self.found().await?;
            let id_token = self.exchange(&found.described, code, away).await?;
            let now = self.clock.now();
            let meant = Meant { audience: &self.settings.client_id, issuer: &self.settings.issuer };
            let claims = token::claims(&found.keys, id_token.expose(), &meant, now).await;
            claims.map_err(|unproven| match unproven {
                Unproven::NoKeysYet => NotIn::Down,
                _ => NotIn::BadToken,
            })
        };
        timeout(ALL_WITHIN, asking).await.map_err(|_| NotIn::Down)?
    }

    async fn found(&self) -> Result<Arc<Found>, NotIn> {
        let mut found = self.found.lock().await;
        let now = self.clock.now();
        if let Some(found) = found.as_ref().filter(|found| now < found.until) {
            return Ok(Arc::clone(found));
        }
        let fresh = match timeout(ANSWER_WITHIN, self.look()).await {
            Ok(Ok(fresh)) => Arc::new(fresh),
            Ok(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "the sign-in provider cannot be used");
                return Err(NotIn::Down);
            }
            Err(_) => {
                tracing::warn!("the sign-in provider does not answer in time");
                return Err(NotIn::Down);
            }
        };
        *found = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    async fn look(&self) -> anyhow::Result<Found> {
        let issuer = &self.settings.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let described: Described = serde_json::from_str(&ask::read(&url.parse()?).await?)
            .map_err(|_| anyhow::anyhow!("its description is not one"))?;
        anyhow::ensure!(described.issuer == *issuer, "it describes another issuer");
        let doors =
            [&described.authorization_endpoint, &described.token_endpoint, &described.jwks_uri];
        anyhow::ensure!(
            doors.iter().all(|door| is_safe(door)),
            "one of its addresses is not https"
        );
        let keys = Source::at(described.jwks_uri.parse::<Uri>()?);
        let until = self.clock.now().plus_ms(GOOD_FOR_MS);
        Ok(Found { described, keys, until })
    }

    async fn exchange(
        &self,
        described: &Described,
        code: &Secret,
        away: &Away,
    ) -> Result<Secret, NotIn> {
        let request = self.request(described, code, away).ok_or(NotIn::Down)?;
        let answer = timeout(ANSWER_WITHIN, ask::ask(request)).await;
        let (status, text) = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "a code could not be exchanged");
                return Err(NotIn::Down);
            }
            Err(_) => {
                tracing::warn!("the sign-in provider does not answer in time");
                return Err(NotIn::Down);
            }
        };
        if !status.is_success() {
            // Its words may repeat what was sent.
            tracing::warn!(%status, "the sign-in provider does not exchange a code");
            let is_no = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED);
            return Err(if is_no { NotIn::Refused } else { NotIn::Down });
        }
        let tokens: Tokens = serde_json::from_str(&text).map_err(|_| NotIn::BadToken)?;
        Ok(Secret::new(tokens.id_token))
    }

    /// The client names itself by `client_secret_basic`, which every provider knows unless it says
    /// otherwise.
    fn request(
        &self,
        described: &Described,
        code: &Secret,
        away: &Away,
    ) -> Option<Request<Full<Bytes>>> {
        let Oidc { client_id, redirect_url, secret, .. } = &self.settings;
        let secret = secret.as_ref()?.expose();
        let ways = &described.token_endpoint_auth_methods_supported;
        let knows = |way: &str| ways.iter().any(|known| known == way);
        let in_body = knows("client_secret_post") && !knows("client_secret_basic");
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose())
            .append_pair("redirect_uri", redirect_url)
            .append_pair("code_verifier", away.verifier.expose());
        let mut request = Request::post(&described.token_endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        if in_body {
            form.append_pair("client_id", client_id).append_pair("client_secret", secret);
        } else {
            let coded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = STANDARD.encode(format!("{}:{}", coded(client_id), coded(secret)));
            request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
        }
        request.body(Full::from(form.finish())).ok()
    }
}
