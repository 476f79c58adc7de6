//! The public holidays of Finland, computed: no list that somebody must remember to renew.
//!
//! Besides the holidays of the law (statute 388/1937 and the church's feasts) the eves of
//! Christmas and Midsummer count, on which banks are closed.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::civil::Weekday;
use serde::Serialize;

use crate::language::Language;

/// A day on which Finland rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holiday {
    /// 1 January.
    NewYear,
    /// 6 January.
    Epiphany,
    /// The Friday before Easter.
    GoodFriday,
    /// The first Sunday after the first full moon of spring.
    Easter,
    /// The day after Easter.
    EasterMonday,
    /// 1 May.
    MayDay,
    /// The fortieth day of Easter, a Thursday.
    Ascension,
    /// The fiftieth day of Easter, a Sunday.
    WhitSunday,
    /// The Friday from 19 to 25 June.
    MidsummerEve,
    /// The Saturday from 20 to 26 June.
    Midsummer,
    /// The Saturday from 31 October to 6 November.
    AllSaints,
    /// 6 December.
    Independence,
    /// 24 December.
    ChristmasEve,
    /// 25 December.
    Christmas,
    /// 26 December.
    BoxingDay,
}

impl Holiday {
    /// The holiday that a day is, if it is one.
    #[must_use]
    pub fn of(day: Date) -> Option<Self> {
        let fixed = match (day.month(), day.day()) {
            (1, 1) => Some(Self::NewYear),
            (1, 6) => Some(Self::Epiphany),
            (5, 1) => Some(Self::MayDay),
            (12, 6) => Some(Self::Independence),
            (12, 24) => Some(Self::ChristmasEve),
            (12, 25) => Some(Self::Christmas),
            (12, 26) => Some(Self::BoxingDay),
            _ => None,
        };
        fixed.or_else(|| by_weekday(day)).or_else(|| by_easter(day))
    }

    /// What people call it.
    #[must_use]
    pub fn name(self, lang: Language) -> &'static str {
        let [sv, fi, en] = match self {
            Self::NewYear => ["Nyårsdagen", "Uudenvuodenpäivä", "New Year’s Day"],
            Self::Epiphany => ["Trettondagen", "Loppiainen", "Epiphany"],
            Self::GoodFriday => ["Långfredagen", "Pitkäperjantai", "Good Friday"],
            Self::Easter => ["Påskdagen", "Pääsiäispäivä", "Easter Sunday"],
            Self::EasterMonday => ["Annandag påsk", "Toinen pääsiäispäivä", "Easter Monday"],
            Self::MayDay => ["Första maj", "Vappu", "May Day"],
            Self::Ascension => ["Kristi himmelsfärdsdag", "Helatorstai", "Ascension Day"],
            Self::WhitSunday => ["Pingstdagen", "Helluntaipäivä", "Whit Sunday"],
            Self::MidsummerEve => ["Midsommarafton", "Juhannusaatto", "Midsummer Eve"],
            Self::Midsummer => ["Midsommardagen", "Juhannuspäivä", "Midsummer Day"],
            Self::AllSaints => ["Alla helgons dag", "Pyhäinpäivä", "All Saints’ Day"],
            Self::Independence => ["Självständighetsdagen", "Itsenäisyyspäivä", "Independence Day"],
            Self::ChristmasEve => ["Julafton", "Jouluaatto", "Christmas Eve"],
            Self::Christmas => ["Juldagen", "Joulupäivä", "Christmas Day"],
            Self::BoxingDay => ["Annandag jul", "Tapaninpäivä", "Boxing Day"],
        };
        match lang {
            Language::Sv => sv,
            Language::Fi => fi,
            Language::En => en,
        }
    }
}

fn by_weekday(day: Date) -> Option<Holiday> {
    match (day.weekday(), day.month(), day.day()) {
        (Weekday::Friday, 6, 19..=25) => Some(Holiday::MidsummerEve),
        (Weekday::Saturday, 6, 20..=26) => Some(Holiday::Midsummer),
        (Weekday::Saturday, 10, 31) | (Weekday::Saturday, 11, 1..=6) => Some(Holiday::AllSaints),
        _ => None,
    }
}

fn by_easter(day: Date) -> Option<Holiday> {
    let easter = easter(day.year())?;
    [
        (-2, Holiday::GoodFriday),
        (0, Holiday::Easter),
        (1, Holiday::EasterMonday),
        (39, Holiday::Ascension),
        (49, Holiday::WhitSunday),
    ]
    .into_iter()
    .find(|(days, _)| easter.checked_add(days.days()).is_ok_and(|feast| feast == day))
    .map(|(_, holiday)| holiday)
}

/// Easter Sunday of a year by the rule of J.-M. Oudin (1940), as in the *Explanatory Supplement to
/// the Astronomical Almanac* (1992), section 12.
fn easter(year: i16) -> Option<Date> {
    let all = i32::from(year);
    let century = all / 100;
    let golden = all % 19;
    let epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    let moon =
        epact - (epact / 28) * (1 - (epact / 28) * (29 / (epact + 1)) * ((21 - golden) / 11));
    let weekday = (all + all / 4 + moon + 2 - century + century / 4) % 7;
    let from_march = moon - weekday;
    let month = 3 + (from_march + 40) / 44;
    let day = from_march + 28 - 31 * (month / 4);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests;
