use std::net::IpAddr;

use crate::config::Limits;
use crate::gateway::limits::Attempts;
use crate::gateway::limits::Excess;
use crate::gateway::limits::FLOOD;
use crate::gateway::limits::Haste;
use crate::gateway::limits::MessageRate;
use crate::gateway::limits::Newcomers;
use crate::gateway::limits::Pace;
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

#[test]
fn a_connection_is_warned_once_and_then_cut_off() {
    let limits = Limits { frames_per_minute: 3, bytes_per_minute: 0, ..Limits::default() };
    let mut pace = Pace::of(&limits);
    for _ in 0..3 {
        pace.take(1_000_000).unwrap();
    }
    assert!(matches!(pace.take(1), Err(Haste::Warn(Excess::Frames, _))));
    for _ in 1..FLOOD {
        assert_eq!(pace.take(1), Err(Haste::Tolerate(Excess::Frames)));
    }
    assert_eq!(pace.take(1), Err(Haste::CutOff(Excess::Frames)));
}

#[test]
fn the_bytes_of_a_connection_count_and_the_largest_frame_always_fits() {
    let limits = Limits { frames_per_minute: 0, bytes_per_minute: 1, ..Limits::default() };
    let mut pace = Pace::of(&limits);
    pace.take(limits.frame_bytes as usize).unwrap();
    assert!(matches!(pace.take(10_000), Err(Haste::Warn(Excess::Bytes, _))));
    let mut free = Pace::of(&Limits { bytes_per_minute: 0, ..limits });
    assert!((0..10_000).all(|_| free.take(65_536).is_ok()));
}

#[test]
fn newcomers_count_for_their_address_and_in_all() {
    let newcomers = Newcomers::per_minute(2, 3);
    newcomers.take(address(1)).unwrap();
    newcomers.take(address(1)).unwrap();
    let refused = newcomers.take(address(1)).unwrap_err();
    assert!((1..=30).contains(&refused.retry_after_s), "{refused}");
    newcomers.take(address(2)).unwrap();
    assert!(newcomers.take(address(3)).is_err(), "all together have had three");
    let free = Newcomers::per_minute(0, 0);
    assert!((0..10_000).all(|_| free.take(address(1)).is_ok()));
}
