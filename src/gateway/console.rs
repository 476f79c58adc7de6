//! What the agent console asks for beside its socket; the project's own, open to no other client.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;

use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::language::Language;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/console/topics", get(topics))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    lang: String,
}

/// The titles of all topics by their ids, in the language that the console is set to.
async fn topics(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wish): Query<Wish>,
) -> Result<Json<BTreeMap<String, String>>, Refusal> {
    let session = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    app.accounts.signed_in(session).await?.ok_or_else(Refusal::not_signed_in)?;
    let language = Language::from_tag(&wish.lang).unwrap_or(app.settings.conversation.language);
    let content = app.engine.content();
    let titles = content.intents.keys();
    let titles = titles.map(|id| (id.to_string(), content.title(id, language).to_owned()));
    Ok(Json(titles.collect()))
}
