//! Family BF2: the graph: where conversations get stuck.

pub mod never_asked;

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[&never_asked::RULE];
