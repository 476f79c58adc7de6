//! Who sends or comes too fast: warned, then cut off, and counted.

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::gateway::tests::world::Client;
use crate::gateway::tests::world::World;
use crate::gateway::tests::world::close_code;
use crate::gateway::tests::world::exchange;
use crate::gateway::tests::world::within;
use crate::telemetry::metrics::Limited;

async fn hello(world: &World, hello: Value) -> (Client, Value) {
    let mut client = world.socket("/v1/chat", &[]).await.unwrap();
    client.send(Message::text(hello.to_string())).await.unwrap();
    let first = next(&mut client).await;
    (client, first)
}

async fn next(client: &mut Client) -> Value {
    let frame = within(client.next()).await.unwrap().unwrap();
    serde_json::from_str(frame.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn a_connection_that_sends_too_much_is_warned_and_then_closed() {
    for (frames_per_minute, bytes_per_minute, what) in
        [(2, 0, Limited::Frames), (0, 1_024, Limited::Bytes)]
    {
        let world = World::start(|settings| {
            settings.limits.frames_per_minute = frames_per_minute;
            settings.limits.bytes_per_minute = bytes_per_minute;
            settings.limits.frame_bytes = 1_024;
        })
        .await;
        let (mut client, welcome) = hello(&world, json!({ "type": "hello" })).await;
        assert_eq!(welcome["type"], "welcome");
        let mut warnings = Vec::new();
        let pong = format!(r#"{{"type":"pong","x":"{}"}}"#, "x".repeat(500));
        // What is above the limit is taken until the connection is cut off.
        for _ in 0..44 {
            let _cut_off = client.send(Message::text(pong.as_str())).await;
        }
        let code = within(async {
            while let Some(Ok(message)) = client.next().await {
                match message {
                    Message::Close(frame) => return frame.map(|frame| u16::from(frame.code)),
                    other => {
                        let frame: Value = serde_json::from_str(other.to_text().unwrap()).unwrap();
                        warnings.extend((frame["type"] == "error").then_some(frame));
                    }
                }
            }
            None
        });
        assert_eq!(code.await, Some(4429));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(warnings[0]["code"], "rate_limited");
        assert!(warnings[0]["retry_after_s"].as_u64().unwrap() >= 1);
        assert!(world.app.metrics.limited(what).get() > 40);
    }
}

#[tokio::test]
async fn too_many_strangers_wait_and_who_is_known_comes_in() {
    let world = World::start(|settings| settings.limits.conversations_per_minute = 1).await;
    let (_first, welcome) = hello(&world, json!({ "type": "hello" })).await;
    assert_eq!(welcome["type"], "welcome");
    let (mut second, refused) = hello(&world, json!({ "type": "hello" })).await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("rate_limited")));
    assert!(refused["retry_after_s"].as_u64().unwrap() >= 1);
    // The socket lives, and hello may be repeated.
    let known = json!({ "type": "hello", "token": welcome["token"] });
    second.send(Message::text(known.to_string())).await.unwrap();
    assert_eq!(next(&mut second).await["visitor"], welcome["visitor"]);
    let call = "POST /v1/chat/frames HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                content-length: 18\r\n\r\n[{\"type\":\"hello\"}]";
    let answer = exchange(world.tcp().await, call).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 429") && answer.contains("retry-after: "), "{answer}");
    assert_eq!(world.app.metrics.limited(Limited::Conversations).get(), 2);
}

#[tokio::test]
async fn a_stranger_who_says_nothing_is_cut_off() {
    let world = World::start(|settings| settings.limits.hello_s = 1).await;
    let mut client = world.socket("/v1/chat", &[]).await.unwrap();
    assert_eq!(close_code(&mut client).await, Some(4408));
}

#[tokio::test]
async fn what_was_taken_is_acked_again_however_much_comes() {
    let world = World::start(|settings| settings.limits.messages_per_minute = 3).await;
    let (mut client, welcome) = hello(&world, json!({ "type": "hello" })).await;
    let message = |id: &str| json!({ "type": "message", "id": id, "text": "hej" }).to_string();
    let answers = async |client: &mut Client, ids: &[&str]| {
        for id in ids {
            client.send(Message::text(message(id))).await.unwrap();
        }
        let mut answers = Vec::new();
        while answers.len() < ids.len() {
            let frame = next(client).await;
            if let Some(id) = frame["id"].as_str().filter(|_| frame["type"] != "event") {
                let what = frame["code"].as_str().or(frame["type"].as_str()).unwrap();
                answers.push(format!("{id} {what} {}", frame["duplicate"].as_bool() == Some(true)));
            }
        }
        answers.sort();
        answers
    };
    let first = answers(&mut client, &["a", "b", "c", "d"]).await;
    assert_eq!(first, ["a ack false", "b ack false", "c ack false", "d rate_limited false"]);
    let again = json!({ "type": "hello", "token": welcome["token"] });
    let (mut client, _) = hello(&world, again).await;
    let second = answers(&mut client, &["a", "b", "c", "d"]).await;
    assert_eq!(second, ["a ack true", "b ack true", "c ack true", "d rate_limited false"]);
}

#[tokio::test]
async fn calls_are_limited_as_sockets_are() {
    for (frames_per_minute, bytes_per_minute, what) in
        [(5, 0, Limited::Frames), (0, 1_024, Limited::Bytes)]
    {
        let world = World::start(|settings| {
            settings.limits.frames_per_minute = frames_per_minute;
            settings.limits.bytes_per_minute = bytes_per_minute;
            settings.limits.frame_bytes = 1_024;
        })
        .await;
        let (_client, welcome) = hello(&world, json!({ "type": "hello" })).await;
        let token = welcome["token"].as_str().unwrap();
        let junk = format!(r#"{{"type":"nothing","x":"{}"}}"#, "x".repeat(300));
        let body = format!("[{junk},{junk},{junk}]");
        let call = format!(
            "POST /v1/chat/frames HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let first = exchange(world.tcp().await, &call).await;
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        let second = exchange(world.tcp().await, &call).await.to_lowercase();
        assert!(second.starts_with("http/1.1 429") && second.contains("retry-after: "), "{second}");
        assert!(world.app.metrics.limited(what).get() >= 1);
    }
}
