//! How many durable turns a second the store takes, and how many bytes each leaves.
//!
//! A turn is one append of two events (what the visitor said, what the bot answered) with the
//! visitor's input. `cargo bench --bench store`; a folder may be named as an argument, for the
//! disk decides: `cargo bench --bench store -- /mnt/disk`.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use skicka::clock;
use skicka::clock::Clock;
use skicka::conversation::event::Author;
use skicka::conversation::event::Choice;
use skicka::conversation::event::Event;
use skicka::conversation::event::Fact;
use skicka::conversation::event::Message;
use skicka::conversation::event::Move;
use skicka::conversation::event::Place;
use skicka::conversation::event::Question;
use skicka::conversation::event::ReadAs;
use skicka::conversation::event::Reading;
use skicka::conversation::event::Status;
use skicka::conversation::event::WordRead;
use skicka::ids::ConversationId;
use skicka::ids::DialogueId;
use skicka::ids::FrameId;
use skicka::ids::IntentId;
use skicka::ids::Seq;
use skicka::ids::StepId;
use skicka::ids::Timestamp;
use skicka::ids::VisitorId;
use skicka::language::Language;
use skicka::store::Append;
use skicka::store::Appended;
use skicka::store::EventRow;
use skicka::store::EventStore;
use skicka::store::Head;
use skicka::store::InputKey;
use skicka::store::NewConversation;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use tokio::time::Instant;
use tokio::time::Interval;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Turns of one conversation.
const TURNS: u64 = 10;
/// How long each number of writers is measured.
const WINDOW: Duration = Duration::from_secs(4);
const STORED_CONVERSATIONS: u64 = 100_000;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let base = arguments.next_back().map_or_else(|| PathBuf::from("target"), PathBuf::from);
    std::fs::create_dir_all(&base).expect("the folder can be made");
    println!(
        "{:>8} {:>10} {:>10} {:>9} {:>9} {:>9}",
        "writers", "turns", "turns/s", "p50 ms", "p99 ms", "max ms"
    );
    for (writers, rate) in
        [(1, None), (64, None), (256, None), (500, Some(2_000)), (500, Some(10_000))]
    {
        let folder = Folder::new(&base);
        measure(&folder.database(), writers, rate).await;
    }
    let folder = Folder::new(&base);
    bytes_per_turn(&folder.database()).await;
    let folder = Folder::new(&base);
    many_conversations(&folder.database()).await;
}

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(base: &Path) -> Self {
        let path = base.join(format!("bench-{}", clock::new_id()));
        Self(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("skicka.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

/// Lets `writers` talk for a while: flat out, or together at `rate` turns a second. Times count
/// from the moment at which a turn was due, so that a pause of the store counts for all whom it
/// holds up.
async fn measure(path: &Path, writers: u32, rate: Option<u32>) {
    let store = Arc::new(Sqlite::open(path, Durability::Full).await.expect("a fresh database"));
    let start = Instant::now();
    let until = start + WINDOW;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let store = Arc::clone(&store);
        let mut pace = rate.map(|rate| {
            let gap = Duration::from_secs(1) / rate;
            tokio::time::interval_at(start + gap * writer, gap * writers)
        });
        tasks.spawn(async move {
            let mut took = Vec::new();
            while Instant::now() < until {
                talk(&store, pace.as_mut(), &mut took).await;
            }
            took
        });
    }
    let (begun, worked) = (Instant::now(), cpu_time());
    let mut took: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    let seconds = begun.elapsed().as_secs_f64();
    let worked = cpu_time().saturating_sub(worked);
    store.close().await;
    took.sort_unstable();
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list that fits into memory"
        )]
        let index = ((took.len() - 1) as f64 * share) as usize;
        took[index].as_secs_f64() * 1e3
    };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let reached = took.len() as f64 / seconds;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = worked.as_secs_f64() * 1e6 / took.len() as f64;
    let offered = rate.map_or("all".to_owned(), |rate| rate.to_string());
    println!(
        "{writers:>8} {:>10} {:>9} {reached:>10.0} {:>8.2} {:>8.2} {:>8.2} {each:>10.0}",
        offered,
        took.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// What this process has worked so far, on all cores; zero where the system does not say. Beside
/// other work on the machine it says more than the rate.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// One conversation from hello to its end.
async fn talk(store: &Sqlite, mut pace: Option<&mut Interval>, took: &mut Vec<Duration>) {
    let visitor = clock::new_id();
    let conversation = ConversationId::new(&clock::new_id());
    store.create(new_conversation(&conversation, &visitor)).await.expect("a free disk");
    for turn in 0..TURNS {
        let append = turn_of(&conversation, &visitor, turn);
        let begun = match &mut pace {
            Some(pace) => pace.tick().await,
            None => Instant::now(),
        };
        let answer = store.append(append).await.expect("a free disk");
        took.push(begun.elapsed());
        assert_eq!(answer, Appended::Done);
    }
}

/// What each turn of a conversation says, made once: the store is measured, not serde.
static BODIES: LazyLock<Vec<[String; 2]>> = LazyLock::new(|| {
    let frame = frame(0);
    (0..TURNS)
        .map(|turn| [said(&frame, turn), answered(turn)].map(|(fact, moves)| body(fact, moves)))
        .collect()
});

fn frame(number: u64) -> FrameId {
    FrameId::new(&format!("{:08x}-1c2d-4e3f-8a9b-{number:012x}", number ^ 0xdead_beef))
}

fn now() -> Timestamp {
    Clock::system().now()
}

fn new_conversation(conversation: &ConversationId, visitor: &str) -> NewConversation {
    NewConversation {
        id: conversation.clone(),
        visitor: VisitorId::new(visitor),
        at: now(),
        profile: r#"{"page":"https://www.example.org/sv/hjalp/app","client":"chat.js/0.1.0","languages":["sv-FI","sv","en"],"identity":"anonymous"}"#.to_owned(),
        head: head(0),
        unless_open: false,
    }
}

fn head(turn: u64) -> Head {
    let status = if turn + 1 == TURNS { Status::Ended } else { Status::Bot };
    Head {
        status,
        team: None,
        agent: None,
        lang: Language::Sv,
        topic: (turn > 0).then(|| IntentId::new("no_identification_request")),
        deadline: (status == Status::Bot).then(|| now().plus_ms(300_000)),
        pins: (status == Status::Bot).then(|| "0a1b2c3d4e5f".to_owned()).into_iter().collect(),
        tags: Vec::new(),
    }
}

fn turn_of(conversation: &ConversationId, visitor: &str, turn: u64) -> Append {
    static FRAMES: AtomicU64 = AtomicU64::new(0);
    let number = FRAMES.fetch_add(1, Ordering::Relaxed);
    let frame = frame(number);
    let expected = Seq(turn * 2);
    let [said, answered] = &BODIES[usize::try_from(turn).expect("a conversation is short")];
    Append {
        conversation: conversation.clone(),
        expected,
        input: Some(InputKey { author: format!("v:{visitor}"), frame, seq: expected.next() }),
        events: [said, answered]
            .into_iter()
            .zip(expected.0 + 1..)
            .map(|(body, seq)| EventRow { seq: Seq(seq), at: now(), body: body.clone() })
            .collect(),
        head: head(turn),
        effects: Vec::new(),
        closes: None,
        audit: None,
    }
}

/// An event's JSON without its place and moment, which stand beside it.
fn body(fact: Fact, moves: Vec<Move>) -> String {
    let event = Event { seq: Seq::ZERO, at: Timestamp(0), fact, moves };
    let mut json = serde_json::to_value(event).expect("an event is JSON");
    let object = json.as_object_mut().expect("an event is an object");
    object.remove("seq");
    object.remove("at");
    json.to_string()
}

fn said(frame: &FrameId, turn: u64) -> (Fact, Vec<Move>) {
    let texts =
        ["jag får ingen begäran i appen", "ja det är de", "nej", "har redan provat det där"];
    let first = turn == 0;
    let message = Message {
        from: Author::Visitor,
        id: Some(frame.clone()),
        text: texts[usize::try_from(turn).unwrap_or(0) % texts.len()].to_owned(),
        lang: Language::Sv,
        choices: Vec::new(),
        links: Vec::new(),
        attachments: Vec::new(),
        topic: None,
        chose: None,
        read: Some(Reading {
            read_as: if first { ReadAs::Topic } else { ReadAs::Answer },
            intent: first.then(|| IntentId::new("no_identification_request")),
            confidence: if first { 912 } else { 0 },
            runner_up: first.then(|| IntentId::new("app_not_opening")),
            runner_up_confidence: if first { 301 } else { 0 },
            words: if first { words_read() } else { Vec::new() },
            revision: if first { "9f2c41d07be3".to_owned() } else { String::new() },
        }),
    };
    let answered = Move::Answered {
        question: "Är nätverksinställningarna i ordning på din enhet?".to_owned(),
        answer: "Ja".to_owned(),
        at: Some(Place {
            dialogue: DialogueId::new("no_identification_request"),
            step: StepId::new("network"),
        }),
        value: serde_json::Value::from("yes"),
    };
    (Fact::Message(message), if first { Vec::new() } else { vec![Move::Closed, answered] })
}

fn answered(turn: u64) -> (Fact, Vec<Move>) {
    let texts = [
        "Vi tittar på det tillsammans. Är nätverksinställningarna i ordning på din enhet, \
         alltså har du kontakt med internet just nu?",
        "Bra. Dra ner vyn i appen eller tryck på Uppdatera, så hämtas begäran på nytt. Kom den fram?",
        "Tryckte du på Skicka i e-tjänsten i samband med identifieringen?",
    ];
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    let message = Message {
        from: Author::Bot,
        id: None,
        text: texts[usize::try_from(turn).unwrap_or(0) % texts.len()].to_owned(),
        lang: Language::Sv,
        choices: vec![choice("yes", "Ja"), choice("no", "Nej"), choice("unsure", "Vet inte")],
        links: Vec::new(),
        attachments: Vec::new(),
        topic: Some(IntentId::new("no_identification_request")),
        chose: None,
        read: None,
    };
    let moves = vec![
        Move::At { step: StepId::new("refresh_list") },
        Move::Asked { question: Question::Step },
    ];
    (Fact::Message(message), moves)
}

/// What conversations leave on the disk, everything included, when many talk at once.
async fn bytes_per_turn(path: &Path) {
    let store = Arc::new(Sqlite::open(path, Durability::Normal).await.expect("a fresh database"));
    let mut tasks = tokio::task::JoinSet::new();
    let (writers, each) = (200, 20);
    for _ in 0..writers {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for _ in 0..each {
                talk(&store, None, &mut Vec::new()).await;
            }
        });
    }
    tasks.join_all().await;
    store.close().await;
    let turns = writers * each * TURNS;
    let bytes = std::fs::metadata(path).expect("it was written").len();
    let (id, visitor) = (ConversationId::new("c"), "v");
    let bodies: usize = (0..TURNS)
        .flat_map(|turn| turn_of(&id, visitor, turn).events)
        .map(|event| event.body.len())
        .sum();
    println!("\n{} bytes a turn ({} of them JSON)", bytes / turns, bodies / 10);
}

/// Opening and listing beside many stored conversations.
async fn many_conversations(path: &Path) {
    let store = Arc::new(Sqlite::open(path, Durability::Normal).await.expect("a fresh database"));
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..256 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for number in 0..STORED_CONVERSATIONS / 256 {
                let visitor = clock::new_id();
                let conversation = ConversationId::new(&clock::new_id());
                let new = new_conversation(&conversation, &visitor);
                store.create(new).await.expect("a free disk");
                let queued = (task + number) % 500 == 0;
                let status = if queued { Status::Queued } else { Status::Ended };
                let append = turn_of(&conversation, &visitor, 0);
                let head = Head { status, deadline: queued.then(now), ..append.head.clone() };
                store.append(Append { head, ..append }).await.expect("a free disk");
            }
        });
    }
    tasks.join_all().await;
    store.close().await;
    let begun = Instant::now();
    let store = Sqlite::open(path, Durability::Full).await.expect("a good database");
    let opened = begun.elapsed();
    let begun = Instant::now();
    let live = [Status::Bot, Status::Queued, Status::Agent, Status::Offline];
    let listed = store.with_status(&live, Timestamp(0)).await.expect("a good database").len();
    let listing = begun.elapsed();
    let begun = Instant::now();
    let due = store.due(now(), 100).await.expect("a good database").len();
    println!(
        "{STORED_CONVERSATIONS} conversations: open {opened:.1?}, {listed} live listed {listing:.1?}, {due} due {:.1?}",
        begun.elapsed()
    );
}

fn words_read() -> Vec<WordRead> {
    let word = |word: &str, read_as: Option<&str>| WordRead {
        word: word.to_owned(),
        read_as: read_as.map(str::to_owned),
    };
    vec![word("identifieringsbegäran", None), word("begärn", Some("begäran")), word("ingen", None)]
}
