//! Canned replies in the console: each agent reads those of their teams, administrators keep them.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::put;
use serde_json::Value;
use serde_json::json;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::gateway::app::App;
use crate::gateway::login::refuse_foreign;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::handover::canned::Canned;
use crate::handover::canned::Fault;
use crate::ids::AgentId;
use crate::protocol::code::Code;
use crate::store::Directory;
use crate::store::DocumentKind;
use crate::store::StoreError;

/// Room for a reply in every language, each as long as a message may be.
const LARGEST_BODY: usize = 64 * 1_024;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/console/canned", get(replies)).route(
        "/v1/console/canned/{id}",
        put(put_reply).delete(remove_reply).layer(DefaultBodyLimit::max(LARGEST_BODY)),
    )
}

/// All that are kept, by name. One that this version cannot read is left out, and said in the log.
async fn load(directory: &dyn Directory) -> Result<Vec<Canned>, StoreError> {
    let kept = directory.documents(DocumentKind::Canned).await?;
    let mut replies: Vec<Canned> = kept
        .into_iter()
        .filter_map(|(id, body)| match serde_json::from_str(&body) {
            Ok(reply) => Some(reply),
            Err(error) => {
                tracing::error!(canned.id = id, %error, "a canned reply cannot be read; write it anew");
                None
            }
        })
        .collect();
    replies.sort_by_cached_key(|reply| (reply.name.to_lowercase(), reply.id.clone()));
    Ok(replies)
}

async fn replies(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<Value>, Refusal> {
    let agent = roles::caller(&app, &peer, Deed::Answer).await?;
    let mut replies = load(app.directory.as_ref()).await?;
    replies.retain(|reply| roles::serves(&agent, reply.team.as_ref(), None));
    Ok(Json(json!({ "canned": replies })))
}

async fn put_reply(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    refuse_foreign(&peer)?;
    let admin = roles::caller(&app, &peer, Deed::ChangeSettings).await?;
    let Json(mut body) = body?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("id".to_owned(), Value::String(id));
    }
    let reply: Canned = match serde_json::from_value(body) {
        Ok(reply) => reply,
        Err(error) => return Ok(faulty(&[Fault::new("", "form", error.to_string())])),
    };
    let text_chars = usize::try_from(app.settings.limits.text_chars).unwrap_or(usize::MAX);
    let mut faults = reply.faults(text_chars);
    if is_taken(app.directory.as_ref(), &reply).await? {
        let message = "another reply of this team has that short name";
        faults.push(Fault::new("name", "name_taken", message));
    }
    if !faults.is_empty() {
        return Ok(faulty(&faults));
    }
    let text = serde_json::to_string(&reply).expect("a reply is plain values with text keys");
    app.directory.put_document(DocumentKind::Canned, &reply.id, &text).await?;
    note(&app, &peer, admin.id, &reply.id, "set up").await?;
    Ok((StatusCode::OK, Json(json!({ "canned": reply }))))
}

/// Whether an agent who sees both could not tell them apart by name.
async fn is_taken(directory: &dyn Directory, reply: &Canned) -> Result<bool, StoreError> {
    let name = reply.name.trim().to_lowercase();
    let others = load(directory).await?;
    Ok(others.iter().any(|other| {
        other.id != reply.id && other.team == reply.team && other.name.trim().to_lowercase() == name
    }))
}

/// What is wrong about a reply, each fault with its field.
fn faulty(faults: &[Fault]) -> (StatusCode, Json<Value>) {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "faults": faults })))
}

async fn remove_reply(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    refuse_foreign(&peer)?;
    let admin = roles::caller(&app, &peer, Deed::ChangeSettings).await?;
    if !app.directory.remove_document(DocumentKind::Canned, &id).await? {
        let message = "there is no such canned reply";
        return Err(Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, message));
    }
    note(&app, &peer, admin.id, &id, "removed").await?;
    Ok(Json(json!({})))
}

async fn note(
    app: &App,
    peer: &Peer,
    admin: AgentId,
    reply: &str,
    what: &str,
) -> Result<(), StoreError> {
    let entry = Entry::by(Actor::Agent(admin), Action::SettingsChanged);
    let entry = entry.with("canned", reply).with("change", what).from_address(peer.address);
    app.audit.note(entry).await
}
