//! `repeated-setting`: a setting that counts once is written twice.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF008",
    name: "repeated-setting",
    level: Level::Error,
    summary: "A setting that counts once is written twice.",
    page: include_str!("repeated_setting.md"),
};

/// A setting that stands a second time in the same block.
pub fn finding(at: Span, setting: &str, first: Option<Span>) -> Finding {
    let finding = Finding::new(
        &RULE,
        at,
        format!("`{setting}` is set twice here, and only one can count."),
    )
    .help("Keep the one you mean, and take out the other.");
    match first {
        Some(first) => finding.related(first, format!("`{setting}` is set here first.")),
        None => finding,
    }
}
