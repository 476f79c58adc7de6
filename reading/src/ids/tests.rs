use super::*;

#[test]
fn moments_are_written_with_milliseconds_in_utc() {
    assert_eq!(Timestamp(1_795_390_523_007).to_rfc3339(), "2026-11-22T23:35:23.007Z");
    assert_eq!(Timestamp(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
}

#[test]
fn ids_of_the_wire_are_short_and_plain() {
    assert!(is_wire_id("a-B_9"));
    assert!(!is_wire_id(""));
    assert!(!is_wire_id("å"));
    assert!(!is_wire_id("a b"));
    assert!(is_wire_id(&"x".repeat(64)));
    assert!(!is_wire_id(&"x".repeat(65)));
}

#[test]
fn time_since_a_later_moment_is_zero() {
    assert_eq!(Timestamp(5).ms_since(Timestamp(9)), 0);
}
