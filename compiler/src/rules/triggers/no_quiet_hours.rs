//! `no-quiet-hours`: a message may wake somebody.

use botflow_artifact::{Occurrence, TriggerSource};
use smol_str::SmolStr;

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
/// Minutes at which nearly everybody sleeps, in the order in which one is looked for.
const DEEP: [u32; 8] = [3 * 60, 2 * 60, 60, 0, 23 * 60 + 30, 4 * 60, 5 * 60, 23 * 60];
/// From when on, and up to when nearly everybody sleeps.
const ASLEEP: (u32, u32) = (23 * 60, 5 * 60 + 1);
const DAY_MINUTES: i64 = 24 * 60;
/// A night, from the evening at eight to the morning at nine: what is given up sooner is meant to come at once.
const NIGHT_MS: i64 = 13 * 3_600_000;
/// Whoever has just done something is awake for so long.
const AWAKE_MS: i64 = 3_600_000;

/// Looks at all triggers.
pub(super) fn check(context: &Context<'_>, triggers: &[Declared<'_>], findings: &mut Vec<Finding>) {
    for declared in triggers {
        let trigger = declared.trigger;
        let urgent = trigger.expires_ms.is_some_and(|expires| expires < NIGHT_MS);
        let Some(channel) = declared.ringing().next().filter(|_| !urgent) else {
            continue;
        };
        let disturbs = (declared.uncalled())
            .find_map(|source| Some((source, comes_at_night(context, declared, source)?)));
        let Some((source, minute)) = disturbs else {
            continue;
        };
        let conversation = at_night(context, declared, channel, source, minute);
        findings.push(
            match trigger.between {
                Some(window) => in_the_night(declared, channel, window),
                None => at_any_time(declared, channel, source),
            }
            .conversation(conversation),
        );
    }
}

/// It does not say when it may come.
fn at_any_time(declared: &Declared<'_>, channel: &SmolStr, source: &TriggerSource) -> Finding {
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
    .help(by_day);
    if matches!(source, TriggerSource::On { .. }) {
        finding.fixes.push(Fix {
            title: "Add `between 09:00 and 20:00`".into(),
            edits: vec![declared.insert(TriggerPart::Between, "between 09:00 and 20:00")],
        });
    }
    finding
}

/// It says that it may come at night.
fn in_the_night(declared: &Declared<'_>, channel: &SmolStr, (from, to): (u32, u32)) -> Finding {
    let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    // Whoever writes the evening before the morning has mostly swapped the two.
    let swapped = from > to && (6 * 60..=12 * 60).contains(&to) && from >= 17 * 60;
    let day = match swapped {
        true => format!("between {} and {}", time(to), time(from)),
        false => "between 09:00 and 20:00".to_owned(),
    };
    let message = match from > to {
        true => format!(
            "These hours go through the night, from {} to {} in the morning: on `{channel}` this may wake somebody.",
            time(from),
            time(to)
        ),
        false => format!("These hours lie in the night: on `{channel}` this may wake somebody."),
    };
    let at = declared.at(TriggerPart::Between);
    let help = match swapped {
        true => format!("If the day is meant, the earlier time comes first: `{day}`."),
        false => format!("Choose hours of the day: `{day}`. It is the person's local time."),
    };
    Finding::new(&RULE, at, message)
        .help(help)
        .fix(format!("Change to `{day}`"), at, day)
}

/// A minute of the night at which what sets it off may let it write. What the person has just done shows that they are
/// awake.
fn comes_at_night(context: &Context<'_>, declared: &Declared<'_>, source: &TriggerSource) -> Option<u32> {
    let trigger = declared.trigger;
    let open = |minute: u32| {
        let window = trigger.between;
        window.is_none_or(|(from, to)| is_open(from, to, i64::from(minute)))
    };
    let awake = trigger.after_ms < AWAKE_MS;
    let awake = match source {
        TriggerSource::Every { at, .. } => {
            let minute = i64::from(*at) + trigger.after_ms / 60_000;
            let ready = minute.rem_euclid(DAY_MINUTES) as u32;
            let comes = match trigger.between {
                Some((from, _)) if !open(ready) => from,
                _ => ready,
            };
            return (!is_open(DAY.0, DAY.1 + 1, i64::from(comes))).then_some(comes);
        }
        TriggerSource::On { what, .. } => match what {
            Occurrence::Event(event) => {
                let event = context.bot.events.get(event.index());
                awake && event.is_some_and(|event| builtin::event(&event.name).is_some())
            }
            _ => awake,
        },
    };
    match trigger.between {
        None if awake => None,
        // It comes at once, or when the hours begin.
        Some((from, _)) if awake => asleep(from).then_some(from),
        window => {
            let first = window.map(|(from, _)| from).filter(|from| asleep(*from));
            DEEP.into_iter().find(|minute| open(*minute)).or(first)
        }
    }
}

/// Whether nearly everybody sleeps.
fn asleep(minute: u32) -> bool {
    is_open(ASLEEP.0, ASLEEP.1, i64::from(minute))
}

/// An event that comes so that the trigger goes off at this minute of the day.
fn at_night(
    context: &Context<'_>,
    declared: &Declared<'_>,
    channel: &SmolStr,
    source: &TriggerSource,
    minute: u32,
) -> Vec<String> {
    let is_event = matches!(
        source,
        TriggerSource::On {
            what: Occurrence::Event(_),
            ..
        }
    );
    let scheduled = matches!(source, TriggerSource::Every { .. });
    if declared.trigger.sources.first() != Some(source) {
        return Vec::new();
    }
    if !is_event && !scheduled {
        return show::at(context, declared, channel, minute);
    }
    let begins = (i64::from(minute) - declared.trigger.after_ms / 60_000).rem_euclid(DAY_MINUTES);
    context.plan(|plan| {
        if is_event {
            plan.begins_at(begins as u32);
        }
        plan.speaks_on(channel);
        plan.begins(declared.trigger);
        plan.line(format!("* {}", show::starts_on(context, declared, channel)));
    })
}
