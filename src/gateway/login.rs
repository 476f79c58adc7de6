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
use crate::gateway::accounts::plain;
use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::peer::cookie_name;
use crate::gateway::peer::set_cookie;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::gateway::roles::refuse_foreign;
use crate::protocol::Secret;
use crate::protocol::code::Code;
use crate::store::AgentRow;
use crate::store::Way;
use crate::telemetry::metrics::Limited;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/agent/login", post(log_in))
        .route("/v1/agent/logout", post(log_out))
        .route("/v1/agent/password", post(change_password))
        .route("/v1/agent/second-factor", post(offer_factor))
        .route("/v1/agent/second-factor/confirm", post(confirm_factor))
        .route("/v1/agent/second-factor/remove", post(remove_factor))
        .route("/v1/console/unlock", post(unlock))
        .route("/v1/console/me", get(me))
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

async fn log_in(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let Json(Credentials { email, password, code }) = body?;
    let (password, code) = (Secret::new(password), code.map(Secret::new));
    let signed_in = app.accounts.sign_in(&email, &password, code.as_ref(), peer.address).await;
    let signed_in = match signed_in {
        Ok(signed_in) => signed_in,
        Err(refused) => {
            note_failure(&app, &peer, &refused);
            return Ok(ask_for_code(refused));
        }
    };
    tracing::info!(agent.id = %signed_in.agent.id, "agent signed in");
    let token = signed_in.token.expose();
    let profile = Profile::of(&app.accounts, &signed_in.agent, signed_in.way).await?;
    let answer = json!({ "token": token, "agent": profile });
    Ok(begun(&app, Json(answer).into_response(), &signed_in.token))
}

/// The answer to somebody whose session began.
pub(super) fn begun(app: &App, answer: Response, token: &Secret) -> Response {
    with_cookie(app, answer, token.expose(), SESSION_HOURS * 60 * 60)
}

/// The refusal of a sign-in; where a code is what is missing, the client is told so.
pub(super) fn ask_for_code(refused: Refused) -> Response {
    let wants_code = matches!(refused, Refused::CodeWanted | Refused::WrongCode);
    if !wants_code {
        return Refusal::from(refused).into_response();
    }
    let message = refused.to_string();
    let body = json!({ "code": Code::Unauthorized, "message": message, "second_factor": true });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

/// Failures are counted and logged without the address that was typed: it may be a password.
pub(super) fn note_failure(app: &App, peer: &Peer, refused: &Refused) {
    if matches!(
        refused,
        Refused::Wrong
            | Refused::WrongCode
            | Refused::ProviderOnly
            | Refused::TooFast(_)
            | Refused::Locked(_)
    ) {
        if matches!(refused, Refused::TooFast(_)) {
            app.metrics.limited(Limited::SignIns).inc();
        }
        app.metrics.failed_logins.inc();
        tracing::warn!(peer.address = %peer.address, reason = %refused, "sign-in failed");
    }
}

async fn log_out(State(app): State<Arc<App>>, peer: Peer) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    if let Some(session) = &peer.session {
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
    tracing::info!(agent.id = %agent.id, "agent changed their password");
    profile(&app, &agent, Way::Password).await
}

#[derive(Deserialize)]
struct Proof {
    password: String,
}

async fn offer_factor(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Proof>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    let password = Secret::new(body?.0.password);
    let offer = app.accounts.offer_factor(session, &password, peer.address).await;
    let offer = offer.inspect_err(|refused| note_failure(&app, &peer, refused))?;
    Ok(private(Json(json!({ "secret": offer.secret, "uri": offer.uri })).into_response()))
}

#[derive(Deserialize)]
struct Confirmation {
    code: String,
}

async fn confirm_factor(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Confirmation>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    let code = Secret::new(body?.0.code);
    let codes = app.accounts.confirm_factor(session, &code, peer.address).await;
    let codes = codes.inspect_err(|refused| note_failure(&app, &peer, refused))?;
    Ok(private(Json(json!({ "recovery": codes })).into_response()))
}

#[derive(Deserialize)]
struct Removal {
    password: String,
    code: String,
}

async fn remove_factor(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Removal>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    let Json(Removal { password, code }) = body?;
    let (password, code) = (Secret::new(password), Secret::new(code));
    let removed = app.accounts.remove_factor(session, &password, &code, peer.address).await;
    removed.inspect_err(|refused| note_failure(&app, &peer, refused))?;
    Ok(Json(json!({})).into_response())
}

#[derive(Deserialize)]
struct Unlock {
    email: String,
}

/// An administrator lets a locked account in again.
async fn unlock(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Unlock>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let admin = roles::changer(&app, &peer, Deed::KeepAccounts).await?;
    let email = plain(&body?.0.email);
    app.accounts.forget_failures(&email).await?;
    if let Some(agent) = app.directory.agent_by_email(&email).await? {
        let entry = Entry::by(Actor::Agent(admin.id), Action::Unlocked).to_agent(&agent.id);
        app.audit.note(entry.from_address(peer.address)).await?;
    }
    Ok(Json(json!({})).into_response())
}

async fn profile(app: &App, agent: &AgentRow, way: Way) -> Result<Response, Refusal> {
    let profile = Profile::of(&app.accounts, agent, way).await?;
    Ok(Json(json!({ "agent": profile })).into_response())
}

/// What no cache may keep.
fn private(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

async fn me(State(app): State<Arc<App>>, peer: Peer) -> Result<Response, Refusal> {
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    let found = app.accounts.session(session).await?;
    let (session, agent) = found.ok_or_else(Refusal::not_signed_in)?;
    profile(&app, &agent, session.way).await
}

/// The answer with the session's cookie; an empty one that is over at once takes it away.
fn with_cookie(app: &App, mut response: Response, token: &str, max_age_s: i64) -> Response {
    let server = &app.settings.server;
    let cookie = set_cookie(server, cookie_name(server), token, "Strict", max_age_s);
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, cookie);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
