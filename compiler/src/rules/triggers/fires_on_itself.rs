//! `fires-on-itself`: a trigger brings about what sets it off, and so goes off for ever.
//!
//! Followed is what a flow does before anybody has to answer or decide ([`super::brings`]): then it happens to everybody,
//! every time.

use botflow_artifact::{Occurrence, TriggerId, TriggerSource};

use super::brings::follow;
use super::declared::Declared;
use super::happens::Happens;
use super::show;
use crate::finding::{Finding, Level, Rule};
use crate::graph::label::duration;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF507",
    name: "fires-on-itself",
    level: Level::Error,
    summary: "A trigger brings about what sets it off, and goes off for ever.",
    page: include_str!("fires_on_itself.md"),
};

/// Two conversations that nobody asked for are at least so far apart.
const APART_MS: i64 = 30 * 60_000;

/// Looks at all triggers; gives those that go off for ever. One that nothing sets off the first time has that finding.
pub(super) fn check(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    happens: Option<&Happens>,
    findings: &mut Vec<Finding>,
) -> Vec<TriggerId> {
    let mut for_ever = Vec::new();
    // Whatever limits a trigger, or decides about it, may end the circle.
    let free: Vec<&Declared<'_>> = (triggers.iter())
        .filter(|declared| declared.trigger.cap.is_none() && declared.trigger.conditions.is_empty())
        .filter(|declared| declared.trigger.unless.is_empty())
        .filter(|declared| happens.is_none_or(|happens| happens.waits_for(declared.id).is_none()))
        .collect();
    // Triggers by what sets them off, and those that each of these sets off itself.
    let sources: Vec<(usize, &Occurrence)> = (free.iter().enumerate())
        .flat_map(|(at, declared)| inner_sources(declared).map(move |what| (at, what)))
        .collect();
    let next: Vec<Vec<usize>> = (sources.iter())
        .map(|(at, what)| {
            let brings = follow(context, free[*at].trigger.start, Some(what));
            let sets_off = sources.iter().enumerate();
            let sets_off = sets_off.filter(|(_, (_, what))| brings.occurs.contains(what));
            sets_off.map(|(other, _)| other).collect()
        })
        .collect();
    let mut told = vec![false; free.len()];
    for (begin, (at, _)) in sources.iter().enumerate() {
        let Some(circle) = circle(begin, &next).filter(|_| !told[*at]) else {
            continue;
        };
        let circle: Vec<(&Declared<'_>, &Occurrence)> = (circle.iter())
            .map(|one| (free[sources[*one].0], sources[*one].1))
            .collect();
        for (at, declared) in free.iter().enumerate() {
            told[at] |= circle.iter().any(|(one, _)| one.id == declared.id);
        }
        for_ever.extend(circle.iter().map(|(declared, _)| declared.id));
        findings.push(finding(context, &circle));
    }
    for declared in &free {
        if reads(context, declared) && follow(context, declared.trigger.start, None).says {
            for_ever.push(declared.id);
            findings.push(answered_by_reading(context, declared));
        }
    }
    for_ever
}

/// What sets a trigger off that a flow may bring about, and about which nothing else decides.
fn inner_sources<'c>(declared: &Declared<'c>) -> impl Iterator<Item = &'c Occurrence> + use<'c> {
    declared.trigger.sources.iter().filter_map(|source| match source {
        TriggerSource::On {
            what: what @ (Occurrence::Entered(_) | Occurrence::Joined(_) | Occurrence::Left(_)),
            condition: None,
        } => Some(what),
        _ => None,
    })
}

/// The shortest way from a trigger back to itself.
fn circle(begin: usize, next: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut by: Vec<Option<usize>> = vec![None; next.len()];
    let mut todo = std::collections::VecDeque::from([begin]);
    while let Some(at) = todo.pop_front() {
        for to in &next[at] {
            if *to == begin {
                let mut way = vec![at];
                while let Some(before) = way.last().and_then(|last| by[*last]) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if by[*to].is_none() && *to != begin {
                by[*to] = Some(at);
                todo.push_back(*to);
            }
        }
    }
    None
}

/// Whether being read sets it off, whatever was read.
fn reads(context: &Context<'_>, declared: &Declared<'_>) -> bool {
    declared.trigger.sources.iter().any(|source| match source {
        TriggerSource::On {
            what: Occurrence::Event(event),
            condition: None,
        } => {
            let event = context.bot.events.get(event.index());
            event.is_some_and(|event| event.name == "message_read")
        }
        _ => false,
    })
}

const HELP: &str =
    "Limit it (`at most 1 in 7d`), say in an `if` who gets it, or leave out what sets it off again.";

fn finding(context: &Context<'_>, circle: &[(&Declared<'_>, &Occurrence)]) -> Finding {
    let (first, _) = circle[0];
    let message = match circle {
        [_] => "What this starts sets it off again: it writes to the same person for ever.".to_owned(),
        _ => {
            let names: Vec<String> = circle[1..]
                .iter()
                .map(|(declared, _)| format!("`{}`", declared.trigger.name))
                .collect();
            format!(
                "What this starts sets off {}, which sets this off again: they write to the same person for ever.",
                names.join(", then ")
            )
        }
    };
    let mut finding = Finding::new(&RULE, first.name, message).help(HELP);
    for (other, _) in &circle[1..] {
        finding = finding.related(other.name, "This one is part of the circle.");
    }
    finding.conversation(show::begun(context, first, |plan| {
        for (declared, _) in circle {
            plan.is_reached_by(declared.trigger);
        }
        let mut before = circle[0];
        for one in circle.iter().skip(1).chain(circle.first()) {
            let waits = follow(context, before.0.trigger.start, Some(before.1)).waits_ms;
            let (declared, _) = one;
            let after = declared.trigger.after_ms.max(APART_MS);
            before = *one;
            plan.line(format!("+ {}", duration(after.saturating_add(waits))));
            plan.line(format!("* {}", show::starts(context, declared)));
        }
    }))
}

fn answered_by_reading(context: &Context<'_>, declared: &Declared<'_>) -> Finding {
    let message = "Reading what this writes sets it off again: whoever reads is written to for ever.";
    Finding::new(&RULE, declared.name, message)
        .help(HELP)
        .conversation(context.plan(|plan| {
            plan.is_reached_by(declared.trigger);
            for _ in 0..2 {
                plan.line("! message_read");
                plan.runs_out(declared.trigger);
                plan.line(format!("* {}", show::starts(context, declared)));
                plan.line(format!("+ {}", duration(APART_MS)));
            }
            plan.line("= nothing said");
        }))
}
