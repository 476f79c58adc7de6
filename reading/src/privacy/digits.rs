//! Secrets made of digits alone: cards, Swedish identity numbers, lists of key codes.
//!
//! Digits are read in groups; groups belong to one run when only a few signs stand between them.
//! A secret begins and ends with a group.

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::flat::Flat;
use crate::privacy::words;

/// At most so many signs stand between two groups of one number.
const MAX_GAP: usize = 5;

/// So many codes of four digits in a row are a list of codes; fewer are a card or a phone.
const CODES_IN_A_ROW: usize = 5;

/// So many numbered codes are a list.
const NUMBERED_CODES: usize = 3;

/// Codes that are looked at together; a longer list is taken in parts.
const MAX_LIST: usize = 64;

/// Digits of most cards.
const CARD_DIGITS: usize = 16;

/// A card of which fewer digits are known goes on in the next message.
pub(super) const NEARLY_WHOLE: u8 = 13;

/// Within so many words behind a number it may be called by its name.
const CALLED_BEHIND: usize = 9;

/// How far before a number a word may say that it is a card's.
const CARD_WORD_REACH: usize = 40;

/// How far before a number a word may say that it is a person's.
const IDENTITY_REACH: usize = 64;

/// One group of digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) at: Range<usize>,
}

impl Group {
    fn len(&self) -> usize {
        self.at.len()
    }
}

/// Finds secrets made of digits.
pub(super) fn find(flat: &Flat, found: &mut Vec<Found>) {
    for run in runs(&flat.text) {
        find_in_run(flat, &run, found);
    }
}

fn find_in_run(flat: &Flat, run: &[Group], found: &mut Vec<Found>) {
    // Parcels of the Finnish post have such numbers.
    if is_reference(flat, run) || flat.text[..run[0].at.start].ends_with("jjfi") {
        return;
    }
    let mut from = 0;
    while from < run.len() {
        let rest = &run[from..];
        let (count, kind) = if let Some(count) = card(flat, rest, from == 0) {
            (with_expiry(rest, count), SecretKind::Card)
        } else if let Some(count) = swedish_identity(flat, rest) {
            (count, SecretKind::SwedishIdentity)
        } else if let Some(count) = codes(flat, rest, from.checked_sub(1).map(|at| run[at].len())) {
            (count, SecretKind::KeyCodes)
        } else {
            from += 1;
            continue;
        };
        let end = rest[count - 1].at.end;
        found.push(Found { at: rest[0].at.start..end, kind });
        if kind == SecretKind::Card
            && let Some(at) = security_code(flat, end)
        {
            found.push(Found { at, kind: SecretKind::Pin });
        }
        from += count;
    }
}

/// Whether groups are what a creditor calls an invoice by the international standard: "RF18 5390
/// 0754 7034".
fn is_reference(flat: &Flat, run: &[Group]) -> bool {
    let before = &flat.text[..run[0].at.start];
    let Some(before) = before.strip_suffix("rf") else { return false };
    let mut count = 0;
    // "rf" stands for 27 and 15, and moves to the end with the two digits after it.
    let digits = run.iter().flat_map(|group| values(flat, group)).inspect(|_| count += 1);
    let (mut rest, mut check) = (0_u32, 0_u32);
    for (place, digit) in digits.take(24).enumerate() {
        if place < 2 {
            check = check * 10 + u32::from(digit);
        } else {
            rest = (rest * 10 + u32::from(digit)) % 97;
        }
    }
    let valid = (rest * 1_000_000 + 271_500 + check) % 97 == 1;
    valid && (5..=23).contains(&count) && !before.ends_with(char::is_alphanumeric)
}

/// All runs of groups of digits in the text.
fn runs(text: &str) -> Vec<Vec<Group>> {
    let bytes = text.as_bytes();
    let mut runs: Vec<Vec<Group>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        let group = Group { at: start..at };
        let joins = runs.last().and_then(|run| run.last()).is_some_and(|last| {
            let gap = &bytes[last.at.end..start];
            gap.len() <= MAX_GAP && gap.iter().all(|&sign| separates(sign))
        });
        match runs.last_mut() {
            Some(run) if joins => run.push(group),
            _ => runs.push(vec![group]),
        }
    }
    runs
}

fn separates(sign: u8) -> bool {
    b" \t\r\n-._/,:;|+*()[]\\~'\"=".contains(&sign)
}

/// How many groups at the beginning of `groups` are the number of a card.
fn card(flat: &Flat, groups: &[Group], first: bool) -> Option<usize> {
    let mut digits: Vec<u8> = Vec::with_capacity(19);
    let mut best = None;
    for (index, group) in groups.iter().enumerate() {
        if digits.len() + group.len() > 19 {
            break;
        }
        // "4941 2338 3855 6349040 5127788": a telephone's number begins where the card ends.
        if group.len() > 4 && index == 3 && groups[..3].iter().all(|group| group.len() == 4) {
            let begin: Vec<u8> =
                digits.iter().copied().chain(values(flat, group).take(4)).collect();
            if is_issued(&begin) && luhn(&begin) && says_card(flat, groups[0].at.start) {
                return Some(index + 1);
            }
        }
        digits.extend(values(flat, group));
        let card = digits.len() >= 12 && is_issued(&digits) && luhn(&digits);
        if card && (!is_rare(&digits) || is_called_card(flat, groups[0].at.start)) {
            best = Some(index + 1);
        }
    }
    if best.is_some() {
        return best;
    }
    // A mistyped card is still nearly the card.
    let whole = || groups.iter().map(Group::len).sum::<usize>();
    let named = first
        && !is_called_harmless(flat, groups[0].at.start)
        && groups.len() <= 19
        && (13..=19).contains(&whole())
        && says_card(flat, groups[0].at.start);
    named.then_some(groups.len())
}

/// The groups of a card and, after it, of its expiry and security code.
fn with_expiry(groups: &[Group], count: usize) -> usize {
    let mut end = count;
    let mut left = 8;
    while let Some(group) = groups.get(end) {
        if group.len() > left || group.len() > 4 {
            break;
        }
        left -= group.len();
        end += 1;
    }
    if end == groups.len() { end } else { count }
}

/// Where the security code stands that follows a card after its expiry: "exp 12/27 123".
fn security_code(flat: &Flat, from: usize) -> Option<Range<usize>> {
    const MAX_WORDS: usize = 24;
    let digits = |from: usize| {
        let gap = flat.text[from..].find(|sign: char| sign.is_ascii_digit())?;
        let start = from + gap;
        let count = flat.text[start..].bytes().take_while(u8::is_ascii_digit).count();
        (gap <= MAX_WORDS).then_some(start..start + count)
    };
    let month = digits(from)?;
    let year = digits(month.end)?;
    let code = digits(year.end)?;
    let expiry = month.len() <= 2
        && matches!(&flat.text[month.end..year.start], "/" | "-" | "." | " / ")
        && matches!(year.len(), 2 | 4);
    let gap = &flat.text[year.end..code.start];
    let near = gap.len() <= 12 && !gap.contains('.') && gap.trim() != ":";
    (expiry && near && matches!(code.len(), 3 | 4)).then_some(code)
}

pub(super) fn says_card(flat: &Flat, at: usize) -> bool {
    let from = at.saturating_sub(CARD_WORD_REACH);
    let from = (from..=at).find(|&from| flat.text.is_char_boundary(from)).unwrap_or(at);
    let before = &flat.text[from..at];
    // What is said of another number is not said of this one; `+` begins a telephone's.
    let before = before.rsplit(|sign: char| sign == '•' || sign.is_ascii_digit()).next();
    let before = before.unwrap_or_default();
    !before.ends_with('+') && says_card_in(before)
}

/// Whether a text names a card.
pub(super) fn says_card_in(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphabetic()).any(|word| {
        matches!(word, "visa" | "mastercard" | "amex" | "maestro" | "card" | "kortti")
            || word.starts_with("kortnum")
            || word.starts_with("kortnr")
            || word.starts_with("kortin")
            || word.starts_with("korttin")
            || word.starts_with("bankkort")
            || word.starts_with("kreditkort")
            || word.starts_with("luottokort")
            || word.starts_with("pankkikort")
    })
}

fn values(flat: &Flat, group: &Group) -> impl Iterator<Item = u8> {
    flat.text.as_bytes()[group.at.clone()].iter().map(|digit| digit - b'0')
}

/// Whether cards of this length and beginning are issued.
pub(super) fn is_issued(digits: &[u8]) -> bool {
    let begin =
        |count: usize| digits[..count].iter().fold(0_u32, |sum, &d| sum * 10 + u32::from(d));
    let length = digits.len();
    match begin(4) {
        4000..=4999 => matches!(length, 13 | 16 | 18 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 | 1000..=1999 => length == 15,
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => (14..=19).contains(&length),
        3528..=3589 | 2200..=2204 | 6200..=6299 | 8100..=8171 | 6011 | 6440..=6599 => {
            (16..=19).contains(&length)
        }
        5000..=5099 | 5600..=5899 | 6300..=6399 | 6700..=6799 | 6000..=6010 | 6012..=6199 => true,
        _ => false,
    }
}

/// Whether hardly anybody has such a card any more: other numbers that look so are frequent.
fn is_rare(digits: &[u8]) -> bool {
    matches!((digits[0], digits.len()), (1, _) | (4, 13 | 18 | 19) | (_, 12))
}

/// Whether the words before `at` name a card, be it by "kort" only, which is Swedish for short too.
fn is_called_card(flat: &Flat, at: usize) -> bool {
    says_card(flat, at) || {
        let mut before = flat.text[..at].split_whitespace().rev().take(4);
        before.any(|word| {
            let word = word.trim_matches(|sign: char| !sign.is_alphabetic());
            matches!(word, "kort" | "kortet" | "kortets" | "kortti" | "card")
        })
    }
}

/// How many digits of a card stand at the very end of the text, when it is begun there and not
/// finished: at least twelve, as they stand on a card.
pub(super) fn unfinished_card(flat: &Flat) -> Option<(Range<usize>, u8)> {
    let runs = runs(&flat.text);
    let run = runs.last()?;
    let rest = &flat.text[run.last()?.at.end..];
    if !rest.bytes().all(|sign| separates(sign) || sign == b'!' || sign == b'?') {
        return None;
    }
    // A longer number at the end is no card that was begun.
    let mut left = CARD_DIGITS - 1;
    let fitting = run.iter().rev().take_while(|group| {
        let fits = group.len() <= left;
        left = left.saturating_sub(group.len());
        fits
    });
    (run.len() - fitting.count()..run.len()).find_map(|from| {
        let groups = &run[from..];
        let digits: Vec<u8> = groups.iter().flat_map(|group| values(flat, group)).collect();
        let count = digits.len();
        let in_fours =
            groups.len() >= 3 && groups[..groups.len() - 1].iter().all(|it| it.len() == 4);
        // Fours that go on from other numbers, or from letters, are part of something else.
        let own = match from.checked_sub(1) {
            Some(last) => flat.text[run[last].at.end..groups[0].at.start].contains('\n'),
            None => !flat.text[..groups[0].at.start].ends_with(char::is_alphanumeric),
        };
        let in_fours = in_fours && own;
        let named = from == 0
            && says_card(flat, groups[0].at.start)
            && !is_called_harmless(flat, groups[0].at.start);
        let before = flat.text[..groups[0].at.start].split_whitespace().next_back();
        let other = before.is_some_and(|word| {
            words::names_harmless_number(word.trim_matches(|sign: char| !sign.is_alphanumeric()))
        });
        let in_fours = in_fours && !other;
        // "kortnumret börjar 5168", "kortnummer 4925 7922": called a card, and its first fours.
        let called = named
            && from + groups.len() == run.len()
            && groups.iter().all(|group| group.len() == 4)
            && (count == 8 || count == 4 && says_beginning(flat, groups[0].at.start));
        // "Amex card 3415"
        let american = from == 0 && count == 4 && matches!(digits[..2], [3, 4 | 7]);
        let called =
            called || american && named && flat.text[..groups[0].at.start].contains("amex");
        let long = (12..CARD_DIGITS).contains(&count) && (in_fours || named);
        let begun = (long || called) && {
            let mut whole = digits.clone();
            whole.resize(CARD_DIGITS, 0);
            is_issued(&whole)
        };
        let at = groups[0].at.start..groups[groups.len() - 1].at.end;
        begun.then(|| (at, u8::try_from(count).unwrap_or(u8::MAX)))
    })
}

/// Whether a word right before `at` says that the number only begins there.
fn says_beginning(flat: &Flat, at: usize) -> bool {
    let mut before = flat.text[..at].split_whitespace().rev().take(6);
    let begins = |word: &str| {
        ["borja", "alka", "begin", "start", "inled"].iter().any(|stem| word.starts_with(stem))
    };
    let in_parts = |word: &str| {
        matches!(word, "bitar" | "delar" | "osissa" | "paloissa" | "patkissa" | "pieces" | "parts")
    };
    before.by_ref().take(3).any(|word| begins(word) || in_parts(word)) || before.any(in_parts)
}

/// Where the digits stand that go on with a card of which `known` digits went before, and how many
/// of it are known then.
pub(super) fn rest_of_card(flat: &Flat, known: u8) -> Option<(Range<usize>, u8)> {
    let runs = runs(&flat.text);
    let run = runs.first()?;
    let start = run[0].at.start;
    let mut lead = flat.text[..start]
        .split_whitespace()
        .map(|word| word.trim_matches(|sign: char| !sign.is_alphanumeric()));
    let leads =
        |word: &str| word.is_empty() || words::leads_to_rest(word) || words::calls_rest(word);
    if !lead.all(leads) {
        return None;
    }
    let mut left = 19_usize.saturating_sub(usize::from(known));
    let fitting = run.iter().take_while(|group| {
        let fits = group.len() <= left;
        left = left.saturating_sub(group.len());
        fits
    });
    let count = fitting.count();
    let more: usize = run[..count].iter().map(Group::len).sum();
    let fours = run[..count].iter().all(|group| group.len() == 4);
    // The third four of a card is followed by the last: what a longer number begins is its rest.
    let now = known.saturating_add(u8::try_from(more).unwrap_or(u8::MAX));
    if count == 0 || usize::from(now) < CARD_DIGITS - 1 && !fours {
        return None;
    }
    let end = with_expiry(run, count).checked_sub(1)?;
    Some((start..run[end].at.end, now))
}

/// The check of cards and of Swedish numbers: every second digit doubled from the right.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let digit = u32::from(digit);
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// How many groups at the beginning of `groups` are a personnummer or samordningsnummer.
fn swedish_identity(flat: &Flat, groups: &[Group]) -> Option<usize> {
    const SHAPES: [&[usize]; 6] = [&[6, 4], &[8, 4], &[10], &[12], &[2, 2, 2, 4], &[4, 2, 2, 4]];
    let fits = |shape: &[usize]| {
        groups.len() >= shape.len()
            && groups.iter().zip(shape).all(|(group, size)| group.len() == *size)
    };
    let single =
        |count: usize| groups.len() == count && groups.iter().all(|group| group.len() == 1);
    let sum = |count: usize| groups.iter().take(count).map(Group::len).sum::<usize>();
    let odd = || {
        let count = (2..=6).find(|&count| sum(count) >= 10 && count <= groups.len())?;
        let whole = sum(count) == 12 || sum(count) == 10 && says_identity(flat, groups[0].at.start);
        whole.then_some(count)
    };
    let pairs = |count: usize| groups.len() == count && groups.iter().all(|group| group.len() == 2);
    let count = SHAPES
        .iter()
        .find(|shape| fits(shape))
        .map(|shape| shape.len())
        .or_else(|| [10, 12].into_iter().find(|&count| single(count)))
        .or_else(|| pairs(5).then_some(5))
        .or_else(odd)?;
    let digits: Vec<u8> = groups[..count].iter().flat_map(|group| values(flat, group)).collect();
    if !is_swedish_identity(&digits) {
        return None;
    }
    let gap = |index: usize| &flat.text[groups[index - 1].at.end..groups[index].at.start];
    let marked = count > 1 && matches!(gap(count - 1).trim(), "-" | "+");
    let plausible = match (count, digits.len()) {
        // Dates with a time or a number after them look the same but for the dash.
        (4, _) if groups[count - 1].len() == 4 => marked || !is_time(&digits[digits.len() - 4..]),
        (_, 12) => true,
        // Swedish and Finnish mobile numbers begin like people born in 2004 to 2007.
        _ => marked || !matches!(digits[..2], [0, 4 | 5 | 7]),
    };
    let end = groups[count - 1].at.end;
    (plausible || says_identity(flat, groups[0].at.start) || is_called_identity(flat, end))
        .then_some(count)
}

/// Whether four digits may be hours and minutes.
fn is_time(digits: &[u8]) -> bool {
    digits[0] * 10 + digits[1] < 24 && digits[2] < 6
}

pub(super) fn is_swedish_identity(digits: &[u8]) -> bool {
    let number = |from: usize, to: usize| {
        digits[from..to].iter().fold(0_u32, |sum, &digit| sum * 10 + u32::from(digit))
    };
    let skip = digits.len() - 10;
    // Later years are those of orders, not of customers.
    let century_fits = skip == 0 || (1900..=2020).contains(&number(0, 4));
    let month = number(skip + 2, skip + 4);
    let day = number(skip + 4, skip + 6);
    century_fits
        && (1..=12).contains(&month)
        && (matches!(day, 1..=31) || matches!(day, 61..=91))
        && number(skip + 6, skip + 9) > 0
        && luhn(&digits[skip..])
}

/// Whether one of the last words before `at` names a number that may be read by anybody.
fn is_called_harmless(flat: &Flat, at: usize) -> bool {
    let mut before = flat.text[..at].split_whitespace().rev().take(3);
    before.any(|word| {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        words::names_harmless_number(word) && !words::links(word) && !word.starts_with("kort")
    })
}

/// Whether the words before `at` announce a personal identity number.
pub(super) fn says_identity(flat: &Flat, at: usize) -> bool {
    let from = at.saturating_sub(IDENTITY_REACH);
    let from = (from..=at).find(|&from| flat.text.is_char_boundary(from)).unwrap_or(at);
    let before = &flat.text[from..at];
    let named =
        ["personnum", "personnr", "personbeteck", "personsign", "henkilotun", "hetu", "sotu"]
            .iter()
            .chain(&[
                "ssn",
                "identity",
                "social security",
                "samordningsn",
                "pers.nr",
                "persnr",
                "pers nr",
                "socialskydd",
            ])
            .any(|word| before.contains(word));
    // "did not", "paid now" and "invalid code" are none of these.
    let whole = ["pnr", "id no", "id nr", "id-nr", "id num", "idnum", "id code", "identitetsn"]
        .iter()
        .any(|word| {
            before.match_indices(word).any(|(at, _)| !before[..at].ends_with(char::is_alphabetic))
        });
    named || whole
}

/// Whether the words behind `at`, in the same sentence, call what ends there a personal identity
/// number.
fn is_called_identity(flat: &Flat, at: usize) -> bool {
    let behind = &flat.text[at..];
    let sentence = behind.split(['.', '?', '!', '\n']).next().unwrap_or_default();
    sentence.split(|sign: char| !sign.is_alphabetic()).take(CALLED_BEHIND).any(|word| {
        ["personnum", "personnr", "personbeteck", "henkilotun", "samordningsn"]
            .iter()
            .any(|stem| word.starts_with(stem))
    })
}

/// How many groups at the beginning of `groups` are a list of key codes; `before` is the length of
/// the group before them.
fn codes(flat: &Flat, groups: &[Group], before: Option<usize>) -> Option<usize> {
    let value = |group: &Group| {
        values(flat, group).take(6).fold(0_u64, |sum, digit| sum * 10 + u64::from(digit))
    };
    // Within a row that was found harmless there is no need to look again.
    let reach = if before == Some(4) { 0 } else { MAX_LIST };
    let row = groups.iter().take(reach).take_while(|group| group.len() == 4).count();
    let called = row >= CODES_IN_A_ROW && is_called_harmless(flat, groups[0].at.start);
    // What stands on the card of a telephone begins so: 89, the country, the company.
    let issued = groups[0].len() == 4 && matches!(value(&groups[0]), 8935 | 8946 | 8947 | 8945);
    let called = called || issued && row == CODES_IN_A_ROW;
    let years = called || groups[..row].iter().all(|group| (1900..=2100).contains(&value(group)));
    if row >= CODES_IN_A_ROW && !years {
        return Some(row);
    }
    let first = groups.first().map_or(0, value);
    let numbered = groups
        .chunks_exact(2)
        .take(MAX_LIST)
        .zip(first..)
        .take_while(|(pair, place)| {
            pair[0].len() <= 4 && (4..=6).contains(&pair[1].len()) && value(&pair[0]) == *place
        })
        .count();
    (numbered >= NUMBERED_CODES).then_some(numbered * 2)
}
