//! `unclosed-block`: a block begins with `{` and is not closed, so nobody can tell where it ends.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF001",
    name: "unclosed-block",
    level: Level::Error,
    summary: "A block begins with `{` and is not closed, so nobody can tell where it ends.",
    page: include_str!("unclosed_block.md"),
};
