//! `kill -9` while fifty visitors talk: what was acked stands once and in its order.
//!
//! The moments are counted in acks and drawn from a seed. What happens between two acks is the
//! machine's, so a failure may need several runs to show again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::hello_again;
use crate::client::within;
use crate::faults::scale;
use crate::server::Server;

const VISITORS: usize = 50;
/// 200 at a scale of ten.
const KILLS: usize = 20;
/// Acks after which a server is killed at the latest.
const ACKS: usize = 75;
/// So long may pass from the start to the first ack. A server of its own takes a fraction of a
/// second; here fifty visitors come back at once, beside whatever else is tested.
const FIRST_ACK: Duration = Duration::from_secs(30);
/// Messages that a visitor sends before the first of them is acked.
const AHEAD: usize = 4;
const SEED: u64 = 0x5eed_0f5c_1cca;

/// Where the server is at present, and whether the kills are over.
#[derive(Clone)]
struct World {
    at: watch::Receiver<SocketAddr>,
    over: watch::Receiver<bool>,
}

/// A visitor who says numbered things until it is over and each is acked, whatever becomes of the
/// server.
struct Talker {
    number: usize,
    token: Option<String>,
    conversation: String,
    /// How many things were said.
    sent: usize,
    /// Everything that was seen, over all connections.
    log: Vec<Value>,
    /// The place of each message that was acked.
    acked: BTreeMap<usize, u64>,
}

impl Talker {
    fn new(number: usize) -> Self {
        let conversation = String::new();
        let (log, acked) = (Vec::new(), BTreeMap::new());
        Self { number, token: None, conversation, sent: 0, log, acked }
    }

    fn is_done(&self, world: &World) -> bool {
        *world.over.borrow()
            && self.acked.len() == self.sent
            && self.acked.values().max().is_some_and(|last| self.last() >= *last)
    }

    fn last(&self) -> u64 {
        self.log.last().map_or(0, |event| event["seq"].as_u64().unwrap())
    }

    fn message(index: usize) -> Value {
        json!({"type": "message", "id": format!("m{index}"), "text": format!("nummer {index}")})
    }

    async fn talk(mut self, mut world: World, acks: UnboundedSender<SocketAddr>) -> Self {
        while !self.is_done(&world) {
            let at = *world.at.borrow_and_update();
            self.visit(&world, at, &acks).await;
            if !self.is_done(&world) {
                within("the server comes back", world.at.changed()).await.unwrap();
            }
        }
        self
    }

    /// One connection, as long as it holds.
    async fn visit(&mut self, world: &World, at: SocketAddr, acks: &UnboundedSender<SocketAddr>) {
        let Some(mut line) = Line::try_open(at, "/v1/chat").await else { return };
        line.send(&hello_again(self.token.as_deref(), &self.conversation, self.last())).await;
        // Whatever is not acked is sent again, blindly, and then what is new.
        let mut unacked = (0..self.sent)
            .filter(|index| !self.acked.contains_key(index))
            .collect::<Vec<_>>()
            .into_iter();
        let mut waiting = 0;
        let mut is_welcome = false;
        while line.take_in().await {
            let (events, frames) = line.take_all("");
            self.log.extend(events);
            for frame in frames {
                match frame["type"].as_str().unwrap() {
                    "welcome" => {
                        self.welcomed(&frame);
                        line.hold("", self.last());
                        is_welcome = true;
                    }
                    "ack" => {
                        waiting -= 1;
                        self.acked(&frame);
                        let _nobody_counts_any_more = acks.send(at);
                    }
                    "queue" => {}
                    _ => panic!("visitor {} got {frame}", self.number),
                }
            }
            while is_welcome && waiting < AHEAD {
                let index = match unacked.next() {
                    Some(index) => index,
                    None if *world.over.borrow() => break,
                    None => {
                        self.sent += 1;
                        self.sent - 1
                    }
                };
                line.send(&Self::message(index)).await;
                waiting += 1;
            }
            if self.is_done(world) {
                return;
            }
        }
    }

    fn welcomed(&mut self, welcome: &Value) {
        assert_eq!(welcome["resumed"], self.token.is_some(), "{welcome}");
        self.token = Some(welcome["token"].as_str().unwrap().to_owned());
        welcome["conversation"].as_str().unwrap().clone_into(&mut self.conversation);
    }

    fn acked(&mut self, ack: &Value) {
        let index: usize = ack["id"].as_str().unwrap()[1..].parse().unwrap();
        assert_eq!(ack["conversation"], self.conversation.as_str());
        let before = self.acked.insert(index, ack["seq"].as_u64().unwrap());
        assert_eq!(before, None, "an acked message is not sent again");
    }

    /// What another reader finds of it.
    async fn check(&self, server: &Server) {
        let hello =
            json!({"type": "hello", "token": self.token, "conversation": self.conversation});
        let mut reader = Visitor::hello(server, &hello).await;
        reader.until(reader.welcome["seq"].as_u64().unwrap()).await;
        assert_eq!(reader.log()[..self.log.len()], self.log, "both readers see the same");
        let own: Vec<(u64, &str, &str)> = reader
            .log()
            .iter()
            .filter(|event| event["from"]["role"] == "visitor")
            .map(|event| {
                let text = |field: &str| event[field].as_str().unwrap();
                (event["seq"].as_u64().unwrap(), text("id"), text("text"))
            })
            .collect();
        let sent: Vec<(u64, String, String)> = (0..self.sent)
            .map(|index| (self.acked[&index], format!("m{index}"), format!("nummer {index}")))
            .collect();
        let sent: Vec<(u64, &str, &str)> =
            sent.iter().map(|(seq, id, text)| (*seq, id.as_str(), text.as_str())).collect();
        assert_eq!(own, sent, "visitor {}: once, in order, where the ack said", self.number);
    }
}

/// Numbers from a seed (xorshift).
fn draw(state: &mut u64, below: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap() % below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_what_was_acked_survives_kill_9() {
    let mut server = Server::start(&[("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")]).await;
    let (address, at) = watch::channel(server.at);
    let (end, over) = watch::channel(false);
    let world = World { at, over };
    let (count, mut acks) = unbounded_channel();
    let mut talkers = JoinSet::new();
    for number in 0..VISITORS {
        talkers.spawn(Talker::new(number).talk(world.clone(), count.clone()));
    }
    let mut seed = SEED;
    let mut slowest = Duration::ZERO;
    for _ in 0..KILLS * scale() {
        for _ in 0..draw(&mut seed, ACKS) {
            within("an ack", acks.recv()).await.unwrap();
        }
        server.kill();
        let began = Instant::now();
        server.restart().await;
        address.send(server.at).unwrap();
        // Acks of the one before may still be on their way here.
        let of_this_one = async { while acks.recv().await != Some(server.at) {} };
        within("the first ack", of_this_one).await;
        slowest = slowest.max(began.elapsed());
    }
    end.send(true).unwrap();
    println!("{slowest:?} from a start to the first ack");
    assert!(slowest < FIRST_ACK, "{slowest:?}");
    let talkers = talkers.join_all().await;
    server.kill();
    server.restart().await;
    assert_eq!(talkers.len(), VISITORS);
    for talker in talkers {
        talker.check(&server).await;
    }
}
