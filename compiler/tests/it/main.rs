//! The compiler's integration tests, in one binary.

mod examples;
mod page;
mod registry;
mod writing;
