//! The calls by which agents sign in and out: the accounts' rules over HTTP.
//!
//! **Invariant:** the session's cookie is `HttpOnly` and `SameSite=Strict`, so no script reads it
//! and no other site sends it; a call that changes anything is refused to a foreign page besides.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::gateway::accounts::Profile;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::SESSION_HOURS;
use crate::gateway::app::App;
use crate::gateway::peer::COOKIE;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::ids::AgentId;
use crate::protocol::Secret;
use crate::protocol::code::Code;
use crate::store::StoreError;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/agent/login", post(log_in))
        .route("/v1/agent/logout", post(log_out))
        .route("/v1/agent/password", post(change_password))
        .route("/v1/console/me", get(me))
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

async fn log_in(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let Json(Credentials { email, password }) = body?;
    let signed_in = app.accounts.sign_in(&email, &Secret::new(password), peer.address).await;
    let signed_in = signed_in.inspect_err(|refused| note_failure(&app, &peer, refused))?;
    note(&app, &peer, &signed_in.agent.id, Action::SignedIn).await?;
    tracing::info!(agent.id = %signed_in.agent.id, "agent signed in");
    let token = signed_in.token.expose();
    let answer = json!({ "token": token, "agent": Profile::of(&signed_in.agent) });
    let max_age_s = SESSION_HOURS * 60 * 60;
    Ok(with_cookie(&app, Json(answer).into_response(), token, max_age_s))
}

async fn note(app: &App, peer: &Peer, agent: &AgentId, action: Action) -> Result<(), StoreError> {
    let entry = Entry::by(Actor::Agent(agent.clone()), action).from_address(peer.address);
    app.audit.note(entry).await
}

/// Failures are counted and logged without the address that was typed: it may be a password.
fn note_failure(app: &App, peer: &Peer, refused: &Refused) {
    if matches!(refused, Refused::Wrong | Refused::TooFast(_)) {
        app.metrics.failed_logins.inc();
        tracing::warn!(peer.address = %peer.address, reason = %refused, "sign-in failed");
    }
}

async fn log_out(State(app): State<Arc<App>>, peer: Peer) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    if let Some(session) = &peer.session {
        if let Some(agent) = app.accounts.signed_in(session).await? {
            note(&app, &peer, &agent.id, Action::SignedOut).await?;
        }
        app.accounts.sign_out(session).await?;
    }
    Ok(with_cookie(&app, Json(json!({})).into_response(), "", 0))
}

#[derive(Deserialize)]
struct PasswordChange {
    old: String,
    new: String,
}

async fn change_password(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<PasswordChange>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    let Json(PasswordChange { old, new }) = body?;
    let (old, new) = (Secret::new(old), Secret::new(new));
    let changed = app.accounts.change_password(session, &old, &new, peer.address).await;
    let agent = changed.inspect_err(|refused| note_failure(&app, &peer, refused))?;
    note(&app, &peer, &agent.id, Action::PasswordChanged).await?;
    tracing::info!(agent.id = %agent.id, "agent changed their password");
    Ok(Json(json!({ "agent": Profile::of(&agent) })).into_response())
}

async fn me(State(app): State<Arc<App>>, peer: Peer) -> Result<Response, Refusal> {
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    let agent = app.accounts.signed_in(session).await?.ok_or_else(Refusal::not_signed_in)?;
    Ok(Json(json!({ "agent": Profile::of(&agent) })).into_response())
}

pub(super) fn refuse_foreign(peer: &Peer) -> Result<(), Refusal> {
    if peer.is_foreign() {
        let message = "this origin is not on the list of allowed origins";
        return Err(Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, message));
    }
    Ok(())
}

/// The answer with the session's cookie; an empty one that is over at once takes it away.
fn with_cookie(app: &App, mut response: Response, token: &str, max_age_s: i64) -> Response {
    let secure = if app.settings.server.https { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).expect("base64 and our own words are ASCII");
    cookie.set_sensitive(true);
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, cookie);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
