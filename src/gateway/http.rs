//! The table of addresses, and what is the same for all of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware;
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;
use serde_json::json;
use tokio::time::timeout;

use crate::config::Texts;
use crate::gateway::agent;
use crate::gateway::app::App;
use crate::gateway::attachments;
use crate::gateway::canned;
use crate::gateway::console;
use crate::gateway::fallback;
use crate::gateway::insights;
use crate::gateway::login;
use crate::gateway::missed;
use crate::gateway::oidc;
use crate::gateway::pages;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::search;
use crate::gateway::signout;
use crate::gateway::staff;
use crate::gateway::teams;
use crate::gateway::upgrade::upgrade;
use crate::gateway::visitor;
use crate::language::Language;
use crate::protocol::Side;
use crate::protocol::code::Code;
use crate::telemetry;
use crate::telemetry::metrics;

/// No call takes a body larger than a few passwords.
const LARGEST_BODY: usize = 16 * 1_024;

/// Browsers come back by https only, for a year.
const HSTS: &str = "max-age=31536000";

/// For a whole call: its body, the work and the head of the answer.
const CALL_WITHIN: Duration = Duration::from_secs(10);

/// A store that takes longer to say that it is ready is not.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// All addresses.
pub fn router(app: Arc<App>) -> Router {
    let all = of_visitors(&app).merge(of_agents()).merge(of_both(&app));
    finished(all, app)
}

/// The addresses for customers alone: for where those who answer have a port of their own.
pub fn public_router(app: Arc<App>) -> Router {
    finished(of_visitors(&app).merge(of_both(&app)), app)
}

/// The addresses for those who answer, and for who watches the server.
pub fn admin_router(app: Arc<App>) -> Router {
    finished(of_agents().merge(of_both(&app)), app)
}

fn of_visitors(app: &App) -> Router<Arc<App>> {
    Router::new()
        .route("/v1/chat", get(chat))
        .route("/v1/chat/config", get(chat_config))
        .merge(fallback::routes(&app.settings.limits))
        .merge(signout::routes())
        .merge(pages::for_visitors(&app.settings.server.frame_ancestors))
}

fn of_agents() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/agent", get(agent_socket))
        .route("/metrics", get(all_metrics))
        .merge(canned::routes())
        .merge(console::routes())
        .merge(insights::routes())
        .merge(missed::routes())
        .merge(oidc::routes())
        .merge(login::routes())
        .merge(pages::for_agents())
        .merge(search::routes())
        .merge(staff::routes())
        .merge(teams::routes())
}

fn of_both(app: &App) -> Router<Arc<App>> {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .merge(attachments::routes(app))
}

/// With what is the same for all addresses.
fn finished(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    routes
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, "no such address"))
        .method_not_allowed_fallback(async || {
            let message = "no such method at this address";
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Code::NotFound, message)
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

/// Bounds the time of every call, and puts the headers that every answer has.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let within = if request.method() == Method::POST && path == attachments::PATH {
        attachments::UPLOAD_WITHIN
    } else if path.starts_with(insights::PATH) {
        insights::COUNT_WITHIN
    } else if path.starts_with(missed::PATH) {
        missed::PREVIEW_WITHIN
    } else {
        CALL_WITHIN
    };
    let answer = timeout(within, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| {
        let message = "the call took too long";
        Refusal::new(StatusCode::REQUEST_TIMEOUT, Code::Unavailable, message).into_response()
    });
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // What is no page shows and runs nothing, wherever it is opened.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    headers.entry(pages::CORP).or_insert(HeaderValue::from_static("same-origin"));
    if app.settings.server.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    response
}

async fn chat(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (for_socket, caller) = (Arc::clone(&app), peer.clone());
    upgrade(&app, Side::Visitor, &peer, request, move |socket| {
        visitor::serve(socket, for_socket, caller)
    })
}

async fn agent_socket(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (for_socket, caller) = (Arc::clone(&app), peer.clone());
    upgrade(&app, Side::Agent, &peer, request, move |socket| {
        agent::serve(socket, for_socket, caller)
    })
}

/// What the chat window needs before it may connect.
async fn chat_config(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    let chat = &app.settings.chat;
    let config = json!({
        "languages": Language::ALL,
        "language": app.settings.conversation.language,
        "consent": texts(&chat.consent),
        "privacy_notice": texts(&chat.privacy_notice),
        "open": app.engine.is_anybody_on_duty(),
        "theme": chat.theme,
        "attachments": attachments::offered(&app),
        "limits": app.settings.limits.on_the_wire(),
    });
    let mut response = Json(config).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer.insert(header::VARY, HeaderValue::from_static("Origin"));
    // The window asks from the bank's page, which is another origin than this server.
    if let Some(origin) = headers.get(header::ORIGIN).filter(|_| !peer.is_foreign()) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

fn texts(texts: &Texts) -> Value {
    if texts.is_empty() { Value::Null } else { json!(texts) }
}

/// Whether the server can do its work: not stopping, and the store can be written to.
async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match timeout(READY_WITHIN, app.store.ready()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is unavailable\n").into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

async fn all_metrics(State(app): State<Arc<App>>) -> Response {
    if let Some(bytes) = telemetry::resident_bytes() {
        app.metrics.resident_bytes.set(bytes);
    }
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], app.metrics.encode()).into_response()
}
