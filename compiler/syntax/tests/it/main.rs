//! The tests of the syntax crate.

mod differential;
mod examples;
mod formatting;
mod grammar;
mod mistakes;
mod nodes;
mod robustness;
mod view;
