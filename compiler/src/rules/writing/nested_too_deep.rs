//! `nested-too-deep`: blocks, brackets or holes stand inside each other deeper than anybody can follow.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF012",
    name: "nested-too-deep",
    level: Level::Error,
    summary: "Blocks, brackets or holes stand inside each other deeper than anybody can follow.",
    page: include_str!("nested_too_deep.md"),
};

/// Something nested deeper than the limit; `what` says what (`blocks`, `brackets`, `holes`).
pub fn finding(at: Span, what: &str, limit: usize) -> Finding {
    Finding::new(
        &RULE,
        at,
        format!("More than {limit} {what} stand inside each other here."),
    )
    .help("Take the inner part out: a step or a flow of its own, or a `let` with a name.")
}
