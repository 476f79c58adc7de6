//! The bound, and what survives it.

use crate::store::sqlite::recent::Recent;

#[test]
fn remembers_what_was_used_lately_and_forgets_the_rest() {
    let mut recent: Recent<u32, u32> = Recent::new(100);
    for key in 0..1_000 {
        recent.insert(key, key * 2);
        assert_eq!(recent.look_up(&7), (key >= 7).then_some(14), "7 is asked for all the time");
    }
    for key in 950..1_000 {
        assert_eq!(recent.look_up(&key), Some(key * 2));
    }
    assert_eq!(recent.look_up(&500), None);
}

#[test]
fn never_holds_more_than_twice_the_limit() {
    let mut recent: Recent<u32, u32> = Recent::new(10);
    for key in 0..1_000 {
        recent.insert(key, key);
        recent.look_up(&(key / 2));
        assert!(recent.young.len() <= 10 && recent.old.len() <= 10);
    }
}

#[test]
fn the_newest_value_counts() {
    let mut recent: Recent<u32, u32> = Recent::new(2);
    recent.insert(1, 1);
    recent.insert(2, 2);
    recent.insert(3, 3);
    recent.insert(1, 10);
    assert_eq!(recent.look_up(&1), Some(10));
    recent.clear();
    assert_eq!(recent.look_up(&1), None);
}
