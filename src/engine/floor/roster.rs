//! Who is there, as the router and the rules see it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::conversation::input::Duty;
use crate::conversation::policy::Post;
use crate::conversation::policy::Roster;
use crate::engine::floor::Floor;
use crate::engine::floor::lock;
use crate::handover::routing::Seat;
use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

impl Floor {
    /// The agents who are there, as the router sees them.
    pub(in crate::engine) fn seats(&self) -> Vec<Seat> {
        let teams = self.teams.load();
        let mut load: HashMap<AgentId, u32> = HashMap::new();
        for (_, item) in lock(&self.desk).all() {
            if let Some(agent) = &item.agent {
                *load.entry(agent.id.clone()).or_default() += 1;
            }
        }
        let staff = lock(&self.staff);
        staff
            .present
            .iter()
            .map(|(agent, present)| Seat {
                agent: agent.clone(),
                online: present.worker.online,
                teams: present.worker.teams.clone(),
                languages: present.worker.languages.clone(),
                skills: present.worker.skills.clone(),
                load: load.get(agent).copied().unwrap_or(0),
                capacity: present.capacity(&teams),
                idle_since: present.idle_since,
            })
            .collect()
    }

    /// The roster of a moment; teams that nobody serves and nobody set up are left out.
    pub(in crate::engine) fn roster(&self, now: Timestamp) -> Roster {
        let teams = self.teams.load();
        let desk = lock(&self.desk);
        let staff = lock(&self.staff);
        let named = staff.present.values().flat_map(|present| present.worker.teams.iter());
        let all: BTreeSet<TeamId> =
            teams.iter().map(|team| team.id.clone()).chain(named.cloned()).collect();
        let post = |team: &TeamId| {
            let open = teams.is_open(team, now) && staff.is_on_duty(Some(team));
            let takes = open && self.room(&desk, Some(team)) > 0;
            let duty = if takes { Duty::OnDuty } else { Duty::Nobody };
            Post { duty, opens: teams.opens_at(team, now) }
        };
        let posts = all.into_iter().map(|team| (team.clone(), post(&team))).collect();
        let anywhere = staff.online().any(|worker| worker.teams.is_empty());
        let duty = if anywhere { Duty::OnDuty } else { Duty::Nobody };
        let mut skilled: BTreeMap<IntentId, Vec<(TeamId, Vec<Language>)>> = BTreeMap::new();
        for team in teams.iter() {
            for topic in &team.skills {
                let entry = (team.id.clone(), team.languages.clone());
                skilled.entry(topic.clone()).or_default().push(entry);
            }
        }
        Roster { posts, others: Post { duty, opens: None }, skilled }
    }
}
