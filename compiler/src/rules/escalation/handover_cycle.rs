//! `handover-cycle`: bot, people, bot, people, and the customer has said nothing.

use botflow_artifact::PlaceId;
use petgraph::graph::{EdgeIndex, NodeIndex};

use super::hand_overs::HandOver;
use crate::finding::{Finding, Level, Rule};
use crate::graph::cycles::cycles;
use crate::graph::leads::Leads;
use crate::graph::{Driver, Edge, Node};
use crate::rules::flow::context::Context;
use crate::rules::flow::nags_for_ever::heard_at_a_question;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF603",
    name: "handover-cycle",
    level: Level::Error,
    summary: "What people hand back is handed over to people again, without a word of the customer.",
    page: include_str!("handover_cycle.md"),
};

/// Looks for circles through people: first for those that nothing has to drive, then for those that need time.
pub(super) fn check(context: &Context<'_>, hand_overs: &[HandOver<'_>], findings: &mut Vec<Finding>) {
    let places = hand_overs.iter().flat_map(|one| &one.places);
    let mut places: Vec<_> = places.copied().collect();
    places.sort_by_key(|(id, _)| context.lowered.place(*id).name);
    let mut told: Vec<NodeIndex> = Vec::new();
    for by_time in [false, true] {
        for (id, node, round) in circles(context, &places, by_time) {
            if round_is_told(&told, context, &round) {
                continue;
            }
            told.push(node);
            let mut path = context.path(node);
            path.extend(&round);
            path.extend(&round);
            findings.push(finding(context, id, by_time).conversation(context.tell(&path)));
        }
    }
    places.retain(|(_, node)| !told.contains(node));
    silent_again(context, &places, findings);
}

fn finding(context: &Context<'_>, id: PlaceId, by_time: bool) -> Finding {
    let (message, help) = match by_time {
        false => (
            "Whoever is handed back from here comes here again at once, without having said a word: people and bot \
                     pass the customer to and fro.",
            "Ask something before handing over once more, or let what comes behind it lead elsewhere.",
        ),
        true => (
            "Whoever is handed back from here and says nothing comes here again after some time: people and bot \
                     pass a silent customer to and fro.",
            "Let the silence lead to an end, `silence 1h -> finish abandoned`, or hand over once more only when the \
                     customer asks for it.",
        ),
    };
    Finding::new(&RULE, context.lowered.place(id).name, message).help(help)
}

/// Silence that hands over and comes back: then the question is put again, and its clocks begin anew.
fn silent_again(context: &Context<'_>, places: &[(PlaceId, NodeIndex)], findings: &mut Vec<Finding>) {
    if places.is_empty() {
        return;
    }
    let nodes = &context.graph.nodes;
    let mut leads = Leads::with_capacity(nodes.node_count(), nodes.edge_count());
    for node in nodes.node_indices() {
        use petgraph::visit::EdgeRef;
        let out = nodes.edges(node);
        let out = out.filter(|edge| counts(context, true, *edge.weight(), node, edge.target()));
        leads.add(out.map(|edge| edge.target().index() as u32));
    }
    let before = leads.reversed();
    let leading_to = |ends: &mut dyn Iterator<Item = NodeIndex>| {
        let mut found = vec![false; nodes.node_count()];
        let mut todo: Vec<u32> = ends.map(|node| node.index() as u32).collect();
        while let Some(node) = todo.pop() {
            if !std::mem::replace(&mut found[node as usize], true) {
                todo.extend(before.of(node));
            }
        }
        found
    };
    let is_again = |node: NodeIndex| matches!(nodes[node], Node::AskAgain);
    let comes_back = leading_to(&mut nodes.node_indices().filter(|node| is_again(*node)));
    let mut ends = vec![false; nodes.node_count()];
    for (_, node) in places {
        ends[node.index()] = comes_back[node.index()];
    }
    let wanted = |node: NodeIndex| ends[node.index()];
    let leads_there = leading_to(&mut nodes.node_indices().filter(|node| wanted(*node)));
    let by_itself = |edge, from, to| counts(context, true, edge, from, to);
    let mut told: Vec<NodeIndex> = Vec::new();
    for node in nodes.node_indices().filter(|node| context.reach.reached(*node)) {
        let silent = context.graph.out(node).into_iter();
        let silent = silent.filter(|(_, edge, _)| matches!(edge, Edge::Silence(_)));
        let ways: Vec<(Option<EdgeIndex>, NodeIndex)> = match &nodes[node] {
            Node::Place(_) => silent.map(|(edge, _, way)| (Some(edge), way)).collect(),
            Node::Handler(_) if context.graph.driver(context.bot, Edge::Heard, node) == Driver::Time => {
                vec![(None, node)]
            }
            _ => continue,
        };
        for (edge, way) in ways.into_iter().filter(|(_, way)| leads_there[way.index()]) {
            let rest = match wanted(way) {
                true => Some(Vec::new()),
                false => context.detour(way, wanted, by_itself),
            };
            let Some(rest) = rest else { continue };
            let end = rest.last().and_then(|edge| nodes.edge_endpoints(*edge));
            let people = end.map_or(way, |(_, end)| end);
            let place = places.iter().find(|(_, node)| *node == people);
            let Some((id, _)) = place.filter(|_| !told.contains(&people)) else {
                continue;
            };
            let Some(back) = context.detour(people, is_again, by_itself) else {
                continue;
            };
            let Some((mut path, mut silence)) = (match edge {
                Some(edge) => Some((context.path(node), vec![edge])),
                None => at_a_question(context, node),
            }) else {
                continue;
            };
            told.push(people);
            silence.extend(rest);
            path.extend(&silence);
            path.extend(back);
            path.extend(&silence);
            findings.push(finding(context, *id, true).conversation(context.tell(&path)));
        }
    }
}

/// The way to a question around which a handler hears, and from there to the handler.
fn at_a_question(context: &Context<'_>, handler: NodeIndex) -> Option<(Vec<EdgeIndex>, Vec<EdgeIndex>)> {
    let mut path = heard_at_a_question(context, handler)?;
    let question = path.iter().rposition(|edge| {
        let weight = context.graph.nodes.edge_weight(*edge);
        !matches!(weight, Some(Edge::Hears | Edge::Heard))
    });
    let heard = path.split_off(question.map_or(0, |at| at + 1));
    Some((path, heard))
}

/// Whether a circle goes through a hand-over that has its finding.
fn round_is_told(told: &[NodeIndex], context: &Context<'_>, round: &[EdgeIndex]) -> bool {
    round.iter().any(|edge| {
        let ends = context.graph.nodes.edge_endpoints(*edge);
        ends.is_some_and(|(_, to)| told.contains(&to))
    })
}

/// The first hand-over of each circle, and once round.
fn circles(
    context: &Context<'_>,
    places: &[(PlaceId, NodeIndex)],
    by_time: bool,
) -> Vec<(PlaceId, NodeIndex, Vec<EdgeIndex>)> {
    let graph = &context.graph.nodes;
    let nets = |node: NodeIndex| match by_time {
        true => context.by_time.nets(context.graph, context.bot, node),
        false => Vec::new(),
    };
    let mut leads = Leads::with_capacity(graph.node_count(), graph.edge_count());
    for node in graph.node_indices() {
        let own = graph.edges(node).filter_map(|edge| {
            use petgraph::visit::EdgeRef;
            counts(context, by_time, *edge.weight(), node, edge.target()).then(|| edge.target())
        });
        leads.add(own.chain(nets(node)).map(|to| to.index() as u32));
    }
    let found = cycles(&leads).into_iter().filter_map(|cycle| {
        let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
        let (id, node) = places.iter().copied().find(|(_, node)| inside(*node))?;
        // A handler around a question is heard by way of its level.
        let allowed = |edge: Edge, from: NodeIndex, to: NodeIndex| match edge {
            Edge::Hears => by_time,
            Edge::Heard => {
                by_time && inside(to) && context.graph.driver(context.bot, edge, to) <= Driver::Time
            }
            _ => inside(to) && counts(context, by_time, edge, from, to),
        };
        let round = context.detour(node, |to| to == node, allowed)?;
        Some((id, node, round))
    });
    found.collect()
}

/// Whether an edge is taken without the customer and without a decision of the flow, and without time, where that does
/// not count.
fn counts(context: &Context<'_>, by_time: bool, edge: Edge, from: NodeIndex, to: NodeIndex) -> bool {
    let (passing, most) = match by_time {
        true => (&context.by_time, Driver::Time),
        false => (&context.at_once, Driver::System),
    };
    match edge {
        edge if edge.may_not_be_taken() => false,
        Edge::HandBack => true,
        // A colleague's clock has its own ways.
        Edge::CustomerSilent(_) => false,
        Edge::Returns => match context.graph.run_at(context.bot, from) {
            Some(flow) => passing.through(flow),
            None => false,
        },
        edge => context.graph.driver(context.bot, edge, to) <= most,
    }
}
