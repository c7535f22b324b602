//! `no-frequency-cap`: nothing limits how often a trigger writes to one person.

use botflow_artifact::{TriggerId, TriggerSource};

use super::declared::Declared;
use super::show;
use crate::finding::{Finding, Fix, Level, Rule};
use crate::hir::TriggerPart;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF503",
    name: "no-frequency-cap",
    level: Level::Warning,
    summary: "Nothing limits how often a trigger writes to one person.",
    page: include_str!("no_frequency_cap.md"),
};

/// Looks at all triggers. A limit of the bot holds for all of them, a schedule limits itself, and those that go off
/// `for_ever` have that finding.
pub(super) fn check(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    for_ever: &[TriggerId],
    findings: &mut Vec<Finding>,
) {
    if context.bot.proactive.is_some() {
        return;
    }
    for declared in triggers {
        let happens_often = (declared.uncalled()).any(|source| matches!(source, TriggerSource::On { .. }));
        if declared.trigger.cap.is_some() || !happens_often || for_ever.contains(&declared.id) {
            continue;
        }
        let again = |plan: &mut crate::conversation::plan::Plan<'_>| {
            plan.line("+ 1d");
            if let Some(source) = declared.trigger.sources.first() {
                plan.sets_off(source);
            }
            plan.runs_out(declared.trigger);
            plan.line(format!("* {}", show::starts(context, declared)));
        };
        let mut finding = Finding::new(
            &RULE,
            declared.name,
            "Nothing limits how often this writes to one person: every time it is set off, they hear from you again.",
        )
        .help(
            "Say how often one person may get it, such as `at most 1 in 7d`, or limit all triggers together in `bot`: \
             `proactive at most 3 in 7d`.",
        )
        .conversation(show::begun(context, declared, again));
        finding.fixes.push(Fix {
            title: "Add `at most 1 in 7d`".into(),
            edits: vec![declared.insert(TriggerPart::AtMost, "at most 1 in 7d")],
        });
        findings.push(finding);
    }
}
