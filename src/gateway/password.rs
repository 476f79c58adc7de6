//! Agents' passwords: how they are kept, compared and made up.
//!
//! **Invariant:** a password is kept as an argon2id hash only. Both hashing and comparing take
//! tens of milliseconds of one core on purpose: call them on a thread that may block.

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::Version;
use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::PasswordVerifier as _;

use crate::clock;

/// Fewer characters are not taken.
pub const MIN_CHARS: usize = 10;

/// More bytes would only cost time.
const MAX_BYTES: usize = 1_024;

/// What is compared with when there is no such account, so that both take as long.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2tpY2thLWRlY295LXNhbHQ\
                     $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too few characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    Short,
    /// Too many bytes.
    #[error("a password has at most {MAX_BYTES} bytes")]
    Long,
}

/// Whether a new password may be taken.
pub fn check(password: &str) -> Result<(), Unfit> {
    if password.chars().count() < MIN_CHARS {
        return Err(Unfit::Short);
    }
    if password.len() > MAX_BYTES {
        return Err(Unfit::Long);
    }
    Ok(())
}

/// The form in which a password is kept.
///
/// # Panics
/// When the machine has not the 19 MiB that one hash needs.
#[must_use]
pub fn hash(password: &str) -> String {
    let salt: [u8; 16] = clock::random_bytes();
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    hash.expect("the parameters are within argon2's own bounds").to_string()
}

/// Whether this is the password; without a kept one, no, after as long a time.
#[must_use]
pub fn matches(password: &str, kept: Option<&str>) -> bool {
    let right = password.len() <= MAX_BYTES
        && argon2().verify_password(password.as_bytes(), kept.unwrap_or(DECOY)).is_ok();
    right && kept.is_some()
}

/// A password for one use: 80 random bits in letters that nobody mistakes for others.
#[must_use]
pub fn one_time() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 16] = clock::random_bytes();
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// The OWASP recommendation for argon2id on a server: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("these are argon2's own defaults");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests;
