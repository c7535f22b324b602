//! BF105 wrong-arguments: something is given too few, too many or the wrong values.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF105",
    name: "wrong-arguments",
    level: Level::Error,
    summary: "Something is given too few, too many or the wrong values.",
    page: include_str!("wrong_arguments.md"),
};

/// Wrong arguments; `usage` shows how it is written.
pub fn finding(message: impl Into<String>, usage: &str, span: Span) -> Finding {
    Finding::new(&RULE, span, message).help(format!("Write it as `{usage}`."))
}
