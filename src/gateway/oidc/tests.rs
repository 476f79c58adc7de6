//! The rules of a sign-in elsewhere, without anybody elsewhere.

use serde_json::Value;
use serde_json::json;

use crate::config::oidc::Oidc;
use crate::gateway::oidc::begun::Away;
use crate::gateway::oidc::begun::Begun;
use crate::gateway::oidc::begun::Stage;
use crate::gateway::oidc::begun::WITHIN_S;
use crate::gateway::oidc::person::IdToken;
use crate::gateway::oidc::person::NotIn;
use crate::gateway::oidc::person::Person;
use crate::gateway::oidc::person::person;
use crate::ids::AgentId;
use crate::ids::Timestamp;
use crate::protocol::Secret;
use crate::store::Role;

const NOW_S: i64 = 1_795_383_296;
const NOW: Timestamp = Timestamp(NOW_S * 1_000);

fn settings() -> Oidc {
    Oidc { client_id: "chat".to_owned(), ..Oidc::default() }
}

fn with_roles() -> Oidc {
    let roles = ["leads=supervisor", "a=b=admin", " staff = agent "];
    let roles = roles.map(str::to_owned).to_vec();
    Oidc { roles_claim: "https://bank.example/groups".to_owned(), roles, ..settings() }
}

/// Who comes in by a good token in which these claims are others.
fn judged(settings: &Oidc, changes: &[(&str, Value)]) -> Result<Person, NotIn> {
    let mut claims = json!({
        "aud": "chat", "nonce": "n-1", "iat": NOW_S, "exp": NOW_S + 300,
        "email": " Anna@Bank.example", "email_verified": true,
    });
    for (name, value) in changes {
        claims[*name] = value.clone();
    }
    let token: IdToken = serde_json::from_value(claims).unwrap();
    person(&token, "n-1", settings, NOW)
}

#[test]
fn a_person_is_the_address_that_the_provider_vouches_for() {
    let anna = Person { email: "anna@bank.example".to_owned(), role: None };
    assert_eq!(judged(&settings(), &[]), Ok(anna));
    for unverified in [json!(false), json!("true"), json!(1), Value::Null] {
        let changes = [("email_verified", unverified)];
        assert_eq!(judged(&settings(), &changes), Err(NotIn::Unverified));
    }
    for nothing in [json!(""), json!(" "), Value::Null] {
        assert_eq!(judged(&settings(), &[("email", nothing)]), Err(NotIn::Unverified));
    }
}

#[test]
fn a_token_is_for_this_sign_in_in_its_time_and_for_this_server_alone() {
    for (name, value) in [
        ("nonce", json!("n-2")),
        ("nonce", Value::Null),
        ("exp", json!(NOW_S - 60)),
        ("iat", json!(NOW_S + 61)),
        ("nbf", json!(NOW_S + 61)),
        ("aud", json!(["chat", "shop"])),
        ("azp", json!("shop")),
    ] {
        let changes = [(name, value.clone())];
        assert_eq!(judged(&settings(), &changes), Err(NotIn::BadToken), "{name}: {value}");
    }
    for good in [
        vec![("exp", json!(NOW_S - 59))],
        vec![("aud", json!(["chat"]))],
        vec![("aud", json!(["chat", "shop"])), ("azp", json!("chat"))],
    ] {
        assert!(judged(&settings(), &good).is_ok(), "{good:?}");
    }
}

#[test]
fn the_highest_role_that_the_claim_names_counts() {
    let settings = with_roles();
    let role = |said: Value| {
        let changes = [("https://bank.example/groups", said)];
        judged(&settings, &changes).map(|person| person.role.unwrap())
    };
    assert_eq!(role(json!("staff")), Ok(Role::Agent));
    assert_eq!(role(json!(["staff", "leads", "canteen"])), Ok(Role::Supervisor));
    assert_eq!(role(json!(["a=b", "staff"])), Ok(Role::Admin));
    for nothing in [json!([]), json!("admin"), json!(["canteen"]), json!(7), Value::Null] {
        assert_eq!(role(nothing.clone()), Err(NotIn::NoRole), "{nothing}");
    }
}

#[test]
fn a_ticket_is_good_once_and_in_its_time() {
    let begun = Begun::default();
    let away = || Stage::Away(Away::draw());
    let ticket = begun.keep(away(), NOW);
    assert!(begun.take(&Secret::new("guessed".to_owned()), NOW).is_none());
    assert!(begun.take(&ticket, NOW).is_some());
    assert!(begun.take(&ticket, NOW).is_none());
    let ticket = begun.keep(away(), NOW);
    assert!(begun.take(&ticket, NOW.plus_ms(WITHIN_S * 1_000)).is_none());
}

#[test]
fn however_many_begin_the_oldest_make_room() {
    let begun = Begun::default();
    let stage = || Stage::Vouched(AgentId::new("anna"));
    let tickets: Vec<Secret> = (0..5_000).map(|_| begun.keep(stage(), NOW)).collect();
    assert!(begun.take(&tickets[0], NOW).is_none());
    assert!(begun.take(&tickets[4_999], NOW).is_some());
}

/// The example of RFC 7636, appendix B.
#[test]
fn the_challenge_is_made_as_the_standard_says() {
    let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
    let away = Away { state: String::new(), nonce: String::new(), verifier };
    assert_eq!(away.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}
