//! Teams that are set up: hours, limits, offers.

use super::*;
use crate::handover::team::Team;
use crate::handover::team::Teams;

const GRACE_MS: i64 = 60_000;

fn teams(json: &str) -> Teams {
    [serde_json::from_str::<Team>(json).expect("a team")].into_iter().collect()
}

/// Maja is there and takes conversations.
async fn with_maja(engine: &Engine) -> Arc<Doorbell> {
    let console = Arc::new(Doorbell::default());
    engine.agent_came(&maja(), &console);
    engine.set_presence(&maja().id, Presence::Online, None).await;
    console
}

async fn wants_person(engine: &Engine) -> ConversationId {
    let (who, to) = visitor(engine).await;
    engine.submit(by_visitor(&who, &to, "h", Act::WantsPerson)).await.unwrap();
    to
}

async fn status(engine: &Engine, id: &ConversationId) -> Status {
    engine.state(id).await.unwrap().status
}

fn offered_to(engine: &Engine, id: &ConversationId) -> Option<AgentId> {
    Some(engine.desk_item(id)?.offer?.agent)
}

#[tokio::test]
async fn a_closed_team_keeps_the_matter_until_it_opens_and_says_when() {
    // The world's clock stands at 22 November 2026, 19:34:56 UTC: a Sunday.
    let world = World::new().await;
    let engine = world.engine().await;
    let _console = with_maja(&engine).await;
    let hours =
        r#"{ "id": "support", "hours": { "week": { "mon": ["09:00-16:00"] }, "zone": "UTC" } }"#;
    engine.set_teams(teams(hours)).await;
    let kept = wants_person(&engine).await;
    assert_eq!(status(&engine, &kept).await, Status::Offline);
    let said = engine.frames_after(&kept, Seq::ZERO, Audience::Visitor).await.unwrap();
    let promise = said.iter().any(|frame| frame.text.contains("i morgon kl. 11.00"));
    assert!(promise, "{said:#?}");
    world.clock.advance(14 * 60 * 60 * 1_000);
    engine.tick(GRACE_MS).await;
    assert_eq!(status(&engine, &kept).await, Status::Queued);
    world.clock.advance(7 * 60 * 60 * 1_000);
    engine.tick(GRACE_MS).await;
    assert_eq!(status(&engine, &kept).await, Status::Offline, "hours end while people wait");
}

#[tokio::test]
async fn a_full_queue_keeps_whoever_comes_and_lets_them_in_one_by_one() {
    let world = World::new().await;
    let engine = world.engine().await;
    let _console = with_maja(&engine).await;
    engine.set_teams(teams(r#"{ "id": "support", "queue_limit": 1 }"#)).await;
    let first = wants_person(&engine).await;
    let second = wants_person(&engine).await;
    let third = wants_person(&engine).await;
    assert_eq!(status(&engine, &first).await, Status::Queued);
    assert_eq!(status(&engine, &second).await, Status::Offline);
    engine.submit(by_maja(&first, |agent| Act::Claim { agent })).await.unwrap();
    world.clock.advance(GRACE_MS);
    engine.tick(GRACE_MS).await;
    assert_eq!(status(&engine, &second).await, Status::Queued);
    assert_eq!(status(&engine, &third).await, Status::Offline, "there is room for one");
}

#[tokio::test]
async fn what_is_pushed_is_offered_alarmed_about_and_the_customer_told() {
    let world = World::new().await;
    let engine = world.engine().await;
    let _console = with_maja(&engine).await;
    let push = r#"{ "id": "support", "routing": "push", "accept_within_s": 30 }"#;
    engine.set_teams(teams(push)).await;
    world.clock.advance(GRACE_MS);
    let waiting = wants_person(&engine).await;
    assert_eq!(offered_to(&engine, &waiting), Some(maja().id), "offered as it queues");
    assert!(engine.decline(&maja().id, &waiting).await);
    assert!(!engine.decline(&maja().id, &waiting).await, "nothing is offered any more");
    assert_eq!(offered_to(&engine, &waiting), None);
    assert!(engine.desk_item(&waiting).unwrap().alarmed);
    let before = engine.state(&waiting).await.unwrap().seq;
    world.clock.advance(30_000);
    engine.tick(GRACE_MS).await;
    let told = engine.frames_after(&waiting, before, Audience::Visitor).await.unwrap();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(status(&engine, &waiting).await, Status::Queued);
    engine.submit(by_maja(&waiting, |agent| Act::Claim { agent })).await.unwrap();
    assert!(!engine.desk_item(&waiting).unwrap().alarmed);
}
