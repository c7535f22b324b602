//! `no-silence-way-out`: a question at which a conversation stays for ever when nobody answers.

use botflow_artifact::{Handler, Hears, Nudge};

use super::heard::Heard;
use super::questions::{Question, by_flow};
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF307",
    name: "no-silence-way-out",
    level: Level::Warning,
    summary: "A question waits for ever when nobody answers it.",
    page: include_str!("no_silence_way_out.md"),
};

/// Looks at every question.
pub(super) fn check(context: &Context<'_>, questions: &[Question<'_>], findings: &mut Vec<Finding>) {
    let heard = Heard::new(context, level);
    let open: Vec<Question<'_>> = questions
        .iter()
        .copied()
        .filter(|question| !question.has_silence_way() && !heard.at(question.place))
        .collect();
    let told = |question: &Question<'_>| {
        context.tell_and(&context.path(question.node), |plan| {
            // What it says meanwhile is said on the first day.
            plan.line("+ 1d");
            if !question.silence.is_empty() {
                plan.line("+ 1d");
            }
            plan.line("= nothing said");
        })
    };
    by_flow(
        context,
        &open,
        |at, question| {
            Finding::new(
                &RULE,
                at,
                "Nobody may ever answer this question, and the conversation never ends: it is neither resolved nor \
                 abandoned.",
            )
            .help(
                "Say where silence leads: `silence 1h -> finish abandoned` at the question, or `on silence 1h -> finish \
                 abandoned` in `always` for all of them. Words alone are a reminder, and lead nowhere.",
            )
            .conversation(told(question))
        },
        findings,
    );
}

/// A handler of silence has a way. One that comes back nags for ever, and has that finding.
fn level(handlers: &[&Handler]) -> bool {
    let leads = |handler: &&Handler| matches!(&handler.hears, Hears::Silence(silence) if matches!(silence.act, Nudge::Way(_)));
    handlers.iter().any(leads)
}
