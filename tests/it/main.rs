//! The integration tests of the whole: one binary, because every test binary links everything.

mod architecture;
mod corpus;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;
