//! `digression-ends-conversation`: something that is run in between can end the whole conversation.

use botflow_artifact::{FlowId, HandlerId, Hears, Pc, PlaceKind};
use indexmap::IndexSet;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use rustc_hash::FxBuildHasher;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF209",
    name: "digression-ends-conversation",
    level: Level::Warning,
    summary: "A flow that is run in between can end the whole conversation.",
    page: include_str!("digression_ends_conversation.md"),
};

/// Reports handlers that run a flow which leaves.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let bot = context.bot;
    let mut leaves: Option<Vec<Option<NodeIndex>>> = None;
    for (id, handler) in bot.handlers.iter().enumerate() {
        // When the customer is silent or a system fails, ending is no surprise; when they ask something, it is.
        if !matches!(
            handler.hears,
            Hears::Intent { .. }
                | Hears::Event(_)
                | Hears::Unclear { .. }
                | Hears::Pattern(_)
                | Hears::Changed(_)
        ) {
            continue;
        }
        let id = HandlerId::from(id);
        let node = context.graph.handler(id);
        if !context.reach.reached(node) {
            continue;
        }
        let Some((place, flow)) = runs(context, node).first().copied() else {
            continue;
        };
        let leaves = leaves.get_or_insert_with(|| leaving(context));
        let Some(end) = leaves[flow.index()] else {
            continue;
        };
        let Some(pc) = context.end_of(end) else {
            continue;
        };
        let name = &bot.flows[flow.index()].name;
        let heard = context.words().handler(id);
        let mut path = context.path(node);
        if let Some(rest) = context.detour(node, |to| to == place, |edge, _, _| edge != Edge::Hears) {
            path.extend(rest);
        }
        if let Some(rest) = context.detour(place, |to| to == end, |edge, _, _| edge != Edge::Hears) {
            path.extend(rest);
            if let Some((edge, ..)) = context.graph.out(end).first() {
                path.push(*edge);
            }
        }
        findings.push(
            Finding::new(
                &RULE,
                context.lowered.handlers[id.index()].0,
                format!(
                    "`{heard}` runs `{name}`, which can end the whole conversation: the customer does not get back to \
                     what they were doing."
                ),
            )
            .help(format!(
                "Let `{name}` end with `return`; or write `start {name}` here if leaving for good is meant."
            ))
            .related(context.lowered.code[pc.index()], "It ends here.")
            .conversation(context.tell(&path)),
        );
    }
}

/// The runs in a handler's own code.
fn runs(context: &Context<'_>, handler: NodeIndex) -> Vec<(NodeIndex, FlowId)> {
    let mut found = Vec::new();
    let mut seen: IndexSet<NodeIndex, FxBuildHasher> = IndexSet::default();
    let mut todo = vec![handler];
    while let Some(node) = todo.pop() {
        if !seen.insert(node) {
            continue;
        }
        if let Node::Place(place) = context.graph.nodes[node]
            && let PlaceKind::Run(run) = &context.bot.places[place.index()].kind
        {
            found.push((node, run.flow));
        }
        for (_, edge, to) in context.graph.out(node) {
            let own = matches!(context.graph.nodes[to], Node::Code(_) | Node::Place(_));
            if own && !matches!(edge, Edge::Reask | Edge::Hears) {
                todo.push(to);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Per flow, the piece of code by which running it can leave for good, if one does: its own, or that of a flow it
/// runs. What its handlers do is their business.
fn leaving(context: &Context<'_>) -> Vec<Option<NodeIndex>> {
    let bot = context.bot;
    let graph = context.graph;
    let mut ends: Vec<Option<(Pc, NodeIndex)>> = vec![None; bot.flows.len()];
    let mut callers: Vec<Vec<FlowId>> = vec![Vec::new(); bot.flows.len()];
    let mut owner: Vec<Option<FlowId>> = vec![None; graph.nodes.node_count()];
    for flow in (1..bot.flows.len()).map(FlowId::from) {
        let mut todo = vec![graph.flow(flow)];
        while let Some(node) = todo.pop() {
            if owner[node.index()].replace(flow).is_some() {
                continue;
            }
            for edge in graph.nodes.edges(node) {
                let to = edge.target();
                match (edge.weight(), &graph.nodes[to]) {
                    (Edge::Hears, _) => {}
                    (Edge::Run, Node::Flow(callee)) => callers[callee.index()].push(flow),
                    (Edge::Start, _) | (Edge::Ends, Node::Finish { .. }) => {
                        if let (Node::Code(pc), true) = (&graph.nodes[node], context.reach.reached(node)) {
                            let end = &mut ends[flow.index()];
                            *end = (*end).into_iter().chain([(*pc, node)]).min();
                        }
                    }
                    (Edge::Returns, _)
                        if graph
                            .run_at(bot, node)
                            .is_some_and(|flow| !context.reach.returns(flow)) => {}
                    (Edge::HandOver, _) => {}
                    _ => todo.push(to),
                }
            }
        }
    }
    let mut found: Vec<Option<NodeIndex>> = ends.iter().map(|end| end.map(|(_, node)| node)).collect();
    let mut todo: Vec<FlowId> = (0..found.len())
        .filter(|id| found[*id].is_some())
        .map(FlowId::from)
        .collect();
    while let Some(flow) = todo.pop() {
        for caller in std::mem::take(&mut callers[flow.index()]) {
            if found[caller.index()].is_none() {
                found[caller.index()] = found[flow.index()];
                todo.push(caller);
            }
        }
    }
    found
}
