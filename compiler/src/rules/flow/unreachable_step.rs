//! `unreachable-step`: nothing leads to a step.
//!
//! It shows no conversation: that none comes there is what it says.

use botflow_artifact::{FlowId, StepId};
use petgraph::graph::NodeIndex;

use super::context::Context;
use super::islands::shores;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF201",
    name: "unreachable-step",
    level: Level::Warning,
    summary: "Nothing leads to a step.",
    page: include_str!("unreachable_step.md"),
};

/// Reports steps of reached flows that are never reached.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for flow in &context.lowered.flows {
        // In a flow that nobody comes to, no step is worth a word of its own; and a way that could not be understood
        // may have led to any of them.
        if !context.reach.reached(context.graph.flow(flow.id))
            || context.is_broken(flow.id)
            || context.lowered.is_library(flow.name_span)
        {
            continue;
        }
        let missing: Vec<StepId> = flow
            .steps
            .iter()
            .map(|step| step.id)
            .filter(|step| !context.reach.reached(context.graph.step(*step)))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let mentioned = &context.lowered.facts.dead_mentions.steps;
        for step in shores(&missing, |step| {
            steps_from(context, flow.id, context.graph.step(step))
        }) {
            let Some(body) = flow.steps.iter().find(|body| body.id == step) else {
                continue;
            };
            if mentioned.contains(&step) {
                continue;
            }
            let name = &context.bot.steps[step.index()].name;
            findings.push(
                Finding::new(
                    &RULE,
                    body.name_span,
                    format!("Nothing leads to the step `{name}`."),
                )
                .help(format!(
                    "Lead to it with `-> {name}` where it is wanted, or remove it."
                )),
            );
        }
    }
}

/// Steps to which the code of a step leads.
fn steps_from(context: &Context<'_>, flow: FlowId, step: NodeIndex) -> Vec<StepId> {
    let mut seen: indexmap::IndexSet<NodeIndex, rustc_hash::FxBuildHasher> = indexmap::IndexSet::default();
    let mut found = Vec::new();
    let mut todo = vec![step];
    while let Some(node) = todo.pop() {
        if !seen.insert(node) {
            continue;
        }
        for edge in context.graph.out(node) {
            match (&context.graph.nodes[edge.2], edge.1) {
                (_, Edge::Run | Edge::Start) => {}
                (Node::Step(to), _) => found.push(*to),
                (Node::Code(_) | Node::Handler(_), _) => todo.push(edge.2),
                (Node::Place(place), _) if context.bot.places[place.index()].flow == flow => {
                    todo.push(edge.2)
                }
                // Handlers of the flow itself hear everywhere in it; they belong to no step.
                (Node::Hearing(crate::graph::Level::Step(_)), _) => todo.push(edge.2),
                _ => {}
            }
        }
    }
    found
}
