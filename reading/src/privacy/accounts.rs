//! International bank account numbers.

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::flat::Flat;

/// Signs that may stand between two characters of an account number.
const MAX_GAP: usize = 3;

/// Which.
const GAPS: &[u8] = b" \t\r\n-._/,()";

/// A number that is glued to the word before it has more digits in a row than this.
const GLUED: usize = 12;

/// The length of an account number by country.
const LENGTHS: &[(&str, usize)] = &[
    ("ad", 24),
    ("ae", 23),
    ("al", 28),
    ("at", 20),
    ("az", 28),
    ("ba", 20),
    ("be", 16),
    ("bg", 22),
    ("bh", 22),
    ("bi", 27),
    ("br", 29),
    ("by", 28),
    ("ch", 21),
    ("cr", 22),
    ("cy", 28),
    ("cz", 24),
    ("de", 22),
    ("dj", 27),
    ("dk", 18),
    ("do", 28),
    ("ee", 20),
    ("eg", 29),
    ("es", 24),
    ("fi", 18),
    ("fk", 18),
    ("fo", 18),
    ("fr", 27),
    ("gb", 22),
    ("ge", 22),
    ("gi", 23),
    ("gl", 18),
    ("gr", 27),
    ("gt", 28),
    ("hn", 28),
    ("hr", 21),
    ("hu", 28),
    ("ie", 22),
    ("il", 23),
    ("iq", 23),
    ("is", 26),
    ("it", 27),
    ("jo", 30),
    ("kw", 30),
    ("kz", 20),
    ("lb", 28),
    ("lc", 32),
    ("li", 21),
    ("lt", 20),
    ("lu", 20),
    ("lv", 21),
    ("ly", 25),
    ("mc", 27),
    ("md", 24),
    ("me", 22),
    ("mk", 19),
    ("mn", 20),
    ("mr", 27),
    ("mt", 31),
    ("mu", 30),
    ("ni", 28),
    ("nl", 18),
    ("no", 15),
    ("om", 23),
    ("pk", 24),
    ("pl", 28),
    ("ps", 29),
    ("pt", 25),
    ("qa", 29),
    ("ro", 24),
    ("rs", 22),
    ("ru", 33),
    ("sa", 24),
    ("sc", 31),
    ("sd", 18),
    ("se", 24),
    ("si", 19),
    ("sk", 24),
    ("sm", 27),
    ("so", 23),
    ("st", 25),
    ("sv", 28),
    ("tl", 23),
    ("tn", 24),
    ("tr", 26),
    ("ua", 29),
    ("va", 22),
    ("vg", 24),
    ("xk", 20),
    ("ye", 30),
];

/// Countries whose account numbers have no letters after the first two: words are none.
const DIGITS_ONLY: &[&str] = &[
    "ae", "at", "ba", "be", "cz", "de", "dk", "ee", "es", "fi", "fo", "gl", "hr", "hu", "il", "is",
    "lt", "me", "no", "pl", "pt", "rs", "se", "si", "sk", "tn", "ua", "xk",
];

/// Finds account numbers.
pub(super) fn find(flat: &Flat, found: &mut Vec<Found>) {
    let bytes = flat.text.as_bytes();
    // The check digits at least are digits.
    if !bytes.iter().any(u8::is_ascii_digit) {
        return;
    }
    let mut at = 0;
    while at + 4 < bytes.len() {
        let begins = bytes[at].is_ascii_lowercase() && begins_at(&flat.text, at);
        match begins.then(|| account(flat, at)).flatten() {
            Some(end) => {
                found.push(Found { at: at..end, kind: SecretKind::Iban });
                at = end;
            }
            None => at += 1,
        }
    }
}

/// Whether a number may begin at `at`: not within a word, unless the word is what it is called
/// ("ibanfi21…") or ends where the number's digits begin ("sparkontotFI46…"): the letters of a country
/// stand in many words.
fn begins_at(text: &str, at: usize) -> bool {
    let (before, rest) = text.as_bytes().split_at(at);
    let digits = rest[2..].iter().take_while(|sign| sign.is_ascii_digit()).count();
    if digits > GLUED && DIGITS_ONLY.iter().any(|country| rest.starts_with(country.as_bytes())) {
        return true;
    }
    let glued = before.iter().rev().take(9).take_while(|sign| sign.is_ascii_alphanumeric()).count();
    let name = &before[at - glued..];
    glued == 0 && !text[..at].ends_with(char::is_alphanumeric)
        || [&b"iban"[..], b"konto", b"kontonr", b"kontot", b"tili", b"tilinro", b"account", b"nr"]
            .contains(&name)
}

/// Where the account number that begins at `at` ends.
fn account(flat: &Flat, at: usize) -> Option<usize> {
    // The two letters may stand apart like everything else: "F I 2 1".
    let rest = &flat.text.as_bytes()[at + 1..];
    let second = rest.iter().take(MAX_GAP + 1).find(|sign| !GAPS.contains(sign))?;
    let country = [flat.text.as_bytes()[at], *second];
    // "order no. 113-4478201"
    if flat.text[at..].starts_with("no.") {
        return None;
    }
    let digits_only = DIGITS_ONLY.iter().any(|code| code.as_bytes() == country);
    let (_, length) = LENGTHS.iter().find(|(code, _)| code.as_bytes() == country)?;
    let mut signs: Vec<u8> = Vec::with_capacity(*length);
    let mut end = at;
    let mut gap = 0;
    for (offset, &sign) in flat.text.as_bytes()[at..].iter().enumerate() {
        if sign.is_ascii_alphanumeric() {
            signs.push(sign);
            end = at + offset + 1;
            gap = 0;
            let place = signs.len();
            if (matches!(place, 3 | 4) || digits_only && place > 2) && !sign.is_ascii_digit() {
                return None;
            }
            if place == *length {
                break;
            }
        } else {
            gap += 1;
            if gap > MAX_GAP || !GAPS.contains(&sign) {
                break;
            }
        }
    }
    // A number does not end within a word.
    let whole = !(flat.text[..end].ends_with(|sign: char| sign.is_ascii_alphabetic())
        && flat.text[end..].starts_with(char::is_alphabetic));
    let valid = signs.len() == *length && whole && remainder(&signs) == 1;
    // One slip in a number that is called an account number does not make it harmless.
    let named = signs.len() + 3 >= *length
        && signs[2..].iter().filter(|sign| sign.is_ascii_digit()).count() + 4 >= *length
        && flat.text[..at].trim_end_matches([' ', ':', '=', '-']).ends_with("iban");
    (valid || named).then_some(end)
}

/// How many signs an account number of the country has with which `number` begins.
pub(super) fn length_of(number: &[u8]) -> Option<usize> {
    let country = number.get(..2)?;
    LENGTHS.iter().find(|(code, _)| code.as_bytes() == country).map(|(_, length)| *length)
}

/// The remainder by 97 of the number with its first four signs moved to the end.
pub(super) fn remainder(signs: &[u8]) -> u32 {
    signs[4..].iter().chain(&signs[..4]).fold(0, |sum, &sign| match sign {
        b'0'..=b'9' => (sum * 10 + u32::from(sign - b'0')) % 97,
        _ => (sum * 100 + u32::from(sign - b'a') + 10) % 97,
    })
}
