//! Tools for those who write content; all of them pure.

pub mod transcript;
