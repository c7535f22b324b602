//! BF3: what is said and asked.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use super::flow::is_only_started;
use crate::corpus::Bot;
use crate::mutant::Mutant;
use crate::spot::{self, Spot};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["no-failure-way-out"],
        done: "`failed` is taken from a call, and from `always`",
        seed: no_failure_way_out,
    },
    Class {
        names: &["empty-text"],
        done: "a message loses its words",
        seed: empty_text,
    },
    Class {
        names: &["same-labels"],
        done: "two options get the same label",
        seed: same_labels,
    },
    Class {
        names: &["no-option-left"],
        done: "every option gets a condition",
        seed: no_option_left,
    },
    Class {
        names: &["option-never-shown"],
        done: "an option gets a condition that cannot hold where it stands",
        seed: option_never_shown,
    },
    Class {
        names: &["confusing-labels"],
        done: "two options are heard by the same word",
        seed: confusing_labels,
    },
    Class {
        names: &["no-silence-way-out"],
        done: "one question loses its clocks, and there is none elsewhere",
        seed: no_silence_way_out,
    },
    Class {
        names: &["no-invalid-way-out"],
        done: "one question may be failed for ever",
        seed: no_invalid_way_out,
    },
    Class {
        names: &["no-unclear-way-out"],
        done: "one question loses its words for what is not understood, and there are none elsewhere",
        seed: no_unclear_way_out,
    },
    Class {
        names: &["question-asks-twice"],
        done: "a question asks for a second thing",
        seed: question_asks_twice,
    },
    Class {
        names: &["too-many-messages"],
        done: "five messages are added in a row",
        seed: too_many_messages,
    },
    Class {
        names: &["repeats-itself"],
        done: "a message is said twice",
        seed: repeats_itself,
    },
    Class {
        names: &["repeats-an-action"],
        done: "an action is done again when a question behind it is failed",
        seed: repeats_an_action,
    },
];

/// Taking `on failed` from `always` leaves every call without ways of its own alone: the one that loses its `failed`
/// must be the only one.
fn no_failure_way_out(bot: &Bot) -> Vec<Mutant> {
    let handlers = spot::all(bot, &[FailedHandler]);
    let calls = spot::all(bot, &[Call]);
    let own = |call: &Spot<'_>| call.child(FailedItem).is_some();
    let lacking = calls.iter().filter(|call| !own(call)).count();
    if !handlers.is_empty() && lacking > 0 {
        return Vec::new();
    }
    let mut mutants = Vec::new();
    for call in calls.iter().filter(|call| own(call)) {
        let Some(failed) = call.child(FailedItem) else {
            continue;
        };
        // A step that only this way leads to would be a second mistake.
        let alone = failed.within(StepTarget).iter().all(|target| {
            call.above(FlowItem).is_some_and(|flow| {
                flow.within(StepTarget)
                    .iter()
                    .filter(|other| other.text() == target.text())
                    .count()
                    > 1
            })
        });
        if !alone || !failed.alone() {
            continue;
        }
        let mut mutant = failed.gone("no `failed`").at(call.file(), call.range());
        for handler in &handlers {
            mutant = mutant.replace(handler.file(), handler.lines(), "");
        }
        mutants.push(mutant);
    }
    mutants
}

fn empty_text(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[SayStmt, AskStmt])
        .into_iter()
        .filter_map(|spot| spot.child(Text))
        .filter(|text| !text.text().contains('{'))
        .map(|text| text.becomes("no words", "\"\""))
        .collect()
}

fn same_labels(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for choose in spot::all(bot, &[ChooseStmt]) {
        let choices = choose.children(Choice);
        if let [first, second, ..] = &choices[..]
            && let (Some(one), Some(other)) = (first.child(Text), second.child(Text))
            && first.child(IfClause).is_none()
            && second.child(IfClause).is_none()
            && one.text() != other.text()
            && !one.text().contains('{')
        {
            mutants.push(other.becomes("the same label", one.text()));
        }
    }
    mutants
}

/// A whole-number field of the card that everybody has.
fn counter(bot: &Bot) -> Option<String> {
    spot::all(bot, &[Field])
        .into_iter()
        .find(|field| field.text().contains(": integer = ") && field.above(CustomerItem).is_some())
        .and_then(|field| field.name())
}

fn no_option_left(bot: &Bot) -> Vec<Mutant> {
    let Some(field) = counter(bot) else {
        return Vec::new();
    };
    let mut mutants = Vec::new();
    for choose in spot::all(bot, &[ChooseStmt]) {
        let choices = choose.children(Choice);
        if choices.is_empty() || choose.child(EachChoice).is_some() || choose.child(NoneItem).is_some() {
            continue;
        }
        if choices.iter().any(|choice| choice.child(IfClause).is_some()) {
            continue;
        }
        let mut mutant = Mutant::new("all under a condition").at(choose.file(), choose.range());
        for choice in &choices {
            if let Some(label) = choice.child(Text) {
                let at = label.range().end;
                mutant = mutant.replace(label.file(), at..at, format!(" if customer.{field} >= 7"));
            }
        }
        mutants.push(mutant);
    }
    mutants
}

fn option_never_shown(bot: &Bot) -> Vec<Mutant> {
    let Some(field) = counter(bot) else {
        return Vec::new();
    };
    let mut mutants = Vec::new();
    for choose in spot::all(bot, &[ChooseStmt]) {
        let choices = choose.children(Choice);
        let (Some(first), Some(flow)) = (choices.first(), choose.above(FlowItem)) else {
            continue;
        };
        // The statement before it makes sure of the opposite.
        if first.child(IfClause).is_some()
            || choices.len() < 2
            || !is_only_started(&flow)
            || choose.parent().is_none_or(|up| up.node.kind() != FlowItem)
        {
            continue;
        }
        let Some(label) = first.child(Text) else {
            continue;
        };
        let at = label.range().end;
        let before = choose.lines().start;
        let guard = format!(
            "{0}if customer.{field} >= 7 {{\n{0}  finish resolved\n{0}}}\n",
            choose.indent()
        );
        mutants.push(
            Mutant::new("cannot hold")
                .replace(label.file(), at..at, format!(" if customer.{field} >= 9"))
                .replace(choose.file(), before..before, guard)
                .at(label.file(), label.range()),
        );
    }
    mutants
}

fn confusing_labels(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for choose in spot::all(bot, &[ChooseStmt]) {
        let choices = choose.children(Choice);
        if let [first, second, ..] = &choices[..]
            && let (Some(one), Some(other)) = (first.child(Text), second.child(Text))
            && first.child(IfClause).is_none()
            && second.child(IfClause).is_none()
        {
            let words = " words \"the usual one\"";
            mutants.push(
                Mutant::new("the same word")
                    .replace(other.file(), other.range().end..other.range().end, words)
                    .replace(one.file(), one.range().end..one.range().end, words)
                    .at(choose.file(), choose.range()),
            );
        }
    }
    mutants
}

/// Takes `on silence` from everywhere, gives every question without clocks one of its own, and takes those of one.
fn no_silence_way_out(bot: &Bot) -> Vec<Mutant> {
    let questions = spot::all(bot, &[AskStmt, ChooseStmt, VerifyStmt]);
    let handlers = spot::all(bot, &[SilenceHandler]);
    let mut mutants = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        let clocks = question.children(SilenceItem);
        if clocks.is_empty() || clocks.iter().any(|clock| !clock.within(StepTarget).is_empty()) {
            continue;
        }
        let mut mutant = Mutant::new("no clock").at(question.file(), question.range());
        for clock in &clocks {
            mutant = mutant.replace(clock.file(), clock.lines(), "");
        }
        for handler in &handlers {
            mutant = mutant.prepare(handler.file(), handler.lines(), "");
        }
        for (other_index, other) in questions.iter().enumerate() {
            let ends = other
                .children(SilenceItem)
                .iter()
                .any(|clock| clock.child(Text).is_none());
            if other_index == index || ends {
                continue;
            }
            mutant = with_clock(mutant, other);
        }
        mutants.push(mutant);
    }
    mutants
}

/// Whether the bot begins with this flow.
fn is_the_start(flow: &Spot<'_>) -> bool {
    spot::all(flow.bot, &[BotItem]).iter().any(|item| {
        let start = item
            .child(StartStmt)
            .and_then(|start| start.child(Path).map(|path| path.text().to_owned()));
        start == flow.name()
    })
}

/// Whether the flow of a question is begun and not run, so that it may end the conversation.
fn ends_itself(question: &Spot<'_>) -> bool {
    question
        .above(FlowItem)
        .is_some_and(|flow| is_only_started(&flow) || is_the_start(&flow))
}

/// The question with a clock at the end of its block.
fn with_clock(mutant: Mutant, question: &Spot<'_>) -> Mutant {
    // What a handler runs comes back.
    let way = if ends_itself(question) {
        "finish abandoned"
    } else {
        "return"
    };
    with_item(mutant, question, &format!("silence 20d -> {way}"))
}

/// The question with an item at the end of its block.
fn with_item(mutant: Mutant, question: &Spot<'_>, item: &str) -> Mutant {
    match question.block_end() {
        Some(at) => mutant.prepare(
            question.file(),
            at..at,
            format!("{}  {item}\n", question.indent()),
        ),
        None => {
            let at = question.range().end;
            let text = format!(" {{\n{0}  {item}\n{0}}}", question.indent());
            mutant.prepare(question.file(), at..at, text)
        }
    }
}

/// Takes the tries from `on unclear`, gives every question without tries its own, and takes those of one.
fn no_invalid_way_out(bot: &Bot) -> Vec<Mutant> {
    let questions = spot::all(bot, &[AskStmt, ChooseStmt, VerifyStmt]);
    let unclear = spot::all(bot, &[UnclearHandler]);
    let mut mutants = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        let Some(tries) = question.child(TriesItem) else {
            continue;
        };
        if !tries.within(StepTarget).is_empty() || !tries.alone() {
            continue;
        }
        let mut mutant = tries.gone("no tries").at(question.file(), question.range());
        // A rule that counts what was not understood is a way out, too.
        for rule in spot::all(bot, &[IfHandler]) {
            mutant = mutant.prepare(rule.file(), rule.lines(), "");
        }
        for tries in unclear.iter().flat_map(|handler| handler.within(TriesItem)) {
            mutant = mutant.prepare(tries.file(), tries.lines(), "");
        }
        for (other_index, other) in questions.iter().enumerate() {
            if other_index != index && other.child(TriesItem).is_none() {
                let way = if ends_itself(other) {
                    "finish unresolved"
                } else {
                    "return"
                };
                mutant = with_item(mutant, other, &format!("tries 30 -> {way}"));
            }
        }
        mutants.push(mutant);
    }
    mutants
}

/// Takes `on unclear` from everywhere, gives every question words of its own for what is not understood, and takes those
/// of one.
fn no_unclear_way_out(bot: &Bot) -> Vec<Mutant> {
    let questions = spot::all(bot, &[AskStmt, ChooseStmt, VerifyStmt]);
    let handlers = spot::all(bot, &[UnclearHandler]);
    let says = |question: &Spot<'_>| {
        [InvalidItem, OtherwiseItem, AgainItem]
            .iter()
            .any(|kind| question.child(*kind).is_some())
    };
    let mut mutants = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        // Any words are an answer to what takes any; and what leaves at once puts nothing again.
        let items: Vec<Spot<'_>> = [InvalidItem, OtherwiseItem, AgainItem]
            .iter()
            .flat_map(|kind| question.children(*kind))
            .collect();
        let takes_any = question
            .child(Answer)
            .is_some_and(|answer| answer.text().ends_with(": text"));
        if items.is_empty()
            || takes_any
            || items
                .iter()
                .any(|item| !item.alone() || item.child(Text).is_none())
        {
            continue;
        }
        let mut mutant = Mutant::new("no words").at(question.file(), question.range());
        for item in &items {
            mutant = mutant.replace(item.file(), item.lines(), "");
        }
        for handler in &handlers {
            mutant = mutant.prepare(handler.file(), handler.lines(), "");
        }
        for (other_index, other) in questions.iter().enumerate() {
            let mut lines = Vec::new();
            if other.child(TriesItem).is_none() {
                let way = if ends_itself(other) {
                    "finish unresolved"
                } else {
                    "return"
                };
                lines.push(format!("tries 30 -> {way}"));
            }
            if other_index != index && !says(other) {
                lines.push(match other.node.kind() {
                    ChooseStmt => "otherwise \"One of these, please.\"".to_owned(),
                    _ => "invalid \"Once more, please.\"".to_owned(),
                });
            }
            if !lines.is_empty() {
                let joined = lines.join(&format!("\n{}  ", other.indent()));
                mutant = with_item(mutant, other, &joined);
            }
        }
        mutants.push(mutant);
    }
    mutants
}

fn question_asks_twice(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[AskStmt])
        .into_iter()
        .filter_map(|ask| ask.child(Text))
        .filter(|text| text.text().ends_with("?\""))
        // Two words may be no question yet: "Really?", "What else?".
        .filter(|text| {
            text.text()
                .rsplit(['.', '!'])
                .next()
                .is_some_and(|last| last.trim().split(' ').count() >= 3)
        })
        .map(|text| {
            let asked = format!("{} And where do you live?\"", text.text().trim_end_matches('"'));
            text.becomes("two questions", asked)
        })
        .collect()
}

fn too_many_messages(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        if let Some(first) = flow.children(SayStmt).into_iter().next() {
            let text: Vec<String> = [
                "Wait.",
                "There is more.",
                "Listen.",
                "It is good.",
                "It really is.",
            ]
            .iter()
            .map(|words| format!("say \"{words}\""))
            .collect();
            mutants.push(first.behind("five more", &text.join("\n")));
        }
    }
    mutants
}

fn repeats_itself(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[SayStmt])
        .into_iter()
        // On another channel it is said to somebody else.
        .filter(|say| say.child(ViaClause).is_none() && say.above(EscalationItem).is_none())
        .filter(|say| {
            say.alone()
                && say
                    .child(Text)
                    .is_some_and(|text| text.range().end == say.range().end)
        })
        .map(|say| say.behind("once more", say.text()))
        .collect()
}

/// Behind a call of an action that stands in a step: a question whose failing leads back to the step.
fn repeats_an_action(bot: &Bot) -> Vec<Mutant> {
    let actions: Vec<String> = spot::all(bot, &[ActionItem])
        .iter()
        .filter_map(|item| Some(item.child(Path)?.text().to_owned()))
        .collect();
    let mut mutants = Vec::new();
    for step in spot::all(bot, &[Step]) {
        let Some(name) = step.name() else {
            continue;
        };
        for call in step.within(Call) {
            let is_action = call
                .child(Path)
                .is_some_and(|path| actions.iter().any(|action| action == path.text()));
            let Some(statement) = call.parent() else {
                continue;
            };
            // What is asked before it would be a new word of the customer.
            let asked = [AskStmt, ChooseStmt, FormStmt, EscalateStmt].iter().any(|kind| {
                step.within(*kind)
                    .iter()
                    .any(|question| question.range().start < call.range().start)
            });
            if !is_action || asked || statement.parent().is_none_or(|up| up.node.kind() != Step) {
                continue;
            }
            let text = format!(
                "ask well_done: yes_no \"Is all well?\" {{\n  tries 2 -> {name}\n}}\nnote \"All well: \
                 {{well_done}}\""
            );
            mutants.push(
                statement
                    .behind("again, after two tries", &text)
                    .at(call.file(), call.range()),
            );
        }
    }
    mutants
}
