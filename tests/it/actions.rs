//! Dialogues that ask other systems, against real HTTP servers that behave and misbehave.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use serde_json::Value;
use serde_json::json;
use sha2::Sha256;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::sync::watch;

use crate::client::Visitor;
use crate::client::says;
use crate::client::within;
use crate::server::Server;

pub(crate) const SECRET: &str = "a secret of the tests";
const GOOD: &str = r#"{"status":"skickat","limits":{"daily":20},"blocked":false}"#;

const INTENT: &str = "\
intent: card
title: { sv: Kortet, fi: Kortti, en: The card }
examples:
  sv: [var är mitt kort, kortet har inte kommit]
  fi: [missä korttini on]
  en: [where is my card]
";

/// What the other system does, by what the customer picks, with how it is called.
const WAYS: [(&str, &str); 9] = [
    ("fine", "retries: 0"),
    ("hangs", "timeout_s: 1, retries: 0"),
    ("breaks", "retries: 0"),
    ("huge", "retries: 2"),
    ("endless", "retries: 2"),
    ("words", "retries: 2"),
    ("shape", "retries: 2"),
    ("elsewhere", "retries: 2"),
    ("flaky", "retries: 2"),
];

/// A dialogue in which the customer picks what to ask, again and again.
fn dialogue() -> String {
    let three = |text: &str| format!("{{ sv: \"{text}\", fi: \"{text}\", en: \"{text}\" }}");
    let mut text = format!(
        "dialogue: card\nstart: pick\nsteps:\n  pick:\n    ask: {0}\n    again: {0}\n    label: {0}\n    choices:\n",
        three("Vad vill du veta?")
    );
    for (way, _) in WAYS {
        let _ = writeln!(text, "      {way}: {{ label: {}, next: do_{way} }}", three(way));
    }
    let _ = writeln!(text, "      held: {{ label: {}, next: do_held }}", three("held"));
    let _ = writeln!(text, "      nothing: {{ label: {}, next: resolved }}", three("inget"));
    for (way, how) in WAYS.into_iter().chain([("held", "timeout_s: 2, retries: 0")]) {
        let _ = writeln!(
            text,
            "  do_{way}:\n    say: {}\n    action:\n      call: bank/v1/{way}\n      send: {{ card: \"'visa'\", number: 7 }}\n      answer: {{ status: text, limit: {{ from: limits.daily, kind: number }}, blocked: flag }}\n      {}\n    next: told\n    failed: sorry",
            three("Jag tittar."),
            how.replace(", ", "\n      "),
        );
    }
    let _ = writeln!(
        text,
        "  told:\n    say: {}\n    next: pick\n  sorry:\n    say: {}\n    next: pick",
        three("Svaret: {{ slots.status }} {{ slots.limit }} {{ slots.blocked }}"),
        three("Det gick inte."),
    );
    text
}

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) head: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    /// That it is signed as the specification wants.
    pub(crate) fn assert_signed(&self) {
        let (id, second) = (&self.head["webhook-id"], &self.head["webhook-timestamp"]);
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{id}.{second}.{}", self.body).as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(self.head["webhook-signature"], signature);
    }
}

/// A system that answers by what it is asked.
pub(crate) struct Other {
    pub(crate) at: SocketAddr,
    asked: watch::Receiver<Vec<Asked>>,
    release: Arc<Notify>,
}

impl Other {
    pub(crate) async fn start(elsewhere: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (note, asked) = watch::channel(Vec::new());
        let release = Arc::new(Notify::new());
        let note = Arc::new(Mutex::new(note));
        let may_go = Arc::clone(&release);
        tokio::spawn(async move {
            while let Ok((wire, _)) = listener.accept().await {
                tokio::spawn(answer(wire, Arc::clone(&note), Arc::clone(&may_go), elsewhere));
            }
        });
        Self { at, asked, release }
    }

    /// Waits until so many requests for a path have come.
    pub(crate) async fn asked(&self, path: &str, times: usize) -> Vec<Asked> {
        let mut asked = self.asked.clone();
        let of = |all: &Vec<Asked>| all.iter().filter(|it| it.path == path).count();
        within(path, asked.wait_for(|all| of(all) >= times)).await.unwrap();
        let all = asked.borrow();
        all.iter().filter(|it| it.path == path).cloned().collect()
    }
}

async fn read_request(wire: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let path = lines.next()?.split(' ').nth(1)?.to_owned();
            let head: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            if body.len() >= head.get("content-length")?.parse().ok()? {
                return Some(Asked { path, head, body: body.to_owned() });
            }
        }
        match wire.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
}

async fn answer(
    mut wire: TcpStream,
    note: Arc<Mutex<watch::Sender<Vec<Asked>>>>,
    may_go: Arc<Notify>,
    elsewhere: Option<SocketAddr>,
) {
    let Some(asked) = read_request(&mut wire).await else { return };
    let way = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut before = 0;
    note.lock().unwrap().send_modify(|all| {
        before = all.iter().filter(|it: &&Asked| it.path == asked.path).count();
        all.push(asked);
    });
    let (status, more, body) = match way.as_str() {
        "hangs" => return std::future::pending().await,
        "held" if before == 0 => {
            may_go.notified().await;
            ("200 OK", String::new(), GOOD.to_owned())
        }
        "breaks" => ("500 Oh", String::new(), GOOD.to_owned()),
        "flaky" if before == 0 => ("503 Later", String::new(), String::new()),
        "huge" => ("200 OK", String::new(), format!("\"{}\"", "x".repeat(10_000_000))),
        "endless" => {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            let mut sent = wire.write_all(head.as_bytes()).await;
            while sent.is_ok() {
                sent = wire.write_all(chunk.as_bytes()).await;
            }
            return;
        }
        "words" => ("200 OK", String::new(), "<html>Välkommen</html>".to_owned()),
        "shape" => ("200 OK", String::new(), GOOD.replace("20", "\"tjugo\"")),
        "elsewhere" => {
            let to = elsewhere.expect("there is another");
            ("307 Over there", format!("Location: http://{to}/v1/fine\r\n"), String::new())
        }
        _ => ("200 OK", String::new(), GOOD.to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _hung_up = wire.write_all(head.as_bytes()).await;
    let _hung_up = wire.write_all(body.as_bytes()).await;
}

async fn server(other: &Other) -> Server {
    let systems = format!("bank=http://{}", other.at);
    let variables = [("SKICKA_ACTIONS__SYSTEMS", systems.as_str()), ("SKICKA_SECRET_BANK", SECRET)];
    let dialogue = dialogue();
    let content = [("intents/card.yaml", INTENT), ("dialogues/card.yaml", dialogue.as_str())];
    Server::start_with(&content, &variables).await
}

/// A customer who is asked what they want to know.
async fn customer(server: &Server) -> Visitor {
    let mut visitor = Visitor::hello(server, &json!({"type": "hello", "lang": ["sv"]})).await;
    visitor.say("m1", "var är mitt kort").await;
    visitor.question().await;
    visitor
}

/// Picks; what the bot says once it knows.
async fn picks(visitor: &mut Visitor, id: &str, way: &str) -> String {
    visitor.say(id, way).await;
    visitor.event("that it looks", |event| event["text"] == "Jag tittar.").await;
    told(visitor).await
}

async fn told(visitor: &mut Visitor) -> String {
    let told = visitor.event("what came of it", |event| says(event, "bot")).await;
    visitor.question().await;
    told["text"].as_str().unwrap().to_owned()
}

fn calls(result: &str) -> String {
    format!("skicka_calls_total{{result=\"{result}\"}}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_signed_and_its_answer_is_told() {
    let other = Other::start(None).await;
    let server = server(&other).await;
    let mut visitor = customer(&server).await;
    assert_eq!(picks(&mut visitor, "m2", "fine").await, "Svaret: skickat 20 nej");
    let asked = other.asked("/v1/fine", 1).await.remove(0);
    asked.assert_signed();
    assert_eq!(asked.head["content-type"], "application/json");
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let sent = json!({
        "call": "bank/v1/fine",
        "conversation": visitor.conversation,
        "lang": "sv",
        "data": { "card": "visa", "number": 7 },
    });
    assert_eq!(body, sent);
    server.until(&calls("answered"), 1.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_other_system_does_the_dialogue_goes_on_and_nobody_else_notices() {
    let stranger = Other::start(None).await;
    let other = Other::start(Some(stranger.at)).await;
    let server = server(&other).await;
    let mut visitor = customer(&server).await;
    let ways = [
        ("hangs", "timed_out"),
        ("breaks", "refused"),
        ("huge", "too_large"),
        ("endless", "too_large"),
        ("words", "not_json"),
        ("shape", "wrong_shape"),
        ("elsewhere", "redirected"),
    ];
    let mut failures: BTreeMap<&str, f64> = BTreeMap::new();
    for (way, failure) in ways {
        assert_eq!(picks(&mut visitor, way, way).await, "Det gick inte.", "{way}");
        other.asked(&format!("/v1/{way}"), 1).await;
        let count = failures.entry(failure).or_default();
        *count += 1.0;
        server.until(&calls(failure), *count).await;
    }
    // None of these is worth another try.
    for way in ["huge", "endless", "words", "shape", "elsewhere"] {
        assert_eq!(other.asked(&format!("/v1/{way}"), 1).await.len(), 1, "{way}");
    }
    assert!(stranger.asked.borrow().is_empty(), "a redirect was followed");
    let mut next = customer(&server).await;
    assert_eq!(picks(&mut next, "m2", "fine").await, "Svaret: skickat 20 nej");
    assert!(!server.log().contains(SECRET));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_cannot_just_now_is_asked_again_under_the_same_id() {
    let other = Other::start(None).await;
    let server = server(&other).await;
    let mut visitor = customer(&server).await;
    assert_eq!(picks(&mut visitor, "m2", "flaky").await, "Svaret: skickat 20 nej");
    let asked = other.asked("/v1/flaky", 2).await;
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].head["webhook-id"], asked[1].head["webhook-id"]);
    assert_eq!(asked[0].body, asked[1].body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_fails_again_and_again_is_left_alone() {
    let other = Other::start(None).await;
    let server = server(&other).await;
    let mut visitor = customer(&server).await;
    for number in 0..5 {
        assert_eq!(picks(&mut visitor, &format!("b{number}"), "breaks").await, "Det gick inte.");
    }
    assert_eq!(picks(&mut visitor, "b5", "breaks").await, "Det gick inte.");
    server.until(&calls("circuit_open"), 1.0).await;
    assert_eq!(other.asked("/v1/breaks", 5).await.len(), 5, "the sixth was not sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_customer_may_write_meanwhile_and_the_answer_comes_behind() {
    let other = Other::start(None).await;
    let server = server(&other).await;
    let mut visitor = customer(&server).await;
    visitor.say("m2", "held").await;
    other.asked("/v1/held", 1).await;
    visitor.say("m3", "är du kvar").await;
    let waits = |event: &Value| {
        event["text"].as_str().is_some_and(|text| text.starts_with("Ett ögonblick"))
    };
    visitor.event("that it takes a moment", waits).await;
    other.release.notify_one();
    assert_eq!(told(&mut visitor).await, "Svaret: skickat 20 nej");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_cut_off_by_a_kill_is_made_again_and_answered_once() {
    let other = Other::start(None).await;
    let mut server = server(&other).await;
    let mut visitor = customer(&server).await;
    visitor.say("m2", "held").await;
    let first = other.asked("/v1/held", 1).await.remove(0);
    server.kill();
    server.restart().await;
    let again = other.asked("/v1/held", 2).await;
    assert_eq!(again[1].head["webhook-id"], first.head["webhook-id"]);
    let mut visitor = visitor.again(&server, 0).await;
    let answers =
        |event: &Value| event["text"].as_str().is_some_and(|text| text.starts_with("Svaret:"));
    visitor.event("the answer", answers).await;
    visitor.question().await;
    server.kill();
    server.restart().await;
    let mut visitor = visitor.again(&server, 0).await;
    let newest = visitor.welcome["seq"].clone();
    visitor.event("all that was said before", |event| event["seq"] == newest).await;
    assert_eq!(picks(&mut visitor, "m3", "fine").await, "Svaret: skickat 20 nej");
    let hidden = visitor.log().iter().filter(|event| event["kind"] == "hidden").count();
    assert_eq!(hidden, 4, "each call began and ended once");
    assert_eq!(other.asked("/v1/held", 2).await.len(), 2);
}
