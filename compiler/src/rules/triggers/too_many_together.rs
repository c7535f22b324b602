//! `too-many-together`: what all triggers together may write to one person is more than anybody reads, or more than the
//! bot lets through.

use botflow_artifact::{Occurrence, Trigger, TriggerId, TriggerSource};

use super::declared::Declared;
use super::show;
use crate::finding::{Edit, Finding, Fix, Level, Rule};
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF508",
    name: "too-many-together",
    level: Level::Warning,
    summary: "All triggers together write more to one person than anybody reads, or than the bot lets through.",
    page: include_str!("too_many_together.md"),
};

const DAY_MS: i64 = 86_400_000;
const WEEK_MS: i64 = 7 * DAY_MS;
/// One a day is what somebody who has agreed to it may still read.
const USUAL: u64 = 7;
/// So many triggers are named.
const RELATED: usize = 10;

/// Looks at all triggers; `for_ever` are those without any end, and have that finding.
pub(super) fn check(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    for_ever: &[TriggerId],
    findings: &mut Vec<Finding>,
) {
    match context.bot.proactive {
        None => no_common_limit(context, triggers, for_ever, findings),
        Some(cap) => left_over(context, triggers, (cap.count as usize, cap.window_ms), findings),
    }
}

/// Each trigger has its limit, and all together have none.
fn no_common_limit(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    for_ever: &[TriggerId],
    findings: &mut Vec<Finding>,
) {
    let mut weekly: Vec<(&Declared<'_>, u64)> = Vec::new();
    for declared in triggers.iter().filter(|declared| declared.is_proactive()) {
        if declared.ringing().next().is_none() {
            continue;
        }
        match per_week(declared.trigger) {
            Some(count) => weekly.push((declared, count)),
            // That one has no limit of its own is said first.
            None => return,
        }
        if for_ever.contains(&declared.id) {
            return;
        }
    }
    let sum: u64 = weekly.iter().map(|(_, count)| *count).sum();
    let (Some(at), true) = (context.lowered.spans.bot, weekly.len() > 1 && sum > USUAL) else {
        return;
    };
    let mut finding = Finding::new(
        &RULE,
        at,
        format!(
            "One person may hear from {} triggers {sum} times in a week: nothing limits them together.",
            weekly.len()
        ),
    )
    .help("Limit what one person gets from all triggers: `proactive at most 3 in 7d`. Those with the higher `priority` go first.");
    weekly.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (declared, count) in weekly.iter().take(RELATED) {
        let times = if *count == 1 { "once" } else { "times" };
        let often = if *count == 1 {
            times.to_owned()
        } else {
            format!("{count} {times}")
        };
        finding = finding.related(declared.name, format!("This one may write {often} in a week."));
    }
    if let Some(start) = context.lowered.spans.start {
        finding.fixes.push(Fix {
            title: "Add `proactive at most 3 in 7d`".into(),
            edits: vec![Edit {
                span: Span {
                    end: start.start,
                    ..start
                },
                text: "proactive at most 3 in 7d\n  ".to_owned(),
            }],
        });
    }
    findings.push(finding);
}

/// How often a trigger may write to one person in a week, if anything limits it.
fn per_week(trigger: &Trigger) -> Option<u64> {
    let scheduled = trigger.sources.iter().map(|source| match source {
        TriggerSource::Every { weekdays, .. } => Some(u64::from((weekdays & 0x7f).count_ones())),
        TriggerSource::On { .. } => None,
    });
    let scheduled = scheduled.sum::<Option<u64>>();
    let capped = trigger.cap.map(|cap| {
        let windows = match cap.window_ms {
            window if window <= 0 => 0,
            window => (WEEK_MS / window).max(1) as u64,
        };
        u64::from(cap.count).saturating_mul(windows)
    });
    match (scheduled, capped) {
        (Some(scheduled), Some(capped)) => Some(scheduled.min(capped)),
        (one, other) => one.or(other),
    }
}

/// One event sets off more triggers than the bot lets through: the last of them never have their turn.
fn left_over(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    (count, window_ms): (usize, i64),
    findings: &mut Vec<Finding>,
) {
    // By what sets them off: those that nothing else decides about, in the order in which they go off.
    let mut together: Vec<(&Occurrence, &Declared<'_>)> = triggers
        .iter()
        .filter(|declared| declared.is_proactive())
        .filter_map(|declared| Some((alone(declared.trigger)?, declared)))
        .collect();
    if together.len() <= count {
        return;
    }
    let key = |what: &Occurrence| format!("{what:?}");
    together.sort_by_cached_key(|(what, declared)| {
        let trigger = declared.trigger;
        (
            key(what),
            trigger.after_ms,
            std::cmp::Reverse(trigger.priority),
            declared.id,
        )
    });
    for same in together.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((_, first)) = same.first() else { continue };
        for (_, late) in same.iter().skip(count) {
            let apart = late.trigger.after_ms.saturating_sub(first.trigger.after_ms);
            // The windows of the day may put it off by a day and a night.
            if apart + 2 * DAY_MS >= window_ms {
                continue;
            }
            let others = match count {
                1 => "another trigger".to_owned(),
                _ => format!("{count} others"),
            };
            let mut finding = Finding::new(
                &RULE,
                late.name,
                format!(
                    "Nobody ever gets this: what sets it off sets off {others} before it, and the bot writes no \
                     more than that to one person."
                ),
            )
            .help("Let one flow say what belongs together, raise the limit of the bot, or give this one another event.")
            .conversation(passed(context, &same[..count], late));
            for (_, before) in same.iter().take(count.min(RELATED)) {
                finding = finding.related(before.name, "This one goes first.");
            }
            findings.push(finding);
        }
    }
}

/// What sets a trigger off, if nothing but that decides about it.
fn alone(trigger: &Trigger) -> Option<&Occurrence> {
    let [
        TriggerSource::On {
            what,
            condition: None,
        },
    ] = trigger.sources.as_slice()
    else {
        return None;
    };
    (trigger.conditions.is_empty() && trigger.unless.is_empty() && trigger.cap.is_none()).then_some(what)
}

fn passed(
    context: &Context<'_>,
    before: &[(&Occurrence, &Declared<'_>)],
    late: &Declared<'_>,
) -> Vec<String> {
    let Some((_, first)) = before.first() else {
        return Vec::new();
    };
    show::begun(context, first, |plan| {
        for (_, declared) in before {
            plan.is_reached_by(declared.trigger);
        }
        plan.is_reached_by(late.trigger);
        plan.line("+ 2d");
        if late.trigger.after_ms > 2 * DAY_MS {
            plan.runs_out(late.trigger);
        }
        plan.line(format!("* trigger {} passed: capped", late.trigger.name));
    })
}
