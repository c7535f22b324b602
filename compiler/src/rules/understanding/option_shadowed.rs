//! `option-shadowed`: what an option is called means an intent, too.

use std::collections::{BTreeMap, BTreeSet};

use botflow_artifact::FlowId;
use botflow_understanding::fillers::is_small;
use botflow_understanding::{OptionWords, normalise};
use smol_str::SmolStr;

use super::intents::{Hearer, Intents, Said};
use super::reading::plain;
use crate::finding::{Finding, Level, Rule};
use crate::hir::{Block, ChooseBody, OptionActBody, Stmt, StmtKind};
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
            names.push((
                word.to_string(),
                written(sources, option.span, option.label_span, word),
            ));
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
            // Whatever it is heard as, it leads to the same matter.
            let matter = Matter::of(intents, sources, said.intent, hearer);
            let label = (span != option.label_span).then_some(option.label_span);
            let leads = does.into_iter().flat_map(|block| leads_to(intents, flow, block));
            if leads.chain(label).any(|span| matter.is_of(text(sources, span))) {
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

/// Where it stands what a way does: the way, and the step to which it leads.
fn leads_to(intents: &Intents<'_>, flow: FlowId, block: &Block) -> Vec<Span> {
    let mut spans = vec![block.span];
    for stmt in &block.stmts {
        if let StmtKind::Go(step) = &stmt.kind
            && let Some(flow) = intents.program.flows.get(flow.index())
        {
            spans.extend(
                flow.steps
                    .iter()
                    .filter(|body| body.id == *step)
                    .map(|body| body.span),
            );
        }
    }
    spans
}

fn text(sources: &[Source], span: Span) -> &str {
    let source = sources.get(span.file.0 as usize);
    source
        .and_then(|source| source.text.get(span.start as usize..span.end as usize))
        .unwrap_or_default()
}

/// What an intent is about: the words of its name, and of what is done about it.
struct Matter(BTreeSet<SmolStr>);

/// Words agree that begin with so many letters.
const STEM: usize = 4;

impl Matter {
    fn of(intents: &Intents<'_>, sources: &[Source], intent: u32, hearer: &Hearer<'_>) -> Matter {
        let mut words = stems(intents.name(intent));
        words.extend(stems(text(sources, hearer.handler.block.span)));
        Matter(words)
    }

    /// Whether a piece of the flow has to do with it.
    fn is_of(&self, text: &str) -> bool {
        !self.0.is_disjoint(&stems(text))
    }
}

/// The beginnings of the words of a piece of a flow that say something.
fn stems(text: &str) -> BTreeSet<SmolStr> {
    let normalised = normalise(&text.replace('_', " "));
    let telling = normalised
        .spelled_words()
        .filter(|word| word.chars().count() >= STEM - 1 && !is_small(word) && !STATEMENTS.contains(word));
    telling.map(|word| word.chars().take(STEM).collect()).collect()
}

/// Words of the language, which say nothing about what is done.
const STATEMENTS: &[&str] = &[
    "run",
    "start",
    "step",
    "escalate",
    "finish",
    "resolved",
    "unresolved",
    "abandoned",
    "return",
    "again",
    "say",
    "ask",
    "choose",
];

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
