use super::*;

/// 12 o'clock in Helsinki on a day in winter.
const NOON: Timestamp = Timestamp(1_795_860_000_000);
const HOUR_MS: i64 = 60 * 60 * 1_000;

#[test]
fn what_is_kept_for_ever_has_no_step() {
    let forever = Retention { effects_days: 0, sessions_days: 0, ..Retention::default() };
    assert_eq!(plan(&forever, NOON), []);
}

#[test]
fn a_step_reaches_back_by_whole_days() {
    let settings = Retention { conversations_days: 30, visitors_days: 7, ..Retention::default() };
    let steps = plan(&settings, NOON);
    let of = |kind| steps.iter().find(|step| step.kind == kind).map(|step| step.before);
    assert_eq!(of(Kind::Conversations), Some(NOON.plus_ms(-30 * DAY_MS)));
    assert_eq!(of(Kind::Visitors), Some(NOON.plus_ms(-7 * DAY_MS)));
    assert_eq!(of(Kind::Attachments), None);
}

#[test]
fn at_night_the_steps_are_longer() {
    let settings = Retention::default();
    let limit = |moment| plan(&settings, moment)[0].limit;
    assert_eq!(limit(NOON), BY_DAY);
    assert_eq!(limit(NOON.plus_ms(13 * HOUR_MS)), AT_NIGHT);
    assert_eq!(limit(NOON.plus_ms(17 * HOUR_MS)), BY_DAY);
    let elsewhere = Retention { time_zone: "Asia/Tokyo".to_owned(), ..settings };
    assert_eq!(plan(&elsewhere, NOON.plus_ms(6 * HOUR_MS))[0].limit, AT_NIGHT);
}
