//! The loop of an agent's socket.

use std::sync::Arc;

use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::protocol::code::Close;

/// Serves one agent's socket to its end.
pub async fn serve(mut socket: Socket, _app: Arc<App>, _peer: Peer) {
    loop {
        let why = match socket.recv().await {
            Received::Text(_) | Received::Binary(_) => continue,
            Received::TooBig => Close::TooBig,
            Received::TimedOut => Close::TimedOut,
            Received::Draining => Close::GoingAway,
            Received::Gone => return,
        };
        return socket.close(why).await;
    }
}
