//! `ends-without-outcome`: a started flow comes to an end, and the conversation has no outcome.

use botflow_artifact::{FlowId, Op, Pc};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF208",
    name: "ends-without-outcome",
    level: Level::Error,
    summary: "A flow that is started can end without an outcome.",
    page: include_str!("ends_without_outcome.md"),
};

/// Reports started flows that can return.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, started) in started(context).into_iter().enumerate() {
        let flow = FlowId::from(id);
        let Some(by) = started else {
            continue;
        };
        if !context.reach.returns(flow) || context.is_library(flow) {
            continue;
        }
        let Some(body) = context.lowered.flows.get(id) else {
            continue;
        };
        let mut ends: Vec<(Pc, NodeIndex)> = context
            .graph
            .into(context.graph.returns(flow))
            .filter(|(_, _, from)| context.reach.reached(*from))
            .filter_map(|(_, _, from)| Some((context.end_of(from)?, from)))
            .collect();
        ends.sort_unstable();
        let Some((pc, node)) = ends.first().copied() else {
            continue;
        };
        let span = context.lowered.code[pc.index()];
        let name = &context.bot.flows[id].name;
        // The end of the body stands at its closing brace.
        let implicit = span.end == body.span.end && span.end - span.start <= 1;
        let mut finding = Finding::new(
            &RULE,
            if implicit { body.name_span } else { span },
            match implicit {
                true => {
                    format!("`{name}` is started, and the conversation can end behind it without an outcome.")
                }
                false => {
                    format!("`{name}` is started, so that the conversation ends here without an outcome.")
                }
            },
        )
        .help("Say how it ended: `finish resolved`, `finish unresolved` or `finish abandoned`.");
        if implicit {
            let end = Span {
                start: span.start,
                end: span.start,
                ..span
            };
            finding = finding.fix("End it with `finish resolved`", end, "  finish resolved\n");
        } else if span.end - span.start == "return".len() as u32
            && matches!(context.bot.code[pc.index()], Op::Return(None))
        {
            finding = finding.fix("Change to `finish unresolved`", span, "finish unresolved");
        }
        for (pc, _) in ends.iter().skip(1).take(4) {
            finding = finding.related(context.lowered.code[pc.index()], "It can end here, too.");
        }
        if let Some(by) = by {
            finding = finding.related(by, "It is started here.");
        }
        findings.push(finding.conversation(context.conversation(node)));
    }
}

/// Per flow, whether it is started, and where by another flow, if by one.
fn started(context: &Context<'_>) -> Vec<Option<Option<Span>>> {
    let bot = context.bot;
    let mut started = vec![None; bot.flows.len()];
    for flow in bot
        .start
        .into_iter()
        .chain(bot.triggers.iter().map(|trigger| trigger.start))
        // A trigger whose flow is not known starts none.
        .filter(|flow| *flow != FlowId::ALWAYS)
    {
        if let Some(entry) = started.get_mut(flow.index()) {
            *entry = Some(None);
        }
    }
    for node in context.graph.nodes.node_indices() {
        if !matches!(context.graph.nodes[node], Node::Code(_)) || !context.reach.reached(node) {
            continue;
        }
        for edge in context.graph.nodes.edges(node) {
            if let (Edge::Start, Node::Flow(flow)) = (edge.weight(), &context.graph.nodes[edge.target()])
                && started[flow.index()].is_none()
            {
                let at = context.end_of(node).map(|pc| context.lowered.code[pc.index()]);
                started[flow.index()] = Some(at);
            }
        }
    }
    started
}
