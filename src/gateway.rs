//! The outer shell: what stands between the network and the engine.

pub mod accounts;
pub mod limits;
pub mod password;
pub mod places;
pub mod tokens;
