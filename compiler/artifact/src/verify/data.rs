//! Data: types, expressions, texts, messages and declarations.

use super::ranges::{check, check_all};
use super::{Damage, MAX_DEPTH};
use crate::bot::Bot;
use crate::expr::Expr;
use crate::ids::*;
use crate::message::{ButtonAct, MessageButton, MessageTemplate};
use crate::text::{Filter, Part, Text};
use crate::triggers::{Occurrence, TriggerSource};
use crate::types::Type;

pub(super) fn verify(bot: &Bot) -> Result<(), Damage> {
    if bot.languages.is_empty() {
        return Err(Damage::Missing {
            what: "the bot's first language",
        });
    }
    types(bot)?;
    depth_of_types(bot)?;
    for expr in &bot.exprs {
        expression(bot, expr)?;
    }
    for text in &bot.texts {
        words(bot, text)?;
    }
    no_cycle_of_expressions_and_texts(bot)?;
    bot.messages
        .iter()
        .try_for_each(|template| message(bot, template))?;
    declarations(bot)?;
    triggers(bot)
}

fn types(bot: &Bot) -> Result<(), Damage> {
    for (index, ty) in bot.types.iter().enumerate() {
        let lower = |id: TypeId| {
            if id.index() < index {
                Ok(())
            } else {
                Err(Damage::OutOfRange {
                    arena: "lower type",
                    id: id.0,
                })
            }
        };
        match ty {
            Type::Set(set) => check(bot, *set)?,
            Type::List(inner) | Type::Optional(inner) | Type::Narrowed { base: inner, .. } => lower(*inner)?,
            Type::Record(fields) => fields.iter().try_for_each(|(_, field)| lower(*field))?,
            Type::Error => return Err(Damage::Unfinished),
            _ => {}
        }
    }
    for set in &bot.sets {
        check_all(bot, set.members.iter().filter_map(|member| member.label))?;
    }
    Ok(())
}

/// Types refer only to lower ids, so one pass in order knows every depth.
fn depth_of_types(bot: &Bot) -> Result<(), Damage> {
    let mut depths: Vec<u32> = Vec::with_capacity(bot.types.len());
    for ty in &bot.types {
        let depth = match ty {
            Type::List(inner) | Type::Optional(inner) | Type::Narrowed { base: inner, .. } => {
                depths[inner.index()] + 1
            }
            Type::Record(fields) => fields
                .iter()
                .map(|(_, field)| depths[field.index()] + 1)
                .max()
                .unwrap_or(0),
            _ => 0,
        };
        if depth > MAX_DEPTH {
            return Err(Damage::TooDeep { arena: "types" });
        }
        depths.push(depth);
    }
    Ok(())
}

fn expression(bot: &Bot, expr: &Expr) -> Result<(), Damage> {
    match expr {
        Expr::Text(text) => check(bot, *text)?,
        Expr::Customer(field) => check(bot, *field)?,
        Expr::Config(config) => check(bot, *config)?,
        Expr::Count { event, .. } => check(bot, *event)?,
        Expr::Sum { event, field, .. } | Expr::Latest { event, field } => {
            check(bot, *event)?;
            if *field as usize >= bot.events[event.index()].fields.len() {
                return Err(Damage::OutOfRange {
                    arena: "field of an event",
                    id: *field,
                });
            }
        }
        Expr::QueueOpen(queue) => check(bot, *queue)?,
        Expr::InSegment(segment) => check(bot, *segment)?,
        Expr::HasConsent(consent) | Expr::HasConsentOn(consent, _) => check(bot, *consent)?,
        Expr::InStage(stage) => check(bot, *stage)?,
        Expr::Error => return Err(Damage::Unfinished),
        _ => {}
    }
    let mut result = Ok(());
    expr.parts(&mut |child| {
        if result.is_ok() {
            result = check(bot, child);
        }
    });
    result
}

fn words(bot: &Bot, text: &Text) -> Result<(), Damage> {
    if text.variants.is_empty() {
        return Err(Damage::Missing {
            what: "a text's first language",
        });
    }
    // One variant a language, the first language's first: others are looked for behind it.
    let ascending = text
        .variants
        .windows(2)
        .all(|pair| pair[0].language < pair[1].language);
    if !ascending || text.variants[0].language != LanguageId(0) {
        return Err(Damage::Missing {
            what: "the order of a text's languages",
        });
    }
    for variant in &text.variants {
        check(bot, variant.language)?;
        for part in &variant.parts {
            let Part::Hole {
                value, ty, filters, ..
            } = part
            else {
                continue;
            };
            check(bot, *value)?;
            check(bot, *ty)?;
            for filter in filters {
                if let Filter::Plural(arms) | Filter::Select(arms) = filter {
                    check_all(bot, arms.arms.iter().map(|(_, arm)| *arm))?;
                    check_all(bot, arms.other)?;
                }
            }
        }
    }
    Ok(())
}

/// An expression may hold a text and a text an expression, so the two arenas are walked together: depth first
/// with an explicit stack.
fn no_cycle_of_expressions_and_texts(bot: &Bot) -> Result<(), Damage> {
    const UNSEEN: u32 = 0;
    const OPEN: u32 = u32::MAX;
    let exprs = bot.exprs.len();
    // Nodes: expressions first, then texts. A finished node holds its depth, counted from 1.
    let mut state = vec![UNSEEN; exprs + bot.texts.len()];
    let mut stack: Vec<(usize, usize, Vec<usize>)> = Vec::new();
    let inside = |node: usize| -> Vec<usize> {
        let mut found = Vec::new();
        if node < exprs {
            bot.exprs[node].parts(&mut |child| found.push(child.index()));
            if let Expr::Text(text) = bot.exprs[node] {
                found.push(exprs + text.index());
            }
        } else {
            for part in bot.texts[node - exprs]
                .variants
                .iter()
                .flat_map(|variant| &variant.parts)
            {
                let Part::Hole { value, filters, .. } = part else {
                    continue;
                };
                found.push(value.index());
                for filter in filters {
                    if let Filter::Plural(arms) | Filter::Select(arms) = filter {
                        found.extend(arms.arms.iter().map(|(_, arm)| exprs + arm.index()));
                        found.extend(arms.other.map(|arm| exprs + arm.index()));
                    }
                }
            }
        }
        found
    };
    for root in 0..state.len() {
        if state[root] != UNSEEN {
            continue;
        }
        state[root] = OPEN;
        stack.push((root, 0, inside(root)));
        while let Some((node, next, found)) = stack.last_mut() {
            if let Some(&child) = found.get(*next) {
                *next += 1;
                match state[child] {
                    OPEN => {
                        return Err(Damage::Cycle {
                            arena: "expressions and texts",
                        });
                    }
                    UNSEEN => {
                        state[child] = OPEN;
                        stack.push((child, 0, inside(child)));
                    }
                    _ => {}
                }
            } else {
                let depth = 1 + found.iter().map(|&child| state[child]).max().unwrap_or(0);
                if depth > MAX_DEPTH {
                    return Err(Damage::TooDeep {
                        arena: "expressions and texts",
                    });
                }
                state[*node] = depth;
                stack.pop();
            }
        }
    }
    Ok(())
}

fn message(bot: &Bot, template: &MessageTemplate) -> Result<(), Damage> {
    check_all(bot, template.text)?;
    check_all(bot, template.hint)?;
    check_all(bot, template.on_channel.iter().map(|(_, text)| *text))?;
    for media in &template.media {
        check(bot, media.source)?;
        check_all(bot, media.alt)?;
    }
    template.buttons.iter().try_for_each(|one| button(bot, one))?;
    if let Some(cards) = &template.cards {
        check(bot, cards.list)?;
        check_all(bot, cards.condition)?;
        check(bot, cards.title)?;
        check_all(bot, cards.text)?;
        check_all(bot, cards.image)?;
        check_all(bot, cards.alt)?;
        cards.buttons.iter().try_for_each(|one| button(bot, one))?;
    }
    if let Some((template, args)) = &template.template {
        check(bot, *template)?;
        check_all(bot, args.iter().copied())?;
    }
    Ok(())
}

fn button(bot: &Bot, button: &MessageButton) -> Result<(), Damage> {
    check(bot, button.label)?;
    match button.act {
        ButtonAct::Opens(target) | ButtonAct::Calls(target) => check(bot, target)?,
        ButtonAct::Leads(handler) => check(bot, handler)?,
        ButtonAct::Says => {}
    }
    check_all(bot, button.condition)
}

fn declarations(bot: &Bot) -> Result<(), Damage> {
    check_all(bot, bot.display_name)?;
    check_all(bot, bot.start)?;
    check_all(bot, bot.customer.iter().map(|field| field.ty))?;
    for field in &bot.customer {
        let ty = match &bot.types[field.ty.index()] {
            Type::Optional(of) => bot.types.get(of.index()),
            ty => Some(ty),
        };
        if !ty.is_some_and(|ty| field.merging.takes(ty)) {
            return Err(Damage::Bounds {
                what: "the way a customer field is merged",
            });
        }
    }
    check_all(bot, bot.config.iter().map(|value| value.ty))?;
    check_all(
        bot,
        bot.events
            .iter()
            .flat_map(|event| &event.fields)
            .map(|field| field.ty),
    )?;
    check_all(
        bot,
        bot.intents
            .iter()
            .flat_map(|intent| &intent.params)
            .map(|param| param.ty),
    )?;
    for call in &bot.calls {
        check_all(bot, call.params.iter().map(|param| param.ty))?;
        check_all(bot, call.gives)?;
        if call.timeout_ms < 0 {
            return Err(Damage::Bounds {
                what: "a call's time-out",
            });
        }
        for (at, (status, failure)) in call.statuses.iter().enumerate() {
            let twice = call.statuses[..at].iter().any(|(earlier, _)| earlier == status);
            if !(400..=599).contains(status) || *failure as usize >= call.fails.len() || twice {
                return Err(Damage::Bounds {
                    what: "the number of a failing answer",
                });
            }
        }
        if let Some(http) = &call.http {
            check(bot, http.url)?;
            check_all(bot, http.headers.iter().map(|(_, text)| *text))?;
            check_all(bot, http.body.iter().map(|(_, value, _)| *value))?;
            check_all(bot, http.body.iter().map(|(_, _, ty)| *ty))?;
        }
    }
    check_all(bot, bot.segments.iter().map(|segment| segment.condition))?;
    for experiment in &bot.experiments {
        check_all(bot, experiment.goal)?;
        check_all(bot, experiment.condition)?;
        if experiment
            .arms
            .iter()
            .map(|(_, weight)| u64::from(*weight))
            .sum::<u64>()
            .saturating_add(u64::from(experiment.hold_out))
            > 10_000
        {
            return Err(Damage::Bounds {
                what: "the weights of an experiment",
            });
        }
    }
    for template in &bot.templates {
        check_all(bot, template.params.iter().map(|param| param.ty))?;
        check(bot, template.text)?;
        check_all(bot, template.header)?;
        check_all(bot, template.footer)?;
        for media in &template.media {
            check(bot, media.source)?;
            check_all(bot, media.alt)?;
        }
        template.buttons.iter().try_for_each(|one| button(bot, one))?;
    }
    for goal in &bot.goals {
        check_all(bot, goal.condition)?;
        check_all(bot, goal.value)?;
        goal.on.iter().try_for_each(|what| occurrence(bot, what))?;
    }
    Ok(())
}

fn triggers(bot: &Bot) -> Result<(), Damage> {
    for trigger in &bot.triggers {
        for source in &trigger.sources {
            if let TriggerSource::On { what, condition } = source {
                occurrence(bot, what)?;
                check_all(bot, *condition)?;
            }
        }
        trigger.unless.iter().try_for_each(|what| occurrence(bot, what))?;
        check_all(bot, trigger.conditions.iter().copied())?;
        check_all(bot, trigger.needs.iter().copied())?;
        check(bot, trigger.start)?;
        check_all(bot, trigger.args.iter().copied())?;
    }
    Ok(())
}

fn occurrence(bot: &Bot, what: &Occurrence) -> Result<(), Damage> {
    match what {
        Occurrence::Event(event) => check(bot, *event),
        Occurrence::CommentAbout(intent) | Occurrence::Asked(intent) => check(bot, *intent),
        Occurrence::Entered(stage) => check(bot, *stage),
        Occurrence::Joined(segment) | Occurrence::Left(segment) => check(bot, *segment),
    }
}
