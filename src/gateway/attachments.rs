//! Files that customers send: taken in when a setting allows it, given out to whom they concern.
//!
//! **Invariant:** what a file is, is told by its content; nothing but the pictures and documents of
//! the setting is kept, nothing is ever shown as a page or run, and nobody gets a file but the
//! visitor of its conversation and those who answer.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::FromRequest as _;
use axum::extract::Multipart;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware;
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde_json::Value;
use serde_json::json;

use crate::audit::hex;
use crate::clock;
use crate::conversation::event::Attachment;
use crate::gateway::app::App;
use crate::gateway::hello;
use crate::gateway::lasting::Lasting;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::roles;
use crate::ids::ConversationId;
use crate::ids::VisitorId;
use crate::privacy::context::Context;
use crate::privacy::context::mask_in;
use crate::privacy::files::FileKind;
use crate::privacy::files::bare_name;
use crate::protocol;
use crate::protocol::Secret;
use crate::protocol::code::Code;
use crate::store::AgentRow;
use crate::store::StoreError;
use crate::store::attachments::AttachmentRow;

/// Where files are sent to, and below it given out.
pub const PATH: &str = protocol::event::ATTACHMENTS;
/// For a whole upload: five megabytes over a slow mobile link.
pub const UPLOAD_WITHIN: Duration = Duration::from_mins(2);
/// What a form adds to its file.
const FORM_BYTES: usize = 16 * 1_024;
/// The header that names a file which is sent by itself.
const FILE_NAME: &str = "x-file-name";

/// The routes of these calls.
pub fn routes(app: &App) -> Router<Arc<App>> {
    let largest = usize::try_from(app.settings.attachments.max_bytes).unwrap_or(usize::MAX);
    Router::new()
        .route(PATH, post(take).options(preflight))
        .layer(DefaultBodyLimit::max(largest.saturating_add(FORM_BYTES)))
        .route(&format!("{PATH}/{{id}}"), get(give).options(preflight))
        .layer(middleware::from_fn_with_state(app.settings.server.clone(), allow_page))
}

/// What the chat window may offer: null where no files are taken.
#[must_use]
pub fn offered(app: &App) -> Value {
    let settings = &app.settings.attachments;
    if settings.enabled {
        json!({ "max_bytes": settings.max_bytes, "types": settings.types })
    } else {
        Value::Null
    }
}

/// Says where a visitor sends files that they have uploaded; `None` when one of them is not
/// theirs, or is no more.
pub async fn send(
    app: &App,
    visitor: &VisitorId,
    conversation: &ConversationId,
    ids: &[String],
) -> Result<Option<Vec<Attachment>>, StoreError> {
    let author = Caller::Visitor(visitor.clone()).author();
    let mut sent = Vec::with_capacity(ids.len());
    for id in ids {
        if !app.store.send_attachment(id, &author, conversation).await? {
            return Ok(None);
        }
        let Some(row) = app.store.attachment(id).await? else { return Ok(None) };
        sent.push(Attachment {
            id: row.id,
            name: row.name,
            media_type: row.media_type,
            bytes: row.bytes,
        });
    }
    Ok(Some(sent))
}

/// A browser asks whether the bank's page may call.
async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, x-file-name"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Lets the pages on the list read the answer.
async fn allow_page(
    State(server): State<crate::config::Server>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        origin.to_str().is_ok_and(|it| server.allowed_origins.iter().any(|known| known.is(it)))
    });
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

/// Who may send and get files.
enum Caller {
    Visitor(VisitorId),
    Agent(Box<AgentRow>),
}

impl Caller {
    async fn of(app: &App, peer: &Peer) -> Result<Self, Refusal> {
        if peer.is_foreign() {
            let message = "this origin is not on the list of allowed origins";
            return Err(Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, message));
        }
        let token: &Secret = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
        if let Some(visitor) = hello::visitor_of(app, token).await {
            return Ok(Self::Visitor(visitor));
        }
        Ok(Self::Agent(Box::new(app.accounts.admitted(token).await?)))
    }

    fn author(&self) -> String {
        match self {
            Self::Visitor(visitor) => format!("v:{visitor}"),
            Self::Agent(agent) => format!("a:{}", agent.id),
        }
    }
}

/// Takes one file, by itself or in a form.
async fn take(
    State(app): State<Arc<App>>,
    peer: Peer,
    lasting: Option<Extension<Lasting>>,
    request: Request,
) -> Result<Response, Refusal> {
    let _under_way = lasting.map(|it| it.0).unwrap_or_default().begin();
    if !app.settings.attachments.enabled {
        return Err(not_found("this server takes no attachments"));
    }
    let caller = Caller::of(&app, &peer).await?;
    if let Caller::Visitor(visitor) = &caller {
        app.message_rate.take(visitor).map_err(|too_fast| {
            let message = "too many files; wait a moment";
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, message)
                .retry_after(too_fast.retry_after_s)
        })?;
    }
    // Each holds a whole file in memory.
    let _place = app.uploads.take(Some(peer.address)).map_err(|_| {
        let message = "too many files are being sent; try again in a moment";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message).retry_after(2)
    })?;
    let (name, bytes) = file_of(&app, request).await?;
    let row = keep(&app, caller.author(), &name, bytes).await?;
    let answer =
        json!({ "id": row.id, "name": row.name, "type": row.media_type, "bytes": row.bytes });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// The name and the bytes of the file in a request.
async fn file_of(app: &App, request: Request) -> Result<(String, Bytes), Refusal> {
    let headers = request.headers();
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str().is_ok_and(|kind| kind.starts_with("multipart/form-data"))
    });
    if is_form {
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|_| bad("the form cannot be read"))?;
        while let Some(field) = form.next_field().await.map_err(|error| broken(app, &error))? {
            if let Some(name) = field.file_name().map(str::to_owned) {
                let bytes = field.bytes().await.map_err(|error| broken(app, &error))?;
                return Ok((name, bytes));
            }
        }
        return Err(bad("the form holds no file"));
    }
    let name = headers.get(FILE_NAME).and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = crate::privacy::context::percent_decoded(name).into_owned();
    let bytes = Bytes::from_request(request, &()).await.map_err(|error| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large(app)
        } else {
            bad("the file did not come whole")
        }
    })?;
    Ok((name, bytes))
}

fn broken(app: &App, error: &axum::extract::multipart::MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large(app)
    } else {
        bad("the form cannot be read")
    }
}

/// Keeps a file of a kind that is wanted, without what its maker wrote into it.
async fn keep(
    app: &App,
    author: String,
    name: &str,
    bytes: Bytes,
) -> Result<AttachmentRow, Refusal> {
    let settings = &app.settings.attachments;
    if bytes.len() as u64 > u64::from(settings.max_bytes) {
        return Err(too_large(app));
    }
    if bytes.is_empty() {
        return Err(bad("the file is empty"));
    }
    let kind = FileKind::of(&bytes)
        .filter(|kind| settings.types.iter().any(|wanted| wanted.kind() == *kind));
    let kind = kind.ok_or_else(|| unwanted(app))?;
    let bytes = kind.bare(bytes.to_vec()).ok_or_else(|| {
        let message = "the file is damaged: it is not what it begins as";
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadField, message)
    })?;
    let secrets = Arc::clone(&app.engine.content().secrets);
    let context = Context { patterns: Some(&secrets), ..Context::default() };
    let name = bare_name(name);
    let mut masked = mask_in(&context, &name);
    // In names of files `_` stands where a blank does elsewhere.
    let spaced = name.replace('_', " ");
    if masked.kinds.is_empty() {
        masked =
            Some(mask_in(&context, &spaced)).filter(|it| !it.kinds.is_empty()).unwrap_or(masked);
    }
    let row = AttachmentRow {
        id: hex(&clock::random_bytes::<16>()),
        author,
        conversation: None,
        name: format!("{}.{}", masked.text, kind.ending()),
        media_type: kind.media_type().to_owned(),
        bytes: bytes.len() as u64,
        at: app.clock.now(),
    };
    app.files.write(&row.id, &bytes).await.map_err(|error| {
        tracing::error!(%error, "a file cannot be written");
        let message = "the file cannot be kept now";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message).retry_after(5)
    })?;
    app.store.add_attachment(row.clone()).await?;
    Ok(row)
}

/// Gives a file out, to be saved and never shown as a page.
async fn give(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let caller = Caller::of(&app, &peer).await?;
    let missing = || not_found("there is no such file");
    let row = app.store.attachment(&id).await?.ok_or_else(missing)?;
    let conversation = match &row.conversation {
        Some(conversation) => app.store.conversation(conversation).await?,
        None => None,
    };
    let concerns = match (&caller, &conversation) {
        (Caller::Visitor(visitor), Some(of)) => of.visitor == *visitor,
        (Caller::Agent(agent), Some(of)) => {
            let holds = of.head.agent.as_ref() == Some(&agent.id);
            holds || roles::serves(agent, of.head.team.as_ref(), None)
        }
        (_, None) => row.author == caller.author(),
    };
    if !concerns {
        return Err(missing());
    }
    let bytes = app.files.read(&row.id).await.map_err(|_| missing())?;
    Ok((headers(&row), bytes).into_response())
}

fn headers(row: &AttachmentRow) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let text = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    headers.insert(header::CONTENT_TYPE, text(&row.media_type));
    headers.insert(
        header::CONTENT_DISPOSITION,
        text(&format!("attachment; filename*=UTF-8''{}", percent_encoded(&row.name))),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers
}

/// A name as RFC 5987 writes it.
fn percent_encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, Code::BadField, message)
}

fn not_found(message: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, message)
}

fn too_large(app: &App) -> Refusal {
    let most = app.settings.attachments.max_bytes;
    let message = format!("the file is too large: {most} bytes are the most");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLong, message)
}

fn unwanted(app: &App) -> Refusal {
    let types = app.settings.attachments.types.iter().map(|wanted| wanted.kind().media_type());
    let types: Vec<&str> = types.collect();
    let message = format!(
        "files of this kind are not taken, whatever their name; these are: {}",
        types.join(", ")
    );
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadField, message)
}
