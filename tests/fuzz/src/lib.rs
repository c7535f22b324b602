//! What each fuzz target does with its bytes. Every `run` panics exactly when a promise is broken, so the same
//! functions serve libFuzzer (`fuzz_targets/`) and the replay of the corpora in the main workspace's tests.

pub mod artifact;
mod bots;
mod bytes;
pub mod chat;
pub mod compile;
pub mod config;
pub mod step;
pub mod syntax;
pub mod upgrade;
pub mod web;
pub mod webhook;
