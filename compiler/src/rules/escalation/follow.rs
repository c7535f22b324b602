//! Where code leads at once, with nobody asked and nothing waited for.

use botflow_artifact::{Op, Pc};
use petgraph::graph::NodeIndex;

use crate::graph::{Driver, Edge, Node};
use crate::rules::flow::context::Context;

/// So many pieces of code are followed; whatever is longer is taken for something else.
const PIECES: usize = 200;

/// Whether everything that happens at once from a node ends so: `ends` says of each end whether it counts.
pub(super) fn always_ends(
    context: &Context<'_>,
    from: NodeIndex,
    says: bool,
    ends: impl Fn(&Node) -> bool,
) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(node) = seen.get(next).copied() {
        next += 1;
        if seen.len() > PIECES {
            return false;
        }
        let kind = &context.graph.nodes[node];
        match kind {
            Node::Code(begin) if says || !says_something(context, *begin, node) => {}
            Node::Step(_) => {}
            _ if ends(kind) => continue,
            _ => return false,
        }
        let mut out = context.graph.out(node);
        out.retain(|(_, edge, to)| {
            context.graph.driver(context.bot, *edge, *to) == Driver::Nothing && *edge != Edge::Hears
        });
        if out.is_empty() {
            return false;
        }
        for (_, _, to) in out {
            if !seen.contains(&to) {
                seen.push(to);
            }
        }
    }
    true
}

/// Whether a piece of code says something.
fn says_something(context: &Context<'_>, begin: Pc, node: NodeIndex) -> bool {
    ops(context, begin, node).any(|op| matches!(op, Op::Say(_) | Op::SayOneOf { .. }))
}

/// The operations of a piece of code.
pub(super) fn ops<'c>(context: &'c Context<'_>, begin: Pc, node: NodeIndex) -> impl Iterator<Item = &'c Op> {
    let end = context.end_of(node).map_or(begin.index(), |end| end.index());
    let next = (begin.index() + 1..=end).find(|pc| context.graph.code(Pc::from(*pc)).is_some());
    context.bot.code[begin.index()..next.unwrap_or(end + 1)].iter()
}
