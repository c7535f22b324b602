//! `colleague-forgets`: a colleague came, and then nothing happens.

use super::hand_overs::HandOver;
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF611",
    name: "colleague-forgets",
    level: Level::Warning,
    summary: "A colleague who came may forget the customer, and nothing happens.",
    page: include_str!("colleague_forgets.md"),
};

/// Looks at all hand-overs.
pub(super) fn check(context: &Context<'_>, hand_overs: &[HandOver<'_>], findings: &mut Vec<Finding>) {
    for hand_over in hand_overs
        .iter()
        .filter(|one| one.declared.operator_silent.is_empty())
    {
        findings.push(
            Finding::new(
                &RULE,
                hand_over.name,
                "A colleague who came may forget this customer, who waits for an answer for ever.",
            )
            .help(
                "Say how long an answer may take, and what happens then: `operator silent 10m -> queue …` lets others come.",
            )
            .conversation(context.tell_and(&hand_over.path(context), |plan| {
                plan.line("~ maria joins");
                plan.line("+ 1d");
                plan.line("= owner people");
                plan.line("= nothing said");
            })),
        );
    }
}
