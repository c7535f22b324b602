//! `nested-too-deep`: blocks, brackets or holes stand inside each other deeper than anybody can follow.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF012",
    name: "nested-too-deep",
    level: Level::Error,
    summary: "Blocks, brackets or holes stand inside each other deeper than anybody can follow.",
    page: include_str!("nested_too_deep.md"),
};
