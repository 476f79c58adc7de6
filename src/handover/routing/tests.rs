use std::collections::BTreeMap;

use proptest::prelude::*;

use super::Change;
use super::Router;
use super::Seat;
use super::Waiting;
use crate::handover::team::Routing;
use crate::handover::team::Team;
use crate::handover::team::Teams;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

fn pushed() -> Teams {
    let team =
        Team { routing: Routing::Push, accept_within_s: 30, ..Team::plain(TeamId::new("support")) };
    [team].into_iter().collect()
}

fn seat(agent: &str, load: u32, idle_since: i64) -> Seat {
    Seat {
        agent: AgentId::new(agent),
        online: true,
        teams: vec![TeamId::new("support")],
        languages: Vec::new(),
        skills: Vec::new(),
        load,
        capacity: 2,
        idle_since: Timestamp(idle_since),
    }
}

fn waits(conversation: &str, since: i64) -> Waiting {
    Waiting {
        conversation: ConversationId::new(conversation),
        team: Some(TeamId::new("support")),
        topic: None,
        lang: Language::Sv,
        since: Timestamp(since),
        last_agent: None,
    }
}

/// The changes in short: `c1>ann`, `c1<ann`, `c1!`, `c1…`.
fn told(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| match change {
            Change::Offered { conversation, agent, .. } => format!("{conversation}>{agent}"),
            Change::Withdrawn { conversation, agent } => format!("{conversation}<{agent}"),
            Change::Alarmed { conversation } => format!("{conversation}!"),
            Change::Delayed { conversation } => format!("{conversation}…"),
        })
        .collect()
}

#[test]
fn the_one_with_most_room_is_asked_and_among_equals_the_longest_idle() {
    let mut router = Router::default();
    let seats = [seat("ann", 1, 0), seat("bo", 0, 50), seat("cia", 0, 20)];
    let changes =
        router.route(Timestamp(100), &pushed(), &seats, &[waits("c1", 0), waits("c2", 1)]);
    assert_eq!(told(&changes), ["c1>cia", "c2>bo"]);
}

#[test]
fn who_answered_last_time_is_asked_first() {
    let mut router = Router::default();
    let seats = [seat("ann", 1, 0), seat("bo", 0, 0)];
    let again = Waiting { last_agent: Some(AgentId::new("ann")), ..waits("c1", 0) };
    assert_eq!(told(&router.route(Timestamp(0), &pushed(), &seats, &[again])), ["c1>ann"]);
}

#[test]
fn who_is_best_at_the_topic_is_asked_before_who_has_more_room() {
    let mut router = Router::default();
    let skilled = |agent: &str, load, skill: &str| Seat {
        skills: vec![IntentId::new(skill)],
        ..seat(agent, load, 0)
    };
    let seats = [
        skilled("ann", 0, "loans"),
        seat("bo", 1, 0),
        skilled("cia", 1, "cards"),
        seat("dan", 1, 9),
    ];
    let about = |conversation: &str| Waiting {
        topic: Some(IntentId::new("cards")),
        ..waits(conversation, 0)
    };
    let waiting = [about("c1"), about("c2"), about("c3"), about("c4")];
    let changes = router.route(Timestamp(100), &pushed(), &seats, &waiting);
    assert_eq!(told(&changes), ["c1>cia", "c2>bo", "c3>dan", "c4>ann"], "nobody is left out");
    // Who had the customer last knows them best.
    let again = Waiting { last_agent: Some(AgentId::new("ann")), ..about("c5") };
    assert_eq!(
        told(&Router::default().route(Timestamp(0), &pushed(), &seats, &[again])),
        ["c5>ann"]
    );
    // Of a matter without a topic nobody knows more than another.
    let unknown = Router::default().route(Timestamp(0), &pushed(), &seats, &[waits("c6", 0)]);
    assert_eq!(told(&unknown), ["c6>ann"]);
}

#[test]
fn an_offer_goes_from_one_to_the_next_then_to_supervisors_then_the_customer_is_told() {
    let mut router = Router::default();
    let seats = [seat("ann", 0, 0), seat("bo", 0, 1)];
    let waiting = [waits("c1", 0)];
    let mut at =
        |seconds: i64| told(&router.route(Timestamp(seconds * 1_000), &pushed(), &seats, &waiting));
    assert_eq!(at(0), ["c1>ann"]);
    assert!(at(29).is_empty());
    assert_eq!(at(30), ["c1<ann", "c1>bo"]);
    assert_eq!(at(60), ["c1<bo", "c1!"]);
    assert!(at(80).is_empty());
    assert_eq!(at(90), ["c1…"]);
    assert_eq!(at(91), ["c1>ann"], "and it begins anew");
}

#[test]
fn a_decline_or_leaving_passes_it_on_at_once() {
    let mut router = Router::default();
    let mut seats = [seat("ann", 0, 0), seat("bo", 0, 1)];
    let waiting = [waits("c1", 0)];
    router.route(Timestamp(0), &pushed(), &seats, &waiting);
    assert!(router.declined(&ConversationId::new("c1"), &AgentId::new("ann")));
    assert!(!router.declined(&ConversationId::new("c1"), &AgentId::new("ann")), "once");
    assert_eq!(told(&router.route(Timestamp(1), &pushed(), &seats, &waiting)), ["c1>bo"]);
    seats[1].online = false;
    assert_eq!(told(&router.route(Timestamp(2), &pushed(), &seats, &waiting)), ["c1<bo", "c1!"]);
}

#[test]
fn everyone_busy_is_no_reason_to_alarm() {
    let mut router = Router::default();
    let seats = [seat("ann", 2, 0)];
    assert!(router.route(Timestamp(0), &pushed(), &seats, &[waits("c1", 0)]).is_empty());
}

#[test]
fn a_late_promise_alarms_and_twice_the_promise_tells() {
    let team = Team { answer_within_s: Some(60), ..Team::plain(TeamId::new("support")) };
    let teams: Teams = [team].into_iter().collect();
    let mut router = Router::default();
    let mut at = |seconds: i64| {
        told(&router.route(Timestamp(seconds * 1_000), &teams, &[], &[waits("c1", 0)]))
    };
    assert!(at(59).is_empty());
    assert_eq!(at(60), ["c1!"]);
    assert!(at(119).is_empty());
    assert_eq!(at(120), ["c1…"]);
    assert!(at(500).is_empty());
}

#[test]
fn a_language_or_team_that_is_not_theirs_is_not_offered() {
    let mut router = Router::default();
    let mut finnish = seat("ann", 0, 0);
    finnish.languages = vec![Language::Fi];
    let mut other = seat("bo", 0, 0);
    other.teams = vec![TeamId::new("loans")];
    let changes = router.route(Timestamp(0), &pushed(), &[finnish, other], &[waits("c1", 0)]);
    assert!(changes.is_empty());
}

#[derive(Debug, Clone)]
enum Step {
    Wait(u8),
    Comes(u8),
    Leaves(u8),
    Toggles(u8),
    Claims(u8, u8),
    Declines(u8, u8),
    Ends(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1_u8..40).prop_map(Step::Wait),
        (0_u8..12).prop_map(Step::Comes),
        (0_u8..12).prop_map(Step::Leaves),
        (0_u8..5).prop_map(Step::Toggles),
        (0_u8..12, 0_u8..5).prop_map(|(one, agent)| Step::Claims(one, agent)),
        (0_u8..12, 0_u8..5).prop_map(|(one, agent)| Step::Declines(one, agent)),
        (0_u8..5).prop_map(Step::Ends),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_offers_keep_to_the_rules(steps in prop::collection::vec(step(), 1..120)) {
        let teams = pushed();
        let mut router = Router::default();
        let mut now = Timestamp(0);
        let mut seats: Vec<Seat> = (0..5).map(|n| seat(&format!("a{n}"), 0, n)).collect();
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut offers: BTreeMap<ConversationId, AgentId> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Wait(seconds) => now = now.plus_ms(i64::from(seconds) * 1_000),
                Step::Comes(n) => {
                    let one = waits(&format!("c{n}"), now.0);
                    if !waiting.iter().any(|other| other.conversation == one.conversation) {
                        waiting.push(one);
                    }
                }
                Step::Leaves(n) => {
                    waiting.retain(|one| one.conversation.as_str() != format!("c{n}"));
                }
                Step::Toggles(n) => {
                    let seat = &mut seats[usize::from(n)];
                    seat.online = !seat.online;
                }
                Step::Claims(n, agent) => {
                    let before = waiting.len();
                    waiting.retain(|one| one.conversation.as_str() != format!("c{n}"));
                    if waiting.len() < before {
                        seats[usize::from(agent)].load += 1;
                    }
                }
                Step::Declines(n, agent) => {
                    let conversation = ConversationId::new(&format!("c{n}"));
                    if router.declined(&conversation, &AgentId::new(&format!("a{agent}"))) {
                        offers.remove(&conversation);
                    }
                }
                Step::Ends(agent) => {
                    let seat = &mut seats[usize::from(agent)];
                    seat.load = seat.load.saturating_sub(1);
                }
            }
            for change in router.route(now, &teams, &seats, &waiting) {
                match change {
                    Change::Offered { conversation, agent, until } => {
                        prop_assert!(until > now);
                        prop_assert!(offers.insert(conversation, agent).is_none());
                    }
                    Change::Withdrawn { conversation, agent } => {
                        prop_assert_eq!(offers.remove(&conversation), Some(agent));
                    }
                    Change::Alarmed { .. } | Change::Delayed { .. } => {}
                }
            }
            for (conversation, agent) in &offers {
                let one = waiting.iter().find(|one| one.conversation == *conversation);
                let may = one.is_some_and(|one| {
                    seats.iter().any(|seat| seat.agent == *agent && seat.may_take(one))
                });
                prop_assert!(may, "{conversation} is on offer to {agent}");
                prop_assert_eq!(router.offer(conversation).map(|offer| &offer.agent), Some(agent));
            }
            for seat in &seats {
                let asked = offers.values().filter(|agent| **agent == seat.agent).count();
                let room = seat.capacity.saturating_sub(seat.load);
                prop_assert!(asked <= room as usize, "{asked} for {room}");
            }
        }
    }
}
