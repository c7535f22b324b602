//! `unexpected-word`: something stands where the language expects something else.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF003",
    name: "unexpected-word",
    level: Level::Error,
    summary: "Something stands where the language expects something else.",
    page: include_str!("unexpected_word.md"),
};

/// Something that cannot stand here; the message says what could.
pub fn finding(at: Span, message: impl Into<String>) -> Finding {
    Finding::new(&RULE, at, message)
}
