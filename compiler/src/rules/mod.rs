//! All rules, by family. One rule = one `.rs` file (its [`crate::finding::Rule`], how its message is worded, and
//! its check where it stands alone) + one `.md` page beside it + one line in its family's `mod.rs`.
//!
//! Families: [`writing`] (BF0), [`names`] (BF1), [`flow`] (BF2).

pub mod flow;
pub mod names;
pub mod writing;

use crate::finding::Rule;

/// Every rule, in order of code.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    writing::RULES
        .iter()
        .chain(names::RULES)
        .chain(flow::RULES)
        .copied()
}

/// The rule of this code (`BF103`) or name (`unknown-name`), whatever its case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    all().find(|rule| {
        rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name)
    })
}
