//! The desk as frames: what an agent may see, and the packet of a conversation.

use crate::conversation::event::Status;
use crate::conversation::state::Customer;
use crate::conversation::state::State;
use crate::engine::SubmitError;
use crate::gateway::app::App;
use crate::gateway::roles;
use crate::handover;
use crate::handover::Item;
use crate::handover::packet::Line;
use crate::handover::team::Teams;
use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::protocol::Identity;
use crate::protocol::agent::AgentName;
use crate::protocol::agent::InboxItem;
use crate::protocol::agent::InboxOffer;
use crate::protocol::agent::InboxVisitor;
use crate::protocol::agent::Packet;
use crate::protocol::agent::PacketStep;
use crate::protocol::visitor::Page;
use crate::store::AgentRow;

/// Whether an agent may see and take a conversation that lies on the desk.
pub(super) fn lists(agent: &AgentRow, item: &Item) -> bool {
    roles::serves(agent, item.team.as_ref(), item.agent.as_ref())
}

/// A conversation as it stands in the inbox.
pub(super) fn inbox_item(conversation: ConversationId, item: &Item, teams: &Teams) -> InboxItem {
    let promise = item.team.as_ref().and_then(|team| teams.get(team)?.answer_within_s);
    let waits = matches!(item.status, Status::Queued);
    let deadline = promise.zip(item.waiting_since.filter(|_| waits));
    InboxItem {
        conversation,
        status: item.status,
        team: item.team.clone(),
        lang: item.lang,
        topic: item.topic.clone(),
        reason: item.reason.clone(),
        priority: item.priority(),
        waiting_since: item.waiting_since.map(Timestamp::to_rfc3339),
        deadline: deadline
            .map(|(promise_s, since)| since.plus_ms(i64::from(promise_s) * 1_000).to_rfc3339()),
        offer: item.offer.as_ref().map(|offer| InboxOffer {
            agent: offer.agent.clone(),
            until: offer.until.to_rfc3339(),
        }),
        alarm: item.alarmed,
        agent: item
            .agent
            .as_ref()
            .map(|agent| AgentName { id: agent.id.clone(), name: agent.name.clone() }),
        visitor: InboxVisitor {
            name: item.customer.as_ref().and_then(|customer| customer.name.clone()),
            identity: level(item.customer.as_ref()),
        },
        preview: item.preview.clone(),
        tags: item.tags.clone(),
        unread: item.unread,
        removed: false,
    }
}

fn level(customer: Option<&Customer>) -> Identity {
    if customer.is_some() { Identity::Verified } else { Identity::Anonymous }
}

/// Says that a conversation left the inbox.
pub(super) fn removed_item(conversation: ConversationId) -> InboxItem {
    InboxItem {
        conversation,
        status: Status::Ended,
        team: None,
        lang: Language::Sv,
        topic: None,
        reason: None,
        priority: 0,
        waiting_since: None,
        deadline: None,
        agent: None,
        offer: None,
        alarm: false,
        visitor: InboxVisitor { name: None, identity: Identity::Anonymous },
        preview: String::new(),
        tags: Vec::new(),
        unread: 0,
        removed: true,
    }
}

/// What a person needs to take a conversation over.
pub(super) async fn packet(
    app: &App,
    agent: &AgentRow,
    lang: Option<Language>,
    conversation: &ConversationId,
) -> Result<Packet, SubmitError> {
    let state = app.engine.state(conversation).await?;
    let profile = app.engine.profile(conversation).await?;
    let lang = lang.or(agent.languages.first().copied()).unwrap_or(state.lang);
    let content = app.engine.content();
    let page = (profile.page_url.is_some() || profile.page_title.is_some())
        .then_some(Page { url: profile.page_url, title: profile.page_title });
    Ok(Packet {
        conversation: conversation.clone(),
        reason: state.reason.clone(),
        topic: state.topic.clone(),
        steps: handover::packet::steps(&content, &state, lang).into_iter().map(in_words).collect(),
        known: handover::packet::known(&content, &state, lang).into_iter().map(in_words).collect(),
        slots: state
            .slots
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(slot, value)| (slot.clone(), value.clone()))
            .collect(),
        not_understood: state.not_understood.iter().map(ToString::to_string).collect(),
        lang: state.lang,
        identity: level(state.customer.as_ref()),
        waited_s: waited_s(app.clock.now(), &state),
        page,
        summary: handover::summary(&content, &state, lang),
    })
}

fn in_words(line: Line) -> PacketStep {
    PacketStep { question: line.question, answer: line.answer }
}

fn waited_s(now: Timestamp, state: &State) -> u64 {
    let Some(since) = state.waiting_since else { return 0 };
    let until = match state.status {
        Status::Queued | Status::Offline => now,
        _ => state.answered_at.unwrap_or(now),
    };
    u64::try_from(until.ms_since(since) / 1_000).unwrap_or(0)
}
