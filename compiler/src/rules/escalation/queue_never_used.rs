//! `queue-never-used`: no customer ever gets into a queue.

use botflow_artifact::Op;

use super::hand_overs::{Asked, HandOver};
use crate::finding::{Finding, Level, Rule};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF607",
    name: "queue-never-used",
    level: Level::Warning,
    summary: "No customer, question or flag ever gets to a queue.",
    page: include_str!("queue_never_used.md"),
};

/// Looks at all queues.
pub(super) fn check(
    context: &Context<'_>,
    hand_overs: &[HandOver<'_>],
    asked: &[Asked<'_>],
    findings: &mut Vec<Finding>,
) {
    let bot = context.bot;
    // What could not be understood may have led here.
    if !context.lowered.facts.broken.is_empty() {
        return;
    }
    let mut used = vec![false; bot.queues.len()];
    let tells = bot.code.iter().filter_map(|op| match op {
        Op::Tell { queue, .. } => Some(*queue),
        _ => None,
    });
    let queues = hand_overs.iter().flat_map(HandOver::queues);
    for queue in queues
        .chain(asked.iter().map(|asked| asked.ask.queue))
        .chain(tells)
    {
        if let Some(used) = used.get_mut(queue.index()) {
            *used = true;
        }
    }
    for ((queue, span), used) in bot.queues.iter().zip(&context.lowered.spans.queues).zip(used) {
        let Some(span) = span.filter(|span| !used && !context.lowered.is_library(*span)) else {
            continue;
        };
        let mut finding = Finding::new(
            &RULE,
            span,
            format!(
                "No customer ever gets to `{}`: nobody is handed over there, and nothing is asked there.",
                queue.name
            ),
        );
        // An escalation that nothing escalates to would lead there.
        let waiting = bot.escalations.iter().zip(&context.lowered.spans.escalations);
        let mut waiting = waiting.filter(|(escalation, _)| {
            let mut to = escalation.to.iter();
            to.any(|(one, _)| {
                bot.queues
                    .get(one.index())
                    .is_some_and(|one| one.name == queue.name)
            })
        });
        finding = match waiting.next() {
            Some((escalation, Some(at))) => finding
                .help(format!("Hand over to it: `escalate to {}`; or remove both.", escalation.name))
                .related(*at, "This leads there, and no conversation comes to it."),
            _ => finding.help(
                "Name it in an escalation, `to queue …`, or remove it. If only colleagues pass conversations on to it, say so \
                 behind `botflow: allow`.",
            ),
        };
        findings.push(finding);
    }
}
