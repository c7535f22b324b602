//! BF111 unused-name: something is declared that nothing mentions.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF111",
    name: "unused-name",
    level: Level::Warning,
    summary: "Something is declared that nothing mentions.",
    page: include_str!("unused_name.md"),
};

/// A declaration that nothing mentions.
pub fn finding(kind: &str, name: &str, span: Span) -> Finding {
    Finding::new(&RULE, span, format!("Nothing uses the {kind} `{name}`."))
        .help(format!("Use the {kind} somewhere, or remove it."))
}
