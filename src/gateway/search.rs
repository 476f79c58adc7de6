//! Finding conversations in the console: by what was written in them, how they stand, and whose
//! they are.
//!
//! **Invariant:** nobody finds what they may not open.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

use crate::conversation::event::Status;
use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::protocol::agent::AgentName;
use crate::protocol::code::Code;
use crate::store::AgentRow;
use crate::store::ConversationRow;
use crate::store::StoreError;
use crate::store::search::By;
use crate::store::search::Found;
use crate::store::search::Hit;
use crate::store::search::Mark;
use crate::store::search::Wanted;
use crate::store::search::Within;

/// Nobody looks for more words than this; each costs a walk through the index.
const LONGEST: usize = 200;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/console/search", get(search))
        .route("/v1/console/colleagues", get(colleagues))
        .route("/v1/console/tags", get(tags))
}

/// What the address may ask for; an empty field narrows nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wish {
    q: String,
    status: String,
    team: String,
    lang: String,
    topic: String,
    agent: String,
    tag: String,
    /// RFC 3339: something happened at this moment or later.
    from: String,
    /// RFC 3339: begun before this moment.
    before: String,
    /// A conversation: whatever its visitor had.
    of: String,
    /// Where the page before ended.
    after: String,
}

#[derive(Serialize)]
struct FoundAnswer {
    conversation: ConversationId,
    status: Status,
    team: Option<TeamId>,
    lang: Language,
    topic: Option<IntentId>,
    agent: Option<AgentName>,
    tags: Vec<String>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<String>,
    hits: Vec<HitAnswer>,
}

#[derive(Serialize)]
struct HitAnswer {
    seq: Seq,
    at: String,
    /// `visitor`, `agent` or `note`.
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Texts, each with whether it is a word that was looked for.
    pieces: Vec<(String, bool)>,
}

impl From<Hit> for HitAnswer {
    fn from(hit: Hit) -> Self {
        let (by, name) = match hit.by {
            By::Visitor => ("visitor", None),
            By::Agent(name) => ("agent", Some(name)),
            By::Note(name) => ("note", name),
        };
        Self { seq: hit.seq, at: hit.at.to_rfc3339(), by, name, pieces: hit.pieces }
    }
}

async fn search(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wish): Query<Wish>,
) -> Result<Json<Value>, Refusal> {
    let agent = roles::caller(&app, &peer, Deed::Answer).await?;
    let mut wanted = wanted(&wish)?;
    if !wish.of.is_empty() {
        let row = seen(&app, &agent, &ConversationId::new(&wish.of)).await?;
        wanted.visitor = Some(row.visitor);
    }
    let sees_all = roles::may(agent.role, Deed::Supervise) || agent.teams.is_empty();
    wanted.within =
        (!sees_all).then(|| Within { teams: agent.teams.clone(), agent: agent.id.clone() });
    let page = app.engine.search(&wanted).await?;
    let names = names(&app).await?;
    let found: Vec<_> = page.found.into_iter().map(|found| answer(found, &names)).collect();
    let next = page.next.map(|mark| format!("{}-{}", mark.at, mark.number));
    Ok(Json(json!({ "found": found, "next": next })))
}

/// A conversation, to whoever may open it.
async fn seen(
    app: &App,
    agent: &AgentRow,
    id: &ConversationId,
) -> Result<ConversationRow, Refusal> {
    let missing = || {
        let message = "there is no such conversation, or it is not yours to see";
        Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, message)
    };
    let row = app.store.conversation(id).await?.ok_or_else(missing)?;
    let holds = row.head.agent.as_ref() == Some(&agent.id);
    if holds || roles::serves(agent, row.head.team.as_ref(), None) {
        Ok(row)
    } else {
        Err(missing())
    }
}

fn answer(found: Found, names: &HashMap<AgentId, String>) -> FoundAnswer {
    FoundAnswer {
        conversation: found.conversation,
        status: found.status,
        team: found.team,
        lang: found.lang,
        topic: found.topic,
        agent: found.agent.map(|id| {
            let name = names.get(&id).cloned().unwrap_or_default();
            AgentName { id, name }
        }),
        tags: found.tags,
        created_at: found.created_at.to_rfc3339(),
        updated_at: found.updated_at.to_rfc3339(),
        opening: found.opening,
        hits: found.hits.into_iter().map(HitAnswer::from).collect(),
    }
}

fn wanted(wish: &Wish) -> Result<Wanted, Refusal> {
    fn some<Item>(text: &str, read: impl Fn(&str) -> Item) -> Option<Item> {
        (!text.is_empty()).then(|| read(text))
    }
    if wish.q.chars().count() > LONGEST {
        return Err(bad("q", "is too long"));
    }
    let status = some(&wish.status, |text| {
        serde_json::from_value(Value::String(text.to_owned()))
            .map_err(|_| bad("status", "must be bot, queued, agent, offline or ended"))
    });
    let lang = some(&wish.lang, |tag| {
        Language::from_tag(tag).ok_or_else(|| bad("lang", "must be sv, fi or en"))
    });
    Ok(Wanted {
        words: wish.q.trim().to_owned(),
        status: status.transpose()?,
        team: some(&wish.team, TeamId::new),
        lang: lang.transpose()?,
        topic: some(&wish.topic, IntentId::new),
        agent: some(&wish.agent, AgentId::new),
        tag: some(&wish.tag, str::to_lowercase),
        visitor: None,
        from: some(&wish.from, |text| moment("from", text)).transpose()?,
        before: some(&wish.before, |text| moment("before", text)).transpose()?,
        within: None,
        after: some(&wish.after, mark).transpose()?,
    })
}

fn moment(field: &str, text: &str) -> Result<Timestamp, Refusal> {
    let moment: Result<jiff::Timestamp, _> = text.parse();
    let moment = moment.map_err(|_| bad(field, "must be a moment by RFC 3339"))?;
    Ok(Timestamp(moment.as_millisecond()))
}

fn mark(text: &str) -> Result<Mark, Refusal> {
    let read = |(at, number): (&str, &str)| {
        Some(Mark { at: at.parse().ok()?, number: number.parse().ok()? })
    };
    text.split_once('-').and_then(read).ok_or_else(|| bad("after", "is not from an answer"))
}

fn bad(field: &str, rule: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, Code::BadField, format!("{field} {rule}"))
}

async fn names(app: &App) -> Result<HashMap<AgentId, String>, StoreError> {
    let agents = app.directory.agents().await?;
    Ok(agents.into_iter().map(|agent| (agent.id, agent.name)).collect())
}

/// Everybody who ever answered, by name: to look for what they did.
async fn colleagues(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::Answer).await?;
    let agents = app.directory.agents().await?;
    let agents = agents.into_iter().map(|agent| AgentName { id: agent.id, name: agent.name });
    Ok(Json(json!({ "agents": agents.collect::<Vec<_>>() })))
}

/// The tags in use, to choose from.
async fn tags(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::Answer).await?;
    Ok(Json(json!({ "tags": app.store.tags().await? })))
}
