//! BF103 type-mismatch: a value of one kind stands where another kind is wanted.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF103",
    name: "type-mismatch",
    level: Level::Error,
    summary: "A value of one kind stands where another kind is wanted.",
    page: include_str!("type_mismatch.md"),
};

/// A value of one type where another is wanted; both as their author would write them.
pub fn finding(wanted: &str, found: &str, span: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        format!("This is `{found}`, but `{wanted}` is wanted here."),
    )
}

/// Where something else than two types does not go together.
pub fn other(message: impl Into<String>, span: Span) -> Finding {
    Finding::new(&RULE, span, message)
}
