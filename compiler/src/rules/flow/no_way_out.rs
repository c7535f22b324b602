//! `no-way-out`: whatever happens at a place, the conversation comes back to it.

use botflow_artifact::{PlaceId, PlaceKind};
use petgraph::graph::NodeIndex;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF205",
    name: "no-way-out",
    level: Level::Error,
    summary: "From a place no end, no people and no other question can be reached.",
    page: include_str!("no_way_out.md"),
};

/// Reports places that only lead back to themselves. `stuck` are nodes of cycles that have been reported.
pub(super) fn check(context: &Context<'_>, stuck: &[NodeIndex], findings: &mut Vec<Finding>) {
    // A cycle of waits is one mistake, however many waits it has.
    let mut covered: indexmap::IndexSet<NodeIndex, rustc_hash::FxBuildHasher> =
        stuck.iter().copied().collect();
    for (id, place) in context.bot.places.iter().enumerate() {
        let id = PlaceId::from(id);
        let node = context.graph.place(id);
        let rests = matches!(
            place.kind,
            PlaceKind::Ask(_)
                | PlaceKind::Choose(_)
                | PlaceKind::Verify(_)
                | PlaceKind::Wait { .. }
                | PlaceKind::WaitFor(_)
        );
        if !rests
            || !context.reach.reached(node)
            || context.goals().leads_on(node)
            || covered.contains(&node)
            // Without any way at all it is a dead end.
            || context.graph.nodes.edges(node).all(|edge| *edge.weight() == Edge::Hears)
        {
            continue;
        }
        let mut path = context.path(node);
        // Asking again is coming back, too.
        let back = |to: NodeIndex| to == node || context.graph.nodes[to] == Node::AskAgain;
        let back = context.detour(node, back, |edge, _, _| edge != Edge::Hears);
        if let Some(back) = &back {
            path.extend(back);
            covered.extend(back.iter().filter_map(|edge| {
                let (_, to) = context.graph.nodes.edge_endpoints(*edge)?;
                Some(to)
            }));
        } else if let Some(handled) = context.detour(node, |to| to == node, |_, _, _| true) {
            path.extend(handled);
        }
        let source = context.lowered.place(id);
        findings.push(
            Finding::new(
                &RULE,
                source.name,
                "There is no way out: whatever happens here, the conversation comes back to this place.",
            )
            .help("Let one of its ways lead to another question, to people, or to an end: `-> finish unresolved`.")
            .conversation(context.tell(&path)),
        );
    }
}
