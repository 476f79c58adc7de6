//! The promises of the visitor's socket: resume, at most once, one order, and its ends.

use serde_json::Value;
use serde_json::json;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::says;
use crate::faults::clocks::move_stored;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_client_resumes_behind_what_it_holds() {
    let server = Server::start(&[]).await;
    let mut first = Visitor::arrive(&server).await;
    first.say("m1", "lampan lyser inte").await;
    let asked = first.question().await["seq"].as_u64().unwrap();
    first.until(asked).await;
    let whole = first.log().to_vec();

    for after in 0..=asked {
        let mut again = first.again(&server, after).await;
        assert_eq!(again.welcome["resumed"], true);
        assert_eq!(again.welcome["seq"].as_u64(), Some(first.last()));
        again.until(first.last()).await;
        let held = usize::try_from(after).unwrap();
        assert_eq!(again.log(), &whole[held..], "after {after}");
    }
    // By the token alone, and by the conversation without `after`: from the beginning.
    let mut by_token = json!({"type": "hello", "token": first.token, "after": 2});
    let mut again = Visitor::hello(&server, &by_token).await;
    assert_eq!(again.conversation, first.conversation);
    again.until(first.last()).await;
    assert_eq!(again.log(), whole);
    by_token["conversation"] = json!(first.conversation);
    by_token.as_object_mut().unwrap().remove("after");
    let mut again = Visitor::hello(&server, &by_token).await;
    again.until(first.last()).await;
    assert_eq!(again.log(), whole);
    // A client that holds more than there is must drop it.
    let mut beyond = first.again(&server, 1_000).await;
    assert_eq!(beyond.welcome["resumed"], false);
    beyond.until(first.last()).await;
    assert_eq!(beyond.log(), whole);
}

/// More than a server keeps in memory, and more than it reads from the store at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_gap_of_ten_thousand_events_is_closed_exactly() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
        ("SKICKA_STORE__SYNCHRONOUS", "normal"),
    ])
    .await;
    let mut first = Visitor::arrive(&server).await;
    first.want_person("offline").await;
    first.until(2).await;
    let held = first.last();
    let last = first.fill("m", 10_000).await;
    assert!(last - held >= 10_000, "{held} to {last}");
    first.until(last).await;
    let whole = first.log().to_vec();
    // None, one, ten thousand, all; the client fails by itself on a gap, a repetition or a swap.
    for after in [last, last - 1, held, 0] {
        let mut again = first.again(&server, after).await;
        assert_eq!(again.welcome["resumed"], true);
        assert_eq!(again.welcome["seq"], json!(last));
        again.until(last).await;
        again.line.settle().await;
        assert_eq!(again.log(), &whole[usize::try_from(after).unwrap()..], "after {after}");
    }
    // Who holds what does not exist yet must drop it, and gets all of it.
    for after in [last + 1, last + 10_000, u64::from(u32::MAX)] {
        let mut beyond = first.again(&server, after).await;
        assert_eq!(beyond.welcome["resumed"], false, "after {after}");
        beyond.until(last).await;
        assert_eq!(beyond.log(), whole, "after {after}");
    }
    // Places in another's conversation are none of theirs.
    let stranger = Visitor::arrive(&server).await;
    let mut line = Line::open(&server, "/v1/chat").await;
    let hello = json!({
        "type": "hello", "token": stranger.token, "conversation": first.conversation,
        "after": held
    });
    line.send(&hello).await;
    assert_eq!(line.error_code().await, "not_found");
    assert!(line.take_all("").0.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_devices_see_one_order() {
    let server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut one = Visitor::arrive(&server).await;
    one.want_person("offline").await;
    let mut other = one.again(&server, 0).await;
    for number in 0..40 {
        let text = format!("nummer {number}");
        one.line.send(&json!({"type": "message", "id": format!("a{number}"), "text": text})).await;
        other
            .line
            .send(&json!({"type": "message", "id": format!("b{number}"), "text": text}))
            .await;
    }
    let mut last = 0;
    for number in 0..40 {
        let ack = one.line.answer(&format!("a{number}")).await["seq"].as_u64().unwrap();
        assert!(ack > last, "one socket's frames keep their order");
        last = ack;
    }
    for number in 0..40 {
        let ack = other.line.answer(&format!("b{number}")).await;
        last = last.max(ack["seq"].as_u64().unwrap());
    }
    one.until(last).await;
    other.until(last).await;
    assert_eq!(one.log(), other.log());
    let own = one
        .log()
        .iter()
        .filter(|event| event["text"].as_str().is_some_and(|text| text.starts_with("nummer")));
    assert_eq!(own.count(), 80);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_repetition_counts_once() {
    let mut server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    let message = json!({"type": "message", "id": "m1", "text": "lampan lyser inte"});
    // At once: the second is on its way before the first is answered.
    visitor.line.send(&message).await;
    let ack = visitor.ask(message.clone()).await;
    assert_eq!(ack["duplicate"], false);
    let original = json!({
        "type": "ack", "id": "m1", "conversation": visitor.conversation, "seq": ack["seq"],
        "duplicate": true,
    });
    assert_eq!(visitor.line.answer("m1").await, original);
    let question = visitor.question().await;
    assert_eq!(visitor.ask(message.clone()).await, original);
    // On another socket.
    let mut again = visitor.again(&server, visitor.last()).await;
    assert_eq!(again.ask(message.clone()).await, original);
    let choice = json!({"type": "choice", "id": "c1", "seq": question["seq"], "value": "no"});
    let chosen = again.ask(choice.clone()).await;
    assert_eq!(chosen["type"], "ack", "{chosen}");
    let repeated = again.ask(choice).await;
    assert_eq!((&repeated["seq"], &repeated["duplicate"]), (&chosen["seq"], &json!(true)));
    // After a restart, and after a day.
    server.kill();
    server.restart().await;
    let mut again = visitor.again(&server, 0).await;
    assert_eq!(again.ask(message.clone()).await, original);
    server.kill();
    move_stored(&server, -24 * 60 * 60 * 1_000).await;
    server.restart().await;
    let mut again = visitor.again(&server, 0).await;
    assert_eq!(again.ask(message.clone()).await, original);
    // Even after the end, and in the next conversation.
    again.ask(json!({"type": "end", "id": "e1"})).await;
    assert_eq!(again.ask(message.clone()).await, original);
    let mut next = Visitor::hello(&server, &json!({"type": "hello", "token": again.token})).await;
    assert_ne!(next.conversation, visitor.conversation);
    assert_eq!(next.ask(message.clone()).await, original);
    again.until(again.welcome["seq"].as_u64().unwrap()).await;
    let is_it = |event: &&Value| says(event, "visitor") && event["id"] == "m1";
    assert_eq!(again.log().iter().filter(is_it).count(), 1, "one event, for all of these");
    assert!(!next.log().iter().any(|event| is_it(&event)));
    // Another visitor's ids are their own.
    let mut stranger = Visitor::arrive(&server).await;
    assert_eq!(stranger.ask(message).await["duplicate"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_the_first_text_wins() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    let message = json!({"type": "message", "id": "m1", "text": "lampan lyser inte"});
    let ack = visitor.ask(message.clone()).await;
    let original = json!({
        "type": "ack", "id": "m1", "conversation": visitor.conversation, "seq": ack["seq"],
        "duplicate": true,
    });
    let question = visitor.question().await;
    visitor.line.settle().await;
    let before = visitor.last();
    let mut other = message;
    other["text"] = json!("något helt annat");
    assert_eq!(visitor.ask(other.clone()).await, original);
    // An id is an id, whatever the frame.
    let pressed = json!({"type": "choice", "id": "m1", "seq": question["seq"], "value": "no"});
    assert_eq!(visitor.ask(pressed).await, original);
    let mut again = visitor.again(&server, 0).await;
    assert_eq!(again.ask(other).await, original);
    // Nothing of it is stored, and the bot answers nothing.
    let next = again.say("m2", "nej").await;
    assert_eq!(next, before + 1);
    again.until(next).await;
    let own: Vec<&Value> =
        again.log().iter().filter(|event| says(event, "visitor")).map(|it| &it["text"]).collect();
    assert_eq!(own, ["lampan lyser inte", "nej"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_id_is_free_again() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.say("m1", "lampan lyser inte").await;
    let question = visitor.question().await;
    let refusals = [
        (json!({"type": "choice", "id": "x", "seq": 1, "value": "no"}), "expired_choice"),
        (
            json!({"type": "choice", "id": "x", "seq": question["seq"], "value": "?"}),
            "expired_choice",
        ),
        (json!({"type": "choice", "id": "x", "seq": question["seq"]}), "bad_field"),
        (json!({"type": "rating", "id": "x", "score": 3}), "wrong_status"),
        (json!({"type": "message", "id": "x", "text": "   "}), "bad_field"),
        (json!({"type": "message", "id": "x", "text": "å".repeat(4_001)}), "too_long"),
        (json!({"type": "lang", "id": "x", "lang": "tlh"}), "bad_field"),
        (json!({"type": "sing", "id": "x"}), "unknown_type"),
    ];
    for (frame, code) in refusals {
        let error = visitor.ask(frame.clone()).await;
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!(code)), "{frame}");
    }
    let taken = visitor.ask(json!({"type": "message", "id": "x", "text": "å".repeat(4_000)})).await;
    assert_eq!((&taken["type"], &taken["duplicate"]), (&json!("ack"), &json!(false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_of_language_repeats_the_status() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.say("m1", "lampan lyser inte").await;
    visitor.question().await;
    let ack = visitor.ask(json!({"type": "lang", "id": "l1", "lang": "fi"})).await;
    let status = visitor.event("the status", |event| event["kind"] == "status").await;
    assert_eq!((&status["seq"], &status["status"]), (&ack["seq"], &json!("bot")));
    let asked = visitor.question().await;
    assert_eq!((&asked["text"], &asked["lang"]), (&json!("Onko johto kiinni?"), &json!("fi")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_conversation_is_not_found_and_hello_may_be_repeated() {
    let server = Server::start(&[]).await;
    let theirs = Visitor::arrive(&server).await;
    let mine = Visitor::arrive(&server).await;
    let mut line = Line::open(&server, "/v1/chat").await;
    for conversation in [theirs.conversation.as_str(), "nothing"] {
        for token in [Some(&mine.token), None] {
            let mut hello = json!({"type": "hello", "conversation": conversation, "after": 0});
            if let Some(token) = token {
                hello["token"] = json!(token);
            }
            line.send(&hello).await;
            assert_eq!(line.error_code().await, "not_found");
        }
    }
    let hello = json!({"type": "hello", "token": mine.token});
    line.send(&hello).await;
    let mut back = Visitor::welcomed(line, &hello).await;
    assert_eq!(back.conversation, mine.conversation);
    back.say("m1", "lampan lyser inte").await;
    back.line.send(&hello).await;
    assert_eq!(back.line.error_code().await, "wrong_status");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_too_much_waits_and_who_floods_goes() {
    let server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "2")]).await;
    let mut visitor = Visitor::arrive(&server).await;
    assert_eq!(visitor.welcome["limits"]["messages_per_minute"], 2);
    let mut last = 0;
    for number in 0..2 {
        last = visitor.say(&format!("m{number}"), "hej").await;
    }
    let third = json!({"type": "message", "id": "m2", "text": "hej"});
    let refused = visitor.ask(third.clone()).await;
    assert_eq!((&refused["code"], &refused["id"]), (&json!("rate_limited"), &json!("m2")));
    assert!(refused["retry_after_s"].as_u64().is_some_and(|wait| (1..=60).contains(&wait)));
    // Nor by another socket of theirs; others are not concerned.
    let mut again = visitor.again(&server, last).await;
    assert_eq!(again.ask(third.clone()).await["code"], "rate_limited");
    Visitor::arrive(&server).await.say("m1", "hej").await;
    for _ in 0..100 {
        visitor.line.send(&third).await;
    }
    assert_eq!(visitor.line.closed().await, Some(4429));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_link_is_pinged_and_a_dead_one_cut() {
    let server = Server::start(&[("SKICKA_LIMITS__PING_S", "1")]).await;
    let mut alive = Visitor::arrive(&server).await;
    let mut dead = Visitor::arrive(&server).await;
    assert_eq!(alive.welcome["ping_s"], 1);
    dead.line.mute = true;
    let ((), code) = tokio::join!(
        async {
            while alive.line.pings < 4 {
                assert!(alive.line.take_in().await, "a link that answers is not cut");
            }
        },
        dead.line.closed()
    );
    assert_eq!(code, Some(4408));
    assert!(dead.line.pings >= 1, "a ping comes first");
    alive.say("m1", "lampan lyser inte").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_say_hello_is_cut() {
    let server = Server::start(&[("SKICKA_LIMITS__HELLO_S", "1")]).await;
    for path in ["/v1/chat", "/v1/agent"] {
        assert_eq!(Line::open(&server, path).await.closed().await, Some(4408), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_told_to_stop_says_so() {
    let server = Server::start(&[]).await;
    let mut agent = server.administrator().await;
    let mut visitor = Visitor::arrive(&server).await;
    let mut waiting = Line::open(&server, "/v1/chat").await;
    visitor.say("m1", "lampan lyser inte").await;
    server.terminate();
    assert_eq!(visitor.line.closed().await, Some(1001));
    assert_eq!(agent.line.closed().await, Some(1001));
    assert_eq!(waiting.closed().await, Some(1001));
    assert_eq!(server.ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_comes_back_with_everything() {
    let mut server = Server::start(&[]).await;
    let mut agent = server.hire("Maja", skicka::store::Role::Agent, &[]).await;
    agent.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("queued").await;
    let conversation = visitor.conversation.clone();
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    let said = visitor.say("m1", "Hej!").await;
    visitor.until(said).await;
    server.kill();
    assert_eq!(visitor.line.closed().await, None);
    server.restart().await;

    let mut agent = crate::client::Agent::arrive(&server, &agent.token).await;
    agent.item(&conversation, |item| item["agent"]["name"] == "Maja").await;
    let mut whole = visitor.again(&server, 0).await;
    whole.until(said).await;
    let upto = usize::try_from(said).unwrap();
    assert_eq!(whole.log()[..upto], visitor.log()[..upto]);
    let repeated = whole.ask(json!({"type": "message", "id": "m1", "text": "Hej!"})).await;
    assert_eq!((&repeated["seq"], &repeated["duplicate"]), (&json!(said), &json!(true)));
    // Whoever held it was there again in time, and still holds it.
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "message", "text": "Här är jag igen."})).await;
    let heard = whole.event("the person's words", |event| says(event, "agent")).await;
    assert_eq!(heard["from"]["name"], "Maja");
}

/// What was masked nobody gets to see again, not even whoever wrote it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_gets_their_own_words_back_as_they_are_kept() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    let kept: Vec<(&str, &str)> = vec![
        ("  hej  ", "  hej  "),
        ("😀👩‍👩‍👧‍👦🇫🇮", "😀👩‍👩‍👧‍👦🇫🇮"),
        ("שלום ‏مرحبا", "שלום ‏مرحبا"),
        ("a\u{0}b\u{7}c\nd\te\u{9b}f", "abc\nd\tef"),
        ("<script>alert(1)</script>{{ 7 * 7 }}", "<script>alert(1)</script>{{ 7 * 7 }}"),
    ];
    for (number, (text, expected)) in kept.into_iter().enumerate() {
        let id = format!("m{number}");
        visitor.say(&id, text).await;
        let own: Value = visitor.event("the own message", |event| event["id"] == id.as_str()).await;
        assert_eq!(own["text"], expected);
        assert_eq!(own["from"], json!({"role": "visitor"}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_reaches_neither_the_disk_nor_the_log() {
    let mut server = Server::start(&[("SKICKA_LOG", "debug")]).await;
    let hello = json!({
        "type": "hello",
        "page": {"url": "https://bank.example/help?ticket=hemligt-1", "title": "Hjälp"},
    });
    let mut visitor = Visitor::hello(&server, &hello).await;
    let secrets = ["4111 1111 1111 1111", "FI21 1234 5600 0007 85", "131052-308T"];
    for (number, secret) in secrets.iter().enumerate() {
        let id = format!("m{number}");
        visitor.say(&id, &format!("ordet är hemligt-{number}, talet {secret} alltså")).await;
        let own = visitor.event("the own message", |event| event["id"] == id.as_str()).await;
        assert!(!own["text"].as_str().unwrap().contains(secret), "{own}");
    }
    let rating = format!("jag heter {}", secrets[2]);
    visitor.ask(json!({"type": "end", "id": "e1"})).await;
    visitor.ask(json!({"type": "rating", "id": "r1", "score": 1, "comment": rating})).await;
    server.kill();
    let files = server.files();
    assert!(files.len() >= 2, "a database and a log at least");
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(&bytes);
        for secret in secrets.iter().chain(&["ticket="]) {
            assert!(!text.contains(secret), "{secret} stands in {}", path.display());
        }
        if path.ends_with("log") {
            assert!(!text.contains("hemligt-"), "what a visitor wrote stands in the log");
        }
    }
}
