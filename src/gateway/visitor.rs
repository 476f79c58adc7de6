//! A visitor's socket: hello, then frames in, acks and events out, until either side goes.
//!
//! One task does it all, so an idle visitor costs one small task; what it awaits for a moment only
//! is put on the heap for that moment, since a task is as large as the largest that it awaits. Nothing queues here without
//! bound: events are read from where the visitor stands, and at most `PENDING` frames of the
//! visitor wait for their acks before the next is read.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use tokio::time::timeout;

use crate::bus::Doorbell;
use crate::config::seconds;
use crate::engine::SubmitError;
use crate::gateway::answer::error_frame;
use crate::gateway::app::App;
use crate::gateway::guest::Guest;
use crate::gateway::guest::Taken;
use crate::gateway::hello;
use crate::gateway::hello::Met;
use crate::gateway::hello::NotMet;
use crate::gateway::news::News;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::gateway::over::over;
use crate::gateway::peer::Peer;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::protocol::ErrorFrame;
use crate::protocol::FrameError;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::visitor::ClientFrame;
use crate::protocol::visitor::ServerFrame;
use crate::protocol::visitor::parse;

/// What strangers are told who come too many at a time.
pub(super) const MANY: &str = "too many new conversations; wait a moment";

/// Frames of one visitor that may wait for their acks.
const PENDING: usize = 64;

/// Serves one visitor's socket to its end.
pub async fn serve(mut socket: Socket, app: Arc<App>, peer: Peer) {
    let over = match Box::pin(meet(&mut socket, &app, peer.address)).await {
        Ok(met) => visit(&mut socket, &app, met).await.err(),
        Err(over) => Some(over),
    };
    if let Some(Over::Close(why)) = over {
        socket.close(why).await;
    }
}

/// Waits for a hello that names something of the visitor's own.
async fn meet(socket: &mut Socket, app: &App, from: IpAddr) -> Result<Met, Over> {
    let met = timeout(seconds(app.settings.limits.hello_s), async {
        loop {
            let hello = match socket.recv().await {
                Received::Text(text) => match parse(&text, &app.settings.limits.on_the_wire()) {
                    Ok(ClientFrame::Hello(hello)) => hello,
                    _ => return Err(Over::from(Close::BadHello)),
                },
                other => return Err(over(&other)),
            };
            match hello::meet(app, from, *hello).await {
                Ok(met) => return Ok(met),
                Err(NotMet::Over(over)) => return Err(over),
                Err(NotMet::Refused(SubmitError::Store(error))) => {
                    tracing::error!(%error, "a visitor could not be welcomed");
                    return Err(Close::StoreUnavailable.into());
                }
                Err(NotMet::TooFast(too_fast)) => {
                    let mut frame = ErrorFrame::new(Code::RateLimited, MANY);
                    frame.retry_after_s = Some(too_fast.retry_after_s);
                    app.metrics.refusals(frame.code).inc();
                    socket.send(ServerFrame::Error(frame).to_json()).await?;
                }
                Err(NotMet::Refused(error)) => {
                    socket.send(ServerFrame::Error(error_frame(&error, None)).to_json()).await?;
                }
            }
        }
    });
    met.await.unwrap_or_else(|_| Err(Close::TimedOut.into()))
}

/// Serves a visitor who has arrived, until either side goes.
async fn visit(socket: &mut Socket, app: &App, met: Met) -> Result<(), Over> {
    let doorbell = Arc::new(Doorbell::default());
    let mut news = News::new(app, &met, &doorbell);
    let mut guest = Guest::new(app, met, doorbell);
    socket.send(guest.welcome().to_json()).await?;
    guest.greet().await?;
    Box::pin(tell(socket, app, &mut news)).await?;
    let mut pending = FuturesOrdered::new();
    loop {
        tokio::select! {
            Some((id, result)) = pending.next(), if !pending.is_empty() => {
                let answer = guest.answer(id, result).await?;
                socket.feed(answer.to_json()).await?;
                // What it led to is there already: both go out in one call to the system.
                Box::pin(tell(socket, app, &mut news)).await?;
            }
            incoming = socket.recv(), if pending.len() < PENDING => match incoming {
                Received::Text(text) => match Box::pin(guest.take(&text, news.told())).await? {
                    Taken::Submitted(id, receipt) => pending.push_back(async move {
                        (id, receipt.await.unwrap_or(Err(SubmitError::Overloaded)))
                    }),
                    Taken::Refused(error) => {
                        socket.send(ServerFrame::Error(error).to_json()).await?;
                    }
                    Taken::Done => {}
                },
                Received::Binary(_) => {
                    let error = ErrorFrame::from(FrameError::binary());
                    socket.send(ServerFrame::Error(error).to_json()).await?;
                }
                other => return Err(over(&other)),
            },
            () = guest.signed_out() => return Err(Close::Unauthorized.into()),
            () = news.heard() => Box::pin(tell(socket, app, &mut news)).await?,
        }
    }
}

/// Sends what happened since the last time.
async fn tell(socket: &mut Socket, app: &App, news: &mut News) -> Result<(), Over> {
    loop {
        let items = news.next(app).await.map_err(|error| failed(&error))?;
        if items.is_empty() {
            return Ok(socket.flush().await?);
        }
        for item in items {
            socket.feed(item.text).await?;
        }
    }
}
