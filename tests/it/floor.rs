//! What agents do side by side: tags, who else is looking, notes being written, and taking over.

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;

use crate::client::Agent;
use crate::client::Visitor;
use crate::client::is_status;
use crate::server::Server;

/// A visitor who waits, and an agent who has taken them.
async fn talking() -> (Server, Agent, Visitor) {
    let server = Server::start(&[]).await;
    let mut maja = server.hire("Maja", Role::Agent, &[]).await;
    maja.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("queued").await;
    maja.open(&visitor.conversation).await;
    maja.done(&visitor.conversation, json!({"type": "claim"})).await;
    visitor.event("the person", |event| is_status(event, "agent")).await;
    (server, maja, visitor)
}

/// Waits until the colleagues as this agent sees them are so.
async fn colleagues(agent: &mut Agent, what: &str, fits: impl Fn(&[Value]) -> bool) {
    loop {
        let frame = agent.line.frame_of("agents").await;
        if fits(frame["agents"].as_array().expect(what)) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_are_an_event_and_stay_with_the_conversation() {
    let (_server, mut maja, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    let tag = json!({"type": "tag", "tags": ["Ny  kund", "kort", "KORT"]});
    let seq = maja.done(&conversation, tag).await;
    let tagged = maja.event(&conversation, "the tags", |event| event["kind"] == "tagged").await;
    assert_eq!((&tagged["seq"], &tagged["tags"]), (&json!(seq), &json!(["kort", "ny kund"])));
    assert_eq!(tagged["from"]["name"], "Maja");
    let hidden = visitor.event("something hidden", |event| event["kind"] == "hidden").await;
    assert_eq!(hidden["seq"], seq);
    maja.item(&conversation, |item| item["tags"] == json!(["kort", "ny kund"])).await;
    let wrong = json!({"type": "tag", "id": "t", "conversation": conversation, "tags": ["a,b"]});
    assert_eq!(maja.line.ask(&wrong).await["code"], "bad_field");

    // Also after the end, and taken off again.
    maja.done(&conversation, json!({"type": "resolve", "outcome": "resolved"})).await;
    maja.done(&conversation, json!({"type": "tag", "tags": []})).await;
    let none = |event: &Value| event["kind"] == "tagged" && event["tags"] == json!([]);
    maja.event(&conversation, "no tags", none).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colleagues_see_who_looks_and_who_writes_a_note() {
    let (server, mut maja, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    let mut otto = server.hire("Otto", Role::Agent, &[]).await;
    otto.open(&conversation).await;
    let looks = |agents: &[Value], wanted: &Value| {
        let otto = agents.iter().find(|agent| agent["name"] == "Otto");
        otto.is_some_and(|otto| &otto["looking"] == wanted)
    };
    colleagues(&mut maja, "Otto looks", |all| looks(all, &json!([conversation]))).await;
    otto.line.send(&json!({"type": "typing", "conversation": conversation})).await;
    let typing = maja.line.frame_of("typing").await;
    assert_eq!(typing["from"], json!({"role": "agent", "name": "Otto"}));
    // Of who does not hold it, and of notes, the visitor hears nothing.
    maja.line.send(&json!({"type": "typing", "conversation": conversation, "note": true})).await;
    let typing = otto.line.frame_of("typing").await;
    assert_eq!(typing["from"]["name"], "Maja");
    maja.done(&conversation, json!({"type": "note", "text": "Obs."})).await;
    visitor.event("something hidden", |event| event["kind"] == "hidden").await;
    assert!(visitor.line.others().iter().all(|frame| frame["type"] != "typing"));
    otto.line.send(&json!({"type": "leave", "conversation": conversation})).await;
    colleagues(&mut maja, "Otto left", |all| looks(all, &Value::Null)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_takes_over_and_nobody_else_does() {
    let (server, mut maja, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    let take = json!({"type": "claim", "take_over": true});
    let mut otto = server.hire("Otto", Role::Agent, &[]).await;
    assert_eq!(otto.act(&conversation, take.clone()).await["code"], "forbidden");
    let mut siri = server.hire("Siri", Role::Supervisor, &[]).await;
    let plain = siri.act(&conversation, json!({"type": "claim"})).await;
    assert_eq!(plain["code"], "taken");
    siri.done(&conversation, take).await;
    let now = visitor.event("the other person", |event| is_status(event, "agent")).await;
    assert_eq!(now["agent"]["name"], "Siri");
    let told = maja.event(&conversation, "the loss", |event| event["reason"] == "supervisor").await;
    assert_eq!(told["agent"]["name"], "Siri");
    let refused = maja.act(&conversation, json!({"type": "message", "text": "Hej?"})).await;
    assert_eq!(refused["code"], "taken");
    siri.done(&conversation, json!({"type": "message", "text": "Hej!"})).await;
}
