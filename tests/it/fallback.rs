//! The chat where no WebSocket gets through: the same promises by posted frames and an event stream.

use std::collections::VecDeque;
use std::net::SocketAddr;

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;

use crate::client::Visitor;
use crate::client::within;
use crate::server::Server;

/// Posts frames: the status, and what answers.
pub(crate) async fn post(
    server: &Server,
    token: Option<&str>,
    query: &str,
    frames: &str,
) -> (u16, Value) {
    let (status, body) = server.call(&call_of(token, query, frames)).await;
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

/// The call that posts frames.
pub(crate) fn call_of(token: Option<&str>, query: &str, frames: &str) -> String {
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    format!(
        "POST /v1/chat/frames{query} HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{frames}",
        bearer.unwrap_or_default(),
        frames.len()
    )
}

/// A visitor without a socket.
struct Caller<'s> {
    server: &'s Server,
    token: String,
    conversation: String,
}

impl<'s> Caller<'s> {
    async fn arrive(server: &'s Server) -> Self {
        let (status, answers) = post(server, None, "", r#"[{"type":"hello","lang":["sv"]}]"#).await;
        assert_eq!(status, 200, "{answers}");
        let welcome = &answers[0];
        assert_eq!((&welcome["type"], &welcome["seq"]), (&json!("welcome"), &json!(0)));
        let text = |field: &str| welcome[field].as_str().unwrap().to_owned();
        Self { server, token: text("token"), conversation: text("conversation") }
    }

    async fn post(&self, frames: &Value) -> Value {
        let (status, answers) = post(self.server, Some(&self.token), "", &frames.to_string()).await;
        assert_eq!(status, 200, "{answers}");
        answers
    }

    async fn stream(&self, after: Option<u64>) -> Stream {
        Stream::open(self.server, &self.token, "", after).await
    }
}

/// An event stream that is being read.
pub(crate) struct Stream {
    lines: BufReader<TcpStream>,
    head: String,
    items: VecDeque<(Option<u64>, Value)>,
}

impl Stream {
    async fn open(server: &Server, token: &str, query: &str, after: Option<u64>) -> Self {
        Self::try_open(server.at, token, query, after).await.expect("a stream begins")
    }

    /// A stream, unless the link breaks before it has begun.
    pub(crate) async fn try_open(
        at: SocketAddr,
        token: &str,
        query: &str,
        after: Option<u64>,
    ) -> Option<Self> {
        let mut tcp = TcpStream::connect(at).await.ok()?;
        let after = after.map(|seq| format!("Last-Event-ID: {seq}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /v1/chat/stream{query} HTTP/1.1\r\nHost: {at}\r\nAuthorization: Bearer {token}\r\n\
             {after}\r\n"
        );
        tcp.write_all(request.as_bytes()).await.ok()?;
        let mut lines = BufReader::new(tcp);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = within("a head", lines.read_line(&mut head)).await.ok()?;
            if read == 0 {
                return None;
            }
        }
        Some(Self { lines, head: head.to_lowercase(), items: VecDeque::new() })
    }

    /// The next item: its id, and its frame. `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<(Option<u64>, Value)> {
        while self.items.is_empty() {
            let mut size = String::new();
            let read = within("a piece", self.lines.read_line(&mut size)).await.ok()?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            if read == 0 || size == 0 {
                return None;
            }
            let mut piece = vec![0; size + 2];
            within("a whole piece", self.lines.read_exact(&mut piece)).await.ok()?;
            let piece = String::from_utf8(piece).unwrap();
            for block in piece.trim_end().split("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                let mut frame: Value = serde_json::from_str(field("data: ").unwrap()).unwrap();
                if let Some(name) = field("event: ") {
                    frame["type"] = json!(name);
                }
                self.items.push_back((field("id: ").map(|id| id.parse().unwrap()), frame));
            }
        }
        self.items.pop_front()
    }

    async fn frame_of(&mut self, kind: &str) -> Value {
        loop {
            let (_, frame) = self.next().await.unwrap_or_else(|| panic!("no {kind} came"));
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The events from behind `after` to `last`: in order, each under its id.
    pub(crate) async fn events(&mut self, after: u64, last: u64) -> Vec<Value> {
        let mut events = Vec::new();
        while after + (events.len() as u64) < last {
            let (id, frame) = self.next().await.expect("the stream goes on");
            if frame["type"] != "event" {
                continue;
            }
            assert_eq!(id, frame["seq"].as_u64());
            assert_eq!(id, Some(after + events.len() as u64 + 1), "no gap: {frame}");
            events.push(frame);
        }
        events
    }
}

fn message(id: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "text": text})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_talk_goes_without_a_socket() {
    let server = Server::start(&[]).await;
    let caller = Caller::arrive(&server).await;
    let mut stream = caller.stream(None).await;
    assert!(stream.head.contains("content-type: text/event-stream"), "{}", stream.head);
    let greeting = stream.events(0, 1).await.remove(0);
    assert_eq!((&greeting["kind"], &greeting["from"]["role"]), (&json!("message"), &json!("bot")));

    let acks = caller.post(&json!([message("m1", "lampan lyser inte")])).await;
    assert_eq!((&acks[0]["type"], &acks[0]["id"]), (&json!("ack"), &json!("m1")));
    let own = acks[0]["seq"].as_u64().unwrap();
    let mut seen = stream.events(1, own).await;
    assert_eq!(seen.last().unwrap()["text"], "lampan lyser inte");
    let mut last = own;
    while !seen.last().unwrap()["choices"].is_array() {
        seen.extend(stream.events(last, last + 1).await);
        last += 1;
    }
    let question = &seen.last().unwrap()["seq"];

    // Several frames in one call are answered in their order, the refused one by its error.
    let frames = json!([
        {"type": "choice", "id": "c0", "seq": 1, "value": "no"},
        {"type": "choice", "id": "c1", "seq": question, "value": "no"},
        message("m1", "etwas anderes"),
        {"type": "sing", "id": "x"},
        {"type": "end", "id": "e1"},
        {"type": "rating", "id": "r1", "score": 5},
    ]);
    let answers = caller.post(&frames).await;
    let short: Vec<(&str, &str)> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), it["code"].as_str().unwrap_or("ack")))
        .collect();
    let expected = [
        ("c0", "expired_choice"),
        ("c1", "ack"),
        ("m1", "ack"),
        ("x", "unknown_type"),
        ("e1", "ack"),
        ("r1", "ack"),
    ];
    assert_eq!(short, expected, "{answers}");
    assert_eq!((&answers[2]["seq"], &answers[2]["duplicate"]), (&json!(own), &json!(true)));
    let rated = answers[5]["seq"].as_u64().unwrap();
    seen.extend(stream.events(last, rated).await);

    // Whoever comes back gets what they lack, on either way; both show the same.
    for after in [1, own, rated - 1] {
        let missed = caller.stream(Some(after)).await.events(after, rated).await;
        assert_eq!(missed, seen[usize::try_from(after).unwrap() - 1..]);
    }
    let hello = json!({
        "type": "hello", "token": caller.token, "conversation": caller.conversation, "after": 1
    });
    let mut socket = Visitor::hello(&server, &hello).await;
    socket.until(rated).await;
    assert_eq!(socket.log(), seen);
    // After the end, a hello begins anew, and the ended one can still be named.
    let answers = caller.post(&json!([{"type": "hello"}])).await;
    assert_ne!(answers[0]["conversation"], caller.conversation.as_str());
    let query = format!("?conversation={}", caller.conversation);
    let mut old = Stream::open(&server, &caller.token, &query, Some(rated - 1)).await;
    assert_eq!(old.events(rated - 1, rated).await[0]["kind"], "rated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_holds_more_than_there_is_is_told_to_drop_it() {
    let server = Server::start(&[]).await;
    let caller = Caller::arrive(&server).await;
    let mut stream = caller.stream(Some(1_000)).await;
    let (id, welcome) = stream.next().await.unwrap();
    assert_eq!(
        (id, &welcome["type"], &welcome["resumed"]),
        (None, &json!("welcome"), &json!(false))
    );
    stream.events(0, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_reached_and_answers_without_a_socket() {
    let server = Server::start(&[("SKICKA_LIMITS__PING_S", "1")]).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let caller = Caller::arrive(&server).await;
    let mut stream = caller.stream(None).await;
    caller.post(&json!([{"type": "human", "id": "h1"}])).await;
    let queue = stream.frame_of("queue").await;
    assert_eq!((&queue["position"], &queue["open"]), (&json!(1), &json!(true)));
    agent.open(&caller.conversation).await;
    agent.done(&caller.conversation, json!({"type": "claim"})).await;
    let id = caller.conversation.clone();
    agent.line.send(&json!({"type": "typing", "conversation": id})).await;
    assert_eq!(stream.frame_of("typing").await["from"]["name"], "Maja");
    agent.done(&id, json!({"type": "message", "text": "Hej!"})).await;
    let said = loop {
        let event = stream.frame_of("event").await;
        if event["from"]["role"] == "agent" {
            break event;
        }
    };
    let passing = json!([{"type": "typing"}, {"type": "read", "seq": said["seq"]}]);
    assert_eq!(caller.post(&passing).await, json!([]), "neither is answered");
    let read = agent.line.frame_of("read").await;
    assert_eq!((&read["by"], &read["seq"]), (&json!("visitor"), &said["seq"]));
    agent.line.frame_of("typing").await;
    // A silent stream shows that it lives, and ends with its server.
    stream.frame_of("ping").await;
    server.terminate();
    assert_eq!(stream.frame_of("close").await["code"], 1001);
    assert_eq!(stream.next().await, None);
    assert_eq!(server.ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_break_the_rules_are_refused_with_words() {
    let server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "2")]).await;
    let (one, other) = (Caller::arrive(&server).await, Caller::arrive(&server).await);
    let token = Some(one.token.as_str());
    let (head, _) = one.token.rsplit_once('.').unwrap();
    let forged = format!("{head}.AAAA");
    let theirs = format!("?conversation={}", other.conversation);
    let big = format!(r#"[{{"type":"pong","x":"{}"}}]"#, "x".repeat(70_000));
    let bigger = format!("[{}]", "1,".repeat(600_000));
    let many = format!("[{}1]", "1,".repeat(64));
    let cases = [
        (None, "", "[]", 401, "unauthorized"),
        (None, "", r#"[{"type":"message","id":"m","text":"hej"}]"#, 401, "unauthorized"),
        (Some(forged.as_str()), "", "[]", 401, "unauthorized"),
        (Some(forged.as_str()), "", r#"[{"type":"hello"}]"#, 401, "unauthorized"),
        (token, theirs.as_str(), "[]", 404, "not_found"),
        (token, "?conversation=a/b", "[]", 400, "bad_field"),
        (token, "", "{}", 400, "bad_frame"),
        (token, "", "[{]", 400, "bad_frame"),
        (token, "", "", 400, "bad_frame"),
        (token, "", many.as_str(), 400, "bad_frame"),
        (token, "", big.as_str(), 413, "too_long"),
        (token, "", bigger.as_str(), 413, "too_long"),
    ];
    for (token, query, body, status, code) in cases {
        let (got, answer) = post(&server, token, query, body).await;
        let shown = &body[..body.len().min(60)];
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{shown}: {answer}");
        assert!(answer["message"].is_string(), "{answer}");
    }
    // A foreign conversation in a hello, and frames that are none, get their error in the array.
    let foreign = json!([{"type": "hello", "conversation": other.conversation}, {"type": "pong"}]);
    assert_eq!(one.post(&foreign).await[0]["code"], "not_found");
    let odd = one.post(&json!([1, {"type": 5}, {"type": "hello"}])).await;
    let codes: Vec<&Value> = odd.as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["bad_frame", "bad_frame", "wrong_status"]);
    // The rate is the visitor's, however they come.
    let three = json!([message("m0", "hej"), message("m1", "hej"), message("m2", "hej")]);
    let answers = one.post(&three).await;
    assert_eq!((&answers[2]["code"], &answers[2]["id"]), (&json!("rate_limited"), &json!("m2")));
    let flood: Vec<Value> = (0..60).map(|n| message(&format!("f{n}"), "hej")).collect();
    let (status, answers) = post(&server, token, "", &json!(flood).to_string()).await;
    assert_eq!((status, answers.as_array().unwrap().len()), (429, 40));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_banks_page_may_call_and_a_foreign_one_may_not() {
    let bank = "https://www.bank.example";
    let server = Server::start(&[("SKICKA_SERVER__ALLOWED_ORIGINS", bank)]).await;
    for path in ["/v1/chat/frames", "/v1/chat/stream"] {
        for (origin, status) in [(bank, "204"), ("https://evil.example", "403")] {
            let mut tcp = TcpStream::connect(server.at).await.unwrap();
            let asked = format!(
                "OPTIONS {path} HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n"
            );
            tcp.write_all(asked.as_bytes()).await.unwrap();
            let mut answer = String::new();
            within("an answer", tcp.read_to_string(&mut answer)).await.unwrap();
            let answer = answer.to_lowercase();
            assert!(answer.starts_with(&format!("http/1.1 {status}")), "{answer}");
            let opens = answer.contains(&format!("access-control-allow-origin: {bank}"));
            assert_eq!(opens, origin == bank, "{answer}");
        }
    }
}

/// Many megabytes wait for a reader who takes none of them: none wait in the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_takes_nothing_is_cut() {
    let variables = [("SKICKA_LIMITS__WRITE_S", "1"), ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")];
    let server = Server::start(&variables).await;
    let caller = Caller::arrive(&server).await;
    caller.post(&json!([{"type": "human", "id": "h1"}])).await;
    let long = "å".repeat(4_000);
    for call in 0..60 {
        let frames: Vec<Value> = (0..12).map(|n| message(&format!("m{call}-{n}"), &long)).collect();
        caller.post(&json!(frames)).await;
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut tcp = socket.connect(server.at).await.unwrap();
    let request = format!(
        "GET /v1/chat/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        caller.token
    );
    tcp.write_all(request.as_bytes()).await.unwrap();
    server.until("skicka_streams", 1.0).await;
    server.until("skicka_streams", 0.0).await;
    server.until(r#"skicka_closes_total{code="4508"}"#, 1.0).await;
    server.until("skicka_connections", 1.0).await;
}
