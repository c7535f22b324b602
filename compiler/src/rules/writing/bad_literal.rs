//! `bad-literal`: a duration, date, time, amount, percentage, pattern or other fixed value cannot be read.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF007",
    name: "bad-literal",
    level: Level::Error,
    summary: "A duration, date, time, amount, percentage, pattern or other fixed value cannot be read.",
    page: include_str!("bad_literal.md"),
};

/// A fixed value that cannot be read; the message says which and why.
pub fn finding(at: Span, message: impl Into<String>) -> Finding {
    Finding::new(&RULE, at, message)
}
