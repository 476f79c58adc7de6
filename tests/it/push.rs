//! Unread messages are told to the bank's push gateway, a real HTTP server here.

use serde_json::Value;
use serde_json::json;

use crate::actions::Asked;
use crate::actions::Other;
use crate::actions::SECRET;
use crate::client::Visitor;
use crate::client::says;
use crate::server::Server;

async fn server(gateway: &Other, after_s: &str) -> Server {
    let systems = format!("bank=http://{}", gateway.at);
    Server::start(&[
        ("SKICKA_ACTIONS__SYSTEMS", systems.as_str()),
        ("SKICKA_SECRET_BANK", SECRET),
        ("SKICKA_PUSH__CALL", "bank/push"),
        ("SKICKA_PUSH__AFTER_S", after_s),
    ])
    .await
}

/// A customer whom the bot has asked something that they have not looked at.
async fn asked_something(server: &Server) -> (Visitor, u64) {
    let mut visitor = Visitor::hello(server, &json!({"type": "hello", "lang": ["sv"]})).await;
    visitor.say("m1", "lampan lyser inte").await;
    visitor.question().await;
    let newest = visitor.log().last().expect("the bot asked")["seq"].as_u64().unwrap();
    (visitor, newest)
}

fn told(asked: &Asked) -> Value {
    asked.assert_signed();
    serde_json::from_str(&asked.body).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_reads_is_told_once_and_without_a_word_of_it() {
    let gateway = Other::start(None).await;
    let server = server(&gateway, "1").await;
    let (visitor, _) = asked_something(&server).await;
    let first = gateway.asked("/push", 1).await.remove(0);
    let body = told(&first);
    assert_eq!(body["conversation"], visitor.conversation);
    assert_eq!(body["visitor"], visitor.welcome["visitor"]);
    assert_eq!(body["data"]["from"]["role"], "bot");
    assert!(body["data"]["unread"].as_u64().unwrap() >= 1, "{body}");
    assert!(!first.body.contains("sladden") && !first.body.contains("lampan"), "{body}");
    let newest = &body["data"]["seq"];
    assert_eq!(first.head["webhook-id"], format!("unread_{}_{newest}", visitor.conversation));
    server.until("skicka_pushes_total{result=\"sent\"}", 1.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_is_told_to_nobody() {
    let gateway = Other::start(None).await;
    let server = server(&gateway, "6").await;
    let (mut visitor, newest) = asked_something(&server).await;
    visitor.line.send(&json!({"type": "read", "seq": newest})).await;
    visitor.say("m2", "nej").await;
    visitor.event("what to do", |event| says(event, "bot") && event["text"] == "Sätt i den.").await;
    visitor.question().await;
    let body = told(&gateway.asked("/push", 1).await.remove(0));
    // Only what came behind the cursor counts: the advice, and the question whether it helped.
    assert_eq!(body["data"]["unread"], 2, "{body}");
    assert!(body["data"]["seq"].as_u64().unwrap() > newest);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_does_not_forget_whom_to_wake_and_wakes_them_once() {
    let gateway = Other::start(None).await;
    let mut server = server(&gateway, "6").await;
    let (visitor, newest) = asked_something(&server).await;
    server.kill();
    server.restart().await;
    let body = told(&gateway.asked("/push", 1).await.remove(0));
    assert_eq!(body["data"]["seq"], newest, "the newest of what is unread together");
    // The next wake-up, of another customer, comes without the first coming again.
    let (other, _) = asked_something(&server).await;
    let both = gateway.asked("/push", 2).await;
    let whom: Vec<Value> = both.iter().map(|asked| told(asked)["conversation"].clone()).collect();
    assert_eq!(whom, [json!(visitor.conversation), json!(other.conversation)]);
}

#[test]
fn a_gateway_that_is_no_system_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    crate::server::write_lamp(folder.path());
    let variables = [("SKICKA_PUSH__CALL", "nobody/push")];
    let output = crate::server::run(folder.path(), &["serve"], &variables);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`nobody/push`") && said.contains("actions.systems"), "{said}");
}
