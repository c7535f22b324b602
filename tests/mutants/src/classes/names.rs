//! BF1: names and values.

use botflow_syntax::SyntaxKind::*;
use smol_str::SmolStr;

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot::{self, Spot, range};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["unknown-name"],
        done: "a name is misspelt where it is used",
        seed: unknown_name,
    },
    Class {
        names: &["duplicate-name"],
        done: "a declaration is written once more, in another file",
        seed: duplicate_name,
    },
    Class {
        names: &["type-mismatch"],
        done: "a value of another kind is put in place of one",
        seed: type_mismatch,
    },
    Class {
        names: &["unknown-may-be-missing", "not-answered-yet"],
        done: "`else` is taken from a value that may be unknown",
        seed: unknown_may_be_missing,
    },
    Class {
        names: &["wrong-arguments"],
        done: "an argument is left out, or one too many is given",
        seed: wrong_arguments,
    },
    Class {
        names: &["impossible-comparison"],
        done: "something is compared with a value outside its closed set, or in another currency",
        seed: impossible_comparison,
    },
    Class {
        names: &["missing-case"],
        done: "a case of a `match` without `otherwise` is taken away",
        seed: missing_case,
    },
    Class {
        names: &["repeated-case"],
        done: "a case of a `match` is written twice",
        seed: repeated_case,
    },
    Class {
        names: &["constant-condition"],
        done: "a condition that is always yes, or never, is added",
        seed: constant_condition,
    },
    Class {
        names: &["contradictory-condition"],
        done: "an `else if` asks what the `if` before it asked",
        seed: contradictory_condition,
    },
    Class {
        names: &["unused-name"],
        done: "a declaration is added that nothing mentions",
        seed: unused_name,
    },
    Class {
        names: &["not-answered-yet"],
        done: "an answer is read before its question",
        seed: not_answered_yet,
    },
    Class {
        names: &["unbounded-value"],
        done: "a label shows a value without a bound",
        seed: unbounded_value,
    },
    Class {
        names: &["let-changes-type"],
        done: "a name gets a second value of another kind",
        seed: let_changes_type,
    },
    Class {
        names: &["sensitive-leak"],
        done: "a note tells a sensitive value",
        seed: sensitive_leak,
    },
    Class {
        names: &["hard-coded-value"],
        done: "a setting is replaced by its value",
        seed: hard_coded_value,
    },
    Class {
        names: &["missing-setting"],
        done: "the name of a setting is misspelt",
        seed: missing_setting,
    },
    Class {
        names: &["host-action-missing"],
        done: "the host lacks one action",
        seed: host_action_missing,
    },
];

/// A name as a person misspells it: two letters changed places, or one too many.
fn misspelt(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters.len() {
        0..=3 => format!("{name}x"),
        len => {
            let mut swapped = letters.clone();
            swapped.swap(len - 1, len - 2);
            if swapped == letters {
                swapped.push('e');
            }
            swapped.into_iter().collect()
        }
    }
}

fn unknown_name(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let kinds = [
        RunStmt,
        StartStmt,
        EscalateStmt,
        IntentHandler,
        EventSource,
        AskedSource,
        ToSetting,
        TellStmt,
        QueueTarget,
        NeedsSetting,
        EventHandler,
        StageStmt,
        VaryStmt,
        TemplateUseItem,
        NamedType,
        Call,
        WaitForStmt,
    ];
    for spot in spot::all(bot, &kinds) {
        let named = spot.child(Path).unwrap_or(spot.clone());
        let Some(token) = named.last_token(Name) else {
            continue;
        };
        // What no word but its own would be read as.
        if spot.node.kind() == NamedType && token.text().len() < 5 {
            continue;
        }
        let wrong = misspelt(token.text());
        mutants.push(named.token_into(&token, format!("`{wrong}`"), wrong.clone()));
    }
    for field in spot::all(bot, &[FieldExpr]) {
        if field.text().starts_with("customer.")
            && let Some(token) = field.last_token(Name)
        {
            let wrong = misspelt(token.text());
            mutants.push(field.token_into(&token, format!("`{wrong}`"), wrong.clone()));
        }
    }
    mutants
}

fn duplicate_name(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let last = bot.project.sources.len() - 1;
    let end = bot.project.sources[last].text.len();
    for item in spot::all(
        bot,
        &[
            IntentItem,
            TypeItem,
            QueueItem,
            EventItem,
            GoalItem,
            SegmentItem,
            LookupItem,
        ],
    ) {
        let text = format!("\n{}\n", item.text());
        mutants.push(Mutant::new("a second one").replace(File::Flow(last), end..end, text));
    }
    mutants
}

fn type_mismatch(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for field in spot::all(bot, &[Field]) {
        let Some(default) = field.node.children().find(|node| node.kind() == Literal) else {
            continue;
        };
        let default = field.of(default);
        let is_text = field.text().contains("text");
        let wrong = if is_text { "5" } else { "\"many\"" };
        mutants.push(default.becomes("a default of another kind", wrong));
    }
    for spot in spot::all(bot, &[IfStmt]) {
        if let Some(condition) = spot
            .node
            .children()
            .find(|node| !matches!(node.kind(), Block | Arrow))
        {
            let condition = spot.of(condition);
            // What the condition makes known, or reads alone, would be a second mistake.
            let alone = condition
                .within(NameExpr)
                .iter()
                .all(|name| ["customer", "conversation"].contains(&name.text()));
            if alone && !condition.text().contains("known") && !condition.within(CompareExpr).is_empty() {
                mutants.push(condition.becomes("a number as a condition", "5"));
            }
        }
    }
    mutants
}

fn unknown_may_be_missing(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[ElseExpr])
        .into_iter()
        .filter(|spot| spot.parent().is_some_and(|parent| parent.node.kind() == Hole))
        // What belongs to a flow may be known on every way there; and what has been asked for is known already.
        .filter(|spot| spot.text().starts_with("customer.") || spot.text().starts_with("conversation."))
        .filter(|spot| {
            let asked = spot
                .above(FlowItem)
                .map(|flow| flow.within(CustomerRef))
                .unwrap_or_default();
            !asked.iter().any(|field| spot.text().starts_with(field.text()))
        })
        .filter_map(|spot| {
            let first = spot.of(spot.node.first_child()?);
            Some(spot.becomes("without `else`", first.text()))
        })
        .collect()
}

fn wrong_arguments(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for spot in spot::all(bot, &[RunStmt, StartStmt, Call]) {
        // A run of what needs nothing is given something; one that needs something gets a thing too many.
        match spot.child(Args) {
            Some(args) => {
                let inner = args.text().trim_end_matches(')');
                let more = if inner.ends_with('(') { "5)" } else { ", 5)" };
                let named = args.text().contains(':');
                if !named {
                    mutants.push(args.becomes("one too many", format!("{inner}{more}")));
                }
                let listed = args.children(Arg);
                // What may be unknown may be left out.
                let needed = spot.child(Path).is_some_and(|path| {
                    spot::all(bot, &[FlowItem])
                        .iter()
                        .filter(|flow| flow.name().as_deref() == Some(path.text()))
                        .any(|flow| {
                            flow.child(Params)
                                .is_some_and(|params| !params.text().contains('?'))
                        })
                });
                if listed.len() == 1 && needed {
                    mutants.push(args.becomes("none", ""));
                }
                if let [.., before, last] = &listed[..] {
                    let gap = before.range().end..last.range().end;
                    mutants.push(Mutant::new("the last one left out").replace(args.file(), gap, ""));
                }
            }
            None => {
                // A parameter that may be left out would take it.
                let name = spot.child(Path).map(|path| path.text().to_owned());
                let takes = spot::all(bot, &[FlowItem])
                    .iter()
                    .any(|flow| flow.name() == name && flow.child(Params).is_some());
                if !takes {
                    mutants.push(spot.becomes("one too many", format!("{}(5)", spot.text())));
                }
            }
        }
    }
    mutants
}

fn impossible_comparison(bot: &Bot) -> Vec<Mutant> {
    let members: Vec<String> = spot::all(bot, &[Member]).iter().filter_map(Spot::name).collect();
    let mut mutants = Vec::new();
    for spot in spot::all(bot, &[CompareExpr]) {
        let Some(right) = spot.node.children().last() else {
            continue;
        };
        let right = spot.of(right);
        if members.iter().any(|member| member == right.text()) {
            mutants.push(right.becomes("outside the set", "platinum_plus"));
        } else if right.text().ends_with(" EUR") {
            let text = right.text().replace("EUR", "USD");
            mutants.push(right.becomes("another currency", text));
        }
    }
    mutants
}

fn missing_case(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for spot in spot::all(bot, &[MatchStmt]) {
        let cases = spot.children(MatchCase);
        if spot.child(OtherwiseItem).is_some() || cases.len() < 2 {
            continue;
        }
        for case in cases {
            // The way of the case may be the only one to a step: then that step is a mistake, too.
            if case.within(StepTarget).is_empty() {
                mutants.push(case.gone("a case less").at(spot.file(), spot.range()));
            }
        }
    }
    mutants
}

fn repeated_case(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[MatchCase])
        .into_iter()
        .filter(|case| case.within(AskStmt).is_empty() && case.within(ChooseStmt).is_empty())
        .map(|case| case.behind("a case twice", &unindented(&case)))
        .collect()
}

/// The text of a node without the indentation of its first line.
fn unindented(spot: &Spot<'_>) -> String {
    let indent = format!("\n{}", spot.indent());
    spot.text().replace(&indent, "\n")
}

fn constant_condition(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        if let Some(first) = flow.children(SayStmt).into_iter().next() {
            mutants.push(first.behind("always so", "if 5 > 3 {\n  say \"Indeed.\"\n}"));
            mutants.push(first.behind("never so", "if 5 < 3 {\n  say \"Indeed.\"\n}"));
        }
    }
    mutants
}

fn contradictory_condition(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for spot in spot::all(bot, &[IfStmt]) {
        let (Some(condition), Some(block)) = (
            spot.node
                .children()
                .find(|node| !matches!(node.kind(), Block | Arrow)),
            spot.child(Block),
        ) else {
            continue;
        };
        let condition = spot.of(condition);
        let at = block.range().end;
        let text = format!(
            " else if {} {{\n{indent}  say \"As you like.\"\n{indent}}}",
            condition.text(),
            indent = spot.indent()
        );
        mutants.push(Mutant::new("the same once more").replace(spot.file(), at..at, text));
    }
    mutants
}

fn unused_name(bot: &Bot) -> Vec<Mutant> {
    let declarations = [
        "intent seldom_heard {\n  words \"quibble over trifles\"\n}",
        "type spare_part {\n  left_one\n  right_one\n}",
        "event never_minded(order: text)",
        "segment nobody_asks if conversation.misunderstood >= 4",
        "lookup spare.look(code: text) gives text",
        "action spare.act(code: text)",
    ];
    let mut mutants = Vec::new();
    for (index, source) in bot.project.sources.iter().enumerate() {
        let end = source.text.len();
        for text in declarations {
            mutants.push(Mutant::new("nobody mentions it").replace(
                File::Flow(index),
                end..end,
                format!("\n{text}\n"),
            ));
        }
    }
    for flow in spot::all(bot, &[FlowItem]) {
        if let Some(first) = flow.children(SayStmt).into_iter().next() {
            mutants.push(first.behind("a value nobody reads", "let spare_value = 5"));
        }
    }
    mutants
}

fn not_answered_yet(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let Some(at) = flow.block_start() else {
            continue;
        };
        for ask in flow.within(AskStmt) {
            let Some(name) = ask.child(Answer).and_then(|answer| answer.name()) else {
                continue;
            };
            let first = flow
                .children(SayStmt)
                .into_iter()
                .chain(flow.children(AskStmt))
                .next();
            // Before the first statement, which is no handler.
            let Some(first) = first else {
                continue;
            };
            if first.range().start > ask.range().start || first.range().start < at {
                continue;
            }
            mutants.push(first.before("read too early", &format!("note \"It is {{{name}}}.\"")));
        }
    }
    mutants
}

fn unbounded_value(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for choose in spot::all(bot, &[ChooseStmt]) {
        for choice in choose.children(Choice) {
            if let Some(label) = choice.child(Text)
                && !label.text().contains('{')
            {
                let text = format!(
                    "{} {{conversation.summary}}\"",
                    label.text().trim_end_matches('"')
                );
                mutants.push(label.becomes("of any length", text));
            }
        }
    }
    mutants
}

fn let_changes_type(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for ask in spot::all(bot, &[AskStmt]) {
        let Some(answer) = ask.child(Answer) else {
            continue;
        };
        let Some(name) = answer.name() else {
            continue;
        };
        // In a form nothing but questions may stand; and a value that nobody reads would be a second mistake.
        let read = ask
            .above(FlowItem)
            .is_some_and(|flow| flow.text().matches(&name).count() > 1);
        if ask.above(FormStmt).is_some() || !read {
            continue;
        }
        mutants.push(ask.behind("another kind", &format!("let {name} = [5, 7]")));
    }
    mutants
}

fn sensitive_leak(bot: &Bot) -> Vec<Mutant> {
    let sensitive: Vec<String> = spot::all(bot, &[Field])
        .iter()
        .filter(|field| field.text().contains(" sensitive") && field.above(CustomerItem).is_some())
        .filter_map(Spot::name)
        .collect();
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let Some(first) = flow.children(SayStmt).into_iter().next() else {
            continue;
        };
        for name in &sensitive {
            let text = format!("if customer.{name} is known {{\n  note \"It is {{customer.{name}}}.\"\n}}");
            mutants.push(first.behind("told in a note", &text));
        }
    }
    mutants
}

fn hard_coded_value(bot: &Bot) -> Vec<Mutant> {
    let config = bot.project.config.as_deref().unwrap_or_default();
    let mut mutants = Vec::new();
    for hole in spot::all(bot, &[Hole]) {
        let Some(name) = hole
            .text()
            .strip_prefix("{config.")
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            continue;
        };
        // The addresses of systems are read by nobody.
        if hole.above(LookupItem).is_some() || hole.above(ActionItem).is_some() {
            continue;
        }
        let line = config
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
        if let Some(value) = line {
            mutants.push(hole.becomes("its value", value.trim().trim_matches('"')));
        }
    }
    mutants
}

fn missing_setting(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[FieldExpr])
        .into_iter()
        .filter(|field| field.text().starts_with("config."))
        .map(|field| {
            let wrong = format!("config.{}", misspelt(&field.text()["config.".len()..]));
            field.becomes("misspelt", wrong)
        })
        .collect()
}

fn host_action_missing(bot: &Bot) -> Vec<Mutant> {
    let offered: Vec<(Spot<'_>, SmolStr)> = spot::all(bot, &[ActionItem, LookupItem])
        .into_iter()
        .filter_map(|item| {
            let path = item.child(Path)?;
            Some((item, SmolStr::new(path.text())))
        })
        .collect();
    let mut mutants = Vec::new();
    for (missing, _) in &offered {
        // What the bot asks for itself needs no host.
        if missing.child(MethodSetting).is_some() {
            continue;
        }
        let own = range(missing.node.text_range());
        let mut mutant = Mutant::new("the host lacks it").at(missing.file(), missing.lines());
        mutant.host = Some(
            offered
                .iter()
                .filter(|(item, _)| range(item.node.text_range()) != own || item.index != missing.index)
                .map(|(_, name)| name.clone())
                .collect(),
        );
        mutants.push(mutant);
    }
    mutants
}
