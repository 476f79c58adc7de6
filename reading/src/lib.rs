//! How Skicka reads what a customer wrote: what may be kept of it (`privacy`), in which language it
//! is (`language`), and what it is about (`matcher`).
//!
//! The lowest layers of the server, in a crate of their own: they hold the arithmetic, so the
//! tests need them optimised, while all that stands on them is built quickly.
//! Pure throughout: no await, no I/O, no clock, no randomness, no logging.

pub mod ids;
pub mod language;
pub mod matcher;
pub mod privacy;
