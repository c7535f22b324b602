//! `handover-cycle`: bot, people, bot, people, and the customer has said nothing.

use petgraph::graph::NodeIndex;

use super::hand_overs::HandOver;
use crate::finding::{Finding, Level, Rule};
use crate::graph::cycles::cycles;
use crate::graph::leads::Leads;
use crate::graph::{Driver, Edge};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF603",
    name: "handover-cycle",
    level: Level::Error,
    summary: "What people hand back is handed over to people again, without a word of the customer.",
    page: include_str!("handover_cycle.md"),
};

/// Looks for circles through people.
pub(super) fn check(context: &Context<'_>, hand_overs: &[HandOver<'_>], findings: &mut Vec<Finding>) {
    let graph = &context.graph.nodes;
    let mut leads = Leads::with_capacity(graph.node_count(), graph.edge_count());
    for node in graph.node_indices() {
        let out = context.graph.nodes.edges(node);
        leads.add(out.filter_map(|edge| {
            use petgraph::visit::EdgeRef;
            counts(context, *edge.weight(), node, edge.target()).then(|| edge.target().index() as u32)
        }));
    }
    let places = hand_overs.iter().flat_map(|one| &one.places);
    let mut places: Vec<_> = places.copied().collect();
    places.sort_by_key(|(id, _)| context.lowered.place(*id).name);
    for cycle in cycles(&leads) {
        let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
        let Some((id, node)) = places.iter().copied().find(|(_, node)| inside(*node)) else {
            continue;
        };
        let round = context.detour(
            node,
            |to| to == node,
            |edge, from, to| inside(to) && counts(context, edge, from, to),
        );
        let Some(round) = round else { continue };
        let mut path = context.path(node);
        path.extend(&round);
        path.extend(&round);
        findings.push(
            Finding::new(
                &RULE,
                context.lowered.place(id).name,
                "Whoever is handed back from here comes here again at once, without having said a word: people and bot pass \
                 the customer to and fro.",
            )
            .help("Ask something before handing over once more, or let what comes behind it lead elsewhere.")
            .conversation(context.tell(&path)),
        );
    }
}

/// Whether an edge is taken without the customer, without time, and without a decision of the flow.
fn counts(context: &Context<'_>, edge: Edge, from: NodeIndex, to: NodeIndex) -> bool {
    match edge {
        edge if edge.may_not_be_taken() => false,
        Edge::HandBack => true,
        Edge::Returns => match context.graph.run_at(context.bot, from) {
            Some(flow) => context.at_once.through(flow),
            None => false,
        },
        edge => context.graph.driver(context.bot, edge, to) <= Driver::System,
    }
}
