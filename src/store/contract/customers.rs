//! Visitors whom the bank knows.

use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::Appended;
use crate::store::Directory;
use crate::store::EventStore;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;

fn visitor(name: &str) -> VisitorId {
    VisitorId::new(name)
}

pub(crate) async fn a_visitor_becomes_one_customer(world: &impl World) {
    let store = world.open().await;
    assert_eq!(store.customer_of(&visitor("v1")).await.unwrap(), None);
    assert_eq!(store.bind_customer(&visitor("v1"), "anna").await.unwrap(), visitor("v1"));
    assert_eq!(store.bind_customer(&visitor("v1"), "anna").await.unwrap(), visitor("v1"));
    let row = store.customer_of(&visitor("v1")).await.unwrap().unwrap();
    assert_eq!((row.customer.as_str(), row.main), ("anna", visitor("v1")));
    // Another customer with this visitor's token is another visitor.
    let bo = store.bind_customer(&visitor("v1"), "bo").await.unwrap();
    assert_ne!(bo, visitor("v1"));
    assert_eq!(store.customer("bo").await.unwrap().unwrap().main, bo);
    assert_eq!(store.customer_of(&visitor("v1")).await.unwrap().unwrap().customer, "anna");
}

pub(crate) async fn a_customer_has_one_main_visitor(world: &impl World) {
    let (here, there) = (world.open().await, world.open().await);
    let binds = (0..20).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { store.bind_customer(&visitor(&format!("v{number}")), "anna").await.unwrap() }
    });
    let mains = futures_util::future::join_all(binds).await;
    assert!(mains.iter().all(|main| *main == mains[0]), "{mains:?}");
    let last = here.customer_of(&visitor("v19")).await.unwrap().unwrap();
    assert_eq!(last.main, mains[0]);
}

pub(crate) async fn joined_visitors_are_one(world: &impl World) {
    let store = world.open().await;
    let (own, main) = (visitor("own"), visitor("main"));
    store.join_visitors(&own, &main).await.unwrap();
    store.create(new_conversation("c1", "own")).await.unwrap();
    let said = |author: &str| caused_by(&format!("v:{author}"), "m1", append("c1", 0, 1, "x"));
    assert_eq!(store.append(said("own")).await.unwrap(), Appended::Done);
    for _ in 0..2 {
        store.join_visitors(&own, &main).await.unwrap();
    }
    let row = store.conversation(&id("c1")).await.unwrap().unwrap();
    assert_eq!(row.visitor, main);
    assert_eq!(store.open_conversation_of(&own).await.unwrap(), None);
    assert_eq!(store.open_conversation_of(&main).await.unwrap(), Some(row.id.clone()));
    // What was taken under the old name counts under the new one.
    let again = store.append(said("main")).await.unwrap();
    assert_eq!(again, Appended::Duplicate { conversation: row.id, seq: Seq(1) });
}

pub(crate) async fn a_customer_signs_out(world: &impl World) {
    let store = world.open().await;
    store.bind_customer(&visitor("v1"), "anna").await.unwrap();
    store.bind_customer(&visitor("v2"), "anna").await.unwrap();
    store.bind_customer(&visitor("v3"), "bo").await.unwrap();
    store.sign_customer_out("anna", moment(5)).await.unwrap();
    store.sign_customer_out("anna", moment(4)).await.unwrap();
    store.sign_customer_out("nobody", moment(9)).await.unwrap();
    let since =
        async |name: &str| store.customer_of(&visitor(name)).await.unwrap().unwrap().signed_out_at;
    assert_eq!(since("v1").await, moment(5));
    assert_eq!(since("v2").await, moment(5));
    assert_eq!(since("v3").await, Timestamp(0));
}

pub(crate) async fn a_customers_tokens_are_revoked(world: &impl World) {
    let store = world.open().await;
    store.bind_customer(&visitor("v1"), "anna").await.unwrap();
    store.bind_customer(&visitor("v2"), "anna").await.unwrap();
    store.bind_customer(&visitor("v3"), "bo").await.unwrap();
    store.revoke_tokens("anna", moment(5)).await.unwrap();
    store.revoke_tokens("anna", moment(4)).await.unwrap();
    let row = async |name: &str| store.customer_of(&visitor(name)).await.unwrap().unwrap();
    assert_eq!(row("v1").await.revoked_at, moment(5));
    assert_eq!(row("v2").await.revoked_at, moment(5));
    assert_eq!(row("v2").await.signed_out_at, Timestamp(0), "the bank's word is still good");
    assert_eq!(row("v3").await.revoked_at, Timestamp(0));
    assert_eq!(store.customer("anna").await.unwrap().unwrap().revoked_at, moment(5));
}
