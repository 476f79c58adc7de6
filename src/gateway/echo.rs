//! An echo behind the product's own accept loop, upgrade and limits: what the cases of conformance
//! suites are run against.
//!
//! It takes every path and sends back what it gets, text as text and binary as binary. Only
//! `skicka bench-echo` serves it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::extract::State;
use axum::response::Response;

use crate::gateway::app::App;
use crate::gateway::over::Over;
use crate::gateway::over::over;
use crate::gateway::peer::Peer;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::gateway::upgrade::upgrade;
use crate::protocol::Side;

/// The echo on every path.
pub fn router(app: Arc<App>) -> Router {
    Router::new().fallback(open).with_state(app)
}

async fn open(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    upgrade(&app, Side::Visitor, &peer, request, echo)
}

async fn echo(mut socket: Socket) {
    loop {
        let sent = match socket.recv().await {
            Received::Text(text) => socket.send(text).await,
            Received::Binary(bytes) => socket.send_binary(bytes).await,
            other => {
                if let Over::Close(why) = over(&other) {
                    socket.close(why).await;
                }
                return;
            }
        };
        if let Err(lost) = sent {
            if let Over::Close(why) = lost.into() {
                socket.close(why).await;
            }
            return;
        }
    }
}
