//! What a newcomer does: a customer is led through the help page in Swedish, by buttons and by
//! free text, to a person, who knows every step and answers.

use serde_json::Value;
use serde_json::json;

use crate::client::Agent;
use crate::client::Visitor;
use crate::client::is_status;
use crate::client::says;
use crate::server::Server;

/// Writes an answer to the open question and waits for the next one.
async fn answer(visitor: &mut Visitor, id: &str, text: &str) -> Value {
    visitor.say(id, text).await;
    visitor.question().await
}

/// From the greeting to a person, as the help page goes.
async fn lead_to_a_person(visitor: &mut Visitor) {
    let greeting = visitor.event("the greeting", |_| true).await;
    assert!(says(&greeting, "bot") && greeting["seq"] == 1, "{greeting}");
    assert!(greeting["text"].as_str().unwrap().contains("chattrobot"), "{greeting}");

    let seq = visitor.say("m1", "jag får ingen begäran i appen").await;
    let own = visitor.event("the visitor's own message", |event| event["id"] == "m1").await;
    assert_eq!((own["seq"].as_u64(), own["from"]["role"].as_str()), (Some(seq), Some("visitor")));
    assert_eq!(
        (own["text"].as_str(), own["lang"].as_str()),
        (Some("jag får ingen begäran i appen"), Some("sv"))
    );
    assert!(own.get("read").is_none(), "how it was read is not the visitor's: {own}");
    let opened = visitor.event("the topic", |event| event["kind"] == "topic").await;
    assert_eq!(opened["topic"], "no_identification_request");
    assert_eq!(opened["state"], "opened");

    let network = visitor.question().await;
    assert_eq!(network["topic"], "no_identification_request");
    assert!(network["text"].as_str().unwrap().contains("nätverk"), "{network}");
    assert_eq!(network["choices"][0], json!({"value": "yes", "label": "Ja"}));
    let pressed = json!({"type": "choice", "id": "c1", "seq": network["seq"], "value": "yes"});
    let ack = visitor.ask(pressed.clone()).await;
    let label = visitor.event("the choice", |event| event["id"] == "c1").await;
    assert_eq!(label["text"], "Ja", "an ack of a choice names its label");
    assert_eq!(label["seq"], ack["seq"]);

    let updated = visitor.question().await;
    assert!(updated["text"].as_str().unwrap().contains("Uppdatera"), "{updated}");
    let mut late = pressed;
    late["id"] = json!("c2");
    assert_eq!(visitor.ask(late).await["code"], "expired_choice");

    answer(visitor, "m2", "nä det har jag inte gjort").await;
    answer(visitor, "m3", "nej").await;
    answer(visitor, "m4", "ja det gjorde jag").await;
    answer(visitor, "m5", "nej").await;
    visitor.say("m6", "fortfarande likadant").await;
    let queued = visitor.event("the queue", |event| event["kind"] == "status").await;
    assert_eq!(queued["status"], "queued");
    let place = visitor.line.frame_of("queue").await;
    assert_eq!(place, json!({"type": "queue", "position": 1, "wait_s": null, "open": true}));
}

/// The agent finds out everything that the bot has learnt, and takes over.
async fn take_over(agent: &mut Agent, conversation: &str) {
    let item = agent.item(conversation, |item| item["status"] == "queued").await;
    assert_eq!(item["topic"], "no_identification_request");
    assert_eq!((item["lang"].as_str(), item["team"].as_str()), (Some("sv"), Some("support")));
    assert_eq!(item["preview"], "fortfarande likadant");
    assert_eq!(item["visitor"], json!({"identity": "anonymous"}));

    let packet = agent.open(conversation).await;
    assert_eq!(packet["topic"], "no_identification_request");
    assert_eq!(
        (packet["lang"].as_str(), packet["identity"].as_str()),
        (Some("sv"), Some("anonymous"))
    );
    assert_eq!(packet["page"], json!({"url": "https://bank.example/help", "title": "Hjälp"}));
    let steps: Vec<(&str, &str)> = packet["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["question"].as_str().unwrap(), step["answer"].as_str().unwrap()))
        .collect();
    let answers: Vec<&str> = steps.iter().map(|(_, answer)| *answer).collect();
    assert_eq!(answers, ["Ja", "Nej", "Nej", "Ja", "Nej", "Nej"]);
    let tried = ["Nätverk", "Uppdaterade", "uppdateringen", "Skicka", "på nytt", "identifiering"];
    for ((question, _), word) in steps.iter().zip(tried) {
        assert!(question.contains(word), "{question} is about {word}");
    }
    assert!(packet["summary"].as_str().is_some_and(|line| line.contains("Uppdaterade appen nej,")));

    let seq = agent.done(conversation, json!({"type": "claim"})).await;
    let taken = agent.event(conversation, "the claim", |event| is_status(event, "agent")).await;
    assert_eq!(taken["seq"], seq);
    let in_english = agent.open_in(conversation, "en").await;
    assert_eq!(in_english["steps"][1]["answer"], "No");
    assert!(in_english["summary"].as_str().is_some_and(|line| line.starts_with("Topic: ")));
    assert_eq!(agent.open(conversation).await["steps"], packet["steps"]);
    agent.item(conversation, |item| item["agent"]["id"] == "agent-maja").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_first_message_to_a_persons_answer() {
    let server = Server::start_bank().await;
    let mut agent = server.hire("Maja", skicka::store::Role::Agent, &["support"]).await;
    agent.be("online").await;
    let hello = json!({
        "type": "hello",
        "lang": ["sv-FI", "fi"],
        "client": {"name": "test", "version": "1", "platform": "none"},
        "page": {"url": "https://bank.example/help?session=secret", "title": "Hjälp"},
    });
    let mut visitor = Visitor::hello(&server, &hello).await;
    assert_eq!((&visitor.welcome["seq"], &visitor.welcome["resumed"]), (&json!(0), &json!(false)));
    assert_eq!(
        (&visitor.welcome["lang"], &visitor.welcome["status"]),
        (&json!("sv"), &json!("bot"))
    );
    assert_eq!(visitor.welcome["read"], json!({"visitor": 0, "agent": 0}));
    assert_eq!(visitor.welcome["ping_s"], 25);
    let limits = json!({"text_chars": 4000, "frame_bytes": 65536, "messages_per_minute": 40});
    assert_eq!(visitor.welcome["limits"], limits);

    lead_to_a_person(&mut visitor).await;
    let conversation = visitor.conversation.clone();
    take_over(&mut agent, &conversation).await;
    let taken = visitor.event("the person", |event| is_status(event, "agent")).await;
    assert_eq!(taken["agent"], json!({"name": "Maja"}), "an account is not the visitor's to know");

    let said = agent.done(&conversation, json!({"type": "message", "text": "Hej, jag är Maja!"}));
    let said = said.await;
    let heard = visitor.event("the person's answer", |event| says(event, "agent")).await;
    assert_eq!(
        (heard["seq"].as_u64(), heard["text"].as_str()),
        (Some(said), Some("Hej, jag är Maja!"))
    );
    assert_eq!(heard["from"], json!({"role": "agent", "name": "Maja"}));
    visitor.say("m7", "Tack, nu går det!").await;
    agent.event(&conversation, "the visitor's thanks", |event| event["id"] == "m7").await;

    let resolve = json!({"type": "resolve", "outcome": "resolved", "note": "Ny identifiering."});
    let ended = agent.done(&conversation, resolve).await;
    let end = visitor.event("the end", |event| event["kind"] == "ended").await;
    assert_eq!((end["seq"].as_u64(), end["by"].as_str()), (Some(ended), Some("agent")));
    assert!(end.get("note").is_none(), "a closing note is the agents': {end}");
    visitor.event("the request to rate", |event| event["kind"] == "rating_request").await;
    agent.item(&conversation, |item| item["removed"] == true).await;

    // Nobody but the bot was asked, and it kept silent while a person owned the conversation.
    let queued = visitor.log().iter().position(|event| is_status(event, "queued")).unwrap();
    assert!(!visitor.log()[queued..].iter().any(|event| says(event, "bot")));
    // Both saw the same, each in their form.
    let places = |log: &[Value]| -> Vec<(u64, String)> {
        let place = |event: &Value| (event["seq"].as_u64().unwrap(), event["kind"].to_string());
        log.iter().map(place).collect()
    };
    let shared = agent.log(&conversation).len();
    assert_eq!(places(agent.log(&conversation)), places(&visitor.log()[..shared]));
}
