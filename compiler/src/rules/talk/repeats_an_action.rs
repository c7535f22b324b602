//! `repeats-an-action`: what should happen once happens again, and nobody asked for it.
//!
//! Looked for are ways from behind an action that was done to the same action, on which no customer chooses, answers or
//! asks for anything, and nothing is decided: somebody was not understood, or an answer was refused. Circles that need
//! nobody, and those of time, have findings of their own.

use botflow_artifact::{CallKind, PlaceId, PlaceKind};
use petgraph::graph::NodeIndex;

use crate::finding::{Finding, Level, Rule};
use crate::graph::cycles::cycles;
use crate::graph::leads::Leads;
use crate::graph::{Driver, Edge};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF313",
    name: "repeats-an-action",
    level: Level::Error,
    summary: "An action that was done is done again, and nobody asked for it.",
    page: include_str!("repeats_an_action.md"),
};

/// Looks at every action that is called.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let actions: Vec<(PlaceId, NodeIndex)> = super::heard::places(context)
        .filter(|(_, place, _)| match &place.kind {
            PlaceKind::Call(site) => {
                let call = context.bot.calls.get(site.call.index());
                call.is_some_and(|call| call.kind == CallKind::Action)
            }
            _ => false,
        })
        .map(|(id, _, node)| (id, node))
        .collect();
    if actions.is_empty() {
        return;
    }
    let graph = &context.graph.nodes;
    let mut leads = Leads::with_capacity(graph.node_count(), graph.edge_count());
    for node in graph.node_indices() {
        let out = context.graph.out(node);
        let next = out.iter().filter(|(_, edge, _)| unasked(*edge));
        leads.add(next.map(|(_, _, to)| to.index() as u32));
    }
    for cycle in cycles(&leads) {
        let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
        for (id, node) in actions.iter().filter(|(_, node)| inside(*node)) {
            let done = |edge, from: NodeIndex, to: NodeIndex| {
                inside(to) && unasked(edge) && (from != *node || edge == Edge::Result)
            };
            let Some(round) = context.detour(*node, |to| to == *node, done) else {
                continue;
            };
            let missed = round
                .iter()
                .filter_map(|edge| graph.edge_weight(*edge))
                .any(|edge| is_missed(*edge));
            // A circle at once talks to itself.
            if !missed {
                continue;
            }
            let mut path = context.path(*node);
            path.extend(round);
            findings.push(
                Finding::new(
                    &RULE,
                    context.lowered.place(*id).name,
                    "This is done again although it was done already, and nobody asked for it.",
                )
                .help(
                    "Let what goes wrong behind it lead to a step that does not do it again: put the action into a step \
                     of its own, or go back only as far as the question.",
                )
                .conversation(context.tell(&path)),
            );
            break;
        }
    }
}

/// Whether an edge is taken because an answer could not be used.
fn is_missed(edge: Edge) -> bool {
    matches!(
        edge,
        Edge::Invalid | Edge::Otherwise | Edge::Check(_) | Edge::Tries(_)
    )
}

/// Whether an edge is taken without a decision of the customer, of people or of the flow.
fn unasked(edge: Edge) -> bool {
    match edge {
        edge if edge.may_not_be_taken() => false,
        edge => is_missed(edge) || edge.driver() <= Driver::System,
    }
}

#[cfg(test)]
mod tests {
    use super::unasked;
    use crate::graph::Edge;

    #[test]
    fn answers_and_decisions_are_asked_for() {
        for edge in [
            Edge::Answer,
            Edge::Option(0),
            Edge::Heard,
            Edge::HandBack,
            Edge::Skip,
            Edge::Silence(1),
        ] {
            assert!(!unasked(edge), "{edge:?}");
        }
        for edge in [
            Edge::Invalid,
            Edge::Tries(3),
            Edge::Failure(None),
            Edge::Go,
            Edge::Result,
        ] {
            assert!(unasked(edge), "{edge:?}");
        }
    }
}
