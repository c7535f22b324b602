//! `no-invalid-way-out`: a question that can be failed for ever.

use botflow_artifact::{ConversationField, Expr, ExprId, Handler, Hears};

use super::heard::Heard;
use super::questions::{Question, by_flow};
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF309",
    name: "no-invalid-way-out",
    level: Level::Warning,
    summary: "A question can be failed for ever: no number of tries leads anywhere else.",
    page: include_str!("no_invalid_way_out.md"),
};

/// Looks at every question. What answers with no word at all (`mute`) is reported as that.
pub(super) fn check(
    context: &Context<'_>,
    questions: &[Question<'_>],
    mute: &[Question<'_>],
    findings: &mut Vec<Finding>,
) {
    if gives_up(context) {
        return;
    }
    let heard = Heard::new(context, level);
    let open: Vec<Question<'_>> = questions
        .iter()
        .copied()
        .filter(|question| {
            question.can_be_refused
                && question.tries.is_empty()
                && !heard.at(question.place)
                && !question.leaves_when_missed(context)
                && mute.binary_search_by_key(&question.id, |one| one.id).is_err()
        })
        .collect();
    by_flow(
        context,
        &open,
        |at, question| {
            let told = || {
                context.tell_and(&context.path(question.node), |plan| {
                    (0..4).for_each(|_| plan.line("> hm?"));
                })
            };
            Finding::new(
                &RULE,
                at,
                "Whoever cannot answer this question is asked for ever: no number of tries leads anywhere else.",
            )
            .help(
                "Give up after some tries: `tries 3 -> escalate to …` at the question, or in `on unclear` of `always` for \
                 all of them.",
            )
            .conversation(if question.can_be_missed { told() } else { Vec::new() })
        },
        findings,
    );
}

fn level(handlers: &[&Handler]) -> bool {
    let gives_up = |handler: &&Handler| match &handler.hears {
        Hears::Unclear { tries } => !tries.is_empty(),
        _ => false,
    };
    handlers.iter().any(gives_up)
}

/// A rule of `always` counts what was misunderstood.
fn gives_up(context: &Context<'_>) -> bool {
    let rules = context.bot.always_rules.iter();
    rules.into_iter().any(|rule| mentions(context, rule.condition))
}

fn mentions(context: &Context<'_>, condition: ExprId) -> bool {
    let mut todo = vec![condition];
    // Expressions refer to lower ids only; the bound is for hostile input.
    for _ in 0..1_000 {
        let Some(expr) = todo.pop().and_then(|id| context.bot.exprs.get(id.index())) else {
            return false;
        };
        if matches!(expr, Expr::Conversation(ConversationField::Misunderstood)) {
            return true;
        }
        expr.parts(&mut |part| todo.push(part));
    }
    true
}
