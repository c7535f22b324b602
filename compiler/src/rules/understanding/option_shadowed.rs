//! `option-shadowed`: what an option is called means an intent, too.

use std::collections::BTreeMap;

use botflow_artifact::FlowId;
use botflow_understanding::OptionWords;
use smol_str::SmolStr;

use super::intents::{Hearer, Intents, Said};
use super::reading::plain;
use crate::finding::{Finding, Level, Rule};
use crate::hir::{Block, ChooseBody, OptionActBody, Stmt};
use crate::project::{Source, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF803",
    name: "option-shadowed",
    level: Level::Warning,
    summary: "An option is called what an intent is heard by: at this question the intent is never heard as meant.",
    page: include_str!("option_shadowed.md"),
};

/// What intents are heard by, normalised, with the first text of each intent that has it.
pub(super) type Called<'s, 'p> = BTreeMap<&'s SmolStr, Vec<&'s Said<'p>>>;

/// Looks at the options of one question.
pub(super) fn check(
    intents: &Intents<'_>,
    called: &Called<'_, '_>,
    sources: &[Source],
    (flow, stmt, choose): (FlowId, &Stmt, &ChooseBody),
    findings: &mut Vec<Finding>,
) {
    for option in &choose.options {
        let mut names: Vec<(String, Span)> = Vec::new();
        names.extend(plain(&intents.program.bot, option.label).map(|label| (label, option.label_span)));
        for word in option.words.iter().flat_map(|one| &one.words) {
            names.push((word.to_string(), written(sources, option.span, option.label_span, word)));
        }
        for (name, span) in names {
            let words = OptionWords::new([name.as_str()]);
            let Some(phrase) = words.phrases().first() else {
                continue;
            };
            let meant = called.get(phrase).into_iter().flatten().find_map(|said| {
                let hearers = intents.hearers.get(said.intent as usize)?;
                let hearer = hearers.iter().find(|hearer| hears(intents, hearer, flow, stmt))?;
                Some((said, hearer))
            });
            let Some((said, hearer)) = meant else { continue };
            let does = match &option.act {
                OptionActBody::Way(block) => Some(block),
                _ => None,
            };
            // Whatever it is heard as, the same happens.
            if does.is_some_and(|block| same(sources, block, &hearer.handler.block)) {
                continue;
            }
            let intent = intents.name(said.intent);
            findings.push(
                Finding::new(
                    &RULE,
                    span,
                    format!(
                        "Whoever writes `{name}` here chooses this option: nobody is heard as meaning `{intent}`, as they \
                         are everywhere else."
                    ),
                )
                .related(said.phrase.span, format!("`{intent}` is heard by this."))
                .help(format!(
                    "Give the option other words, or let it lead where `{intent}` leads."
                )),
            );
            break;
        }
    }
}

/// Whether a handler hears at a question.
fn hears(intents: &Intents<'_>, hearer: &Hearer<'_>, flow: FlowId, stmt: &Stmt) -> bool {
    if hearer.handler.condition.is_some() {
        return false;
    }
    if hearer.level.flow == FlowId::ALWAYS {
        return true;
    }
    let step = hearer.level.step.and_then(|id| {
        let body = intents.program.flows.get(flow.index())?;
        body.steps.iter().find(|step| step.id == id)
    });
    let inside = |outer: Span| outer.start <= stmt.span.start && stmt.span.end <= outer.end;
    hearer.level.flow == flow && (hearer.level.step.is_none() || step.is_some_and(|step| inside(step.span)))
}

/// Whether two ways are written the same.
fn same(sources: &[Source], one: &Block, other: &Block) -> bool {
    let words = |block: &Block| {
        let text = &sources.get(block.span.file.0 as usize)?.text;
        let text = text.get(block.span.start as usize..block.span.end as usize)?;
        let text = text.trim().trim_start_matches("->");
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    words(one).is_some_and(|one| words(other) == Some(one))
}

/// Where a word of an option stands; its label where that cannot be found.
fn written(sources: &[Source], option: Span, label: Span, word: &str) -> Span {
    let found = sources.get(option.file.0 as usize).and_then(|source| {
        let behind = source.text.get(label.end as usize..option.end as usize)?;
        let quoted = format!("\"{word}\"");
        let at = label.end + behind.find(&quoted)? as u32;
        Some(Span {
            file: option.file,
            start: at,
            end: at + quoted.len() as u32,
        })
    });
    found.unwrap_or(label)
}
