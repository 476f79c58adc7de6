//! Tools for those who write content; all of them pure.

pub mod exits;
pub mod graph;
pub mod replay;
pub mod traffic;
pub mod trail;
pub mod transcript;
