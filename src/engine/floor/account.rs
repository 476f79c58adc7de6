//! What an agent's account says of how they work.

use crate::engine::Engine;
use crate::engine::floor::Present;
use crate::engine::floor::lock;
use crate::handover::team::Teams;
use crate::store::AgentRow;

/// How many conversations an agent takes at once where no team says otherwise.
const CAPACITY: u32 = 5;

impl Present {
    /// The account may have been changed since it was last looked at.
    pub(super) fn take_account(&mut self, agent: &AgentRow) {
        self.worker.name.clone_from(&agent.name);
        self.worker.teams.clone_from(&agent.teams);
        self.worker.languages.clone_from(&agent.languages);
        self.worker.skills.clone_from(&agent.skills);
        self.of_account = agent.capacity;
    }

    /// What they said, else what their account says, else what their teams' agents take, else the
    /// usual.
    pub(super) fn capacity(&self, teams: &Teams) -> u32 {
        let of_team = || {
            let capacities = self.worker.teams.iter().filter_map(|team| teams.get(team));
            capacities.map(|team| team.capacity).max()
        };
        self.capacity.or(self.of_account).or_else(of_team).unwrap_or(CAPACITY)
    }
}

impl Engine {
    /// The account of somebody whose console is here was changed.
    pub async fn account_changed(&self, agent: &AgentRow) {
        {
            let mut staff = lock(&self.inner.floor.staff);
            let Some(present) = staff.present.get_mut(&agent.id) else { return };
            present.take_account(agent);
            staff.wake_consoles();
        }
        self.settle().await;
    }
}
