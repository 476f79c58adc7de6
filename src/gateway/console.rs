//! What the agent console asks for beside its socket; the project's own, open to no other client.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use serde::Serialize;

use crate::content::diagnostic::Diagnostic;
use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::language::Language;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/console/topics", get(topics))
        .route("/v1/console/content", get(content))
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
    roles::caller(&app, &peer, Deed::Answer).await?;
    let language = Language::from_tag(&wish.lang).unwrap_or(app.settings.conversation.language);
    let content = app.engine.content();
    let titles = content.intents.keys();
    let titles = titles.map(|id| (id.to_string(), content.title(id, language).to_owned()));
    Ok(Json(titles.collect()))
}

/// How it stands with the content: what serves, and what is wrong with the newest edit.
#[derive(Serialize)]
struct ContentAnswer {
    revision: String,
    since: String,
    intents: usize,
    dialogues: usize,
    /// Older revisions on which conversations run to their end.
    older: Vec<String>,
    warnings: Vec<Diagnostic>,
    /// Null when the newest edit serves.
    refused: Option<RefusedEdit>,
}

#[derive(Serialize)]
struct RefusedEdit {
    at: String,
    diagnostics: Vec<Diagnostic>,
}

/// How it stands with the content, for those who run the place.
async fn content(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<ContentAnswer>, Refusal> {
    roles::caller(&app, &peer, Deed::SeeContent).await?;
    let status = app.engine.content_status();
    Ok(Json(ContentAnswer {
        revision: status.revision,
        since: status.since.to_rfc3339(),
        intents: status.intents,
        dialogues: status.dialogues,
        older: status.older,
        warnings: status.warnings,
        refused: status.refused.map(|refused| RefusedEdit {
            at: refused.at.to_rfc3339(),
            diagnostics: refused.diagnostics,
        }),
    }))
}
