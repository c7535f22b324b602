//! BF2: the graph of a conversation.

use botflow_syntax::SyntaxKind::{self, *};

use super::Class;
use crate::corpus::Bot;
use crate::mutant::Mutant;
use crate::spot::{self, Spot, indented};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["unreachable-step"],
        done: "two steps are added that only lead to each other",
        seed: unreachable_step,
    },
    Class {
        names: &["unreachable-flow"],
        done: "two flows are added that only start each other",
        seed: unreachable_flow,
    },
    Class {
        names: &["dead-end"],
        done: "a question with nothing but a link is added, and `always` leads nobody out",
        seed: dead_end,
    },
    Class {
        names: &["step-falls-off"],
        done: "the last `finish` or way of a step is taken away",
        seed: step_falls_off,
    },
    Class {
        names: &["no-way-out"],
        done: "a question is added whose only answer puts it again",
        seed: no_way_out,
    },
    Class {
        names: &["talks-to-itself"],
        done: "a step that waits for nobody leads to itself",
        seed: talks_to_itself,
    },
    Class {
        names: &["runs-itself"],
        done: "a flow runs itself",
        seed: runs_itself,
    },
    Class {
        names: &["ends-without-outcome"],
        done: "the last `finish` of a flow that is started is taken away",
        seed: ends_without_outcome,
    },
    Class {
        names: &["digression-ends-conversation"],
        done: "a flow that a handler runs finishes the conversation",
        seed: digression_ends_conversation,
    },
    Class {
        names: &["duplicate-place"],
        done: "a second question without a name is put into a step",
        seed: duplicate_place,
    },
    Class {
        names: &["nags-for-ever"],
        done: "silence at a question is answered by a message, and nothing ends it",
        seed: nags_for_ever,
    },
    Class {
        names: &["statement-never-runs"],
        done: "a message is added behind `finish`",
        seed: statement_never_runs,
    },
    Class {
        names: &["unknown-target"],
        done: "the name of a step is misspelt where a way leads to it",
        seed: unknown_target,
    },
    Class {
        names: &["wait-in-loop"],
        done: "a question is asked for each thing of a list",
        seed: wait_in_loop,
    },
    Class {
        names: &["never-asked", "duplicate-place"],
        done: "what has just been asked and remembered is asked again",
        seed: never_asked,
    },
    Class {
        names: &["handler-never-hears"],
        done: "a handler is written twice",
        seed: handler_never_hears,
    },
    Class {
        names: &["clocks-out-of-order"],
        done: "the clocks of a question change places",
        seed: clocks_out_of_order,
    },
    Class {
        names: &["nothing-to-ask-again"],
        done: "a flow begins with `again`",
        seed: nothing_to_ask_again,
    },
];

/// Whether a flow is begun by `start`, by the bot or by a trigger, and never run.
pub fn is_only_started(flow: &Spot<'_>) -> bool {
    let Some(name) = flow.name() else {
        return false;
    };
    let means = |spot: &Spot<'_>| spot.child(Path).is_some_and(|path| path.text() == name);
    spot::all(flow.bot, &[StartStmt]).iter().any(means) && !spot::all(flow.bot, &[RunStmt]).iter().any(means)
}

/// Whether a flow is run, and never started.
fn is_only_run(flow: &Spot<'_>) -> bool {
    let Some(name) = flow.name() else {
        return false;
    };
    let means = |spot: &Spot<'_>| spot.child(Path).is_some_and(|path| path.text() == name);
    spot::all(flow.bot, &[RunStmt]).iter().any(means) && !spot::all(flow.bot, &[StartStmt]).iter().any(means)
}

/// Whether a conversation may wait in this node.
fn waits(spot: &Spot<'_>) -> bool {
    const WAITING: &[SyntaxKind] = &[
        AskStmt,
        AskQueueStmt,
        ChooseStmt,
        FormStmt,
        WaitStmt,
        WaitForStmt,
        EscalateStmt,
        VerifyStmt,
        Call,
        RunStmt,
    ];
    WAITING.iter().any(|kind| !spot.within(*kind).is_empty())
}

/// The last statement of a flow or a step.
fn last_statement<'b>(spot: &Spot<'b>) -> Option<Spot<'b>> {
    let last = spot.node.children().filter(|node| node.kind() != Step).last()?;
    Some(spot.of(last)).filter(Spot::alone)
}

fn unreachable_step(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        if let Some(step) = flow.children(Step).last() {
            let text = "\nstep far_away {\n  choose \"Is it nice here?\" {\n    \"Yes\" -> further_away\n    \"No\" -> \
                        further_away\n    silence 5m -> further_away\n  }\n}\n\nstep further_away {\n  say \"Quite \
                        so.\"\n  choose \"Back again?\" {\n    \"Yes\" -> far_away\n    \"No\" -> finish resolved\n    \
                        silence 5m -> finish abandoned\n  }\n}";
            let at = step.lines().end;
            mutants.push(Mutant::new("an island").replace(
                step.file(),
                at..at,
                indented(step.indent(), text),
            ));
        }
    }
    mutants
}

fn unreachable_flow(bot: &Bot) -> Vec<Mutant> {
    let text = "\nflow far_away {\n  choose \"Is it nice here?\" {\n    \"Yes\" -> start further_away\n    \"No\" -> \
                finish resolved\n    silence 5m -> finish abandoned\n  }\n}\n\nflow further_away {\n  say \"Quite \
                so.\"\n  start far_away\n}\n";
    let mut mutants = Vec::new();
    for (index, source) in bot.project.sources.iter().enumerate() {
        let end = source.text.len();
        mutants.push(Mutant::new("an island").replace(crate::mutant::File::Flow(index), end..end, text));
    }
    mutants
}

/// Takes `always` away, and gives every question its own ways out.
fn left_alone(mut mutant: Mutant, bot: &Bot) -> Mutant {
    for always in spot::all(bot, &[AlwaysItem]) {
        mutant = mutant.prepare(always.file(), always.lines(), "");
    }
    for other in spot::all(bot, &[AskStmt, ChooseStmt, VerifyStmt]) {
        let mut items = String::new();
        let has = |kind: SyntaxKind| other.child(kind).is_some();
        let ends = other
            .children(SilenceItem)
            .iter()
            .any(|clock| clock.child(Text).is_none());
        if !ends {
            items.push_str("silence 20d -> finish abandoned\n");
        }
        if !has(TriesItem) {
            items.push_str("tries 9 -> finish unresolved\n");
        }
        match other.node.kind() {
            AskStmt if !has(InvalidItem) => items.push_str("invalid \"Once more, please.\"\n"),
            ChooseStmt if !has(OtherwiseItem) => items.push_str("otherwise \"One of these, please.\"\n"),
            _ => {}
        }
        let lines = indented(&format!("{}  ", other.indent()), &items);
        mutant = match other.block_end() {
            Some(at) => mutant.prepare(other.file(), at..at, lines),
            None => {
                let at = other.range().end;
                mutant.prepare(other.file(), at..at, format!(" {{\n{lines}{}}}", other.indent()))
            }
        };
    }
    mutant
}

/// A question is added that nobody gets out of: where `always` leads nobody out either.
fn stuck(bot: &Bot, question: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for last in spot::all(bot, &[FinishStmt]) {
        let holder = last.parent().map(|parent| parent.node.kind());
        let leads = last
            .above(FlowItem)
            .is_some_and(|flow| flow.child(OpenClause).is_none());
        if last.alone() && leads && matches!(holder, Some(FlowItem | Step)) {
            mutants.push(left_alone(last.before("nobody gets out", question), bot));
        }
    }
    mutants
}

fn dead_end(bot: &Bot) -> Vec<Mutant> {
    stuck(
        bot,
        "choose here_it_is \"Here it is.\" {\n  \"Open it\" opens \"https://shop.example/here\"\n}",
    )
}

fn no_way_out(bot: &Bot) -> Vec<Mutant> {
    stuck(
        bot,
        "choose terms_of_use \"Do you accept our terms?\" {\n  \"Not yet\" {\n    say \"Then we cannot go on.\"\n    \
         -> again\n  }\n}",
    )
}

fn step_falls_off(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for step in spot::all(bot, &[Step]) {
        let (Some(last), Some(flow)) = (last_statement(&step), step.above(FlowItem)) else {
            continue;
        };
        let leaves = match last.node.kind() {
            FinishStmt => true,
            // The step it leads to must be reached from elsewhere, too.
            Arrow => last.child(StepTarget).is_some_and(|target| {
                flow.within(StepTarget)
                    .iter()
                    .filter(|other| other.text() == target.text())
                    .count()
                    > 1
            }),
            _ => false,
        };
        if leaves {
            mutants.push(last.gone("no last statement").at(step.file(), step.range()));
        }
    }
    mutants
}

fn talks_to_itself(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for step in spot::all(bot, &[Step]) {
        let (Some(last), Some(name)) = (last_statement(&step), step.name()) else {
            continue;
        };
        if last.node.kind() == FinishStmt && !waits(&step) {
            mutants.push(
                last.becomes("round and round", format!("-> {name}"))
                    .at(step.file(), step.range()),
            );
        }
    }
    mutants
}

fn runs_itself(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let (Some(name), Some(first)) = (flow.name(), flow.children(SayStmt).into_iter().next()) else {
            continue;
        };
        if flow.child(Params).is_none() && is_only_run(&flow) {
            mutants.push(
                first.behind(
                    "runs itself",
                    &format!("if customer_is_patient() {{\n  run {name}\n}}")
                        .replace("customer_is_patient()", "conversation.misunderstood >= 1"),
                ),
            );
        }
    }
    mutants
}

fn ends_without_outcome(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        if !flow.children(Step).is_empty() || !is_only_started(&flow) {
            continue;
        }
        if let Some(last) = last_statement(&flow)
            && last.node.kind() == FinishStmt
        {
            mutants.push(last.gone("no last `finish`").at(flow.file(), flow.range()));
        }
    }
    mutants
}

fn digression_ends_conversation(bot: &Bot) -> Vec<Mutant> {
    let run: Vec<String> = spot::all(bot, &[IntentHandler])
        .iter()
        .flat_map(|handler| handler.within(RunStmt))
        .filter_map(|run| Some(run.child(Path)?.text().to_owned()))
        .collect();
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let ran = flow.name().is_some_and(|name| run.contains(&name));
        if let Some(last) = last_statement(&flow)
            && ran
            && flow.children(Step).is_empty()
            && last.node.kind() == SayStmt
        {
            // The finding stands at a handler, which may be in another file: anywhere counts.
            let handler = spot::all(bot, &[IntentHandler]).into_iter().find(|handler| {
                handler
                    .within(RunStmt)
                    .iter()
                    .any(|run| run.child(Path).map(|path| path.text().to_owned()) == flow.name())
            });
            if let Some(handler) = handler {
                mutants.push(
                    last.behind("finishes", "finish resolved")
                        .at(handler.file(), handler.range()),
                );
            }
        }
    }
    mutants
}

/// Whether the bot answers what it does not understand everywhere: a question that is added needs no words of its own.
fn hears_all(bot: &Bot) -> bool {
    spot::all(bot, &[UnclearHandler])
        .iter()
        .any(|handler| handler.above(AlwaysItem).is_some())
}

fn duplicate_place(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !hears_all(bot) {
        return mutants;
    }
    for choose in spot::all(bot, &[ChooseStmt]) {
        let holder = choose.parent().map(|parent| parent.node.kind());
        if choose.token(Name).is_some() || !matches!(holder, Some(FlowItem | Step)) {
            continue;
        }
        let text = "choose \"Shall we go on?\" {\n  \"Go on\" {\n    say \"Good.\"\n  }\n  \"Not now\" {\n    say \"A \
                    moment more.\"\n  }\n}";
        // The second of the two places has the finding.
        mutants.push(
            choose
                .before("one before it", text)
                .at(choose.file(), choose.range()),
        );
    }
    mutants
}

fn nags_for_ever(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for question in spot::all(bot, &[AskStmt, ChooseStmt]) {
        let clocks = question.children(SilenceItem);
        let [first, rest @ ..] = &clocks[..] else {
            continue;
        };
        // The way of a clock may be the only one that leads somewhere.
        if clocks.iter().any(|clock| !clock.within(StepTarget).is_empty()) {
            continue;
        }
        let text = format!(
            "silence 10m {{\n{0}  say \"Are you still there?\"\n{0}}}",
            first.indent()
        );
        let mut mutant = first
            .becomes("asked for ever", text)
            .at(question.file(), question.range());
        for clock in rest {
            mutant = mutant.replace(clock.file(), clock.lines(), "");
        }
        mutants.push(mutant);
    }
    mutants
}

fn statement_never_runs(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[FinishStmt])
        .into_iter()
        .filter(|spot| {
            spot.alone()
                && matches!(
                    spot.parent().map(|up| up.node.kind()),
                    Some(FlowItem | Step | Block)
                )
        })
        .map(|finish| finish.behind("behind the end", "say \"And one thing more.\""))
        .collect()
}

fn unknown_target(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for target in spot::all(bot, &[StepTarget]) {
        let Some(flow) = target.above(FlowItem) else {
            continue;
        };
        // A step that nothing else leads to would be a second mistake.
        let ways = flow.within(StepTarget);
        if ways.iter().filter(|other| other.text() == target.text()).count() > 1 {
            mutants.push(target.becomes("misspelt", format!("{}x", target.text())));
        }
    }
    mutants
}

fn wait_in_loop(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    if !hears_all(bot) {
        return mutants;
    }
    for flow in spot::all(bot, &[FlowItem]) {
        if let Some(first) = flow.children(SayStmt).into_iter().next() {
            let text = "for each one_thing in [\"first\", \"second\"] at most 2 {\n  ask wanted_thing: yes_no \"Do \
                        you want the {one_thing}?\"\n  note \"Wanted: {wanted_thing | select yes \\\"so\\\" no \
                        \\\"not\\\"}\"\n}";
            let text = text.replace(
                "{wanted_thing | select yes \\\"so\\\" no \\\"not\\\"}",
                "{one_thing}",
            );
            mutants.push(first.behind("asks in a loop", &text));
        }
    }
    mutants
}

fn never_asked(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for ask in spot::all(bot, &[AskStmt]) {
        let Some(field) = ask.child(CustomerRef) else {
            continue;
        };
        let holder = ask.parent().map(|parent| parent.node.kind());
        if !matches!(holder, Some(FlowItem | Step)) {
            continue;
        }
        let text = format!(
            "ask {} \"May I have it once more?\" {{\n  invalid \"That is none.\"\n  tries 3 -> finish unresolved\n}}",
            field.text()
        );
        mutants.push(ask.behind("asked again", &text));
    }
    mutants
}

fn handler_never_hears(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[IntentHandler, FailedHandler])
        .into_iter()
        .filter(|handler| handler.child(IfClause).is_none() && handler.child(Arrow).is_some())
        .map(|handler| handler.behind("once more", handler.text()))
        .collect()
}

fn clocks_out_of_order(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for question in spot::all(bot, &[AskStmt, ChooseStmt]) {
        let clocks = question.children(SilenceItem);
        if let [first, second] = &clocks[..]
            && let (Some(early), Some(late)) = (first.token(Duration), second.token(Duration))
        {
            mutants.push(
                first
                    .token_into(&early, "later first", late.text())
                    .replace(second.file(), spot::range(late.text_range()), early.text())
                    .at(question.file(), question.range()),
            );
        }
    }
    mutants
}

fn nothing_to_ask_again(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        if let Some(first) = flow.children(SayStmt).into_iter().next()
            && is_only_started(&flow)
            && flow.node.children().find(|node| node.kind() == SayStmt).as_ref() == Some(&first.node)
            && flow
                .children(AskStmt)
                .iter()
                .all(|ask| ask.range().start > first.range().start)
            && [ChooseStmt, FormStmt, RunStmt].iter().all(|kind| {
                flow.within(*kind)
                    .iter()
                    .all(|question| question.range().start > first.range().start)
            })
        {
            let text = "if conversation.misunderstood >= 1 {\n  -> again\n}";
            mutants.push(first.before("again, before anything", text));
        }
    }
    mutants
}
