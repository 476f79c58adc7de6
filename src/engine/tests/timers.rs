//! Timers stand in the store: they go off once, also after a restart, whatever the clock does.

use super::*;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::tests::small;
use crate::conversation::event::Author;
use crate::ids::Seq;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

const PLUG: &str =
    "  plug:\n    say: { sv: \"Sätt i den.\", fi: \"Kytke se.\", en: \"Plug it in.\" }\n";
const NUDGE: &str = "    nudge: { sv: \"Nå?\", fi: \"No?\", en: \"Well?\" }\n";

/// A world whose lamp dialogue gives time in this way.
async fn world(pause: &str) -> World {
    let mut world = World::new().await;
    let with = |source: Source| Source {
        text: source.text.replace(PLUG, &format!("{PLUG}    {pause}\n{NUDGE}")),
        ..source
    };
    let (draft, faults) = draft(&small().into_iter().map(with).collect::<Vec<_>>());
    assert!(faults.is_empty(), "{faults:#?}");
    world.content = Arc::new(draft.train());
    world
}

/// A visitor who was given time.
async fn given_time(engine: &Engine) -> ConversationId {
    let (who, to) = visitor(engine).await;
    for (id, text) in [("m1", "lampan lyser inte"), ("m2", "nej")] {
        engine.submit(by_visitor(&who, &to, &format!("{id}-{to}"), said(text))).await.unwrap();
    }
    to
}

/// What the bot has said since it gave time.
async fn said_since(engine: &Engine, to: &ConversationId) -> Vec<String> {
    let rows = engine.store().events(to, Seq::ZERO, 100).await.unwrap();
    let events = rows.iter().map(|row| turn::event_of(row).unwrap());
    let texts: Vec<String> = events
        .filter_map(|event| match event.fact {
            Fact::Message(message) if message.from == Author::Bot => Some(message.text),
            _ => None,
        })
        .collect();
    let given = texts.iter().position(|text| text == "Sätt i den.").unwrap();
    texts[given + 1..].to_vec()
}

const NUDGED: [&str; 2] = ["Nå?", "Hjälpte det?"];

#[tokio::test]
async fn a_nudge_goes_off_once_after_a_restart() {
    let world = world("wait: 10").await;
    let to = given_time(&world.engine().await).await;
    let engine = world.engine().await;
    world.clock.advance(10 * MINUTE - 1);
    engine.tick(MINUTE).await;
    assert!(said_since(&engine, &to).await.is_empty());
    world.clock.advance(1);
    engine.tick(MINUTE).await;
    assert_eq!(said_since(&engine, &to).await, NUDGED);
    let engine = world.engine().await;
    world.clock.advance(10 * MINUTE);
    engine.tick(MINUTE).await;
    assert_eq!(said_since(&engine, &to).await, NUDGED, "once");
}

#[tokio::test]
async fn the_bot_comes_back_when_it_promised_though_the_server_was_down() {
    let world = world("callback: { days: 1, at: \"09:00\" }").await;
    let to = given_time(&world.engine().await).await;
    // It is 23:34 in Helsinki: nine in the morning is 9 hours 25 minutes and some seconds ahead.
    let engine = world.engine().await;
    world.clock.advance(9 * HOUR + 25 * MINUTE);
    engine.tick(MINUTE).await;
    assert!(said_since(&engine, &to).await.is_empty(), "neither early nor closed for silence");
    world.clock.advance(3 * HOUR);
    let engine = world.engine().await;
    engine.tick(MINUTE).await;
    assert_eq!(said_since(&engine, &to).await, NUDGED);
    engine.tick(MINUTE).await;
    assert_eq!(said_since(&engine, &to).await, NUDGED, "once");
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_fires_each_timer_once_and_closes_nobody_who_was_given_time() {
    let world = world("wait: 10").await;
    let engine = world.engine().await;
    let to = given_time(&engine).await;
    world.clock.advance(HOUR);
    engine.tick(MINUTE).await;
    engine.tick(MINUTE).await;
    assert_eq!(said_since(&engine, &to).await, NUDGED);
    assert_eq!(engine.state(&to).await.unwrap().status, Status::Bot);
}

#[tokio::test]
async fn a_clock_that_jumps_back_makes_no_timer_wait_for_it() {
    let world = world("wait: 10").await;
    let engine = world.engine().await;
    let (who, to) = visitor(&engine).await;
    engine.submit(by_visitor(&who, &to, "m1", said("lampan lyser inte"))).await.unwrap();
    world.clock.advance(-HOUR);
    engine.submit(by_visitor(&who, &to, "m2", said("nej"))).await.unwrap();
    let engine = world.engine().await;
    world.clock.advance(10 * MINUTE);
    engine.tick(MINUTE).await;
    assert_eq!(said_since(&engine, &to).await, NUDGED);
    let rows = engine.store().events(&to, Seq::ZERO, 100).await.unwrap();
    assert!(rows.is_sorted_by_key(|row| row.at), "the log's time does not go back");
}

/// Lets time go by as on a machine that is awake: the engine looks every half minute.
async fn awake(world: &World, engine: &Engine, ms: i64) {
    for _ in 0..ms / HALF_A_MINUTE {
        world.clock.advance(HALF_A_MINUTE);
        engine.tick(MINUTE).await;
    }
}

const HALF_A_MINUTE: i64 = MINUTE / 2;

async fn status(engine: &Engine, to: &ConversationId) -> Status {
    engine.state(to).await.unwrap().status
}

#[tokio::test]
async fn silence_ends_a_talk_where_the_server_was_there_to_hear() {
    let world = World::new().await;
    let engine = world.engine().await;
    let to = given_time(&engine).await;
    awake(&world, &engine, HOUR - MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Bot);
    awake(&world, &engine, MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Ended);
}

#[tokio::test]
async fn a_machine_that_slept_ends_nobody_for_the_time_it_slept() {
    let world = World::new().await;
    let engine = world.engine().await;
    let to = given_time(&engine).await;
    awake(&world, &engine, 10 * MINUTE).await;
    world.clock.advance(3 * HOUR);
    engine.tick(MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Bot, "nobody could have been heard");
    assert!(engine.store().due(world.clock.now(), 10).await.unwrap().is_empty(), "it is put off");
    awake(&world, &engine, HOUR - MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Bot);
    awake(&world, &engine, MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Ended, "silence counts from there on");
}

#[tokio::test]
async fn a_server_that_was_down_ends_nobody_for_the_time_it_was_down() {
    let world = World::new().await;
    let to = given_time(&world.engine().await).await;
    world.clock.advance(3 * HOUR);
    let engine = world.engine().await;
    engine.tick(MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Bot);
    // One restart after another puts it off no more than from the newest.
    let engine = world.engine().await;
    awake(&world, &engine, HOUR + MINUTE).await;
    assert_eq!(status(&engine, &to).await, Status::Ended);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_are_due_at_once_all_go_on() {
    const MANY: i64 = 450;
    let world = world("wait: 10").await;
    let engine = world.engine().await;
    let mut waiting = Vec::new();
    for _ in 0..MANY {
        waiting.push(given_time(&engine).await);
    }
    world.clock.advance(10 * MINUTE);
    engine.work_off_deadlines().await;
    for to in &waiting {
        assert_eq!(said_since(&engine, to).await, NUDGED);
    }
    assert_eq!(engine.metrics().deadlines_due.get(), MANY);
    engine.work_off_deadlines().await;
    assert_eq!(engine.metrics().deadlines_due.get(), 0);
}

/// By the machine's clock: nobody ticks here.
#[tokio::test]
async fn the_nearest_deadline_is_waited_for() {
    let mut world = world("wait: 10").await;
    world.clock = Clock::system();
    let engine = world.engine().await;
    let (who, to) = visitor(&engine).await;
    let told = by_visitor(&who, &to, "m1", said("lampan lyser inte"));
    let before = world.clock.now();
    engine.submit(told).await.unwrap();
    let waits = engine.state(&to).await.unwrap();
    let deadline = crate::conversation::deadline(&waits, engine.policy()).unwrap();
    engine.inner.timers.note(before.plus_ms(300));
    engine.until_due().await;
    assert!(world.clock.now() >= before.plus_ms(300), "not before its time");
    assert!(world.clock.now() < deadline, "and not with the next");
}
