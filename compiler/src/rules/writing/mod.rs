//! Family BF0: how a text is written.

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[];
