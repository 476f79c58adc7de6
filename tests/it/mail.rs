//! Mail to teams and customers, by a real SMTP server here.

use serde_json::Value;
use serde_json::json;
use skicka::gateway::peer::COOKIE;
use skicka::ids::ConversationId;
use skicka::ids::Seq;
use skicka::store::EventStore as _;
use skicka::store::Role;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use tokio::net::TcpListener;

use crate::client::Agent;
use crate::client::Visitor;
use crate::client::is_status;
use crate::client::says;
use crate::client::within;
use crate::server::Server;
use crate::smtp::CERTIFICATE;
use crate::smtp::Smtp;

const CONSOLE: &str = "https://chat.bank.example/console";
const CHAT: &str = "https://www.bank.example/chat";
const TEAM: &str = "team@bank.example";

/// A server that mails by the SMTP server at this port, with more settings.
async fn server(port: u16, more: &[(&str, &str)]) -> Server {
    let port = port.to_string();
    let mut variables = vec![
        ("SKICKA_MAIL__SERVER", "localhost"),
        ("SKICKA_MAIL__SERVER_PORT", port.as_str()),
        ("SKICKA_MAIL__TLS", "none"),
        ("SKICKA_MAIL__FROM", "Banken <chat@bank.example>"),
        ("SKICKA_MAIL__CONSOLE_URL", CONSOLE),
        ("SKICKA_MAIL__CHAT_URL", CHAT),
        ("SKICKA_MAIL__ANSWER_AFTER_S", "1"),
    ];
    variables.extend(more);
    Server::start(&variables).await
}

fn mails(result: &str) -> String {
    format!("skicka_mails_total{{result=\"{result}\"}}")
}

/// A customer who has said what is wrong and wants a person.
async fn wants_person(server: &Server, status: &str) -> Visitor {
    let mut visitor = Visitor::hello(server, &json!({"type": "hello", "lang": ["sv"]})).await;
    visitor.say("m1", "lampan lyser inte").await;
    visitor.question().await;
    visitor.want_person(status).await;
    visitor
}

/// A customer who left an address while nobody was on duty.
async fn left_address(server: &Server, address: &str) -> Visitor {
    let mut visitor = wants_person(server, "offline").await;
    visitor.say("m2", address).await;
    let kept =
        |event: &Value| says(event, "bot") && event["text"].as_str().unwrap().contains(address);
    visitor.event("that the address is kept", kept).await;
    visitor
}

/// The agent takes the conversation and answers; the place of the answer.
async fn answer(agent: &mut Agent, visitor: &mut Visitor) -> u64 {
    let conversation = visitor.conversation.clone();
    visitor.event("the queue", |event| is_status(event, "queued")).await;
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    let text = "En ny lampa är på väg till dig.";
    let seq = agent.done(&conversation, json!({"type": "message", "text": text})).await;
    visitor.until(seq).await;
    seq
}

/// Waits until the store has it that the customer has read up to here.
async fn until_durable(server: &Server, reader: &Visitor, seq: u64) {
    let store = Sqlite::open(&server.data().join("skicka.db"), Durability::Normal).await.unwrap();
    let id = ConversationId::new(&reader.conversation);
    let kept = async {
        while store.conversation(&id).await.unwrap().unwrap().read_by_visitor < Seq(seq) {}
    };
    within("the cursor in the store", kept).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matter_that_is_left_is_mailed_to_the_team_without_a_word_of_it() {
    let smtp = Smtp::start().await;
    let server = server(smtp.at.port(), &[("SKICKA_MAIL__TEAM_ADDRESS", TEAM)]).await;
    let visitor = wants_person(&server, "offline").await;
    let mail = smtp.taken(1).await.remove(0);
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("chat@bank.example", &[TEAM.to_owned()][..])
    );
    assert_eq!(mail.head("From"), "Banken <chat@bank.example>");
    assert_eq!(mail.head("Subject"), "Ett ärende lämnades när ingen var i tjänst");
    assert_eq!(mail.head("Auto-Submitted"), "auto-generated");
    let status = visitor.log().iter().find(|event| is_status(event, "offline")).unwrap();
    let id = format!("<left.{}.{}@bank.example>", visitor.conversation, status["seq"]);
    assert_eq!(mail.head("Message-ID"), id);
    let text = mail.text();
    assert!(text.ends_with(&format!("\n\n{CONSOLE}#{}\n", visitor.conversation)), "{text}");
    assert!(!text.contains("lampan") && !text.contains("Lampan"), "{text}");
    server.until(&mails("sent"), 1.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_long_is_mailed_to_the_teams_own_address_once() {
    let smtp = Smtp::start().await;
    let settings = [("SKICKA_MAIL__TEAM_ADDRESS", TEAM), ("SKICKA_MAIL__WAITING_S", "1")];
    let server = server(smtp.at.port(), &settings).await;
    let admin = server.administrator().await;
    let own = json!({ "email": "lampor@bank.example", "languages": ["fi"] }).to_string();
    let lines = format!("Cookie: {COOKIE}={}\r\nContent-Type: application/json\r\n", admin.token);
    let path = "/v1/console/teams/support";
    let (status, head, _) = server.raw("PUT", path, &lines, own.as_bytes()).await;
    assert_eq!(status, 200, "{head}");
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let first = wants_person(&server, "queued").await;
    let second = wants_person(&server, "queued").await;
    let both = smtp.taken(2).await;
    for mail in &both {
        assert_eq!(mail.to, ["lampor@bank.example"]);
        assert_eq!(mail.head("Subject"), "Asiakas odottaa jonossa");
    }
    // What is due at once is sent side by side: the order of arrival is the network's.
    for visitor in [&first, &second] {
        let about = both.iter().filter(|mail| mail.text().contains(&visitor.conversation));
        assert_eq!(about.count(), 1, "{}", visitor.conversation);
    }
    server.until(&mails("sent"), 2.0).await;
    assert_eq!(smtp.taken(2).await.len(), 2, "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_forgets_no_answer_and_what_was_read_is_mailed_to_nobody() {
    let smtp = Smtp::start().await;
    let mut server = server(smtp.at.port(), &[("SKICKA_MAIL__ANSWER_AFTER_S", "6")]).await;
    let mut reader = left_address(&server, "kim@example.fi").await;
    let mut absent = left_address(&server, "bo@example.fi").await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let read = answer(&mut agent, &mut reader).await;
    reader.line.send(&json!({"type": "read", "seq": read})).await;
    reader.line.settle().await;
    let seq = answer(&mut agent, &mut absent).await;
    until_durable(&server, &reader, read).await;
    server.kill();
    server.restart().await;
    let mail = smtp.taken(1).await.remove(0);
    assert_eq!(mail.to, ["bo@example.fi"]);
    assert_eq!(mail.head("Subject"), "Du har fått svar i chatten");
    let id = format!("<answer.{}.{seq}@bank.example>", absent.conversation);
    assert_eq!(mail.head("Message-ID"), id);
    let text = mail.text();
    assert!(text.ends_with(&format!("\n\n{CHAT}\n")), "{text}");
    assert!(!text.contains("En ny lampa"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_itself_goes_by_starttls_where_the_settings_say_so() {
    let smtp = Smtp::start_secure().await;
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, CERTIFICATE).unwrap();
    let settings = [
        ("SKICKA_MAIL__TLS", "starttls"),
        ("SKICKA_MAIL__USER", "chat"),
        ("SKICKA_SECRET_MAIL", "hemligt"),
        ("SKICKA_MAIL__INCLUDE_TEXT", "true"),
        ("SSL_CERT_FILE", roots.to_str().unwrap()),
    ];
    let server = server(smtp.at.port(), &settings).await;
    let mut visitor = left_address(&server, "kim@example.fi").await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    answer(&mut agent, &mut visitor).await;
    let mail = smtp.taken(1).await.remove(0);
    assert!(mail.secure);
    assert_eq!(mail.signed_in.as_deref(), Some("chat:hemligt"));
    let text = mail.text();
    assert!(text.contains("\n\nEn ny lampa är på väg till dig.\n\n"), "{text}");
    assert!(!server.log().contains("hemligt"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_was_down_gets_the_mail_once_it_is_back() {
    // A port where nobody listens any more.
    let at = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = server(at.port(), &[("SKICKA_MAIL__TEAM_ADDRESS", TEAM)]).await;
    let visitor = wants_person(&server, "offline").await;
    server.until_above(&mails("retried"), 0.0).await;
    let smtp = Smtp::start_at(at, None).await;
    smtp.say_to_recipients("451 Come again");
    server.until_above(&mails("retried"), 1.0).await;
    smtp.say_to_recipients("250 OK");
    let mail = smtp.taken(1).await.remove(0);
    assert!(mail.text().contains(&visitor.conversation));
    server.until(&mails("sent"), 1.0).await;
    assert_eq!(smtp.taken(1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_for_good_is_told_and_not_tried_again() {
    let smtp = Smtp::start().await;
    smtp.say_to_recipients("550 Nobody called team@bank.example");
    let server = server(smtp.at.port(), &[("SKICKA_MAIL__TEAM_ADDRESS", TEAM)]).await;
    let refused = wants_person(&server, "offline").await;
    server.until(&mails("refused"), 1.0).await;
    smtp.say_to_recipients("250 OK");
    let other = wants_person(&server, "offline").await;
    let mail = smtp.taken(1).await.remove(0);
    assert!(mail.text().contains(&other.conversation));
    assert_eq!(smtp.recipients(), 2, "each was tried once");
    let log = server.log();
    let line = log.lines().find(|line| line.contains("refuses a mail for good")).unwrap();
    assert!(line.contains(&refused.conversation) && line.contains("550"), "{line}");
    assert!(!log.contains(TEAM) && !log.contains("Nobody called"), "{log}");
}

#[test]
fn mail_that_cannot_be_sent_stops_the_start_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    crate::server::write_lamp(folder.path());
    let on = [
        ("SKICKA_MAIL__SERVER", "localhost"),
        ("SKICKA_MAIL__FROM", "chat@bank.example"),
        ("SKICKA_MAIL__CONSOLE_URL", CONSOLE),
        ("SKICKA_MAIL__USER", "chat"),
    ];
    for (variables, sentence) in [
        (
            &on[..],
            "`mail.user` is set, and its password is not: it must stand in the variable SKICKA_SECRET_MAIL",
        ),
        (&on[..2], "`mail.console_url` must say where the console is"),
    ] {
        let output = crate::server::run(folder.path(), &["serve"], variables);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(sentence) && said.trim().lines().count() == 1, "{said}");
    }
}
