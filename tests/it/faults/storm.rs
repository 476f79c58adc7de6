//! Kills and cuts without end, while customers and agents write to each other: for how long says
//! `SKICKA_TEST_STORM_S`. The moments are drawn from a seed and counted in what came in; what
//! happens between two frames is the machine's.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::Line;
use crate::client::hello_again;
use crate::client::says;
use crate::client::within;
use crate::faults::Chance;
use crate::faults::ledger::Ledger;
use crate::server::Server;

const CUSTOMERS: usize = 20;
const AGENTS: usize = 4;
/// Messages of one customer, who then is another.
const MESSAGES: usize = 12;
/// What the answer to one of them begins with.
const ANSWER: &str = "svar på nummer";
/// Messages that a customer sends before the first of them is acked.
const AHEAD: usize = 3;
/// A link lasts for so many frames at most.
const LONGEST: usize = 60;
/// A server lives for so many acks at most.
const ACKS: usize = 600;
/// An agent serves so many customers at a time.
const AT_ONCE: usize = 12;
const SEED: u64 = 0x57_0123;

/// Where the server is at present, and when the storm is over.
#[derive(Clone)]
struct World {
    at: watch::Receiver<SocketAddr>,
    until: Instant,
}

impl World {
    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// A link to the server, as soon as there is one.
    async fn connect(&mut self, path: &str) -> Line {
        loop {
            let at = *self.at.borrow_and_update();
            if let Some(line) = Line::try_open(at, path).await {
                return line;
            }
            within("the server comes back", self.at.changed()).await.unwrap();
        }
    }
}

/// A conversation that its customer is through with.
struct Life {
    token: String,
    conversation: String,
    ledger: Ledger,
    seen: Vec<Value>,
}

/// One customer, over as many links as it takes.
struct Customer {
    token: Option<String>,
    conversation: String,
    ledger: Ledger,
    seen: Vec<Value>,
    acked: BTreeSet<usize>,
    wants_person: bool,
    /// Whether they are through: a person took their matter on, or they have ended it themselves.
    is_through: bool,
}

impl Customer {
    async fn live(world: &mut World, chance: &mut Chance, acks: &UnboundedSender<()>) -> Life {
        let mut customer = Self {
            token: None,
            conversation: String::new(),
            ledger: Ledger::default(),
            seen: Vec::new(),
            acked: BTreeSet::new(),
            wants_person: true,
            is_through: false,
        };
        while !customer.is_through {
            let line = world.connect("/v1/chat").await;
            customer.visit(line, chance.below(LONGEST), acks).await;
        }
        let Self { token, conversation, ledger, seen, .. } = customer;
        Life { token: token.expect("it was welcomed"), conversation, ledger, seen }
    }

    fn last(&self) -> u64 {
        self.seen.last().map_or(0, |event| event["seq"].as_u64().unwrap())
    }

    /// One link, until it is cut from either side: what is on its way then is lost.
    async fn visit(&mut self, mut line: Line, frames: usize, acks: &UnboundedSender<()>) {
        line.send(&hello_again(self.token.as_deref(), &self.conversation, self.last())).await;
        let mut unsent = (0..MESSAGES)
            .filter(|index| !self.acked.contains(index))
            .collect::<Vec<_>>()
            .into_iter();
        let (mut waiting, mut is_welcome, mut leaves) = (0, false, false);
        for _ in 0..=frames {
            if !line.take_in().await {
                return;
            }
            let (events, frames) = line.take_all("");
            self.seen.extend(events);
            for frame in frames {
                match frame["type"].as_str().unwrap() {
                    "welcome" => {
                        assert_eq!(frame["resumed"], self.token.is_some(), "{frame}");
                        self.token = Some(frame["token"].as_str().unwrap().to_owned());
                        frame["conversation"].as_str().unwrap().clone_into(&mut self.conversation);
                        line.hold("", self.last());
                        is_welcome = true;
                        if self.wants_person {
                            line.send(&json!({"type": "human", "id": "want-person"})).await;
                        }
                    }
                    "ack" if frame["id"] == "want-person" => self.wants_person = false,
                    // An agent may have been faster: then it has ended all the same.
                    "ack" | "error" if frame["id"] == "leave" && frame["code"] != "unavailable" => {
                        self.is_through = true;
                        return;
                    }
                    "ack" => {
                        waiting -= 1;
                        self.ledger.ack(&frame);
                        self.acked.insert(number(&frame));
                        let _nobody_counts_any_more = acks.send(());
                    }
                    // Refused for now, on a machine that is busy with too much else: sent again.
                    "error" if frame["code"] == "unavailable" => return,
                    "error" => panic!("a customer got {frame}"),
                    _ => {}
                }
            }
            if !self.wants_person && self.acked.len() == MESSAGES && !leaves {
                let has_agent = |event: &Value| event["status"] == "agent";
                self.is_through |= self.seen.iter().any(has_agent);
                if self.is_through {
                    return;
                }
                // Whom nobody has taken leaves, or thousands would wait when an hour is over.
                line.send(&json!({"type": "end", "id": "leave"})).await;
                leaves = true;
            }
            while is_welcome && waiting < AHEAD {
                let Some(index) = unsent.next() else { break };
                let frame = self.ledger.send(&format!("m{index}"), &format!("nummer {index}"));
                line.send(&frame).await;
                waiting += 1;
            }
        }
    }
}

fn number(frame: &Value) -> usize {
    frame["id"].as_str().unwrap()[1..].parse().unwrap()
}

/// What an agent has of a conversation.
#[derive(Default)]
struct Talk {
    seen: Vec<Value>,
    /// The texts that were sent, by id, each with its place once it is acked.
    said: BTreeMap<String, (String, Option<u64>)>,
    /// Whether the agent has ended it.
    over: bool,
}

impl Talk {
    /// Whether everything that a customer says has been answered for good. That they want a person
    /// is answered too, and is none of their messages.
    fn is_done(&self) -> bool {
        let to_messages = self.said.values().filter(|(text, _)| text.starts_with(ANSWER));
        to_messages.count() >= MESSAGES && self.said.values().all(|(_, place)| place.is_some())
    }
}

/// One agent, over as many links as it takes: answers every message of their customers once, and
/// ends the conversation then.
struct Agent {
    number: usize,
    token: String,
    /// Under which the server knows the agent; empty until it was welcomed.
    id: String,
    talks: BTreeMap<String, Talk>,
    /// Claims that were answered.
    settled: BTreeSet<String>,
}

impl Agent {
    async fn work(mut self, mut world: World, mut chance: Chance) -> Self {
        while !world.is_over() || self.waits() {
            let line = world.connect("/v1/agent").await;
            self.visit(line, chance.below(4 * LONGEST), &world).await;
        }
        self
    }

    /// Whether something that was sent has no ack yet.
    fn waits(&self) -> bool {
        let open = self.talks.values().filter(|talk| !talk.over);
        open.flat_map(|talk| talk.said.values()).any(|(_, place)| place.is_none())
    }

    async fn visit(&mut self, mut line: Line, frames: usize, world: &World) {
        line.send(&json!({"type": "hello", "token": self.token})).await;
        line.send(&json!({"type": "presence", "state": "online", "capacity": 100})).await;
        // Without those that are over: in an hour there are thousands, and a link is short.
        for (id, talk) in self.talks.iter().filter(|(_, talk)| !talk.over) {
            let last = talk.seen.last().map_or(0, |event| event["seq"].as_u64().unwrap());
            line.hold(id, last);
            line.send(&json!({"type": "open", "conversation": id, "after": last})).await;
            for (said, (text, _)) in talk.said.iter().filter(|(_, (_, place))| place.is_none()) {
                line.send(&message(said, id, text)).await;
            }
        }
        for _ in 0..=frames {
            if world.is_over() && !self.waits() || !line.take_in().await {
                return;
            }
            let open = self.talks.iter().filter(|(_, talk)| !talk.over);
            let ids: Vec<String> = open.map(|(id, _)| id.clone()).collect();
            for id in ids {
                self.answer(&mut line, &id).await;
                if self.talks[&id].is_done() && !self.talks[&id].over {
                    let end = format!("end-{id}");
                    line.send(&json!({"type": "resolve", "id": end, "conversation": id, "outcome": "resolved"})).await;
                }
            }
            let (_, frames) = line.take_all("");
            for frame in frames {
                match frame["type"].as_str().unwrap() {
                    "welcome" => {
                        frame["agent"]["id"].as_str().unwrap().clone_into(&mut self.id);
                    }
                    "inbox" => self.look(&mut line, &frame, world).await,
                    "ack" | "error" => self.heard(&mut line, &frame).await,
                    _ => {}
                }
            }
        }
    }

    /// Takes what waits, each agent what falls to them by its name.
    async fn look(&mut self, line: &mut Line, inbox: &Value, world: &World) {
        for item in inbox["items"].as_array().unwrap() {
            let id = item["conversation"].as_str().unwrap();
            let falls_to = id.bytes().map(usize::from).sum::<usize>() % AGENTS;
            // The ack of a claim may have been lost with its link.
            if item["agent"]["id"] == self.id.as_str() && self.settled.insert(id.to_owned()) {
                self.take(line, id).await;
            }
            let is_mine = item["status"] == "queued" && falls_to == self.number;
            let has_room = self.talks.values().filter(|talk| !talk.over).count() < AT_ONCE;
            if is_mine && has_room && !self.settled.contains(id) && !world.is_over() {
                line.send(
                    &json!({"type": "claim", "id": format!("claim-{id}"), "conversation": id}),
                )
                .await;
            }
        }
    }

    /// Opens a conversation that is the agent's now.
    async fn take(&mut self, line: &mut Line, id: &str) {
        let talk = self.talks.entry(id.to_owned()).or_default();
        let last = talk.seen.last().map_or(0, |event| event["seq"].as_u64().unwrap());
        line.hold(id, last);
        line.send(&json!({"type": "open", "conversation": id, "after": last})).await;
    }

    async fn heard(&mut self, line: &mut Line, answer: &Value) {
        let id = answer["id"].as_str().unwrap_or_else(|| panic!("an agent got {answer}"));
        let conversation = answer["conversation"].as_str().unwrap();
        let is_ack = answer["type"] == "ack";
        if answer["code"] == "unavailable" {
            return;
        }
        if let Some(claimed) = id.strip_prefix("claim-") {
            // A claim that was taken before a kill is not taken twice.
            if self.settled.insert(claimed.to_owned()) && is_ack {
                self.take(line, claimed).await;
            }
            return;
        }
        if id.starts_with("end-") {
            self.talks.get_mut(conversation).unwrap().over |= is_ack;
            if answer["code"] == "wrong_status" {
                self.settled.remove(conversation);
            }
            return;
        }
        if answer["code"] == "wrong_status" || answer["code"] == "ended" {
            // Whoever was away for too long has given it back: it is claimed anew.
            self.settled.remove(conversation);
            self.talks.get_mut(conversation).unwrap().said.remove(id);
            return;
        }
        assert!(is_ack, "{answer}");
        let seq = answer["seq"].as_u64().unwrap();
        let said = &mut self.talks.get_mut(conversation).unwrap().said;
        let (_, place) = said.get_mut(id).unwrap();
        assert!(place.is_none_or(|before| before == seq), "{answer}");
        *place = Some(seq);
    }

    /// Answers what the customer has said anew.
    async fn answer(&mut self, line: &mut Line, id: &str) {
        let talk = self.talks.get_mut(id).unwrap();
        let (events, others) = line.take_all(id);
        line.put_back(others);
        for event in events {
            if says(&event, "visitor") {
                let said = format!("{id}-{}", event["seq"]);
                let text = format!("svar på {}", event["text"].as_str().unwrap());
                line.send(&message(&said, id, &text)).await;
                talk.said.insert(said, (text, None));
            }
            talk.over |= event["kind"] == "ended";
            talk.seen.push(event);
        }
    }

    /// Holds what this agent saw and said in a conversation against what its customer's log has.
    fn check(&self, conversation: &str, log: &[Value]) -> usize {
        let Some(talk) = self.talks.get(conversation) else { return 0 };
        for (mine, theirs) in talk.seen.iter().zip(log) {
            assert_eq!(mine["seq"], theirs["seq"]);
            let is_hidden = theirs["kind"] == "hidden";
            assert!(is_hidden || mine["text"] == theirs["text"], "{mine} {theirs}");
        }
        for (text, place) in talk.said.values() {
            let found: Vec<_> = log.iter().filter(|event| event["text"] == text.as_str()).collect();
            assert!(found.len() <= 1, "it stands twice: {found:?}");
            if let Some(place) = place {
                assert_eq!(found.first().map(|event| &event["seq"]), Some(&json!(place)), "{text}");
            }
        }
        talk.said.values().filter(|(_, place)| place.is_some()).count()
    }
}

fn message(id: &str, conversation: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "conversation": conversation, "text": text})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_kills_and_cuts_under_load_lose_double_and_reorder_nothing() {
    let seconds = std::env::var("SKICKA_TEST_STORM_S").ok().and_then(|text| text.parse().ok());
    let mut server = Server::start(&[
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
        ("SKICKA_LIMITS__FRAMES_PER_MINUTE", "0"),
        ("SKICKA_LIMITS__CONVERSATIONS_PER_MINUTE", "0"),
        ("SKICKA_LIMITS__CONVERSATIONS_IN_ALL", "0"),
    ])
    .await;
    let mut tokens = Vec::new();
    for number in 0..AGENTS {
        tokens.push(server.hire(&format!("Maja{number}"), Role::Agent, &[]).await.token);
    }
    let (address, at) = watch::channel(server.at);
    let world = World { at, until: Instant::now() + Duration::from_secs(seconds.unwrap_or(6)) };
    let mut agents = JoinSet::new();
    for (number, token) in tokens.into_iter().enumerate() {
        let (talks, settled) = (BTreeMap::new(), BTreeSet::new());
        let agent = Agent { number, token, id: String::new(), talks, settled };
        agents.spawn(agent.work(world.clone(), Chance(SEED + 1_000 + number as u64)));
    }
    let (count, mut acks) = unbounded_channel();
    let (finish, mut finished) = unbounded_channel();
    for number in 0..CUSTOMERS {
        let (mut world, count, finish) = (world.clone(), count.clone(), finish.clone());
        tokio::spawn(async move {
            let mut chance = Chance(SEED + number as u64);
            while !world.is_over() {
                let life = Customer::live(&mut world, &mut chance, &count).await;
                finish.send(life).unwrap_or_else(|_| panic!("the lives are counted"));
            }
        });
    }
    drop((count, finish));
    let mut chance = Chance(SEED);
    let mut kills = 0;
    let mut lives = Vec::new();
    'storm: loop {
        for _ in 0..=chance.below(ACKS) {
            if within("an ack", acks.recv()).await.is_none() {
                break 'storm;
            }
        }
        while let Ok(life) = finished.try_recv() {
            lives.push(life);
        }
        server.kill();
        server.restart().await;
        address.send(server.at).unwrap();
        kills += 1;
    }
    while let Some(life) = within("the last customers", finished.recv()).await {
        lives.push(life);
    }
    let agents = within("the agents' last answers", agents.join_all()).await;
    let mut answers = 0;
    for life in &lives {
        let visitor = (life.token.as_str(), life.conversation.as_str());
        let log = life.ledger.check(&server, visitor, &[(0, &life.seen)]).await;
        answers += agents.iter().map(|agent| agent.check(&life.conversation, &log)).sum::<usize>();
    }
    println!("{kills} kills, {} customers, {answers} answers of agents", lives.len());
    assert!(kills > 0 && lives.len() >= CUSTOMERS && answers > 0, "it was a storm");
}
