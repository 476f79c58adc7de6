//! What each role may do: the one place that says so.
//!
//! Whether a conversation is of a team that an agent serves is asked here too. Who holds it, and
//! so may write in it, is the conversation's own business.

use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::store::AgentRow;
use crate::store::Role;

use axum::http::StatusCode;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::conversation::event::AgentRef;
use crate::gateway::accounts::Refused;
use crate::ids::TeamId;
use crate::protocol::code::Code;

/// What somebody may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Answer customers: the inbox and the conversations of one's own teams.
    Answer,
    /// Look into, take over and pass on the conversations of every team.
    Supervise,
    /// See how it stands with the content.
    SeeContent,
    /// See what conversations came to, and what was not understood in them.
    SeeInsights,
    /// Keep the accounts of others.
    KeepAccounts,
    /// Change settings.
    ChangeSettings,
    /// Write out or erase a customer's data.
    HandleData,
    /// Read the audit log.
    ReadAudit,
}

impl Deed {
    /// All of them, for tables.
    pub const ALL: [Self; 8] = [
        Self::Answer,
        Self::Supervise,
        Self::SeeContent,
        Self::SeeInsights,
        Self::KeepAccounts,
        Self::ChangeSettings,
        Self::HandleData,
        Self::ReadAudit,
    ];
}

/// Whether a role may do it.
#[must_use]
pub fn may(role: Role, deed: Deed) -> bool {
    match deed {
        Deed::Answer => true,
        Deed::Supervise | Deed::SeeContent | Deed::SeeInsights => {
            matches!(role, Role::Supervisor | Role::Admin)
        }
        Deed::KeepAccounts | Deed::ChangeSettings | Deed::HandleData | Deed::ReadAudit => {
            role == Role::Admin
        }
    }
}

/// Whether an agent may see and take a conversation: theirs, their teams', or any for whoever
/// supervises.
#[must_use]
pub fn serves(agent: &AgentRow, team: Option<&TeamId>, holder: Option<&AgentRef>) -> bool {
    let holds = holder.is_some_and(|holder| holder.id == agent.id);
    let in_team = agent.teams.is_empty() || team.is_none_or(|team| agent.teams.contains(team));
    may(agent.role, Deed::Supervise) || holds || in_team
}

/// Whoever is signed in and may do this; every call of the console begins here.
pub async fn caller(app: &App, peer: &Peer, deed: Deed) -> Result<AgentRow, Refusal> {
    let session = peer.session.as_ref().ok_or(Refused::NotSignedIn)?;
    let agent = app.accounts.admitted(session).await?;
    if may(agent.role, deed) {
        return Ok(agent);
    }
    let entry = Entry::by(Actor::Agent(agent.id), Action::Refused);
    let entry = entry.from_address(peer.address).with("deed", format!("{deed:?}"));
    app.audit.note(entry).await?;
    let message = "your role does not allow this";
    Err(Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, message))
}

/// The same for a call that changes something, which no foreign page may make.
pub async fn changer(app: &App, peer: &Peer, deed: Deed) -> Result<AgentRow, Refusal> {
    refuse_foreign(peer)?;
    caller(app, peer, deed).await
}

/// Refuses what a page of another origin asks for, also one that may carry the chat.
pub(super) fn refuse_foreign(peer: &Peer) -> Result<(), Refusal> {
    if !peer.is_own() {
        let message = "only the server's own pages may do this";
        return Err(Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
