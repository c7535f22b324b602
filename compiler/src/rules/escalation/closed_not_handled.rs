//! `closed-not-handled`: a customer is handed over to a queue at a time when nobody is there.

use botflow_artifact::{EscalationWay, Expr, ExprId, QueueId};

use super::hand_overs::{Asked, HandOver};
use super::hours;
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
    for hand_over in hand_overs {
        findings.extend(closed_there_too(context, hand_over));
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

/// `closed -> queue …` to a queue that is closed at that moment, too.
fn closed_there_too(context: &Context<'_>, hand_over: &HandOver<'_>) -> Option<Finding> {
    let Some(EscalationWay::Queue(other)) = hand_over.declared.closed else {
        return None;
    };
    let second = context.bot.queues.get(other.index())?;
    let (queue, (first, moment)) = hand_over.declared.to.iter().find_map(|(id, condition)| {
        let first = context.bot.queues.get(id.index())?;
        // Whoever asks whether a queue is open has thought of it.
        let looks = condition.is_some_and(|is| looks(context, is, *id) || looks(context, is, other));
        let moment = (!looks).then(|| hours::both_closed(first, second)).flatten()?;
        Some((*id, (first, moment)))
    })?;
    let mut written = context.lowered.escalations.iter();
    let at = written
        .by_ref()
        .filter(|body| {
            let name = context.lowered.spans.escalations.get(body.id.index());
            name.copied().flatten() == Some(hand_over.name)
        })
        .find_map(|body| Some(body.closed.as_ref()?.span))
        .unwrap_or(hand_over.name);
    let message = match queue == other {
        true => format!(
            "`{}` is the queue that is closed, and so the customer waits there all the same.",
            second.name
        ),
        false => format!(
            "`{}` is closed at the same time as `{}`, and the customer waits there although nobody is at work.",
            second.name, first.name
        ),
    };
    let mut told = context.tell_and(&hand_over.path(context), |plan| {
        plan.line("= owner people");
    });
    match moment.filter(|_| !told.is_empty()) {
        Some(moment) => told.insert(0, format!("at {moment}")),
        None => told.clear(),
    }
    let mut finding = Finding::new(&RULE, at, message)
        .help(
            "Lead to a queue that is open then, or say what happens instead: `closed -> finish unresolved`, or first take \
             an address at which a colleague can answer when they are back.",
        )
        .conversation(told);
    for queue in [queue, other]
        .into_iter()
        .take(if queue == other { 1 } else { 2 })
    {
        if let Some(Some(span)) = context.lowered.spans.queues.get(queue.index()) {
            finding = finding.related(*span, "This queue is not always open.");
        }
    }
    Some(finding)
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
    hours::closed(context.bot.queues.get(queue.index())?)
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
