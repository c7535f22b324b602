//! `fires-on-itself`: a trigger brings about what sets it off, and so goes off for ever.
//!
//! Followed is what a flow does before anybody has to answer or decide: then it happens to everybody, every time.

use botflow_artifact::{
    Expr, FlowId, Occurrence, Op, Pc, PlaceKind, StageId, TriggerId, TriggerSource, Value,
};

use super::declared::Declared;
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

/// So much code is followed from the beginning of a flow.
const FOLLOWED: usize = 1_000;
/// Flows run inside each other so deep.
const DEEPEST: usize = 16;

/// Two conversations that nobody asked for are at least so far apart.
const APART_MS: i64 = 30 * 60_000;

/// What a trigger surely brings about.
struct Brings {
    /// The stages that are entered, in order.
    stages: Vec<StageId>,
    /// The bot says something.
    says: bool,
    /// How long the flow waits meanwhile.
    waits_ms: i64,
}

/// Looks at all triggers; gives those that go off for ever.
pub(super) fn check(
    context: &Context<'_>,
    triggers: &[Declared<'_>],
    findings: &mut Vec<Finding>,
) -> Vec<TriggerId> {
    let mut for_ever = Vec::new();
    // Whatever limits a trigger, or decides about it, may end the circle.
    let free: Vec<&Declared<'_>> = (triggers.iter())
        .filter(|declared| declared.trigger.cap.is_none() && declared.trigger.conditions.is_empty())
        .filter(|declared| declared.trigger.unless.is_empty())
        .collect();
    let entered = |declared: &Declared<'_>| {
        let sources = declared.trigger.sources.iter();
        let mut stages = sources.filter_map(|source| match source {
            TriggerSource::On {
                what: Occurrence::Entered(stage),
                condition: None,
            } => Some(*stage),
            _ => None,
        });
        stages.next()
    };
    // By trigger: the stage that sets it off, and the free triggers that it sets off itself.
    let on_stage: Vec<(usize, StageId)> = (free.iter().enumerate())
        .filter_map(|(at, declared)| Some((at, entered(declared)?)))
        .collect();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); free.len()];
    for (at, stage) in &on_stage {
        let brings = follow(context, free[*at].trigger.start, Some(*stage));
        let sets_off = on_stage.iter().filter(|(_, stage)| brings.stages.contains(stage));
        next[*at] = sets_off.map(|(other, _)| *other).collect();
    }
    let mut told = vec![false; free.len()];
    for (at, _) in &on_stage {
        let Some(circle) = circle(*at, &next).filter(|_| !told[*at]) else {
            continue;
        };
        circle.iter().for_each(|one| told[*one] = true);
        let circle: Vec<&Declared<'_>> = circle.iter().map(|one| free[*one]).collect();
        for_ever.extend(circle.iter().map(|declared| declared.id));
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

/// What happens from the beginning of a flow on to everybody; `stage` is where the person is.
fn follow(context: &Context<'_>, flow: FlowId, stage: Option<StageId>) -> Brings {
    let bot = context.bot;
    let mut brings = Brings {
        stages: Vec::new(),
        says: false,
        waits_ms: 0,
    };
    let Some(begins) = bot.flows.get(flow.index()) else {
        return brings;
    };
    let mut stage = stage;
    let mut pc = begins.entry;
    let mut behind: Vec<Pc> = Vec::new();
    for _ in 0..FOLLOWED {
        let Some(op) = bot.code.get(pc.index()) else {
            return brings;
        };
        pc = match op {
            Op::Say(_) | Op::SayOneOf { .. } => {
                brings.says = true;
                Pc(pc.0 + 1)
            }
            // A stage in which somebody is already is not entered.
            Op::Stage(entered) => {
                if stage.replace(*entered) != Some(*entered) {
                    brings.stages.push(*entered);
                }
                Pc(pc.0 + 1)
            }
            Op::Jump(to) => *to,
            Op::GoTo(step) => match bot.steps.get(step.index()) {
                Some(step) => step.entry,
                None => return brings,
            },
            Op::Start { flow, .. } => {
                behind.clear();
                match bot.flows.get(flow.index()) {
                    Some(flow) => flow.entry,
                    None => return brings,
                }
            }
            Op::Return(_) => match behind.pop() {
                Some(behind) => behind,
                None => return brings,
            },
            Op::Enter(place) => match bot.places.get(place.index()) {
                Some(place) => match &place.kind {
                    PlaceKind::Wait { duration } => {
                        let Some(Expr::Const(Value::Duration(waits))) = bot.exprs.get(duration.index())
                        else {
                            return brings;
                        };
                        brings.waits_ms = brings.waits_ms.saturating_add(*waits);
                        place.then
                    }
                    PlaceKind::Run(run) if behind.len() < DEEPEST => {
                        behind.push(place.then);
                        match bot.flows.get(run.flow.index()) {
                            Some(flow) => flow.entry,
                            None => return brings,
                        }
                    }
                    PlaceKind::Ask(_) | PlaceKind::Choose(_) => {
                        brings.says = true;
                        return brings;
                    }
                    _ => return brings,
                },
                None => return brings,
            },
            Op::Let { .. }
            | Op::Clear(_)
            | Op::Remember { .. }
            | Op::Forget(_)
            | Op::Tag(_)
            | Op::Track { .. }
            | Op::Note(_)
            | Op::Tell { .. }
            | Op::Consent { .. }
            | Op::Identify(_) => Pc(pc.0 + 1),
            _ => return brings,
        };
    }
    brings
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

fn finding(context: &Context<'_>, circle: &[&Declared<'_>]) -> Finding {
    let first = circle[0];
    let message = match circle {
        [_] => "What this starts sets it off again: it writes to the same person for ever.".to_owned(),
        _ => {
            let names: Vec<String> = circle[1..]
                .iter()
                .map(|declared| format!("`{}`", declared.trigger.name))
                .collect();
            format!(
                "What this starts sets off {}, which sets this off again: they write to the same person for ever.",
                names.join(", then ")
            )
        }
    };
    let mut finding = Finding::new(&RULE, first.name, message).help(HELP);
    for other in &circle[1..] {
        finding = finding.related(other.name, "This one is part of the circle.");
    }
    finding.conversation(show::begun(context, first, |plan| {
        for declared in circle {
            plan.is_reached_by(declared.trigger);
        }
        let mut before = first;
        for declared in circle.iter().skip(1).chain(circle.first()) {
            let waits = follow(context, before.trigger.start, None).waits_ms;
            let after = declared.trigger.after_ms.max(APART_MS);
            before = declared;
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
