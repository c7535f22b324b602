//! BF108 repeated-case: the same value stands twice, so the second one is never reached.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF108",
    name: "repeated-case",
    level: Level::Error,
    summary: "The same value stands twice, so the second one is never reached.",
    page: include_str!("repeated_case.md"),
};

/// The second of two equal values; `first` is where the first stands.
pub fn finding(value: &str, span: Span, first: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        format!("`{value}` stands here a second time, and is never reached."),
    )
    .related(first, "this one is taken")
    .help("Remove one of the two.")
}
