//! `nags-for-ever`: time alone keeps the bot writing.

use botflow_artifact::{Expr, ExprId, Op, Pc, Place, PlaceId, PlaceKind, SlotId};
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::context::Context;
use super::talks_to_itself::entry;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Driver, Edge, Node};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF211",
    name: "nags-for-ever",
    level: Level::Error,
    summary: "Time alone keeps the bot writing, for ever.",
    page: include_str!("nags_for_ever.md"),
};

/// Reports cycles of messages that time drives, and gives their nodes.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) -> Vec<NodeIndex> {
    let mut stuck = Vec::new();
    for cycle in context.cycles.iter().cloned() {
        let Some(first) = entry(context, &cycle) else {
            continue;
        };
        let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
        let Some((clock, span)) = clock(context, &cycle) else {
            // Without a clock it is a circle at once, which has a rule of its own.
            continue;
        };
        if !says_something(context, &cycle) || ends_by_itself(context, &cycle) {
            continue;
        }
        // A clock of a handler is reached by way of its level.
        let counts = |edge: Edge, from: NodeIndex, to: NodeIndex| {
            let mut edges = context.by_time.edges(context.graph, context.bot, from);
            edge == Edge::Hears
                || inside(to)
                    && (edge == Edge::Heard || edges.any(|(weight, target)| weight == edge && target == to))
        };
        let mut path = context.path(first);
        if let Some(to_clock) = context.detour(first, |to| to == clock, counts)
            && first != clock
        {
            path.extend(to_clock);
        }
        let round = context.detour(clock, |to| to == clock, counts);
        // Twice round, so that one sees that it goes on.
        path.extend(round.iter().flatten());
        path.extend(round.iter().flatten());
        findings.push(finding(span).conversation(context.tell(&path)));
        stuck.extend(cycle);
    }
    again(context, &mut stuck, findings);
    stuck
}

fn finding(span: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        "Time alone keeps the bot writing: a customer who says nothing hears from it for ever.",
    )
    .help(
        "For one reminder write the words alone, `silence 10m \"Still there?\"`; and let a later silence lead to an \
         end, `silence 1h -> finish abandoned`.",
    )
}

/// Silence whose way puts the question again without naming it: `-> again`, or a handler that comes back. The clocks
/// begin anew with the question.
fn again(context: &Context<'_>, stuck: &mut Vec<NodeIndex>, findings: &mut Vec<Finding>) {
    let mut suspects: Vec<(NodeIndex, NodeIndex, Span)> = Vec::new();
    for node in context.graph.nodes.node_indices() {
        if !context.reach.reached(node) {
            continue;
        }
        match &context.graph.nodes[node] {
            Node::Place(_) => {
                for edge in context.graph.nodes.edges(node) {
                    if let (Edge::Silence(_), Node::Code(way)) =
                        (edge.weight(), &context.graph.nodes[edge.target()])
                    {
                        suspects.push((node, edge.target(), context.lowered.way(*way)));
                    }
                }
            }
            Node::Handler(id) if context.graph.driver(context.bot, Edge::Heard, node) == Driver::Time => {
                suspects.push((node, node, context.lowered.handlers[id.index()].0));
            }
            _ => {}
        }
    }
    if suspects.is_empty() {
        return;
    }
    suspects.sort_by_key(|(_, _, span)| *span);
    let comes_back = comes_back(context);
    let mut known = vec![false; context.graph.nodes.node_count()];
    stuck.iter().for_each(|node| known[node.index()] = true);
    for (from, way, span) in suspects {
        if !comes_back[way.index()] || std::mem::replace(&mut known[from.index()], true) {
            continue;
        }
        let is_again = |to: NodeIndex| matches!(context.graph.nodes[to], Node::AskAgain);
        let mut path = heard_at_a_question(context, way).unwrap_or_else(|| context.path(way));
        if let Some(rest) = context.detour(way, is_again, |edge, _, to| {
            context.graph.driver(context.bot, edge, to) <= Driver::Time && edge != Edge::Hears
        }) {
            path.extend(rest);
        }
        findings.push(finding(span).conversation(context.tell(&path)));
        stuck.push(from);
    }
}

/// The way to a handler of silence: clocks run only while a question waits.
pub(crate) fn heard_at_a_question(context: &Context<'_>, handler: NodeIndex) -> Option<Vec<EdgeIndex>> {
    if !matches!(context.graph.nodes[handler], Node::Handler(_)) {
        return None;
    }
    let quiet = |place: &Place| match &place.kind {
        PlaceKind::Ask(ask) => ask.silence.is_empty(),
        PlaceKind::Choose(choose) => choose.silence.is_empty(),
        _ => false,
    };
    let places = context.bot.places.iter().enumerate();
    let places = places.filter(|(_, place)| quiet(place)).take(PLACES);
    for (id, _) in places {
        let node = context.graph.place(PlaceId::from(id));
        if !context.reach.reached(node) {
            continue;
        }
        let hears = |edge, _, _| matches!(edge, Edge::Hears | Edge::Heard);
        if let Some(heard) = context.detour(node, |to| to == handler, hears) {
            let mut path = context.path(node);
            path.extend(heard);
            return Some(path);
        }
    }
    None
}

/// So many questions are tried.
const PLACES: usize = 100;

/// Per node: whether time alone leads from here to the question that waited being put again.
fn comes_back(context: &Context<'_>) -> Vec<bool> {
    let mut found = vec![false; context.graph.nodes.node_count()];
    let nodes = context.graph.nodes.node_indices();
    let mut todo: Vec<u32> = nodes
        .filter(|node| matches!(context.graph.nodes[*node], Node::AskAgain))
        .map(|node| node.index() as u32)
        .collect();
    let before = context.leads_by_time.reversed();
    while let Some(node) = todo.pop() {
        if !std::mem::replace(&mut found[node as usize], true) {
            todo.extend(before.of(node));
        }
    }
    found
}

/// The first place of a cycle at which time has to pass, and where the clock stands.
fn clock(context: &Context<'_>, cycle: &[NodeIndex]) -> Option<(NodeIndex, Span)> {
    let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
    let mut found: Vec<(Span, NodeIndex)> = Vec::new();
    for node in cycle {
        let Node::Place(id) = context.graph.nodes[*node] else {
            continue;
        };
        for (edge, to) in context.by_time.edges(context.graph, context.bot, *node) {
            if inside(to) && context.graph.driver(context.bot, edge, to) == Driver::Time {
                let span = match (edge, &context.graph.nodes[to]) {
                    (Edge::Silence(_), Node::Code(way)) => context.lowered.way(*way),
                    (Edge::Heard, Node::Handler(handler)) => context.lowered.handlers[handler.index()].0,
                    _ => context.lowered.place(id).span,
                };
                found.push((span, *node));
            }
        }
    }
    found.into_iter().min().map(|(span, node)| (node, span))
}

/// Whether the customer hears something in every round.
fn says_something(context: &Context<'_>, cycle: &[NodeIndex]) -> bool {
    cycle.iter().any(|node| match &context.graph.nodes[*node] {
        Node::Place(place) => matches!(
            context.bot.places[place.index()].kind,
            PlaceKind::Ask(_) | PlaceKind::Choose(_) | PlaceKind::Verify(_)
        ),
        Node::Code(begin) => {
            ops(context, *begin, *node).any(|op| matches!(op, Op::Say(_) | Op::SayOneOf { .. }))
        }
        _ => false,
    })
}

/// Operations of a piece of code.
fn ops<'c>(context: &'c Context<'_>, begin: Pc, node: NodeIndex) -> impl Iterator<Item = &'c Op> {
    let end = context.end_of(node).map_or(begin.index(), |end| end.index());
    let next = (begin.index() + 1..=end).find(|pc| context.graph.code(Pc::from(*pc)).is_some());
    context.bot.code[begin.index()..next.unwrap_or(end + 1)].iter()
}

/// Whether a condition lets the cycle end after some rounds: it looks at something that changes in the cycle, or
/// with time.
fn ends_by_itself(context: &Context<'_>, cycle: &[NodeIndex]) -> bool {
    let inside = |node: NodeIndex| cycle.binary_search(&node).is_ok();
    let mut changed: Vec<SlotId> = Vec::new();
    let mut conditions: Vec<ExprId> = Vec::new();
    for node in cycle {
        match &context.graph.nodes[*node] {
            Node::Code(begin) => {
                for op in ops(context, *begin, *node) {
                    match op {
                        Op::Let { slot, .. } | Op::Clear(slot) => changed.push(*slot),
                        _ => {}
                    }
                }
            }
            Node::Place(place) => match &context.bot.places[place.index()].kind {
                PlaceKind::Call(call) => changed.extend(call.result),
                PlaceKind::Run(run) => changed.extend(run.result),
                _ => {}
            },
            _ => {}
        }
        for (_, edge, to) in context.graph.out(*node) {
            if let (Edge::If(condition) | Edge::Else(condition), false) = (edge, inside(to)) {
                conditions.push(condition);
            }
        }
    }
    conditions
        .into_iter()
        .any(|condition| varies(context, condition, &changed))
}

/// Whether an expression's value can change from round to round.
fn varies(context: &Context<'_>, expr: ExprId, changed: &[SlotId]) -> bool {
    let mut todo = vec![expr];
    // Expressions refer to lower ids only, and conditions are small; the bound is for hostile input.
    for _ in 0..1_000 {
        let Some(id) = todo.pop() else {
            return false;
        };
        match context.bot.exprs.get(id.index()) {
            Some(Expr::Slot(slot)) if changed.contains(slot) => return true,
            Some(
                Expr::Now
                | Expr::Count { .. }
                | Expr::Sum { .. }
                | Expr::Latest { .. }
                | Expr::QueueOpen(_)
                | Expr::InSegment(_),
            ) => return true,
            Some(Expr::Not(a) | Expr::Negate(a) | Expr::IsKnown(a) | Expr::Component(a, _)) => todo.push(*a),
            Some(
                Expr::And(a, b) | Expr::Or(a, b) | Expr::Else(a, b) | Expr::Binary(_, a, b) | Expr::In(a, b),
            ) => todo.extend([*a, *b]),
            Some(Expr::Call(function, args)) => {
                if *function == botflow_artifact::Function::Today {
                    return true;
                }
                todo.extend(args);
            }
            Some(Expr::List(items) | Expr::Record(items)) => todo.extend(items),
            _ => {}
        }
    }
    true
}
