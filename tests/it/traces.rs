//! What stays of what was done: an agent's acts in the audit log though they went at once, and what
//! a client holds that a restored backup has never seen.

use std::fs;

use serde_json::json;
use skicka::store::Role;

use crate::client::Agent;
use crate::client::Visitor;
use crate::client::is_status;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn an_act_is_audited_though_its_agent_hears_no_ack() {
    let server = Server::start(&[]).await;
    let mut first = server.hire("Maja", Role::Agent, &[]).await;
    first.be("online").await;
    let mut taken = 0;
    for _ in 0..12 {
        let mut visitor = Visitor::arrive(&server).await;
        visitor.want_person("queued").await;
        let mut agent = Agent::arrive(&server, &first.token).await;
        let id = format!("c{taken}");
        let claim = json!({"type": "claim", "id": id, "conversation": visitor.conversation});
        agent.line.send(&claim).await;
        // The link is gone before the ack can be.
        drop(agent);
        visitor.event("a person", |event| is_status(event, "agent")).await;
        taken += 1;
    }
    let listed = server.beside(&["audit", "list", "--json"]);
    let entries = String::from_utf8_lossy(&listed.stdout).into_owned();
    let claimed = entries.lines().filter(|line| line.contains("\"claimed\"")).count();
    assert_eq!(claimed, taken, "{entries}");
    assert!(server.beside(&["audit", "verify"]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_more_than_a_restored_backup_is_told_to_drop_it() {
    let mut server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let mut phone = Visitor::arrive(&server).await;
    phone.say("m1", "lampan lyser inte").await;
    phone.question().await;
    let agent = server.hire("Maja", Role::Agent, &[]).await;
    assert!(server.beside(&["backup", "copy.db"]).status.success());
    let lost = phone.say("m2", "hallå, är någon där?").await;
    phone.until(lost).await;
    let held = phone.last();
    server.kill();
    for entry in fs::read_dir(server.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("skicka.db") {
            fs::remove_file(path).unwrap();
        }
    }
    fs::copy(server.path("copy.db"), server.data().join("skicka.db")).unwrap();
    server.restart().await;
    // A tablet talks on until the log is longer than what the phone holds.
    let mut tablet = phone.again(&server, 0).await;
    for number in 0.. {
        if tablet.say(&format!("t{number}"), "vad betyder det här?").await > held {
            break;
        }
    }
    let phone = phone.again(&server, held).await;
    assert_eq!(phone.welcome["resumed"], false, "{}", phone.welcome);
    let mut phone = phone;
    phone.until(tablet.last()).await;
    assert_eq!(phone.log()[..], tablet.log()[..phone.log().len()]);
    // The next token is of this database: what its client holds is good.
    let again = phone.again(&server, phone.last()).await;
    assert_eq!(again.welcome["resumed"], true);
    // Sessions of before are over: their consoles would hold what never was.
    let call = format!("Authorization: Bearer {}\r\n", agent.token);
    assert_eq!(server.get("/v1/console/me", &call).await.0, 401);
}
