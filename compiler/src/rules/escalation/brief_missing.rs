//! `brief-missing`: colleagues get a customer and read nothing about them.

use super::hand_overs::{HandOver, behind};
use crate::finding::{Finding, Level, Rule};
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF608",
    name: "brief-missing",
    level: Level::Warning,
    summary: "Colleagues get a customer, and read nothing about what has been said.",
    page: include_str!("brief_missing.md"),
};

/// Looks at all hand-overs.
pub(super) fn check(
    _: &Context<'_>,
    hand_overs: &[HandOver<'_>],
    sources: &[Source],
    findings: &mut Vec<Finding>,
) {
    for hand_over in hand_overs.iter().filter(|one| one.declared.brief.is_none()) {
        let mut finding = Finding::new(
            &RULE,
            hand_over.name,
            "Whoever takes over reads nothing about the customer, and asks everything again.",
        )
        .help("Say what they read first: `brief \"{conversation.summary}\"`.");
        let rest = behind(sources, hand_over.name).unwrap_or_default();
        if let Some(brace) = rest.find('{').filter(|brace| rest[..*brace].trim().is_empty()) {
            let at = hand_over.name.end + brace as u32 + 1;
            finding = finding.fix(
                "Add a brief",
                Span {
                    start: at,
                    end: at,
                    ..hand_over.name
                },
                "\n  brief \"{conversation.summary}\"",
            );
        }
        findings.push(finding);
    }
}
