//! Control: flows, steps, code, places, handlers, and that `run` is not recursive.

use super::Damage;
use super::ranges::{check, check_all};
use crate::bot::Bot;
use crate::code::Op;
use crate::handler::Hears;
use crate::place::*;
use crate::triggers::{Escalation, EscalationWay};

pub(super) fn verify(bot: &Bot) -> Result<(), Damage> {
    if bot.flows.is_empty() {
        return Err(Damage::Missing {
            what: "the pseudo-flow of `always`",
        });
    }
    for flow in &bot.flows {
        check(bot, flow.entry)?;
        check_all(bot, flow.steps.iter().copied())?;
        check_all(bot, flow.handlers.iter().copied())?;
        check_all(bot, flow.gives)?;
        check_all(bot, flow.subject)?;
        check_all(bot, flow.slots.iter().map(|slot| slot.ty))?;
        if flow.params as usize > flow.slots.len() {
            return Err(Damage::Bounds {
                what: "the number of a flow's parameters",
            });
        }
    }
    for step in &bot.steps {
        check(bot, step.flow)?;
        check(bot, step.entry)?;
        check_all(bot, step.handlers.iter().copied())?;
    }
    if bot.code.last().is_some_and(|op| !op.leaves()) {
        return Err(Damage::Missing {
            what: "the end of the code",
        });
    }
    bot.code.iter().try_for_each(|op| operation(bot, op))?;
    bot.places.iter().try_for_each(|one| place(bot, one))?;
    check_all(bot, bot.always.iter().copied())?;
    for rule in &bot.always_rules {
        check(bot, rule.condition)?;
        check(bot, rule.code)?;
    }
    for handler in &bot.handlers {
        check(bot, handler.flow)?;
        check_all(bot, handler.step)?;
        check_all(bot, handler.condition)?;
        check(bot, handler.code)?;
        match &handler.hears {
            Hears::Intent { intent, .. } => check(bot, *intent)?,
            Hears::Event(event) => check(bot, *event)?,
            Hears::Silence(clock) => silence(bot, std::slice::from_ref(clock))?,
            Hears::Unclear { tries } => ways(bot, tries)?,
            Hears::Pressed { label, .. } => check(bot, *label)?,
            Hears::Failed | Hears::Changed(_) | Hears::Stranded | Hears::Pattern(_) => {}
        }
    }
    bot.escalations.iter().try_for_each(|one| escalation(bot, one))?;
    runs_do_not_recurse(bot)
}

fn operation(bot: &Bot, op: &Op) -> Result<(), Damage> {
    match op {
        Op::Say(message) => check(bot, *message),
        Op::SayOneOf { messages, .. } if messages.is_empty() => Err(Damage::Missing {
            what: "what `say one of` says",
        }),
        Op::SayOneOf { messages, .. } => check_all(bot, messages.iter().copied()),
        Op::Let { value, .. } => check(bot, *value),
        Op::Remember { field, value } => {
            check(bot, *field)?;
            check(bot, *value)
        }
        Op::Forget(field) | Op::Identify(field) => check(bot, *field),
        Op::Jump(target) => check(bot, *target),
        Op::GoTo(step) => check(bot, *step),
        Op::Branch { condition, otherwise } => {
            check(bot, *condition)?;
            check(bot, *otherwise)
        }
        Op::ForEach { list, .. } => check(bot, *list),
        Op::Next { end, .. } => check(bot, *end),
        Op::Enter(place) | Op::Reask(place) => check(bot, *place),
        Op::Start { flow, args } => {
            check(bot, *flow)?;
            check_all(bot, args.iter().copied())
        }
        Op::Return(value) => check_all(bot, *value),
        Op::Stage(stage) => check(bot, *stage),
        Op::Track { values, .. } => check_all(bot, values.iter().map(|(_, value)| *value)),
        Op::Note(text) | Op::Tag(text) => check(bot, *text),
        Op::Tell { queue, text } => {
            check(bot, *queue)?;
            check(bot, *text)
        }
        Op::Consent { consent, .. } => check(bot, *consent),
        Op::Vary { experiment, arms } => {
            check(bot, *experiment)?;
            check_all(bot, arms.iter().copied())
        }
        Op::Error => Err(Damage::Unfinished),
        Op::Clear(_)
        | Op::ComeBack
        | Op::Finish { .. }
        | Op::Again
        | Op::Back
        | Op::Repeat
        | Op::StartOver => Ok(()),
    }
}

fn place(bot: &Bot, place: &Place) -> Result<(), Damage> {
    check(bot, place.flow)?;
    check_all(bot, place.step)?;
    check_all(bot, place.handlers.iter().copied())?;
    check(bot, place.then)?;
    match &place.kind {
        PlaceKind::Ask(ask) => {
            if let AskTarget::Customer(field) = ask.into {
                check(bot, field)?;
            }
            check(bot, ask.ty)?;
            check(bot, ask.question)?;
            check_all(bot, ask.again)?;
            suggestions(bot, &ask.suggest)?;
            for one in &ask.checks {
                check(bot, one.condition)?;
                check(bot, one.otherwise)?;
            }
            check_all(bot, ask.invalid)?;
            ways(bot, &ask.tries)?;
            silence(bot, &ask.silence)?;
            if let Some(skip) = ask.skip {
                check(bot, skip.condition)?;
                check_all(bot, skip.with)?;
            }
            check_all(bot, ask.form)
        }
        PlaceKind::Choose(choose) => {
            check(bot, choose.question)?;
            check_all(bot, choose.again)?;
            if let Some(from) = &choose.from {
                check(bot, from.list)?;
                check_all(bot, from.condition)?;
                check(bot, from.label)?;
                act(bot, from.act)?;
                check_all(bot, from.none)?;
            }
            for option in &choose.options {
                check(bot, option.label)?;
                check_all(bot, option.condition)?;
                check_all(bot, option.value)?;
                act(bot, option.act)?;
            }
            check_all(bot, choose.otherwise)?;
            ways(bot, &choose.tries)?;
            silence(bot, &choose.silence)
        }
        PlaceKind::Form(form) => {
            check_all(bot, form.asks.iter().copied())?;
            check(bot, form.begin)?;
            check(bot, form.end)
        }
        PlaceKind::Call(call) => {
            check(bot, call.call)?;
            check_all(bot, call.args.iter().copied())?;
            check_all(bot, call.failed)?;
            check_all(bot, call.fails.iter().map(|(_, way)| *way))?;
            check_all(bot, call.waiting.map(|(_, way)| way))
        }
        PlaceKind::Wait { duration } => check(bot, *duration),
        PlaceKind::WaitFor(wait) => {
            check(bot, wait.event)?;
            check_all(bot, wait.condition)?;
            check_all(bot, wait.within)?;
            check_all(bot, wait.otherwise)
        }
        PlaceKind::Run(run) => {
            check(bot, run.flow)?;
            check_all(bot, run.args.iter().copied())
        }
        PlaceKind::Escalate(escalation) => check(bot, *escalation),
        PlaceKind::AskQueue(ask) => {
            check(bot, ask.queue)?;
            check(bot, ask.ty)?;
            check(bot, ask.question)?;
            check_all(bot, ask.closed)?;
            check_all(bot, ask.nobody.iter().map(|(_, way)| *way))
        }
        PlaceKind::Verify(verify) => {
            check(bot, verify.field)?;
            check_all(bot, verify.question)?;
            check_all(bot, verify.invalid)?;
            ways(bot, &verify.tries)?;
            silence(bot, &verify.silence)?;
            check_all(bot, verify.failed)
        }
    }
}

/// The machine remembers what one list gave.
fn suggestions(bot: &Bot, suggest: &[Suggestion]) -> Result<(), Damage> {
    let mut lists = 0;
    for one in suggest {
        match one {
            Suggestion::Label(label) => check(bot, *label)?,
            Suggestion::List { list, .. } => {
                check(bot, *list)?;
                lists += 1;
            }
        }
    }
    if lists > 1 {
        return Err(Damage::Bounds {
            what: "the number of lists that a question suggests from",
        });
    }
    Ok(())
}

fn act(bot: &Bot, act: OptionAct) -> Result<(), Damage> {
    match act {
        OptionAct::Way(way) => check(bot, way),
        OptionAct::GoOn => Ok(()),
        OptionAct::Opens(target) | OptionAct::Calls(target) => check(bot, target),
    }
}

fn ways(bot: &Bot, tries: &[TriesWay]) -> Result<(), Damage> {
    check_all(bot, tries.iter().map(|one| one.way))
}

fn silence(bot: &Bot, clocks: &[Silence]) -> Result<(), Damage> {
    for clock in clocks {
        if clock.after_ms <= 0 {
            return Err(Damage::Bounds {
                what: "a clock of silence",
            });
        }
        match clock.act {
            Nudge::Say(message) => check(bot, message)?,
            Nudge::Way(way) => check(bot, way)?,
        }
    }
    Ok(())
}

fn escalation(bot: &Bot, escalation: &Escalation) -> Result<(), Damage> {
    for (queue, condition) in &escalation.to {
        check(bot, *queue)?;
        check_all(bot, *condition)?;
    }
    check_all(bot, escalation.say)?;
    check_all(bot, escalation.brief)?;
    let timed = [
        &escalation.nobody,
        &escalation.customer_silent,
        &escalation.operator_silent,
    ];
    let ways = timed
        .into_iter()
        .flatten()
        .map(|(_, way)| *way)
        .chain(escalation.closed)
        .chain(escalation.resolved);
    for way in ways {
        match way {
            EscalationWay::Queue(queue) => check(bot, queue)?,
            EscalationWay::Way(code) => check(bot, code)?,
        }
    }
    Ok(())
}

/// Depth-first over the flows that run flows; a `run` back into an open flow is recursion.
fn runs_do_not_recurse(bot: &Bot) -> Result<(), Damage> {
    let mut runs: Vec<Vec<usize>> = vec![Vec::new(); bot.flows.len()];
    for place in &bot.places {
        if let PlaceKind::Run(run) = &place.kind {
            runs[place.flow.index()].push(run.flow.index());
        }
    }
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; runs.len()];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for root in 0..runs.len() {
        if seen[root] != Seen::No {
            continue;
        }
        seen[root] = Seen::Open;
        stack.push((root, 0));
        while let Some((flow, next)) = stack.last_mut() {
            if let Some(&inner) = runs[*flow].get(*next) {
                *next += 1;
                match seen[inner] {
                    Seen::Open => return Err(Damage::Cycle { arena: "runs" }),
                    Seen::No => {
                        seen[inner] = Seen::Open;
                        stack.push((inner, 0));
                    }
                    Seen::Done => {}
                }
            } else {
                seen[*flow] = Seen::Done;
                stack.pop();
            }
        }
    }
    Ok(())
}
