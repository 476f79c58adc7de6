use super::Routing;
use super::Team;
use super::Teams;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;

fn team(json: &str) -> Team {
    serde_json::from_str(json).expect("a team")
}

#[test]
fn what_is_not_said_is_as_for_a_team_that_nobody_set_up() {
    let said = team(r#"{ "id": "digital" }"#);
    assert_eq!(said, Team::plain(TeamId::new("digital")));
    assert_eq!(said.faults(), []);
    assert_eq!(said.routing, Routing::Pull);
    assert!(said.is_open(Timestamp(0)));
    assert_eq!(said.title(Language::Sv), "digital");
}

#[test]
fn every_fault_is_told_at_once_with_its_field() {
    let wrong = team(
        r#"{
            "id": "två ord", "name": { "sv": " " }, "capacity": 0, "accept_within_s": 1,
            "answer_within_s": 90000, "queue_limit": 0, "hours": { "week": { "mon": [] } }
        }"#,
    );
    let fields: Vec<&str> = wrong.faults().iter().map(|fault| fault.field).collect();
    let expected =
        ["id", "name", "capacity", "accept_within_s", "answer_within_s", "queue_limit", "hours"];
    assert_eq!(fields, expected);
}

#[test]
fn a_word_that_is_no_field_is_refused() {
    let error = serde_json::from_str::<Team>(r#"{ "id": "a", "ours": {} }"#).expect_err("a typo");
    assert!(error.to_string().contains("ours"), "{error}");
}

#[test]
fn a_skill_finds_the_team_that_speaks_the_language() {
    let teams: Teams = [
        team(r#"{ "id": "a", "skills": ["password"], "languages": ["fi"] }"#),
        team(r#"{ "id": "b", "skills": ["password"], "languages": ["sv"] }"#),
    ]
    .into_iter()
    .collect();
    let password = IntentId::new("password");
    assert_eq!(teams.skilled(&password, Language::Sv), Some(&TeamId::new("b")));
    assert_eq!(teams.skilled(&password, Language::Fi), Some(&TeamId::new("a")));
    assert_eq!(teams.skilled(&password, Language::En), Some(&TeamId::new("a")));
    assert_eq!(teams.skilled(&IntentId::new("urgent"), Language::Sv), None);
}

#[test]
fn a_closed_team_says_when_it_opens() {
    let teams: Teams =
        [team(r#"{ "id": "a", "hours": { "week": { "mon": ["09:00-16:00"] }, "zone": "UTC" } }"#)]
            .into_iter()
            .collect();
    let id = TeamId::new("a");
    // 1 January 1970 was a Thursday, and a holiday besides.
    let monday = Timestamp((4 * 24 + 9) * 60 * 60 * 1_000);
    assert!(!teams.is_open(&id, Timestamp(0)));
    assert_eq!(teams.opens_at(&id, Timestamp(0)), Some(monday));
    assert!(teams.is_open(&id, monday));
    assert_eq!(teams.opens_at(&id, monday), None);
    assert!(teams.is_open(&TeamId::new("nobody-set-it-up"), Timestamp(0)));
}
