//! The compiler's integration tests, in one binary.

mod page;
mod registry;
mod writing;
