//! When a team is open: a week, days that differ, public holidays, all in one time zone.
//!
//! Pure: a moment comes in, and what holds then comes out. **Invariants:** [`Hours::is_open`] and
//! [`Hours::next_opening`] agree (a team is open at its next opening, and not before); a span
//! never reaches beyond its day; a clock change moves an opening with the local time.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;

use crate::handover::holidays::Holiday;
use crate::ids::Timestamp;

/// How far ahead an opening is looked for: whoever is closed for longer has no next opening.
const HORIZON_DAYS: usize = 400;
const DAY_MINUTES: u16 = 24 * 60;

/// A day of the week as files and forms name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// A part of a day, written `09:00-16:30`; `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    opens: u16,
    closes: u16,
}

/// Why a part of a day cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// It has another form.
    #[error("`{0}` is no part of a day: write it as 09:00-16:30")]
    Form(String),
    /// It ends before it begins.
    #[error(
        "`{0}` closes before it opens; for a night, end one day at 24:00 and begin the next at 00:00"
    )]
    Backwards(String),
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let form = || SpanError::Form(text.to_owned());
        let (opens, closes) = text.split_once(['-', '–']).ok_or_else(form)?;
        let opens = minutes(opens).ok_or_else(form)?;
        let closes = minutes(closes).ok_or_else(form)?;
        if opens >= closes {
            return Err(SpanError::Backwards(text.to_owned()));
        }
        Ok(Self { opens, closes })
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        write!(out, "{}-{}", clock(self.opens), clock(self.closes))
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once([':', '.'])?;
    let plain = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(hour) || !plain(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= DAY_MINUTES).then_some(all)
}

/// A day that differs from its week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Which day.
    pub date: Date,
    /// When it is open; empty = closed.
    #[serde(default)]
    pub open: Vec<Span>,
    /// Why, for whoever reads the list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// When a team is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// By day of the week; a day that is not named is closed.
    pub week: BTreeMap<Day, Vec<Span>>,
    /// Days that differ; they win over the week and over holidays.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
    /// Whether Finnish public holidays are closed.
    #[serde(default = "yes")]
    pub closed_on_holidays: bool,
    /// An IANA time zone.
    #[serde(default = "home", with = "zone")]
    pub zone: TimeZone,
}

fn yes() -> bool {
    true
}

fn home() -> TimeZone {
    TimeZone::get(crate::conversation::policy::HOME_ZONE).unwrap_or(TimeZone::UTC)
}

mod zone {
    use jiff::tz::TimeZone;
    use serde::Deserialize as _;
    use serde::Deserializer;
    use serde::Serializer;
    use serde::de::Error as _;

    pub(super) fn serialize<S: Serializer>(zone: &TimeZone, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(zone.iana_name().unwrap_or("UTC"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeZone, D::Error> {
        let name = String::deserialize(from)?;
        TimeZone::get(&name).map_err(|_| {
            D::Error::custom(format!("`{name}` is no time zone, such as Europe/Helsinki"))
        })
    }
}

impl Hours {
    /// Whether the team is open at a moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.closing(at).is_some()
    }

    /// When the span that holds a moment ends; `None` when the team is closed then.
    #[must_use]
    pub fn closing(&self, at: Timestamp) -> Option<Timestamp> {
        let day = self.day_of(at)?;
        self.openings(day)
            .into_iter()
            .find(|(opens, closes)| *opens <= at && at < *closes)
            .map(|(_, closes)| closes)
    }

    /// The first moment, this one or a later one, at which the team is open.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let mut day = self.day_of(at)?;
        for _ in 0..HORIZON_DAYS {
            let next = self.openings(day).into_iter().find(|(_, closes)| at < *closes);
            if let Some((opens, _)) = next {
                return Some(opens.max(at));
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// How much of the time between two moments the team was open, in milliseconds: what a
    /// customer waited by the team's own clock.
    #[must_use]
    pub fn open_ms(&self, from: Timestamp, to: Timestamp) -> i64 {
        let (Some(mut day), Some(last)) = (self.day_of(from), self.day_of(to)) else { return 0 };
        let mut sum = 0;
        for _ in 0..HORIZON_DAYS {
            if day > last {
                break;
            }
            for (opens, closes) in self.openings(day) {
                sum += closes.min(to).ms_since(opens.max(from));
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        sum
    }

    /// Whether no day of any week has hours: exceptions alone do not make a team that opens.
    #[must_use]
    pub fn never_opens(&self) -> bool {
        self.week.values().all(Vec::is_empty)
    }

    /// The spans of a day, as they are written.
    #[must_use]
    pub fn on(&self, day: Date) -> &[Span] {
        if let Some(exception) = self.exceptions.iter().find(|exception| exception.date == day) {
            return &exception.open;
        }
        if self.closed_on_holidays && Holiday::of(day).is_some() {
            return &[];
        }
        self.week.get(&Day::from(day.weekday())).map_or(&[], Vec::as_slice)
    }

    fn day_of(&self, at: Timestamp) -> Option<Date> {
        let moment = jiff::Timestamp::from_millisecond(at.0).ok()?;
        Some(moment.to_zoned(self.zone.clone()).date())
    }

    /// The spans of a day as moments, the first first; spans that meet are one.
    fn openings(&self, day: Date) -> Vec<(Timestamp, Timestamp)> {
        let mut spans = self.on(day).to_vec();
        spans.sort_unstable();
        let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
        for span in spans {
            let (Some(opens), Some(closes)) =
                (self.moment(day, span.opens), self.moment(day, span.closes))
            else {
                continue;
            };
            match found.last_mut() {
                Some(last) if opens <= last.1 => last.1 = last.1.max(closes),
                _ => found.push((opens, closes)),
            }
        }
        found
    }

    fn moment(&self, day: Date, minutes: u16) -> Option<Timestamp> {
        let (day, minutes) = match minutes {
            DAY_MINUTES => (day.tomorrow().ok()?, 0),
            minutes => (day, minutes),
        };
        let hour = i8::try_from(minutes / 60).ok()?;
        let minute = i8::try_from(minutes % 60).ok()?;
        let zoned = day.at(hour, minute, 0, 0).to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests;
