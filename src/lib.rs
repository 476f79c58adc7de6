//! Skicka: a customer-support chat server.
//!
//! It matches a customer's message to an intent, drives a dialogue that a support team wrote in a
//! file, and hands what is left to a person, with everything that was said and tried.
//!
//! The modules stand in layers; each may import those before it and none after it
//! (a test holds this): `ids`, `clock` → `privacy`, `language` → `matcher` → `content` →
//! `conversation` → `handover` → `protocol` → `authoring`, `insight` → `config`, `telemetry` → `store`,
//! `bus` → `audit` → `engine` → `gateway` → `cli`. Everything up to `insight` is pure: no await, no I/O,
//! no clock, no randomness, no logging (the loader of `content` excepted). The four lowest but
//! `clock` stand in the crate `skicka-reading` and are named here as if they stood beside the others.

pub mod audit;
pub mod authoring;
pub mod bus;
pub mod cli;
pub mod clock;
pub mod config;
pub mod content;
pub mod conversation;
pub mod engine;
pub mod gateway;
pub mod handover;
pub mod insight;
pub mod protocol;
pub mod store;
pub mod telemetry;

pub use skicka_reading::ids;
pub use skicka_reading::language;
pub use skicka_reading::matcher;
pub use skicka_reading::privacy;
