//! The tests of the syntax crate.

mod examples;
