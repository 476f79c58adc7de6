//! From a request to a WebSocket: who is let in, and what is answered to those who are not.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::places::Full;
use crate::gateway::places::Place;
use crate::gateway::refusal::Refusal;
use crate::gateway::socket::Socket;
use crate::protocol::SUBPROTOCOL;
use crate::protocol::Side;
use crate::protocol::code::Code;

/// When a client that finds the server full or stopping may come back.
const RETRY_AFTER_S: u32 = 5;

/// The one version of the WebSocket protocol that there is.
const VERSION: &str = "13";

/// Answers an upgrade request; `serve` gets the socket, in a task of its own.
pub fn upgrade<Serving>(
    app: &Arc<App>,
    side: Side,
    peer: &Peer,
    mut request: Request,
    serve: impl FnOnce(Socket) -> Serving + Send + 'static,
) -> Response
where
    Serving: Future<Output = ()> + Send,
{
    let offered = known_page(app, peer).and_then(|()| Offer::read(request.headers()));
    let (offer, place) = match offered.and_then(|offer| Ok((offer, admit(app, peer)?))) {
        Ok(admitted) => admitted,
        Err(refused) => return refused.into_response(),
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let (metrics, drain) = (Arc::clone(&app.metrics), app.drain.clone());
    let limits = app.settings.limits;
    app.tasks.spawn(async move {
        // An error here is a client that left before it had read the answer.
        if let Ok(upgraded) = upgraded.await {
            serve(Socket::new(upgraded, side, &limits, metrics, drain, place).await).await;
        }
    });
    offer.accept()
}

/// Refuses a page that may not call here.
pub(super) fn known_page(app: &App, peer: &Peer) -> Result<(), Refusal> {
    if !peer.is_foreign() {
        return Ok(());
    }
    app.metrics.turned_away.origin.inc();
    let message = "this origin is not on the list of allowed origins";
    Err(Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, message))
}

/// A place for a connection that lasts, or why there is none.
pub(super) fn admit(app: &App, peer: &Peer) -> Result<Place, Refusal> {
    not_stopping(app)?;
    not_overloaded(app)?;
    app.sockets.take(Some(peer.address)).map_err(|full| match full {
        Full::Altogether => {
            app.metrics.turned_away.overload.inc();
            overloaded("the server is full")
        }
        Full::FromOneAddress => {
            app.metrics.turned_away.address.inc();
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, full.to_string())
                .retry_after(RETRY_AFTER_S)
        }
    })
}

/// Refuses newcomers while so much waits that it is better not to add to it.
pub(super) fn not_overloaded(app: &App) -> Result<(), Refusal> {
    if !app.engine.is_overloaded() {
        return Ok(());
    }
    app.metrics.turned_away.overload.inc();
    Err(overloaded("the server has more to do than it can do in time"))
}

/// Refuses everybody once the server is told to stop.
pub(super) fn not_stopping(app: &App) -> Result<(), Refusal> {
    if app.drain.is_cancelled() { Err(overloaded("the server is stopping")) } else { Ok(()) }
}

fn overloaded(message: &str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message)
        .retry_after(RETRY_AFTER_S)
}

/// What a client offers, once it has been found good.
#[derive(Debug, PartialEq, Eq)]
struct Offer {
    accept_key: String,
    /// Whether the client named our subprotocol, and so is to hear it back.
    names_subprotocol: bool,
}

impl Offer {
    fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let bad = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, Code::BadFrame, message);
        if !words(headers, &header::CONNECTION).any(|word| word.eq_ignore_ascii_case("upgrade"))
            || !words(headers, &header::UPGRADE).any(|word| word.eq_ignore_ascii_case("websocket"))
        {
            return Err(bad("this address takes WebSocket upgrades only"));
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|value| value != VERSION) {
            let message = "the WebSocket version must be 13";
            return Err(Refusal::new(StatusCode::UPGRADE_REQUIRED, Code::BadFrame, message));
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
        let key = key.filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16));
        let key = key.ok_or_else(|| bad("the WebSocket key must be 16 bytes in base64"))?;
        let mut offered = words(headers, &header::SEC_WEBSOCKET_PROTOCOL).peekable();
        let offers_any = offered.peek().is_some();
        let names_subprotocol = offered.any(|name| name == SUBPROTOCOL);
        if offers_any && !names_subprotocol {
            return Err(bad("none of the offered subprotocols is skicka.v1"));
        }
        Ok(Self { accept_key: derive_accept_key(key), names_subprotocol })
    }

    fn accept(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        let accept = HeaderValue::from_str(&self.accept_key).expect("base64 is plain ASCII");
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        if self.names_subprotocol {
            let subprotocol = HeaderValue::from_static(SUBPROTOCOL);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        response
    }
}

/// The words of a header that is a list, however many lines it takes.
fn words<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|word| !word.is_empty())
}
