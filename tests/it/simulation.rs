//! R27: the rules under a simulated disk and network, by seed. What a server promises must follow
//! from the order "decide, write, ack" whatever is cut, repeated, lost or killed; then the network
//! is well again, and everything must arrive.
//!
//! Nothing here waits or draws true chance: a seed that fails fails again in the same step.
//! `SKICKA_SEEDS=10000` takes as many; a run of the gate takes a hundred.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use skicka::content::Content;
use skicka::content::build::draft;
use skicka::content::load;
use skicka::conversation::decide;
use skicka::conversation::event::AgentRef;
use skicka::conversation::event::Event;
use skicka::conversation::event::Fact;
use skicka::conversation::input::Act;
use skicka::conversation::input::Duty;
use skicka::conversation::input::Input;
use skicka::conversation::policy::Policy;
use skicka::conversation::state::State;
use skicka::ids::AgentId;
use skicka::ids::FrameId;
use skicka::ids::Seq;
use skicka::ids::Timestamp;
use skicka::language::Language;

use crate::property::chance::Chance;
use crate::server::write_lamp;

const START: Timestamp = Timestamp(1_795_383_296_789);
/// The visitor's two, and the agent's.
const DEVICES: usize = 3;
const AGENT: usize = 2;
const STEPS: usize = 250;
const SEEDS: u64 = 100;

/// What visitors say here.
const SAID: [&str; 8] = [
    "lampan lyser inte",
    "ja",
    "nej",
    "vet inte",
    "en människa tack",
    "hjälpte inte",
    "asdf qwer",
    "tack",
];

/// What goes down a link.
#[derive(Clone)]
enum News {
    Event(Box<Event>),
    Ack { id: String, seq: Seq },
    Refused { id: String },
}

/// A frame on its way up.
#[derive(Clone)]
struct Frame {
    id: String,
    act: Act,
}

/// A connection; what is in it is lost when it is cut.
struct Link {
    up: VecDeque<Frame>,
    down: VecDeque<News>,
    /// The newest event that the server has sent on it.
    sent: Seq,
}

/// A client as the protocol wants it.
#[derive(Default)]
struct Device {
    link: Option<Link>,
    /// Frames without an ack, in their order; sent anew on every new link.
    outbox: Vec<Frame>,
    seen: Vec<Event>,
    acked: BTreeMap<String, Seq>,
    made: usize,
}

impl Device {
    fn hear(&mut self, news: News) {
        match news {
            News::Event(event) => {
                let next = self.seen.len() as u64 + 1;
                assert_eq!(event.seq.0, next, "a gap, a repetition or a wrong order");
                self.seen.push(*event);
            }
            News::Ack { id, seq } => {
                self.outbox.retain(|frame| frame.id != id);
                let before = self.acked.insert(id, seq);
                assert!(before.is_none_or(|before| before == seq), "acked with another place");
            }
            News::Refused { id } => self.outbox.retain(|frame| frame.id != id),
        }
    }
}

/// What is written and not yet on the disk.
struct Batch {
    events: Vec<Event>,
    key: Option<(String, Seq)>,
    ack: Option<(usize, String, Seq)>,
}

struct World<'a> {
    content: &'a Content,
    policy: Policy,
    chance: Chance,
    at: Timestamp,
    /// On the disk.
    log: Vec<Event>,
    keys: BTreeMap<String, Seq>,
    /// In memory, gone at a kill.
    batches: Vec<Batch>,
    state: State,
    devices: Vec<Device>,
}

impl<'a> World<'a> {
    fn new(content: &'a Content, seed: u64) -> Self {
        let mut world = Self {
            content,
            policy: Policy::default(),
            chance: Chance::new(seed),
            at: START,
            log: Vec::new(),
            keys: BTreeMap::new(),
            batches: Vec::new(),
            state: State::new(Language::Sv, START),
            devices: (0..DEVICES).map(|_| Device::default()).collect(),
        };
        world.decide(Act::Begin, None, None);
        world
    }

    /// One thing that happens.
    fn step(&mut self) {
        let device = self.chance.below(DEVICES);
        self.at = self.at.plus_ms(i64::try_from(self.chance.below(4_000)).unwrap());
        match self.chance.below(100) {
            0..20 => self.write(device),
            20..40 => self.deliver_up(device),
            40..62 => self.deliver_down(device),
            62..80 => self.sync(),
            80..88 => self.connect(device),
            88..94 => self.devices[device].link = None,
            94..96 => self.kill(),
            _ => self.decide(Act::Tick, None, None),
        }
    }

    /// Somebody writes, whether there is a link or not.
    fn write(&mut self, number: usize) {
        let agent = || AgentRef { id: AgentId::new("maja"), name: "Maja".to_owned() };
        let act = match (number, self.chance.below(12)) {
            (AGENT, 0..6) => Act::Claim { agent: agent() },
            (AGENT, _) => Act::AgentSaid { agent: agent(), text: "Maja här".to_owned() },
            (_, 0) => Act::WantsPerson,
            (_, 1) if self.chance.percent(20) => Act::Leave,
            _ => Act::Said { text: (*self.chance.one(&SAID)).to_owned(), masked: false },
        };
        let device = &mut self.devices[number];
        device.made += 1;
        let frame = Frame { id: format!("d{number}-{}", device.made), act };
        device.outbox.push(frame.clone());
        if let Some(link) = &mut device.link {
            link.up.push_back(frame);
        }
    }

    /// Hello behind what is held, and everything unacked once more.
    fn connect(&mut self, number: usize) {
        let device = &mut self.devices[number];
        let sent = Seq(device.seen.len() as u64);
        assert!(sent.0 <= self.log.len() as u64, "a client holds what the disk does not");
        let up = device.outbox.iter().cloned().collect();
        device.link = Some(Link { up, down: VecDeque::new(), sent });
        self.tell(number);
    }

    fn deliver_up(&mut self, number: usize) {
        let Some(frame) = self.devices[number].link.as_mut().and_then(|it| it.up.pop_front())
        else {
            return;
        };
        let mut waiting = self.batches.iter().filter_map(|batch| batch.key.as_ref());
        let waiting = waiting.find(|(id, _)| *id == frame.id).map(|(_, seq)| *seq);
        match (self.keys.get(&frame.id).copied(), waiting) {
            (Some(seq), _) => self.say(number, News::Ack { id: frame.id, seq }),
            // It is on its way to the disk; its ack follows the batch.
            (None, Some(seq)) => {
                let ack = Some((number, frame.id, seq));
                self.batches.push(Batch { events: Vec::new(), key: None, ack });
            }
            (None, None) => self.decide(frame.act, Some(frame.id), Some(number)),
        }
    }

    fn deliver_down(&mut self, number: usize) {
        let device = &mut self.devices[number];
        if let Some(news) = device.link.as_mut().and_then(|link| link.down.pop_front()) {
            device.hear(news);
        }
    }

    fn decide(&mut self, act: Act, id: Option<String>, from: Option<usize>) {
        let frame = id.as_deref().map(FrameId::new);
        let input = Input { at: self.at, id: frame, act, duty: Duty::OnDuty };
        match decide(self.content, &self.policy, &self.state, &input) {
            Ok(decision) => {
                let seq = decision.input_seq;
                self.state = decision.state;
                let key = id.clone().map(|id| (id, seq));
                let ack = id.zip(from).map(|(id, from)| (from, id, seq));
                self.batches.push(Batch { events: decision.events, key, ack });
            }
            Err(_) => {
                if let Some((id, from)) = id.zip(from) {
                    self.say(from, News::Refused { id });
                }
            }
        }
    }

    /// The disk has everything: only now is anybody told.
    fn sync(&mut self) {
        let mut acks = Vec::new();
        for batch in std::mem::take(&mut self.batches) {
            self.log.extend(batch.events);
            self.keys.extend(batch.key);
            acks.extend(batch.ack);
        }
        for (number, id, seq) in acks {
            self.say(number, News::Ack { id, seq });
        }
        (0..DEVICES).for_each(|number| self.tell(number));
    }

    /// Sends what the disk has and the link has not carried.
    fn tell(&mut self, number: usize) {
        let Some(link) = &mut self.devices[number].link else { return };
        let from = usize::try_from(link.sent.0).unwrap();
        let news = self.log[from..].iter().cloned().map(Box::new).map(News::Event);
        link.down.extend(news);
        link.sent = Seq(self.log.len() as u64);
    }

    fn say(&mut self, number: usize, news: News) {
        if let Some(link) = &mut self.devices[number].link {
            link.down.push_back(news);
        }
    }

    /// What was not on the disk is gone, and so is every link.
    fn kill(&mut self) {
        self.batches.clear();
        self.devices.iter_mut().for_each(|device| device.link = None);
        self.state = State::fold(Language::Sv, START, &self.log);
        if self.log.is_empty() {
            self.decide(Act::Begin, None, None);
        }
    }

    /// The network is well: until nothing is on its way any more.
    fn settle(&mut self) {
        (0..DEVICES).for_each(|number| self.connect(number));
        for _ in 0..STEPS * 20 {
            for number in 0..DEVICES {
                self.deliver_up(number);
                self.sync();
                self.deliver_down(number);
            }
            let mut links = self.devices.iter().filter_map(|device| device.link.as_ref());
            if links.all(|link| link.up.is_empty() && link.down.is_empty()) {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    fn check(&self) {
        assert_eq!(State::fold(Language::Sv, START, &self.log), self.state, "the log decides");
        for (number, device) in self.devices.iter().enumerate() {
            assert!(device.outbox.is_empty(), "a frame of device {number} was never answered");
            assert_eq!(device.seen, self.log, "device {number} sees another log");
            for (id, seq) in &device.acked {
                assert_eq!(self.keys.get(id), Some(seq), "{id} was acked and is not kept");
                let said = self.log.iter().filter(|event| {
                    matches!(&event.fact, Fact::Message(message)
                        if message.id.as_ref().is_some_and(|it| it.as_str() == id))
                });
                assert!(said.count() <= 1, "{id} stands twice in the log");
                assert!(*seq <= Seq(self.log.len() as u64));
            }
        }
    }
}

fn run(content: &Content, seed: u64) -> (Vec<Event>, usize) {
    let mut world = World::new(content, seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.settle();
    world.check();
    let acks = world.devices.iter().map(|device| device.acked.len()).sum();
    (world.log, acks)
}

#[test]
fn r27_simulated_faults_lose_double_and_reorder_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    let content = draft(&load::read_folder(folder.path()).0).0.train();
    let seeds = std::env::var("SKICKA_SEEDS").ok().and_then(|it| it.parse().ok());
    let mut acks = 0;
    for seed in 1..=seeds.unwrap_or(SEEDS) {
        // The seed is told first: what fails can be had again.
        let played = catch_unwind(AssertUnwindSafe(|| run(&content, seed)));
        let (log, acked) = played.unwrap_or_else(|_| panic!("seed {seed} fails"));
        acks += acked;
        if seed % 50 == 1 {
            assert_eq!(run(&content, seed).0, log, "seed {seed} plays another way");
        }
    }
    assert!(acks > 1_000, "{acks} acks: hardly anything was tried");
}
