//! BF118 host-action-missing: a lookup or action is left to the host program, which does not offer it.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF118",
    name: "host-action-missing",
    level: Level::Error,
    summary: "A lookup or action is left to the host program, which does not offer it.",
    page: include_str!("host_action_missing.md"),
};

/// A call that neither says how it is done nor is offered by the host program.
pub fn finding(kind: &str, name: &str, span: Span, near: &[&str]) -> Finding {
    let finding = Finding::new(
        &RULE,
        span,
        format!("The host program does not offer the {kind} `{name}`."),
    );
    match near {
        [] => finding.help("Offer it in the host program, or say here which address to `get` or `post`."),
        [near, ..] => finding.help(format!("The host offers `{near}`: is it the same one?")),
    }
}
