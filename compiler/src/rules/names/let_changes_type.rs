//! BF114 let-changes-type: one name has two types in one flow.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF114",
    name: "let-changes-type",
    level: Level::Error,
    summary: "One name has two types in one flow.",
    page: include_str!("let_changes_type.md"),
};

/// A name that holds one type and is given another; `first` is where it got its type.
pub fn finding(name: &str, old: &str, new: &str, span: Span, first: Option<Span>) -> Finding {
    let finding = Finding::new(
        &RULE,
        span,
        format!("`{name}` is `{old}` in this flow, and would become `{new}` here."),
    )
    .help("One name has one type in a flow: use another name.");
    match first {
        Some(first) => finding.related(first, format!("here `{name}` becomes `{old}`")),
        None => finding,
    }
}
