//! `promise-without-people`: an option offers a person, and leads to none.

use botflow_artifact::{CallKind, Hears, Op, OptionAct, PlaceId, PlaceKind, TextId};
use petgraph::graph::{EdgeIndex, NodeIndex};

use super::follow::ops;
use super::person_words::promises;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Edge, Node};
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF610",
    name: "promise-without-people",
    level: Level::Error,
    summary: "An option offers a person, and none comes.",
    page: include_str!("promise_without_people.md"),
};

/// Looks at the options of all questions, and at buttons that lead on.
pub(super) fn check(context: &Context<'_>, sources: &[Source], findings: &mut Vec<Finding>) {
    let bot = context.bot;
    for (id, place) in bot.places.iter().enumerate() {
        let PlaceKind::Choose(choose) = &place.kind else {
            continue;
        };
        let (id, node) = (PlaceId::from(id), context.graph.place(PlaceId::from(id)));
        for (number, option) in choose.options.iter().enumerate() {
            if matches!(option.act, OptionAct::Opens(_) | OptionAct::Calls(_)) {
                continue;
            }
            let Some(label) = promised(context, option.label) else {
                continue;
            };
            let around = context.lowered.place(id);
            let chosen = |(_, edge, _): &(EdgeIndex, Edge, NodeIndex)| *edge == Edge::Option(number as u32);
            let Some((edge, _, to)) = context.graph.out(node).into_iter().find(chosen) else {
                continue;
            };
            if !context.reach.reached(node)
                || context.lowered.is_library(around.span)
                || leads_to_people(context, to, node)
            {
                continue;
            }
            let mut path = context.path(node);
            path.push(edge);
            context.lead_on(&mut path);
            let at = written(sources, around.span, &label).unwrap_or(around.name);
            findings.push(finding(at).conversation(context.tell(&path)));
        }
    }
    for (id, handler) in bot.handlers.iter().enumerate() {
        let Hears::Pressed { label, .. } = &handler.hears else {
            continue;
        };
        let Some(label) = promised(context, *label) else {
            continue;
        };
        let node = context.graph.handler(botflow_artifact::HandlerId::from(id));
        let around = context.lowered.handlers[id].0;
        let reached = context.reach.reached(node) && !context.lowered.is_library(around);
        if reached && !leads_to_people(context, node, node) {
            let at = written(sources, around, &label).unwrap_or(around);
            findings.push(finding(at).conversation(context.conversation(node)));
        }
    }
}

fn finding(at: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        "This offers a person, and none comes: it leads to nobody who could answer.",
    )
    .help("Let it lead to people, `-> escalate to …`, or say what really happens.")
}

/// The label, if it promises a person.
fn promised(context: &Context<'_>, label: TextId) -> Option<String> {
    // Words are short; what is longer is no promise of a person.
    let label = context.words().pattern(label, &|_| false);
    (label.len() <= 200 && promises(&label)).then_some(label)
}

/// Whether people, a colleague's answer, a flag to them or an action (which may call them) can follow.
fn leads_to_people(context: &Context<'_>, from: NodeIndex, without: NodeIndex) -> bool {
    let reaches = |node: NodeIndex| match &context.graph.nodes[node] {
        Node::People(_) | Node::Unknown => true,
        Node::Place(place) => match &context.bot.places[place.index()].kind {
            PlaceKind::Escalate(_) | PlaceKind::AskQueue(_) => true,
            PlaceKind::Call(site) => {
                let call = context.bot.calls.get(site.call.index());
                call.is_some_and(|call| call.kind == CallKind::Action)
            }
            _ => false,
        },
        Node::Code(begin) => ops(context, *begin, node).any(|op| matches!(op, Op::Tell { .. })),
        _ => false,
    };
    let goes_on = |edge, _, to| edge != Edge::Hears && to != without;
    reaches(from) || context.detour(from, reaches, goes_on).is_some()
}

/// Where a label stands.
fn written(sources: &[Source], around: Span, label: &str) -> Option<Span> {
    let text = sources.get(around.file.0 as usize)?.text.as_ref();
    let inside = text.get(around.start as usize..around.end as usize)?;
    let quoted = format!("\"{label}\"");
    let start = around.start + inside.find(&quoted)? as u32;
    Some(Span {
        start,
        end: start + quoted.len() as u32,
        ..around
    })
}
