//! Frames that should not have been sent: each gets its code, and nobody else notices.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::client::Line;
use crate::client::Visitor;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_frame_that_is_no_hello_is_the_last() {
    let server = Server::start(&[]).await;
    let firsts = [
        Message::text("hello"),
        Message::text(""),
        Message::text("[]"),
        Message::text(r#"{"type":"message","id":"m1","text":"hej"}"#),
        Message::text(r#"{"type":"Hello"}"#),
        Message::text(r#"{"type":"hello","lang":"sv"}"#),
        Message::text(r#"{"type":"hello","conversation":"no/such id"}"#),
        Message::text(r#"{"type":"pong"}"#),
        Message::binary(br#"{"type":"hello"}"#.to_vec()),
    ];
    for first in firsts {
        let mut line = Line::open(&server, "/v1/chat").await;
        line.send_raw(first.clone()).await;
        assert_eq!(line.closed().await, Some(4400), "{first:?}");
    }
    let mut line = Line::open(&server, "/v1/agent").await;
    line.send(&json!({"type": "presence", "state": "online"})).await;
    assert_eq!(line.closed().await, Some(4400));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_who_they_say_starts_anew() {
    let server = Server::start(&[]).await;
    let known = Visitor::arrive(&server).await;
    let other = Visitor::arrive(&server).await;
    let (head, mac) = known.token.rsplit_once('.').unwrap();
    let forged = known.token.replacen(
        known.welcome["visitor"].as_str().unwrap(),
        other.welcome["visitor"].as_str().unwrap(),
        1,
    );
    assert_ne!(forged, known.token);
    let longer = format!("{head}0.{mac}");
    for token in [forged.as_str(), longer.as_str(), head, "nonsense", "1.x.9999999999.AAAA"] {
        let mut line = Line::open(&server, "/v1/chat").await;
        line.send(&json!({"type": "hello", "token": token})).await;
        assert_eq!(line.closed().await, Some(4401), "{token}");
        let mut line = Line::open(&server, "/v1/agent").await;
        line.send(&json!({"type": "hello", "token": token})).await;
        assert_eq!(line.closed().await, Some(4401), "{token}");
    }
    // No bank has told this server how it signs its customers.
    let mut line = Line::open(&server, "/v1/chat").await;
    line.send(&json!({"type": "hello", "token": known.token, "identity": "a.b.c"})).await;
    assert_eq!(line.closed().await, Some(4401));
    let mut line = Line::open(&server, "/v1/agent").await;
    line.send(&json!({"type": "hello"})).await;
    assert_eq!(line.closed().await, Some(4401));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_frames_get_their_code_and_the_socket_lives() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    let long = "x".repeat(65);
    let deep = format!(
        r#"{{"type":"message","id":"m1","text":{}1{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let cases: Vec<(String, &str)> = vec![
        ("not JSON".to_owned(), "bad_frame"),
        (r#"{"type":"message""#.to_owned(), "bad_frame"),
        ("null".to_owned(), "bad_frame"),
        (r#"["message"]"#.to_owned(), "bad_frame"),
        (r#"{"id":"m1"}"#.to_owned(), "bad_frame"),
        (r#"{"type":7,"id":"m1"}"#.to_owned(), "bad_frame"),
        (deep, "bad_frame"),
        (r#"{"type":"nonsense"}"#.to_owned(), "unknown_type"),
        (r#"{"type":"claim","id":"m1","conversation":"c"}"#.to_owned(), "unknown_type"),
        (r#"{"type":"message","text":"hej"}"#.to_owned(), "bad_field"),
        (r#"{"type":"message","id":"m1"}"#.to_owned(), "bad_field"),
        (r#"{"type":"message","id":"m1","text":7}"#.to_owned(), "bad_field"),
        (r#"{"type":"message","id":"no space","text":"hej"}"#.to_owned(), "bad_field"),
        (r#"{"type":"message","id":"","text":"hej"}"#.to_owned(), "bad_field"),
        (format!(r#"{{"type":"message","id":"{long}","text":"hej"}}"#), "bad_field"),
        (r#"{"type":"message","id":"m1","text":""}"#.to_owned(), "bad_field"),
        (r#"{"type":"message","id":"m1","text":" \n\t\u00a0 \u200b"}"#.to_owned(), "bad_field"),
        (r#"{"type":"message","id":"m1","text":"\u0000\u0007"}"#.to_owned(), "bad_field"),
        (r#"{"type":"read"}"#.to_owned(), "bad_field"),
        (r#"{"type":"read","seq":0}"#.to_owned(), "bad_field"),
        (r#"{"type":"read","seq":1e300}"#.to_owned(), "bad_field"),
        (r#"{"type":"choice","id":"m1","seq":-1,"value":"yes"}"#.to_owned(), "bad_field"),
        (r#"{"type":"choice","id":"m1","seq":1.5,"value":"yes"}"#.to_owned(), "bad_field"),
    ];
    for (text, code) in cases {
        visitor.line.send_raw(Message::text(text.clone())).await;
        let shown: String = text.chars().take(80).collect();
        assert_eq!(visitor.line.error_code().await, code, "{shown}");
    }
    visitor.line.send_raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(visitor.line.error_code().await, "bad_frame");
    let much = "hej ".repeat(2_500);
    let error = visitor.ask(json!({"type": "message", "id": "m1", "text": much})).await;
    assert_eq!(error["code"], "too_long");
    // What is not known beside what is asked for is ignored.
    let frame = json!({"type": "message", "id": "m1", "text": "lampan lyser inte", "new": [1]});
    assert_eq!(visitor.ask(frame).await["type"], "ack");
    visitor.question().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_bad_frames_get_their_code_too() {
    let server = Server::start(&[]).await;
    let mut agent = server.administrator().await;
    let cases = [
        (json!({"type": "presence", "state": "asleep"}), "bad_field"),
        (json!({"type": "open"}), "bad_field"),
        (json!({"type": "open", "conversation": "nothing"}), "not_found"),
        (json!({"type": "claim", "conversation": "nothing"}), "bad_field"),
        (json!({"type": "choice", "id": "x", "seq": 1, "value": "yes"}), "unknown_type"),
        (json!({"type": "transfer", "id": "x", "conversation": "c"}), "bad_field"),
        (json!({"type": "transfer", "id": "x", "conversation": "c", "agent": "no"}), "not_found"),
        (json!({"type": "resolve", "id": "x", "conversation": "c", "outcome": "?"}), "bad_field"),
        (json!({"type": "note", "id": "x", "conversation": "nothing", "text": "?"}), "not_found"),
        (
            json!({"type": "message", "id": "x", "conversation": "nothing", "text": " "}),
            "bad_field",
        ),
        (json!({"type": "hello"}), "wrong_status"),
    ];
    for (frame, code) in cases {
        agent.line.send(&frame).await;
        assert_eq!(agent.line.error_code().await, code, "{frame}");
    }
    agent.line.send_raw(Message::binary(vec![1])).await;
    assert_eq!(agent.line.error_code().await, "bad_frame");
    agent.be("online").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_is_too_large_ends_the_socket_with_its_code() {
    let server = Server::start(&[]).await;
    let mut neighbour = Visitor::arrive(&server).await;
    for bytes in [65_537, 10 << 20] {
        let mut line = Line::open(&server, "/v1/chat").await;
        line.send_raw(Message::text("x".repeat(bytes))).await;
        assert_eq!(line.closed().await, Some(1009), "{bytes} bytes as a hello");
        let mut visitor = Visitor::arrive(&server).await;
        visitor.line.send_raw(Message::text("x".repeat(bytes))).await;
        assert_eq!(visitor.line.closed().await, Some(1009), "{bytes} bytes");
        visitor.again(&server, 0).await.say("m1", "lampan lyser inte").await;
    }
    // The largest frame that is let in, of which most is what nobody asked for.
    let frame = json!({"type": "message", "id": "m1", "text": "lampan lyser inte", "pad": ""});
    let pad = 65_536 - frame.to_string().len();
    let frame =
        json!({"type": "message", "id": "m1", "text": "lampan lyser inte", "pad": "x".repeat(pad)});
    assert_eq!(neighbour.ask(frame).await["type"], "ack");
}
