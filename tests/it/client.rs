//! Clients of both sockets, written from the protocol alone.
//!
//! Every event that comes is kept, and its place is checked: a gap, a repetition or a wrong order
//! fails the test wherever it happens. Waiting is for a frame, never for time.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio::time::timeout;
use tokio::time::timeout_at;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::server::Server;

/// Longer than anything takes on a busy machine; reached only by a test that fails. On one that is
/// busier still, `SKICKA_TEST_PATIENCE_S` says more.
static AT_MOST: LazyLock<Duration> = LazyLock::new(|| {
    let seconds = std::env::var("SKICKA_TEST_PATIENCE_S").ok().and_then(|it| it.parse().ok());
    Duration::from_secs(seconds.unwrap_or(60))
});

pub(crate) async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(*AT_MOST, work).await.unwrap_or_else(|_| panic!("this did not happen: {what}"))
}

/// One socket: what came in, sorted into events and everything else.
pub(crate) struct Line {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
    logs: HashMap<String, Log>,
    frames: VecDeque<Value>,
    /// How the server closed.
    closed: Option<u16>,
    /// Pings that came.
    pub(crate) pings: usize,
    /// Whether pings are left without an answer.
    pub(crate) mute: bool,
}

/// The events of one conversation.
#[derive(Default)]
struct Log {
    events: Vec<Value>,
    last: u64,
    /// Places of events that came anew, as erased.
    erased: Vec<u64>,
    /// Events that [`Line::event`] has looked at.
    looked: usize,
}

impl Line {
    pub(crate) async fn open(server: &Server, path: &str) -> Self {
        Self::try_open(server.at, path).await.expect("the upgrade is accepted")
    }

    /// A socket, unless the server is not there.
    pub(crate) async fn try_open(at: SocketAddr, path: &str) -> Option<Self> {
        let address = format!("ws://{at}{path}");
        let (wire, _) = within("an upgrade", connect_async(address)).await.ok()?;
        Some(Self {
            wire,
            logs: HashMap::new(),
            frames: VecDeque::new(),
            closed: None,
            pings: 0,
            mute: false,
        })
    }

    /// Sends a frame; whether it arrives is another matter.
    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        let _link_may_be_gone = within("a write", self.wire.send(message)).await;
    }

    /// Takes in what comes next; false when the link is gone.
    pub(crate) async fn take_in(&mut self) -> bool {
        let text = match within("the next frame", self.wire.next()).await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => {
                self.closed = frame.map(|frame| frame.code.into());
                return true;
            }
            Some(Ok(_)) => return true,
            Some(Err(_)) | None => return false,
        };
        let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
        match frame["type"].as_str().expect("every frame has a string `type`") {
            "ping" => {
                self.pings += 1;
                if !self.mute {
                    self.send(&json!({"type": "pong"})).await;
                }
            }
            "event" => self.note_event(frame),
            _ => self.frames.push_back(frame),
        }
        true
    }

    fn note_event(&mut self, event: Value) {
        let conversation = event["conversation"].as_str().unwrap_or_default().to_owned();
        let log = self.logs.entry(conversation).or_default();
        let seq = event["seq"].as_u64().expect("an event has a seq");
        if event["kind"] == "erased" && seq <= log.last {
            log.erased.push(seq);
            return;
        }
        assert_eq!(seq, log.last + 1, "events follow one another without a gap: {event}");
        let at = event["at"].as_str().expect("an event has a moment");
        assert!(at.len() == 24 && at.ends_with('Z') && at.contains('.'), "milliseconds, UTC: {at}");
        log.last = seq;
        log.events.push(event);
    }

    /// Waits for a frame other than an event, and takes it out.
    pub(crate) async fn frame(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + *AT_MOST;
        loop {
            if let Some(at) = self.frames.iter().position(&wanted) {
                return self.frames.remove(at).expect("it was just found");
            }
            let here = timeout_at(until, self.take_in()).await;
            assert!(here == Ok(true), "{what} did not come, but {:?}", self.frames);
        }
    }

    pub(crate) async fn frame_of(&mut self, kind: &str) -> Value {
        self.frame(kind, |frame| frame["type"] == kind).await
    }

    /// The ack or the error that answers a frame.
    pub(crate) async fn answer(&mut self, id: &str) -> Value {
        let answers = |frame: &Value| {
            frame["id"] == id && (frame["type"] == "ack" || frame["type"] == "error")
        };
        self.frame(&format!("the answer to {id}"), answers).await
    }

    /// Sends a frame with an id and waits for its answer.
    pub(crate) async fn ask(&mut self, frame: &Value) -> Value {
        self.send(frame).await;
        let id = frame["id"].as_str().expect("only a frame with an id is answered").to_owned();
        self.answer(&id).await
    }

    /// The code of the error that answers no frame in particular.
    pub(crate) async fn error_code(&mut self) -> String {
        let error = self.frame_of("error").await;
        assert!(error["message"].is_string(), "{error}");
        error["code"].as_str().expect("an error has a code").to_owned()
    }

    /// Waits for the next event that is wanted, passing over others.
    async fn event_in(
        &mut self,
        conversation: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let until = Instant::now() + *AT_MOST;
        loop {
            let log = self.logs.entry(conversation.to_owned()).or_default();
            while let Some(event) = log.events.get(log.looked) {
                log.looked += 1;
                if wanted(event) {
                    return event.clone();
                }
            }
            let here = timeout_at(until, self.take_in()).await;
            let log = &self.logs[conversation].events;
            assert!(here == Ok(true), "{what} did not come, but {log:#?}, {:?}", self.frames);
        }
    }

    /// Waits until so many events of a conversation came anew as erased; their places.
    pub(crate) async fn erased(&mut self, conversation: &str, count: usize) -> Vec<u64> {
        within("what was erased", async {
            while self.logs[conversation].erased.len() < count {
                assert!(self.take_in().await, "the link broke before all was erased");
            }
        })
        .await;
        self.logs[conversation].erased.clone()
    }

    /// Waits until the server has closed; the code.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        within("the server closes", async { while self.take_in().await {} }).await;
        self.closed
    }

    /// Takes in what comes until the server shows that it has read all that was sent before:
    /// a frame of an unknown type is answered after what came before it.
    pub(crate) async fn settle(&mut self) {
        self.send(&json!({"type": "settle"})).await;
        self.frame("the end of what was sent", |frame| frame["code"] == "unknown_type").await;
    }

    /// Says that the client holds everything up to here; before the first event.
    pub(crate) fn hold(&mut self, conversation: &str, last: u64) {
        let log = self.logs.entry(conversation.to_owned()).or_default();
        assert!(log.events.is_empty(), "an event came before the welcome");
        log.last = last;
    }

    /// Takes out what came: events, and everything else.
    pub(crate) fn take_all(&mut self, conversation: &str) -> (Vec<Value>, VecDeque<Value>) {
        let log = self.logs.entry(conversation.to_owned()).or_default();
        log.looked = 0;
        (std::mem::take(&mut log.events), std::mem::take(&mut self.frames))
    }

    /// Puts frames back that were taken out too early.
    pub(crate) fn put_back(&mut self, frames: VecDeque<Value>) {
        self.frames.extend(frames);
    }

    /// Every frame but events that came and was not asked for.
    pub(crate) fn others(&self) -> &VecDeque<Value> {
        &self.frames
    }
}

/// The hello of whoever holds a conversation up to `last`; without a token, that of a stranger.
pub(crate) fn hello_again(token: Option<&str>, conversation: &str, last: u64) -> Value {
    let mut hello = json!({"type": "hello", "lang": ["sv"]});
    if let Some(token) = token {
        hello["token"] = json!(token);
        hello["conversation"] = json!(conversation);
        hello["after"] = json!(last);
    }
    hello
}

/// Whether an event is a message of this role.
pub(crate) fn says(event: &Value, role: &str) -> bool {
    event["kind"] == "message" && event["from"]["role"] == role
}

/// Whether an event is a change to this status.
pub(crate) fn is_status(event: &Value, status: &str) -> bool {
    event["kind"] == "status" && event["status"] == status
}

/// A customer's client.
pub(crate) struct Visitor {
    pub(crate) line: Line,
    pub(crate) welcome: Value,
    pub(crate) token: String,
    pub(crate) conversation: String,
}

impl Visitor {
    /// A new visitor.
    pub(crate) async fn arrive(server: &Server) -> Self {
        Self::hello(server, &json!({"type": "hello", "lang": ["sv-FI", "fi"]})).await
    }

    /// Whoever this hello says it is.
    pub(crate) async fn hello(server: &Server, hello: &Value) -> Self {
        let mut line = Line::open(server, "/v1/chat").await;
        line.send(hello).await;
        Self::welcomed(line, hello).await
    }

    /// A visitor whose hello was sent; `hello` tells where its events begin.
    pub(crate) async fn welcomed(mut line: Line, hello: &Value) -> Self {
        let welcome = line.frame_of("welcome").await;
        let text = |field: &str| welcome[field].as_str().expect("it is a string").to_owned();
        let held = hello["after"].as_u64().filter(|_| hello["conversation"].is_string());
        let held = held.filter(|_| welcome["resumed"] == true).unwrap_or(0);
        line.hold("", held);
        Self { token: text("token"), conversation: text("conversation"), welcome, line }
    }

    /// The same visitor on another socket, which holds everything up to `after`.
    pub(crate) async fn again(&self, server: &Server, after: u64) -> Self {
        let hello = json!({
            "type": "hello",
            "token": self.token,
            "conversation": self.conversation,
            "after": after,
        });
        Self::hello(server, &hello).await
    }

    pub(crate) async fn ask(&mut self, frame: Value) -> Value {
        self.line.ask(&frame).await
    }

    /// Says something and waits until it is durable; its place.
    pub(crate) async fn say(&mut self, id: &str, text: &str) -> u64 {
        let ack = self.ask(json!({"type": "message", "id": id, "text": text})).await;
        assert_eq!(ack["type"], "ack", "{ack}");
        assert_eq!(ack["conversation"], self.conversation);
        ack["seq"].as_u64().expect("an ack has a seq")
    }

    /// Says so many short things, fifty on their way at once for the disk's sake; the last place.
    pub(crate) async fn fill(&mut self, prefix: &str, messages: usize) -> u64 {
        let mut last = 0;
        for first in (0..messages).step_by(50) {
            let ids: Vec<String> =
                (first..messages.min(first + 50)).map(|at| format!("{prefix}{at}")).collect();
            for id in &ids {
                self.line.send(&json!({"type": "message", "id": id, "text": "hej"})).await;
            }
            for id in &ids {
                let ack = self.line.answer(id).await;
                last = ack["seq"].as_u64().unwrap_or_else(|| panic!("{ack}"));
            }
        }
        last
    }

    /// Asks for a person and waits for what becomes of it.
    pub(crate) async fn want_person(&mut self, status: &str) {
        let ack = self.ask(json!({"type": "human", "id": "want-person"})).await;
        assert_eq!(ack["type"], "ack", "{ack}");
        self.event("the wish for a person", |event| is_status(event, status)).await;
    }

    pub(crate) async fn event(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.line.event_in("", what, wanted).await
    }

    /// The bot's next message with buttons.
    pub(crate) async fn question(&mut self) -> Value {
        let asks = |event: &Value| says(event, "bot") && event["choices"].is_array();
        self.event("a question of the bot", asks).await
    }

    pub(crate) fn log(&self) -> &[Value] {
        &self.line.logs[""].events
    }

    pub(crate) fn last(&self) -> u64 {
        self.line.logs[""].last
    }

    /// The bot's next message with buttons, unless it is among those held already.
    pub(crate) async fn question_or_held(&mut self, held: &[Value]) {
        if held.iter().any(|event| event["choices"].is_array()) {
            self.until(self.welcome["seq"].as_u64().unwrap()).await;
        } else {
            self.question().await;
        }
    }

    /// Waits until this event is there.
    pub(crate) async fn until(&mut self, seq: u64) {
        let what = format!("event {seq}");
        within(&what, async {
            while self.last() < seq {
                assert!(self.line.take_in().await, "the link broke before event {seq}");
            }
        })
        .await;
    }
}

/// Frames of agents that were given an id.
static IDS: AtomicUsize = AtomicUsize::new(1);

/// An agent's client.
pub(crate) struct Agent {
    pub(crate) line: Line,
    pub(crate) welcome: Value,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) token: String,
}

impl Agent {
    /// Whoever this session's token says.
    pub(crate) async fn arrive(server: &Server, token: &str) -> Self {
        let mut line = Line::open(server, "/v1/agent").await;
        line.send(&json!({"type": "hello", "token": token})).await;
        let welcome = line.frame_of("welcome").await;
        let text = |field: &str| welcome["agent"][field].as_str().expect("a string").to_owned();
        let (id, name) = (text("id"), text("name"));
        let first = line.frame_of("inbox").await;
        assert_eq!(first["full"], true, "the first inbox is a full one: {first}");
        line.frames.push_back(first);
        Self { line, welcome, id, name, token: token.to_owned() }
    }

    /// Says whether conversations are routed here, and waits until it is known.
    pub(crate) async fn be(&mut self, state: &str) {
        self.line.send(&json!({"type": "presence", "state": state})).await;
        let me = self.id.clone();
        let shows = |frame: &Value| {
            let agents = frame["agents"].as_array();
            agents.is_some_and(|all| all.iter().any(|one| one["id"] == me && one["state"] == state))
        };
        self.line.frame("the presence among all agents", shows).await;
    }

    /// Waits until the inbox shows a conversation like this.
    pub(crate) async fn item(
        &mut self,
        conversation: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let find = |frame: &Value| -> Option<Value> {
            let items = frame["items"].as_array()?;
            let found = items.iter().find(|item| item["conversation"] == conversation)?;
            wanted(found).then(|| found.clone())
        };
        let inbox = self.line.frame("an inbox item", |frame| find(frame).is_some()).await;
        find(&inbox).expect("it was just found")
    }

    /// Follows a conversation from its beginning; the packet.
    pub(crate) async fn open(&mut self, conversation: &str) -> Value {
        self.opened(json!({"type": "open", "conversation": conversation})).await
    }

    /// The same, with the packet in a language.
    pub(crate) async fn open_in(&mut self, conversation: &str, lang: &str) -> Value {
        self.opened(json!({"type": "open", "conversation": conversation, "lang": lang})).await
    }

    async fn opened(&mut self, mut open: Value) -> Value {
        let held = open["conversation"].as_str().and_then(|id| self.line.logs.get(id));
        if let Some(log) = held {
            open["after"] = json!(log.last);
        }
        self.line.send(&open).await;
        let is_its = |frame: &Value| {
            frame["type"] == "packet" && frame["conversation"] == open["conversation"]
        };
        self.line.frame("the packet", is_its).await
    }

    /// Does something to a conversation; the ack or the error.
    pub(crate) async fn act(&mut self, conversation: &str, mut frame: Value) -> Value {
        // An agent's ids are theirs for ever, also on another socket.
        let number = IDS.fetch_add(1, Ordering::Relaxed);
        frame["id"] = json!(format!("{}-{number}", self.name));
        frame["conversation"] = json!(conversation);
        let answer = self.line.ask(&frame).await;
        assert_eq!(answer["conversation"], conversation, "{answer}");
        answer
    }

    /// The same, which must be taken; the place of its event.
    pub(crate) async fn done(&mut self, conversation: &str, frame: Value) -> u64 {
        let answer = self.act(conversation, frame).await;
        assert_eq!((&answer["type"], &answer["duplicate"]), (&json!("ack"), &json!(false)));
        answer["seq"].as_u64().expect("an ack has a seq")
    }

    pub(crate) async fn event(
        &mut self,
        conversation: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        self.line.event_in(conversation, what, wanted).await
    }

    /// The events of a conversation that is open, once this one is there.
    pub(crate) async fn log_until(&mut self, conversation: &str, seq: u64) -> Vec<Value> {
        self.event(conversation, "that event", |event| event["seq"] == seq).await;
        self.log(conversation).to_vec()
    }

    pub(crate) fn log(&self, conversation: &str) -> &[Value] {
        &self.line.logs[conversation].events
    }
}
