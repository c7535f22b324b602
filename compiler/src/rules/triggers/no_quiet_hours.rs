//! `no-quiet-hours`: a message may wake somebody.

use botflow_artifact::{Occurrence, TriggerSource};

use super::declared::Declared;
use super::show;
use crate::conversation::begins::is_open;
use crate::finding::{Finding, Fix, Level, Rule};
use crate::hir::TriggerPart;
use crate::names::builtin;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF504",
    name: "no-quiet-hours",
    level: Level::Warning,
    summary: "A trigger may write to somebody in the middle of the night.",
    page: include_str!("no_quiet_hours.md"),
};

/// The hours in which nobody minds a message that they agreed to, in minutes after midnight.
const DAY: (u32, u32) = (8 * 60, 21 * 60);
/// A night, from the evening at eight to the morning at nine: what is given up sooner is meant to come at once.
const NIGHT_MS: i64 = 13 * 3_600_000;
/// Whoever has just done something is awake for so long.
const AWAKE_MS: i64 = 3_600_000;

/// Looks at all triggers.
pub(super) fn check(context: &Context<'_>, triggers: &[Declared<'_>], findings: &mut Vec<Finding>) {
    for declared in triggers {
        let trigger = declared.trigger;
        let urgent = trigger.expires_ms.is_some_and(|expires| expires < NIGHT_MS);
        let Some(channel) = declared.ringing().next() else {
            continue;
        };
        let disturbs = (declared.uncalled()).find(|source| may_come_at_night(context, declared, source));
        let Some(source) = disturbs.filter(|_| trigger.between.is_none() && !urgent) else {
            continue;
        };
        let by_day = match source {
            TriggerSource::Every { .. } => "Choose a time of the day. It is the person's local time.",
            TriggerSource::On { .. } => {
                "Say when it may come: `between 09:00 and 20:00`, in the person's local time; it waits until then. What \
                 is worth nothing later says so: `expires 2h`."
            }
        };
        let mut finding = Finding::new(
            &RULE,
            declared.name,
            format!("This may write to somebody on `{channel}` in the middle of the night."),
        )
        .help(by_day)
        .conversation(at_night(context, declared, channel, source));
        if matches!(source, TriggerSource::On { .. }) {
            finding.fixes.push(Fix {
                title: "Add `between 09:00 and 20:00`".into(),
                edits: vec![declared.insert(TriggerPart::Between, "between 09:00 and 20:00")],
            });
        }
        findings.push(finding);
    }
}

/// Whether what sets it off may let it write at night. What the person has just done shows that they are awake.
fn may_come_at_night(context: &Context<'_>, declared: &Declared<'_>, source: &TriggerSource) -> bool {
    let awake = declared.trigger.after_ms < AWAKE_MS;
    match source {
        TriggerSource::Every { at, .. } => {
            let minute = i64::from(*at) + declared.trigger.after_ms / 60_000;
            !is_open(DAY.0, DAY.1 + 1, minute.rem_euclid(24 * 60))
        }
        TriggerSource::On { what, .. } => match what {
            Occurrence::Event(event) => {
                let event = context.bot.events.get(event.index());
                !awake || event.is_none_or(|event| builtin::event(&event.name).is_none())
            }
            _ => !awake,
        },
    }
}

/// An event that comes so that the trigger goes off at three in the morning.
fn at_night(
    context: &Context<'_>,
    declared: &Declared<'_>,
    channel: &smol_str::SmolStr,
    source: &TriggerSource,
) -> Vec<String> {
    const DAY_MINUTES: i64 = 24 * 60;
    let is_event = matches!(
        source,
        TriggerSource::On {
            what: Occurrence::Event(_),
            ..
        }
    );
    let scheduled = matches!(source, TriggerSource::Every { .. });
    if !is_event && !scheduled || declared.trigger.sources.first() != Some(source) {
        return Vec::new();
    }
    let begins = (3 * 60 - declared.trigger.after_ms / 60_000).rem_euclid(DAY_MINUTES);
    context.plan(|plan| {
        if is_event {
            plan.begins_at(begins as u32);
        }
        plan.speaks_on(channel);
        plan.begins(declared.trigger);
        plan.line(format!("* {}", show::starts_on(context, declared, channel)));
    })
}
