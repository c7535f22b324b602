//! `same-event-same-priority`: two triggers go off at one moment, and nothing says which of them matters.

use botflow_artifact::Trigger;

use super::conditions::Conditions;
use super::declared::Declared;
use super::show;
use crate::conversation::begins::is_open;
use crate::conversation::plan::{Plan, USUAL_BEGIN};
use crate::finding::{Edit, Finding, Fix, Level, Rule};
use crate::hir::TriggerPart;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF505",
    name: "same-event-same-priority",
    level: Level::Warning,
    summary: "Two triggers go off at the same moment, and nothing says which one goes first.",
    page: include_str!("same_event_same_priority.md"),
};

/// Looks at all triggers that go off together.
pub(super) fn check(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    conditions: &Conditions,
    findings: &mut Vec<Finding>,
) {
    let of = |id| {
        let at = triggers.binary_search_by_key(&id, |declared: &Declared<'_>| declared.id);
        at.ok().map(|at| &triggers[at])
    };
    for (first, second) in &conditions.clashes {
        let never = |id| conditions.triggers.binary_search(id).is_ok();
        let (Some(first), Some(second)) = (of(*first), of(*second)) else {
            continue;
        };
        if never(&first.id) || never(&second.id) {
            continue;
        }
        let (a, b) = (&first.trigger.name, &second.trigger.name);
        findings.push(
            Finding::new(
                &RULE,
                second.name,
                format!(
                    "`{a}` goes off at the same moment for the same people: the person gets both, half an hour apart, \
                     and that `{a}` goes first nobody has decided."
                ),
            )
            .help(format!(
                "Give one of them another `priority`, tell by an `if` who gets which, or let one flow say both. What is \
                 given up within half an hour (`expires 20m`) does not come on top: `{b}` then is passed."
            ))
            .related(first.name, "This one goes off at the same moment.")
            .conversation(both(context, first, second)),
        );
        if let Some(finding) = findings.last_mut() {
            finding.fixes.push(decided(first, second));
        }
    }
}

/// Says what is so already: that the earlier one goes first.
fn decided(first: &Declared<'_>, second: &Declared<'_>) -> Fix {
    // Of two that are high the second becomes normal; otherwise the first becomes more than it is.
    let (which, priority) = match first.trigger.priority {
        0 => (first, "priority normal"),
        1 => (first, "priority high"),
        _ => (second, "priority normal"),
    };
    let edit = match which.all(TriggerPart::Priority).next() {
        Some(span) => Edit {
            span,
            text: priority.to_owned(),
        },
        None => which.insert(TriggerPart::Priority, priority),
    };
    Fix {
        title: format!("Let `{}` go first", first.trigger.name).into(),
        edits: vec![edit],
    }
}

fn both(context: &Context<'_>, first: &Declared<'_>, second: &Declared<'_>) -> Vec<String> {
    let at = at_once(first.trigger, second.trigger);
    let tell = |plan: &mut Plan<'_>| {
        plan.is_reached_by(second.trigger);
        plan.line(format!("* {}", show::starts(context, first)));
        plan.line("+ 30m");
        plan.line(format!("* {}", show::starts(context, second)));
    };
    match at {
        None => show::begun(context, first, tell),
        Some(minute) => context.plan(|plan| {
            plan.begins_at(minute);
            plan.begins(first.trigger);
            tell(plan);
        }),
    }
}

/// When it has to begin, if the windows of both are not open at the usual time.
fn at_once(first: &Trigger, second: &Trigger) -> Option<u32> {
    const DAY: i64 = 24 * 60;
    let after = first.after_ms / 60_000;
    let windows = [first.between, second.between];
    let open = |minute: i64| {
        let mut windows = windows.iter().flatten();
        windows.all(|(from, to)| is_open(*from, *to, (minute + after).rem_euclid(DAY)))
    };
    let usual = i64::from(USUAL_BEGIN);
    let opens = windows.iter().flatten().map(|(from, _)| i64::from(*from) - after);
    let found = opens
        .map(|minute| minute.rem_euclid(DAY))
        .find(|minute| open(*minute));
    found.filter(|_| !open(usual)).map(|minute| minute as u32)
}
