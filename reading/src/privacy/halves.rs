//! The second half of a number whose first half went before, when words stand between: "kortet
//! börjar 4123 4312" and then "och sen 2200 3866"; "född 811218, sista fyra 9876".

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::accounts;
use crate::privacy::digits;
use crate::privacy::flat::Flat;
use crate::privacy::identity;
use crate::privacy::words;

/// Within so many lines before stands the first half.
const LINES: usize = 3;

/// So many words may stand before the second half.
const WORDS: usize = 6;

/// So far into a text the second half begins.
const REACH: usize = 200;

/// Signs that may stand between the groups of a half.
const GAPS: &[u8] = b" -./,\t";

/// What a line says that it is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Card,
    Person,
    Other,
}

/// The first half.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the half")]
struct First {
    /// Its letters and digits.
    signs: Vec<u8>,
    /// Whether it is called the beginning of something, or the number of a card or a person.
    named: bool,
    /// Whether it is all that its line says, but for a sign of its century, or ends with that.
    alone: bool,
    /// Whether it has been covered.
    covered: bool,
    /// Whether its line names a code or a password, and so no card.
    code: bool,
    about: About,
}

/// The second half.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the half")]
struct Second {
    at: Range<usize>,
    signs: Vec<u8>,
    /// Whether nothing stands before it but words that lead to a rest.
    introduced: bool,
    /// Whether a word before it calls it something harmless.
    called: bool,
    /// Whether it is called the rest.
    named: bool,
    /// Whether its text begins with it.
    first: bool,
    /// Whether it is a day, a dash and four digits.
    dashed: bool,
    /// Whether it is written in two fours or more.
    fours: bool,
    /// Whether what follows in its line names a card.
    card: bool,
    /// Whether a plus stands before it, calls are spoken of behind it, or it is a service number.
    phone: bool,
    /// Whether it begins like a year.
    year: bool,
    /// Whether it is a year, a day or a decimal, or the word behind it tells what it counts.
    counted: bool,
    /// Whether nothing of weight is said after it in its line.
    last: bool,
}

/// Finds the second half in a text, or both in one.
pub(super) fn find(previous: &str, flat: &Flat) -> Option<Found> {
    if !flat.text.bytes().any(|sign| sign.is_ascii_digit()) {
        return None;
    }
    let across = || {
        let second = second(&flat.text, 0)?;
        let before = Flat::of(previous);
        let lines = before.text.lines().rev().filter(|line| !line.trim().is_empty());
        for line in lines.take(LINES) {
            let Some(first) = first(line) else { continue };
            if let Some(found) = whole(&first, &second) {
                return Some(found);
            }
            // "tilausnumero alkaa 5518": that is what goes on.
            let harmless = |at| words::names_harmless_number(&line[at]);
            if first.named && !first.covered && words_of(line).any(harmless) {
                return None;
            }
        }
        None
    };
    let within = || {
        let near = flat.text.len().min(2 * REACH);
        let near = &flat.text[..(0..=near).rev().find(|&at| flat.text.is_char_boundary(at))?];
        let begin = words_of(near).find(|at| words::calls_rest(&near[at.clone()]))?.start;
        let first = first(&near[..begin])?;
        whole(&first, &second(&flat.text, begin)?)
    };
    across().or_else(within)
}

fn words_of(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(char::is_alphabetic)?;
        let end = text[start..].find(|sign: char| !sign.is_alphabetic());
        at = end.map_or(text.len(), |end| start + end);
        Some(start..at)
    })
}

/// The half that a line ends with, or that it calls the beginning.
fn first(line: &str) -> Option<First> {
    let words = || words_of(line).map(|at| &line[at]);
    let card = digits::says_card_in(line);
    let identity = words().any(words::names_birth);
    let about = match (identity, card) {
        (true, _) => About::Person,
        (_, true) => About::Card,
        _ => About::Other,
    };
    let code = about == About::Other && words().any(|word| words::noun(word).is_some());
    let named = about != About::Other || words().any(words::calls_beginning);
    let end = line.trim_end_matches(|sign: char| !sign.is_alphanumeric() && sign != '•');
    if end.ends_with('•') {
        return Some(First { signs: Vec::new(), named, alone: false, covered: true, code, about });
    }
    // "•••• that's the first block of my card"
    if named && line.contains('•') && !line.bytes().any(|sign| sign.is_ascii_digit()) {
        return Some(First { signs: Vec::new(), named, alone: false, covered: true, code, about });
    }
    let Some(last) = line.rfind(|sign: char| sign.is_ascii_digit()) else {
        // "hetun loppuosa 308T"
        let first = First { signs: Vec::new(), named, alone: false, covered: false, code, about };
        return identity.then_some(first);
    };
    // "född 221160 o", "790501 å": a word that leads on to the rest is no end.
    let behind = &line[last + 1..];
    let ends = words_of(behind)
        .all(|at| words::joins(&behind[at.clone()]) || words::says_little(&behind[at]));
    if !ends && !named {
        return None;
    }
    let mut signs: Vec<u8> = Vec::new();
    let mut start = last + 1;
    for (at, sign) in line[..=last].bytes().enumerate().rev() {
        if sign.is_ascii_digit() {
            signs.push(sign);
            start = at;
        } else if !GAPS.contains(&sign) {
            break;
        }
    }
    let before = line[..start].trim_end();
    // "gb16 nwbk 3448"
    let bank = before.len().checked_sub(BANK).and_then(|at| before.get(at..));
    if let Some(bank) = bank.filter(|bank| names_country_and_bank(bank)) {
        signs.extend(bank.bytes().rev().filter(|sign| *sign != b' '));
    }
    let before = before.as_bytes();
    // "jag sa 2399 2815": a word, and no country; "fi 21 1234" is one.
    let country = !line[..start].ends_with(' ')
        || !line.as_bytes().get(start + 2).is_some_and(u8::is_ascii_digit);
    if let [.., first, second] = before
        && country
        && accounts::length_of(&[*first, *second]).is_some()
        && !before.iter().rev().nth(2).is_some_and(u8::is_ascii_alphanumeric)
    {
        signs.extend([*second, *first]);
    }
    signs.reverse();
    let open = matches!(behind.trim(), "-" | "+") && signs.len() == 6;
    let alone = open || before.is_empty() && behind.trim().len() <= 1;
    Some(First { signs, named, alone, covered: false, code, about })
}

/// The half that stands in a text from `from` on, behind words that lead to it.
fn second(text: &str, from: usize) -> Option<Second> {
    let digit = |text: &str| text.bytes().take(REACH).position(|sign| sign.is_ascii_digit());
    let mut start = from + digit(&text[from..])?;
    if text[start..].starts_with("2nd") {
        start += 1 + digit(&text[start + 1..])?;
    }
    let lead = &text[from..start];
    let mut named = false;
    let mut introduced = true;
    let mut called = false;
    for (count, at) in words_of(lead).enumerate() {
        let word = &lead[at];
        let leads = words::leads_to_rest(word)
            || words::calls_rest(word)
            || named && words::names_birth(word);
        named |= words::calls_rest(word);
        called |= words::names_harmless_number(word) && !words::links(word);
        if !leads || count >= WORDS {
            // The sign of a century is a letter: "A680X".
            let century = word.len() == 1 && lead.ends_with(word);
            introduced &= century;
        }
    }
    let bytes = text.as_bytes();
    let sign = bytes[..start].last().copied().filter(|sign| b"-+abcdefuvwxy".contains(sign));
    let begin = start - usize::from(sign.is_some());
    let mut signs = Vec::new();
    let mut end = start;
    for (at, &sign) in bytes.iter().enumerate().skip(start) {
        if sign.is_ascii_digit() {
            signs.push(sign);
            end = at + 1;
        } else if !GAPS.contains(&sign) || at - end >= MAX_GAP {
            break;
        }
        if signs.len() > 30 {
            return None;
        }
    }
    // The check of a personal identity code is often a letter.
    if signs.len() == 3
        && bytes.get(end).is_some_and(u8::is_ascii_lowercase)
        && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
    {
        signs.push(bytes[end]);
        end += 1;
    }
    let after = text[end..].split('\n').next().unwrap_or_default();
    let last = !after.bytes().any(|sign| sign.is_ascii_digit())
        && words_of(after).all(|at| words::says_little(&after[at]));
    let first = text[from..begin].trim().is_empty();
    let next = words_of(after).next().map_or("", |at| &after[at]);
    named |= words_of(after).any(|at| words::calls_rest(&after[at]));
    let card = digits::says_card_in(after)
        || words_of(after)
            .any(|at| after[at.clone()].starts_with("kort") || after[at].starts_with("card"));
    let written = text[start..end].split(|sign: char| !sign.is_ascii_digit());
    let fours =
        signs.len() >= 8 && written.filter(|group| !group.is_empty()).all(|group| group.len() == 4);
    let dashed = matches!(bytes[start..end], [_, _, b'-', _, _, _, _]);
    let service = is_service(&signs);
    let calls = words_of(after).any(|at| words::is_call(&after[at]));
    let year = matches!(signs.as_slice(), [b'1', b'9', ..] | [b'2', b'0', ..]);
    let counted = year
        || words::is_unit(next) && next != "ar" && next != "e"
        || after.starts_with([':', '/', '-'])
        || after.strip_prefix('.').is_some_and(|rest| !rest.starts_with(' ') && !rest.is_empty())
        || text[start..end].contains('/')
        || text[start..end].split('.').map(str::len).eq([2, 2])
        || after
            .strip_prefix(',')
            .is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
    let phone = sign == Some(b'+') || calls || service;
    Some(Second {
        at: begin..end,
        signs,
        introduced,
        called,
        named,
        first,
        dashed,
        fours,
        card,
        phone,
        year,
        counted,
        last,
    })
}

/// At most so many signs stand between two groups of a half.
const MAX_GAP: usize = 3;

/// Whether a number is one that many may call: "0200 4040", "0800 …".
fn is_service(signs: &[u8]) -> bool {
    [&b"0200"[..], b"0203", b"0600", b"0800", b"0100", b"0771", b"0102", b"0103"]
        .iter()
        .any(|begin| signs.starts_with(begin))
}

/// The length of the country, check and bank that an account begins with: "gb16 nwbk".
const BANK: usize = 9;

fn names_country_and_bank(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, sign)| match at {
        2 | 3 => sign.is_ascii_digit(),
        4 => sign == b' ',
        _ => sign.is_ascii_lowercase(),
    })
}

/// What goes on from a half that has been covered.
fn rest_of_covered(first: &First, second: &Second) -> Option<Found> {
    let found = |kind| Some(Found { at: second.at.clone(), kind });
    let size = second.signs.len();
    let years = size == 8 && second.year && matches!(&second.signs[4..6], b"19" | b"20");
    let goes = !years
        && (first.named || second.named || second.introduced && !first.code)
        && first.about != About::Person
        && second.fours;
    let free = !second.counted && !second.phone && !second.called;
    let named = second.introduced
        && second.named
        && (4..=12).contains(&size)
        && !(size == 4 && (second.year || first.code && second.signs[3].is_ascii_digit()));
    let begins = second.first
        && (second.card || second.fours && !years && !first.code)
        && (4..=15).contains(&size);
    let rest = free && (goes || named || begins);
    // "för tidigt: 7403", "19-8620"; "card is 3727 164", "088 51930"
    let day = second.first && second.dashed && size == 6;
    if day && !second.phone && !first.code {
        return found(SecretKind::SwedishIdentity);
    }
    let of_card =
        first.about == About::Card && (second.first || second.introduced) && !second.counted;
    if of_card && !second.phone && (4..=12).contains(&size) {
        return found(SecretKind::Card);
    }
    // "200899-" was taken for a code; "142F" goes on from it all the same.
    let goes_on = second.introduced && second.first && !second.counted && !second.phone;
    match size {
        _ if rest => found(SecretKind::Card),
        4 if first.about == About::Person
            && (second.at.len() > size || second.introduced)
            && second.signs[3].is_ascii_lowercase() =>
        {
            found(SecretKind::FinnishIdentity)
        }
        4 if goes_on => found(SecretKind::FinnishIdentity),
        12 if goes_on => found(SecretKind::Card),
        _ => None,
    }
}

/// What the two halves are together.
fn whole(first: &First, second: &Second) -> Option<Found> {
    let found = |kind| Some(Found { at: second.at.clone(), kind });
    if first.covered {
        return rest_of_covered(first, second);
    }
    let mut signs = first.signs.clone();
    signs.extend(&second.signs);
    let account = accounts::length_of(&signs) == Some(signs.len());
    if account && accounts::remainder(&signs) == 1 {
        return found(SecretKind::Iban);
    }
    let values: Option<Vec<u8>> =
        signs.iter().map(|sign| sign.is_ascii_digit().then(|| sign - b'0')).collect();
    let card = |least: usize| {
        values.as_ref().is_some_and(|values| {
            values.len() >= least
                && first.signs.len() >= 4
                && digits::is_issued(values)
                && digits::luhn(values)
        })
    };
    // Whatever stands between, two numbers that are a card together are one.
    let long = matches!(signs.len(), 15 | 16)
        && (first.signs.len().is_multiple_of(4) || first.named || second.named);
    if long && !second.phone && !second.called && card(15) {
        return found(SecretKind::Card);
    }
    let lettered = second.signs.len() == 4 && second.signs[3].is_ascii_lowercase();
    let born = matches!(first.signs.len(), 6 | 8);
    let person = first.about == About::Person && second.introduced && signs.len() == 10;
    if (first.signs.len() == 6 && lettered || person) && identity::checks(&signs) {
        return found(SecretKind::FinnishIdentity);
    }
    // "personnummer 198611", "fortsättning 08-3216"
    let checked = second.named && second.signs.len() == 4;
    let person = first.about == About::Person && second.named;
    if (person || checked || second.dashed && second.introduced)
        && !second.called
        && matches!(signs.len(), 10 | 12)
        && values.as_ref().is_some_and(|values| digits::is_swedish_identity(values))
    {
        return found(SecretKind::SwedishIdentity);
    }
    if !second.introduced {
        return None;
    }
    let follows = first.alone || second.first && first.about == About::Person;
    if !(first.named && (second.last || second.card || second.fours) || second.named || follows) {
        return None;
    }
    if (second.named || first.about != About::Person) && card(14) {
        return found(SecretKind::Card);
    }
    if second.signs.len() != 4 {
        return None;
    }
    let year = matches!(second.signs.as_slice(), [b'1', b'9', ..] | [b'2', b'0', ..]);
    if year && !second.named {
        return None;
    }
    if born && values.is_some_and(|values| digits::is_swedish_identity(&values)) {
        return found(SecretKind::SwedishIdentity);
    }
    let finnish = first.signs.len() == 6 && identity::checks(&signs);
    let called = second.named && first.about == About::Person && (born || lettered);
    if finnish || called {
        return found(SecretKind::FinnishIdentity);
    }
    None
}
