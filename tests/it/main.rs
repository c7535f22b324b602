//! The integration tests of the whole: one binary, because every test binary links everything.

mod architecture;
mod cli;
mod corpus;
mod docs;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;
mod pipelines;
mod program;
mod recording;
mod serving;
mod terminal;
