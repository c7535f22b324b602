//! The compiler's integration tests, in one binary.

mod registry;
