//! Tools for those who write content; all of them pure.

pub mod import;
pub mod mistaken;
pub mod proof;
pub mod scaffold;
pub mod schema;
pub mod transcript;
