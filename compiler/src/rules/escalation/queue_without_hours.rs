//! `queue-without-hours`: nobody has said when people are there.

use botflow_artifact::QueueId;

use super::hand_overs::{Asked, HandOver, behind};
use crate::finding::{Finding, Level, Rule};
use crate::project::{Source, Span};
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF606",
    name: "queue-without-hours",
    level: Level::Warning,
    summary: "A queue does not say when people are there, and counts as always open.",
    page: include_str!("queue_without_hours.md"),
};

/// Looks at all queues. At one that only gets flags (`tell queue`), or nothing, nobody waits.
pub(super) fn check(
    context: &Context<'_>,
    hand_overs: &[HandOver<'_>],
    asked: &[Asked<'_>],
    sources: &[Source],
    findings: &mut Vec<Finding>,
) {
    let waited: Vec<QueueId> = hand_overs.iter().flat_map(HandOver::queues).collect();
    for (number, (queue, span)) in context
        .bot
        .queues
        .iter()
        .zip(&context.lowered.spans.queues)
        .enumerate()
    {
        let Some(span) = span.filter(|span| !context.lowered.is_library(*span)) else {
            continue;
        };
        if queue.always_open || !queue.hours.is_empty() {
            continue;
        }
        let id = QueueId::from(number);
        let is_asked = asked.iter().any(|asked| asked.ask.queue == id);
        let harm = match (waited.contains(&id), is_asked) {
            (true, _) => "customers are handed over to it at night, too",
            (false, true) => "it is asked at night, too, while a customer waits for the answer",
            // Nobody waits there for a flag; and that a queue is not used has a finding of its own.
            _ => continue,
        };
        let mut finding = Finding::new(
            &RULE,
            span,
            format!("Nobody has said when people are at `{}`: {harm}.", queue.name),
        )
        .help("Say so: `hours mon to fri 09:00 to 18:00`, or `hours always`.");
        if let Some(rest) = behind(sources, span) {
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let (after, text) = if rest[blank..].starts_with('{') {
                (blank + 1, "\n  hours always".to_owned())
            } else {
                (0, " {\n  hours always\n}".to_owned())
            };
            let at = span.end + after as u32;
            finding = finding.fix(
                "Add `hours always`, which it counts as",
                Span {
                    start: at,
                    end: at,
                    ..span
                },
                text,
            );
        }
        findings.push(finding);
    }
}
