//! The accounts of those who answer, in the console: kept by administrators.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use axum::routing::put;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::gateway::accounts::Accounts;
use crate::gateway::accounts::card;
use crate::gateway::accounts::keeping::Form;
use crate::gateway::accounts::keeping::Keeper;
use crate::gateway::accounts::keeping::NotKept;
use crate::gateway::app::App;
use crate::gateway::kept;
use crate::gateway::kept::Filled;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::handover::fault::Fault;
use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::protocol::agent::Card;
use crate::protocol::code::Code;
use crate::store::AgentRow;
use crate::store::StoreError;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/console/agents", get(agents).post(add))
        .route("/v1/console/agents/{id}", put(change))
        .route("/v1/console/agents/{id}/password", post(give_password))
        .route("/v1/console/agents/{id}/second-factor/remove", post(reset_factor))
}

/// An account as an administrator sees it.
#[derive(Serialize)]
struct Account {
    #[serde(flatten)]
    card: Card,
    email: String,
    skills: Vec<IntentId>,
    capacity: Option<u32>,
    disabled: bool,
    must_change_password: bool,
    second_factor: bool,
}

impl Account {
    async fn of(accounts: &Accounts, agent: &AgentRow) -> Result<Self, StoreError> {
        Ok(Self {
            card: card(agent),
            email: agent.email.clone(),
            skills: agent.skills.clone(),
            capacity: agent.capacity,
            disabled: agent.disabled,
            must_change_password: agent.must_change_password,
            second_factor: accounts.has_factor(agent).await?,
        })
    }
}

async fn agents(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::KeepAccounts).await?;
    let mut all = Vec::new();
    for agent in app.directory.agents().await? {
        all.push(Account::of(&app.accounts, &agent).await?);
    }
    Ok(Json(json!({ "agents": all })))
}

async fn keeper<'peer>(app: &App, peer: &'peer Peer) -> Result<Keeper<'peer>, Refusal> {
    let admin = roles::changer(app, peer, Deed::KeepAccounts).await?.id;
    Ok(Keeper { admin, peer })
}

/// What was filled in; its faults as an answer if it cannot be read.
fn form(body: Value) -> Result<Form, Filled> {
    serde_json::from_value(body)
        .map_err(|error| kept::faulty(&[Fault::new("", "form", error.to_string())]))
}

/// The answer where nothing was kept.
fn not_kept(why: NotKept) -> Response {
    match why {
        NotKept::Faulty(faults) => kept::faulty(&faults).into_response(),
        NotKept::Unknown => {
            let message = "there is no such account";
            Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, message).into_response()
        }
        NotKept::Refused(refused) => Refusal::from(refused).into_response(),
    }
}

/// An answer with a password for one use, which no cache may keep.
fn private(answer: Value) -> Response {
    let mut response = Json(answer).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}

async fn add(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Refusal> {
    let keeper = keeper(&app, &peer).await?;
    let form = match form(body?.0) {
        Ok(form) => form,
        Err(faulty) => return Ok(faulty.into_response()),
    };
    match app.accounts.add(&keeper, form).await {
        Ok((agent, password)) => {
            let account = Account::of(&app.accounts, &agent).await?;
            Ok(private(json!({ "agent": account, "password": password })))
        }
        Err(why) => Ok(not_kept(why)),
    }
}

async fn change(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Refusal> {
    let keeper = keeper(&app, &peer).await?;
    let form = match form(body?.0) {
        Ok(form) => form,
        Err(faulty) => return Ok(faulty.into_response()),
    };
    match app.accounts.change(&keeper, &AgentId::new(&id), form).await {
        Ok(agent) => {
            let account = Account::of(&app.accounts, &agent).await?;
            Ok(Json(json!({ "agent": account })).into_response())
        }
        Err(why) => Ok(not_kept(why)),
    }
}

async fn give_password(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let keeper = keeper(&app, &peer).await?;
    let given = app.accounts.give_password(&keeper, &AgentId::new(&id)).await;
    Ok(given.map_or_else(not_kept, |password| private(json!({ "password": password }))))
}

async fn reset_factor(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let keeper = keeper(&app, &peer).await?;
    let reset = app.accounts.reset_factor(&keeper, &AgentId::new(&id)).await;
    Ok(reset.map_or_else(not_kept, |()| Json(json!({})).into_response()))
}
