//! `step-falls-off`: a step, or the beginning of a flow with steps, does not say where the conversation goes.

use super::context::Context;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF204",
    name: "step-falls-off",
    level: Level::Error,
    summary: "A step does not say where the conversation goes on.",
    page: include_str!("step_falls_off.md"),
};

/// Reports ends that code generation came to.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for end in &context.lowered.facts.falls_off {
        let flow = &context.bot.flows[end.flow.index()];
        let (message, help) = match end.step {
            Some(step) => (
                format!(
                    "The step `{}` can end without saying where the conversation goes on.",
                    context.bot.steps[step.index()].name
                ),
                "End it with `-> step`, `start …`, `return` or `finish …`.".to_owned(),
            ),
            None if end.owes_result => {
                let gives = flow
                    .gives
                    .map(|ty| context.words().type_name(ty))
                    .unwrap_or_default();
                (
                    format!(
                        "The flow `{}` gives `{gives}`, but can end without giving one.",
                        flow.name
                    ),
                    "End it with `return …`.".to_owned(),
                )
            }
            None => {
                let first = flow
                    .steps
                    .first()
                    .map(|step| context.bot.steps[step.index()].name.as_str());
                (
                    format!(
                        "What stands before the steps of `{}` can end without saying where the conversation goes on.",
                        flow.name
                    ),
                    format!("End it with `-> {}`, for example.", first.unwrap_or("step")),
                )
            }
        };
        let mut finding = Finding::new(&RULE, end.name, message).help(help);
        if let Some(last) = end.last {
            finding = finding.related(last, "Nothing is said about what comes after this.");
        }
        if let Some(piece) = context.piece(end.pc) {
            finding = finding.conversation(context.conversation(piece));
        }
        findings.push(finding);
    }
}
