//! BF0: comments that allow what is found.

use botflow_syntax::SyntaxKind::*;

use super::Class;
use crate::corpus::Bot;
use crate::mutant::{File, Mutant};
use crate::spot;

pub const CLASSES: &[Class] = &[
    Class {
        names: &["allow-without-reason"],
        done: "a mistake is made, and allowed without a reason",
        seed: allow_without_reason,
    },
    Class {
        names: &["unneeded-allow"],
        done: "a comment allows what is not there",
        seed: unneeded_allow,
    },
];

fn allow_without_reason(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let declared = [
        ("unused-name", "event never_minded(order: text)"),
        ("unused-name", "type spare_part {\n  left_one\n  right_one\n}"),
        (
            "queue-never-used",
            "queue spare_people {\n  hours mon to fri 09:00 to 18:00\n}",
        ),
        // A flow that nothing mentions is an unused name, and no more than that.
        (
            "unused-name",
            "flow nobody_comes {\n  say \"Nobody reads this.\"\n  finish resolved\n}",
        ),
    ];
    for (index, source) in bot.project.sources.iter().enumerate() {
        let end = source.text.len();
        for (name, item) in declared {
            let text = format!("\n# botflow: allow {name}\n{item}\n");
            mutants.push(Mutant::new("above a declaration").replace(File::Flow(index), end..end, text));
        }
    }
    for flow in spot::all(bot, &[FlowItem]) {
        let Some(first) = flow.children(SayStmt).into_iter().next() else {
            continue;
        };
        for (name, lines) in [
            ("constant-condition", "if 5 > 3 {\n  say \"Indeed.\"\n}"),
            ("text-looks-like-code", "say \"-> goodbye\""),
        ] {
            let text = format!("# botflow: allow {name}\n{lines}");
            mutants.push(first.behind("above a statement", &text));
        }
        let line = "say \"-> goodbye\"  # botflow: allow text-looks-like-code";
        mutants.push(first.behind("at the end of a line", line));
    }
    mutants
}

fn unneeded_allow(bot: &Bot) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let kinds = [
        SayStmt,
        AskStmt,
        ChooseStmt,
        FinishStmt,
        IntentItem,
        TriggerItem,
        QueueItem,
        TemplateItem,
        GoalItem,
        IntentHandler,
        Choice,
        Field,
        WordsClause,
    ];
    let names = [
        "unused-name",
        "label-too-long",
        "question-asks-twice",
        "unknown-name",
        "same-words",
        "no-quiet-hours",
    ];
    // What a bot does not want to hear of is found all the same, and allowed.
    let config = bot.project.config.as_deref().unwrap_or_default();
    let names: Vec<&str> = names.into_iter().filter(|name| !config.contains(name)).collect();
    for (nth, spot) in spot::all(bot, &kinds).into_iter().enumerate() {
        let name = names[nth % names.len()];
        if spot.alone() {
            let text = format!("# botflow: allow {name} -- it was like that once");
            mutants.push(spot.before(format!("`{name}` above what is sound"), &text));
        }
        let line = spot.lines();
        let end = line.end - 1;
        let source = spot.source();
        let first = &source[line.start..end];
        if spot.alone() && !first.contains('#') && !first.contains('\n') && source[end..].starts_with('\n') {
            let text = format!("  # botflow: allow {name} -- it was like that once");
            mutants.push(Mutant::new(format!("`{name}` behind what is sound")).replace(
                spot.file(),
                end..end,
                text,
            ));
        }
    }
    mutants
}
