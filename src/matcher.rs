//! To be written.

pub mod answers;
