//! `goal-never-reached`: a goal that nothing can bring about, or that counts for nobody.

use super::conditions::Conditions;
use super::happens::Happens;
use super::silent;
use crate::finding::{Finding, Level, Rule};
use crate::hir::GoalSpans;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF515",
    name: "goal-never-reached",
    level: Level::Warning,
    summary: "Nothing can reach a goal, or no conversation gets the credit for it.",
    page: include_str!("goal_never_reached.md"),
};

/// Looks at all goals.
pub(super) fn check(
    context: &Context<'_>,
    conditions: &Conditions,
    happens: &Happens,
    findings: &mut Vec<Finding>,
) {
    let none = GoalSpans::default();
    for (id, goal) in context.bot.goals.iter().enumerate() {
        let Some(name) = context.lowered.spans.goals.get(id).copied().flatten() else {
            continue;
        };
        let parts = context.lowered.spans.goal_parts.get(id).unwrap_or(&none);
        // What was not understood has its finding.
        if context.lowered.is_library(name) || parts.on.len() != goal.on.len() {
            continue;
        }
        if goal.on.is_empty() {
            let message = "Nothing reaches this goal: it says no event.";
            findings.push(
                Finding::new(&RULE, name, message).help("Say what reaches it, such as `on order_placed`."),
            );
            continue;
        }
        if conditions.goals.contains(&id) {
            let message = "Nothing reaches this goal: its conditions are never yes together.";
            let help = "Write the condition that you mean. All conditions of a goal have to be yes.";
            let first = goal.on.first();
            let shown = first.map(|what| silent::after_a_talk(context, what, |_| {}));
            findings.push(
                Finding::new(&RULE, name, message)
                    .help(help)
                    .conversation(shown.unwrap_or_default()),
            );
            continue;
        }
        for (what, at) in goal.on.iter().zip(&parts.on) {
            if let Some((why, help)) = happens.never(context, what) {
                let message = format!("{why}, so that this never reaches the goal.");
                let shown = silent::nothing_follows(context, what, 0);
                findings.push(Finding::new(&RULE, *at, message).help(help).conversation(shown));
            }
        }
        if let (0, Some(at)) = (goal.credit_ms, parts.credit) {
            let message = "No conversation ever gets the credit for this goal: it would have to end at the same moment.";
            let shown = goal.on.first().map(|what| {
                silent::after_a_talk(context, what, |plan| {
                    // What it is worth only a run knows.
                    if goal.value.is_none() {
                        plan.line(format!("* goal {} without credit", goal.name));
                    }
                })
            });
            findings.push(
                Finding::new(&RULE, at, message)
                    .help("Say how long a conversation may count, such as `credit 24h`.")
                    .conversation(shown.unwrap_or_default()),
            );
        }
    }
}
