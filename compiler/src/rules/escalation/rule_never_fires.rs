//! `rule-never-fires`: an `if` of `always` that never has its turn.
//!
//! Conditions that are never yes by themselves are `constant-condition`. Here it is counted how many messages in a row
//! can go wrong: where every question leads out of the bot after so many failed tries, and nothing lets one begin its
//! tries anew meanwhile, there are never more of them; an earlier rule that ends the conversation leaves nothing to a later
//! one that is yes only where the earlier is; and a stage that no conversation enters is nobody's.

use botflow_artifact::{
    AlwaysRule, BinaryOp, ConversationField, EscalationWay, Expr, ExprId, FlowId, Hears, Nudge, Op, Pc,
    PlaceId, PlaceKind, TriesWay, Value,
};

use petgraph::graph::NodeIndex;

use super::follow::always_ends;
use crate::finding::{Finding, Level, Rule};
use crate::graph::{Driver, Edge, Node};
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF605",
    name: "rule-never-fires",
    level: Level::Warning,
    summary: "An `if` of `always` never has its turn.",
    page: include_str!("rule_never_fires.md"),
};

/// Looks at the rules of `always`; `implied` are those that are yes only where an earlier one is.
pub(super) fn check(context: &Context<'_>, implied: &[(usize, usize)], findings: &mut Vec<Finding>) {
    let rules = &context.bot.always_rules;
    let at = |condition: ExprId| context.lowered.exprs[condition.index()].span;
    let wanted: Vec<Option<i64>> = rules
        .iter()
        .map(|rule| at_least(context, rule.condition))
        .collect();
    let most = match wanted.iter().all(Option::is_none) {
        true => None,
        false => most_in_a_row(context),
    };
    for (number, (rule, wanted)) in rules.iter().zip(wanted).enumerate() {
        let too_many = most
            .filter(|(most, ..)| wanted.is_some_and(|wanted| *most < wanted))
            .filter(|_| !others_come_back(context, number));
        if let Some((most, tries, place)) = too_many {
            let times = if most == 1 { "message" } else { "messages" };
            findings.push(
                Finding::new(
                    &RULE,
                    at(rule.condition),
                    format!(
                        "This never happens: after {most} {times} that are not understood, a way of `tries` has led out \
                         already."
                    ),
                )
                .help("Ask for fewer of them here, or let `tries` lead out later.")
                .related(tries, "This comes first.")
                .conversation(led_out(context, place, most)),
            );
        } else if let Some(stage) = never_entered(context, rule.condition) {
            findings.push(
                Finding::new(
                    &RULE,
                    at(rule.condition),
                    format!("This never happens: no conversation enters the stage `{stage}`."),
                )
                .help("Enter it in a flow (`stage …`), or name the stage that you mean.")
                .conversation(context.tell_and(&context.shortest_talk(), |plan| {
                    plan.line(format!("= not in_stage({stage})"));
                })),
            );
        } else if let Some(before) = ended_before(context, implied, number) {
            findings.push(
                Finding::new(
                    &RULE,
                    at(rule.condition),
                    "This never happens: whenever it is yes, a rule before it has ended the conversation.",
                )
                .help("Put it first, or remove it.")
                .related(at(before.condition), "This comes first.")
                .conversation(ended(context, before, rule.condition)),
            );
        }
    }
}

/// An earlier rule that ends every conversation in which this one would be yes.
fn ended_before<'c>(
    context: &'c Context<'_>,
    implied: &[(usize, usize)],
    number: usize,
) -> Option<&'c AlwaysRule> {
    let ends = |node: &Node| matches!(node, Node::Finish { .. });
    let earlier = implied.iter().filter(|(one, _)| *one == number);
    let mut earlier = earlier.filter_map(|(_, before)| context.bot.always_rules.get(*before));
    earlier.find(|rule| {
        let code = context.graph.code(rule.code);
        code.is_some_and(|code| always_ends(context, code, true, ends))
    })
}

/// A conversation that a rule ends, in which a later one would be yes, too.
fn ended(context: &Context<'_>, rule: &AlwaysRule, later: ExprId) -> Vec<String> {
    let Some(code) = context
        .graph
        .code(rule.code)
        .filter(|code| context.reach.reached(*code))
    else {
        return Vec::new();
    };
    let mut path = context.path(code);
    let ends = |node: NodeIndex| matches!(context.graph.nodes[node], Node::Finish { .. });
    path.extend(
        context
            .detour(code, ends, |edge, _, to| at_once(context, edge, to))
            .unwrap_or_default(),
    );
    context.tell_and(&path, |plan| plan.wishes.assume(FlowId::ALWAYS, later, true))
}

/// So many messages at a question are not understood, and a way of `tries` leads out.
fn led_out(context: &Context<'_>, place: PlaceId, most: i64) -> Vec<String> {
    let node = context.graph.place(place);
    let mut path = context.path(node);
    let out = |node: NodeIndex| ends_count(context, &context.graph.nodes[node]);
    let fails = |edge: Edge, _, to: NodeIndex| match (edge, &context.graph.nodes[to]) {
        (Edge::Tries(at), _) => i64::from(at) == most,
        (Edge::Hears, _) => true,
        (Edge::Heard, Node::Handler(id)) => {
            let hears = context.bot.handlers.get(id.index()).map(|handler| &handler.hears);
            matches!(hears, Some(Hears::Unclear { tries }) if tries.iter().any(|one| i64::from(one.at) == most))
        }
        _ => at_once(context, edge, to),
    };
    let Some(leads) = context.detour(node, out, fails) else {
        return Vec::new();
    };
    path.extend(leads);
    context.tell(&path)
}

/// Whether nothing has to happen for an edge to be taken.
fn at_once(context: &Context<'_>, edge: Edge, to: NodeIndex) -> bool {
    !matches!(edge, Edge::Hears | Edge::Reask)
        && context.graph.driver(context.bot, edge, to) == Driver::Nothing
}

/// A stage that a condition wants and that no conversation enters.
fn never_entered<'c>(context: &'c Context<'_>, condition: ExprId) -> Option<&'c str> {
    let bot = context.bot;
    let mut todo = vec![condition];
    // Expressions refer to lower ids only; the bound is for hostile input.
    for _ in 0..1_000 {
        let Some(id) = todo.pop() else { break };
        match bot.exprs.get(id.index()) {
            Some(Expr::InStage(stage)) => {
                let enters = |op: &Op| matches!(op, Op::Stage(entered) if entered == stage);
                if !bot.code.iter().any(enters) {
                    return bot.stages.get(stage.index()).map(|name| name.as_str());
                }
            }
            Some(Expr::And(a, b)) => todo.extend([*a, *b]),
            _ => {}
        }
    }
    None
}

/// How many messages in a row a condition wants at least to be not understood.
fn at_least(context: &Context<'_>, condition: ExprId) -> Option<i64> {
    let expr = |id: ExprId| context.bot.exprs.get(id.index());
    match expr(condition)? {
        Expr::Binary(op, a, b) => {
            let (Expr::Conversation(ConversationField::Misunderstood), Expr::Const(Value::Integer(number))) =
                (expr(*a)?, expr(*b)?)
            else {
                return None;
            };
            match op {
                BinaryOp::GreaterOrEqual | BinaryOp::Is => Some(*number),
                BinaryOp::Greater => Some(number.saturating_add(1)),
                _ => None,
            }
        }
        // Deeper ones are not looked into.
        Expr::And(a, b) => {
            let of = |id: ExprId| match expr(id) {
                Some(Expr::Binary(..)) => at_least(context, id),
                _ => None,
            };
            of(*a).max(of(*b))
        }
        _ => None,
    }
}

/// Whether another rule has its turn and leaves the conversation to the bot: the tries begin anew behind it, the count
/// goes on.
fn others_come_back(context: &Context<'_>, number: usize) -> bool {
    let others = context.bot.always_rules.iter().enumerate();
    let mut others = others.filter(|(one, _)| *one != number);
    others.any(|(_, rule)| !leads_out(context, rule.code))
}

/// Whether something lets a question begin its tries anew, or another one be put, while the count goes on: an event, a
/// conversation that a trigger begins in between, or what is said to a message that was not understood.
fn counts_on(context: &Context<'_>) -> bool {
    let bot = context.bot;
    let handlers = bot.handlers.iter().any(|handler| match handler.hears {
        Hears::Event(_) => !leads_out(context, handler.code),
        Hears::Unclear { .. } => asks_something(context, handler.code),
        _ => false,
    });
    let mut places = bot.places.iter();
    !bot.triggers.is_empty()
        || handlers
        || places.any(|place| {
            let (words, checks) = match &place.kind {
                PlaceKind::Ask(ask) => (ask.invalid, ask.checks.as_slice()),
                PlaceKind::Choose(choose) => (choose.otherwise, [].as_slice()),
                PlaceKind::Verify(verify) => (verify.invalid, [].as_slice()),
                _ => return false,
            };
            let checks = checks.iter().map(|check| check.otherwise);
            words
                .into_iter()
                .chain(checks)
                .any(|way| asks_something(context, way))
        })
}

/// Whether a way may come to something else than the question it belongs to.
fn asks_something(context: &Context<'_>, way: Pc) -> bool {
    let Some(code) = context.graph.code(way) else {
        return true;
    };
    let mut seen = vec![code];
    let mut next = 0;
    while let Some(node) = seen.get(next).copied() {
        next += 1;
        match &context.graph.nodes[node] {
            Node::Code(_) => {}
            Node::Finish { .. } | Node::AskAgain => continue,
            kind if ends_count(context, kind) => continue,
            _ => return true,
        }
        for (_, edge, to) in context.graph.out(node) {
            let at_once = context.graph.driver(context.bot, edge, to) == Driver::Nothing;
            if at_once && !matches!(edge, Edge::Hears | Edge::Reask) && !seen.contains(&to) {
                seen.push(to);
            }
        }
    }
    false
}

/// So many messages in a row can go wrong, where that is said, and at which question; nothing if there is no such number.
fn most_in_a_row(context: &Context<'_>) -> Option<(i64, Span, PlaceId)> {
    let bot = context.bot;
    if counts_on(context) {
        return None;
    }
    let unclear = |id: &botflow_artifact::HandlerId| match &bot.handlers.get(id.index())?.hears {
        Hears::Unclear { tries } if !tries.is_empty() => Some(tries.as_slice()),
        _ => None,
    };
    // Around a question may stand what any flow says.
    let inherited: Vec<&[TriesWay]> = (0..bot.handlers.len())
        .filter_map(|id| unclear(&botflow_artifact::HandlerId::from(id)))
        .collect();
    bot.always.iter().find_map(unclear)?;
    let mut most: Option<(i64, Span, PlaceId)> = None;
    for (id, place) in bot.places.iter().enumerate() {
        if !context.reach.reached(context.graph.place(PlaceId::from(id))) {
            continue;
        }
        let (tries, silence) = match &place.kind {
            PlaceKind::Ask(ask) => (&ask.tries, &ask.silence),
            PlaceKind::Choose(choose) => (&choose.tries, &choose.silence),
            PlaceKind::Verify(verify) => (&verify.tries, &verify.silence),
            // There a message may be unclear without being a try.
            PlaceKind::Wait { .. } | PlaceKind::WaitFor(_) => return None,
            _ => continue,
        };
        // Silence that leads to another question takes the count there.
        for clock in silence {
            if let Nudge::Way(way) = clock.act
                && !leads_out(context, way)
            {
                return None;
            }
        }
        let own = [tries.as_slice()];
        let candidates = if tries.is_empty() {
            inherited.as_slice()
        } else {
            &own
        };
        for tries in candidates {
            let first = tries
                .iter()
                .filter(|one| leads_out(context, one.way))
                .min_by_key(|one| one.at)?;
            // What comes before it and leads elsewhere takes the count there, too.
            if tries.iter().any(|one| one.at < first.at) {
                return None;
            }
            let at = context.lowered.way(first.way);
            if most.is_none_or(|(most, ..)| most < i64::from(first.at)) {
                most = Some((i64::from(first.at), at, PlaceId::from(id)));
            }
        }
    }
    for handler in &bot.handlers {
        if let Hears::Silence(silence) = &handler.hears
            && matches!(silence.act, Nudge::Way(_))
            && !leads_out(context, handler.code)
        {
            return None;
        }
    }
    most
}

/// Whether a way leads to an end or to people at once.
fn leads_out(context: &Context<'_>, way: Pc) -> bool {
    let code = context.graph.code(way);
    code.is_some_and(|code| always_ends(context, code, true, |node| ends_count(context, node)))
}

/// Whether the count ends at a node: with the conversation, or with a hand-over.
fn ends_count(context: &Context<'_>, node: &Node) -> bool {
    let place = match node {
        Node::Finish { .. } => return true,
        Node::Place(place) => context.bot.places.get(place.index()),
        _ => None,
    };
    let Some(PlaceKind::Escalate(escalation)) = place.map(|place| &place.kind) else {
        return false;
    };
    // Nobody is handed over to a queue that is closed: what is asked there goes on counting.
    match (context.bot.escalations.get(escalation.index())).and_then(|one| one.closed) {
        Some(EscalationWay::Way(way)) => {
            let finish = |node: &Node| matches!(node, Node::Finish { .. });
            let code = context.graph.code(way);
            code.is_some_and(|code| always_ends(context, code, true, finish))
        }
        Some(EscalationWay::Queue(_)) | None => true,
    }
}
