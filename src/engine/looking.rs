//! Who has which conversation open before them; in memory only, and only for colleagues.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Mutex;

use crate::engine::Engine;
use crate::engine::floor::lock;
use crate::ids::AgentId;
use crate::ids::ConversationId;

/// Every look, with how many sockets of the agent it is on.
#[derive(Default)]
pub(super) struct Looks(Mutex<HashMap<AgentId, BTreeMap<ConversationId, usize>>>);

impl Looks {
    /// What an agent has open.
    pub(super) fn of(&self, agent: &AgentId) -> Vec<ConversationId> {
        lock(&self.0).get(agent).map(|looks| looks.keys().cloned().collect()).unwrap_or_default()
    }
}

/// An agent's look at a conversation; it ends when this is dropped.
pub struct Looking {
    engine: Engine,
    agent: AgentId,
    conversation: ConversationId,
}

impl Engine {
    /// An agent opens a conversation; their colleagues are told.
    #[must_use]
    pub fn look(&self, agent: &AgentId, conversation: &ConversationId) -> Looking {
        let (agent, conversation) = (agent.clone(), conversation.clone());
        *lock(&self.inner.looks.0)
            .entry(agent.clone())
            .or_default()
            .entry(conversation.clone())
            .or_default() += 1;
        self.wake_consoles();
        Looking { engine: self.clone(), agent, conversation }
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        let mut all = lock(&self.engine.inner.looks.0);
        if let Some(looks) = all.get_mut(&self.agent) {
            if let Some(sockets) = looks.get_mut(&self.conversation) {
                *sockets -= 1;
                if *sockets == 0 {
                    looks.remove(&self.conversation);
                }
            }
            if looks.is_empty() {
                all.remove(&self.agent);
            }
        }
        drop(all);
        self.engine.wake_consoles();
    }
}
