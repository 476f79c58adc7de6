//! Finnish personal identity codes: day of birth, century sign, number, check character.

use std::ops::Range;

use crate::privacy::Found;
use crate::privacy::SecretKind;
use crate::privacy::digits::says_identity;
use crate::privacy::flat::Flat;

/// The check character by the remainder of the nine digits by 31.
const CHECKS: &[u8; 31] = b"0123456789abcdefhjklmnprstuvwxy";

/// The signs of the centuries: 1800s, 1900s, 2000s.
const CENTURIES: &[u8] = b"+-yxwvuabcdef";

/// Blanks, dots or line ends that may stand between two characters of a code.
const MAX_GAP: usize = 2;

/// Finds Finnish personal identity codes.
pub(super) fn find(flat: &Flat, found: &mut Vec<Found>) {
    let bytes = flat.text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_digit() && !(at > 0 && bytes[at - 1].is_ascii_digit());
        match begins.then(|| Code::read(bytes, at)).flatten() {
            Some(code) if code.is_secret(flat) => {
                at = code.at.end;
                found.push(Found { at: code.at, kind: SecretKind::FinnishIdentity });
            }
            // What begins a code is a digit: a character of one byte.
            _ if begins => at += 1,
            _ => at += flat.text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
}

/// Whether six digits of a day of birth, three of a number and a check character belong together.
pub(super) fn checks(signs: &[u8]) -> bool {
    let [digits @ .., check] = signs else { return false };
    let number = digits.iter().try_fold(0_u32, |sum, sign| {
        sign.is_ascii_digit().then(|| sum * 10 + u32::from(sign - b'0'))
    });
    let two =
        |at: usize| signs.get(at..at + 2).and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
    let dated = matches!((two(0), two(2)), (Some(1..=31), Some(1..=12)));
    digits.len() == 9
        && dated
        && number.is_some_and(|number| CHECKS[(number % 31) as usize] == *check)
}

/// What has the shape of a code.
struct Code {
    at: Range<usize>,
    digits: Vec<u32>,
    century: bool,
    check: u8,
}

impl Code {
    fn read(bytes: &[u8], start: usize) -> Option<Self> {
        let mut reader = Reader { bytes, at: start };
        let mut digits = Vec::with_capacity(9);
        for _ in 0..6 {
            digits.push(reader.digit()?);
        }
        // The year may be whole: "12.06.1979-2246".
        if matches!(digits[4..], [1, 8 | 9] | [2, 0]) && reader.peeks_digits(2) {
            digits.truncate(4);
            digits.push(reader.digit()?);
            digits.push(reader.digit()?);
            reader.sees_century().then_some(())?;
        }
        let century = reader.century();
        for _ in 0..3 {
            digits.push(reader.digit()?);
        }
        reader.skip_gap();
        let check = *bytes.get(reader.at)?;
        CHECKS.contains(&check).then_some(())?;
        Some(Self { at: start..reader.at + 1, digits, century, check })
    }

    fn is_secret(&self, flat: &Flat) -> bool {
        let after = flat.text[self.at.end..].chars().next();
        let glued = after.is_some_and(char::is_alphanumeric);
        let number = self.digits.iter().fold(0_u32, |sum, digit| sum * 10 + digit);
        let checks = CHECKS[(number % 31) as usize] == self.check;
        // "301166-0883adress"
        let known = || says_identity(flat, self.at.start) || self.century && checks;
        if glued && !known() || !self.is_date() {
            return false;
        }
        // Without a century sign and with a digit at the end it could be any number.
        let marked = self.century || self.check.is_ascii_lowercase();
        match (checks, marked) {
            (true, true) => true,
            (true, false) => says_identity(flat, self.at.start),
            // One slip does not make it harmless when it is called by its name.
            (false, _) => self.century && !glued && says_identity(flat, self.at.start),
        }
    }

    fn is_date(&self) -> bool {
        let (day, month) =
            (self.digits[0] * 10 + self.digits[1], self.digits[2] * 10 + self.digits[3]);
        (1..=31).contains(&day) && (1..=12).contains(&month)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn skip_gap(&mut self) {
        for _ in 0..MAX_GAP {
            if !self.bytes.get(self.at).is_some_and(|sign| b" .\t\r\n".contains(sign)) {
                break;
            }
            self.at += 1;
        }
    }

    fn digit(&mut self) -> Option<u32> {
        self.skip_gap();
        let sign = *self.bytes.get(self.at)?;
        self.at += 1;
        sign.is_ascii_digit().then(|| u32::from(sign - b'0'))
    }

    /// Whether so many digits follow, and then none.
    fn peeks_digits(&self, count: usize) -> bool {
        let rest = &self.bytes[self.at..];
        rest.iter().take_while(|sign| sign.is_ascii_digit()).count() == count
    }

    fn sees_century(&mut self) -> bool {
        self.skip_gap();
        self.bytes.get(self.at).is_some_and(|sign| CENTURIES.contains(sign))
    }

    fn century(&mut self) -> bool {
        let found = self.sees_century();
        self.at += usize::from(found);
        found
    }
}
