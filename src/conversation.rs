//! The rules of one conversation: facts and an input in, new facts out.
//!
//! Nothing here awaits, reads a clock or draws a random number.

pub mod event;
