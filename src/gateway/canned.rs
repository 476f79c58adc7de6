//! Canned replies in the console: each agent reads those of their teams, administrators keep them.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::get;
use axum::routing::put;
use serde_json::Value;
use serde_json::json;

use crate::gateway::app::App;
use crate::gateway::kept;
use crate::gateway::kept::Filled;
use crate::gateway::kept::Kept;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::handover::canned::Canned;
use crate::handover::fault::Fault;
use crate::privacy::context::Context;
use crate::privacy::context::mask_in;
use crate::store::DocumentKind;

/// Room for a reply in every language, each as long as a message may be.
const LARGEST_BODY: usize = 64 * 1_024;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/console/canned", get(replies)).route(
        "/v1/console/canned/{id}",
        put(put_reply).delete(remove_reply).layer(DefaultBodyLimit::max(LARGEST_BODY)),
    )
}

impl Kept for Canned {
    const KIND: DocumentKind = DocumentKind::Canned;

    fn id(&self) -> &str {
        &self.id
    }
}

async fn replies(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<Value>, Refusal> {
    let agent = roles::caller(&app, &peer, Deed::Answer).await?;
    let mut replies: Vec<Canned> = kept::load(app.directory.as_ref()).await?;
    replies.sort_by_cached_key(|reply| (reply.name.to_lowercase(), reply.id.clone()));
    replies.retain(|reply| roles::serves(&agent, reply.team.as_ref(), None));
    Ok(Json(json!({ "canned": replies })))
}

async fn put_reply(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Filled, Refusal> {
    let admin = roles::changer(&app, &peer, Deed::ChangeSettings).await?;
    let reply: Canned = match kept::read(id, body?.0) {
        Ok(reply) => covered(&app, reply),
        Err(faulty) => return Ok(faulty),
    };
    let text_chars = usize::try_from(app.settings.limits.text_chars).unwrap_or(usize::MAX);
    let mut faults = reply.faults(text_chars);
    let others: Vec<Canned> = kept::load(app.directory.as_ref()).await?;
    if is_taken(&others, &reply) {
        let message = "another reply of this team has that short name";
        faults.push(Fault::new("name", "name_taken", message));
    }
    if !faults.is_empty() {
        return Ok(kept::faulty(&faults));
    }
    kept::keep(&app, &peer, admin.id, &reply).await
}

/// A reply without what nobody should send to a customer, nor keep.
fn covered(app: &App, mut reply: Canned) -> Canned {
    let secrets = Arc::clone(&app.engine.content().secrets);
    let context = Context { patterns: Some(&secrets), ..Context::default() };
    for text in reply.texts.values_mut().chain([&mut reply.name]) {
        *text = mask_in(&context, text).text.into_owned();
    }
    reply
}

/// Whether an agent who sees both could not tell them apart by name.
fn is_taken(others: &[Canned], reply: &Canned) -> bool {
    let name = reply.name.trim().to_lowercase();
    others.iter().any(|other| {
        other.id != reply.id && other.team == reply.team && other.name.trim().to_lowercase() == name
    })
}

async fn remove_reply(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let admin = roles::changer(&app, &peer, Deed::ChangeSettings).await?;
    kept::remove::<Canned>(&app, &peer, admin.id, &id).await
}
