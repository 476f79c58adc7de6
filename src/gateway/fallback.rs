//! The chat where no WebSocket gets through: frames by POST, events as Server-Sent Events.
//!
//! A call is a socket that lives for one array of frames: it welcomes, takes and answers them
//! through the same [`Guest`] as a socket does, and answers only what is durable. What a close
//! code says on a socket, the status says here.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bus::Doorbell;
use crate::config::Limits;
use crate::engine::SubmitError;
use crate::gateway::answer::error_frame;
use crate::gateway::app::App;
use crate::gateway::guest::Guest;
use crate::gateway::guest::Receiving;
use crate::gateway::guest::Taken;
use crate::gateway::hello;
use crate::gateway::hello::Met;
use crate::gateway::hello::NotMet;
use crate::gateway::limits::TooFast;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::gateway::peer::Peer;
use crate::gateway::peer::bearer;
use crate::gateway::refusal::Refusal;
use crate::gateway::upgrade::known_page;
use crate::gateway::upgrade::not_overloaded;
use crate::gateway::upgrade::not_stopping;
use crate::gateway::visitor::MANY;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::is_wire_id;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::visitor::ClientFrame;
use crate::protocol::visitor::Hello;
use crate::protocol::visitor::ServerFrame;
use crate::protocol::visitor::parse;

mod stream;

/// Frames of one call: as many as may wait for their acks on a socket.
const MOST_FRAMES: usize = 64;

/// A body is as large as so many of the largest frames.
const BODY_OF_FRAMES: usize = 16;

/// When to come back after the store failed, and after flooding.
const RETRY_S: u32 = 2;
const FLOODED_S: u32 = 30;

/// The routes of these calls.
pub(super) fn routes(limits: &Limits) -> Router<Arc<App>> {
    // Room for a whole outbox of messages as long as they may be, in most scripts.
    let body = BODY_OF_FRAMES * limits.frame_bytes as usize;
    Router::new()
        .route("/v1/chat/frames", post(frames).options(preflight))
        .route("/v1/chat/stream", get(stream::stream).options(preflight))
        .layer(DefaultBodyLimit::max(body))
}

/// What a call may name in its address: nothing secret.
#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Which of the visitor's conversations; their newest if none is named.
    conversation: Option<String>,
}

impl Wanted {
    fn conversation(self) -> Result<Option<ConversationId>, Refusal> {
        self.conversation
            .map(|id| {
                let message = "`conversation` is not an id";
                let bad = || Refusal::new(StatusCode::BAD_REQUEST, Code::BadField, message);
                is_wire_id(&id).then(|| ConversationId::new(&id)).ok_or_else(bad)
            })
            .transpose()
    }
}

/// What a browser asks before it calls from the bank's page, which is another origin.
async fn preflight(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    if let Err(refused) = known_page(&app, &peer) {
        return refused.into_response();
    }
    let mut response = open_to(StatusCode::NO_CONTENT.into_response(), &headers);
    let answer = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, last-event-id"),
        (header::ACCESS_CONTROL_MAX_AGE, "7200"),
    ] {
        answer.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Lets the page that called read the answer; foreign pages were refused before.
fn open_to(mut response: Response, asked: &HeaderMap) -> Response {
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = asked.get(header::ORIGIN) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let names = HeaderValue::from_static("retry-after");
        answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
    response
}

async fn frames(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if let Err(refused) = known_page(&app, &peer) {
        return refused.into_response();
    }
    let answer = take_all(&app, &peer, wanted, &headers, body).await;
    let response = answer.unwrap_or_else(|refused| {
        app.metrics.refusals(refused.code()).inc();
        refused.into_response()
    });
    open_to(response, &headers)
}

async fn take_all(
    app: &App,
    peer: &Peer,
    wanted: Wanted,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    not_stopping(app)?;
    let body = body.map_err(|rejection| {
        Refusal::new(rejection.status(), Code::TooLong, "the body is too large or was cut short")
    })?;
    let frames = read(&body, &app.settings.limits)?;
    app.metrics.frames_in.of(Side::Visitor).inc_by(frames.len() as u64);
    let mut call = Call { app, answers: Vec::new(), wait: None };
    let mut rest = frames.as_slice();
    let met = match hello_of(rest.first().copied(), app) {
        Some(hello) => {
            rest = &rest[1..];
            call.meet(peer, hello, wanted, headers).await?
        }
        None => Some(call.rejoin(wanted, headers).await?),
    };
    if let Some(mut guest) = met {
        for frame in rest {
            if let Err((excess, too_fast)) = app.call_pace.take(guest.visitor(), frame.len()) {
                // What was taken before counts, and is answered.
                app.metrics.limited(excess.into()).inc();
                call.wait = Some(too_fast.retry_after_s);
                break;
            }
            match guest.take(frame, guest.newest()).await {
                Ok(Taken::Submitted(id, receipt)) => call.answers.push(Answer::Later(id, receipt)),
                Ok(Taken::Refused(error)) => call.say(&ServerFrame::Error(error)),
                Ok(Taken::Done) => {}
                Err(Over::Close(Close::Flooding)) => {
                    call.wait = Some(FLOODED_S);
                    break;
                }
                Err(over) => return Err(refusal(over)),
            }
        }
        call.settle(&guest).await?;
    }
    Ok(call.into_response())
}

/// The frames of a body as they were written.
fn read<'b>(body: &'b [u8], limits: &Limits) -> Result<Vec<&'b str>, Refusal> {
    let bad = |message| Refusal::new(StatusCode::BAD_REQUEST, Code::BadFrame, message);
    // The error's own words may repeat what a visitor wrote.
    let frames: Vec<&RawValue> =
        serde_json::from_slice(body).map_err(|_| bad("the body is not a JSON array of frames"))?;
    if frames.len() > MOST_FRAMES {
        return Err(bad("a call takes at most 64 frames"));
    }
    if frames.iter().any(|frame| frame.get().len() > limits.frame_bytes as usize) {
        let message = "a frame is larger than this server takes";
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLong, message));
    }
    Ok(frames.into_iter().map(RawValue::get).collect())
}

/// The hello that a call begins with, if it does.
fn hello_of(first: Option<&str>, app: &App) -> Option<Box<Hello>> {
    match parse(first?, &app.settings.limits.on_the_wire()) {
        Ok(ClientFrame::Hello(hello)) => Some(hello),
        _ => None,
    }
}

/// An answer of a call, in its place.
enum Answer {
    Now(String),
    Later(FrameId, Receiving),
}

struct Call<'a> {
    app: &'a App,
    /// In the order of the frames that they answer.
    answers: Vec<Answer>,
    /// For how long the client is to wait, when frames were left untaken.
    wait: Option<u32>,
}

impl<'a> Call<'a> {
    fn say(&mut self, frame: &ServerFrame) {
        self.answers.push(Answer::Now(frame.to_json()));
    }

    /// Welcomes whoever says hello; nobody when the conversation that is wanted is not theirs.
    async fn meet(
        &mut self,
        peer: &Peer,
        mut hello: Box<Hello>,
        wanted: Wanted,
        headers: &HeaderMap,
    ) -> Result<Option<Guest<'a>>, Refusal> {
        hello.token = hello.token.or_else(|| bearer(headers));
        if hello.token.is_none() {
            not_overloaded(self.app)?;
        }
        hello.conversation = match hello.conversation {
            None => wanted.conversation()?,
            named => named,
        };
        match hello::meet(self.app, peer.address, *hello).await {
            Ok(met) => {
                let guest = self.guest(met);
                self.say(&guest.welcome());
                guest.greet().await.map_err(refusal)?;
                Ok(Some(guest))
            }
            Err(NotMet::Refused(SubmitError::NotFound)) => {
                self.say(&ServerFrame::Error(error_frame(&SubmitError::NotFound, None)));
                Ok(None)
            }
            Err(NotMet::TooFast(too_fast)) => Err(crowded(too_fast)),
            Err(NotMet::Refused(error)) => Err(refusal(failed(&error))),
            Err(NotMet::Over(over)) => Err(refusal(over)),
        }
    }

    /// Whoever was welcomed by an earlier call.
    async fn rejoin(&self, wanted: Wanted, headers: &HeaderMap) -> Result<Guest<'a>, Refusal> {
        let conversation = wanted.conversation()?;
        match rejoined(self.app, conversation.clone(), headers, None).await {
            Ok(met) => Ok(self.guest(met)),
            Err(refused) if refused.code() == Code::Unauthorized => {
                let Some(token) = bearer(headers) else { return Err(refused) };
                let parting = hello::meet_parting(self.app, &token, conversation).await;
                parting.map(|met| Guest::parting(self.app, met)).map_err(|_| refused)
            }
            Err(refused) => Err(refused),
        }
    }

    fn guest(&self, met: Met) -> Guest<'a> {
        Guest::new(self.app, met, Arc::new(Doorbell::default()))
    }

    /// Waits for what is on its way to the log.
    async fn settle(&mut self, guest: &Guest<'_>) -> Result<(), Refusal> {
        for answer in &mut self.answers {
            if let Answer::Later(id, receipt) = answer {
                let result = receipt.await.unwrap_or(Err(SubmitError::Overloaded));
                let frame = guest.answer(id.clone(), result).await.map_err(refusal)?;
                *answer = Answer::Now(frame.to_json());
            }
        }
        Ok(())
    }

    fn into_response(self) -> Response {
        let said: Vec<String> = self
            .answers
            .into_iter()
            .filter_map(|answer| match answer {
                Answer::Now(text) => Some(text),
                Answer::Later(..) => None,
            })
            .collect();
        self.app.metrics.frames_out.of(Side::Visitor).inc_by(said.len() as u64);
        let body = format!("[{}]", said.join(","));
        let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
        if let Some(wait) = self.wait {
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}

/// Where the visitor stands whom the bearer token names.
async fn rejoined(
    app: &App,
    conversation: Option<ConversationId>,
    headers: &HeaderMap,
    after: Option<Seq>,
) -> Result<Met, Refusal> {
    let token = bearer(headers).ok_or_else(|| refusal(Close::Unauthorized.into()))?;
    hello::meet_again(app, &token, conversation, after).await.map_err(|not_met| match not_met {
        NotMet::Over(over) => refusal(over),
        NotMet::TooFast(too_fast) => crowded(too_fast),
        NotMet::Refused(SubmitError::NotFound) => {
            let message = "no such conversation of this visitor's";
            Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, message)
        }
        NotMet::Refused(other) => refusal(failed(&other)),
    })
}

/// Too many strangers come.
fn crowded(too_fast: TooFast) -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, MANY)
        .retry_after(too_fast.retry_after_s)
}

/// What ends a socket, as the status of a call.
fn refusal(over: Over) -> Refusal {
    let (status, code, wait) = match over {
        Over::Close(Close::Unauthorized) => (StatusCode::UNAUTHORIZED, Code::Unauthorized, None),
        Over::Close(Close::StoreUnavailable) => {
            (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, Some(RETRY_S))
        }
        Over::Close(Close::Flooding) => {
            (StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, Some(FLOODED_S))
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, None),
    };
    let reason = match over {
        Over::Close(why) => why.reason(),
        Over::Gone => "fault of the server",
    };
    let refused = Refusal::new(status, code, reason);
    match wait {
        Some(wait) => refused.retry_after(wait),
        None => refused,
    }
}
