//! Fixtures, checks and generators shared by tests.
//!
//! [`random`] is chance from a seed; [`bots`] writes bots by chance that compile; [`talk`] writes what people do
//! with them.

pub mod bots;
pub mod nudges;
pub mod random;
pub mod talk;
