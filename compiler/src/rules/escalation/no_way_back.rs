//! `no-way-back`: what colleagues hand back ends at once, unresolved and without a word.

use botflow_artifact::Outcome;
use petgraph::graph::NodeIndex;

use super::follow::always_ends;
use super::hand_overs::HandOver;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Driver, Edge, Node};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF609",
    name: "no-way-back",
    level: Level::Warning,
    summary: "A conversation that colleagues hand back ends at once, unresolved and without a word.",
    page: include_str!("no_way_back.md"),
};

/// Looks at what comes behind each hand-over.
pub(super) fn check(context: &Context<'_>, hand_overs: &[HandOver<'_>], findings: &mut Vec<Finding>) {
    let mut places: Vec<_> = hand_overs.iter().flat_map(|one| &one.places).copied().collect();
    places.sort_by_key(|(id, _)| context.lowered.place(*id).name);
    for (id, node) in places {
        let then = context.bot.places[id.index()].then;
        let at = context.lowered.place(id);
        let Some(code) = context.graph.code(then) else {
            continue;
        };
        // What ends as resolved says that handing back means that it is settled.
        let finish =
            |node: &Node| matches!(node, Node::Finish { outcome, .. } if *outcome != Outcome::Resolved);
        if context.lowered.is_library(at.name) || !always_ends(context, code, false, finish) {
            continue;
        }
        let at_once = |edge, from: NodeIndex, to| {
            edge == Edge::HandBack
                || from != node && context.graph.driver(context.bot, edge, to) == Driver::Nothing
        };
        let mut path = context.path(node);
        let end = |to: NodeIndex| finish(&context.graph.nodes[to]);
        path.extend(context.detour(node, end, at_once).into_iter().flatten());
        findings.push(
            Finding::new(
                &RULE,
                at.name,
                "A colleague who hands back from here finds that it is over, and not resolved: nothing is said or asked behind it.",
            )
            .help(
                "Go on behind it, with a word and a question. What happens when nobody comes stands in the escalation; if \
                 handing back means that it is settled, `finish resolved`.",
            )
            .conversation(context.tell(&path)),
        );
    }
}
