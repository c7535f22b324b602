//! `wait-in-loop`: a `for each` in which somebody would have to be waited for.

use botflow_artifact::Pc;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::Edge;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF214",
    name: "wait-in-loop",
    level: Level::Error,
    summary: "A `for each` contains a statement that waits or calls.",
    page: include_str!("wait_in_loop.md"),
};

/// Reports statements that wait inside a loop.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for wait in &context.lowered.facts.waits_in_loops {
        findings.push(
            Finding::new(
                &RULE,
                wait.span,
                format!("`{}` cannot stand in a `for each`: a loop neither waits nor calls.", wait.word),
            )
            .help("Let the customer choose from the list instead (`choose item from list … \"…\"`), or do it behind the loop.")
            .related(wait.around, "The loop.")
            .conversation(around(context, wait.pc)),
        );
    }
}

/// The way into the loop, once around, and to the same statement again.
fn around(context: &Context<'_>, pc: Pc) -> Vec<String> {
    let Some(node) = context.piece(pc).filter(|node| context.reach.reached(*node)) else {
        return Vec::new();
    };
    let mut path = context.path(node);
    let once = context.detour(node, |to| to == node, |edge, _, _| edge != Edge::Hears);
    path.extend(once.into_iter().flatten());
    context.tell(&path)
}
