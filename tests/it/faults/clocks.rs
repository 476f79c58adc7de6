//! Clocks that jump while the server is off, as far as that shows from outside: what is stored then
//! lies in the future, or longer ago than it was. Jumps under a running server are steered against
//! by `clock::steady`, which has its own tests.

use serde_json::Value;
use serde_json::json;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::client::Visitor;
use crate::client::is_status;
use crate::client::says;
use crate::server::Server;

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// Moves everything that is stored by so many milliseconds. To the server, which is off, it is as
/// if the machine's clock had jumped the other way.
pub(crate) async fn move_stored(server: &Server, ms: i64) {
    let options = SqliteConnectOptions::new().filename(server.data().join("skicka.db"));
    let mut database = options.connect().await.unwrap();
    for statement in [
        "UPDATE events SET at = at + ?1",
        "UPDATE conversations SET created_at = created_at + ?1, updated_at = updated_at + ?1, \
         deadline = deadline + ?1",
    ] {
        let moved = sqlx::query(statement).bind(ms).execute(&mut database).await.unwrap();
        assert!(moved.rows_affected() > 0, "{statement}");
    }
    sqlx::Connection::close(database).await.unwrap();
}

/// A customer in the middle of a story, whose server comes back with a clock that jumped by so much.
async fn talk_over_a_jump(ms: i64) {
    let mut server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.say("m1", "lampan lyser inte").await;
    visitor.question().await;
    visitor.line.settle().await;
    let held = visitor.last();
    server.kill();
    move_stored(&server, -ms).await;
    server.restart().await;
    // The story goes on where it was, in the order of its places.
    let mut back = visitor.again(&server, 0).await;
    let said = back.say("m2", "nej").await;
    back.until(said).await;
    // From when silence counts after the server was away may be noted meanwhile, without a word.
    let between = back
        .log()
        .iter()
        .filter(|event| (held + 1..said).contains(&event["seq"].as_u64().unwrap()));
    for event in between {
        assert!(is_status(event, "bot"), "nothing was closed, nor asked again: {event}");
    }
    back.event("what the bot says to it", |event| {
        says(event, "bot") && event["seq"].as_u64() > Some(said)
    })
    .await;
    let moments: Vec<&str> = back.log().iter().map(|event| event["at"].as_str().unwrap()).collect();
    assert!(moments.is_sorted(), "moments never go back: {moments:?}");
    // A timer waits for its time, not for the clock to come back to where it was: what nobody
    // understands is answered once more may have followed.
    back.line.settle().await;
    let asked = back.say("m3", "zzz qqq").await;
    back.event("an answer in time", |event| {
        says(event, "bot") && event["seq"].as_u64() > Some(asked)
    })
    .await;
    let ids = back.log().iter().filter(|event| says(event, "visitor")).map(|event| &event["id"]);
    assert_eq!(ids.collect::<Vec<&Value>>(), [&json!("m1"), &json!("m2"), &json!("m3")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_clock_that_went_back_an_hour_delays_and_reorders_nothing() {
    talk_over_a_jump(-HOUR_MS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_clock_that_went_ahead_closes_and_reorders_nothing() {
    talk_over_a_jump(HOUR_MS / 2).await;
    talk_over_a_jump(2 * HOUR_MS).await;
}
