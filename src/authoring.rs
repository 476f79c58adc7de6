//! Tools for those who write content; all of them pure.

pub mod exits;
pub mod graph;
pub mod import;
pub mod mistaken;
pub mod proof;
pub mod replay;
pub mod scaffold;
pub mod schema;
pub mod traffic;
pub mod trail;
pub mod transcript;
