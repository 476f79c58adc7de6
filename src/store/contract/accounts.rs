//! Accounts, sessions and keys.

use crate::ids::AgentId;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::store::AgentRow;
use crate::store::Directory;
use crate::store::DocumentKind;
use crate::store::Role;
use crate::store::SessionRow;
use crate::store::Way;
use crate::store::contract::World;
use crate::store::contract::account;
use crate::store::contract::moment;

pub(crate) async fn accounts_are_kept(world: &impl World) {
    let store = world.open().await;
    assert_eq!(store.agents().await.unwrap(), []);
    let (berit, anna) = (account("berit"), account("anna"));
    assert!(store.add_agent(berit.clone()).await.unwrap());
    assert!(store.add_agent(anna.clone()).await.unwrap());
    assert_eq!(store.agents().await.unwrap(), [anna.clone(), berit.clone()]);
    assert_eq!(store.agent(&anna.id).await.unwrap(), Some(anna.clone()));
    assert_eq!(store.agent_by_email("ANNA@Example.org").await.unwrap(), Some(anna.clone()));
    assert_eq!(store.agent_by_email("nobody@example.org").await.unwrap(), None);
    let changed = AgentRow {
        email: "Anna.New@example.org".to_owned(),
        name: "Anna Å".to_owned(),
        role: Role::Admin,
        teams: vec![TeamId::new("digital"), TeamId::new("cards")],
        languages: Vec::new(),
        skills: vec![IntentId::new("lost_card"), IntentId::new("loans")],
        password: "other".to_owned(),
        must_change_password: false,
        disabled: true,
        ..anna.clone()
    };
    assert!(store.update_agent(changed.clone()).await.unwrap());
    let stored = AgentRow { email: "anna.new@example.org".to_owned(), ..changed };
    assert_eq!(store.agent(&anna.id).await.unwrap(), Some(stored));
    assert!(!store.update_agent(account("nobody")).await.unwrap());
    assert_eq!(store.agents().await.unwrap().len(), 2);
}

pub(crate) async fn an_address_is_one_accounts(world: &impl World) {
    let store = world.open().await;
    let (anna, berit) = (account("anna"), account("berit"));
    assert!(store.add_agent(anna.clone()).await.unwrap());
    assert!(store.add_agent(berit.clone()).await.unwrap());
    let second =
        AgentRow { id: AgentId::new("id-2"), email: "Anna@example.org".into(), ..account("x") };
    assert!(!store.add_agent(second).await.unwrap());
    let moved = AgentRow { email: anna.email.clone(), ..berit.clone() };
    assert!(!store.update_agent(moved).await.unwrap());
    assert_eq!(store.agents().await.unwrap(), [anna, berit]);
}

pub(crate) async fn sessions_expire_and_end(world: &impl World) {
    let store = world.open().await;
    let anna = account("anna");
    store.add_agent(anna.clone()).await.unwrap();
    let session = |hash: &str, until| SessionRow {
        token_hash: hash.to_owned(),
        agent: anna.id.clone(),
        expires_at: moment(until),
        way: Way::Provider,
    };
    store.add_session(session("short", 100), moment(0)).await.unwrap();
    store.add_session(session("long", 1_000), moment(0)).await.unwrap();
    let found = |hash: &'static str, now| store.session(hash, moment(now));
    assert_eq!(found("short", 99).await.unwrap(), Some(session("short", 100)));
    assert_eq!(found("short", 100).await.unwrap(), None);
    assert_eq!(found("long", 100).await.unwrap(), Some(session("long", 1_000)));
    store.add_session(session("third", 1_000), moment(500)).await.unwrap();
    assert_eq!(found("short", 0).await.unwrap(), None, "expired ones are forgotten");
    store.end_session("long").await.unwrap();
    store.end_session("unknown").await.unwrap();
    assert_eq!(found("long", 500).await.unwrap(), None);
    assert!(found("third", 500).await.unwrap().is_some());
    store.add_session(session("fourth", 1_000), moment(500)).await.unwrap();
    store.end_sessions_of(&anna.id).await.unwrap();
    assert_eq!(found("third", 500).await.unwrap(), None);
    assert_eq!(found("fourth", 500).await.unwrap(), None);
}

pub(crate) async fn a_session_of_nobody_is_refused(world: &impl World) {
    let store = world.open().await;
    let session = SessionRow {
        token_hash: "hash".to_owned(),
        agent: AgentId::new("nobody"),
        expires_at: moment(1_000),
        way: Way::Password,
    };
    assert!(store.add_session(session, moment(0)).await.is_err());
    assert_eq!(store.session("hash", moment(0)).await.unwrap(), None);
    assert!(store.add_agent(account("anna")).await.unwrap(), "others are not hurt");
}

pub(crate) async fn the_first_key_stays(world: &impl World) {
    let store = world.open().await;
    assert_eq!(store.key("tokens", [1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.key("tokens", [2; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.key("other", [3; 32]).await.unwrap(), [3; 32]);
    let racers = (10..30).map(|byte| store.key("raced", [byte; 32]));
    let keys = futures_util::future::join_all(racers).await;
    let first = *keys[0].as_ref().unwrap();
    assert!(keys.iter().all(|key| *key.as_ref().unwrap() == first));
}

pub(crate) async fn documents_are_kept_by_kind(world: &impl World) {
    let store = world.open().await;
    let of = |kind| store.documents(kind);
    store.put_document(DocumentKind::Team, "b", "{}").await.unwrap();
    store.put_document(DocumentKind::Team, "a", "{}").await.unwrap();
    store.put_document(DocumentKind::Canned, "a", "[1]").await.unwrap();
    store.put_document(DocumentKind::Team, "b", "[2]").await.unwrap();
    let pair = |id: &str, body: &str| (id.to_owned(), body.to_owned());
    assert_eq!(of(DocumentKind::Team).await.unwrap(), [pair("a", "{}"), pair("b", "[2]")]);
    assert_eq!(of(DocumentKind::Canned).await.unwrap(), [pair("a", "[1]")]);
    assert!(store.remove_document(DocumentKind::Team, "a").await.unwrap());
    assert!(!store.remove_document(DocumentKind::Team, "a").await.unwrap());
    assert_eq!(of(DocumentKind::Team).await.unwrap(), [pair("b", "[2]")]);
    assert_eq!(of(DocumentKind::Canned).await.unwrap(), [pair("a", "[1]")]);
}
