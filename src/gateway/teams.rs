//! Teams in the console: read by everybody who is signed in, changed by administrators; and the
//! answer to an offer.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde::Serialize;
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
use crate::handover::team::Fault;
use crate::handover::team::Team;
use crate::handover::team::Teams;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::protocol::code::Code;
use crate::store::Directory;
use crate::store::DocumentKind;
use crate::store::StoreError;

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/console/teams", get(teams))
        .route("/v1/console/teams/{id}", axum::routing::put(put_team).delete(remove_team))
        .route("/v1/console/decline", post(decline))
}

/// The teams that are kept. One that this version cannot read is left out, and said in the log:
/// its conversations are served all the same, as those of a team that nobody set up.
pub async fn load(directory: &dyn Directory) -> Result<Teams, StoreError> {
    let kept = directory.documents(DocumentKind::Team).await?;
    let teams =
        kept.into_iter().filter_map(|(id, body)| match serde_json::from_str::<Team>(&body) {
            Ok(team) => Some(team),
            Err(error) => {
                tracing::error!(team.id = id, %error, "a team cannot be read; set it up anew");
                None
            }
        });
    Ok(teams.collect())
}

/// A team, and how it stands now.
#[derive(Serialize)]
struct TeamAnswer<'a> {
    #[serde(flatten)]
    team: &'a Team,
    /// Whether it is open by its hours.
    open: bool,
    /// When it opens next, while it is closed.
    opens_at: Option<String>,
}

async fn teams(State(app): State<Arc<App>>, peer: Peer) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::Answer).await?;
    let now = app.clock.now();
    let teams = app.engine.teams();
    let all: Vec<TeamAnswer<'_>> = teams
        .iter()
        .map(|team| TeamAnswer {
            team,
            open: team.is_open(now),
            opens_at: teams.opens_at(&team.id, now).map(Timestamp::to_rfc3339),
        })
        .collect();
    Ok(Json(json!({ "teams": all })))
}

async fn put_team(
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
    let team: Team = match serde_json::from_value(body) {
        Ok(team) => team,
        Err(error) => return Ok(faulty(&[Fault { field: "", message: error.to_string() }])),
    };
    let faults = team.faults();
    if !faults.is_empty() {
        return Ok(faulty(&faults));
    }
    let text = serde_json::to_string(&team).expect("a team is plain values with text keys");
    app.directory.put_document(DocumentKind::Team, team.id.as_str(), &text).await?;
    note(&app, &peer, admin.id, &team.id, "set up").await?;
    app.engine.set_teams(load(app.directory.as_ref()).await?).await;
    Ok((StatusCode::OK, Json(json!({ "team": team }))))
}

/// What is wrong about a team, each fault with its field.
fn faulty(faults: &[Fault]) -> (StatusCode, Json<Value>) {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "faults": faults })))
}

async fn remove_team(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    refuse_foreign(&peer)?;
    let admin = roles::caller(&app, &peer, Deed::ChangeSettings).await?;
    let id = TeamId::new(&id);
    if !app.directory.remove_document(DocumentKind::Team, id.as_str()).await? {
        return Err(Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, "there is no such team"));
    }
    note(&app, &peer, admin.id, &id, "removed").await?;
    app.engine.set_teams(load(app.directory.as_ref()).await?).await;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Declined {
    conversation: ConversationId,
}

/// The agent does not take what is offered to them; it goes on to the next.
async fn decline(
    State(app): State<Arc<App>>,
    peer: Peer,
    body: Result<Json<Declined>, JsonRejection>,
) -> Result<Json<Value>, Refusal> {
    refuse_foreign(&peer)?;
    let agent = roles::caller(&app, &peer, Deed::Answer).await?;
    let Json(Declined { conversation }) = body?;
    let declined = app.engine.decline(&agent.id, &conversation).await;
    Ok(Json(json!({ "declined": declined })))
}

async fn note(
    app: &App,
    peer: &Peer,
    admin: AgentId,
    team: &TeamId,
    what: &str,
) -> Result<(), StoreError> {
    let entry = Entry::by(Actor::Agent(admin), Action::SettingsChanged);
    let entry = entry.with("team", team.as_str()).with("change", what).from_address(peer.address);
    app.audit.note(entry).await
}
