use std::sync::Arc;

use futures_util::FutureExt as _;

use crate::gateway::leases::Leases;
use crate::ids::VisitorId;

#[test]
fn a_lease_ends_with_all_of_its_visitor_and_no_others() {
    let leases = Arc::new(Leases::default());
    let (anna, bo) = (VisitorId::new("anna"), VisitorId::new("bo"));
    let (one, two, other) = (leases.hold(&anna), leases.hold(&anna), leases.hold(&bo));
    assert!(one.over().now_or_never().is_none());
    leases.end(&anna);
    assert!(one.over().now_or_never().is_some());
    assert!(two.over().now_or_never().is_some());
    assert!(other.over().now_or_never().is_none());
    let again = leases.hold(&anna);
    drop((one, two));
    assert!(again.over().now_or_never().is_none(), "a new one is not the old one's");
    leases.end(&anna);
    assert!(again.over().now_or_never().is_some());
}

#[test]
fn nothing_is_kept_of_whoever_left() {
    let leases = Arc::new(Leases::default());
    let anna = VisitorId::new("anna");
    drop((leases.hold(&anna), leases.hold(&anna)));
    assert!(leases.lock().is_empty());
}
