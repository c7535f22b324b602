//! Conversations as tests: `.chat` scripts, run in virtual time.
//!
//! Reading order: [`script`] (what a file says).
#![warn(missing_docs)]

pub mod check;
pub mod describe;
pub mod engine;
pub mod literal;
pub mod script;
pub mod world;
