//! Everything that is tested from outside the crate, in one binary.

mod bank;
mod client;
mod crash;
mod frames;
mod layers;
mod people;
mod server;
mod sockets;
mod starts;
mod story;
mod transcripts;
