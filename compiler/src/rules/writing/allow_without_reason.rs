//! `allow-without-reason`: a comment allows a finding and does not say why.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF014",
    name: "allow-without-reason",
    level: Level::Warning,
    summary: "A comment allows a finding and does not say why it may stay.",
    page: include_str!("allow_without_reason.md"),
};

/// Reports a comment that allows a finding of this level. It is as serious as what it hides: what nobody explains is
/// not settled.
pub fn finding(comment: Span, hidden: Level) -> Finding {
    let mut finding = Finding::new(&RULE, comment, "This allows a finding and does not say why.")
        .help("Add ` -- ` and the reason, for whoever reads it next year.");
    finding.level = hidden.max(RULE.level);
    finding
}
