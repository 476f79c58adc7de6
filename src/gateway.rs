//! The outer shell: what stands between the network and the engine.
//!
//! `accept` takes connections, `http` knows the addresses, `upgrade` lets sockets in, and
//! `visitor` and `agent` serve one socket each; `fallback` serves visitors by calls, through the
//! same `guest` and `news` as their sockets; `app` is what they share. Nothing here decides
//! what a conversation does.

pub mod accept;
pub mod accounts;
pub mod agent;
mod answer;
pub mod app;
pub mod attachments;
pub mod canned;
pub mod console;
mod desk;
pub mod echo;
mod fallback;
mod guest;
mod hello;
pub mod http;
pub mod identity;
pub mod insights;
mod kept;
mod lasting;
pub mod leases;
pub mod limits;
pub mod lockout;
pub mod login;
pub mod missed;
mod news;
pub mod oidc;
mod over;
pub mod pages;
mod passing;
pub mod password;
pub mod peer;
pub mod places;
pub mod refusal;
pub mod roles;
pub mod search;
mod second;
pub mod shutdown;
mod signout;
pub mod socket;
pub mod staff;
pub mod teams;
pub mod tls;
pub mod tokens;
pub mod totp;
pub mod upgrade;
pub mod visitor;

#[cfg(test)]
mod tests;
