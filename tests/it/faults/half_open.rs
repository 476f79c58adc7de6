//! Links that begin and do not go on, thousands at a time.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep;

use crate::client::Visitor;
use crate::client::within;
use crate::faults::crowd::UPGRADE;
use crate::server::Server;

/// How long the server waits for the head of a request, and for a hello.
const LIMIT: Duration = Duration::from_secs(4);

/// By how much it may be late.
const MARGIN: Duration = Duration::from_secs(1);

/// How long a socket that was told goodbye waits for its peer's own.
const GOODBYE: Duration = Duration::from_secs(2);

/// A slow head comes byte by byte, five of them in the time for all of it.
const DRIP: Duration = Duration::from_millis(800);

/// Files that are wanted for anything else, the tests beside this one included.
const OTHER_FILES: usize = 2_000;

/// As many links of each kind as are tried where files are not short.
const MOST: usize = 2_000;

/// What a link begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Silent,
    HalfHead,
    SlowHead,
    NoHello,
    HalfFrame,
}

const KINDS: [Kind; 5] =
    [Kind::Silent, Kind::HalfHead, Kind::SlowHead, Kind::NoHello, Kind::HalfFrame];

impl Kind {
    fn beginning(self) -> Vec<u8> {
        match self {
            Self::Silent => Vec::new(),
            Self::HalfHead | Self::SlowHead => b"GET /v1/chat HTTP/1.1\r\nHost: x\r\nX-".to_vec(),
            Self::NoHello => UPGRADE.as_bytes().to_vec(),
            Self::HalfFrame => [UPGRADE.as_bytes(), &[0x81, 0xfe, 0x10]].concat(),
        }
    }

    fn is_socket(self) -> bool {
        matches!(self, Self::NoHello | Self::HalfFrame)
    }
}

/// How many links of each kind there may be, once this process, and the servers that it starts, may
/// open as many files as the system lets them.
fn links_of_a_kind() -> usize {
    let limits = || {
        let text = std::fs::read_to_string("/proc/self/limits").unwrap();
        let line = text.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let mut numbers = line.split_whitespace().filter_map(|word| word.parse::<usize>().ok());
        (numbers.next().unwrap_or(usize::MAX), numbers.next().unwrap_or(usize::MAX))
    };
    let (soft, hard) = limits();
    if soft < hard {
        let pid = std::process::id().to_string();
        let most = format!("--nofile={hard}:{hard}");
        let raised = Command::new("prlimit").args(["--pid", &pid, &most]).status();
        println!("{soft} open files raised to {hard}: {raised:?}");
    }
    let each = MOST.min(limits().0.saturating_sub(OTHER_FILES) / KINDS.len());
    println!("{each} links of each of {} kinds", KINDS.len());
    assert!(each >= 100, "so few open files are allowed that nothing can be tried");
    each
}

/// How long one link was let be.
#[derive(Debug)]
struct Held {
    kind: Kind,
    /// Until it was told goodbye; without one, until its end.
    told: Duration,
    ended: Duration,
}

/// Whether a close frame stands behind the head of the answer: nothing else is said to whoever has
/// not said hello.
fn is_told(heard: &[u8]) -> bool {
    let blank = heard.windows(4).position(|end| end == b"\r\n\r\n");
    blank.is_some_and(|blank| heard.get(blank + 4) == Some(&0x88))
}

/// One half-open link to its end.
async fn hold(at: SocketAddr, kind: Kind, door: Arc<Semaphore>) -> Held {
    // A crowd before the door would measure the door.
    let permit = door.acquire().await.unwrap();
    let mut tcp = TcpStream::connect(at).await.unwrap();
    tcp.write_all(&kind.beginning()).await.unwrap();
    let mut heard = Vec::new();
    let mut piece = [0; 512];
    if kind.is_socket() {
        let read = within("the upgrade", tcp.read(&mut piece)).await.unwrap();
        heard.extend_from_slice(&piece[..read]);
    }
    drop(permit);
    let began = Instant::now();
    let mut told = None;
    loop {
        if is_told(&heard) && told.is_none() {
            told = Some(began.elapsed());
        }
        tokio::select! {
            read = within("it is cut", tcp.read(&mut piece)) => match read {
                Ok(read) if read > 0 => heard.extend_from_slice(&piece[..read]),
                // A reset is an end as well.
                _ => break,
            },
            () = sleep(DRIP), if kind == Kind::SlowHead => {
                let _it_is_cut = tcp.write_all(b"x").await;
            }
        }
    }
    let ended = began.elapsed();
    Held { kind, told: told.unwrap_or(ended), ended }
}

/// Customers who come and say something all the while; how long the slowest of them waited.
async fn others(server: &Server, longest: &mut Duration) {
    loop {
        let came = Instant::now();
        Visitor::arrive(server).await.say("m1", "hej").await;
        *longest = came.elapsed().max(*longest);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_half_open_links_are_cut_in_time_and_hurt_nobody() {
    let each = links_of_a_kind();
    let limit = LIMIT.as_secs().to_string();
    let server = Server::start(&[
        ("SKICKA_LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
        ("SKICKA_LIMITS__HEADER_S", &limit),
        ("SKICKA_LIMITS__HELLO_S", &limit),
    ])
    .await;
    for _ in 0..20 {
        Visitor::arrive(&server).await.say("m1", "hej").await;
    }
    let before = server.metric("skicka_resident_bytes").await;
    let door = Arc::new(Semaphore::new(64));
    let mut open = JoinSet::new();
    for _ in 0..each {
        for kind in KINDS {
            open.spawn(hold(server.at, kind, Arc::clone(&door)));
        }
    }
    let mut longest = Duration::ZERO;
    let held = tokio::select! {
        held = open.join_all() => held,
        () = others(&server, &mut longest) => unreachable!("they come for ever"),
    };
    let slowest = held.iter().map(|link| link.told).max().unwrap();
    println!("told after {slowest:?} at the latest; others waited {longest:?}");
    assert!(longest < Duration::from_secs(2), "a good client waited {longest:?}");
    for link in &held {
        // What the machine adds, somebody else waited for too.
        let latest = LIMIT + MARGIN + longest;
        assert!(link.told > LIMIT / 2, "it was not let in at all: {link:?}");
        assert!(link.told < latest, "{link:?}");
        let goodbye = if link.kind.is_socket() { GOODBYE } else { Duration::ZERO };
        assert!(link.ended < latest + goodbye, "{link:?}");
    }
    assert_eq!(held.len(), each * KINDS.len());
    server.until(r#"skicka_sockets{side="visitor"}"#, 0.0).await;
    // A tenth more, and what a server of any size keeps for the next ones.
    let kept = 1.1 * before + 8e6;
    within("the memory is given back", async {
        while server.metric("skicka_resident_bytes").await > kept {}
    })
    .await;
}
