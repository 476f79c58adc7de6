use jiff::tz::TimeZone;

use super::moment;
use crate::ids::Timestamp;
use crate::language::Language;

fn at(text: &str) -> Timestamp {
    let moment: jiff::Timestamp = text.parse().expect("a moment");
    Timestamp(moment.as_millisecond())
}

#[test]
fn a_moment_is_said_as_people_say_it() {
    let zone = TimeZone::get("Europe/Helsinki").expect("a zone");
    let now = at("2026-11-27T18:00:00+02:00");
    let said = |text, lang| moment(at(text), now, &zone, lang);
    assert_eq!(said("2026-11-27T21:05:00+02:00", Language::Sv), "i dag kl. 21.05");
    assert_eq!(said("2026-11-28T09:00:00+02:00", Language::Fi), "huomenna klo 9.00");
    assert_eq!(said("2026-11-28T09:00:00+02:00", Language::En), "tomorrow at 9:00");
    assert_eq!(said("2026-11-30T09:00:00+02:00", Language::Sv), "på måndag 30.11. kl. 9.00");
    assert_eq!(said("2026-11-30T09:00:00+02:00", Language::Fi), "maanantaina 30.11. klo 9.00");
    assert_eq!(said("2026-11-30T09:00:00+02:00", Language::En), "on Monday 30 November at 9:00");
    // The day is the customer's, not that of UTC.
    assert_eq!(said("2026-11-28T23:30:00Z", Language::En), "on Sunday 29 November at 1:30");
}
