//! `clocks-out-of-order`: clocks of silence that do not stand in the order in which they go off, or never do.
//!
//! A clock that never goes off is shown by a conversation; the order of lines is a matter of reading only.

use botflow_artifact::{Nudge, Op, PlaceId, PlaceKind, Silence};
use petgraph::visit::EdgeRef;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::Edge;
use crate::graph::label::duration;
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF217",
    name: "clocks-out-of-order",
    level: Level::Warning,
    summary: "Clocks of silence do not stand in the order in which they go off, or never go off.",
    page: include_str!("clocks_out_of_order.md"),
};

/// A clock that goes off before the one that stands above it.
pub fn finding(at: Span, above: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        "This clock goes off before the one above it: the durations of silence ascend.",
    )
    .help("Write the shorter silence first, so that the lines stand as they happen.")
    .related(above, "This one goes off later.")
}

/// Reports clocks behind one at which the conversation leaves.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (id, place) in context.bot.places.iter().enumerate() {
        let clocks: &[Silence] = match &place.kind {
            PlaceKind::Ask(ask) => &ask.silence,
            PlaceKind::Choose(choose) => &choose.silence,
            PlaceKind::Verify(verify) => &verify.silence,
            _ => continue,
        };
        let leaves = clocks
            .iter()
            .position(|clock| matches!(clock.act, Nudge::Way(pc) if leaves(context, pc)));
        let Some((first, late)) = leaves.and_then(|at| Some((&clocks[at], clocks.get(at + 1)?))) else {
            continue;
        };
        let node = context.graph.place(PlaceId::from(id));
        let Nudge::Way(pc) = first.act else {
            continue;
        };
        if !context.reach.reached(node) {
            continue;
        }
        let mut path = context.path(node);
        let way = context.graph.nodes.edges(node);
        let way = way.filter(|edge| *edge.weight() == Edge::Silence(first.after_ms));
        path.extend(way.map(|edge| edge.id()).next());
        context.lead_on(&mut path);
        findings.push(
            Finding::new(
                &RULE,
                context.lowered.way(pc),
                format!(
                    "The conversation leaves after {} of silence, so that `silence {}` never goes off.",
                    duration(first.after_ms),
                    duration(late.after_ms)
                ),
            )
            .help("Leave at the longest silence, or take the later clock out.")
            .conversation(context.tell(&path)),
        );
    }
}

/// Whether a way leaves for certain: it consists of one piece of code that does.
fn leaves(context: &Context<'_>, pc: botflow_artifact::Pc) -> bool {
    let end = context.graph.code(pc).and_then(|node| context.end_of(node));
    let op = end.and_then(|pc| context.bot.code.get(pc.index()));
    matches!(
        op,
        Some(Op::Finish { .. } | Op::GoTo(_) | Op::Start { .. } | Op::Return(_))
    )
}
