//! The compiler's integration tests, in one binary.

mod page;
mod pages;
mod registry;
mod writing;
