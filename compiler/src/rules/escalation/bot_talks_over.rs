//! `bot-talks-over`: a clock takes the conversation from a colleague who is there, and the bot talks on.
//!
//! Triggers, timers, events and rules never speak while people own the conversation: the machine sees to that. What is
//! left is what the escalation itself says: its clock of the customer's silence.

use botflow_artifact::{EscalationWay, FlowId};

use super::hand_overs::HandOver;
use crate::finding::{Finding, Level, Rule};
use crate::graph::Edge;
use crate::graph::label::duration;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF604",
    name: "bot-talks-over",
    level: Level::Error,
    summary: "A clock takes the conversation from a colleague who is there, and the bot talks on.",
    page: include_str!("bot_talks_over.md"),
};

/// Looks at what happens when a customer is silent.
pub(super) fn check(context: &Context<'_>, hand_overs: &[HandOver<'_>], findings: &mut Vec<Finding>) {
    let back = context.graph.returns(FlowId::ALWAYS);
    for hand_over in hand_overs {
        for (after, way) in &hand_over.declared.customer_silent {
            let EscalationWay::Way(code) = way else { continue };
            let Some(node) = context.graph.code(*code) else {
                continue;
            };
            let stays = |edge, _, _| !matches!(edge, Edge::Hears | Edge::Heard | Edge::Run | Edge::Start);
            if context.detour(node, |to| to == back, stays).is_none() {
                continue;
            }
            let told = context.tell_and(&hand_over.path(context), |plan| {
                plan.line("~ maria joins");
                plan.line("~ maria: Which one is it?");
                plan.line(format!("+ {}", duration(*after)));
                plan.line("= owner bot");
            });
            findings.push(
                Finding::new(
                    &RULE,
                    context.lowered.way(*code),
                    "The customer only takes their time, and the bot takes the conversation away from the colleague who is \
                     there, and talks on.",
                )
                .help(
                    "Let it end, `-> finish unresolved`, after a time in which nobody answers any more; or leave it to the \
                     colleague.",
                )
                .conversation(told),
            );
        }
    }
}
