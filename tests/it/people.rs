//! What agents do, seen from both sockets; and who waits while they are not there.

use serde_json::json;
use skicka::store::Role;

use crate::client::Agent;
use crate::client::Visitor;
use crate::client::is_status;
use crate::client::says;
use crate::server::Server;

/// A server, an agent on duty, and a visitor whom that agent has taken.
async fn talking() -> (Server, Agent, Visitor) {
    let server = Server::start(&[]).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    take(&mut agent, &mut visitor).await;
    (server, agent, visitor)
}

/// The visitor asks for a person, and the agent takes the conversation.
async fn take(agent: &mut Agent, visitor: &mut Visitor) {
    visitor.want_person("queued").await;
    let conversation = visitor.conversation.clone();
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    visitor.event("the person", |event| is_status(event, "agent")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_and_reading_go_both_ways() {
    let (server, mut agent, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    visitor.line.send(&json!({"type": "typing"})).await;
    let typing = agent.line.frame_of("typing").await;
    assert_eq!(typing["conversation"], conversation);
    assert_eq!(typing["from"], json!({"role": "visitor"}));
    assert!(typing["ttl_s"].as_u64().is_some_and(|ttl| ttl > 0));
    agent.line.send(&json!({"type": "typing", "conversation": conversation})).await;
    let typing = visitor.line.frame_of("typing").await;
    assert_eq!(typing["from"], json!({"role": "agent", "name": "Maja"}));

    let seq = agent.done(&conversation, json!({"type": "message", "text": "Hej!"})).await;
    visitor.until(seq).await;
    visitor.line.send(&json!({"type": "read", "seq": seq})).await;
    let read = agent.line.frame_of("read").await;
    let expected =
        json!({"type": "read", "conversation": conversation, "by": "visitor", "seq": seq});
    assert_eq!(read, expected);
    let said = visitor.say("m1", "Hej!").await;
    agent.event(&conversation, "the message", |event| event["seq"] == said).await;
    agent.line.send(&json!({"type": "read", "conversation": conversation, "seq": said})).await;
    let read = visitor.line.frame_of("read").await;
    assert_eq!(read, json!({"type": "read", "by": "agent", "seq": said}));

    // The cursors are kept, and one that goes back is no news.
    visitor.line.send(&json!({"type": "read", "seq": 1})).await;
    visitor.line.settle().await;
    agent.line.settle().await;
    assert!(agent.line.others().iter().all(|frame| frame["type"] != "read"));
    let read = visitor.again(&server, said).await.welcome["read"].clone();
    assert_eq!(read, json!({"visitor": seq, "agent": said}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_and_transfers_are_hidden_and_count() {
    let (server, mut maja, mut visitor) = talking().await;
    let mut otto = server.hire("Otto", Role::Agent, &[]).await;
    otto.be("online").await;
    let conversation = visitor.conversation.clone();
    let note = maja.done(&conversation, json!({"type": "note", "text": "Ringde i går."})).await;
    let seen = maja.event(&conversation, "the note", |event| event["kind"] == "note").await;
    assert_eq!((seen["seq"].as_u64(), seen["text"].as_str()), (Some(note), Some("Ringde i går.")));
    let hidden = visitor.event("something hidden", |event| event["kind"] == "hidden").await;
    assert_eq!(hidden["seq"], note);
    assert_eq!(hidden.as_object().unwrap().len(), 4, "type, kind, seq and at alone: {hidden}");

    let transfer = json!({"type": "transfer", "agent": otto.id, "note": "Du vet mer."});
    let passed = maja.done(&conversation, transfer).await;
    let hidden = visitor.event("something hidden", |event| event["kind"] == "hidden").await;
    assert_eq!(hidden["seq"], passed);
    let now = visitor.event("the other person", |event| is_status(event, "agent")).await;
    assert_eq!(now["agent"]["name"], "Otto");
    let passed = maja.event(&conversation, "it", |event| event["kind"] == "transferred").await;
    assert_eq!(passed["note"], "Du vet mer.");
    otto.item(&conversation, |item| item["agent"]["name"] == "Otto").await;
    let refused = maja.act(&conversation, json!({"type": "message", "text": "Hallå?"})).await;
    assert_eq!((&refused["code"], &refused["agent"]["name"]), (&json!("taken"), &json!("Otto")));

    let queued = otto.done(&conversation, json!({"type": "transfer", "team": "support"})).await;
    let waits = visitor.event("the queue", |event| is_status(event, "queued")).await;
    assert_eq!(waits["seq"].as_u64(), Some(queued + 1));
    assert!(waits.get("team").is_none() && waits.get("agent").is_none(), "{waits}");
    maja.item(&conversation, |item| item["status"] == "queued").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_claim_is_told_who_was_first() {
    let (server, mut maja, visitor) = talking().await;
    let mut otto = server.hire("Otto", Role::Agent, &[]).await;
    let conversation = visitor.conversation.clone();
    let refused = otto.act(&conversation, json!({"type": "claim"})).await;
    assert_eq!((&refused["type"], &refused["code"]), (&json!("error"), &json!("taken")));
    assert_eq!(refused["agent"], json!({"name": "Maja"}));
    maja.done(&conversation, json!({"type": "message", "text": "Hej!"})).await;
    let foreign = otto.act("nothing", json!({"type": "claim"})).await;
    assert_eq!(foreign["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_takes_over_where_it_is_told_to() {
    let (_server, mut agent, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    let wrong = json!({"type": "hand_back", "dialogue": "lamp", "step": "nowhere"});
    assert_eq!(agent.act(&conversation, wrong).await["code"], "not_found");
    let back = json!({"type": "hand_back", "dialogue": "lamp", "step": "helped"});
    let seq = agent.done(&conversation, back).await;
    let status = visitor.event("the bot", |event| event["kind"] == "status").await;
    assert_eq!((status["seq"].as_u64(), status["status"].as_str()), (Some(seq), Some("bot")));
    let asked = visitor.question().await;
    assert_eq!(asked["text"], "Hjälpte det?");
    let refused = agent.act(&conversation, json!({"type": "message", "text": "Hej?"})).await;
    assert_eq!(refused["code"], "wrong_status");
    visitor.say("m1", "nej").await;
    visitor.event("the queue again", |event| is_status(event, "queued")).await;
    agent.item(&conversation, |item| item["status"] == "queued").await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    agent.done(&conversation, json!({"type": "hand_back"})).await;
    visitor.event("the bot's words", |event| says(event, "bot")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_may_be_taken_back_and_is_rated() {
    let (server, mut agent, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    let resolve = json!({"type": "resolve", "outcome": "resolved"});
    agent.done(&conversation, resolve.clone()).await;
    visitor.event("the request to rate", |event| event["kind"] == "rating_request").await;
    let late = visitor.ask(json!({"type": "message", "id": "m1", "text": "Hallå?"})).await;
    assert_eq!(late["code"], "ended");
    let seq = agent.done(&conversation, json!({"type": "reopen"})).await;
    let again = visitor.event("the person again", |event| is_status(event, "agent")).await;
    assert_eq!(again["seq"], seq);
    visitor.say("m1", "Hallå?").await;
    agent.done(&conversation, resolve).await;
    visitor.event("the end", |event| event["kind"] == "ended").await;

    // From another device, the next day as it were.
    let mut visitor = visitor.again(&server, visitor.last()).await;
    assert_eq!(visitor.welcome["status"], "ended");
    for wrong in [0, 6] {
        let wrong = json!({"type": "rating", "id": "r0", "score": wrong});
        assert_eq!(visitor.ask(wrong).await["code"], "bad_field");
    }
    let rating = json!({"type": "rating", "id": "r1", "score": 5, "comment": "Bra!"});
    let ack = visitor.ask(rating).await;
    let rated = visitor.event("the rating", |event| event["kind"] == "rated").await;
    assert_eq!((&rated["seq"], &rated["score"]), (&ack["seq"], &json!(5)));
    let seen = agent.event(&conversation, "it", |event| event["kind"] == "rated").await;
    assert_eq!(seen["comment"], "Bra!");
    let twice = visitor.ask(json!({"type": "rating", "id": "r2", "score": 1})).await;
    assert_eq!(twice["code"], "wrong_status");
    let next = Visitor::hello(&server, &json!({"type": "hello", "token": visitor.token})).await;
    assert_ne!(next.conversation, conversation, "an ended conversation is not resumed by token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_visitor_ended_is_not_reopened() {
    let (_server, mut agent, mut visitor) = talking().await;
    let ack = visitor.ask(json!({"type": "end", "id": "e1"})).await;
    let end = visitor.event("the end", |event| event["kind"] == "ended").await;
    assert_eq!((&end["seq"], &end["by"]), (&ack["seq"], &json!("visitor")));
    let refused = agent.act(&visitor.conversation, json!({"type": "reopen"})).await;
    assert_eq!(refused["code"], "wrong_status");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_act_is_acked_though_the_conversation_left_the_team() {
    let server = Server::start(&[]).await;
    let mut agent = server.hire("Maja", Role::Agent, &["support"]).await;
    agent.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    take(&mut agent, &mut visitor).await;
    let transfer = json!({
        "type": "transfer", "id": "t1", "conversation": visitor.conversation, "team": "loans",
    });
    let first = agent.line.ask(&transfer).await;
    assert_eq!(first["duplicate"], false, "{first}");
    let second = agent.line.ask(&transfer).await;
    assert_eq!((&second["duplicate"], &second["seq"]), (&json!(true), &first["seq"]), "{second}");
    let other = agent.act(&visitor.conversation, json!({"type": "claim"})).await;
    assert_eq!(other["code"], "forbidden");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_is_gone_loses_nothing() {
    let server = Server::start(&[("SKICKA_LIMITS__AGENT_GRACE_S", "1")]).await;
    let mut maja = server.hire("Maja", Role::Agent, &[]).await;
    let mut otto = server.hire("Otto", Role::Agent, &[]).await;
    maja.be("online").await;
    otto.be("online").await;
    let mut first = Visitor::arrive(&server).await;
    take(&mut maja, &mut first).await;
    let mut second = Visitor::arrive(&server).await;
    second.want_person("queued").await;
    drop(maja);
    let queued = first.event("the queue", |event| is_status(event, "queued")).await;
    let told = first.event("that the person is gone", |event| says(event, "bot")).await;
    assert!(told["seq"].as_u64() > queued["seq"].as_u64(), "the bot is silent until then");
    let place = first.line.frame("the first place", |frame| frame["position"] == 1).await;
    assert_eq!(place["type"], "queue");
    let moved = second.line.frame("the second place", |frame| frame["position"] == 2).await;
    assert_eq!(moved["open"], true);
    let item = otto.item(&first.conversation, |item| item["status"] == "queued").await;
    assert_eq!(item["reason"], "agent_lost");
    assert!(item["priority"].as_u64() > Some(0), "{item}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_given_to_somebody_who_is_not_there_comes_back() {
    let server = Server::start(&[("SKICKA_LIMITS__AGENT_GRACE_S", "1")]).await;
    let mut maja = server.hire("Maja", Role::Agent, &[]).await;
    let otto = server.hire("Otto", Role::Agent, &[]).await.id;
    maja.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    take(&mut maja, &mut visitor).await;
    maja.done(&visitor.conversation, json!({"type": "transfer", "agent": otto})).await;
    visitor.event("the other person", |event| is_status(event, "agent")).await;
    visitor.event("the queue again", |event| is_status(event, "queued")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_while_nobody_was_there_waits_for_whoever_comes() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("offline").await;
    let mut agent = server.administrator().await;
    agent.item(&visitor.conversation, |item| item["status"] == "offline").await;
    agent.be("online").await;
    visitor.event("the queue", |event| is_status(event, "queued")).await;
    visitor.line.frame("a place", |frame| frame["position"] == 1).await;
    agent.item(&visitor.conversation, |item| item["status"] == "queued").await;
    agent.be("away").await;
    visitor.event("that nobody is there", |event| is_status(event, "offline")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_told_their_place_whenever_it_changes() {
    let server = Server::start(&[]).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut first = Visitor::arrive(&server).await;
    first.want_person("queued").await;
    let mut second = Visitor::arrive(&server).await;
    second.want_person("queued").await;
    first.line.frame("place 1", |frame| frame["position"] == 1).await;
    second.line.frame("place 2", |frame| frame["position"] == 2).await;
    agent.open(&first.conversation).await;
    agent.done(&first.conversation, json!({"type": "claim"})).await;
    second.line.frame("place 1", |frame| frame["position"] == 1).await;
    first.line.settle().await;
    assert!(first.line.others().iter().all(|frame| frame["type"] != "queue"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presence_is_the_agents_and_not_the_sockets() {
    let server = Server::start(&[]).await;
    let mut agent = server.hire("Maja", Role::Agent, &["support"]).await;
    let card = json!({
        "id": agent.id, "name": "Maja", "role": "agent", "teams": ["support"], "languages": [],
    });
    assert_eq!(agent.welcome["agent"], card);
    assert_eq!(
        (&agent.welcome["presence"], &agent.welcome["ping_s"]),
        (&json!("offline"), &json!(25))
    );
    agent.be("online").await;
    let token = agent.token.clone();
    let other = Agent::arrive(&server, &token).await;
    assert_eq!(other.welcome["presence"], "online");
    drop(agent);
    drop(other);
    let mut again = Agent::arrive(&server, &token).await;
    assert_eq!(again.welcome["presence"], "online");
    again.be("away").await;
    let third = Agent::arrive(&server, &token).await;
    assert_eq!(third.welcome["presence"], "away");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_whoever_holds_it_is_seen_writing_and_reading() {
    let (server, mut maja, mut visitor) = talking().await;
    let mut otto = server.hire("Otto", Role::Agent, &[]).await;
    let conversation = visitor.conversation.clone();
    otto.open(&conversation).await;
    let seq = visitor.last();
    otto.event(&conversation, "the newest event", |event| event["seq"] == seq).await;
    otto.line.send(&json!({"type": "typing", "conversation": conversation})).await;
    otto.line.send(&json!({"type": "read", "conversation": conversation, "seq": seq})).await;
    otto.line.settle().await;
    let seq = maja.done(&conversation, json!({"type": "message", "text": "Hej!"})).await;
    visitor.until(seq).await;
    visitor.line.settle().await;
    let passing = ["typing", "read"].map(|kind| json!(kind));
    assert!(visitor.line.others().iter().all(|frame| !passing.contains(&frame["type"])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_has_seen_is_not_unread_again() {
    let (_server, mut agent, mut visitor) = talking().await;
    let conversation = visitor.conversation.clone();
    visitor.say("m1", "Hej!").await;
    let seq = visitor.say("m2", "Är någon där?").await;
    agent.item(&conversation, |item| item["unread"] == 2).await;
    agent.event(&conversation, "the message", |event| event["seq"] == seq).await;
    agent.line.send(&json!({"type": "read", "conversation": conversation, "seq": seq})).await;
    agent.item(&conversation, |item| item["unread"] == 0).await;
    visitor.say("m3", "Hallå?").await;
    agent.item(&conversation, |item| item["unread"] == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_passed_a_conversation_to_a_team_that_is_not_theirs_sees_no_more_of_it() {
    let server = Server::start(&[]).await;
    let mut maja = server.hire("Maja", Role::Agent, &["support"]).await;
    let mut otto = server.hire("Otto", Role::Agent, &["loans"]).await;
    maja.be("online").await;
    otto.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    take(&mut maja, &mut visitor).await;
    let conversation = visitor.conversation.clone();
    maja.done(&conversation, json!({"type": "transfer", "team": "loans"})).await;
    maja.event(&conversation, "the transfer", |event| event["kind"] == "transferred").await;
    let shut = |frame: &serde_json::Value| {
        frame["code"] == "forbidden" && frame["conversation"] == conversation
    };
    maja.line.frame("that the view is shut", shut).await;
    otto.open(&conversation).await;
    otto.done(&conversation, json!({"type": "claim"})).await;
    let noted = otto.done(&conversation, json!({"type": "note", "text": "Bara för lån."})).await;
    let said = visitor.say("m1", "Det här är bara för lån.").await;
    otto.event(&conversation, "the message", |event| event["seq"] == said).await;
    maja.line.settle().await;
    let seen = maja.log(&conversation).last().unwrap()["seq"].as_u64().unwrap();
    assert!(seen < noted, "{seen} {noted}");
}
