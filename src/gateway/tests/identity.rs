//! Who a visitor is: tokens that were forged, replayed or are another's, and the bank's word.

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

use crate::gateway::identity::tests::SECRET;
use crate::gateway::identity::tests::word_for;
use crate::gateway::tests::world::Client;
use crate::gateway::tests::world::World;
use crate::gateway::tests::world::close_code;
use crate::gateway::tests::world::exchange;
use crate::gateway::tests::world::within;
use crate::ids::ConversationId;

struct Bank {
    world: World,
    _secret: TempDir,
}

impl Bank {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, SECRET).unwrap();
        let world = World::start(|settings| {
            settings.identity.secret_file = file;
            settings.identity.audience = "chat".to_owned();
            settings.identity.issuer = "bank".to_owned();
        });
        Self { world: world.await, _secret: folder }
    }

    fn word(&self, subject: &str) -> String {
        word_for(subject, self.world.app.clock.now().0 / 1_000)
    }

    async fn says_hello(&self, mut hello: Value) -> Client {
        let mut client = self.world.socket("/v1/chat", &[]).await.unwrap();
        hello["type"] = json!("hello");
        client.send(Message::text(hello.to_string())).await.unwrap();
        client
    }

    async fn meets(&self, hello: Value) -> (Client, Value) {
        let mut client = self.says_hello(hello).await;
        let welcome = next(&mut client, "welcome").await;
        (client, welcome)
    }

    async fn turns_away(&self, hello: Value) -> Option<u16> {
        close_code(&mut self.says_hello(hello).await).await
    }

    async fn signs_out(&self, proof: &str) -> String {
        let call = format!(
            "POST /v1/chat/sign-out HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {proof}\r\ncontent-length: 0\r\n\r\n"
        );
        let answer = exchange(self.world.tcp().await, &call).await;
        answer.lines().next().unwrap_or_default().to_owned()
    }

    async fn is_verified(&self, conversation: &Value) -> bool {
        let id = ConversationId::new(conversation.as_str().unwrap());
        self.world.app.engine.state(&id).await.unwrap().customer.is_some()
    }
}

/// The next frame of a type.
async fn next(client: &mut Client, kind: &str) -> Value {
    within(async {
        loop {
            let text = client.next().await.unwrap().unwrap().into_text().unwrap();
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == kind {
                return frame;
            }
        }
    })
    .await
}

async fn says(client: &mut Client, id: &str) -> Value {
    let message = json!({ "type": "message", "id": id, "text": "hej" });
    client.send(Message::text(message.to_string())).await.unwrap();
    next(client, "ack").await
}

#[tokio::test]
async fn a_customer_is_the_same_on_every_device() {
    let bank = Bank::open().await;
    let (mut phone, first) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    assert_eq!((&first["identity"], &first["seq"]), (&json!("verified"), &json!(0)));
    assert_eq!(next(&mut phone, "event").await["from"]["role"], "bot", "the greeting is event 1");
    let (_tablet, second) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    assert_eq!(second["visitor"], first["visitor"]);
    assert_eq!(second["conversation"], first["conversation"]);
    assert!(bank.is_verified(&first["conversation"]).await);
    let (_other, other) = bank.meets(json!({ "identity": bank.word("bo") })).await;
    assert_ne!(other["visitor"], first["visitor"]);
    assert_ne!(other["conversation"], first["conversation"]);
    // The token alone stands for the customer, for a while.
    let (_again, again) = bank.meets(json!({ "token": first["token"] })).await;
    assert_eq!(again["conversation"], first["conversation"]);
    assert_eq!(again["identity"], "verified");
    bank.world.app.clock.advance(61 * 60_000);
    assert_eq!(bank.turns_away(json!({ "token": again["token"] })).await, Some(4401));
}

#[tokio::test]
async fn an_anonymous_visitor_becomes_the_customer_inside_the_conversation() {
    let bank = Bank::open().await;
    let (mut client, first) = bank.meets(json!({})).await;
    assert_eq!(first["identity"], "anonymous");
    says(&mut client, "m1").await;
    client.close(None).await.unwrap();
    let hello = json!({
        "token": first["token"], "identity": bank.word("anna"),
        "conversation": first["conversation"], "after": 1,
    });
    let (mut client, second) = bank.meets(hello).await;
    assert_eq!(second["conversation"], first["conversation"]);
    assert_eq!(second["visitor"], first["visitor"]);
    assert_eq!((&second["identity"], &second["resumed"]), (&json!("verified"), &json!(true)));
    let identified = within(async {
        loop {
            let event = next(&mut client, "event").await;
            if event["kind"] == "status" {
                return event;
            }
        }
    });
    let identified = identified.await;
    assert_eq!(
        (&identified["status"], &identified["identity"]),
        (&json!("bot"), &json!("verified"))
    );
    assert_eq!(identified["seq"], second["seq"]);
    assert!(bank.is_verified(&first["conversation"]).await);
}

#[tokio::test]
async fn a_copy_of_the_anonymous_token_is_worth_nothing_afterwards() {
    let bank = Bank::open().await;
    let (_client, first) = bank.meets(json!({})).await;
    let (mut thief, _) = bank.meets(json!({ "token": first["token"] })).await;
    let both = json!({ "token": first["token"], "identity": bank.word("anna") });
    let (_client, second) = bank.meets(both.clone()).await;
    assert_eq!(second["conversation"], first["conversation"]);
    assert_eq!(close_code(&mut thief).await, Some(4401), "the open socket sees nothing more");
    assert_eq!(bank.turns_away(json!({ "token": first["token"] })).await, Some(4401));
    // Its owner may never have heard the welcome, and brings it again with the bank's word.
    let (_client, third) = bank.meets(both).await;
    assert_eq!(third["conversation"], first["conversation"]);
}

#[tokio::test]
async fn what_was_said_before_counts_once_when_two_visitors_turn_out_to_be_one() {
    let bank = Bank::open().await;
    let (_known, known) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    let (mut tablet, first) = bank.meets(json!({})).await;
    assert_ne!(first["visitor"], known["visitor"]);
    let ack = says(&mut tablet, "m1").await;
    let both = json!({ "token": first["token"], "identity": bank.word("anna") });
    let (mut tablet, second) = bank.meets(both).await;
    assert_eq!(second["visitor"], known["visitor"]);
    assert_eq!(second["conversation"], first["conversation"], "they stay in the conversation");
    let again = says(&mut tablet, "m1").await;
    assert_eq!((&again["seq"], &again["duplicate"]), (&ack["seq"], &json!(true)));
    let own = json!({ "identity": bank.word("anna"), "conversation": known["conversation"] });
    let (_phone, earlier) = bank.meets(own).await;
    assert_eq!(earlier["conversation"], known["conversation"], "the earlier one is still theirs");
}

#[tokio::test]
async fn one_customer_does_not_become_another() {
    let bank = Bank::open().await;
    let (_anna, anna) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    let mixed = json!({ "token": anna["token"], "identity": bank.word("bo") });
    let (_bo, bo) = bank.meets(mixed).await;
    assert_ne!(bo["visitor"], anna["visitor"]);
    assert_ne!(bo["conversation"], anna["conversation"]);
    let foreign = json!({
        "token": anna["token"], "identity": bank.word("bo"),
        "conversation": anna["conversation"],
    });
    let mut client = bank.says_hello(foreign).await;
    assert_eq!(next(&mut client, "error").await["code"], "not_found");
    let (_anna, again) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    assert_eq!(again["conversation"], anna["conversation"], "nothing of theirs was moved");
}

#[tokio::test]
async fn another_visitors_conversation_is_not_found() {
    let bank = Bank::open().await;
    let (_victim, victim) = bank.meets(json!({})).await;
    let (_thief, thief) = bank.meets(json!({})).await;
    for hello in [
        json!({ "conversation": victim["conversation"] }),
        json!({ "conversation": victim["conversation"], "token": thief["token"] }),
        json!({ "conversation": victim["conversation"], "identity": bank.word("anna") }),
        json!({ "conversation": "unknown", "token": thief["token"] }),
    ] {
        let mut client = bank.says_hello(hello.clone()).await;
        assert_eq!(next(&mut client, "error").await["code"], "not_found", "{hello}");
    }
}

#[tokio::test]
async fn a_token_or_a_word_that_is_not_good_is_turned_away() {
    let bank = Bank::open().await;
    let (_client, first) = bank.meets(json!({})).await;
    let token = first["token"].as_str().unwrap();
    let word = bank.word("anna");
    let forged = |text: &str| {
        let at = text.len() - 20;
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        [&text[..at], other, &text[at + 1..]].concat()
    };
    let unsigned = word.rsplit_once('.').unwrap().0;
    for hello in [
        json!({ "token": forged(token) }),
        json!({ "token": word.clone() }),
        json!({ "identity": forged(&word) }),
        json!({ "identity": token }),
        json!({ "identity": format!("{unsigned}.") }),
        json!({ "identity": word_for("anna", 1_000) }),
        json!({ "token": token, "identity": forged(&word) }),
        json!({ "token": forged(token), "identity": word.clone() }),
    ] {
        assert_eq!(bank.turns_away(hello.clone()).await, Some(4401), "{hello}");
    }
    bank.world.app.clock.advance(31 * 24 * 60 * 60_000);
    assert_eq!(bank.turns_away(json!({ "token": token })).await, Some(4401), "expired");
}

#[tokio::test]
async fn without_a_bank_nobody_is_verified() {
    let world = World::start(|_| {}).await;
    let mut client = world.socket("/v1/chat", &[]).await.unwrap();
    let hello = json!({ "type": "hello", "identity": word_for("anna", 1_795_383_296) });
    client.send(Message::text(hello.to_string())).await.unwrap();
    assert_eq!(close_code(&mut client).await, Some(4401));
}

#[tokio::test]
async fn who_signs_out_is_out_everywhere() {
    let bank = Bank::open().await;
    let word = bank.word("anna");
    let (mut phone, first) = bank.meets(json!({ "identity": word.clone() })).await;
    let (mut bo, _) = bank.meets(json!({ "identity": bank.word("bo") })).await;
    bank.world.app.clock.advance(2_000);
    assert_eq!(bank.signs_out("nonsense").await, "HTTP/1.1 401 Unauthorized");
    assert_eq!(bank.signs_out(first["token"].as_str().unwrap()).await, "HTTP/1.1 200 OK");
    assert_eq!(close_code(&mut phone).await, Some(4401));
    assert_eq!(bank.turns_away(json!({ "token": first["token"] })).await, Some(4401));
    assert_eq!(bank.turns_away(json!({ "identity": word })).await, Some(4401), "replayed");
    says(&mut bo, "m1").await;
    bank.world.app.clock.advance(2_000);
    let (_phone, again) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    assert_eq!(again["conversation"], first["conversation"]);
    // The sign-out asked for once more is no fault, and ends nothing that came since.
    assert_eq!(bank.signs_out(first["token"].as_str().unwrap()).await, "HTTP/1.1 200 OK");
    let (_tablet, also) = bank.meets(json!({ "token": again["token"] })).await;
    assert_eq!(also["conversation"], first["conversation"]);
    bank.world.app.clock.advance(2_000);
    assert_eq!(bank.signs_out(&bank.word("anna")).await, "HTTP/1.1 200 OK");
    assert_eq!(bank.turns_away(json!({ "token": again["token"] })).await, Some(4401));
}

#[tokio::test]
async fn the_end_of_a_customers_conversation_revokes_their_tokens() {
    let bank = Bank::open().await;
    let (mut anna, met) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    next(&mut anna, "event").await;
    says(&mut anna, "m1").await;
    let (_bo, other) = bank.meets(json!({ "identity": bank.word("bo") })).await;
    anna.send(Message::text(r#"{"type":"end","id":"end"}"#)).await.unwrap();
    next(&mut anna, "ack").await;
    // Who ended it may still rate it here.
    anna.send(Message::text(r#"{"type":"rating","id":"rate","score":5}"#)).await.unwrap();
    assert_eq!(next(&mut anna, "ack").await["id"], "rate");
    for hello in [
        json!({ "token": met["token"] }),
        json!({ "token": met["token"], "conversation": met["conversation"] }),
    ] {
        assert_eq!(bank.turns_away(hello).await, Some(4401));
    }
    bank.world.app.clock.advance(1_000);
    // The bank's word from before is good: nobody has signed out.
    let (_again, again) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    assert_eq!(again["visitor"], met["visitor"]);
    assert_ne!(again["conversation"], met["conversation"]);
    let (_third, resumed) = bank.meets(json!({ "token": again["token"] })).await;
    assert_eq!(resumed["identity"], "verified");
    let (_fourth, unharmed) = bank.meets(json!({ "token": other["token"] })).await;
    assert_eq!(unharmed["conversation"], other["conversation"], "nobody else's token is over");
}

#[tokio::test]
async fn an_anonymous_visitors_token_outlives_the_end() {
    let bank = Bank::open().await;
    let (mut visitor, met) = bank.meets(json!({})).await;
    next(&mut visitor, "event").await;
    visitor.send(Message::text(r#"{"type":"end","id":"end"}"#)).await.unwrap();
    next(&mut visitor, "ack").await;
    let (_again, again) = bank.meets(json!({ "token": met["token"] })).await;
    assert_eq!(again["visitor"], met["visitor"]);
}

/// The end takes from the token what it was worth, but what was ended may still be rated.
#[tokio::test]
async fn who_ended_by_a_call_rates_and_repeats_by_calls_and_does_no_more() {
    let bank = Bank::open().await;
    let (_client, welcome) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    let token = welcome["token"].as_str().unwrap().to_owned();
    let post = async |frames: Value| -> (u16, Value) {
        let body = frames.to_string();
        let call = format!(
            "POST /v1/chat/frames HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(bank.world.tcp().await, &call).await;
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    };
    let said = json!({ "type": "message", "id": "m1", "text": "hej" });
    let end = json!({ "type": "end", "id": "e1" });
    let (status, answers) = post(json!([said, end])).await;
    assert_eq!((status, &answers[1]["type"]), (200, &json!("ack")), "{answers}");
    bank.world.app.clock.advance(1_000);
    let (status, answers) = post(json!([said, end])).await;
    assert_eq!(status, 200, "{answers}");
    assert_eq!((&answers[0]["duplicate"], &answers[1]["duplicate"]), (&json!(true), &json!(true)));
    let (status, answers) = post(json!([{ "type": "rating", "id": "r1", "score": 4 }])).await;
    assert_eq!((status, &answers[0]["type"]), (200, &json!("ack")), "{answers}");
    let new = json!({ "type": "message", "id": "m2", "text": "hej igen" });
    assert_eq!(post(json!([new])).await.0, 401);
    assert_eq!(bank.turns_away(json!({ "token": token })).await, Some(4401));
    let stream = format!(
        "GET /v1/chat/stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\n\r\n"
    );
    let answer = exchange(bank.world.tcp().await, &stream).await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[tokio::test]
async fn an_end_that_is_refused_revokes_nothing() {
    let bank = Bank::open().await;
    let (mut client, welcome) = bank.meets(json!({ "identity": bank.word("anna") })).await;
    bank.world.app.clock.advance(1_000);
    client.send(Message::text(r#"{"type":"end"}"#)).await.unwrap();
    assert_eq!(next(&mut client, "error").await["code"], "bad_field");
    let (_client, again) = bank.meets(json!({ "token": welcome["token"] })).await;
    assert_eq!(again["identity"], "verified");
}
