use tempfile::TempDir;

use super::*;
use crate::bus::Doorbell;
use crate::conversation::event::Fact;
use crate::conversation::event::Status;
use crate::conversation::input::Refusal;
use crate::engine::arrival::Arrival;
use crate::ids::AgentId;
use crate::ids::Timestamp;
use crate::protocol::agent::Presence;
use crate::protocol::event::Audience;
use crate::store::AgentRow;
use crate::store::Role;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

mod editions;
mod retention;
mod teams;
mod timers;

/// A store on which engines may be started, as processes would be.
struct World {
    store: Arc<dyn EventStore>,
    content: Arc<Content>,
    clock: Clock,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skicka.db");
        Self {
            store: Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap()),
            content: crate::content::tests::trained(),
            clock: Clock::by_hand(Timestamp(1_795_383_296_789)),
            folder,
        }
    }

    async fn engine(&self) -> Engine {
        let parts = Parts {
            store: Arc::clone(&self.store),
            content: Arc::clone(&self.content),
            policy: Policy::default(),
            clock: self.clock.clone(),
            metrics: Arc::new(Metrics::new()),
        };
        Engine::start(parts).await.unwrap()
    }
}

/// A visitor whom the bot has greeted.
async fn visitor(engine: &Engine) -> (VisitorId, ConversationId) {
    let arrived = engine.arrive(Arrival::default()).await.unwrap();
    engine.greet(&arrived.conversation).await.unwrap();
    (arrived.visitor, arrived.conversation)
}

fn by_visitor(visitor: &VisitorId, to: &ConversationId, id: &str, act: Act) -> Submission {
    Submission {
        conversation: to.clone(),
        sender: Sender::Visitor(visitor.clone()),
        id: Some(FrameId::new(id)),
        act,
    }
}

fn said(text: &str) -> Act {
    Act::Said { text: text.to_owned(), masked: false }
}

fn maja() -> AgentRow {
    let (email, name) = ("maja@bank.example".to_owned(), "Maja".to_owned());
    AgentRow::new(AgentId::new("maja"), email, name, Role::Agent, String::new())
}

fn by_maja(to: &ConversationId, act: impl FnOnce(AgentRef) -> Act) -> Submission {
    let agent = AgentRef { id: AgentId::new("maja"), name: "Maja".to_owned() };
    let sender = Sender::Agent(agent.clone());
    Submission { conversation: to.clone(), sender, id: None, act: act(agent) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_on_one_store_leave_one_log() {
    const EACH: usize = 60;
    let world = World::new().await;
    let engines = [world.engine().await, world.engine().await];
    let (who, to) = visitor(&engines[0]).await;
    let human = by_visitor(&who, &to, "human", Act::WantsPerson);
    engines[0].submit(human).await.unwrap();
    let writers = engines.iter().enumerate().map(|(which, engine)| {
        let (engine, who, to) = (engine.clone(), who.clone(), to.clone());
        tokio::spawn(async move {
            let mut places = Vec::new();
            for number in 0..EACH {
                let id = format!("{which}-{number}");
                loop {
                    // Whoever loses too often is told so, and may try again with the same id.
                    match engine.submit(by_visitor(&who, &to, &id, said(&id))).await {
                        Ok(receipt) => break places.push((receipt.seq, id)),
                        Err(SubmitError::Overloaded) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }
            places
        })
    });
    let mut acked = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        acked.extend(writer.await.unwrap());
    }
    acked.sort();
    let events = world.store.events(&to, Seq::ZERO, 10_000).await.unwrap();
    let seqs: Vec<u64> = events.iter().map(|event| event.seq.0).collect();
    let count = u64::try_from(events.len()).unwrap();
    assert_eq!(seqs, (1..=count).collect::<Vec<_>>());
    let mut own = Vec::new();
    for row in events {
        let event = turn::event_of(&row).unwrap();
        if let Fact::Message(message) = event.fact
            && let Some(id) = message.id.filter(|id| id.as_str() != "human")
        {
            own.push((event.seq, id.as_str().to_owned()));
        }
    }
    assert_eq!(own, acked, "each stands once, where its receipt says");
    // A third engine finds what the last writer knew.
    let fresh = world.engine().await.state(&to).await.unwrap();
    assert_eq!(fresh.seq.0, count);
}

#[tokio::test]
async fn a_follower_hears_of_what_another_engine_wrote_as_soon_as_this_one_learns_of_it() {
    let world = World::new().await;
    let (here, there) = (world.engine().await, world.engine().await);
    let (who, to) = visitor(&here).await;
    let doorbell = Arc::new(Doorbell::default());
    let _following = here.follow(&to, &doorbell);
    let message = by_visitor(&who, &to, "m1", said("lampan lyser inte"));
    let receipt = there.submit(message.clone()).await.unwrap();
    let again = here.submit(message).await.unwrap();
    assert_eq!(again, Receipt { duplicate: true, ..receipt });
    doorbell.heard().await;
    let frames = here.frames_after(&to, Seq(1), Audience::Visitor).await.unwrap();
    let newest = there.state(&to).await.unwrap().seq;
    assert_eq!(frames.last().map(|frame| frame.seq), Some(newest));
    assert_eq!(frames.len() as u64, newest.0 - 1);
}

#[tokio::test]
async fn a_repetition_that_the_rules_would_refuse_is_known() {
    let world = World::new().await;
    let engine = world.engine().await;
    let (who, to) = visitor(&engine).await;
    let problem = by_visitor(&who, &to, "m1", said("lampan lyser inte"));
    engine.submit(problem.clone()).await.unwrap();
    let offer = engine.state(&to).await.unwrap().open.clone().expect("the bot asks").offer;
    let press = |id| by_visitor(&who, &to, id, Act::Chose { offer, value: "no".to_owned() });
    let pressed = engine.submit(press("c1")).await.unwrap();
    assert!(!pressed.duplicate);
    let again = engine.submit(press("c1")).await.unwrap();
    assert_eq!(again, Receipt { duplicate: true, ..pressed });
    let late = engine.submit(press("c2")).await.unwrap_err();
    assert!(matches!(late, SubmitError::Refused(Refusal::ExpiredChoice)), "{late}");
    // A refused id is free.
    engine.submit(by_visitor(&who, &to, "c2", Act::Leave)).await.unwrap();
    let again = engine.submit(problem).await.unwrap();
    assert_eq!((again.seq, again.duplicate), (Seq(2), true));
    let nowhere = by_visitor(&who, &ConversationId::new("nowhere"), "m9", said("hej"));
    assert!(matches!(engine.submit(nowhere).await, Err(SubmitError::NotFound)));
}

#[tokio::test]
async fn an_agent_has_a_time_of_grace_also_after_a_restart() {
    const GRACE_MS: i64 = 60_000;
    let world = World::new().await;
    let engine = world.engine().await;
    let console = Arc::new(Doorbell::default());
    assert_eq!(engine.agent_came(&maja(), &console), Presence::Offline);
    engine.set_presence(&maja().id, Presence::Online, None).await;
    let (who, held) = visitor(&engine).await;
    engine.submit(by_visitor(&who, &held, "h", Act::WantsPerson)).await.unwrap();
    engine.submit(by_maja(&held, |agent| Act::Claim { agent })).await.unwrap();
    let (who, queued) = visitor(&engine).await;
    engine.submit(by_visitor(&who, &queued, "h", Act::WantsPerson)).await.unwrap();
    let status =
        |engine: Engine, id: ConversationId| async move { engine.state(&id).await.unwrap().status };

    let engine = world.engine().await;
    world.clock.advance(GRACE_MS - 1);
    engine.tick(GRACE_MS).await;
    assert_eq!(status(engine.clone(), held.clone()).await, Status::Agent);
    assert_eq!(status(engine.clone(), queued.clone()).await, Status::Queued);
    assert_eq!(engine.agent_came(&maja(), &console), Presence::Online, "whoever holds is on duty");
    world.clock.advance(10 * GRACE_MS);
    engine.tick(GRACE_MS).await;
    assert_eq!(status(engine.clone(), held.clone()).await, Status::Agent);
    assert_eq!(status(engine.clone(), queued.clone()).await, Status::Queued);

    engine.agent_went(&maja().id);
    world.clock.advance(GRACE_MS);
    engine.tick(GRACE_MS).await;
    assert_eq!(status(engine.clone(), held.clone()).await, Status::Offline);
    assert_eq!(status(engine.clone(), queued.clone()).await, Status::Offline);
    assert_eq!(engine.staff(), []);
    engine.agent_came(&maja(), &console);
    engine.set_presence(&maja().id, Presence::Online, None).await;
    let place = |id| engine.place(id).map(|place| (place.position, place.open));
    assert_eq!(place(&held), Some((1, true)), "what was lost goes to the front");
    assert_eq!(place(&queued), Some((2, true)));
}
