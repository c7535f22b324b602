//! Effects as lines of a `.chat` file. Messages are written by `botflow-message`'s transcript; the rest is here.

use botflow_artifact::{Bot, PlaceId};
use botflow_machine::trigger::Decision;
use botflow_machine::{Beginner, CallRequest, Effect, Record, Starter, UpgradeNote, Withdrawn};
use smol_str::SmolStr;

use crate::engine::standpoint;
use crate::literal::{quoted, write, write_fields};

/// The line of an effect that is no message, without `* `; `None` for what only the host cares about (timers).
pub fn effect(bot: &Bot, effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Send(_) | Effect::SetTimer { .. } | Effect::CancelTimer { .. } => return None,
        Effect::Call(request) => call(bot, request),
        Effect::HandOver(hand_over) => {
            let queue = &bot.queues[hand_over.queue.index()].name;
            let escalation = &bot.escalations[hand_over.escalation.index()].name;
            format!("escalate to {escalation} in queue {queue}")
        }
        Effect::Requeue { queue } => format!("pass to queue {}", bot.queues[queue.index()].name),
        Effect::Withdraw {
            queue, reason, came, ..
        } => {
            let queue = match queue {
                Some(queue) => format!(" {}", bot.queues[queue.index()].name),
                None => String::new(),
            };
            let gone = matches!(reason, Withdrawn::CustomerSilent | Withdrawn::CustomerLeft);
            let abandoned = if gone && !came { ", nobody had come" } else { "" };
            format!("withdraw from queue{queue}: {}{abandoned}", reason.words())
        }
        Effect::Joined { operator } => format!("{operator} is there"),
        Effect::Left { operator } => format!("{operator} has gone"),
        Effect::Assign { operator } => format!("assign to {operator}"),
        Effect::OperatorStarts { operator, flow } => {
            format!("{operator} starts {}", bot.flows[flow.index()].name)
        }
        Effect::OperatorRefused { operator, reason } => format!("refuse {operator}: {}", reason.words()),
        Effect::ColleagueAnswered { operator } => format!("{operator} has answered"),
        Effect::Forward { text, media } => match media {
            Some(media) => format!("forward {}", write(bot, None, media)),
            None => format!("forward {}", quoted(text)),
        },
        Effect::Relay {
            operator,
            text,
            media,
        } => match media {
            Some(media) => format!("relay {operator} {}", write(bot, None, media)),
            None => format!("relay {operator} {}", quoted(text)),
        },
        Effect::AskQueue { queue, question } => {
            format!(
                "ask queue {} {}",
                bot.queues[queue.index()].name,
                quoted(question)
            )
        }
        Effect::SendCode { field, code, .. } => {
            format!(
                "send code {code} to customer.{}",
                bot.customer[field.index()].name
            )
        }
        Effect::Remember { field, value } => {
            let field = &bot.customer[field.index()];
            format!(
                "remember customer.{} = {}",
                field.name,
                write(bot, Some(field.ty), value)
            )
        }
        Effect::Forget { field } => format!("forget customer.{}", bot.customer[field.index()].name),
        Effect::Verified { field } => format!("verified customer.{}", bot.customer[field.index()].name),
        Effect::Identify { field, .. } => {
            format!("identify by customer.{}", bot.customer[field.index()].name)
        }
        Effect::Stage { to, .. } => format!("stage {}", bot.stages[to.index()]),
        Effect::Asked(intent) => format!("asked {}", bot.intents[intent.index()].name),
        Effect::Tag(tag) => format!("tag {}", quoted(tag)),
        Effect::Track { name, values } => {
            let values: Vec<_> = values
                .iter()
                .map(|(name, value)| format!("{name}: {}", write(bot, None, value)))
                .collect();
            format!("track {name}({})", values.join(", "))
        }
        Effect::Note(text) => format!("note {}", quoted(text)),
        Effect::Tell { queue, text } => {
            format!("tell queue {} {}", bot.queues[queue.index()].name, quoted(text))
        }
        Effect::Consent(record) => {
            let word = if record.granted { "granted" } else { "withdrawn" };
            let consent = &bot.consents[record.consent.index()];
            if record.channel == record.said_on {
                format!("consent {consent} {word}")
            } else {
                format!("consent {consent} {word} on {}", record.channel)
            }
        }
        Effect::OptedOut { .. } => "opted out".into(),
        Effect::OptedIn { .. } => "opted in".into(),
        Effect::Unproven { field } => format!("unproven customer.{}", bot.customer[field.index()].name),
        Effect::Refused { name, reason } => format!("refused customer.{name}: {}", reason.words()),
        Effect::Withheld { channel, reason } => format!("withheld on {channel}: {}", reason.words()),
        Effect::Exposed { experiment, arm } => {
            let experiment = &bot.experiments[experiment.index()];
            let arm = arm.and_then(|arm| experiment.arms.get(arm as usize));
            format!(
                "arm {} {}",
                experiment.name,
                arm.map_or("held out", |(name, _)| name)
            )
        }
        Effect::Parked => "parked".into(),
        Effect::GoesOn => "goes on".into(),
        Effect::Finished { outcome, label } => match label {
            Some(label) => format!("finish {} as {label}", outcome.name()),
            None => format!("finish {}", outcome.name()),
        },
        Effect::Record(known) => record(bot, known),
        Effect::Fault(fault) => format!("fault {fault:?}").to_lowercase(),
    })
}

/// Something that is recorded for figures.
fn record(bot: &Bot, record: &Record) -> String {
    let at = |place: &PlaceId| standpoint(bot, *place).to_string();
    let after = |tries: &u32| match tries {
        0 => String::new(),
        1 => " after 1 failed try".to_owned(),
        tries => format!(" after {tries} failed tries"),
    };
    match record {
        Record::Began { number, by } => {
            let by = match by {
                Beginner::Customer => "the customer".to_owned(),
                Beginner::Outside(Starter::Host) => "the host".to_owned(),
                Beginner::Outside(Starter::Operator) => "an operator".to_owned(),
                Beginner::Outside(Starter::Trigger { name, .. }) => format!("trigger {name}"),
            };
            format!("conversation {number} begun by {by}")
        }
        Record::Put { place, again: false } => format!("asks {}", at(place)),
        Record::Put { place, again: true } => format!("asks {} again", at(place)),
        Record::Answered {
            place,
            tries,
            asked: true,
        } => format!("answered {}{}", at(place), after(tries)),
        Record::Answered {
            place, asked: false, ..
        } => format!("answered {} unasked", at(place)),
        Record::GivenUp { place, tries, why } => {
            format!("given up {}: {}{}", at(place), why.words(), after(tries))
        }
        Record::Outdated { place, tries } => {
            let why = botflow_machine::GivenUp::Outdated.words();
            format!("given up {place}: {why}{}", after(tries))
        }
        Record::Unclear { place, checked, text } => {
            let what = if *checked { "refused" } else { "unclear" };
            let text = text.as_ref().map(|text| format!(" {}", quoted(text)));
            format!("{what} at {}{}", at(place), text.unwrap_or_default())
        }
        Record::Corrected { place } => format!("corrected {}", at(place)),
        Record::Known { faq, entry } => {
            let entries = bot.faqs.get(*faq as usize).map(|faq| &faq.entries);
            let heading = entries
                .and_then(|entries| entries.get(*entry as usize))
                .and_then(|(headings, _)| headings.first());
            format!("faq {}", quoted(heading.map_or("", SmolStr::as_str)))
        }
    }
}

/// `call a.b(x: 1)`.
pub fn call(bot: &Bot, request: &CallRequest) -> String {
    let call = &bot.calls[request.call.index()];
    let declared = call.params.iter().map(|param| (&param.name, param.ty));
    format!("call {}{}", call.name, write_fields(bot, declared, &request.args))
}

/// What becomes of a trigger, without `* `.
pub fn decision(bot: &Bot, decision: &Decision) -> String {
    match decision {
        Decision::Start {
            trigger,
            flow,
            channel,
            ..
        } => {
            let trigger = &bot.triggers[trigger.index()].name;
            let flow = &bot.flows[flow.index()].name;
            format!("trigger {trigger} starts {flow} on {channel}")
        }
        Decision::Passed { trigger, reason } => {
            let trigger = &bot.triggers[trigger.index()].name;
            format!("trigger {trigger} passed: {}", reason.words())
        }
        Decision::Reached(reached) => {
            let goal = &bot.goals[reached.goal.index()].name;
            let value = match reached.value.is_known() {
                true => format!(" value {}", write(bot, None, &reached.value)),
                false => String::new(),
            };
            let credit: Vec<String> = (reached.credit.iter())
                .map(|(_, number)| number.to_string())
                .collect();
            match credit.is_empty() {
                true => format!("goal {goal}{value} without credit"),
                false => format!("goal {goal}{value} credit {}", credit.join(", ")),
            }
        }
        Decision::Removed => "trigger removed".into(),
        Decision::Refused { name, reason } => format!("refused {name}: {}", reason.words()),
    }
}

/// What an upgrade changed, without `* `.
pub fn upgrade(old: &Bot, note: &UpgradeNote) -> String {
    match note {
        UpgradeNote::Stranded { place, why } => format!("stranded at {place}: {}", why.words()),
        UpgradeNote::Stopped { trigger, why } => format!("trigger {trigger} stopped: {}", why.words()),
        UpgradeNote::HandOver {
            escalation,
            queue,
            ended,
        } => match ended {
            true => format!("hand-over {escalation} in queue {queue} ended: removed"),
            false => format!("queue {queue} of hand-over {escalation}: removed"),
        },
        UpgradeNote::Dropped { name, value, why } => {
            format!("dropped {name} ({}): {}", write(old, None, value), why.words())
        }
    }
}
