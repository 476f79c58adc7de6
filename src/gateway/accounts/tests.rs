use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tempfile::TempDir;

use crate::clock::Clock;
use crate::config::agents::Agents;
use crate::gateway::accounts::Accounts;
use crate::gateway::accounts::Profile;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::SESSION_HOURS;
use crate::gateway::accounts::SignedIn;
use crate::gateway::password;
use crate::gateway::password::Unfit;
use crate::ids::AgentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::protocol::Secret;
use crate::store::AgentRow;
use crate::store::Directory;
use crate::store::Role;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;
use crate::telemetry::metrics::Metrics;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "rätt häst batteri";

struct World {
    accounts: Accounts,
    directory: Arc<dyn Directory>,
    clock: Clock,
    _folder: TempDir,
}

async fn world(logins_per_minute: u32) -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let directory: Arc<dyn Directory> =
        Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
    let clock = Clock::by_hand(Timestamp(1_795_383_296_789));
    let settings = Agents { lockout_failures: 0, ..Agents::default() };
    let metrics = Arc::new(Metrics::new());
    let accounts = Accounts::open(
        Arc::clone(&directory),
        clock.clone(),
        metrics,
        settings,
        "",
        logins_per_minute,
    )
    .await
    .unwrap();
    World { accounts, directory, clock, _folder: folder }
}

impl World {
    async fn add(&self, name: &str) -> AgentRow {
        let (id, email) = (AgentId::new(name), format!("{name}@bank.example"));
        let hash = password::hash(PASSWORD);
        let agent = AgentRow {
            teams: vec![TeamId::new("support")],
            languages: vec![Language::Sv],
            ..AgentRow::new(id, email, name.to_owned(), Role::Agent, hash)
        };
        assert!(self.directory.add_agent(agent.clone()).await.unwrap());
        agent
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, Refused> {
        self.accounts.sign_in(email, &secret(password), None, HERE).await
    }

    async fn is_signed_in(&self, token: &Secret) -> bool {
        self.accounts.signed_in(token).await.unwrap().is_some()
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn who_signs_in_is_known_by_the_token_until_they_sign_out() {
    let world = world(100).await;
    let anna = world.add("anna").await;
    let signed_in = world.sign_in(" Anna@Bank.Example ", PASSWORD).await.unwrap();
    assert_eq!(world.accounts.signed_in(&signed_in.token).await.unwrap(), Some(anna));
    assert!(!world.is_signed_in(&secret("another token")).await);
    world.accounts.sign_out(&signed_in.token).await.unwrap();
    assert!(!world.is_signed_in(&signed_in.token).await);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_and_a_disabled_account_look_the_same() {
    let world = world(100).await;
    world.add("anna").await;
    let bo = world.add("bo").await;
    assert!(world.directory.update_agent(AgentRow { disabled: true, ..bo }).await.unwrap());
    for (email, password) in [
        ("anna@bank.example", "fel häst batteri"),
        ("nobody@bank.example", PASSWORD),
        ("bo@bank.example", PASSWORD),
    ] {
        let refused = world.sign_in(email, password).await.unwrap_err();
        assert!(matches!(refused, Refused::Wrong), "{email}: {refused}");
    }
}

#[tokio::test]
async fn a_session_ends_by_itself_and_with_its_account() {
    let world = world(100).await;
    let anna = world.add("anna").await;
    let hour_ms = 60 * 60 * 1_000;
    let first = world.sign_in(&anna.email, PASSWORD).await.unwrap();
    world.clock.advance(SESSION_HOURS * hour_ms - 1);
    assert!(world.is_signed_in(&first.token).await);
    world.clock.advance(1);
    assert!(!world.is_signed_in(&first.token).await);

    let second = world.sign_in(&anna.email, PASSWORD).await.unwrap();
    assert!(world.directory.update_agent(AgentRow { disabled: true, ..anna }).await.unwrap());
    assert!(!world.is_signed_in(&second.token).await);
}

#[tokio::test]
async fn too_many_attempts_are_refused_even_with_the_right_password() {
    let world = world(2).await;
    let anna = world.add("anna").await;
    for _ in 0..2 {
        assert!(matches!(world.sign_in(&anna.email, "wrong").await, Err(Refused::Wrong)));
    }
    let refused = world.sign_in(&anna.email, PASSWORD).await.unwrap_err();
    let Refused::TooFast(wait) = refused else { panic!("{refused}") };
    assert!((1..=30).contains(&wait.retry_after_s), "{wait}");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let world = world(100).await;
    let anna = world.add("anna").await;
    let here = world.sign_in(&anna.email, PASSWORD).await.unwrap().token;
    let elsewhere = world.sign_in(&anna.email, PASSWORD).await.unwrap().token;
    let new = secret("ett nytt lösenord");
    let changed = world.accounts.change_password(&here, &secret(PASSWORD), &new, HERE).await;
    assert!(!changed.unwrap().must_change_password);
    assert!(world.is_signed_in(&here).await);
    assert!(!world.is_signed_in(&elsewhere).await);
    assert!(matches!(world.sign_in(&anna.email, PASSWORD).await, Err(Refused::Wrong)));
    assert!(world.sign_in(&anna.email, new.expose()).await.is_ok());
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_it_and_to_a_fit_one() {
    let world = world(100).await;
    let anna = world.add("anna").await;
    let token = world.sign_in(&anna.email, PASSWORD).await.unwrap().token;
    let change = async |token: &Secret, old: &str, new: &str| {
        world.accounts.change_password(token, &secret(old), &secret(new), HERE).await.unwrap_err()
    };
    let new = "ett nytt lösenord";
    assert!(matches!(change(&secret("x"), PASSWORD, new).await, Refused::NotSignedIn));
    assert!(matches!(change(&token, "wrong", new).await, Refused::Wrong));
    assert!(matches!(change(&token, PASSWORD, "kort").await, Refused::Unfit(Unfit::Short)));
    assert!(matches!(change(&token, PASSWORD, PASSWORD).await, Refused::Unchanged));
    assert!(world.sign_in(&anna.email, PASSWORD).await.is_ok(), "nothing has changed");
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let world = world(100).await;
    world.add("anna").await;
    let first = world.accounts.first_administrator("Admin@Bank.Example").await.unwrap().unwrap();
    assert_eq!(first.email, "admin@bank.example");
    let signed_in = world.sign_in(&first.email, &first.password).await.unwrap();
    assert_eq!(signed_in.agent.role, Role::Admin);
    assert!(signed_in.agent.must_change_password);
    assert!(world.accounts.first_administrator("x@bank.example").await.unwrap().is_none());
}

#[tokio::test]
async fn neither_token_nor_password_stands_in_the_answers() {
    let world = world(100).await;
    let anna = world.add("anna").await;
    let signed_in = world.sign_in(&anna.email, PASSWORD).await.unwrap();
    let profile = serde_json::to_string(
        &Profile::of(&world.accounts, &signed_in.agent, signed_in.way).await.unwrap(),
    )
    .unwrap();
    let expected = concat!(
        r#"{"id":"anna","name":"anna","role":"agent","teams":["support"],"languages":["sv"],"#,
        r#""email":"anna@bank.example","must_change_password":true,"second_factor":false,"must_add_factor":false}"#
    );
    assert_eq!(profile, expected);
    assert!(!format!("{signed_in:?}").contains(signed_in.token.expose()));
}
