//! The people's side of the engine: who is on duty, who waits, what their consoles are told.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;
use std::sync::atomic::AtomicI64;

use arc_swap::ArcSwap;
use futures_util::StreamExt as _;

use crate::bus::Doorbell;
use crate::conversation::event::Status;
use crate::conversation::input::Act;
use crate::conversation::policy::Policy;
use crate::conversation::state::State;
use crate::engine::Engine;
use crate::engine::Inner;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::handover::Desk;
use crate::handover::Item;
use crate::handover::Worker;
use crate::handover::routing::Router;
use crate::handover::team::Teams;
use crate::handover::waiting::Pace;
use crate::handover::waiting::Wait;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::protocol::agent::OnDuty;
use crate::protocol::agent::Presence;
use crate::store::AgentRow;
use crate::store::ConversationRow;
use crate::store::StoreError;

mod account;
mod roster;

/// Conversations that are read at once at the start: as many as the store has readers.
const READ_AT_ONCE: usize = 4;
/// Bot conversations older than this are not read in at the start: nobody looks for them.
const READ_IN_MS: i64 = 60 * 60 * 1_000;

/// The people's side.
pub(super) struct Floor {
    /// When the engine started: agents of an earlier run have their time of grace from then on.
    opened_at: Timestamp,
    /// When the engine last looked at what is due.
    pub(super) looked_at: AtomicI64,
    desk: Mutex<Desk>,
    staff: Mutex<Staff>,
    /// The place of everybody who waits, worked out once for each change of a queue.
    places: Mutex<HashMap<ConversationId, u32>>,
    /// The teams as they are set up.
    pub(super) teams: ArcSwap<Teams>,
    /// The rules with the roster of now.
    pub(super) policy: ArcSwap<Policy>,
    /// What is on offer to whom.
    pub(super) router: Mutex<Router>,
    /// Customers who are to be told that it takes longer; the next tick tells them.
    pub(super) delayed: Mutex<Vec<ConversationId>>,
    /// How fast each queue moves.
    paces: Mutex<HashMap<Option<TeamId>, Pace>>,
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
    /// How many they said that they take at once.
    capacity: Option<u32>,
    /// How many their account says; `None` = as many as their team's agents do.
    of_account: Option<u32>,
    sockets: usize,
    /// Since when they have been given nothing.
    idle_since: Timestamp,
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
    /// How long it will probably take, when the queue has moved enough to tell.
    pub wait: Option<Wait>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Floor {
    pub(super) fn opened(at: Timestamp, policy: Policy) -> Self {
        let policy = Policy { listening_since: Some(at), ..policy };
        Self {
            looked_at: AtomicI64::new(at.0),
            teams: ArcSwap::default(),
            policy: ArcSwap::from_pointee(policy),
            router: Mutex::default(),
            delayed: Mutex::default(),
            paces: Mutex::default(),
            opened_at: at,
            desk: Mutex::default(),
            staff: Mutex::default(),
            places: Mutex::default(),
        }
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }

    pub(super) fn wake_consoles(&self) {
        lock(&self.staff).wake_consoles();
    }

    /// Who is to be told that it takes longer, and has not been yet.
    pub(super) fn take_delayed(&self) -> Vec<ConversationId> {
        std::mem::take(&mut lock(&self.delayed))
    }

    /// Whether a queue is served now: somebody is there, and its team is open.
    pub(super) fn is_open(&self, team: Option<&TeamId>, now: Timestamp) -> bool {
        let open = team.is_none_or(|team| self.teams.load().is_open(team, now));
        open && lock(&self.staff).is_on_duty(team)
    }

    /// How many more a queue takes.
    pub(super) fn room(&self, desk: &Desk, team: Option<&TeamId>) -> usize {
        let limit =
            team.and_then(|team| self.teams.load().get(team).and_then(|team| team.queue_limit));
        let Some(limit) = limit else { return usize::MAX };
        usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(desk.queue_length(team))
    }

    /// Learns from a change how fast the queues move.
    fn time_queues(
        &self,
        desk: &Desk,
        before: Option<&(Status, Option<TeamId>)>,
        after: Option<&(Status, Option<TeamId>)>,
        now: Timestamp,
    ) {
        let mut paces = lock(&self.paces);
        if let Some((Status::Queued, team)) = before
            && after.is_some_and(|(status, _)| *status == Status::Agent)
        {
            paces.entry(team.clone()).or_default().taken(now);
        }
        if let Some((Status::Queued, team)) = after
            && desk.queue_length(team.as_ref()) == 1
        {
            paces.entry(team.clone()).or_default().begins(now);
        }
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
        if let Some(present) = self.present.get_mut(agent) {
            present.idle_since = now;
        }
        let is_here = self.present.get(agent).is_some_and(|present| present.sockets > 0);
        if !is_here {
            self.gone_since.entry(agent.clone()).or_insert(now);
        }
    }

    fn is_on_duty(&self, team: Option<&TeamId>) -> bool {
        self.online().any(|worker| worker.serves(team))
    }

    fn online(&self) -> impl Iterator<Item = &Worker> {
        self.present.values().map(|present| &present.worker).filter(|worker| worker.online)
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
        let now = self.clock.now();
        let (moved, queues_changed) = {
            let mut desk = lock(&self.floor.desk);
            let before = desk.item(id).map(|item| (item.status, item.team.clone()));
            let item = Item::of(state);
            let holder = item.as_ref().and_then(|item| item.agent.clone());
            let after = item.as_ref().map(|item| (item.status, item.team.clone()));
            if !desk.put(id, item) {
                return;
            }
            if let Some(holder) = holder {
                lock(&self.floor.staff).note_holder(&holder.id, now);
            }
            if before != after {
                self.floor.time_queues(&desk, before.as_ref(), after.as_ref(), now);
            }
            if before == after {
                (Vec::new(), false)
            } else {
                let mut teams: Vec<Option<TeamId>> = [before, after]
                    .into_iter()
                    .flatten()
                    .filter(|(status, _)| *status == Status::Queued)
                    .map(|(_, team)| team)
                    .collect();
                teams.dedup();
                (self.floor.renumber(&desk, id, &teams), true)
            }
        };
        // A long queue moves at every claim: its logs have not, and must not be read for that.
        for waiting in &moved {
            self.bus.wake(waiting);
        }
        lock(&self.floor.staff).wake_consoles();
        let teams = self.floor.teams.load();
        if teams.limits_queues() {
            self.renew_roster();
        }
        if queues_changed && teams.pushes() {
            self.offer();
        }
    }
}

impl Inner {
    /// Fills the metrics that show what is in memory and what waits.
    fn count_load(&self) {
        let statuses = [Status::Bot, Status::Queued, Status::Agent, Status::Offline, Status::Ended];
        for (status, count) in statuses.into_iter().zip(self.lanes.census(statuses)) {
            self.metrics.conversations(status).set(count);
        }
        let (waiting, _) = self.lanes.load();
        self.metrics.inputs_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }
}

impl Engine {
    /// Reads in what waits for people, after a start.
    pub(super) async fn read_desk(&self) -> Result<(), StoreError> {
        let waiting = [Status::Queued, Status::Agent, Status::Offline];
        let rows = self.inner.store.with_status(&waiting, Timestamp(0)).await?;
        self.lay_out(rows).await;
        // Nobody waits for these, and there may be very many.
        let engine = self.clone();
        let since = self.inner.clock.now().plus_ms(-READ_IN_MS);
        tokio::spawn(async move {
            match engine.inner.store.with_status(&[Status::Bot], since).await {
                Ok(rows) => engine.lay_out(rows).await,
                Err(error) => tracing::error!(%error, "the bot's conversations cannot be read"),
            }
        });
        Ok(())
    }

    /// Puts conversations on the desk, a few at a time.
    async fn lay_out(&self, rows: Vec<ConversationRow>) {
        let read = async |row: ConversationRow| (self.inner.folded(&row.id).await, row.id);
        let mut read = futures_util::stream::iter(rows).map(read).buffered(READ_AT_ONCE);
        while let Some((folded, id)) = read.next().await {
            match folded {
                Ok(folded) => {
                    // Who has moved since is laid out by what moved it, or by what it is now.
                    let state = self.inner.lanes.state(&id).unwrap_or_else(|| Arc::new(folded));
                    self.inner.floor_changed(&id, &state);
                }
                Err(error) => {
                    tracing::error!(conversation.id = %id, %error, "a conversation cannot be read");
                }
            }
        }
    }

    /// The place of a waiting conversation.
    #[must_use]
    pub fn place(&self, id: &ConversationId) -> Option<Place> {
        let position = *lock(&self.inner.floor.places).get(id)?;
        let team = lock(&self.inner.floor.desk).item(id)?.team.clone();
        let now = self.inner.clock.now();
        let open = self.inner.floor.is_open(team.as_ref(), now);
        let wait =
            lock(&self.inner.floor.paces).get(&team).and_then(|pace| pace.estimate(position));
        Some(Place { position, open, wait })
    }

    /// Whether anybody at all is on duty.
    #[must_use]
    pub fn is_anybody_on_duty(&self) -> bool {
        let now = self.inner.clock.now();
        let teams = self.inner.floor.teams.load();
        let staff = lock(&self.inner.floor.staff);
        staff.online().any(|worker| {
            worker.teams.is_empty() || worker.teams.iter().any(|team| teams.is_open(team, now))
        })
    }

    /// A console connects. The answer is the presence that the agent has.
    pub fn agent_came(&self, agent: &AgentRow, doorbell: &Arc<Doorbell>) -> Presence {
        let holds = !lock(&self.inner.floor.desk).held_by(&agent.id).is_empty();
        let mut staff = lock(&self.inner.floor.staff);
        staff.gone_since.remove(&agent.id);
        staff.consoles.push(Arc::downgrade(doorbell));
        let state = if holds { Presence::Online } else { Presence::Offline };
        let present = staff.present.entry(agent.id.clone()).or_insert_with(|| Present {
            worker: Worker {
                name: String::new(),
                teams: Vec::new(),
                languages: Vec::new(),
                skills: Vec::new(),
                online: holds,
            },
            state,
            capacity: None,
            of_account: None,
            sockets: 0,
            idle_since: self.inner.clock.now(),
        });
        present.take_account(agent);
        present.sockets += 1;
        let state = present.state;
        staff.wake_consoles();
        drop(staff);
        self.inner.renew_roster();
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
            present.capacity = capacity.or(present.capacity);
            staff.wake_consoles();
        }
        self.settle().await;
    }

    /// Brings everything into line after people, teams or the hour have changed.
    pub(super) async fn settle(&self) {
        self.inner.renew_roster();
        self.settle_duty().await;
        self.route().await;
        self.ring_who_waits();
    }

    /// Brings what waits into line with who is on duty: what was kept offline queues once
    /// somebody comes, and what queues is told when the last one goes.
    async fn settle_duty(&self) {
        let changes: Vec<(ConversationId, Act)> = {
            let now = self.inner.clock.now();
            let desk = lock(&self.inner.floor.desk);
            // Those that were kept longest come first where a queue has room for some only.
            let mut all: Vec<(&ConversationId, &Item)> = desk.all().collect();
            all.sort_by_key(|(id, item)| (item.waiting_since, (*id).clone()));
            let mut room: HashMap<Option<TeamId>, usize> = HashMap::new();
            all.into_iter()
                .filter_map(|(id, item)| {
                    let open = self.inner.floor.is_open(item.team.as_ref(), now);
                    match item.status {
                        Status::Offline if open => {
                            let room = room.entry(item.team.clone()).or_insert_with(|| {
                                self.inner.floor.room(&desk, item.team.as_ref())
                            });
                            *room = room.checked_sub(1)?;
                            Some((id.clone(), Act::DutyBegan { team: item.team.clone() }))
                        }
                        Status::Queued if !open => Some((id.clone(), Act::DutyEnded)),
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
            self.inner.bus.wake(id);
        }
    }

    pub(super) async fn submit_own(&self, conversation: ConversationId, act: Act) {
        let id = conversation.clone();
        let submission = Submission { conversation, sender: Sender::Engine, id: None, act };
        match self.submit(submission).await {
            Ok(_) => {}
            // Two saw that it was needed, and the first was there before.
            Err(error @ SubmitError::Refused(_)) => {
                tracing::debug!(conversation.id = %id, %error, "the engine's own input was too late");
            }
            Err(error) => {
                tracing::warn!(conversation.id = %id, %error, "the engine's own input was not taken");
            }
        }
    }

    /// What is due: agents gone for too long, deadlines, unused memory. Called once a second.
    pub async fn tick(&self, agent_grace_ms: i64) {
        let now = self.inner.clock.now();
        self.inner.note_break(now);
        self.inner.lanes.sweep(now);
        self.inner.count_load();
        self.lose_agents(now, agent_grace_ms).await;
        // Who was on duty may have changed while a turn was decided; and after a restart nobody
        // is, until the agents have had their time to come back.
        if now.ms_since(self.inner.floor.opened_at) >= agent_grace_ms {
            self.inner.renew_roster();
            self.settle_duty().await;
            self.route().await;
        }
        if let Err(error) = self.take_in().await {
            tracing::warn!(%error, "what was written cannot be taken into the search index");
        }
        if let Err(error) = self.hear_erasures().await {
            tracing::warn!(%error, "what was erased cannot be read");
        }
        if let Err(error) = self.inner.sweep_editions(now).await {
            tracing::warn!(%error, "older revisions of the content cannot be looked through");
        }
        self.work_off_deadlines().await;
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
        let teams = self.inner.floor.teams.load();
        let staff = lock(&self.inner.floor.staff);
        staff
            .present
            .iter()
            .map(|(id, present)| OnDuty {
                id: id.clone(),
                name: present.worker.name.clone(),
                state: present.state,
                load: load.get(id).copied().unwrap_or(0),
                capacity: present.capacity(&teams),
                looking: self.inner.looks.of(id),
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

    pub(super) fn wake_consoles(&self) {
        lock(&self.inner.floor.staff).wake_consoles();
    }

    /// An agent has looked at a conversation.
    pub fn desk_seen(&self, id: &ConversationId) {
        lock(&self.inner.floor.desk).seen(id);
        lock(&self.inner.floor.staff).wake_consoles();
    }
}
