//! Values of the language as JSON, by their declared types: what systems answer and are sent, what channels report.
//!
//! [`read`] checks everything that a type says, and tells where something does not fit ([`Misfit`]) without repeating what
//! stands there; [`write`] gives what [`read`] reads. How each type is written stands in `docs/actions.md`.

mod decimal;
mod misfit;
mod moment;
mod read;
mod write;

pub use misfit::Misfit;
pub use read::{MAX_ITEMS, MAX_TEXT, MAX_VALUES, read, read_fields};
pub use write::{write, write_fields};
