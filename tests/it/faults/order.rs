//! Several devices and people in one conversation: one order for all, one owner at a time.

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;

use crate::client::Visitor;
use crate::client::is_status;
use crate::client::says;
use crate::faults::Chance;
use crate::faults::ledger::Ledger;
use crate::faults::scale;
use crate::server::Server;

/// What an agent sees of an event that a visitor sees too.
pub(super) fn as_visitor(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().unwrap().remove("conversation");
    event
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_two_devices_and_an_agent_see_one_order() {
    let server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut devices = vec![Visitor::arrive(&server).await];
    devices[0].want_person("queued").await;
    devices.push(devices[0].again(&server, 0).await);
    let (token, conversation) = (devices[0].token.clone(), devices[0].conversation.clone());
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    let mut ledger = Ledger::default();
    let mut chance = Chance(0x0051_cc0a);
    let mut acks = [0, 0];
    let turns = 300 * scale();
    let mut last = 0;
    for number in 0..turns {
        match chance.below(4) {
            who @ (0 | 1) => {
                // Now and then the same frame on both devices at once.
                let id = format!("m{}", number - chance.below(3).min(number));
                let frame = ledger.send(&id, &format!("text {id}"));
                devices[who].line.send(&frame).await;
                acks[who] += 1;
            }
            2 => {
                let text = format!("svar {number}");
                let ack = agent.act(&conversation, json!({"type": "message", "text": text})).await;
                last = last.max(ack["seq"].as_u64().unwrap());
            }
            _ => {
                // A device that comes back holds what it holds.
                let who = chance.below(2);
                for _ in 0..std::mem::take(&mut acks[who]) {
                    let ack = devices[who].line.frame_of("ack").await;
                    last = last.max(ack["seq"].as_u64().unwrap());
                    ledger.ack(&ack);
                }
            }
        }
    }
    for (device, acks) in devices.iter_mut().zip(acks) {
        for _ in 0..acks {
            let ack = device.line.frame_of("ack").await;
            last = last.max(ack["seq"].as_u64().unwrap());
            ledger.ack(&ack);
        }
    }
    for device in &mut devices {
        device.until(last).await;
    }
    assert!(ledger.acks() > turns / 4);
    let (one, other) = (devices[0].log().to_vec(), devices[1].log().to_vec());
    let log = ledger.check(&server, (&token, &conversation), &[(0, &one), (0, &other)]).await;
    let theirs = agent.log_until(&conversation, last).await;
    let theirs: Vec<Value> = theirs.iter().map(as_visitor).collect();
    let length = usize::try_from(last).unwrap();
    let hidden = |event: &Value| event["kind"] == "hidden";
    for (mine, theirs) in log[..length].iter().zip(&theirs) {
        assert!(mine["seq"] == theirs["seq"] && (hidden(mine) || mine["kind"] == theirs["kind"]));
        assert_eq!(mine["text"], theirs["text"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_the_bot_is_silent_from_the_moment_a_person_owns() {
    let server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut agents = Vec::new();
    for name in ["Maja", "Onni"] {
        let mut agent = server.hire(name, Role::Supervisor, &[]).await;
        agent.be("online").await;
        agents.push(agent);
    }
    for round in 0..10 * scale() {
        let mut visitor = Visitor::arrive(&server).await;
        let conversation = visitor.conversation.clone();
        visitor.say("m0", "lampan lyser inte").await;
        // The visitor writes to the bot while two people take over.
        for number in 1..=6 {
            let text = ["ja", "nej", "lampan lyser inte"][number % 3];
            let frame = json!({"type": "message", "id": format!("m{number}"), "text": text});
            visitor.line.send(&frame).await;
        }
        let [maja, onni] = agents.as_mut_slice() else { unreachable!("two were hired") };
        let claims = tokio::join!(
            maja.act(&conversation, json!({"type": "claim"})),
            onni.act(&conversation, json!({"type": "claim"}))
        );
        let mut last = 0;
        for number in 1..=6 {
            let ack = visitor.line.answer(&format!("m{number}")).await;
            last = last.max(ack["seq"].as_u64().unwrap());
        }
        visitor.until(last).await;
        let owners = [&claims.0, &claims.1].iter().filter(|it| it["type"] == "ack").count();
        assert!(owners <= 1, "round {round}: {claims:?}");
        let Some(taken) = visitor.log().iter().position(|it| is_status(it, "agent")) else {
            assert_eq!(owners, 0, "round {round}: {claims:?}");
            continue;
        };
        let after = &visitor.log()[taken..];
        assert!(!after.iter().any(|event| says(event, "bot")), "round {round}: {after:#?}");
        assert_eq!(after.iter().filter(|event| event["kind"] == "status").count(), 1);
    }
}
