//! What was not understood, for those who look after the content: gathered by likeness, with a
//! look at what an added example would change, and the change as a patch to the intent files.
//!
//! Nothing here writes to the content folder: what is added becomes content the way that all
//! content does, through the hands of whoever keeps the files.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use similar::TextDiff;

use crate::content::Source;
use crate::content::amend::Addition;
use crate::content::amend::amended;
use crate::content::load;
use crate::engine::history;
use crate::engine::models::ModelFolder;
use crate::gateway::app::App;
use crate::gateway::insights::Wish;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::insight::missed::groups;
use crate::insight::missed::of_conversation;
use crate::protocol::code::Code;

mod preview;

/// Where these calls begin.
pub const PATH: &str = "/v1/console/missed";
/// A preview trains the matcher several times over.
pub const PREVIEW_WITHIN: Duration = Duration::from_mins(5);
/// Groups that are shown; nobody goes through more at once.
const MOST_GROUPS: usize = 200;
/// Examples that one patch adds.
const MOST_ADDITIONS: usize = 100;
/// Lines around a change, as patches usually have.
const CONTEXT: usize = 3;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/console/missed", get(missed))
        .route("/v1/console/missed/preview", post(look))
        .route("/v1/console/missed/patch", post(patch))
}

async fn missed(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wish): Query<Wish>,
) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::SeeInsights).await?;
    let period = wish.period(app.clock.now())?;
    let begin = Vec::new();
    let found = history::fold(app.store.as_ref(), period.since, begin, move |all, past| {
        let here = of_conversation(&past.id, &past.events).into_iter();
        all.extend(here.filter(|missed| period.holds(missed.at)));
    });
    let found = found.await?;
    let content = app.engine.content();
    let language = wish.language(&app);
    let intents: Vec<Value> = content
        .intents
        .keys()
        .map(|id| json!({ "id": id, "title": content.title(id, language) }))
        .collect();
    let messages = found.len();
    let gather = tokio::task::spawn_blocking(move || groups(&content, found));
    let mut groups = gather.await.map_err(|_| fault())?;
    let all = groups.len();
    groups.truncate(MOST_GROUPS);
    Ok(Json(json!({ "messages": messages, "of": all, "groups": groups, "intents": intents })))
}

fn fault() -> Refusal {
    let message = "the server failed on this";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, message)
}

#[derive(Deserialize)]
struct Additions {
    additions: Vec<Addition>,
}

/// The files as they lie in the content folder, and how those that change would be.
async fn changed(app: &App, additions: &[Addition]) -> Result<(Vec<Source>, Vec<Source>), Refusal> {
    let wrong = |message: String| Refusal::new(StatusCode::BAD_REQUEST, Code::BadField, message);
    if additions.is_empty() || additions.len() > MOST_ADDITIONS {
        return Err(wrong(format!("1 to {MOST_ADDITIONS} examples are added at once")));
    }
    let folder = app.settings.content.clone();
    let additions = additions.to_vec();
    let read = tokio::task::spawn_blocking(move || {
        let (sources, _) = load::read_folder(&folder);
        let files = amended(&sources, &additions);
        (sources, files)
    });
    let (sources, files) = read.await.map_err(|_| fault())?;
    let files = files.map_err(|error| wrong(error.to_string()))?;
    let new = sources.iter().map(|source| Source {
        file: source.file.clone(),
        text: files.get(&source.file).unwrap_or(&source.text).clone(),
    });
    Ok((sources.clone(), new.collect()))
}

/// What would change: by the held-out examples, and for conversations that were held.
async fn look(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wish): Query<Wish>,
    body: Result<Json<Additions>, JsonRejection>,
) -> Result<Json<preview::Preview>, Refusal> {
    roles::changer(&app, &peer, Deed::SeeInsights).await?;
    let Json(Additions { additions }) = body?;
    let period = wish.period(app.clock.now())?;
    let (before, after) = changed(&app, &additions).await?;
    // One at a time: each keeps every core busy for a while.
    let _one = app.counted.preview.lock().await;
    let models = ModelFolder::at(app.settings.models());
    let train = move || preview::train(&before, &after, additions, &models);
    let trained = tokio::task::spawn_blocking(train);
    let trained = trained.await.map_err(|_| fault())?;
    let trained = trained.map_err(|found| {
        let place =
            found.first().map_or_else(String::new, |it| format!("{}: {}", it.file, it.message));
        let message = format!("the content would have errors: {place}");
        Refusal::new(StatusCode::CONFLICT, Code::BadField, message)
    })?;
    Ok(Json(trained.replay(app.store.as_ref(), app.engine.policy(), period).await?))
}

async fn patch(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Additions>, JsonRejection>,
) -> Result<Response, Refusal> {
    roles::changer(&app, &peer, Deed::SeeInsights).await?;
    let Json(Additions { additions }) = body?;
    let (before, after) = changed(&app, &additions).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/x-diff; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"intents.patch\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, unified(&before, &after)).into_response())
}

/// The difference as `git apply` and `patch -p1` take it, from within the content folder.
fn unified(before: &[Source], after: &[Source]) -> String {
    let mut all = String::new();
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old.text != new.text) {
        let diff = TextDiff::from_lines(&old.text, &new.text);
        let mut unified = diff.unified_diff();
        let names = (format!("a/{}", old.file), format!("b/{}", new.file));
        all.push_str(&unified.context_radius(CONTEXT).header(&names.0, &names.1).to_string());
    }
    all
}
