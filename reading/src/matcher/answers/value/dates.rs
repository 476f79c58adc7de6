//! Days as people write them: "i går", "12.3.", "den 5 maj", "toissapäivänä", "last Friday",
//! "för tre dagar sedan".
//!
//! A day without a year is the nearest one; a weekday is the newest one that has been, unless the
//! customer says that it is to come. Day comes before month, as everywhere in Europe.

use std::sync::LazyLock;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::civil::Weekday;
use regex::Regex;

use crate::language::Language;
use crate::matcher::answers::value::numbers;
use crate::matcher::answers::value::only;
use crate::matcher::answers::value::words;

/// Words and the days that they are away from today, the longest first. Folded.
type Away = &'static [(&'static str, i64)];

const SV: Away = &[
    ("i forrgar", -2),
    ("iforrgar", -2),
    ("forrgar", -2),
    ("i overmorgon", 2),
    ("overmorgon", 2),
    ("i gar", -1),
    ("igar", -1),
    ("gardagen", -1),
    ("i morgon", 1),
    ("imorgon", 1),
    ("i dag", 0),
    ("idag", 0),
    ("i morse", 0),
    ("imorse", 0),
    ("i kvall", 0),
    ("ikvall", 0),
    ("i natt", 0),
    ("inatt", 0),
    ("nyss", 0),
    ("just nu", 0),
    ("nyligen", 0),
];
const FI: Away = &[
    ("toissa paivana", -2),
    ("toissapaivana", -2),
    ("toissapaiva", -2),
    ("toissapaivasta", -2),
    ("toispaivana", -2),
    ("ylihuomenna", 2),
    ("eilen", -1),
    ("eilinen", -1),
    ("eilisesta", -1),
    ("eilisiltana", -1),
    ("huomenna", 1),
    ("tanaan", 0),
    ("tana aamuna", 0),
    ("aamulla", 0),
    ("tanaaamuna", 0),
    ("juuri nyt", 0),
    ("asken", 0),
];
const EN: Away = &[
    ("day before yesterday", -2),
    ("day after tomorrow", 2),
    ("yesterday", -1),
    ("last night", -1),
    ("tomorrow", 1),
    ("today", 0),
    ("this morning", 0),
    ("tonight", 0),
    ("this evening", 0),
    ("just now", 0),
];

const MONTHS: [&[&str]; 12] = [
    &["januari", "jan", "tammikuun", "tammikuuta", "tammikuussa", "january"],
    &["februari", "feb", "helmikuun", "helmikuuta", "helmikuussa", "february"],
    &["mars", "maaliskuun", "maaliskuuta", "maaliskuussa", "march", "mar"],
    &["april", "apr", "huhtikuun", "huhtikuuta", "huhtikuussa"],
    &["maj", "toukokuun", "toukokuuta", "toukokuussa", "may"],
    &["juni", "jun", "kesakuun", "kesakuuta", "kesakuussa", "june"],
    &["juli", "jul", "heinakuun", "heinakuuta", "heinakuussa", "july"],
    &["augusti", "aug", "elokuun", "elokuuta", "elokuussa", "august"],
    &["september", "sep", "sept", "syyskuun", "syyskuuta", "syyskuussa"],
    &["oktober", "okt", "lokakuun", "lokakuuta", "lokakuussa", "october", "oct"],
    &["november", "nov", "marraskuun", "marraskuuta", "marraskuussa"],
    &["december", "dec", "joulukuun", "joulukuuta", "joulukuussa"],
];

/// Beginnings of the weekdays' names, folded, from Monday.
const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["mandag", "maanantai", "monday"], Weekday::Monday),
    (&["tisdag", "tiistai", "tuesday"], Weekday::Tuesday),
    (&["onsdag", "keskiviik", "wednesday"], Weekday::Wednesday),
    (&["torsdag", "torstai", "thursday"], Weekday::Thursday),
    (&["fredag", "perjantai", "friday"], Weekday::Friday),
    (&["lordag", "lauantai", "saturday"], Weekday::Saturday),
    (&["sondag", "sunnuntai", "sunday"], Weekday::Sunday),
];

/// The one day in a text, seen from `today`.
pub(super) fn read(text: &str, language: Language, today: Date) -> Option<Date> {
    let words = words(text);
    let written = numeric(text, today);
    if !written.is_empty() {
        return only(written).flatten();
    }
    let plain = format!(" {} ", words.join(" ").replace(['.', ','], ""));
    named_month(&words, today)
        .or_else(|| ago(&words, &plain, language, today))
        .or_else(|| away(&plain, language, today))
        .or_else(|| weekday(&words, language, today))
        .or_else(|| day_alone(&words, language, today))
}

/// "12.3.", "12.3.2026", "12/3", "2026-03-12"; `None` in the list stands for a day that is none.
fn numeric(text: &str, today: Date) -> Vec<Option<Date>> {
    static ISO: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b").expect("it is constant"));
    static SHORT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\d{1,2})\s?[./]\s?(\d{1,2})(?:[./]\s?(\d{4}|\d{2}))?(?:\b|\.)")
            .expect("it is constant")
    });
    let number = |found: &regex::Captures<'_>, at| -> Option<i16> {
        found.get(at).and_then(|part| part.as_str().parse().ok())
    };
    let iso: Vec<Option<Date>> = ISO
        .captures_iter(text)
        .map(|found| date(number(&found, 1)?, number(&found, 2)?, number(&found, 3)?))
        .collect();
    if !iso.is_empty() {
        return iso;
    }
    SHORT
        .captures_iter(text)
        .map(|found| {
            let (day, month) = (number(&found, 1)?, number(&found, 2)?);
            match number(&found, 3) {
                None => nearest(month, day, today),
                Some(year) if year < 100 => date(2_000 + year, month, day),
                Some(year) => date(year, month, day),
            }
        })
        .collect()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The day of this name that is nearest to today.
fn nearest(month: i16, day: i16, today: Date) -> Option<Date> {
    [-1, 0, 1]
        .into_iter()
        .filter_map(|years| date(today.year() + years, month, day))
        .min_by_key(|day| days_between(today, *day).abs())
}

fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// "den 5 maj 2026", "toukokuun 5.", "May 5th", "5th of May".
fn named_month(words: &[String], today: Date) -> Option<Date> {
    let bare = |at: usize| words.get(at).map(|word| word.trim_end_matches(['.', ',']));
    let (at, month) = words.iter().enumerate().find_map(|(at, word)| {
        let word = word.trim_end_matches(['.', ',']);
        let month = MONTHS.iter().position(|names| names.contains(&word))?;
        Some((at, i16::try_from(month).ok()? + 1))
    })?;
    let before = at.checked_sub(1).and_then(bare).and_then(|word| match word {
        // "5th of May"
        "of" => at.checked_sub(2).and_then(bare).and_then(day_number),
        word => day_number(word),
    });
    let day = before.or_else(|| bare(at + 1).and_then(day_number))?;
    let year = [at + 1, at + 2]
        .into_iter()
        .filter_map(bare)
        .find_map(|word| word.parse::<i16>().ok().filter(|year| (1_900..=2_200).contains(year)));
    match year {
        Some(year) => date(year, month, day),
        None => nearest(month, day, today),
    }
}

/// "5", "5:e", "5th", "5."
fn day_number(word: &str) -> Option<i16> {
    let digits = word.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let ending = &word[digits.len()..];
    let known = ["", ".", ":e", ":a", "e", "a", "st", "nd", "rd", "th", "."];
    let day: i16 = digits.parse().ok()?;
    (known.contains(&ending) && (1..=31).contains(&day)).then_some(day)
}

/// "för tre dagar sedan", "viikko sitten", "two weeks ago".
fn ago(words: &[String], plain: &str, language: Language, today: Date) -> Option<Date> {
    let (past, units): (&[&str], [&[&str]; 3]) = match language {
        Language::Sv => (
            &[" sedan ", " sen "],
            [&["dag", "dagar"], &["vecka", "veckor"], &["manad", "manader"]],
        ),
        Language::Fi => (
            &[" sitten "],
            [&["paiva", "paivaa"], &["viikko", "viikkoa"], &["kuukausi", "kuukautta"]],
        ),
        Language::En => {
            (&[" ago ", " back "], [&["day", "days"], &["week", "weeks"], &["month", "months"]])
        }
    };
    past.iter().any(|word| plain.contains(word)).then_some(())?;
    let (at, unit) = words.iter().enumerate().find_map(|(at, word)| {
        let word = word.trim_end_matches(['.', ',']);
        Some((at, units.iter().position(|names| names.contains(&word))?))
    })?;
    let before = words[at.saturating_sub(3)..at].join(" ");
    let count = last_number(&before, language).unwrap_or(1);
    let span = match unit {
        0 => count.days(),
        1 => count.weeks(),
        _ => count.months(),
    };
    today.checked_sub(span).ok()
}

/// The number nearest to the end of a few words; articles count as one.
fn last_number(text: &str, language: Language) -> Option<i32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (0..words.len())
        .find_map(|from| numbers::read(&words[from..].join(" "), language))
        .filter(|number| number.fract() == 0.0 && (0.0..=1_000.0).contains(number))
        .map(|number| {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and at most 1 000")]
            let count = number as i32;
            count
        })
}

fn away(plain: &str, language: Language, today: Date) -> Option<Date> {
    let table = match language {
        Language::Sv => SV,
        Language::Fi => FI,
        Language::En => EN,
    };
    let (_, days) = table.iter().find(|(words, _)| plain.contains(&format!(" {words} ")))?;
    today.checked_add(days.days()).ok()
}

fn weekday(words: &[String], language: Language, today: Date) -> Option<Date> {
    let (at, weekday) = words.iter().enumerate().find_map(|(at, word)| {
        let names = WEEKDAYS.iter().find(|(names, _)| names.iter().any(|it| word.starts_with(it)));
        names.map(|(_, weekday)| (at, *weekday))
    })?;
    let before = at.checked_sub(1).map_or("", |at| words[at].as_str());
    let to_come = match language {
        Language::Sv => ["pa", "nasta", "kommande"].contains(&before),
        Language::Fi => ["ensi", "tuleva", "tulevana", "seuraava", "seuraavana"].contains(&before),
        Language::En => ["next", "coming"].contains(&before),
    };
    // "i måndags", said on a Monday, is a week ago.
    let past = ["i", "forra", "viime", "last"].contains(&before);
    if to_come {
        return today.nth_weekday(1, weekday).ok();
    }
    if today.weekday() == weekday && !past {
        return Some(today);
    }
    today.nth_weekday(-1, weekday).ok()
}

/// "den 5:e": the newest such day.
fn day_alone(words: &[String], language: Language, today: Date) -> Option<Date> {
    let leads: &[&str] = match language {
        Language::Sv => &["den"],
        Language::Fi => &["paiva", "paivana"],
        Language::En => &["the", "on"],
    };
    let day = words.iter().enumerate().find_map(|(at, word)| {
        let led = at > 0 && leads.contains(&words[at - 1].as_str());
        let followed = words.get(at + 1).is_some_and(|next| leads.contains(&next.as_str()));
        let only = words.len() == 1;
        let ordinal = word.len() > 2 || word.ends_with('.');
        (led || followed || only && ordinal).then(|| day_number(word)).flatten()
    })?;
    (0..12).find_map(|months| {
        let month = today.checked_sub(months.months()).ok()?;
        let found = date(month.year(), i16::from(month.month()), day)?;
        (found <= today).then_some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_people_write_them() {
        // A Wednesday.
        let today = Date::constant(2026, 3, 18);
        for (language, text, day) in [
            (Language::Sv, "i går", Some("2026-03-17")),
            (Language::Sv, "Igår kväll", Some("2026-03-17")),
            (Language::Sv, "i förrgår tror jag", Some("2026-03-16")),
            (Language::Sv, "den 5 maj", Some("2026-05-05")),
            (Language::Sv, "5:e december", Some("2025-12-05")),
            (Language::Sv, "12.3.", Some("2026-03-12")),
            (Language::Sv, "det var 12.3.2025", Some("2025-03-12")),
            (Language::Sv, "2026-01-31", Some("2026-01-31")),
            (Language::Sv, "31.2.", None),
            (Language::Sv, "i måndags", Some("2026-03-16")),
            (Language::Sv, "i onsdags", Some("2026-03-11")),
            (Language::Sv, "på fredag", Some("2026-03-20")),
            (Language::Sv, "för tre dagar sedan", Some("2026-03-15")),
            (Language::Sv, "för en vecka sen", Some("2026-03-11")),
            (Language::Sv, "den 5:e", Some("2026-03-05")),
            (Language::Sv, "den 25:e", Some("2026-02-25")),
            (Language::Sv, "vet inte", None),
            (Language::Sv, "12.3. eller 13.3.", None),
            (Language::Fi, "toissapäivänä", Some("2026-03-16")),
            (Language::Fi, "eilen illalla", Some("2026-03-17")),
            (Language::Fi, "viime perjantaina", Some("2026-03-13")),
            (Language::Fi, "maanantaina", Some("2026-03-16")),
            (Language::Fi, "toukokuun 5.", Some("2026-05-05")),
            (Language::Fi, "5. toukokuuta 2025", Some("2025-05-05")),
            (Language::Fi, "kaksi viikkoa sitten", Some("2026-03-04")),
            (Language::Fi, "viikko sitten", Some("2026-03-11")),
            (Language::En, "last Friday", Some("2026-03-13")),
            (Language::En, "the day before yesterday", Some("2026-03-16")),
            (Language::En, "May 5th", Some("2026-05-05")),
            (Language::En, "the 5th of May 2024", Some("2024-05-05")),
            (Language::En, "two days ago", Some("2026-03-16")),
            (Language::En, "a month ago", Some("2026-02-18")),
            (Language::En, "next Monday", Some("2026-03-23")),
            // No year beside this one has such a day.
            (Language::En, "29.2.", None),
        ] {
            let found = read(text, language, today).map(|day| day.to_string());
            assert_eq!(found.as_deref(), day, "{text}");
        }
    }
}
