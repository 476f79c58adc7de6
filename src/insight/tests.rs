use serde_json::Value;
use serde_json::json;

use super::*;
use crate::conversation::event::Event;
use crate::handover::team::Team as TeamSettings;
use crate::insight::tables::in_one_file;
use crate::insight::tables::tables;

/// Friday 27 November 2026, 12:00 in Helsinki.
const NOON: i64 = 1_795_773_600_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn log(begun: i64, facts: &[(i64, Value)]) -> (Timestamp, Vec<Event>) {
    let events = (1..).zip(facts).map(|(seq, (minute, fact))| {
        let mut fact = fact.clone();
        fact["seq"] = json!(seq);
        fact["at"] = json!(begun + minute * MINUTE);
        serde_json::from_value(fact).unwrap()
    });
    (Timestamp(begun), events.collect())
}

fn said(text: &str, read_as: &str) -> Value {
    json!({ "kind": "message", "from": { "role": "visitor" }, "text": text, "lang": "sv", "read": { "as": read_as } })
}

fn bot() -> Value {
    json!({ "kind": "message", "from": { "role": "bot" }, "text": "Hej!", "lang": "sv" })
}

fn agent() -> Value {
    json!({ "kind": "message", "from": { "role": "agent", "id": "maja", "name": "Maja" }, "text": "Hej!", "lang": "sv" })
}

fn status(status: &str, reason: Option<&str>, team: Option<&str>) -> Value {
    let mut fact = json!({ "kind": "status", "status": status });
    if let Some(reason) = reason {
        fact["reason"] = json!(reason);
    }
    if let Some(team) = team {
        fact["team"] = json!(team);
    }
    fact
}

fn topic(state: &str, outcome: Option<&str>) -> Value {
    let mut fact = json!({ "kind": "topic", "topic": "lamp", "state": state });
    if let Some(outcome) = outcome {
        fact["outcome"] = json!(outcome);
    }
    fact
}

fn ended(outcome: &str) -> Value {
    json!({ "kind": "ended", "by": "bot", "outcome": outcome })
}

fn solved(begun: i64) -> (Timestamp, Vec<Event>) {
    let facts = [
        (0, bot()),
        (1, said("lampan lyser inte", "topic")),
        (1, topic("opened", None)),
        (2, said("blah", "not_understood")),
        (3, topic("closed", Some("resolved"))),
        (4, ended("resolved")),
        (5, json!({ "kind": "rated", "score": 5 })),
    ];
    log(begun, &facts)
}

fn helped(begun: i64) -> (Timestamp, Vec<Event>) {
    let facts = [
        (0, bot()),
        (1, said("lampan lyser inte", "topic")),
        (1, topic("opened", None)),
        (2, said("människa", "command")),
        (2, topic("closed", Some("escalated"))),
        (2, status("queued", Some("wanted"), Some("support"))),
        (5, said("hallå?", "passed_on")),
        (12, status("agent", None, None)),
        (13, agent()),
        // Passed on: not a second wait.
        (14, status("queued", Some("transferred"), Some("cards"))),
        (44, status("agent", None, None)),
        (50, json!({ "kind": "ended", "by": "agent", "outcome": "resolved" })),
        (51, json!({ "kind": "rated", "score": 3 })),
    ];
    log(begun, &facts)
}

fn report_of(logs: &[(Timestamp, Vec<Event>)], teams: &Teams, days: i64) -> Report {
    let period = Period { since: Timestamp(NOON - days * DAY), until: Timestamp(NOON + DAY) };
    let mut tally = Tally::new(period, TimeZone::get("Europe/Helsinki").unwrap());
    for (begun, log) in logs {
        tally.take(&Tale::of(*begun, log), teams);
    }
    tally.report(Timestamp(NOON + 60 * MINUTE))
}

#[test]
fn who_was_helped_by_the_bot_and_who_by_a_person() {
    let report = report_of(&[solved(NOON), helped(NOON)], &Teams::default(), 0);
    let ends = Ends {
        conversations: 2,
        contained: 1,
        resolved_by_bot: 1,
        escalated: 1,
        resolved_by_person: 1,
        ongoing: 0,
    };
    assert_eq!(report.ends, ends);
    assert_eq!((report.ends.containment(), report.ends.resolution()), (Some(500), Some(500)));
    let lamp = &report.topics[0];
    assert_eq!((lamp.conversations, lamp.resolved_by_bot, lamp.escalated), (2, 1, 1));
    let reason = &report.reasons[0];
    let told = (reason.reason.as_str(), reason.topic.as_ref().map(IntentId::as_str));
    assert_eq!(told, ("wanted", Some("lamp")));
    assert_eq!(report.satisfaction[0].scores, [0, 0, 0, 0, 1]);
    assert_eq!(report.satisfaction[1].scores, [0, 0, 1, 0, 0]);
}

#[test]
fn a_window_that_was_only_opened_and_one_that_goes_on_are_not_decided() {
    let opened = log(NOON, &[(0, bot()), (30, ended("unresolved"))]);
    let ongoing = log(NOON, &[(0, bot()), (1, said("lampan", "topic"))]);
    let report = report_of(&[opened, ongoing], &Teams::default(), 0);
    assert_eq!((report.opened, report.ends.conversations, report.ends.ongoing), (2, 1, 1));
    assert_eq!(report.ends.containment(), None);
}

#[test]
fn what_was_erased_counts_as_erased_and_as_nothing_else() {
    let (begun, mut events) = helped(NOON);
    events[1].fact = crate::conversation::event::Fact::Erased;
    let report = report_of(&[(begun, events)], &Teams::default(), 0);
    assert_eq!((report.opened, report.erased, report.ends.conversations), (1, 1, 0));
    assert!(report.understanding.is_empty() && report.reasons.is_empty(), "{report:?}");
}

#[test]
fn a_wait_ends_with_who_takes_it_and_the_answer_with_their_first_words() {
    let report = report_of(&[helped(NOON)], &Teams::default(), 0);
    let all = &report.waits[0];
    assert_eq!((all.escalations, all.taken, all.left, all.waiting), (1, 1, 0, 0));
    assert_eq!((all.wait.median_s, all.answer.median_s), (600, 660));
    assert_eq!(report.waits[1].team, Some(TeamId::new("support")));
    assert_eq!(report.waits.len(), 2, "the team that it was passed on to was not waited for");
}

#[test]
fn a_night_counts_nothing_within_opening_hours() {
    let hours = json!({ "id": "support", "hours": { "week": { "fri": ["09:00-12:05"], "mon": ["09:00-16:00"] } } });
    let teams: Teams =
        std::iter::once(serde_json::from_value::<TeamSettings>(hours).unwrap()).collect();
    let report = report_of(&[helped(NOON)], &teams, 0);
    let all = &report.waits[0];
    // From 12:02 to 12:12 by the clock, of which the team was open until 12:05.
    assert_eq!((all.wait.median_s, all.wait_open.median_s), (600, 180));
    assert_eq!(all.answer_open.median_s, 180);
}

#[test]
fn whoever_gives_up_has_left_and_whoever_is_still_there_waits() {
    let wish = [(0, bot()), (1, said("människa", "command")), (1, status("offline", None, None))];
    let left: Vec<_> = wish.iter().cloned().chain([(9, ended("offline"))]).collect();
    let report = report_of(&[log(NOON, &wish), log(NOON, &left)], &Teams::default(), 0);
    let all = &report.waits[0];
    let counts = (all.escalations, all.offline, all.taken, all.left, all.waiting);
    assert_eq!(counts, (2, 2, 0, 1, 1));
    assert_eq!(all.wait.count, 0);
}

#[test]
fn messages_count_by_their_own_day_and_language() {
    let (begun, mut events) = solved(NOON - DAY);
    events[3].at = Timestamp(NOON);
    let report = report_of(&[(begun, events)], &Teams::default(), 1);
    let days: Vec<(String, u64, u64)> = report
        .understanding
        .iter()
        .map(|it| (it.day.to_string(), it.counts.answered, it.counts.rejected))
        .collect();
    assert_eq!(days, [("2026-11-26".to_owned(), 1, 0), ("2026-11-27".to_owned(), 0, 1)]);
    let days: Vec<(String, u64)> =
        report.days.iter().map(|day| (day.day.to_string(), day.ends.conversations)).collect();
    assert_eq!(days, [("2026-11-26".to_owned(), 1), ("2026-11-27".to_owned(), 0)]);
}

#[test]
fn a_message_that_waited_for_more_counts_once_as_what_it_became() {
    let mut waits = said("hmm", "not_understood");
    waits["moves"] = json!([{ "move": "waits", "until": NOON }]);
    let mut read = status("bot", None, None);
    read["moves"] = json!([{ "move": "read", "reading": { "as": "unclear" } }]);
    let report =
        report_of(&[log(NOON, &[(0, bot()), (1, waits), (2, read)])], &Teams::default(), 0);
    let counts = &report.understanding[0].counts;
    assert_eq!((counts.messages(), counts.clarified), (1, 1));
}

#[test]
fn two_halves_make_the_whole() {
    let logs = [solved(NOON - DAY), helped(NOON), solved(NOON)];
    let whole = report_of(&logs, &Teams::default(), 1);
    let zone = TimeZone::get("Europe/Helsinki").unwrap();
    let middle = start_of(day_of(Timestamp(NOON), &zone), &zone).unwrap();
    let half = |since, until| {
        let mut tally = Tally::new(Period { since, until }, zone.clone());
        for (begun, log) in &logs {
            tally.take(&Tale::of(*begun, log), &Teams::default());
        }
        tally.report(Timestamp(NOON + 60 * MINUTE)).ends
    };
    let (first, second) =
        (half(Timestamp(NOON - DAY), middle), half(middle, Timestamp(NOON + DAY)));
    assert_eq!(first.conversations + second.conversations, whole.ends.conversations);
    assert_eq!(first.resolved_by_bot + second.resolved_by_bot, whole.ends.resolved_by_bot);
    assert_eq!((first.conversations, second.conversations), (1, 2));
}

#[test]
fn nine_of_ten_are_at_most_the_ninth() {
    let times: Vec<i64> = (1..=10).map(|second| second * 1_000).collect();
    let spread = Spread::of(times);
    assert_eq!((spread.median_s, spread.p90_s, spread.longest_s), (5, 9, 10));
    assert_eq!(Spread::of(Vec::new()), Spread::default());
}

#[test]
fn tables_are_written_with_their_heads() {
    let report = report_of(&[solved(NOON), helped(NOON)], &Teams::default(), 0);
    let all = tables(&report);
    let named = |name: &str| all.iter().find(|table| table.name == name).unwrap();
    assert_eq!(
        named("days").csv(),
        "day,conversations,contained,resolved_by_bot,escalated,resolved_by_person,ongoing\r\n\
         2026-11-27,2,1,1,1,1,0\r\n"
    );
    assert_eq!(named("escalations").csv(), "reason,topic,escalations\r\nwanted,lamp,1\r\n");
    assert!(named("summary").csv().contains("containment_percent,50.0\r\n"));
    assert!(named("satisfaction").csv().contains("person,1,0,0,1,0,0,3.00,0.0\r\n"));
    let one = in_one_file(&all);
    assert!(one.contains("\r\nescalations,wanted lamp,escalations,1\r\n"), "{one}");
    for table in &all {
        assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{table:?}");
    }
    let quoted = tables::Table {
        name: "t",
        head: vec!["a"],
        keys: 1,
        rows: vec![vec!["so, \"it\" is".to_owned()]],
    };
    assert_eq!(quoted.csv(), "a\r\n\"so, \"\"it\"\" is\"\r\n");
}
