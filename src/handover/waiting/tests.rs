use super::ENOUGH;
use super::Pace;
use super::Wait;
use crate::ids::Timestamp;

fn pace(gaps_s: &[i64]) -> Pace {
    let mut pace = Pace::default();
    let mut now = Timestamp(0);
    pace.begins(now);
    for gap in gaps_s {
        now = now.plus_ms(gap * 1_000);
        pace.taken(now);
    }
    pace
}

#[test]
fn an_even_pace_is_told_without_spread() {
    let pace = pace(&[60; 10]);
    assert_eq!(pace.estimate(1), Some(Wait { likely_s: 60, low_s: 60, high_s: 60 }));
    assert_eq!(pace.estimate(4), Some(Wait { likely_s: 240, low_s: 240, high_s: 240 }));
}

#[test]
fn the_spread_grows_with_the_root_of_the_place() {
    let pace = pace(&[30, 90, 30, 90, 30, 90, 30, 90, 30, 90]);
    let one = pace.estimate(1).expect("enough gaps");
    let nine = pace.estimate(9).expect("enough gaps");
    assert_eq!(nine.likely_s, 9 * one.likely_s);
    let (narrow, wide) = (one.high_s - one.likely_s, nine.high_s - nine.likely_s);
    assert!((3 * narrow).abs_diff(wide) <= 2, "{narrow} and {wide}");
}

#[test]
fn too_little_is_no_estimate() {
    assert_eq!(pace(&[60; ENOUGH - 1]).estimate(1), None);
    assert!(pace(&[60; ENOUGH]).estimate(1).is_some());
}

#[test]
fn idle_time_is_not_in_the_pace_and_a_new_pace_replaces_an_old_one() {
    let mut pace = pace(&[60; 10]);
    let mut now = Timestamp(10 * 60 * 60 * 1_000);
    pace.begins(now);
    for _ in 0..32 {
        now = now.plus_ms(10_000);
        pace.taken(now);
    }
    assert_eq!(pace.estimate(2), Some(Wait { likely_s: 20, low_s: 20, high_s: 20 }));
}

#[test]
fn a_clock_that_jumps_back_makes_no_negative_wait() {
    let mut pace = Pace::default();
    pace.begins(Timestamp(1_000_000));
    for at in [900_000, 800_000, 700_000, 600_000, 500_000] {
        pace.taken(Timestamp(at));
    }
    assert_eq!(pace.estimate(3), Some(Wait { likely_s: 0, low_s: 0, high_s: 0 }));
}
