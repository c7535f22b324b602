//! `rule-never-fires`: an `if` of `always` about messages that are not understood, which never have the chance to be so
//! many.
//!
//! Conditions that are never yes by themselves are `constant-condition`. Here it is counted how many messages in a row
//! can go wrong: where every question leads out of the bot after so many failed tries, there are never more of them; and
//! an earlier rule that ends the conversation leaves nothing to a later one.

use botflow_artifact::{
    BinaryOp, ConversationField, Expr, ExprId, Hears, Nudge, Pc, PlaceId, PlaceKind, TriesWay, Value,
};

use super::follow::{always_ends, hands_over};
use crate::finding::{Finding, Level, Rule};
use crate::graph::Node;
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

/// Looks at the rules of `always`.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let rules = &context.bot.always_rules;
    let wanted: Vec<Option<i64>> = rules
        .iter()
        .map(|rule| at_least(context, rule.condition))
        .collect();
    if wanted.iter().all(Option::is_none) {
        return;
    }
    let most = most_in_a_row(context);
    let mut ended: Option<(i64, Span)> = None;
    for (rule, wanted) in rules.iter().zip(wanted) {
        let Some(wanted) = wanted else { continue };
        let at = context.lowered.exprs[rule.condition.index()].span;
        if let Some((most, tries)) = most.filter(|(most, _)| *most < wanted) {
            let times = if most == 1 { "message" } else { "messages" };
            findings.push(
                Finding::new(
                    &RULE,
                    at,
                    format!(
                        "This never happens: after {most} {times} that are not understood, a way of `tries` has led out \
                         already."
                    ),
                )
                .help("Ask for fewer of them here, or let `tries` lead out later.")
                .related(tries, "This comes first."),
            );
        } else if let Some((_, before)) = ended.filter(|(before, _)| *before <= wanted) {
            findings.push(
                Finding::new(
                    &RULE,
                    at,
                    "This never happens: the rule before has ended the conversation by then.",
                )
                .help("Put it first, or remove it.")
                .related(before, "This comes first."),
            );
        }
        let ends = |node: &Node| matches!(node, Node::Finish { .. });
        let alone = matches!(
            context.bot.exprs.get(rule.condition.index()),
            Some(Expr::Binary(..))
        );
        if alone
            && ended.is_none_or(|(before, _)| wanted < before)
            && context
                .graph
                .code(rule.code)
                .is_some_and(|code| always_ends(context, code, true, ends))
        {
            ended = Some((wanted, at));
        }
    }
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

/// So many messages in a row can go wrong, and where that is said; nothing if there is no such number.
fn most_in_a_row(context: &Context<'_>) -> Option<(i64, Span)> {
    let bot = context.bot;
    let unclear = |id: &botflow_artifact::HandlerId| match &bot.handlers.get(id.index())?.hears {
        Hears::Unclear { tries } if !tries.is_empty() => Some(tries.as_slice()),
        _ => None,
    };
    // Around a question may stand what any flow says.
    let inherited: Vec<&[TriesWay]> = (0..bot.handlers.len())
        .filter_map(|id| unclear(&botflow_artifact::HandlerId::from(id)))
        .collect();
    bot.always.iter().find_map(unclear)?;
    let mut most: Option<(i64, Span)> = None;
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
            if most.is_none_or(|(most, _)| most < i64::from(first.at)) {
                most = Some((i64::from(first.at), at));
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
    let ends = |node: &Node| matches!(node, Node::Finish { .. }) || hands_over(context, node);
    let code = context.graph.code(way);
    code.is_some_and(|code| always_ends(context, code, true, ends))
}
