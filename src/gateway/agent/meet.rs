//! Who is at the other end of an agent's socket: the hello, and how those end who may not stay.

use tokio::time::timeout;

use crate::config::seconds;
use crate::gateway::accounts::Refused;
use crate::gateway::app::App;
use crate::gateway::over::Over;
use crate::gateway::over::over;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::protocol::Secret;
use crate::protocol::agent::ClientFrame;
use crate::protocol::agent::parse;
use crate::protocol::code::Close;
use crate::store::AgentRow;

/// Waits for hello; its token, else the session that came with the upgrade, says who it is.
pub(super) async fn meet(
    socket: &mut Socket,
    app: &App,
    session: Option<Secret>,
) -> Result<(Secret, AgentRow), Over> {
    let hello = timeout(seconds(app.settings.limits.hello_s), socket.recv()).await;
    let token = match hello.map_err(|_| Over::from(Close::TimedOut))? {
        Received::Text(text) => match parse(&text, &app.settings.limits.on_the_wire()) {
            Ok(ClientFrame::Hello { token }) => token.or(session),
            _ => return Err(Close::BadHello.into()),
        },
        other => return Err(over(&other)),
    };
    let token = token.ok_or(Over::from(Close::Unauthorized))?;
    let agent = app.accounts.admitted(&token).await.map_err(|refused| turned_away(&refused))?;
    Ok((token, agent))
}

/// How the socket of somebody ends who may not have one.
pub(super) fn turned_away(refused: &Refused) -> Over {
    match refused {
        Refused::Store(error) => {
            tracing::error!(%error, "an agent could not be welcomed");
            Close::StoreUnavailable.into()
        }
        // Signed in, but something must be done first.
        Refused::MustChangePassword | Refused::MustAddFactor => Close::Forbidden.into(),
        _ => Close::Unauthorized.into(),
    }
}
