//! `GET /v1/chat/stream`: a conversation's events as Server-Sent Events, for as long as its
//! reader stays.
//!
//! What is written comes from [`News`], as on a socket; `id:` is an event's seq, so that a reader
//! resumes with `Last-Event-ID`. One piece waits for the reader at a time.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use futures_util::stream::unfold;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::bus::Doorbell;
use crate::config::seconds;
use crate::gateway::app::App;
use crate::gateway::fallback::Wanted;
use crate::gateway::fallback::open_to;
use crate::gateway::fallback::rejoined;
use crate::gateway::guest::welcome;
use crate::gateway::hello::Met;
use crate::gateway::lasting::Lasting;
use crate::gateway::lasting::UnderWay;
use crate::gateway::news::Item;
use crate::gateway::news::News;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::gateway::peer::Peer;
use crate::gateway::places::Place;
use crate::gateway::refusal::Refusal;
use crate::gateway::upgrade::admit;
use crate::gateway::upgrade::known_page;
use crate::ids::Seq;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::visitor::ServerFrame;

const LAST_EVENT_ID: &str = "last-event-id";

/// A piece of the stream is about this long at most: so much waits for a slow reader.
const PIECE: usize = 8 * 1_024;

pub(super) async fn stream(
    State(app): State<Arc<App>>,
    peer: Peer,
    Query(wanted): Query<Wanted>,
    lasting: Option<Extension<Lasting>>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = known_page(&app, &peer) {
        return refused.into_response();
    }
    let response = match begin(&app, &peer, wanted, &headers).await {
        Ok((place, met)) => {
            let under_way = lasting.map(|it| it.0).unwrap_or_default().begin();
            let (out, body) = mpsc::channel(1);
            app.tasks.spawn(Stream::new(&app, out, under_way, place).run(met));
            body_of(body)
        }
        Err(refused) => {
            app.metrics.refusals(refused.code()).inc();
            refused.into_response()
        }
    };
    open_to(response, &headers)
}

async fn begin(
    app: &App,
    peer: &Peer,
    wanted: Wanted,
    headers: &HeaderMap,
) -> Result<(Place, Met), Refusal> {
    let place = admit(app, peer)?;
    let met = rejoined(app, wanted.conversation()?, headers, held(headers)?).await?;
    Ok((place, met))
}

/// The last event that the reader holds.
fn held(headers: &HeaderMap) -> Result<Option<Seq>, Refusal> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let seq = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    let message = "Last-Event-ID is not the seq of an event";
    seq.map(|seq| Some(Seq(seq)))
        .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, Code::BadField, message))
}

fn body_of(pieces: mpsc::Receiver<Bytes>) -> Response {
    let pieces = unfold(pieces, async |mut pieces| {
        let piece = pieces.recv().await?;
        Some((Ok::<Bytes, Infallible>(piece), pieces))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Asks a proxy to pass each piece on at once.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// One reader's stream.
struct Stream {
    app: Arc<App>,
    out: mpsc::Sender<Bytes>,
    under_way: UnderWay,
    open: Gauge,
    _place: Place,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.open.dec();
    }
}

impl Stream {
    fn new(app: &Arc<App>, out: mpsc::Sender<Bytes>, under_way: UnderWay, place: Place) -> Self {
        let open = app.metrics.streams.clone();
        open.inc();
        Self { app: Arc::clone(app), out, under_way, open, _place: place }
    }

    /// Writes until either side goes, and says why if it is ours.
    async fn run(self, met: Met) {
        let over = self.pour(met).await;
        if let Over::Close(why) = over {
            self.app.metrics.closes(why).inc();
            let (code, reason) = (why.code(), why.reason());
            let last =
                format!("event: close\ndata: {{\"code\":{code},\"reason\":\"{reason}\"}}\n\n");
            if why == Close::TooSlow || self.write(last).await.is_err() {
                self.under_way.cut();
            }
        }
    }

    async fn pour(&self, met: Met) -> Over {
        let app = &*self.app;
        let doorbell = Arc::new(Doorbell::default());
        let mut news = News::new(app, &met, &doorbell);
        // A reader that holds more than there is must drop it, and is told so first.
        let first =
            if met.arrived.resumed { Vec::new() } else { vec![Item::plain(&welcome(app, &met))] };
        if let Err(over) = self.tell(&first).await {
            return over;
        }
        loop {
            match news.next(app).await {
                Ok(items) if items.is_empty() => {}
                Ok(items) => match self.tell(&items).await {
                    Ok(()) => continue,
                    Err(over) => return over,
                },
                Err(error) => return failed(&error),
            }
            tokio::select! {
                biased;
                () = app.drain.cancelled() => return Close::GoingAway.into(),
                () = self.out.closed() => return Over::Gone,
                () = met.signed_out() => return Close::Unauthorized.into(),
                () = news.heard() => {}
                () = sleep(seconds(app.settings.limits.ping_s)) => {
                    if let Err(over) = self.tell(&[Item::plain(&ServerFrame::Ping)]).await {
                        return over;
                    }
                }
            }
        }
    }

    async fn tell(&self, items: &[Item]) -> Result<(), Over> {
        let mut piece = String::new();
        for item in items {
            if let Some(seq) = item.seq {
                let _ = writeln!(piece, "id: {seq}");
            }
            let _ = write!(piece, "data: {}\n\n", item.text);
            if piece.len() >= PIECE {
                self.write(std::mem::take(&mut piece)).await?;
            }
        }
        self.app.metrics.frames_out.of(Side::Visitor).inc_by(items.len() as u64);
        if piece.is_empty() { Ok(()) } else { self.write(piece).await }
    }

    async fn write(&self, piece: String) -> Result<(), Over> {
        let within = seconds(self.app.settings.limits.write_s);
        match timeout(within, self.out.send(piece.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over::Gone),
            Err(_) => Err(Close::TooSlow.into()),
        }
    }
}
