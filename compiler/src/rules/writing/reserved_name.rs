//! `reserved-name`: a name is a word of the language.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF009",
    name: "reserved-name",
    level: Level::Error,
    summary: "A name is a word of the language.",
    page: include_str!("reserved_name.md"),
};
