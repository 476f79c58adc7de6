use std::net::IpAddr;

use crate::gateway::places::Full;
use crate::gateway::places::Places;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn one_address_gets_its_share_and_another_its_own() {
    let places = Places::new(10, 2);
    let first = places.take(Some(address("10.0.0.1"))).unwrap();
    let _second = places.take(Some(address("::ffff:10.0.0.1"))).unwrap();
    let refused = places.take(Some(address("10.0.0.1"))).unwrap_err();
    assert_eq!(refused, Full::FromOneAddress);
    let _other = places.take(Some(address("10.0.0.2"))).unwrap();
    drop(first);
    assert!(places.take(Some(address("10.0.0.1"))).is_ok());
}

#[test]
fn neighbours_in_one_ipv6_network_share() {
    let places = Places::new(10, 1);
    let _first = places.take(Some(address("2001:db8::1"))).unwrap();
    assert!(places.take(Some(address("2001:db8::2"))).is_err());
    assert!(places.take(Some(address("2001:db8:0:1::1"))).is_ok());
}

#[test]
fn all_together_are_bounded_and_zero_bounds_no_address() {
    let places = Places::new(3, 0);
    let held: Vec<_> = (0..3).map(|_| places.take(Some(address("10.0.0.1"))).unwrap()).collect();
    assert_eq!(places.take(Some(address("10.0.0.2"))).unwrap_err(), Full::Altogether);
    drop(held);
    assert_eq!(places.taken(), 0);
    assert!(places.take(Some(address("10.0.0.2"))).is_ok());
}

#[test]
fn a_proxy_has_no_share_of_its_own() {
    let places = Places::new(3, 1);
    let _held: Vec<_> = (0..3).map(|_| places.take(None).unwrap()).collect();
    assert_eq!(places.take(None).unwrap_err(), Full::Altogether);
}
