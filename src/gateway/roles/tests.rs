use crate::conversation::event::AgentRef;
use crate::gateway::roles::Deed;
use crate::gateway::roles::may;
use crate::gateway::roles::serves;
use crate::ids::AgentId;
use crate::ids::TeamId;
use crate::store::Role;
use crate::store::contract::account;

#[test]
fn who_may_do_what() {
    let table = [
        (Deed::Answer, [true, true, true]),
        (Deed::Supervise, [false, true, true]),
        (Deed::SeeContent, [false, true, true]),
        (Deed::SeeInsights, [false, true, true]),
        (Deed::KeepAccounts, [false, false, true]),
        (Deed::ChangeSettings, [false, false, true]),
        (Deed::HandleData, [false, false, true]),
        (Deed::ReadAudit, [false, false, true]),
    ];
    assert_eq!(table.map(|(deed, _)| deed), Deed::ALL);
    for (deed, expected) in table {
        let roles = [Role::Agent, Role::Supervisor, Role::Admin];
        assert_eq!(roles.map(|role| may(role, deed)), expected, "{deed:?}");
    }
}

#[test]
fn an_agent_serves_their_teams_and_what_they_hold() {
    let (cards, loans) = (TeamId::new("cards"), TeamId::new("loans"));
    let mut anna = account("anna");
    let holder = |id: &AgentId| AgentRef { id: id.clone(), name: "x".to_owned() };
    let (herself, other) = (holder(&anna.id), holder(&AgentId::new("bo")));
    assert!(serves(&anna, Some(&cards), None), "without teams, all");
    anna.teams = vec![cards.clone()];
    for (team, held_by, expected) in [
        (Some(&cards), None, true),
        (Some(&cards), Some(&other), true),
        (Some(&loans), None, false),
        (Some(&loans), Some(&other), false),
        (Some(&loans), Some(&herself), true),
        (None, None, true),
    ] {
        assert_eq!(serves(&anna, team, held_by), expected, "{team:?} {held_by:?}");
    }
    for role in [Role::Supervisor, Role::Admin] {
        anna.role = role;
        assert!(serves(&anna, Some(&loans), Some(&other)));
    }
}
