//! `unreachable-flow`: no conversation ever comes to a flow.
//!
//! It shows no conversation: that none comes there is what it says.

use botflow_artifact::FlowId;
use petgraph::graph::NodeIndex;

use super::context::Context;
use super::islands::shores;
use crate::finding::{Finding, Level, Rule};
use crate::graph::Node;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF202",
    name: "unreachable-flow",
    level: Level::Warning,
    summary: "No conversation ever comes to a flow.",
    page: include_str!("unreachable_flow.md"),
};

/// Reports flows that are never reached.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let bot = context.bot;
    let begins = bot.start.is_some()
        || !bot.triggers.is_empty()
        || bot.flows.iter().any(|flow| flow.open_to_operators);
    // Where nothing begins, everything is out of reach for one reason; and a way that could not be understood may
    // have led to any flow.
    if !begins || !context.lowered.facts.broken.is_empty() {
        return;
    }
    let missing: Vec<FlowId> = context
        .lowered
        .flows
        .iter()
        .map(|flow| flow.id)
        .filter(|flow| *flow != FlowId::ALWAYS && flow.index() < bot.flows.len())
        .filter(|flow| !context.reach.reached(context.graph.flow(*flow)))
        .collect();
    if missing.is_empty() {
        return;
    }
    for flow in shores(&missing, |flow| flows_from(context, context.graph.flow(flow))) {
        let Some(name_span) = context.flow_name(flow) else {
            continue;
        };
        if context.lowered.is_library(name_span) || context.lowered.facts.dead_mentions.flows.contains(&flow)
        {
            continue;
        }
        let name = &bot.flows[flow.index()].name;
        findings.push(
            Finding::new(
                &RULE,
                name_span,
                format!("No conversation ever comes to the flow `{name}`."),
            )
            .help(format!(
                "Lead to it with `start {name}` or `run {name}`, let a trigger start it, or remove it."
            )),
        );
    }
}

/// Flows to which the code of a flow leads.
fn flows_from(context: &Context<'_>, flow: NodeIndex) -> Vec<FlowId> {
    let mut seen: indexmap::IndexSet<NodeIndex, rustc_hash::FxBuildHasher> = indexmap::IndexSet::default();
    let mut found = Vec::new();
    let mut todo = vec![flow];
    while let Some(node) = todo.pop() {
        if !seen.insert(node) {
            continue;
        }
        for (_, _, to) in context.graph.out(node) {
            match context.graph.nodes[to] {
                Node::Flow(flow) => found.push(flow),
                // What is reached anyway leads to nothing that is not.
                _ if context.reach.reached(to) => {}
                _ => todo.push(to),
            }
        }
    }
    found
}
