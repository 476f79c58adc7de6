//! Second factors, and sign-ins that failed.

use crate::ids::Timestamp;
use crate::store::Directory;
use crate::store::FactorRow;
use crate::store::contract::World;
use crate::store::contract::account;
use crate::store::contract::moment;

pub(crate) async fn a_factor_is_offered_confirmed_and_removed(world: &impl World) {
    let store = world.open().await;
    let anna = account("anna");
    store.add_agent(anna.clone()).await.unwrap();
    assert_eq!(store.factor(&anna.id).await.unwrap(), None);
    let recovery = vec!["one".to_owned(), "two".to_owned()];
    assert!(!store.confirm_factor(&anna.id, 5, &recovery).await.unwrap());
    assert!(store.offer_factor(&anna.id, b"first").await.unwrap());
    assert!(store.offer_factor(&anna.id, b"second").await.unwrap());
    assert!(!store.take_step(&anna.id, 9).await.unwrap(), "an offered one takes no codes");
    assert!(store.confirm_factor(&anna.id, 5, &recovery).await.unwrap());
    assert!(!store.confirm_factor(&anna.id, 6, &[]).await.unwrap());
    assert!(!store.offer_factor(&anna.id, b"third").await.unwrap());
    let expected =
        FactorRow { secret: b"second".to_vec(), confirmed: true, last_step: 5, recovery };
    assert_eq!(store.factor(&anna.id).await.unwrap(), Some(expected));
    store.remove_factor(&anna.id).await.unwrap();
    assert_eq!(store.factor(&anna.id).await.unwrap(), None);
}

pub(crate) async fn a_code_is_taken_once(world: &impl World) {
    let (here, there) = (world.open().await, world.open().await);
    let anna = account("anna");
    here.add_agent(anna.clone()).await.unwrap();
    here.offer_factor(&anna.id, b"secret").await.unwrap();
    let codes = vec!["one".to_owned(), "two".to_owned()];
    here.confirm_factor(&anna.id, 5, &codes).await.unwrap();
    assert!(!here.take_step(&anna.id, 5).await.unwrap());
    let at_once = tokio::join!(here.take_step(&anna.id, 6), there.take_step(&anna.id, 6));
    assert!(at_once.0.unwrap() != at_once.1.unwrap());
    let left = &codes[..1];
    let at_once = tokio::join!(
        here.take_recovery(&anna.id, &codes, left),
        there.take_recovery(&anna.id, &codes, left)
    );
    assert!(at_once.0.unwrap() != at_once.1.unwrap());
    assert_eq!(here.factor(&anna.id).await.unwrap().unwrap().recovery, left);
}

pub(crate) async fn every_so_many_failures_lock(world: &impl World) {
    let store = world.open().await;
    let fail = async |account: &str, now: i64| {
        let (now, forget) = (moment(now), moment(now - 1_000));
        store.note_failure(account, now, forget, 3, now.plus_ms(50)).await.unwrap();
        store.locked_until(account).await.unwrap()
    };
    assert_eq!(store.locked_until("anna").await.unwrap(), Timestamp(0));
    assert_eq!(fail("anna", 1).await, Timestamp(0));
    assert_eq!(fail("anna", 2).await, Timestamp(0));
    assert_eq!(fail("bo", 2).await, Timestamp(0), "each for themselves");
    assert_eq!(fail("anna", 3).await, moment(53));
    assert_eq!(fail("anna", 60).await, moment(53));
    assert_eq!(fail("anna", 61).await, moment(53));
    assert_eq!(fail("anna", 62).await, moment(112));
    store.forget_failures("anna").await.unwrap();
    assert_eq!(fail("anna", 63).await, Timestamp(0));
    assert_eq!(fail("anna", 64).await, Timestamp(0));
    assert_eq!(fail("anna", 2_000).await, Timestamp(0), "what is long past is forgotten");
}
