//! The people's side of the engine: who is on duty, who waits, what their consoles are told.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;

use crate::bus::Doorbell;
use crate::conversation::event::Status;
use crate::conversation::input::Act;
use crate::conversation::state::State;
use crate::engine::Engine;
use crate::engine::Inner;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::handover::Desk;
use crate::handover::Item;
use crate::handover::Worker;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::protocol::agent::OnDuty;
use crate::protocol::agent::Presence;
use crate::store::AgentRow;
use crate::store::StoreError;

/// How many conversations an agent takes at once unless they say otherwise.
const CAPACITY: u32 = 5;
/// Bot conversations older than this are not read in at the start: nobody looks for them.
const READ_IN_MS: i64 = 60 * 60 * 1_000;

/// The people's side.
pub(super) struct Floor {
    /// When the engine started: agents of an earlier run have their time of grace from then on.
    opened_at: Timestamp,
    desk: Mutex<Desk>,
    staff: Mutex<Staff>,
    /// The place of everybody who waits, worked out once for each change of a queue.
    places: Mutex<HashMap<ConversationId, u32>>,
}

#[derive(Default)]
struct Staff {
    present: BTreeMap<AgentId, Present>,
    /// The doorbells of all consoles.
    consoles: Vec<Weak<Doorbell>>,
    /// Since when an agent who holds conversations has had no socket.
    gone_since: HashMap<AgentId, Timestamp>,
}

struct Present {
    worker: Worker,
    state: Presence,
    capacity: u32,
    sockets: usize,
}

/// A conversation with what it has become on the desk; `None` when it left.
pub type DeskChange = (ConversationId, Option<Item>);

/// What a visitor in a queue is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 1 is next.
    pub position: u32,
    /// Whether anybody is on duty.
    pub open: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Floor {
    pub(super) fn opened(at: Timestamp) -> Self {
        Self {
            opened_at: at,
            desk: Mutex::default(),
            staff: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// Whether anybody who serves the queue is online.
    pub(super) fn is_on_duty(&self, team: &TeamId) -> bool {
        lock(&self.staff).is_on_duty(Some(team))
    }

    /// Works out the places in these queues; answers whose place is another than before.
    fn renumber(
        &self,
        desk: &Desk,
        changed: &ConversationId,
        teams: &[Option<TeamId>],
    ) -> Vec<ConversationId> {
        let mut places = lock(&self.places);
        places.remove(changed);
        let mut moved = Vec::new();
        for team in teams {
            for (position, id) in (1..).zip(desk.queue(team.as_ref())) {
                if places.insert(id.clone(), position) != Some(position) {
                    moved.push(id);
                }
            }
        }
        moved
    }
}

impl Staff {
    /// Begins the time of grace of an agent who was given a conversation without being there.
    fn note_holder(&mut self, agent: &AgentId, now: Timestamp) {
        let is_here = self.present.get(agent).is_some_and(|present| present.sockets > 0);
        if !is_here {
            self.gone_since.entry(agent.clone()).or_insert(now);
        }
    }

    fn is_on_duty(&self, team: Option<&TeamId>) -> bool {
        self.present.values().any(|present| present.worker.online && present.worker.serves(team))
    }

    fn wake_consoles(&mut self) {
        self.consoles.retain(|console| match console.upgrade() {
            Some(doorbell) => {
                doorbell.wake();
                true
            }
            None => false,
        });
    }
}

impl Inner {
    /// Takes in what a conversation has become and tells consoles and whoever waits behind it.
    pub(super) fn floor_changed(&self, id: &ConversationId, state: &State) {
        let moved: Vec<ConversationId> = {
            let mut desk = lock(&self.floor.desk);
            let before = desk.item(id).map(|item| (item.status, item.team.clone()));
            let item = Item::of(state);
            let holder = item.as_ref().and_then(|item| item.agent.clone());
            let after = item.as_ref().map(|item| (item.status, item.team.clone()));
            if !desk.put(id, item) {
                return;
            }
            if let Some(holder) = holder {
                lock(&self.floor.staff).note_holder(&holder.id, self.clock.now());
            }
            if before == after {
                Vec::new()
            } else {
                let mut teams: Vec<Option<TeamId>> = [before, after]
                    .into_iter()
                    .flatten()
                    .filter(|(status, _)| *status == Status::Queued)
                    .map(|(_, team)| team)
                    .collect();
                teams.dedup();
                self.floor.renumber(&desk, id, &teams)
            }
        };
        for waiting in &moved {
            self.bus.ring(waiting);
        }
        lock(&self.floor.staff).wake_consoles();
    }
}

impl Engine {
    /// Reads in what waits for people, after a start.
    pub(super) async fn read_desk(&self) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        let waiting = [Status::Queued, Status::Agent, Status::Offline];
        let mut rows = self.inner.store.with_status(&waiting, Timestamp(0)).await?;
        rows.extend(self.inner.store.with_status(&[Status::Bot], now.plus_ms(-READ_IN_MS)).await?);
        for row in rows {
            match self.inner.state_of(&row.id).await {
                Ok(state) => self.inner.floor_changed(&row.id, &state),
                Err(error) => {
                    tracing::error!(conversation.id = %row.id, %error, "a waiting conversation cannot be read");
                }
            }
        }
        Ok(())
    }

    /// The place of a waiting conversation.
    #[must_use]
    pub fn place(&self, id: &ConversationId) -> Option<Place> {
        let position = *lock(&self.inner.floor.places).get(id)?;
        let team = lock(&self.inner.floor.desk).item(id)?.team.clone();
        let open = lock(&self.inner.floor.staff).is_on_duty(team.as_ref());
        Some(Place { position, open })
    }

    /// Whether anybody at all is on duty.
    #[must_use]
    pub fn is_anybody_on_duty(&self) -> bool {
        lock(&self.inner.floor.staff).is_on_duty(None)
    }

    /// A console connects. The answer is the presence that the agent has.
    pub fn agent_came(&self, agent: &AgentRow, doorbell: &Arc<Doorbell>) -> Presence {
        let holds = !lock(&self.inner.floor.desk).held_by(&agent.id).is_empty();
        let mut staff = lock(&self.inner.floor.staff);
        staff.gone_since.remove(&agent.id);
        staff.consoles.push(Arc::downgrade(doorbell));
        let state = if holds { Presence::Online } else { Presence::Offline };
        let present = staff.present.entry(agent.id.clone()).or_insert_with(|| Present {
            worker: Worker { name: String::new(), teams: Vec::new(), online: holds },
            state,
            capacity: CAPACITY,
            sockets: 0,
        });
        // The account may have been changed since the last socket.
        present.worker.name.clone_from(&agent.name);
        present.worker.teams.clone_from(&agent.teams);
        present.sockets += 1;
        let state = present.state;
        staff.wake_consoles();
        state
    }

    /// A console is gone; with the last one the time of grace begins.
    pub fn agent_went(&self, agent: &AgentId) {
        let mut staff = lock(&self.inner.floor.staff);
        if let Some(present) = staff.present.get_mut(agent) {
            present.sockets = present.sockets.saturating_sub(1);
            if present.sockets == 0 {
                let now = self.inner.clock.now();
                staff.gone_since.insert(agent.clone(), now);
            }
        }
    }

    /// An agent says whether they take conversations.
    pub async fn set_presence(&self, agent: &AgentId, state: Presence, capacity: Option<u32>) {
        {
            let mut staff = lock(&self.inner.floor.staff);
            let Some(present) = staff.present.get_mut(agent) else { return };
            present.state = state;
            present.worker.online = state == Presence::Online;
            present.capacity = capacity.unwrap_or(present.capacity);
            staff.wake_consoles();
        }
        self.settle_duty().await;
        self.ring_who_waits();
    }

    /// Brings what waits into line with who is on duty: what was kept offline queues once
    /// somebody comes, and what queues is told when the last one goes.
    async fn settle_duty(&self) {
        let changes: Vec<(ConversationId, Act)> = {
            let desk = lock(&self.inner.floor.desk);
            let staff = lock(&self.inner.floor.staff);
            desk.all()
                .filter_map(|(id, item)| {
                    let on_duty = staff.is_on_duty(item.team.as_ref());
                    match item.status {
                        Status::Offline if on_duty => {
                            Some((id.clone(), Act::DutyBegan { team: item.team.clone() }))
                        }
                        Status::Queued if !on_duty => Some((id.clone(), Act::DutyEnded)),
                        _ => None,
                    }
                })
                .collect()
        };
        for (conversation, act) in changes {
            self.submit_own(conversation, act).await;
        }
    }

    /// Lets everybody who waits look again at whether anybody is on duty.
    fn ring_who_waits(&self) {
        let desk = lock(&self.inner.floor.desk);
        for (id, _) in desk.all().filter(|(_, item)| item.status == Status::Queued) {
            self.inner.bus.ring(id);
        }
    }

    async fn submit_own(&self, conversation: ConversationId, act: Act) {
        let id = conversation.clone();
        let submission = Submission { conversation, sender: Sender::Engine, id: None, act };
        if let Err(error) = self.submit(submission).await {
            tracing::warn!(conversation.id = %id, %error, "the engine's own input was not taken");
        }
    }

    /// What is due: agents gone for too long, deadlines, unused memory. Called once a second.
    pub async fn tick(&self, agent_grace_ms: i64) {
        let now = self.inner.clock.now();
        self.inner.lanes.sweep(now.plus_ms(-60_000));
        self.lose_agents(now, agent_grace_ms).await;
        // Who was on duty may have changed while a turn was decided; and after a restart nobody
        // is, until the agents have had their time to come back.
        if now.ms_since(self.inner.floor.opened_at) >= agent_grace_ms {
            self.settle_duty().await;
        }
        if let Err(error) = self.hear_erasures().await {
            tracing::warn!(%error, "what was erased cannot be read");
        }
        if let Err(error) = self.inner.sweep_editions(now).await {
            tracing::warn!(%error, "older revisions of the content cannot be looked through");
        }
        match self.inner.store.due(now, 100).await {
            Ok(due) => {
                for conversation in due {
                    self.submit_own(conversation, Act::Tick).await;
                }
            }
            Err(error) => tracing::warn!(%error, "deadlines cannot be read"),
        }
    }

    async fn lose_agents(&self, now: Timestamp, agent_grace_ms: i64) {
        let lost: Vec<AgentId> = {
            let mut staff = lock(&self.inner.floor.staff);
            let lost: Vec<AgentId> = staff
                .gone_since
                .iter()
                .filter(|(_, since)| now.ms_since(**since) >= agent_grace_ms)
                .map(|(agent, _)| agent.clone())
                .collect();
            for agent in &lost {
                staff.gone_since.remove(agent);
                staff.present.remove(agent);
            }
            if !lost.is_empty() {
                staff.wake_consoles();
            }
            lost
        };
        for agent in &lost {
            let held = lock(&self.inner.floor.desk).held_by(agent);
            for conversation in held {
                let act = Act::AgentLost { agent: agent.clone() };
                self.submit_own(conversation, act).await;
            }
        }
    }

    /// Everybody present.
    #[must_use]
    pub fn staff(&self) -> Vec<OnDuty> {
        let desk = lock(&self.inner.floor.desk);
        let mut load: HashMap<AgentId, u32> = HashMap::new();
        for (_, item) in desk.all() {
            if let Some(agent) = &item.agent {
                *load.entry(agent.id.clone()).or_default() += 1;
            }
        }
        drop(desk);
        let staff = lock(&self.inner.floor.staff);
        staff
            .present
            .iter()
            .map(|(id, present)| OnDuty {
                id: id.clone(),
                name: present.worker.name.clone(),
                state: present.state,
                load: load.get(id).copied().unwrap_or(0),
                capacity: present.capacity,
            })
            .collect()
    }

    /// Everything on the desk, with its version.
    #[must_use]
    pub fn desk_all(&self) -> (u64, Vec<(ConversationId, Item)>) {
        let desk = lock(&self.inner.floor.desk);
        let all = desk.all().map(|(id, item)| (id.clone(), item.clone())).collect();
        (desk.version(), all)
    }

    /// What changed on the desk since a version; `None` when all must be read anew.
    #[must_use]
    pub fn desk_changes(&self, since: u64) -> Option<(u64, Vec<DeskChange>)> {
        let desk = lock(&self.inner.floor.desk);
        let changes = desk
            .changes_since(since)?
            .into_iter()
            .map(|(id, item)| (id.clone(), item.cloned()))
            .collect();
        Some((desk.version(), changes))
    }

    /// One conversation on the desk.
    #[must_use]
    pub fn desk_item(&self, id: &ConversationId) -> Option<Item> {
        lock(&self.inner.floor.desk).item(id).cloned()
    }

    /// An agent has looked at a conversation.
    pub fn desk_seen(&self, id: &ConversationId) {
        lock(&self.inner.floor.desk).seen(id);
        lock(&self.inner.floor.staff).wake_consoles();
    }
}
