//! The heartbeat's arithmetic; sockets themselves are tested over TCP (`gateway::tests`).

use std::time::Duration;

use tokio::time::Instant;

use crate::gateway::socket::Due;
use crate::gateway::socket::Heartbeat;
use crate::gateway::socket::PING;
use crate::protocol::agent;
use crate::protocol::visitor;

const EVERY: Duration = Duration::from_secs(25);

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn the_ping_is_the_frame_of_both_protocols() {
    assert_eq!(visitor::ServerFrame::Ping.to_json(), PING);
    assert_eq!(agent::ServerFrame::Ping.to_json(), PING);
}

#[test]
fn a_silent_peer_is_pinged_once_and_then_dead() {
    let start = Instant::now();
    let mut beat = Heartbeat::new(EVERY, start);
    assert_eq!(beat.next(), start + s(25));
    assert_eq!(beat.due(start + s(24)), Due::Nothing);
    assert_eq!(beat.due(start + s(25)), Due::Ping);
    beat.pinged(start + s(25));
    beat.sent(start + s(25));
    assert_eq!(beat.due(start + s(26)), Due::Nothing, "one ping is enough");
    assert_eq!(beat.next(), start + s(50));
    assert_eq!(beat.due(start + s(50)), Due::Dead);
}

#[test]
fn an_answer_begins_the_count_anew() {
    let start = Instant::now();
    let mut beat = Heartbeat::new(EVERY, start);
    beat.pinged(start + s(25));
    beat.sent(start + s(25));
    beat.heard(start + s(26));
    assert_eq!(beat.next(), start + s(50));
    assert_eq!(beat.due(start + s(50)), Due::Ping);
}

#[test]
fn a_talkative_peer_to_whom_nothing_is_said_is_pinged_too() {
    let start = Instant::now();
    let mut beat = Heartbeat::new(EVERY, start);
    for second in 1..25 {
        beat.heard(start + s(second));
    }
    assert_eq!(beat.due(start + s(25)), Due::Ping, "it would take the link for dead");
}

#[test]
fn a_busy_socket_needs_no_ping() {
    let start = Instant::now();
    let mut beat = Heartbeat::new(EVERY, start);
    beat.heard(start + s(20));
    beat.sent(start + s(21));
    assert_eq!(beat.next(), start + s(45));
}
