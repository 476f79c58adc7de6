//! Second factors: one-time codes by time (RFC 6238), and recovery codes.
//!
//! **Invariant:** a code is good once: its time step must be newer than the last one taken, and a
//! recovery code goes when it is used. The secret leaves the server once, to who adds it.

use std::fmt::Write as _;

use ring::hmac;
use sha2::Digest as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::audit::hex;
use crate::clock;
use crate::gateway::password;
use crate::ids::Timestamp;

/// A code holds for so long.
const STEP_S: i64 = 30;

/// A phone's clock may be a step off, either way.
const SLACK: i64 = 1;

/// What authenticator apps show.
const DIGITS: usize = 6;

/// RFC 4226 asks for 160 bits.
pub const SECRET_BYTES: usize = 20;

/// How many recovery codes there are at first.
const RECOVERY_CODES: usize = 10;

/// A new secret.
#[must_use]
pub fn secret() -> [u8; SECRET_BYTES] {
    clock::random_bytes()
}

/// The time step that a code belongs to, if it is of about now and newer than `last`.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, now: Timestamp, last: i64) -> Option<i64> {
    let typed: String = code.chars().filter(|char| !char.is_whitespace()).collect();
    let present = now.0.div_euclid(1_000 * STEP_S);
    // All are compared, so that the time tells nothing.
    let mut found = None;
    for step in present - SLACK..=present + SLACK {
        let right = bool::from(code_at(secret, step).as_bytes().ct_eq(typed.as_bytes()));
        if right && step > last {
            found = Some(step);
        }
    }
    found
}

/// The code of a time step.
pub(super) fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let mac = hmac::sign(&key, &step.to_be_bytes());
    let mac = mac.as_ref();
    let offset = usize::from(mac[mac.len() - 1] & 15);
    let cut = [mac[offset] & 127, mac[offset + 1], mac[offset + 2], mac[offset + 3]];
    format!("{:0DIGITS$}", u32::from_be_bytes(cut) % 1_000_000)
}

/// The secret as people type it into an app.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    bits.chunks(5)
        .map(|five| five.iter().fold(0, |value, bit| value << 1 | bit) << (5 - five.len()))
        .map(|value| char::from(LETTERS[usize::from(value)]))
        .collect()
}

/// The address that an authenticator app understands.
#[must_use]
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let (issuer, account) = (percent(issuer), percent(account));
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\
         &algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut out, byte| {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Codes for who has lost their phone, and what is kept of them.
#[must_use]
pub fn recovery_codes() -> (Vec<String>, Vec<String>) {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| password::one_time()).collect();
    let kept = codes.iter().map(|code| kept(code)).collect();
    (codes, kept)
}

/// What is left of the kept codes when this one is used; `None` when it is none of them.
#[must_use]
pub fn without(kept_codes: &[String], code: &str) -> Option<Vec<String>> {
    let typed = kept(code);
    let is_it = |one: &String| bool::from(one.as_bytes().ct_eq(typed.as_bytes()));
    let left: Vec<String> = kept_codes.iter().filter(|one| !is_it(one)).cloned().collect();
    (left.len() < kept_codes.len()).then_some(left)
}

/// Eighty random bits need no slow hash.
fn kept(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|char| char.to_ascii_lowercase())
        .collect();
    hex(&Sha256::digest(plain))
}

#[cfg(test)]
mod tests;
