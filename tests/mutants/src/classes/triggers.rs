//! BF5: triggers, experiments and goals.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use crate::corpus::Bot;
use crate::mutant::Mutant;
use crate::spot::{self, Spot};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["no-consent"],
        done: "a trigger advertises with leave for something else, or writes on a channel without leave",
        seed: no_consent,
    },
    Class {
        names: &["stop-shadowed"],
        done: "an intent gets a word that the law keeps for \"no more messages\"",
        seed: stop_shadowed,
    },
    Class {
        names: &["no-frequency-cap"],
        done: "the cap is taken from a trigger, and the bot's with it",
        seed: no_frequency_cap,
    },
    Class {
        names: &["no-quiet-hours"],
        done: "the hours are taken from a trigger",
        seed: no_quiet_hours,
    },
    Class {
        names: &["same-event-same-priority"],
        done: "a trigger is written once more under another name",
        seed: same_event_same_priority,
    },
    Class {
        names: &["never-fires"],
        done: "a trigger gets a condition that nobody fulfils",
        seed: never_fires,
    },
    Class {
        names: &["fires-on-itself"],
        done: "a trigger is set off by the reading of its own message",
        seed: fires_on_itself,
    },
    Class {
        names: &["too-many-together"],
        done: "the limit of all triggers is taken away, or less than what one event sets off",
        seed: too_many_together,
    },
    Class {
        names: &["experiments-overlap"],
        done: "a conversation takes part in an experiment more, with the same goal",
        seed: experiments_overlap,
    },
    Class {
        names: &["unreachable-audience"],
        done: "a trigger without a template writes only where a business may not begin",
        seed: unreachable_audience,
    },
    Class {
        names: &["experiment-weights"],
        done: "the share of an arm grows",
        seed: experiment_weights,
    },
    Class {
        names: &["experiment-never-joins"],
        done: "an experiment is for people whom there are not",
        seed: experiment_never_joins,
    },
    Class {
        names: &["experiment-without-goal"],
        done: "an experiment loses its goal",
        seed: experiment_without_goal,
    },
    Class {
        names: &["unverified-identity"],
        done: "an address counts without having been proven",
        seed: unverified_identity,
    },
    Class {
        names: &["goal-never-reached"],
        done: "a goal gets a condition that nothing fulfils",
        seed: goal_never_reached,
    },
];

fn no_consent(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let flows = spot::all(bot, &[FlowItem]);
    let for_marketing: Vec<String> = spot::all(bot, &[TemplateItem])
        .iter()
        .filter(|template| template.text().contains("category marketing"))
        .filter_map(Spot::name)
        .collect();
    for trigger in spot::all(bot, &[TriggerItem]) {
        let (Some(needs), Some(via)) = (trigger.child(NeedsSetting), trigger.child(ViaSetting)) else {
            continue;
        };
        let started = trigger
            .child(StartStmt)
            .and_then(|start| start.child(Path).map(|path| path.text().to_owned()));
        let Some(flow) = flows.iter().find(|flow| flow.name() == started) else {
            continue;
        };
        // Something for marketing goes out with leave for something else.
        let mut templates = flow.within(TemplateUseItem);
        templates.truncate(if templates.len() == 1 { 1 } else { 0 });
        let advertises = templates.into_iter().find(|template| {
            template
                .child(Path)
                .is_some_and(|path| for_marketing.iter().any(|name| name == path.text()))
        });
        if let Some(template) = advertises
            && needs.text() == "needs consent marketing"
        {
            mutants.push(
                needs
                    .becomes("with another leave", "needs consent service")
                    .at(template.file(), {
                        template
                            .above(SayStmt)
                            .map_or(template.range(), |say| say.range())
                    }),
            );
        }
        // A message leaves the channels for which there is leave.
        if !via.text().contains("sms")
            && spot::all(bot, &[ChannelsSetting])
                .iter()
                .any(|channels| channels.text().contains("sms"))
            && let Some(say) = flow.children(SayStmt).into_iter().next()
            && say.child(Text).is_some()
            && say.child(ViaClause).is_none()
        {
            let at = say.range().start + "say".len();
            mutants.push(Mutant::new("by another channel").replace(say.file(), at..at, " via sms"));
        }
    }
    mutants
}

fn stop_shadowed(bot: &Bot) -> Vec<Mutant> {
    let by_phone = spot::all(bot, &[ChannelsSetting])
        .iter()
        .any(|channels| channels.text().contains("sms"));
    if !by_phone {
        return Vec::new();
    }
    spot::all(bot, &[IntentItem])
        .into_iter()
        // Who asks for fewer messages, or for mails, is understood.
        .filter(|intent| !intent.text().contains("no more") && !intent.text().contains("mails"))
        .filter_map(|intent| {
            let words = intent.child(WordsClause)?;
            (words.child(LanguageCode).is_none()).then_some(words)
        })
        .map(|words| {
            let at = words.range().end;
            Mutant::new("`stop`").replace(words.file(), at..at, ", \"stop\"")
        })
        .collect()
}

fn no_frequency_cap(bot: &Bot) -> Vec<Mutant> {
    let of_the_bot = spot::all(bot, &[ProactiveSetting]);
    let triggers = spot::all(bot, &[TriggerItem]);
    // Every other trigger that writes first has its own cap.
    let begun_by_customers = |trigger: &Spot<'_>| {
        ["comment_posted", "referral_opened", "opted_in"]
            .iter()
            .any(|event| trigger.text().contains(event))
    };
    if triggers
        .iter()
        .any(|trigger| trigger.child(CapSetting).is_none() && !begun_by_customers(trigger))
    {
        return Vec::new();
    }
    let mut mutants = Vec::new();
    for trigger in &triggers {
        if let Some(cap) = trigger.child(CapSetting) {
            let mut mutant = cap.gone("without a cap").at(trigger.file(), trigger.range());
            for cap in &of_the_bot {
                mutant = mutant.prepare(cap.file(), cap.lines(), "");
            }
            mutants.push(mutant);
        }
    }
    mutants
}

fn no_quiet_hours(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[TriggerItem])
        .into_iter()
        .filter_map(|trigger| {
            let between = trigger.child(BetweenSetting)?;
            // Mails and what is read on the page wake nobody, and what is soon given up is meant to come at once.
            let via = trigger.child(ViaSetting)?;
            let rings = ["whatsapp", "viber", "sms", "messenger"]
                .iter()
                .any(|channel| via.text().contains(channel));
            let expires = trigger.child(ExpiresSetting)?;
            let waits = expires.text().ends_with('d');
            // Who has just joined a segment or asked something is awake.
            let later = trigger.child(AfterSetting).is_some()
                || !trigger.within(EventSource).is_empty()
                || trigger.child(EverySetting).is_some();
            (rings && waits && later).then_some(())?;
            Some(between.gone("at any hour").at(trigger.file(), trigger.range()))
        })
        .collect()
}

fn same_event_same_priority(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for trigger in spot::all(bot, &[TriggerItem]) {
        let (Some(name), Some(token)) = (trigger.name(), trigger.token(Name)) else {
            continue;
        };
        // Schedules have no event; and what begins with a customer happens once.
        if trigger.child(OnSetting).is_none() {
            continue;
        }
        let start = trigger.range().start;
        let named = spot::range(token.text_range());
        let text = trigger.text();
        let copy = format!(
            "\n\n{}{name}_again{}",
            &text[..named.start - start],
            &text[named.end - start..]
        );
        let at = trigger.range().end;
        // Either of the two is right.
        mutants.push(
            Mutant::new("once more")
                .replace(trigger.file(), at..at, copy)
                .at(trigger.file(), trigger.range().start..at),
        );
    }
    mutants
}

/// Adds a condition that nothing fulfils, for a field that the bot's card has.
fn impossible(bot: &Bot) -> Option<String> {
    let field = spot::all(bot, &[Field])
        .into_iter()
        .find(|field| field.text().contains(": integer = ") && field.above(CustomerItem).is_some())?
        .name()?;
    Some(format!("if customer.{field} > 8 and customer.{field} < 3"))
}

fn never_fires(bot: &Bot) -> Vec<Mutant> {
    let Some(condition) = impossible(bot) else {
        return Vec::new();
    };
    let mut mutants = Vec::new();
    for trigger in spot::all(bot, &[TriggerItem]) {
        if trigger.child(IfSetting).is_some() {
            continue;
        }
        let source = trigger.child(OnSetting).or_else(|| trigger.child(EverySetting));
        if let Some(source) = source {
            mutants.push(
                source
                    .behind("for nobody", &condition)
                    .at(trigger.file(), trigger.range()),
            );
        }
    }
    mutants
}

fn fires_on_itself(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for trigger in spot::all(bot, &[TriggerItem]) {
        let Some(on) = trigger.child(OnSetting) else {
            continue;
        };
        // What it starts needs nothing of the event.
        if let Some(source) = on.child(EventSource)
            && !trigger.text().contains("event.")
            && trigger.child(UnreadSetting).is_none()
            && trigger.child(NeedsSetting).is_some()
            && source.child(Path).is_some_and(|path| {
                // Something else has to mention the event: one that is not used would be a second mistake.
                let text = &bot.project.sources;
                let mentions: usize = text
                    .iter()
                    .map(|source| source.text.matches(path.text()).count())
                    .sum();
                mentions > 2
            })
        {
            mutants.push(
                source
                    .becomes("set off by its own message", "message_read")
                    .at(trigger.file(), trigger.range()),
            );
        }
    }
    mutants
}

/// Takes the limit of all triggers away, where each has its own; or makes it less than what one event sets off.
fn too_many_together(bot: &Bot) -> Vec<Mutant> {
    let triggers = spot::all(bot, &[TriggerItem]);
    let mut mutants = Vec::new();
    for limit in spot::all(bot, &[ProactiveSetting]) {
        let Some(item) = limit.above(BotItem) else {
            continue;
        };
        for own in ["at most 2 in 1d", "at most 5 in 7d", "at most 9 in 7d"] {
            let mut mutant = limit.gone("no limit of all").at(item.file(), item.range());
            for trigger in triggers
                .iter()
                .filter(|trigger| trigger.child(CapSetting).is_none())
            {
                if let Some(start) = trigger.child(StartStmt) {
                    let at = start.lines().start;
                    mutant = mutant.prepare(start.file(), at..at, format!("{}{own}\n", start.indent()));
                }
            }
            mutants.push(mutant);
        }
    }
    // One event sets off a trigger, and a second one a little later, which nothing lets through.
    for trigger in &triggers {
        let (Some(name), Some(token), Some(on)) =
            (trigger.name(), trigger.token(Name), trigger.child(OnSetting))
        else {
            continue;
        };
        let plain = [
            CapSetting,
            IfSetting,
            UnreadSetting,
            EverySetting,
            UndeliveredSetting,
        ];
        // Others of the same event would be too many, too.
        let same = triggers
            .iter()
            .filter(|other| {
                other
                    .child(OnSetting)
                    .is_some_and(|other| other.text() == on.text())
            })
            .count();
        let bound = same > 1 || plain.iter().any(|kind| trigger.child(*kind).is_some());
        let proactive = trigger.child(NeedsSetting).is_some();
        if bound || !proactive || on.child(IfClause).is_some() || trigger.text().contains("unless") {
            continue;
        }
        let at = trigger.range().end;
        let start = trigger.range().start;
        let named = spot::range(token.text_range());
        let text = trigger.text();
        for limit in spot::all(bot, &[ProactiveSetting]) {
            let mut copies = String::new();
            for (nth, hours) in [5, 7, 9].into_iter().enumerate() {
                let copy = format!(
                    "{}{name}_{nth}{}",
                    &text[..named.start - start],
                    &text[named.end - start..]
                );
                let later = match trigger.child(AfterSetting) {
                    Some(after) => copy.replace(after.text(), &format!("after {hours}h")),
                    None => copy.replacen(on.text(), &format!("{}\n  after {hours}h", on.text()), 1),
                };
                copies.push_str(&format!("\n\n{later}"));
            }
            mutants.push(
                Mutant::new("more than are let through")
                    .replace(trigger.file(), at..at, copies)
                    .replace(limit.file(), limit.range(), "proactive at most 3 in 30d")
                    .at(trigger.file(), start..at),
            );
        }
    }
    mutants
}

/// The same experiment once more under another name, joined where the first one is.
fn experiments_overlap(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for item in spot::all(bot, &[ExperimentItem]) {
        let (Some(name), Some(_)) = (item.name(), item.child(GoalSetting)) else {
            continue;
        };
        let goal = item.child(GoalSetting).map_or("", |goal| goal.text());
        let condition = item.child(IfSetting).map_or("", |condition| condition.text());
        let declared = format!(
            "\n\nexperiment one_more {{\n  {condition}\n  this_way 50%\n  that_way 50%\n  {goal}\n}}\n"
        );
        let joined = "vary one_more {\n  this_way {\n    say \"It is good today.\"\n  }\n  that_way {\n    say \"It is \
                      better today.\"\n  }\n}";
        let end = item.range().end;
        for vary in spot::all(bot, &[VaryStmt]) {
            if vary.child(Path).is_none_or(|path| path.text() != name) {
                continue;
            }
            // What begins where only a template may begins with it.
            let begins = vary.text().contains("template");
            // Which of the two comes second is told there.
            let place = vary.lines().start..vary.lines().end;
            mutants.push(
                vary.behind("behind the first", joined)
                    .replace(item.file(), end..end, declared.clone())
                    .at(vary.file(), place.clone()),
            );
            if begins {
                continue;
            }
            mutants.push(
                vary.before("before the first", joined)
                    .replace(item.file(), end..end, declared.clone())
                    .at(vary.file(), place),
            );
        }
    }
    mutants
}

fn unreachable_audience(bot: &Bot) -> Vec<Mutant> {
    let channels: String = spot::all(bot, &[ChannelsSetting])
        .iter()
        .map(|spot| spot.text())
        .collect();
    if !channels.contains("messenger") {
        return Vec::new();
    }
    let mut mutants = Vec::new();
    for trigger in spot::all(bot, &[TriggerItem]) {
        let later = (trigger.child(AfterSetting))
            .and_then(|after| after.token(Duration))
            .is_some_and(|after| after.text().ends_with('d'));
        // What is said by another channel on purpose would be withheld.
        let started = trigger
            .child(StartStmt)
            .and_then(|start| start.child(Path).map(|path| path.text().to_owned()));
        let elsewhere = spot::all(bot, &[FlowItem])
            .iter()
            .any(|flow| flow.name() == started && !flow.within(ViaClause).is_empty());
        if let Some(via) = trigger.child(ViaSetting)
            && later
            && !elsewhere
            && trigger.child(UnreadSetting).is_none()
        {
            mutants.push(via.becomes("where nobody may begin", "via messenger"));
        }
    }
    mutants
}

fn experiment_weights(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[ArmSetting])
        .into_iter()
        .filter_map(|arm| {
            let share = arm.token(Percent)?;
            let item = arm.above(ExperimentItem)?;
            Some(
                arm.token_into(&share, "too large a share", "93%")
                    .at(item.file(), item.range()),
            )
        })
        .collect()
}

fn experiment_never_joins(bot: &Bot) -> Vec<Mutant> {
    let Some(condition) = impossible(bot) else {
        return Vec::new();
    };
    spot::all(bot, &[ExperimentItem])
        .into_iter()
        .filter(|item| item.child(IfSetting).is_none())
        .filter_map(|item| {
            let last = item.children(ArmSetting).pop()?;
            Some(
                last.behind("for nobody", &condition)
                    .at(item.file(), item.range()),
            )
        })
        .collect()
}

fn experiment_without_goal(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[ExperimentItem])
        .into_iter()
        .filter_map(|item| {
            let goal = item.child(GoalSetting)?;
            Some(goal.gone("no goal").at(item.file(), item.range()))
        })
        .collect()
}

fn unverified_identity(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for verify in spot::all(bot, &[VerifyStmt]) {
        let Some(holder) = verify.parent() else {
            continue;
        };
        let identify = holder.children(IdentifyStmt);
        // A way of the code that leads to a step must not be the only one.
        if let Some(identify) = identify.first()
            && verify.within(StepTarget).is_empty()
        {
            mutants.push(verify.gone("not proven").at(identify.file(), identify.range()));
        }
    }
    for flow in spot::all(bot, &[FlowItem]) {
        for ask in flow.children(AskStmt) {
            let Some(field) = ask.child(CustomerRef) else {
                continue;
            };
            if matches!(field.text(), "customer.email" | "customer.phone") && ask.above(FormStmt).is_none() {
                mutants.push(ask.behind("taken for somebody", &format!("identify by {}", field.text())));
            }
        }
    }
    mutants
}

fn goal_never_reached(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for goal in spot::all(bot, &[GoalItem]) {
        let sources = goal.children(OnSetting);
        if let [on] = &sources[..]
            && on.child(IfClause).is_none()
            && goal
                .child(ValueSetting)
                .is_some_and(|value| value.text() == "value event.total")
        {
            let text = format!("{} if event.total > 100 EUR and event.total < 50 EUR", on.text());
            mutants.push(on.becomes("for nothing", text).at(goal.file(), goal.range()));
        }
        if let Some(credit) = goal.child(CreditSetting) {
            mutants.push(
                credit
                    .becomes("no time for credit", "credit 0s")
                    .at(goal.file(), goal.range()),
            );
        }
    }
    mutants
}
