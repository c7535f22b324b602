//! `closed-not-handled`: a customer is handed over to a queue at a time when nobody is there.

use botflow_artifact::{Expr, ExprId, Queue, QueueId};
use botflow_values::Date;

use super::hand_overs::{Asked, HandOver};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;
use crate::rules::flow::context::Context;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF602",
    name: "closed-not-handled",
    level: Level::Error,
    summary: "A customer is handed over to a queue while it is closed.",
    page: include_str!("closed_not_handled.md"),
};

/// Looks at all hand-overs, and at questions to colleagues.
pub(super) fn check(
    context: &Context<'_>,
    hand_overs: &[HandOver<'_>],
    asked: &[Asked<'_>],
    findings: &mut Vec<Finding>,
) {
    for hand_over in hand_overs.iter().filter(|one| one.declared.closed.is_none()) {
        let mut to = hand_over.declared.to.iter();
        let Some((queue, _)) = to.find(|(queue, condition)| {
            closes(context, *queue).is_some() && !condition.is_some_and(|is| looks(context, is, *queue))
        }) else {
            continue;
        };
        let told = context.tell_and(&hand_over.path(context), |plan| {
            plan.line("= owner people");
        });
        findings.push(finding(
            context,
            hand_over.name,
            *queue,
            "A customer may be handed over here while nobody is at work, and nobody tells them.",
            "Say what happens then: `closed -> finish unresolved`, or first take an address at which a colleague can \
             answer when they are back.",
            told,
        ));
    }
    for asked in asked {
        if asked.ask.closed.is_some() || closes(context, asked.ask.queue).is_none() {
            continue;
        }
        let told = context.tell(&context.path(asked.node));
        findings.push(finding(
            context,
            context.lowered.place(asked.place).name,
            asked.ask.queue,
            "Colleagues may be asked here while nobody is at work, and the customer waits.",
            "Say what happens then: `closed { say \"…\" }`.",
            told,
        ));
    }
}

fn finding(
    context: &Context<'_>,
    at: Span,
    queue: QueueId,
    message: &str,
    help: &str,
    mut told: Vec<String>,
) -> Finding {
    if let Some(moment) = closes(context, queue).flatten().filter(|_| !told.is_empty()) {
        told.insert(0, format!("at {moment}"));
    } else {
        told.clear();
    }
    let mut finding = Finding::new(&RULE, at, message).help(help).conversation(told);
    if let Some(Some(span)) = context.lowered.spans.queues.get(queue.index()) {
        finding = finding.related(*span, "This queue is not always open.");
    }
    finding
}

/// Whether a queue closes at all; with a moment at which it is closed, if one is soon found.
fn closes(context: &Context<'_>, queue: QueueId) -> Option<Option<String>> {
    let queue = context.bot.queues.get(queue.index())?;
    if queue.closed_on.is_empty() && (queue.always_open || queue.hours.is_empty()) {
        return None;
    }
    if queue.timezone.is_some() {
        return Some(None);
    }
    if queue.always_open || queue.hours.is_empty() {
        let day = queue.closed_on.first()?;
        let day = if day.len() == 5 {
            format!("2026-{day}")
        } else {
            day.to_string()
        };
        return Some(Some(format!("{day} 12:00")));
    }
    // Conversations begin on Monday, 2026-01-05; no clock changes in that week.
    let monday = Date::new(2026, 1, 5)?;
    const TIMES: [u32; 5] = [20, 22, 3, 7, 12];
    let found = (0..7).find_map(|day| {
        let hour = TIMES.into_iter().find(|hour| !is_open(queue, day, hour * 60))?;
        Some(format!("{} {hour:02}:00", monday.plus_days(i64::from(day))))
    });
    Some(found)
}

/// Whether hours hold on that day of the week, at that minute.
fn is_open(queue: &Queue, day: u32, minute: u32) -> bool {
    queue.hours.iter().any(|(days, from, to)| {
        let on = |day: u32| days & (1 << (day % 7)) != 0;
        if from < to {
            return on(day) && (*from..*to).contains(&minute);
        }
        on(day) && minute >= *from || on(day + 6) && minute < *to
    })
}

/// Whether a condition looks whether the queue is open.
fn looks(context: &Context<'_>, condition: ExprId, queue: QueueId) -> bool {
    let mut todo = vec![condition];
    // Expressions refer to lower ids only; the bound is for hostile input.
    for _ in 0..1_000 {
        let Some(id) = todo.pop() else { break };
        match context.bot.exprs.get(id.index()) {
            Some(Expr::QueueOpen(one)) if *one == queue => return true,
            Some(Expr::And(a, b)) => todo.extend([*a, *b]),
            _ => {}
        }
    }
    false
}
