//! `talks-to-itself`: a circle in which the bot waits for nobody.

use petgraph::graph::NodeIndex;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF206",
    name: "talks-to-itself",
    level: Level::Error,
    summary: "The bot goes round in a circle in which it waits for nobody.",
    page: include_str!("talks_to_itself.md"),
};

/// Reports circles, and gives their nodes.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) -> Vec<NodeIndex> {
    let mut stuck = Vec::new();
    if context.cycles.is_empty() {
        return stuck;
    }
    for cycle in context.at_once.cycles(context.graph, context.bot) {
        let Some(first) = entry(context, &cycle) else {
            continue;
        };
        let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
        // A handler of failures is reached by way of its level.
        let counts = |edge: Edge, from: NodeIndex, to: NodeIndex| {
            let mut edges = context.at_once.edges(context.graph, context.bot, from);
            edge == Edge::Hears
                || inside(to)
                    && (edge == Edge::Heard || edges.any(|(weight, target)| weight == edge && target == to))
        };
        let round = context.detour(first, |to| to == first, counts);
        let mut path = context.path(first);
        path.extend(round.iter().flatten());
        let spans = links(context, &cycle);
        let Some((span, _)) = spans.first().copied() else {
            continue;
        };
        let waits = cycle
            .iter()
            .any(|node| matches!(context.graph.nodes[*node], Node::Place(_)));
        let message = if waits {
            "The bot goes round in a circle here, and nobody is asked or waited for."
        } else {
            "The bot talks to itself here: it goes round in a circle and waits for nobody."
        };
        let mut finding = Finding::new(&RULE, span, message)
            .help("Ask something in the circle, or let it lead to an end.")
            .conversation(context.tell(&path));
        for (span, _) in spans.iter().skip(1).take(4) {
            finding = finding.related(*span, "The circle goes on here.");
        }
        findings.push(finding);
        stuck.extend(cycle);
    }
    stuck
}

/// The node of a cycle that a conversation comes to first; none if no conversation comes to it.
pub(super) fn entry(context: &Context<'_>, cycle: &[NodeIndex]) -> Option<NodeIndex> {
    let reached = cycle.iter().copied().filter(|node| context.reach.reached(*node));
    reached.min_by_key(|node| (context.path(*node).len(), *node))
}

/// The statements that close a circle: jumps, starts and runs inside it, the last one of the text first, because it is
/// the one that leads back.
fn links(context: &Context<'_>, cycle: &[NodeIndex]) -> Vec<(Span, NodeIndex)> {
    let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
    let mut found = Vec::new();
    for node in cycle {
        for (_, edge, to) in context.graph.out(*node) {
            if !inside(to) {
                continue;
            }
            match (edge, &context.graph.nodes[*node]) {
                (Edge::Go | Edge::Start, Node::Code(_)) => {
                    if let Some(end) = context.end_of(*node) {
                        found.push((context.lowered.code[end.index()], *node));
                    }
                }
                (Edge::Run | Edge::Failure(_) | Edge::Skip | Edge::NoOption, Node::Place(place)) => {
                    found.push((context.lowered.place(*place).name, *node));
                }
                _ => {}
            }
        }
    }
    // A way back stands behind what it leads back to.
    found.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    found.dedup_by_key(|(span, _)| *span);
    let goes = |node: NodeIndex| matches!(context.graph.nodes[node], Node::Code(_));
    found.sort_by_key(|(_, node)| !goes(*node));
    found
}
