use proptest::prelude::*;

use super::Hours;
use super::Span;
use super::SpanError;
use crate::ids::Timestamp;

fn bank() -> Hours {
    serde_json::from_str(
        r#"{
            "week": {
                "mon": ["09:00-12:00", "12:00-16:30"], "tue": ["09:00-16:30"], "wed": ["09:00-16:30"],
                "thu": ["09:00-16:30"], "fri": ["09:00-16:00"]
            },
            "exceptions": [
                { "date": "2026-12-24", "open": ["09:00-12:00"], "name": "Julafton" },
                { "date": "2026-11-30" }
            ]
        }"#,
    )
    .expect("the hours of a bank")
}

fn at(text: &str) -> Timestamp {
    let moment: jiff::Timestamp = text.parse().expect("a moment");
    Timestamp(moment.as_millisecond())
}

#[test]
fn a_week_has_its_hours_in_local_time() {
    let hours = bank();
    assert!(hours.is_open(at("2026-11-27T09:00:00+02:00")));
    assert!(!hours.is_open(at("2026-11-27T08:59:59+02:00")));
    assert!(!hours.is_open(at("2026-11-27T16:00:00+02:00")), "the end is not in it");
    assert!(!hours.is_open(at("2026-11-28T12:00:00+02:00")), "a Saturday");
    // In summer the same local hour is another hour of UTC.
    assert!(hours.is_open(at("2026-07-01T06:30:00Z")));
    assert!(!hours.is_open(at("2026-12-01T06:30:00Z")));
}

#[test]
fn spans_that_meet_are_one() {
    let monday = at("2026-11-23T11:00:00+02:00");
    assert_eq!(bank().closing(monday), Some(at("2026-11-23T16:30:00+02:00")));
}

#[test]
fn the_next_opening_passes_over_weekends_holidays_and_exceptions() {
    let hours = bank();
    // Friday evening → Monday is an exception → Tuesday.
    let friday = at("2026-11-27T18:00:00+02:00");
    assert_eq!(hours.next_opening(friday), Some(at("2026-12-01T09:00:00+02:00")));
    // An exception wins over the holiday that the day is.
    let eve = at("2026-12-24T07:00:00+02:00");
    assert_eq!(hours.next_opening(eve), Some(at("2026-12-24T09:00:00+02:00")));
    let noon = at("2026-12-24T12:00:00+02:00");
    assert_eq!(hours.next_opening(noon), Some(at("2026-12-28T09:00:00+02:00")));
    let open = at("2026-12-01T10:00:00+02:00");
    assert_eq!(hours.next_opening(open), Some(open));
}

#[test]
fn who_never_opens_has_no_next_opening() {
    let never: Hours = serde_json::from_str(r#"{ "week": {} }"#).expect("closed hours");
    assert_eq!(never.next_opening(at("2026-11-27T18:00:00Z")), None);
    assert!(!never.is_open(at("2026-11-27T18:00:00Z")));
}

#[test]
fn a_night_over_a_clock_change_is_as_long_as_it_was() {
    let night: Hours = serde_json::from_str(
        r#"{ "week": { "sat": ["22:00-24:00"], "sun": ["00:00-06:00"] }, "closed_on_holidays": false }"#,
    )
    .expect("hours of a night");
    // 29 March 2026: three o'clock is four.
    let from = at("2026-03-28T20:00:00+02:00");
    let to = at("2026-03-29T12:00:00+03:00");
    assert_eq!(night.open_ms(from, to), 7 * 60 * 60 * 1_000);
    // 25 October 2026: four o'clock comes twice.
    let from = at("2026-10-24T20:00:00+03:00");
    let to = at("2026-10-25T12:00:00+02:00");
    assert_eq!(night.open_ms(from, to), 9 * 60 * 60 * 1_000);
}

#[test]
fn waiting_counts_while_it_is_open() {
    let from = at("2026-11-26T16:00:00+02:00");
    let to = at("2026-11-27T09:10:00+02:00");
    assert_eq!(bank().open_ms(from, to), 40 * 60 * 1_000);
}

#[test]
fn a_span_that_cannot_be_read_says_how_to_write_it() {
    assert_eq!("9.00-16.30".parse::<Span>().map(|span| span.to_string()), Ok("09:00-16:30".into()));
    assert_eq!(
        "00:00-24:00".parse::<Span>().map(|span| span.to_string()),
        Ok("00:00-24:00".into())
    );
    assert_eq!("nine".parse::<Span>(), Err(SpanError::Form("nine".into())));
    assert_eq!("09:00-24:30".parse::<Span>(), Err(SpanError::Form("09:00-24:30".into())));
    assert_eq!("09:70-10:00".parse::<Span>(), Err(SpanError::Form("09:70-10:00".into())));
    assert_eq!("+9:00-10:00".parse::<Span>(), Err(SpanError::Form("+9:00-10:00".into())));
    assert_eq!("16:00-09:00".parse::<Span>(), Err(SpanError::Backwards("16:00-09:00".into())));
}

proptest! {
    #[test]
    fn a_team_is_open_at_its_next_opening_and_not_before(
        minutes in 0_i64..2 * 366 * 24 * 60,
        part in 0_i64..1_000,
    ) {
        let hours = bank();
        let now = at("2026-01-01T00:00:00Z").plus_ms(minutes * 60_000);
        let next = hours.next_opening(now).expect("a bank opens again");
        prop_assert!(hours.is_open(next));
        if next > now {
            let between = now.plus_ms(next.ms_since(now) * part / 1_000);
            prop_assert!(!hours.is_open(between));
            prop_assert_eq!(hours.open_ms(now, next), 0);
        }
    }
}
