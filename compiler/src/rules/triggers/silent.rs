//! Conversations in which something does not happen: what should bring it about does, the time passes, and the bot says
//! nothing. They are the nearest ones to what an author has meant.

use botflow_artifact::{FlowId, Occurrence, TriggerSource};
use smol_str::SmolStr;

use super::declared::Declared;
use super::show;
use crate::conversation::begins::heard_as;
use crate::conversation::plan::Plan;
use crate::graph::label::duration;
use crate::rules::flow::context::Context;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// What sets a trigger off happens to somebody whom it could write to, its time passes, and it is passed over: why, in
/// the words of the machine. `as_meant` tells what the person has to be like for that.
pub(super) fn passed(
    context: &Context<'_>,
    declared: &Declared<'_>,
    reason: &str,
    as_meant: impl FnOnce(&mut Plan<'_>),
) -> Vec<String> {
    let trigger = declared.trigger;
    happened(context, declared, |plan| {
        plan.is_where_it_writes(trigger);
        as_meant(plan);
        if let Some(source) = trigger.sources.first() {
            plan.counts(source);
            plan.sets_off(source);
        }
        plan.runs_out(trigger);
        plan.line(format!("* trigger {} passed: {reason}", trigger.name));
    })
}

/// As [`passed`], where it is given up before it may write.
pub(super) fn given_up(context: &Context<'_>, declared: &Declared<'_>, expires_ms: i64) -> Vec<String> {
    let trigger = declared.trigger;
    happened(context, declared, |plan| {
        plan.is_where_it_writes(trigger);
        plan.is_meant_by(trigger);
        if let Some(source) = trigger.sources.first() {
            plan.sets_off(source);
        }
        for passes in [trigger.after_ms, expires_ms] {
            if passes > 0 {
                plan.line(format!("+ {}", duration(passes)));
            }
        }
        plan.line(format!("* trigger {} passed: expired", trigger.name));
    })
}

/// What a source waits for happens, and sets nothing off: its condition is never yes.
pub(super) fn not_counted(
    context: &Context<'_>,
    declared: &Declared<'_>,
    source: &TriggerSource,
) -> Vec<String> {
    // What a conversation brings about is shown for the first of its sources alone.
    let first = declared.trigger.sources.first();
    match source {
        TriggerSource::On {
            what: Occurrence::Event(_) | Occurrence::CommentAbout(_),
            ..
        } => context.plan(|plan| {
            plan.is_where_it_writes(declared.trigger);
            plan.sets_off(source);
            let after = declared.trigger.after_ms;
            if after > 0 {
                plan.line(format!("+ {}", duration(after)));
            }
            plan.line("= nothing said");
        }),
        _ if first == Some(source) => happened(context, declared, |plan| {
            plan.sets_off(source);
            plan.line(format!("+ {}", duration(declared.trigger.after_ms.max(HOUR_MS))));
            plan.line("= nothing said");
        }),
        _ => Vec::new(),
    }
}

/// Something that no conversation brings about would have to: the shortest one of a customer, from which nothing follows.
pub(super) fn nothing_follows(context: &Context<'_>, what: &Occurrence, after_ms: i64) -> Vec<String> {
    let waits = format!("+ {}", duration(after_ms.max(HOUR_MS)));
    match what {
        Occurrence::Asked(intent) => context.plan(|plan| {
            plan.line(format!("> {}", heard_as(plan.bot(), *intent)));
            plan.line(waits);
            plan.line("= nothing said");
        }),
        _ => context.tell_and(&context.shortest_talk(), |plan| {
            plan.line(waits);
            plan.line("= nothing said");
        }),
    }
}

/// A trigger writes to somebody who cannot be written to there.
pub(super) fn not_delivered(
    context: &Context<'_>,
    declared: &Declared<'_>,
    channel: &SmolStr,
) -> Vec<String> {
    show::on(context, declared, channel, |plan| {
        plan.line(format!("* {}", show::starts_on(context, declared, channel)));
        if declared.trigger.fallback.is_empty() {
            plan.line(". not delivered");
            plan.line("= nothing said");
        }
    })
}

/// A trigger goes off, its message is not read in time (or does not arrive), and no other one follows; `passed` tells
/// that it is given up.
pub(super) fn no_other_channel(
    context: &Context<'_>,
    declared: &Declared<'_>,
    after_ms: Option<i64>,
    passed: bool,
) -> Vec<String> {
    show::begun(context, declared, |plan| {
        plan.line(format!("* {}", show::starts(context, declared)));
        plan.line(match after_ms {
            Some(after) => format!("+ {}", duration(after)),
            None => ". not delivered".to_owned(),
        });
        plan.line(match passed {
            true => format!("* trigger {} passed: expired", declared.trigger.name),
            false => "= nothing said".to_owned(),
        });
    })
}

/// An event happens an hour after a conversation, if it is one that others report.
pub(super) fn after_a_talk(
    context: &Context<'_>,
    what: &Occurrence,
    end: impl FnOnce(&mut Plan<'_>),
) -> Vec<String> {
    let Occurrence::Event(event) = what else {
        return Vec::new();
    };
    let Some(event) = context.bot.events.get(event.index()) else {
        return Vec::new();
    };
    context.tell_and(&context.shortest_talk(), |plan| {
        plan.line(format!("+ {}", duration(HOUR_MS)));
        plan.happens(event, FlowId::ALWAYS);
        end(plan);
    })
}

/// Tells what a conversation has to bring about before a trigger is set off, and what happens then.
fn happened(context: &Context<'_>, declared: &Declared<'_>, end: impl FnOnce(&mut Plan<'_>)) -> Vec<String> {
    let Some(mut path) = show::begins(context, declared) else {
        return Vec::new();
    };
    // The last step is that it goes off.
    path.pop();
    match path.is_empty() {
        true => context.plan(end),
        false => context.tell_and(&path, end),
    }
}
