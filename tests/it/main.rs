//! Everything that is tested from outside the crate, in one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod answers;
mod authors;
mod bank;
mod bench;
mod bounds;
mod client;
mod crash;
mod defects;
mod eval;
mod fallback;
mod faults;
mod floor;
mod frames;
mod fuzz;
mod layers;
mod mail;
mod matching;
mod oidc;
mod people;
mod privacy;
mod property;
mod push;
mod reload;
mod server;
mod simulation;
mod smtp;
mod sockets;
mod starts;
mod story;
mod supply;
mod talks;
mod testing;
mod tls;
mod transcripts;
