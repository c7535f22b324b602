//! `nobody-came`: a customer waits for people, and nothing happens if nobody comes.

use botflow_artifact::EscalationWay;

use super::hand_overs::{Asked, HandOver};
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF601",
    name: "nobody-came",
    level: Level::Error,
    summary: "A customer waits for people, and nothing happens if nobody comes.",
    page: include_str!("nobody_came.md"),
};

/// Looks at all hand-overs, and at questions to colleagues.
pub(super) fn check(
    context: &Context<'_>,
    hand_overs: &[HandOver<'_>],
    asked: &[Asked<'_>],
    findings: &mut Vec<Finding>,
) {
    for hand_over in hand_overs {
        let leads_out = |(_, way): &(i64, EscalationWay)| matches!(way, EscalationWay::Way(_));
        if hand_over.declared.nobody.iter().any(leads_out) {
            continue;
        }
        let help = if hand_over.declared.nobody.is_empty() {
            "Say what happens then: `nobody 5m -> finish unresolved`, or first take an address at which a colleague can \
             answer later."
        } else {
            "Another queue is another place to wait in. Say where it ends: `nobody 10m -> finish unresolved`."
        };
        findings.push(
            Finding::new(
                &RULE,
                hand_over.name,
                "Nobody may come to a customer who is handed over here, and nobody tells them: they wait for ever.",
            )
            .help(help)
            .conversation(context.tell_and(&hand_over.path(context), |plan| {
                plan.line("+ 1h");
                plan.line("= owner people");
                plan.line("= nothing said");
            })),
        );
    }
    for asked in asked.iter().filter(|asked| asked.ask.nobody.is_empty()) {
        findings.push(
            Finding::new(
                &RULE,
                context.lowered.place(asked.place).name,
                "No colleague may answer this, and nobody tells the customer: they wait for ever.",
            )
            .help("Say what happens then: `nobody 10m { say \"…\" }`.")
            .conversation(context.tell_and(&context.path(asked.node), |plan| {
                plan.line("+ 1h");
                plan.line("= nothing said");
            })),
        );
    }
}
