//! Fixtures, checks and generators shared by tests.
