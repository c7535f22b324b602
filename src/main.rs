//! The `botflow` command line.
fn main() {}
