//! Agents sign in with the house's own provider: `OpenID` Connect, authorization code flow, PKCE.
//!
//! A browser is sent away with a ticket in a cookie and comes back with a code; the code is
//! changed for a token that says who it is ([`provider`]), the rules say whether they come in
//! ([`person`], [`crate::gateway::accounts::vouched`]), and then it is a session like any other.
//!
//! **Invariant:** an answer is taken once, from the browser that was sent away, within its time.
//! The only addresses that a browser is sent to are the provider's door and this server's console.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use crate::clock::Clock;
use crate::config;
use crate::config::oidc::CALLBACK;
use crate::gateway::accounts::Profile;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::vouched::Vouched;
use crate::gateway::app::App;
use crate::gateway::login;
use crate::gateway::peer;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles::refuse_foreign;
use crate::ids::Timestamp;
use crate::protocol::Secret;
use crate::protocol::code::Code;
use crate::telemetry::metrics::Limited;

pub mod begun;
pub mod person;
pub mod provider;

use begun::Away;
use begun::Begun;
use begun::Stage;
use person::NotIn;
use person::Person;
use provider::Provider;

/// The cookie of whoever is on the way; another site's page sends it only by going here whole.
const TICKET: &str = "skicka_oidc";

/// The same by https.
const SECURE_TICKET: &str = "__Host-skicka_oidc";

/// The house's own sign-in.
pub struct Oidc {
    settings: config::oidc::Oidc,
    provider: Provider,
    begun: Begun,
}

impl Oidc {
    /// By these settings; nobody is asked yet.
    #[must_use]
    pub fn new(settings: config::oidc::Oidc, clock: Clock) -> Self {
        let provider = Provider::new(settings.clone(), clock);
        Self { settings, provider, begun: Begun::default() }
    }
}

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/agent/oidc", get(told))
        .route("/v1/agent/oidc/start", get(start))
        .route(CALLBACK, get(callback))
        .route("/v1/agent/oidc/code", post(code))
}

/// What the sign-in page must know: whether there is such a sign-in, and what people call it.
async fn told(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.oidc.as_ref().map_or(
        json!({}),
        |oidc| json!({ "name": oidc.settings.name, "only": oidc.settings.only }),
    ))
}

/// Sends a browser away to sign in.
async fn start(State(app): State<Arc<App>>, peer: Peer) -> Result<Response, Refusal> {
    let oidc = set_up(&app)?;
    let away = Away::draw();
    let door = match app.accounts.sets_out(peer.address) {
        Ok(()) => oidc.provider.door(&away).await,
        Err(too_many) => Err(too_many),
    };
    Ok(match door {
        Ok(door) => {
            let ticket = oidc.begun.keep(Stage::Away(away), app.clock.now());
            with_ticket(&app, to(&door), Some(&ticket))
        }
        Err(why) => turned_away(&app, &peer, why),
    })
}

#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: Option<String>,
}

/// A browser comes back.
async fn callback(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    returned: Result<Query<Returned>, QueryRejection>,
) -> Result<Response, Refusal> {
    let oidc = set_up(&app)?;
    let Query(returned) = returned.unwrap_or(Query(Returned { state: String::new(), code: None }));
    let stage = ticket(&app, &headers).and_then(|ticket| oidc.begun.take(&ticket, app.clock.now()));
    let away = match stage {
        Some(Stage::Away(away)) if away.state == returned.state => away,
        _ => {
            // Anybody can come here with nothing: that must fill no log.
            let why = app.accounts.sets_out(peer.address).err().unwrap_or(NotIn::Expired);
            return Ok(turned_away(&app, &peer, why));
        }
    };
    let code = returned.code.map(Secret::new);
    let mut known = None;
    Ok(match vouched(&app, oidc, &peer, code, &away, &mut known).await {
        Ok(Vouched::In(signed_in)) => {
            tracing::info!(agent.id = %signed_in.agent.id, "agent signed in by the provider");
            let answer = login::begun(&app, to("/console"), &signed_in.token);
            with_ticket(&app, answer, None)
        }
        Ok(Vouched::CodeWanted(agent)) => {
            let ticket = oidc.begun.keep(Stage::Vouched(agent), app.clock.now());
            with_ticket(&app, to("/console?signin=code"), Some(&ticket))
        }
        Err(why) => {
            app.accounts.note_not_in(known.as_ref(), why, peer.address).await?;
            turned_away(&app, &peer, why)
        }
    })
}

/// `known` is whom the token was about, also where they do not come in.
async fn vouched(
    app: &App,
    oidc: &Oidc,
    peer: &Peer,
    code: Option<Secret>,
    away: &Away,
    known: &mut Option<Person>,
) -> Result<Vouched, NotIn> {
    let code = code.ok_or(NotIn::Refused)?;
    let token = oidc.provider.token_for(&code, away).await?;
    let now: Timestamp = app.clock.now();
    let person = person::person(&token, &away.nonce, &oidc.settings, now)?;
    let person = known.insert(person);
    app.accounts.sign_in_vouched(person, peer.address).await
}

#[derive(Deserialize)]
struct Typed {
    code: String,
}

/// The code of the second factor, from whom the provider vouched for.
async fn code(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    body: Result<Json<Typed>, JsonRejection>,
) -> Result<Response, Refusal> {
    refuse_foreign(&peer)?;
    let oidc = set_up(&app)?;
    let code = Secret::new(body?.0.code);
    let now = app.clock.now();
    let stage = ticket(&app, &headers).and_then(|ticket| oidc.begun.take(&ticket, now));
    let Some(Stage::Vouched(agent)) = stage else { return Err(Refusal::not_signed_in()) };
    match app.accounts.finish_vouched(&agent, &code, peer.address).await {
        Ok(signed_in) => {
            tracing::info!(agent.id = %signed_in.agent.id, "agent signed in by the provider");
            let profile = Profile::of(&app.accounts, &signed_in.agent, signed_in.way).await?;
            let answer = Json(json!({ "agent": profile })).into_response();
            Ok(with_ticket(&app, login::begun(&app, answer, &signed_in.token), None))
        }
        Err(refused) => {
            login::note_failure(&app, &peer, &refused);
            let may_go_on = !matches!(refused, Refused::NotSignedIn);
            let ticket = may_go_on.then(|| oidc.begun.keep(Stage::Vouched(agent), now));
            Ok(with_ticket(&app, login::ask_for_code(refused), ticket.as_ref()))
        }
    }
}

fn set_up(app: &App) -> Result<&Oidc, Refusal> {
    let none = || Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, "no such sign-in here");
    app.oidc.as_ref().ok_or_else(none)
}

/// Back to the console, which says why in words.
fn turned_away(app: &App, peer: &Peer, why: NotIn) -> Response {
    if why == NotIn::TooMany {
        app.metrics.limited(Limited::SignIns).inc();
    } else {
        app.metrics.failed_logins.inc();
        tracing::warn!(peer.address = %peer.address, reason = %why, "sign-in failed");
    }
    with_ticket(app, to(&format!("/console?signin={}", why.code())), None)
}

/// Sends a browser on, to an address of ours or of the provider's.
fn to(address: &str) -> Response {
    let Ok(address) = HeaderValue::from_str(address) else {
        return to("/console?signin=down");
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

fn ticket(app: &App, headers: &HeaderMap) -> Option<Secret> {
    peer::cookie(headers, ticket_name(app))
}

fn ticket_name(app: &App) -> &'static str {
    if app.settings.server.https { SECURE_TICKET } else { TICKET }
}

/// The answer with a ticket; with none, the one that is there is taken away.
fn with_ticket(app: &App, mut response: Response, ticket: Option<&Secret>) -> Response {
    let value = ticket.map_or("", Secret::expose);
    let max_age_s = if ticket.is_some() { begun::WITHIN_S } else { 0 };
    // Strict would keep it back when the browser comes from the provider's page.
    let name = ticket_name(app);
    let cookie = peer::set_cookie(&app.settings.server, name, value, "Lax", max_age_s);
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookie);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
