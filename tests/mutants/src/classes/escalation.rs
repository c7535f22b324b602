//! BF6: handing over to people.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use super::flow::is_only_started;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot::{self, Spot};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["nobody-came"],
        done: "an escalation does not say what happens if nobody comes",
        seed: nobody_came,
    },
    Class {
        names: &["closed-not-handled"],
        done: "an escalation does not say what happens while its queue is closed",
        seed: closed_not_handled,
    },
    Class {
        names: &["handover-cycle"],
        done: "what colleagues hand back is handed over again",
        seed: handover_cycle,
    },
    Class {
        names: &["bot-talks-over"],
        done: "the bot takes the word from a colleague",
        seed: bot_talks_over,
    },
    Class {
        names: &["rule-never-fires", "constant-condition"],
        done: "an `if` of `always` gets a condition that nobody fulfils",
        seed: rule_never_fires,
    },
    Class {
        names: &["queue-without-hours"],
        done: "a queue loses its hours",
        seed: queue_without_hours,
    },
    Class {
        names: &["queue-never-used"],
        done: "a queue is added that nothing mentions",
        seed: queue_never_used,
    },
    Class {
        names: &["brief-missing"],
        done: "colleagues get no brief",
        seed: brief_missing,
    },
    Class {
        names: &["no-way-back"],
        done: "a conversation that is handed back ends at once",
        seed: no_way_back,
    },
    Class {
        names: &["promise-without-people"],
        done: "an option that offers a person leads to none",
        seed: promise_without_people,
    },
    Class {
        names: &["colleague-forgets"],
        done: "an escalation does not say what happens if a colleague falls silent",
        seed: colleague_forgets,
    },
];

/// The item without all its children of a kind.
fn without(item: &Spot<'_>, kind: botflow_syntax::SyntaxKind, what: &str) -> Option<Mutant> {
    let gone = item.children(kind);
    if gone.is_empty() || gone.iter().any(|child| !child.alone()) {
        return None;
    }
    let mut mutant = Mutant::new(what).at(item.file(), item.range());
    for child in gone {
        mutant = mutant.replace(child.file(), child.lines(), "");
    }
    Some(mutant)
}

/// What the ways of an escalation run must be run elsewhere, too: else it would be a second mistake.
fn runs_nothing_else(item: &Spot<'_>, kind: botflow_syntax::SyntaxKind) -> bool {
    let runs = spot::all(item.bot, &[RunStmt]);
    item.children(kind)
        .iter()
        .flat_map(|child| child.within(RunStmt))
        .all(|run| {
            let path = run.child(Path).map(|path| path.text().to_owned());
            let others = runs
                .iter()
                .filter(|other| other.child(Path).map(|path| path.text().to_owned()) == path)
                .count();
            let mine = item
                .children(kind)
                .iter()
                .flat_map(|child| child.within(RunStmt))
                .count();
            others > mine
        })
}

fn nobody_came(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[EscalationItem])
        .iter()
        .filter(|item| runs_nothing_else(item, NobodyItem) && item.within(QueueTarget).is_empty())
        .filter_map(|item| without(item, NobodyItem, "no `nobody`"))
        .collect()
}

fn closed_not_handled(bot: &Bot) -> Vec<Mutant> {
    let open_always: Vec<String> = spot::all(bot, &[QueueItem])
        .iter()
        .filter(|queue| queue.text().contains("hours always"))
        .filter_map(Spot::name)
        .collect();
    spot::all(bot, &[EscalationItem])
        .iter()
        .filter(|item| runs_nothing_else(item, ClosedItem))
        .filter(|item| {
            item.children(ToSetting)
                .iter()
                .any(|to| to.name().is_some_and(|name| !open_always.contains(&name)))
        })
        .filter_map(|item| without(item, ClosedItem, "no `closed`"))
        .collect()
}

/// A step that hands over, and a way back to it behind that.
fn handover_cycle(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for step in spot::all(bot, &[Step]) {
        let Some(name) = step.name() else {
            continue;
        };
        let statements: Vec<Spot<'_>> = step.node.children().map(|node| step.of(node)).collect();
        if let [.., escalate, last] = &statements[..]
            && escalate.node.kind() == EscalateStmt
            && last.node.kind() == FinishStmt
            && statements
                .iter()
                .all(|spot| spot.within(AskStmt).is_empty() && spot.within(ChooseStmt).is_empty())
        {
            mutants.push(
                last.becomes("handed over again", format!("-> {name}"))
                    .at(step.file(), step.range()),
            );
        }
    }
    mutants
}

fn bot_talks_over(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for item in spot::all(bot, &[EscalationItem]) {
        if let Some(silent) = item.child(CustomerSilentItem)
            && silent.alone()
        {
            let text = format!(
                "customer silent 10m {{\n{0}  say \"Are you still there?\"\n{0}  return\n{0}}}",
                silent.indent()
            );
            mutants.push(silent.becomes("the bot talks on", text));
        }
    }
    mutants
}

fn rule_never_fires(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[IfHandler])
        .into_iter()
        .filter_map(|rule| {
            let condition = rule.node.first_child()?;
            let condition = rule.of(condition);
            let text = format!("{} and conversation.misunderstood < 0", condition.text());
            Some(condition.becomes("for nobody", text))
        })
        .collect()
}

fn queue_without_hours(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[QueueItem])
        .iter()
        .filter(|queue| queue.child(HoursSetting).is_some())
        // Who is only told something is waited for by nobody.
        .filter(|queue| {
            spot::all(bot, &[ToSetting, QueueTarget, AskQueueStmt])
                .iter()
                .any(|spot| spot.name() == queue.name())
        })
        .filter_map(|queue| {
            let without_hours = without(queue, HoursSetting, "no hours")?;
            // Days on which it is closed say nothing without hours.
            let mut mutant = without_hours;
            for closed in queue.children(ClosedSetting) {
                mutant = mutant.replace(closed.file(), closed.lines(), "");
            }
            Some(mutant)
        })
        .collect()
}

fn queue_never_used(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, source) in bot.project.sources.iter().enumerate() {
        let end = source.text.len();
        mutants.push(Mutant::new("nobody comes to it").replace(
            File::Flow(index),
            end..end,
            "\nqueue attic_desk {\n  hours always\n}\n",
        ));
    }
    mutants
}

fn brief_missing(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[EscalationItem])
        .iter()
        .filter_map(|item| without(item, BriefSetting, "no brief"))
        .collect()
}

/// Between the hand-over and the end nothing is said.
fn no_way_back(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for finish in spot::all(bot, &[FinishStmt]) {
        let Some(before) = finish.node.prev_sibling() else {
            continue;
        };
        if before.kind() == EscalateStmt && finish.text() == "finish resolved" {
            mutants.push(
                finish
                    .becomes("ends unresolved", "finish unresolved")
                    .at(finish.file(), finish.of(before).range()),
            );
        }
    }
    for flow in spot::all(bot, &[FlowItem]) {
        let last = flow.node.children().last().map(|node| flow.of(node));
        let escalation = spot::all(bot, &[EscalationItem]).first().and_then(Spot::name);
        if let (Some(last), Some(escalation)) = (last, escalation)
            && last.node.kind() == FinishStmt
            && last.text() == "finish unresolved"
            && is_only_started(&flow)
        {
            mutants.push(last.before("handed back to an end", &format!("escalate to {escalation}")));
        }
    }
    mutants
}

fn promise_without_people(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for choice in spot::all(bot, &[Choice]) {
        let (Some(label), Some(way)) = (choice.child(Text), choice.child(Arrow)) else {
            continue;
        };
        if label.text().contains("person") && !way.within(EscalateStmt).is_empty() {
            let text = format!(
                "{{\n{0}  say \"Our colleagues are happy to help.\"\n{0}}}",
                choice.indent()
            );
            mutants.push(
                way.becomes("and none comes", text)
                    .at(choice.file(), choice.range()),
            );
        }
    }
    mutants
}

fn colleague_forgets(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[EscalationItem])
        .iter()
        .filter_map(|item| without(item, OperatorSilentItem, "no `operator silent`"))
        .collect()
}
