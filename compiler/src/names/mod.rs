//! Names: what is declared where, looking it up, what the language declares itself.
//!
//! Order of declarations does not matter: [`Symbols`] is filled from all files before any body is looked at.

pub mod builtin;
pub mod table;

pub use table::{Space, Symbol, Symbols};
