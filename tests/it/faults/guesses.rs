//! Whoever guesses, is a foreign page, or shows a token in the wrong place learns nothing.
//!
//! A visitor's token comes in the hello, behind the upgrade, so there a bad one ends the socket
//! with 4401 before anything else is said; of a call or a stream it is looked at first.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;
use skicka::clock::Clock;
use skicka::gateway::tokens::Level;
use skicka::gateway::tokens::Pass;
use skicka::gateway::tokens::VisitorTokens;
use skicka::ids::VisitorId;
use skicka::store::Directory;
use skicka::store::EventStore as _;
use skicka::store::Role;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::client::Line;
use crate::client::Visitor;
use crate::client::within;
use crate::fallback::post;
use crate::faults::Chance;
use crate::server::Server;

/// Conversations that are guessed at on sockets, tokens by calls, and conversations by an agent who
/// does not serve the team. Together they are ten thousand and more.
const HELLOS: usize = 6_000;
const CALLS: usize = 3_500;
const OPENS: usize = 1_000;

/// What nobody but its author may read.
const WORDS: &str = "lampan i kassavalvet lyser inte";

const VICTIMS: usize = 20;

/// An id or token that is nearly this one: one sign is another, one bit is, or it is wholly made up.
fn nearly(real: &str, chance: &mut Chance) -> String {
    let mut bytes = real.as_bytes().to_vec();
    let at = chance.below(bytes.len());
    let signs = b"0123456789abcdef";
    match chance.below(3) {
        0 => bytes[at] = signs[chance.below(signs.len())],
        1 => bytes[at] ^= 1 << chance.below(3),
        _ => bytes.iter_mut().for_each(|byte| *byte = signs[chance.below(signs.len())]),
    }
    // What is no id at all is refused by its form, which is not what is tried here.
    let is_word = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
    let guess = String::from_utf8(bytes).unwrap_or_default();
    if is_word && guess != real { guess } else { nearly(real, chance) }
}

/// A token that is nearly this one. The last sign of its sum is left alone: some bits of it stand
/// for nothing, so that another sign may be the same token.
fn nearly_token(token: &str, chance: &mut Chance) -> String {
    let (said, last) = token.split_at(token.len() - 1);
    nearly(said, chance) + last
}

/// Calls one after the other on one connection.
struct Calls(BufReader<TcpStream>);

impl Calls {
    async fn open(server: &Server) -> Self {
        Self(BufReader::new(TcpStream::connect(server.at).await.unwrap()))
    }

    async fn call(&mut self, request: &str) -> (u16, String) {
        self.0.write_all(request.as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = within("a head", self.0.read_line(&mut head)).await.unwrap();
            assert!(read > 0, "the connection ended: {head}");
        }
        let head = head.to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length = length.unwrap_or_else(|| panic!("what is refused has a length: {head}"));
        let mut body = vec![0; length.parse().unwrap()];
        within("a body", self.0.read_exact(&mut body)).await.unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}

async fn victims(server: &Server) -> Vec<Visitor> {
    let mut victims = Vec::new();
    for _ in 0..VICTIMS {
        let mut victim = Visitor::arrive(server).await;
        let said = victim.say("m1", WORDS).await;
        victim.until(said).await;
        victims.push(victim);
    }
    victims
}

/// Hellos that name conversations of others, with a token of their own and without one.
async fn guess_by_hello(server: &Server, victims: &[Visitor], chance: &mut Chance) -> usize {
    let mine = Visitor::arrive(server).await;
    let mut line = Line::open(server, "/v1/chat").await;
    let mut guessed = 0;
    while guessed < HELLOS {
        // Fifty on their way at once.
        for _ in 0..50 {
            let theirs = &victims[chance.below(VICTIMS)].conversation;
            // Known, and another's, is the hardest guess there is.
            let is_known = chance.below(4) == 0;
            let conversation = if is_known { theirs.clone() } else { nearly(theirs, chance) };
            let mut hello = json!({"type": "hello", "conversation": conversation, "after": 0});
            if chance.below(2) == 0 {
                hello["token"] = json!(mine.token);
            }
            line.send(&hello).await;
        }
        for _ in 0..50 {
            let answer = line.frame("an answer", |_| true).await;
            assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!("not_found")));
        }
        guessed += 50;
    }
    let (events, others) = line.take_all("");
    assert!(events.is_empty() && others.is_empty(), "{events:?} {others:?}");
    guessed
}

/// Calls and streams with guessed tokens, and with one's own for conversations of others.
async fn guess_by_calls(server: &Server, victims: &[Visitor], chance: &mut Chance) -> usize {
    let mine = Visitor::arrive(server).await;
    let mut calls = Calls::open(server).await;
    for number in 0..CALLS {
        // A connection for calls does not last for ever.
        if number % 200 == 0 {
            calls = Calls::open(server).await;
        }
        let victim = &victims[chance.below(VICTIMS)];
        let (token, query, expected) = match chance.below(4) {
            0 => (mine.token.clone(), format!("?conversation={}", victim.conversation), 404),
            1 => (
                mine.token.clone(),
                format!("?conversation={}", nearly(&victim.conversation, chance)),
                404,
            ),
            2 => (nearly_token(&victim.token, chance), String::new(), 401),
            _ => {
                let query = format!("?conversation={}", victim.conversation);
                (nearly_token(&victim.token, chance), query, 401)
            }
        };
        let (method, path, body) = match chance.below(2) {
            0 => ("GET", "/v1/chat/stream", ""),
            _ => ("POST", "/v1/chat/frames", "[]"),
        };
        let request = format!(
            "{method} {path}{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (status, answer) = calls.call(&request).await;
        assert_eq!(status, expected, "{request}: {answer}");
        assert!(!answer.contains("kassavalvet"), "{answer}");
    }
    CALLS
}

/// An agent opens conversations that are not there, and ones of which only the end of the id differs.
async fn guess_by_opening(server: &Server, victims: &[Visitor], chance: &mut Chance) -> usize {
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    let mut guessed = 0;
    while guessed < OPENS {
        let mut wanted = Vec::new();
        for _ in 0..50 {
            let conversation = nearly(&victims[chance.below(VICTIMS)].conversation, chance);
            agent.line.send(&json!({"type": "open", "conversation": conversation})).await;
            wanted.push(conversation);
        }
        for _ in &wanted {
            assert_eq!(agent.line.error_code().await, "not_found");
        }
        for conversation in wanted {
            assert!(agent.line.take_all(&conversation).0.is_empty(), "{conversation}");
        }
        guessed += 50;
    }
    guessed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_ten_thousand_guesses_read_nothing() {
    let server = Server::start(&[
        ("SKICKA_LIMITS__HELLO_S", "600"),
        ("SKICKA_LIMITS__CONVERSATIONS_IN_ALL", "0"),
    ])
    .await;
    let victims = victims(&server).await;
    let mut chance = Chance(0x0026_cc0a);
    let mut guessed = guess_by_hello(&server, &victims, &mut chance).await;
    guessed += guess_by_calls(&server, &victims, &mut chance).await;
    guessed += guess_by_opening(&server, &victims, &mut chance).await;
    assert!(guessed >= 10_000, "{guessed}");
    // Whoever has both reads it: there was something to be found, and it is as it was.
    for victim in &victims {
        let mut back = victim.again(&server, 0).await;
        back.until(victim.last()).await;
        back.event("the words", |event| event["text"] == WORDS).await;
        let is_known =
            |event: &Value| victim.log().contains(event) || event["from"]["role"] == "bot";
        assert!(back.log().iter().all(is_known), "somebody else was there: {:?}", back.log());
    }
}

/// A token that says what it should, signed with the server's own keys.
async fn signed(server: &Server, visitor: &str, from_ms: i64, until_ms: i64) -> String {
    let path = server.data().join("skicka.db");
    let store = Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
    let tokens = VisitorTokens::new(Arc::clone(&store) as Arc<dyn Directory>);
    let now = Clock::system().now();
    let pass = Pass {
        visitor: VisitorId::new(visitor),
        level: Level::Anonymous,
        issued_at: now.plus_ms(from_ms),
        expires_at: now.plus_ms(until_ms),
    };
    let token = tokens.issue(&pass).await.unwrap();
    store.close().await;
    token
}

fn upgrade(path: &str, lines: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: chat.bank.example\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{lines}\r\n"
    )
}

/// The status of the answer to an upgrade, of which only the head is read.
async fn asked(server: &Server, request: &str) -> u16 {
    let mut tcp = TcpStream::connect(server.at).await.unwrap();
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut line = String::new();
    within("an answer", BufReader::new(tcp).read_line(&mut line)).await.unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_foreign_page_is_refused_before_the_upgrade() {
    let bank = "https://www.bank.example";
    let server = Server::start(&[("SKICKA_SERVER__ALLOWED_ORIGINS", bank)]).await;
    let foreign = [
        "https://evil.example",
        "https://www.bank.example.evil.example",
        "https://evil-www.bank.example",
        "http://www.bank.example",
        "https://www.bank.example:8443",
        "https://bank.example",
        "null",
        "",
    ];
    for path in ["/v1/chat", "/v1/agent"] {
        for origin in foreign {
            let status = asked(&server, &upgrade(path, &format!("Origin: {origin}\r\n"))).await;
            assert_eq!(status, 403, "{origin} at {path}");
        }
        for origin in [bank, "https://chat.bank.example"] {
            let status = asked(&server, &upgrade(path, &format!("Origin: {origin}\r\n"))).await;
            assert_eq!(status, 101, "{origin} at {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_token_that_is_missing_over_or_anothers_reads_nothing() {
    let server = Server::start(&[]).await;
    let elsewhere = Server::start(&[]).await;
    let mut known = Visitor::arrive(&server).await;
    known.say("m1", WORDS).await;
    let visitor = known.welcome["visitor"].as_str().unwrap();
    let minute = 60_000;
    let good = signed(&server, visitor, -2 * minute, minute).await;
    let over = signed(&server, visitor, -2 * minute, -minute).await;
    // Another bank's server signs for a visitor of the same name.
    let anothers = signed(&elsewhere, visitor, -2 * minute, minute).await;
    let their_own = Visitor::arrive(&elsewhere).await.token;
    for token in [over.as_str(), &anothers, &their_own, "", "x"] {
        let mut line = Line::open(&server, "/v1/chat").await;
        let hello = json!({
            "type": "hello", "token": token, "conversation": known.conversation, "after": 0
        });
        line.send(&hello).await;
        let code = line.closed().await;
        assert!(matches!(code, Some(4401 | 4400)), "{token}: {code:?}");
        let (events, frames) = line.take_all("");
        assert!(events.is_empty() && frames.is_empty(), "{token}: {events:?} {frames:?}");
        let (status, answer) = post(&server, Some(token), "", "[]").await;
        assert_eq!(status, 401, "{token}: {answer}");
    }
    assert_eq!(post(&server, None, "", "[]").await.0, 401);
    for lines in ["", &format!("Authorization: Bearer {over}\r\n"), "Authorization: Bearer\r\n"] {
        let (status, answer) = server.get("/v1/chat/stream", lines).await;
        assert_eq!(status, 401, "{lines}: {answer}");
    }
    // The same, and in time: so it was the token that was wrong.
    let hello = json!({"type": "hello", "token": good, "conversation": known.conversation});
    let mut back = Visitor::hello(&server, &hello).await;
    back.event("the words", |event| event["text"] == WORDS).await;
    assert_eq!(post(&server, Some(&good), "", "[]").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_token_in_an_address_is_neither_taken_nor_logged() {
    let server = Server::start(&[("SKICKA_LOG", "debug")]).await;
    let mut known = Visitor::arrive(&server).await;
    known.say("m1", WORDS).await;
    let agent = server.hire("Maja", Role::Agent, &[]).await;
    for name in ["token", "access_token", "authorization"] {
        let query = format!("?{name}={}&conversation={}", known.token, known.conversation);
        assert_eq!(post(&server, None, &query, "[]").await.0, 401);
        assert_eq!(server.get(&format!("/v1/chat/stream{query}"), "").await.0, 401);
        let mut line = Line::open(&server, &format!("/v1/chat{query}")).await;
        let hello = json!({"type": "hello"});
        line.send(&hello).await;
        let stranger = Visitor::welcomed(line, &hello).await;
        assert_ne!(stranger.welcome["visitor"], known.welcome["visitor"]);
        assert_ne!(stranger.conversation, known.conversation);

        let query = format!("?{name}={}", agent.token);
        let mut line = Line::open(&server, &format!("/v1/agent{query}")).await;
        line.send(&json!({"type": "hello"})).await;
        assert_eq!(line.closed().await, Some(4401));
        assert_eq!(server.get(&format!("/v1/console/agents{query}"), "").await.0, 401);
    }
    let (_, sum) = known.token.rsplit_once('.').unwrap();
    let log = server.log();
    assert!(log.contains("skicka"), "something is logged at this level");
    for secret in [sum, &agent.token] {
        assert!(!log.contains(secret), "a token stands in the log");
    }
}
