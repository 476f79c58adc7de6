use jiff::civil::date;

use super::Holiday;
use super::easter;

#[test]
fn easter_falls_where_the_almanac_has_it() {
    for (year, month, day) in [
        (1961, 4, 2),
        (2000, 4, 23),
        (2008, 3, 23),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2038, 4, 25),
    ] {
        assert_eq!(easter(year), Some(date(year, month, day)), "{year}");
    }
}

#[test]
fn a_year_has_its_fifteen_days_of_rest() {
    let mut found: Vec<(String, Holiday)> = Vec::new();
    let mut day = date(2026, 1, 1);
    while day.year() == 2026 {
        if let Some(holiday) = Holiday::of(day) {
            found.push((day.to_string(), holiday));
        }
        day = day.tomorrow().expect("the year ends before time does");
    }
    let expected = [
        ("2026-01-01", Holiday::NewYear),
        ("2026-01-06", Holiday::Epiphany),
        ("2026-04-03", Holiday::GoodFriday),
        ("2026-04-05", Holiday::Easter),
        ("2026-04-06", Holiday::EasterMonday),
        ("2026-05-01", Holiday::MayDay),
        ("2026-05-14", Holiday::Ascension),
        ("2026-05-24", Holiday::WhitSunday),
        ("2026-06-19", Holiday::MidsummerEve),
        ("2026-06-20", Holiday::Midsummer),
        ("2026-10-31", Holiday::AllSaints),
        ("2026-12-06", Holiday::Independence),
        ("2026-12-24", Holiday::ChristmasEve),
        ("2026-12-25", Holiday::Christmas),
        ("2026-12-26", Holiday::BoxingDay),
    ];
    let expected: Vec<(String, Holiday)> =
        expected.iter().map(|(day, holiday)| ((*day).to_owned(), *holiday)).collect();
    assert_eq!(found, expected);
}
