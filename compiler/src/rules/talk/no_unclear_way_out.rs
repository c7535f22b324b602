//! `no-unclear-way-out`: a message that is not understood gets no word in answer.

use botflow_artifact::{Handler, Hears};

use super::heard::Heard;
use super::questions::{Question, by_flow};
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF308",
    name: "no-unclear-way-out",
    level: Level::Warning,
    summary: "A message that is not understood gets no word in answer: the question is only put again.",
    page: include_str!("no_unclear_way_out.md"),
};

/// Looks at every question, and gives those that were reported.
pub(super) fn check<'c>(
    context: &'c Context<'_>,
    questions: &[Question<'c>],
    findings: &mut Vec<Finding>,
) -> Vec<Question<'c>> {
    let heard = Heard::new(context, level);
    let open: Vec<Question<'_>> = questions
        .iter()
        .copied()
        .filter(|question| {
            let answers = question.invalid.is_some() || question.again;
            let leaves_at_once = question.tries.first().is_some_and(|item| item.at == 1);
            question.can_be_missed && !answers && !leaves_at_once && !heard.at(question.place)
        })
        .collect();
    by_flow(
        context,
        &open,
        |at, question| {
            Finding::new(
                &RULE,
                at,
                "Whoever is not understood here gets the same question again, without a word about why.",
            )
            .help(
                "Say that it was not understood, and how to answer: `on unclear { say \"…\" }` in `always` for all \
                 questions, or `invalid \"…\"` (of a `choose`: `otherwise`) for this one.",
            )
            .conversation(context.tell_and(&context.path(question.node), |plan| plan.line("> hm?")))
        },
        findings,
    );
    open
}

fn level(handlers: &[&Handler]) -> bool {
    let hears = |handler: &&Handler| matches!(handler.hears, Hears::Unclear { .. });
    handlers.iter().any(hears)
}
