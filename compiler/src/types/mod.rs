//! Types: their arena, how they relate, how a designer calls them, and the values that literals stand for.

pub mod arena;
pub mod functions;
pub mod literal;
pub mod narrow;
pub mod relate;
pub mod show;

pub use arena::Types;
pub use relate::Fit;
