//! BF0: slips of writing.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot::{self, range};

pub const CLASSES: &[Class] = &[
    Class {
        names: &["unclosed-block"],
        done: "the last `}` of a declaration is forgotten",
        seed: unclosed_block,
    },
    Class {
        names: &["unclosed-text"],
        done: "the closing quotation mark of a message is forgotten",
        seed: unclosed_text,
    },
    Class {
        names: &["unexpected-word"],
        done: "a word too many at the end of a statement",
        seed: unexpected_word,
    },
    Class {
        names: &["unknown-statement"],
        done: "the first word of a statement is misspelt",
        seed: unknown_statement,
    },
    Class {
        names: &["text-looks-like-code"],
        done: "a way is written within the quotation marks",
        seed: text_looks_like_code,
    },
    Class {
        names: &["wrong-place"],
        done: "an item of a question stands in a flow",
        seed: wrong_place,
    },
    Class {
        names: &["bad-literal"],
        done: "a duration, a time or a date that is none",
        seed: bad_literal,
    },
    Class {
        names: &["repeated-setting"],
        done: "a setting is written twice",
        seed: repeated_setting,
    },
    Class {
        names: &["reserved-name"],
        done: "a value gets the name of a word of the language",
        seed: reserved_name,
    },
    Class {
        names: &["name-style"],
        done: "a step gets a name in CamelCase",
        seed: name_style,
    },
    Class {
        names: &["nested-too-deep"],
        done: "a condition gets three hundred brackets",
        seed: nested_too_deep,
    },
    Class {
        names: &["file-too-large"],
        done: "a file grows beyond what is read",
        seed: file_too_large,
    },
];

fn unclosed_block(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for item in spot::all(
        bot,
        &[
            FlowItem,
            IntentItem,
            QueueItem,
            EscalationItem,
            TriggerItem,
            GoalItem,
        ],
    ) {
        let (Some(open), Some(close)) = (item.token(OpenBrace), item.last_token(CloseBrace)) else {
            continue;
        };
        let head = item.range().start..range(open.text_range()).end;
        mutants.push(
            item.token_into(&close, "no `}` at the end", "")
                .at(item.file(), head),
        );
    }
    mutants
}

fn unclosed_text(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for say in spot::all(bot, &[SayStmt, HintItem, InvalidItem, BriefSetting]) {
        let Some(text) = say.child(Text) else {
            continue;
        };
        if let Some(close) = text.token(TextClose)
            && close.text() == "\""
        {
            mutants.push(
                text.token_into(&close, "no closing quotation mark", "")
                    .at(text.file(), text.range()),
            );
        }
    }
    mutants
}

fn unexpected_word(bot: &Bot) -> Vec<Mutant> {
    spot::all(
        bot,
        &[StageStmt, EscalateStmt, ToSetting, ForgetStmt, TagStmt, NoteStmt],
    )
    .into_iter()
    .filter(|spot| !spot.range().is_empty())
    .map(|spot| {
        let text = format!("{} please", spot.text());
        spot.becomes("a word too many", text)
    })
    .collect()
}

fn unknown_statement(bot: &Bot) -> Vec<Mutant> {
    spot::all(
        bot,
        &[SayStmt, AskStmt, ChooseStmt, RememberStmt, FinishStmt, TagStmt],
    )
    .into_iter()
    .filter(|spot| spot.alone() || spot.lines().start + spot.indent().len() == spot.range().start)
    .map(|spot| {
        let range = spot.range();
        let word = spot.text().split([' ', '\n']).next().unwrap_or_default();
        // The last two letters change places: `sya`, `chooes`.
        let (head, tail) = word.split_at(word.len() - 2);
        let misspelt: String = head.chars().chain(tail.chars().rev()).collect();
        Mutant::new(format!("`{misspelt}`")).replace(
            spot.file(),
            range.start..range.start + word.len(),
            misspelt,
        )
    })
    .collect()
}

fn text_looks_like_code(bot: &Bot) -> Vec<Mutant> {
    spot::all(bot, &[SayStmt])
        .into_iter()
        .filter_map(|say| say.child(Text))
        .filter(|text| !text.text().contains('{'))
        .map(|text| text.becomes("a way in a text", "\"-> goodbye\""))
        .collect()
}

fn wrong_place(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let Some(first) = flow.children(SayStmt).into_iter().next() else {
            continue;
        };
        mutants.push(first.behind("`hint` in a flow", "hint \"For example: Cluj\""));
        mutants.push(first.behind("`nobody` in a flow", "nobody 2m -> finish unresolved"));
        mutants.push(first.behind("`invalid` in a flow", "invalid \"That is none.\""));
    }
    mutants
}

fn bad_literal(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, root) in bot.roots() {
        for token in root
            .descendants_with_tokens()
            .filter_map(|element| element.into_token())
        {
            let text = match token.kind() {
                Duration => format!("{}x", &token.text()[..token.text().len() - 1]),
                Time => format!("25{}", &token.text()[2..]),
                Date => format!("{}-02-30", &token.text()[..4]),
                _ => continue,
            };
            mutants.push(Mutant::new(format!("`{text}`")).replace(
                File::Flow(index),
                range(token.text_range()),
                text,
            ));
        }
    }
    mutants
}

fn repeated_setting(bot: &Bot) -> Vec<Mutant> {
    let kinds = [
        CurrencySetting,
        TimezoneSetting,
        ProactiveSetting,
        AfterSetting,
        NeedsSetting,
        BetweenSetting,
        CapSetting,
        ViaSetting,
        BusySetting,
        PrioritySetting,
        ExpiresSetting,
        CreditSetting,
        TimeoutSetting,
        RetrySetting,
    ];
    spot::all(bot, &kinds)
        .into_iter()
        .filter(|spot| spot.alone())
        .map(|spot| spot.behind("a setting twice", spot.text()))
        .collect()
}

fn reserved_name(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for flow in spot::all(bot, &[FlowItem]) {
        let Some(first) = flow.children(SayStmt).into_iter().next() else {
            continue;
        };
        for name in ["now", "customer", "unknown"] {
            mutants.push(first.behind(format!("`{name}` as a name"), &format!("let {name} = 5")));
        }
    }
    mutants
}

fn name_style(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let moved: String = spot::all(bot, &[MovedItem])
        .iter()
        .map(|item| item.text())
        .collect();
    for step in spot::all(bot, &[Step]) {
        let (Some(token), Some(flow)) = (step.token(Name), step.above(FlowItem)) else {
            continue;
        };
        if moved.contains(token.text()) {
            continue;
        }
        let camel: String = token
            .text()
            .split('_')
            .map(|part| {
                let mut letters = part.chars();
                letters.next().map_or(String::new(), |first| {
                    first.to_uppercase().chain(letters).collect()
                })
            })
            .collect();
        let mut mutant = step.token_into(&token, format!("step `{camel}`"), camel.clone());
        for target in flow.within(StepTarget) {
            if target.text() == token.text() {
                mutant = mutant.replace(target.file(), target.range(), camel.clone());
            }
        }
        mutants.push(mutant);
    }
    mutants
}

fn nested_too_deep(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for spot in spot::all(bot, &[IfStmt, IfClause, IfSetting]) {
        let Some(condition) = spot
            .node
            .children()
            .find(|node| !matches!(node.kind(), Block | Arrow))
        else {
            continue;
        };
        let condition = spot.of(condition);
        let text = format!("{}{}{}", "(".repeat(300), condition.text(), ")".repeat(300));
        mutants.push(condition.becomes("three hundred brackets", text));
    }
    mutants
}

fn file_too_large(bot: &Bot) -> Vec<Mutant> {
    let much = |about: &str| {
        format!(
            "\n{}\n",
            about.repeat(botflow_syntax::FILE_LIMIT / about.len() + 1)
        )
    };
    let mut mutants = Vec::new();
    for (index, source) in bot.project.sources.iter().enumerate() {
        let end = source.text.len();
        let file = File::Flow(index);
        let comments = much("# Nobody reads all this.\n");
        mutants.push(
            Mutant::new("of comments")
                .replace(file, end..end, comments)
                .at(file, 0..end),
        );
        let nothing = much("          ");
        mutants.push(
            Mutant::new("of nothing")
                .replace(file, end..end, nothing)
                .at(file, 0..end),
        );
    }
    if let Some(config) = &bot.project.config {
        let end = config.len();
        let comments = much("# Nobody reads all this.\n");
        mutants.push(
            Mutant::new("of settings")
                .replace(File::Config, end..end, comments)
                .at(File::Config, 0..end),
        );
    }
    mutants
}
