//! What conversations came to, for those who supervise: figures, tables to take away, and each
//! dialogue with its traffic.
//!
//! Whoever asks twice in a row gets what was counted for the first: counting reads every stored
//! conversation of the period, and only one count runs at a time.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use tokio::sync::Mutex;

use crate::authoring::graph::Graph;
use crate::authoring::graph::of_dialogue;
use crate::authoring::graph::svg::svg;
use crate::authoring::traffic::Traffic;
use crate::authoring::traffic::of_conversation;
use crate::conversation::event::Fact;
use crate::conversation::policy::Policy;
use crate::engine::history;
use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::ids::DialogueId;
use crate::ids::Timestamp;
use crate::insight::Period;
use crate::insight::Report;
use crate::insight::Tally;
use crate::insight::day_of;
use crate::insight::start_of;
use crate::insight::tables::tables;
use crate::insight::tale::Tale;
use crate::language::Language;
use crate::protocol::code::Code;
use crate::store::StoreError;

/// Where these calls begin.
pub const PATH: &str = "/v1/console/insights";
/// For counting a whole period; other calls are given less.
pub const COUNT_WITHIN: Duration = Duration::from_mins(1);
/// How long a count stands, in milliseconds.
const FRESH_MS: i64 = 30_000;
/// Days of a period that nobody asked for otherwise.
const USUAL_DAYS: i64 = 30;
/// A longer period is a matter for the command line.
const MOST_DAYS: i32 = 800;
/// The picture says nothing to scripts, and its styles are its own.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The routes of these calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/console/insights", get(figures))
        .route("/v1/console/insights/tables/{file}", get(table))
        .route("/v1/console/insights/dialogues", get(dialogues))
        .route("/v1/console/insights/dialogues/{file}", get(traffic))
}

/// What was counted last, for whoever asks again.
#[derive(Default)]
pub struct Counted {
    report: Mutex<Option<Kept<(), Report>>>,
    traffic: Mutex<Option<Kept<String, Traffic>>>,
    /// Held by whoever looks at what a change of the content would do.
    pub(super) preview: Mutex<()>,
}

struct Kept<More, Counts> {
    period: Period,
    /// What else it depends on.
    more: More,
    made_at: Timestamp,
    counts: Arc<Counts>,
}

async fn kept_or<More: PartialEq, Counts>(
    place: &Mutex<Option<Kept<More, Counts>>>,
    (period, more): (Period, More),
    now: Timestamp,
    count: impl Future<Output = Result<Counts, StoreError>>,
) -> Result<Arc<Counts>, StoreError> {
    let mut place = place.lock().await;
    if let Some(kept) = place.as_ref()
        && kept.period == period
        && kept.more == more
        && now.ms_since(kept.made_at) < FRESH_MS
    {
        return Ok(Arc::clone(&kept.counts));
    }
    let counts = Arc::new(count.await?);
    *place = Some(Kept { period, more, made_at: now, counts: Arc::clone(&counts) });
    Ok(counts)
}

/// A period, and the language that its answer is read in.
#[derive(Deserialize)]
pub(super) struct Wish {
    /// The first day.
    since: Option<Date>,
    /// The last day.
    until: Option<Date>,
    #[serde(default)]
    lang: String,
}

impl Wish {
    /// Whole days in the customers' time zone, the last month where nothing else is asked for.
    pub(super) fn period(&self, now: Timestamp) -> Result<Period, Refusal> {
        let zone = Policy::default().zone;
        let wrong = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, Code::BadField, message);
        let last = self.until.unwrap_or_else(|| day_of(now, &zone));
        let first = self.since.unwrap_or_else(|| last.saturating_sub((USUAL_DAYS - 1).days()));
        if last < first {
            return Err(wrong("the period ends before it begins"));
        }
        if last.since(first).map_or(MOST_DAYS, |span| span.get_days()) >= MOST_DAYS {
            return Err(wrong("the period is longer than 800 days; skicka report counts it"));
        }
        let after = last.tomorrow().ok().and_then(|day| start_of(day, &zone));
        match (start_of(first, &zone), after) {
            (Some(since), Some(until)) => Ok(Period { since, until }),
            _ => Err(wrong("there is no such day")),
        }
    }

    /// The language that the console is set to.
    pub(super) fn language(&self, app: &App) -> Language {
        Language::from_tag(&self.lang).unwrap_or(app.settings.conversation.language)
    }
}

async fn report(app: &Arc<App>, wish: &Wish) -> Result<Arc<Report>, Refusal> {
    let now = app.clock.now();
    let period = wish.period(now)?;
    let count = async {
        let teams = app.engine.teams();
        let tally = Tally::new(period, Policy::default().zone);
        let counted = history::fold(app.store.as_ref(), period.since, tally, move |tally, past| {
            tally.take(&Tale::of(past.created_at, &past.events), &teams);
        });
        Ok(counted.await?.report(now))
    };
    Ok(kept_or(&app.counted.report, (period, ()), now, count).await?)
}

async fn figures(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wish): Query<Wish>,
) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::SeeInsights).await?;
    let report = report(&app, &wish).await?;
    let mut answer = json!(*report);
    answer["containment"] = json!(report.ends.containment());
    answer["bot_resolution"] = json!(report.ends.resolution());
    Ok(Json(answer))
}

/// One table of the figures as a file.
async fn table(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(file): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    roles::caller(&app, &peer, Deed::SeeInsights).await?;
    let report = report(&app, &wish).await?;
    let all = tables(&report);
    let table = file.strip_suffix(".csv").and_then(|name| all.iter().find(|it| it.name == name));
    let Some(table) = table else {
        return Err(Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, "no such table"));
    };
    let disposition = format!("attachment; filename=\"skicka-{}.csv\"", table.name);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, table.csv()).into_response())
}

/// The dialogues by their titles.
async fn dialogues(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wish): Query<Wish>,
) -> Result<Json<Value>, Refusal> {
    roles::caller(&app, &peer, Deed::SeeInsights).await?;
    let content = app.engine.content();
    let language = wish.language(&app);
    let all: Vec<Value> = content
        .dialogues
        .keys()
        .map(|id| {
            let treats = content.intents.values().filter(|intent| intent.dialogue == *id);
            let titles: Vec<&str> = treats.map(|intent| intent.title.plain(language)).collect();
            json!({ "id": id, "title": titles.join(", ") })
        })
        .collect();
    Ok(Json(json!({ "dialogues": all })))
}

/// A dialogue with its traffic: `ID` as JSON for a table, `ID.svg` as a picture.
async fn traffic(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(file): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    roles::caller(&app, &peer, Deed::SeeInsights).await?;
    let content = app.engine.content();
    let (name, is_picture) = match file.strip_suffix(".svg") {
        Some(name) => (name, true),
        None => (file.as_str(), false),
    };
    let now = app.clock.now();
    let period = wish.period(now)?;
    let count = async {
        let content = Arc::clone(&content);
        let begin = Traffic::default();
        history::fold(app.store.as_ref(), period.since, begin, move |traffic, past| {
            if period.holds(past.created_at)
                && let Some(Fact::Message(hello)) = past.events.first().map(|event| &event.fact)
            {
                traffic.add(&of_conversation(&content, hello.lang, &past.events));
            }
        })
        .await
    };
    let more = content.revision.clone();
    let traffic = kept_or(&app.counted.traffic, (period, more), now, count).await?;
    let language = wish.language(&app);
    let drawn = of_dialogue(&content, &DialogueId::new(name), language, Some(&traffic));
    let Some(graph) = drawn else {
        return Err(Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, "no such dialogue"));
    };
    if !is_picture {
        return Ok(Json(Drawn::of(&graph)).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, svg(&graph, language)).into_response())
}

/// What a picture shows, for those who cannot see it and for sums.
#[derive(Serialize)]
struct Drawn<'g> {
    title: &'g str,
    steps: Vec<DrawnStep<'g>>,
    ways: Vec<DrawnWay<'g>>,
}

#[derive(Serialize)]
struct DrawnStep<'g> {
    step: &'g str,
    text: &'g str,
    came: u64,
    left: u64,
}

#[derive(Serialize)]
struct DrawnWay<'g> {
    from: &'g str,
    to: &'g str,
    by: String,
    took: u64,
}

impl<'g> Drawn<'g> {
    fn of(graph: &'g Graph) -> Self {
        let steps = graph.nodes.iter().filter_map(|node| {
            let count = node.count?;
            let text = if node.text.is_empty() { &node.head } else { &node.text };
            Some(DrawnStep { step: &node.id, text, came: count.came, left: count.left })
        });
        let ways = graph.edges.iter().filter_map(|edge| {
            let (from, to, by) = (&edge.from, &edge.to, edge.labels.join(", "));
            Some(DrawnWay { from, to, by, took: edge.count? })
        });
        Self { title: &graph.title, steps: steps.collect(), ways: ways.collect() }
    }
}
