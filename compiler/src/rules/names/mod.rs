//! Family BF1: names, types and values.

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[];
