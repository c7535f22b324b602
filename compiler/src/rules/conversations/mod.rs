//! Family BF-C: conversations as tests: what is wrong with a `.chat` file.
//!
//! The compiler reads no `.chat` files, and what reads them knows no findings (`botflow_scenario::lint`): a shell that has both
//! makes findings of what is told there, by the names of these rules, and gives them to
//! [`crate::compile::beside`]. What only a run shows is told by `botflow test` under the same names.

pub mod chat_never_checks;
pub mod chat_stub_missing;
pub mod chat_stub_unused;
pub mod chat_syntax;
pub mod chat_unknown_name;
pub mod chat_unreachable_line;

use crate::finding::Rule;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &chat_syntax::RULE,
    &chat_unknown_name::RULE,
    &chat_stub_missing::RULE,
    &chat_stub_unused::RULE,
    &chat_never_checks::RULE,
    &chat_unreachable_line::RULE,
];
