//! The integration tests of the whole: one binary, because every test binary links everything.

mod architecture;
mod corpus;
mod recording;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;
