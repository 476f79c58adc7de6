//! A proxy that cuts the link, anywhere, in either direction: of a customer's socket, of an agent's,
//! of a call and of an event stream. Whoever was cut off comes back and sends everything again; at
//! some places the server is killed meanwhile.

use std::net::SocketAddr;

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::client::Agent;
use crate::client::Line;
use crate::client::Visitor;
use crate::client::within;
use crate::fallback::Stream;
use crate::fallback::call_of;
use crate::fallback::post;
use crate::faults::ledger::Ledger;
use crate::faults::order::as_visitor;
use crate::faults::scale;
use crate::server::Server;

/// At so many cuts one kill.
const KILLED: usize = 12;

/// Bytes that a proxy passes on before it cuts.
#[derive(Debug, Clone, Copy)]
enum Cut {
    ToServer(usize),
    ToClient(usize),
}

/// A proxy for one connection; the answer tells how many bytes went each way until it was cut.
async fn proxy(server: SocketAddr, cut: Cut) -> (SocketAddr, oneshot::Receiver<(usize, usize)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(server).await.unwrap();
        let passed = pass(client, server, cut).await;
        let _nobody_asks = tell.send(passed);
    });
    (at, told)
}

async fn pass(mut client: TcpStream, mut server: TcpStream, cut: Cut) -> (usize, usize) {
    let (most_up, most_down) = match cut {
        Cut::ToServer(bytes) => (bytes, usize::MAX),
        Cut::ToClient(bytes) => (usize::MAX, bytes),
    };
    let (mut up, mut down) = (0, 0);
    let (mut from_client, mut from_server) = (vec![0; 4_096], vec![0; 4_096]);
    while up < most_up && down < most_down {
        let whole = tokio::select! {
            read = client.read(&mut from_client) => {
                let read = read.unwrap_or(0).min(most_up - up);
                up += read;
                read > 0 && server.write_all(&from_client[..read]).await.is_ok()
            }
            read = server.read(&mut from_server) => {
                let read = read.unwrap_or(0).min(most_down - down);
                down += read;
                read > 0 && client.write_all(&from_server[..read]).await.is_ok()
            }
        };
        if !whole {
            break;
        }
    }
    // Both sides learn of it by a reset, as when a mast is out of reach.
    for side in [&client, &server] {
        let _closed_already = side.set_zero_linger();
    }
    (up, down)
}

/// A visitor arrives, asks and is answered, through a proxy, as far as the link goes; then once
/// more without it. Answers how many bytes went each way.
async fn turn(server: &Server, cut: Cut) -> (usize, usize) {
    let mut ledger = Ledger::default();
    let first = Visitor::arrive(server).await;
    let (token, conversation) = (first.token.clone(), first.conversation.clone());
    let hello = json!({"type": "hello", "token": token, "conversation": conversation, "after": 0});
    let message = ledger.send("m1", "lampan lyser inte");
    let (at, passed) = proxy(server.at, cut).await;
    let mut seen = Vec::new();
    if let Some(mut line) = Line::try_open(at, "/v1/chat").await {
        line.send(&hello).await;
        line.send(&message).await;
        // Until the link is gone, or the turn is done.
        let mut is_done = false;
        while !is_done && line.take_in().await {
            let (events, frames) = line.take_all("");
            is_done = events.iter().any(|event| event["choices"].is_array());
            seen.extend(events);
            for frame in frames.iter().filter(|frame| frame["type"] == "ack") {
                ledger.ack(frame);
            }
        }
    }
    let passed = within("the proxy ends", passed).await.unwrap();
    // What was not acked is sent again, blindly; and so is what was.
    let held = seen.len() as u64;
    let mut back = first.again(server, held).await;
    let ack = back.ask(message).await;
    ledger.ack(&ack);
    back.question_or_held(&seen).await;
    let missed = back.log().to_vec();
    ledger.check(server, (&token, &conversation), &[(0, &seen), (held, &missed)]).await;
    passed
}

/// The places at which a link is cut over which so many bytes go each way: every byte at a scale of
/// 29; a stride that is prime meets all places of a frame in time.
fn places((up, down): (usize, usize)) -> Vec<Cut> {
    let stride = (29 / scale()).max(1);
    let to_server = (0..up).step_by(stride).map(Cut::ToServer);
    to_server.chain((0..down).step_by(stride).map(Cut::ToClient)).collect()
}

/// Kills the server and starts it again, at some of the cuts.
async fn perhaps_kill(server: &mut Server, number: usize) {
    if number % KILLED == KILLED - 1 {
        server.kill();
        server.restart().await;
    }
}

/// Settings for many links from one address.
const MANY: [(&str, &str); 3] = [
    ("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
    ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
    ("SKICKA_LOG", "off"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_the_link_is_cut_at_any_byte() {
    let server = Server::start(&MANY).await;
    let (up, down) = turn(&server, Cut::ToClient(usize::MAX)).await;
    assert!(up > 300 && down > 800, "a turn takes some bytes: {up} and {down}");
    for cut in places((up, down)) {
        turn(&server, cut).await;
    }
}

/// An agent who answers in one conversation, over as many links as it takes.
struct Answering {
    token: String,
    conversation: String,
    seen: Vec<Value>,
    /// Each answer's place, as its acks named it.
    acked: Vec<u64>,
}

impl Answering {
    fn last(&self) -> u64 {
        self.seen.last().map_or(0, |event| event["seq"].as_u64().unwrap())
    }

    /// Says one thing, through a proxy, as far as the link goes; then once more without it.
    async fn turn(&mut self, server: &mut Server, cut: Cut) -> (usize, usize) {
        let number = self.acked.len();
        let message = json!({
            "type": "message", "id": format!("svar-{number}"), "text": format!("svar {number}"),
            "conversation": self.conversation,
        });
        let (at, passed) = proxy(server.at, cut).await;
        let first = match Line::try_open(at, "/v1/agent").await {
            Some(line) => self.say(line, &message).await,
            None => None,
        };
        let passed = within("the proxy ends", passed).await.unwrap();
        perhaps_kill(server, number).await;
        let mut agent = Agent::arrive(server, &self.token).await;
        agent.be("online").await;
        agent.line.hold(&self.conversation, self.last());
        agent.open(&self.conversation).await;
        let ack = agent.line.ask(&message).await;
        assert_eq!(ack["type"], "ack", "{ack}");
        let seq = ack["seq"].as_u64().unwrap();
        assert!(first.is_none_or(|first| first == seq), "acked at {first:?} before: {ack}");
        if seq > self.last() {
            agent.event(&self.conversation, "the answer", |event| event["seq"] == seq).await;
        }
        self.seen.extend(agent.line.take_all(&self.conversation).0);
        self.acked.push(seq);
        passed
    }

    /// Comes, opens the conversation and says it, until it is acked and seen or the link is gone;
    /// the ack's place.
    async fn say(&mut self, mut line: Line, message: &Value) -> Option<u64> {
        line.hold(&self.conversation, self.last());
        line.send(&json!({"type": "hello", "token": self.token})).await;
        line.send(&json!({"type": "presence", "state": "online"})).await;
        line.send(&json!({
            "type": "open", "conversation": self.conversation, "after": self.last()
        }))
        .await;
        line.send(message).await;
        let mut acked = None;
        while acked.is_none_or(|seq| seq > self.last()) && line.take_in().await {
            let (events, frames) = line.take_all(&self.conversation);
            self.seen.extend(events);
            let mut acks = frames.iter().filter(|frame| frame["type"] == "ack");
            acked = acks.next().map(|ack| ack["seq"].as_u64().unwrap()).or(acked);
        }
        acked
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_an_agents_link_is_cut_at_any_byte() {
    let mut server = Server::start(&MANY).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    visitor.want_person("queued").await;
    let conversation = visitor.conversation.clone();
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "claim"})).await;
    let token = agent.token.clone();
    let mut answering = Answering {
        token,
        conversation: conversation.clone(),
        seen: Vec::new(),
        acked: Vec::new(),
    };
    let (up, down) = answering.turn(&mut server, Cut::ToClient(usize::MAX)).await;
    assert!(up > 300 && down > 800, "a turn takes some bytes: {up} and {down}");
    for cut in places((up, down)) {
        answering.turn(&mut server, cut).await;
    }
    // What the customer finds: every answer once, where its ack said, in the order of the agent.
    let mut reader = visitor.again(&server, 0).await;
    reader.until(reader.welcome["seq"].as_u64().unwrap()).await;
    for (number, seq) in answering.acked.iter().enumerate() {
        let text = format!("svar {number}");
        let found: Vec<&Value> =
            reader.log().iter().filter(|event| event["text"] == text.as_str()).collect();
        let places: Vec<&Value> = found.iter().map(|event| &event["seq"]).collect();
        assert_eq!(places, [seq], "{text}");
    }
    let both = answering.seen.iter().map(as_visitor).zip(reader.log());
    for (mine, theirs) in both {
        assert_eq!(mine["seq"], theirs["seq"]);
        assert_eq!(mine["text"], theirs["text"], "{mine} {theirs}");
    }
    assert_eq!(answering.last(), reader.last(), "the agent has seen all of it");
}

/// A customer without a socket.
struct Caller {
    token: String,
    conversation: String,
    ledger: Ledger,
}

impl Caller {
    async fn arrive(server: &Server) -> Self {
        let (status, answers) = post(server, None, "", r#"[{"type":"hello","lang":["sv"]}]"#).await;
        assert_eq!(status, 200, "{answers}");
        let text = |field: &str| answers[0][field].as_str().unwrap().to_owned();
        let (token, conversation) = (text("token"), text("conversation"));
        Self { token, conversation, ledger: Ledger::default() }
    }

    /// Says something; the place that the ack names.
    async fn say(&mut self, server: &Server, id: &str, text: &str) -> u64 {
        let frames = json!([self.ledger.send(id, text)]).to_string();
        let (status, answers) = post(server, Some(&self.token), "", &frames).await;
        assert_eq!(status, 200, "{answers}");
        self.ledger.ack(&answers[0]);
        answers[0]["seq"].as_u64().unwrap()
    }

    /// The same through a proxy, whose answer may be lost.
    async fn try_say(&mut self, at: SocketAddr, id: &str, text: &str) {
        let frames = json!([self.ledger.send(id, text)]).to_string();
        let Ok(mut tcp) = TcpStream::connect(at).await else { return };
        let mut answer = Vec::new();
        let _cut_here = tcp.write_all(call_of(Some(&self.token), "", &frames).as_bytes()).await;
        let _cut_there = within("the link ends", tcp.read_to_end(&mut answer)).await;
        let answer = String::from_utf8_lossy(&answer);
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        // Half an answer is none.
        if let Ok(answers) = serde_json::from_str::<Value>(body) {
            self.ledger.ack(&answers[0]);
        }
    }

    /// Reads events behind `after` until the bot has asked something or the link is gone.
    async fn read(&self, at: SocketAddr, after: u64) -> Vec<Value> {
        let held = Some(after).filter(|after| *after > 0);
        let mut seen = Vec::new();
        let Some(mut stream) = Stream::try_open(at, &self.token, "", held).await else {
            return seen;
        };
        while let Some((id, frame)) = stream.next().await {
            if frame["type"] != "event" {
                continue;
            }
            assert_eq!(id, Some(after + seen.len() as u64 + 1), "no gap: {frame}");
            let is_question = frame["choices"].is_array();
            seen.push(frame);
            if is_question {
                break;
            }
        }
        seen
    }

    async fn check(&self, server: &Server, readers: &[(u64, &[Value])]) {
        self.ledger.check(server, (&self.token, &self.conversation), readers).await;
    }
}

/// A call whose request or answer is cut off, and which is made again.
async fn call(server: &mut Server, cut: Cut, number: usize) -> (usize, usize) {
    let mut caller = Caller::arrive(server).await;
    let (at, passed) = proxy(server.at, cut).await;
    caller.try_say(at, "m1", "lampan lyser inte").await;
    let passed = within("the proxy ends", passed).await.unwrap();
    perhaps_kill(server, number).await;
    caller.say(server, "m1", "lampan lyser inte").await;
    caller.check(server, &[]).await;
    passed
}

/// A stream that is cut off, and goes on behind what was read of it.
async fn stream(server: &mut Server, cut: Cut, number: usize) -> (usize, usize) {
    let mut caller = Caller::arrive(server).await;
    caller.say(server, "m1", "lampan lyser inte").await;
    let (at, passed) = proxy(server.at, cut).await;
    let seen = caller.read(at, 0).await;
    let passed = within("the proxy ends", passed).await.unwrap();
    perhaps_kill(server, number).await;
    let held = seen.len() as u64;
    let missed = match seen.last() {
        Some(question) if question["choices"].is_array() => Vec::new(),
        _ => caller.read(server.at, held).await,
    };
    assert!(missed.iter().chain(&seen).any(|event| event["choices"].is_array()));
    caller.check(server, &[(0, &seen), (held, &missed)]).await;
    passed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_calls_and_streams_are_cut_at_any_byte() {
    let mut server = Server::start(&MANY).await;
    let whole = call(&mut server, Cut::ToClient(usize::MAX), 0).await;
    assert!(whole.0 > 200 && whole.1 > 200, "a call takes some bytes: {whole:?}");
    for (number, cut) in places(whole).into_iter().enumerate() {
        call(&mut server, cut, number).await;
    }
    let whole = stream(&mut server, Cut::ToClient(usize::MAX), 0).await;
    assert!(whole.0 > 100 && whole.1 > 800, "a stream takes some bytes: {whole:?}");
    for (number, cut) in places(whole).into_iter().enumerate() {
        stream(&mut server, cut, number).await;
    }
}
