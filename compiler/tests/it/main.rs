//! The compiler's integration tests, in one binary.

mod examples;
mod flow_facts;
mod page;
mod pages;
mod registry;
mod writing;
