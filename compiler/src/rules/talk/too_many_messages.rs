//! `too-many-messages`: more messages in a row than people read, without a question between them.
//!
//! Counted is what every conversation through a place surely hears: the fewest messages before it, and the fewest behind
//! it up to where somebody has to do something. So no message counts that a condition may leave out on the way.

use botflow_artifact::{Op, Pc, PlaceKind};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use crate::finding::{Finding, Level, Rule};
use crate::graph::leads::Leads;
use crate::graph::{Driver, Edge, Node};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF311",
    name: "too-many-messages",
    level: Level::Warning,
    summary: "More messages come in a row than the bot's limit, without a question between them.",
    page: include_str!("too_many_messages.md"),
};

/// The limit of a bot that sets none.
const USUAL: u32 = 3;

/// A limit beyond this one is none. Messages are counted in single bytes: there is a count for every place of a bot.
const MOST: u32 = 200;

/// The count of what no conversation comes to.
const NEVER: u8 = u8::MAX;

/// Looks at all ways of the bot.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // All messages of a turn are one mail.
    if context.bot.channels.iter().all(|channel| channel == "email") {
        return;
    }
    let limit = context.lowered.messages_at_most.unwrap_or(USUAL).min(MOST);
    let nodes = || context.graph.nodes.node_indices();
    let said: Vec<u8> = nodes()
        .map(|node| messages(context, node).take(usize::from(u8::MAX)).count() as u8)
        .collect();
    // A bot that says no more in all cannot say too much in a row, however high its limit.
    if said.iter().map(|count| u32::from(*count)).sum::<u32>() <= limit {
        return;
    }
    let limit = limit as u8;
    let (leads, begins) = at_once(context);
    let back = leads.reversed();
    // What has been said before each node, and what will have been said from it on.
    let before = fewest(&leads, limit + 1, begins, |from, _| said[from as usize]);
    let ends = nodes().map(|node| node.index() as u32);
    let ends = ends.filter(|node| leads.of(*node).is_empty()).collect();
    let behind = fewest(&back, limit + 1, ends, |_, to| said[to as usize]);
    let too_many = |node: u32| match (before[node as usize], behind[node as usize]) {
        (NEVER, _) | (_, NEVER) => false,
        (before, behind) => before.saturating_add(behind.max(said[node as usize])) > limit,
    };
    let mut told = vec![false; said.len()];
    // Where the limit is passed comes first: of one row the message that is too much has the finding.
    for passes in [true, false] {
        for node in nodes() {
            let id = node.index() as u32;
            let count = said[node.index()];
            if count == 0 || told[node.index()] || !too_many(id) {
                continue;
            }
            let heard = before[node.index()];
            if passes != (heard <= limit && heard.saturating_add(count) > limit) {
                continue;
            }
            let nth = if passes { limit - heard } else { count - 1 };
            let Some((pc, _)) = messages(context, node).nth(usize::from(nth)) else {
                continue;
            };
            // The whole row is one mistake.
            let mut row = vec![id];
            while let Some(one) = row.pop() {
                if too_many(one) && !std::mem::replace(&mut told[one as usize], true) {
                    row.extend(leads.of(one).iter().chain(back.of(one)));
                }
            }
            let flow = context.words().flow_of(&context.graph.nodes[node]);
            if context.is_library(flow) || context.is_broken(flow) {
                continue;
            }
            findings.push(
                Finding::new(
                    &RULE,
                    context.lowered.code[pc.index()],
                    format!("More than {limit} messages come in a row here, and nobody reads them all."),
                )
                .help(
                    "Say less, put what belongs together into one message, or ask something in between. The limit is \
                     the bot's: `messages at most 5`.",
                )
                .conversation(context.conversation(node)),
            );
        }
    }
}

/// The messages of a piece of code, in order.
fn messages<'c>(context: &'c Context<'_>, node: NodeIndex) -> impl Iterator<Item = (Pc, &'c Op)> {
    let begin = match context.graph.nodes[node] {
        Node::Code(begin) => begin.index(),
        _ => usize::MAX,
    };
    let code = context.bot.code.get(begin..).unwrap_or_default();
    let mut over = false;
    code.iter()
        .zip(begin..)
        .take_while(move |(op, pc)| {
            let inside = !over && (*pc == begin || context.graph.code(Pc::from(*pc)).is_none());
            over = op.leaves();
            inside
        })
        .filter(|(op, _)| matches!(op, Op::Say(_) | Op::SayOneOf { .. }))
        .map(|(op, pc)| (Pc::from(pc), op))
}

/// What follows what without anybody doing anything, and the nodes that somebody brings about.
fn at_once(context: &Context<'_>) -> (Leads, Vec<u32>) {
    let graph = &context.graph.nodes;
    let mut begins = Vec::new();
    let mut behind: Vec<Vec<u32>> = vec![Vec::new(); context.bot.flows.len()];
    for node in graph.node_indices() {
        let run = context.graph.run_at(context.bot, node);
        if !context.reach.reached(node) {
            continue;
        }
        for edge in graph.edges(node) {
            let to = edge.target().index() as u32;
            match (*edge.weight(), run) {
                (Edge::Returns, Some(flow)) => behind[flow.index()].push(to),
                (weight, _) if !goes_on(context, node, weight) => begins.push(to),
                _ => {}
            }
        }
    }
    let mut leads = Leads::with_capacity(graph.node_count(), graph.edge_count());
    for node in graph.node_indices() {
        let returned = match graph[node] {
            Node::Return(flow) => behind[flow.index()].as_slice(),
            _ => &[],
        };
        let reached = context.reach.reached(node);
        let next = graph
            .edges(node)
            .filter(|edge| {
                let edge = *edge.weight();
                reached && edge != Edge::Returns && goes_on(context, node, edge)
            })
            .map(|edge| edge.target().index() as u32);
        leads.add(next.chain(returned.iter().copied()));
    }
    (leads, begins)
}

/// Whether an edge is taken in the same breath.
fn goes_on(context: &Context<'_>, from: NodeIndex, edge: Edge) -> bool {
    let rests = match &context.graph.nodes[from] {
        Node::Place(place) => !matches!(
            context.bot.places[place.index()].kind,
            PlaceKind::Call(_) | PlaceKind::Run(_) | PlaceKind::Form(_)
        ),
        Node::People(_) => true,
        _ => false,
    };
    !rests
        && matches!(edge.driver(), Driver::Nothing | Driver::System)
        && !matches!(edge, Edge::Hears | Edge::Heard | Edge::Begins | Edge::Waiting(_))
}

/// The fewest messages on any way from the beginnings to each node, counted up to `most`; [`NEVER`] where no way comes.
fn fewest(leads: &Leads, most: u8, begins: Vec<u32>, costs: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let mut found = vec![NEVER; leads.len()];
    let mut buckets: Vec<Vec<u32>> = vec![Vec::new(); usize::from(most) + 1];
    buckets[0] = begins;
    for count in 0..=most {
        while let Some(node) = buckets[usize::from(count)].pop() {
            if found[node as usize] != NEVER {
                continue;
            }
            found[node as usize] = count;
            for to in leads.of(node) {
                if found[*to as usize] == NEVER {
                    let there = count.saturating_add(costs(node, *to)).min(most);
                    buckets[usize::from(there)].push(*to);
                }
            }
        }
    }
    found
}
