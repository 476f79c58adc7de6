use std::net::IpAddr;

use crate::gateway::limits::Attempts;
use crate::gateway::limits::MessageRate;
use crate::ids::VisitorId;

fn address(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

#[test]
fn a_visitor_may_send_so_many_and_is_told_when_again() {
    let rate = MessageRate::per_minute(3);
    let (anna, bo) = (VisitorId::new("anna"), VisitorId::new("bo"));
    for _ in 0..3 {
        rate.take(&anna).unwrap();
    }
    let refused = rate.take(&anna).unwrap_err();
    // One of three a minute comes back in 20 s.
    assert!((1..=20).contains(&refused.retry_after_s), "{refused}");
    rate.take(&bo).unwrap();
}

#[test]
fn zero_is_no_limit() {
    let rate = MessageRate::per_minute(0);
    let visitor = VisitorId::new("v");
    assert!((0..10_000).all(|_| rate.take(&visitor).is_ok()));
}

#[test]
fn attempts_count_for_the_address_and_for_the_account() {
    let attempts = Attempts::per_minute(2);
    for account in 0..10 {
        attempts.take(address(1), &account.to_string()).unwrap();
    }
    assert!(attempts.take(address(1), "c@x").is_err(), "the address has had five times two");
    let attempts = Attempts::per_minute(2);
    for last in [1, 2] {
        attempts.take(address(last), "a@x").unwrap();
    }
    assert!(attempts.take(address(3), "a@x").is_err(), "the account has had its two");
    attempts.take(address(3), "b@x").unwrap();
}
