//! `nothing-to-ask-again`: `-> again` or `-> back` where no question has been put on any way before.

use botflow_artifact::{Op, Pc, PlaceKind};

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF218",
    name: "nothing-to-ask-again",
    level: Level::Error,
    summary: "A question is to be put again where none has been put.",
    page: include_str!("nothing_to_ask_again.md"),
};

/// Reports `again` and `back` that no question of the same run of the flow comes before.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let word = |op: &Op| match op {
        Op::Again => Some("again"),
        Op::Back => Some("back"),
        _ => None,
    };
    let ops: Vec<(Pc, &str)> = context
        .bot
        .code
        .iter()
        .enumerate()
        .filter_map(|(pc, op)| Some((Pc::from(pc), word(op)?)))
        .collect();
    if ops.is_empty() {
        return;
    }
    let asked = behind_questions(context);
    for (pc, word) in ops {
        let Some(node) = context.piece(pc) else {
            continue;
        };
        if asked[node.index()] || !context.reach.reached(node) {
            continue;
        }
        findings.push(
            Finding::new(
                &RULE,
                context.lowered.code[pc.index()],
                format!("`{word}` puts a question once more, and none has been put before it in this flow."),
            )
            .help("Ask something first, or say where the conversation goes: `-> step`, `finish resolved`.")
            .conversation(context.conversation_at(pc)),
        );
    }
}

/// Per node, whether a question of the same run of its flow may have been put before. What handlers, rules of `always`
/// and ways of escalations do counts as behind one: there may be a question below.
fn behind_questions(context: &Context<'_>) -> Vec<bool> {
    let nodes = &context.graph.nodes;
    let mut asked = vec![false; nodes.node_count()];
    let mut todo: Vec<_> = nodes
        .node_indices()
        .filter(|node| match &nodes[*node] {
            Node::Place(place) => matches!(
                context.bot.places[place.index()].kind,
                PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Form(_) | PlaceKind::Verify(_)
            ),
            Node::Handler(_) | Node::Rule(_) | Node::People(_) | Node::Unknown => true,
            _ => false,
        })
        .collect();
    while let Some(node) = todo.pop() {
        if std::mem::replace(&mut asked[node.index()], true) {
            continue;
        }
        for (_, edge, to) in context.graph.out(node) {
            // Another flow, or the same one begun anew, has questions of its own.
            let elsewhere = matches!(nodes[to], Node::Flow(_)) || matches!(edge, Edge::Start | Edge::Run);
            if !elsewhere && !asked[to.index()] {
                todo.push(to);
            }
        }
    }
    asked
}
