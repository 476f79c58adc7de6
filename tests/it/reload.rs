//! New content while customers talk, on the built server and real sockets.

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;

use crate::client::Visitor;
use crate::client::says;
use crate::client::within;
use crate::server::Server;

/// Customers who stand before a question while the content is changed under them.
const TALKING: usize = 200;

const FILE: &str = "dialogues/lamp.yaml";
/// An edit of what customers are told.
const NEW_WORDS: (&str, &str) = ("Kytke se.", "Työnnä johto seinään.");

const ADOPTED: &str = "skicka_reloads_total{result=\"adopted\"}";
const REFUSED: &str = "skicka_reloads_total{result=\"refused\"}";
const REVISIONS: &str = "skicka_content_revisions";

/// One address may hold them all.
const MANY: [(&str, &str); 1] = [("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0")];

/// A customer before the bot's first question.
async fn asked(server: &Server) -> Visitor {
    let mut visitor = Visitor::arrive(server).await;
    visitor.say("m1", "lamppu ei pala").await;
    visitor.question().await;
    visitor
}

/// Says that it is not plugged in; what the bot tells to do.
async fn told(visitor: &mut Visitor) -> String {
    visitor.say("m2", "ei").await;
    let told = visitor.event("what to do", |event| says(event, "bot")).await;
    visitor.question().await;
    told["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_under_200_talking_customers_drops_none_and_changes_none() {
    let server = Server::start(&MANY).await;
    let mut talking = Vec::new();
    for _ in 0..TALKING {
        talking.push(asked(&server).await);
    }
    // Another text, another way, and a step less: whoever is in the middle sees none of it.
    let change = ("no: plug, unsure: plug", "no: helped, unsure: plug");
    server.edit(FILE, &[change, NEW_WORDS]);
    server.until(REVISIONS, 2.0).await;
    let mut newcomer = asked(&server).await;
    newcomer.say("m2", "ei").await;
    assert_eq!(newcomer.question().await["text"], "Auttoiko se?", "the new way");
    for visitor in &mut talking {
        assert_eq!(told(visitor).await, "Kytke se.");
        let ack = visitor.ask(json!({"type": "message", "id": "m3", "text": "joo auttoi"})).await;
        assert_eq!(ack["type"], "ack");
        let over = |event: &Value| event["kind"] == "topic" && event["state"] == "closed";
        assert_eq!(visitor.event("the end", over).await["outcome"], "resolved");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_under_talking_customers_keeps_every_edition_that_one_of_them_needs() {
    let mut server = Server::start(&MANY).await;
    let third = ("Työnnä johto seinään.", "Pistoke seinään.");
    let mut talking = Vec::new();
    for edition in 0..3 {
        let mut group = Vec::new();
        for _ in 0..TALKING / 10 {
            group.push(asked(&server).await);
        }
        talking.push(group);
        if edition < 2 {
            server.edit(FILE, &[[NEW_WORDS, third][edition]]);
            server.until(REVISIONS, 2.0 + f64::from(u8::try_from(edition).unwrap())).await;
        }
    }
    server.kill();
    server.restart().await;
    for (group, words) in talking.iter().zip(["Kytke se.", NEW_WORDS.1, third.1]) {
        for visitor in group {
            let mut again = visitor.again(&server, visitor.last()).await;
            assert_eq!(told(&mut again).await, words);
        }
    }
    assert_eq!(told(&mut asked(&server).await).await, third.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_that_come_while_content_is_read_end_with_the_newest() {
    let server = Server::start(&MANY).await;
    let mut visitor = asked(&server).await;
    let mut words = "Kytke se.".to_owned();
    // Half of them cannot be served; whether one of those is read is chance.
    for number in 0..10 {
        server.edit(FILE, &[("next: helped", "next: helpt")]);
        let next = format!("Kytke se {number}.");
        let mended = [("next: helpt", "next: helped"), (words.as_str(), next.as_str())];
        server.edit(FILE, &mended);
        words = next;
    }
    let reached = async { while told(&mut asked(&server).await).await != words {} };
    Box::pin(within("the newest words", reached)).await;
    assert_eq!(told(&mut visitor).await, "Kytke se.", "who was in the middle sees none of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_edit_changes_nothing_and_is_shown_until_it_is_mended() {
    let server = Server::start(&[]).await;
    let mut visitor = asked(&server).await;
    server.edit(FILE, &[("next: helped", "next: helpt")]);
    server.until(REFUSED, 1.0).await;
    assert_eq!(told(&mut visitor).await, "Kytke se.");
    assert_eq!(told(&mut asked(&server).await).await, "Kytke se.", "the old content serves on");
    let agent = server.hire("Otto", Role::Agent, &[]).await;
    let chief = server.hire("Maja", Role::Supervisor, &[]).await;
    let shown = async |token: &str| {
        let lines = format!("Cookie: skicka_agent={token}\r\n");
        let (status, text) = server.get("/v1/console/content", &lines).await;
        (status, serde_json::from_str::<Value>(&text).unwrap_or(Value::Null))
    };
    assert_eq!(shown(&agent.token).await.0, 403);
    let (status, content) = shown(&chief.token).await;
    assert_eq!(status, 200);
    let fault = &content["refused"]["diagnostics"][0];
    assert_eq!(fault["file"], FILE);
    assert_eq!(fault["line"], 11);
    assert_eq!(fault["help"], "did you mean `helped`?");
    assert!(server.log().contains("there is no step `helpt`"));
    server.edit(FILE, &[("next: helpt", "next: helped"), NEW_WORDS]);
    server.until(ADOPTED, 1.0).await;
    assert_eq!(shown(&chief.token).await.1["refused"], Value::Null);
    assert_eq!(told(&mut asked(&server).await).await, "Työnnä johto seinään.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hangup_reads_the_content_and_ends_nothing() {
    let server = Server::start(&[]).await;
    let mut visitor = asked(&server).await;
    let unchanged = "skicka_reloads_total{result=\"unchanged\"}";
    // The first reading finds what changed between the start and the first look.
    server.until(unchanged, 1.0).await;
    server.hang_up();
    server.until(unchanged, 2.0).await;
    assert_eq!(told(&mut visitor).await, "Kytke se.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialogue_goes_on_as_it_began_though_the_server_restarts_with_other_files() {
    let mut server = Server::start(&[]).await;
    let visitor = asked(&server).await;
    server.kill();
    server.edit(FILE, &[NEW_WORDS]);
    server.restart().await;
    let mut again = visitor.again(&server, visitor.last()).await;
    assert_eq!(told(&mut again).await, "Kytke se.");
    assert_eq!(told(&mut asked(&server).await).await, "Työnnä johto seinään.");
}
