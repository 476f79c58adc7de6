//! Teams in the console: read by everybody who is signed in, changed by administrators; and the
//! answer to an offer.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde::Serialize;
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
use crate::handover::team::Team;
use crate::handover::team::Teams;
use crate::ids::ConversationId;
use crate::ids::Timestamp;
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

impl Kept for Team {
    const KIND: DocumentKind = DocumentKind::Team;

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// The teams that are kept. The conversations of one that cannot be read are served all the same,
/// as those of a team that nobody set up.
pub async fn load(directory: &dyn Directory) -> Result<Teams, StoreError> {
    Ok(kept::load::<Team>(directory).await?.into_iter().collect())
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
) -> Result<Filled, Refusal> {
    let admin = roles::changer(&app, &peer, Deed::ChangeSettings).await?;
    let team: Team = match kept::read(id, body?.0) {
        Ok(team) => team,
        Err(faulty) => return Ok(faulty),
    };
    let faults = team.faults();
    if !faults.is_empty() {
        return Ok(kept::faulty(&faults));
    }
    let answer = kept::keep(&app, &peer, admin.id, &team).await?;
    app.engine.set_teams(load(app.directory.as_ref()).await?).await;
    Ok(answer)
}

async fn remove_team(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let admin = roles::changer(&app, &peer, Deed::ChangeSettings).await?;
    let answer = kept::remove::<Team>(&app, &peer, admin.id, &id).await?;
    app.engine.set_teams(load(app.directory.as_ref()).await?).await;
    Ok(answer)
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
    let agent = roles::changer(&app, &peer, Deed::Answer).await?;
    let Json(Declined { conversation }) = body?;
    let declined = app.engine.decline(&agent.id, &conversation).await;
    Ok(Json(json!({ "declined": declined })))
}
