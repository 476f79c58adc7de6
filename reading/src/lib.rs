//! How Skicka reads what a customer wrote: what may be kept of it (`privacy`), in which language it
//! is (`language`), and what it is about (`matcher`).
//!
//! The lowest layers of the server, in a crate of their own: they hold the arithmetic, so the
//! tests need them optimised, while all that stands on them is built quickly.
//! Pure throughout: no await, no I/O, no clock, no randomness, no logging.

/// A digest of this crate's sources and of the versions of what it uses: models that were trained
/// under another one may be other models.
pub const DIGEST: &str = env!("SKICKA_READING_DIGEST");

pub mod ids;
pub mod language;
pub mod matcher;
pub mod privacy;
