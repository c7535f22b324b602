//! `answer-type-too-wide`: plain text is asked for where all suggestions are values of a narrower type.

use botflow_artifact::{Suggestion, Type};
use botflow_values::Kind;
use botflow_values::read::Extent;

use super::intents::Intents;
use super::reading::plain;
use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::{for_each_block, for_each_root};
use crate::hir::{AskBody, Block, StmtKind};
use crate::project::{Source, Span};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF810",
    name: "answer-type-too-wide",
    level: Level::Hint,
    summary: "A question takes any text, though all its suggestions are values of a narrower type.",
    page: include_str!("answer_type_too_wide.md"),
};

/// Types that a suggestion may be, the narrowest first.
const NARROWER: &[Kind] = &[
    Kind::YesNo,
    Kind::Integer,
    Kind::Percent,
    Kind::Money,
    Kind::Time,
    Kind::Date,
    Kind::Duration,
    Kind::Email,
    Kind::Phone,
    Kind::Url,
    Kind::Number,
];

/// Looks at all questions of the project.
pub(super) fn check(intents: &Intents<'_>, sources: &[Source], findings: &mut Vec<Finding>) {
    for_each_root(intents.program, &mut |_, root| {
        block(intents, sources, root, findings)
    });
}

/// Blocks nest as deep as the parser lets them.
fn block(intents: &Intents<'_>, sources: &[Source], within: &Block, findings: &mut Vec<Finding>) {
    for stmt in &within.stmts {
        if let StmtKind::Ask(ask) = &stmt.kind {
            findings.extend(question(intents, sources, ask));
        }
        for_each_block(stmt, &mut |inner| block(intents, sources, inner, findings));
    }
}

fn question(intents: &Intents<'_>, sources: &[Source], ask: &AskBody) -> Option<Finding> {
    let bot = &intents.program.bot;
    if !matches!(bot.types.get(ask.ty.index()), Some(Type::Text)) || ask.suggest.len() < 2 {
        return None;
    }
    let labels = ask.suggest.iter().map(|suggestion| match suggestion {
        Suggestion::Label(label) => plain(bot, *label),
        Suggestion::List { .. } => None,
    });
    let labels: Vec<String> = labels.collect::<Option<_>>()?;
    let sets = (0..bot.sets.len() as u32).map(Kind::Member);
    let reads = |kind: &Kind| {
        let read = |label: &String| intents.reader.read(*kind, label, Extent::Whole).whole().is_some();
        labels.iter().all(read)
    };
    let kind = sets.chain(NARROWER.iter().copied()).find(reads)?;
    let name = match kind {
        Kind::Member(set) => bot.sets.get(set as usize)?.name.to_string(),
        kind => kind.name()?.to_owned(),
    };
    let span = type_of(sources, ask.name_span)?;
    Some(
        Finding::new(
            &RULE,
            span,
            format!("Any words are an answer here, though each suggestion is a value of type `{name}`."),
        )
        .help(format!(
            "With `{name}` the answer is read in the customer's own words, and what is none is asked for again."
        ))
        .fix(format!("Ask for `{name}`"), span, name.clone()),
    )
}

/// Where the type stands behind the name of an answer.
fn type_of(sources: &[Source], name: Span) -> Option<Span> {
    let text = &sources.get(name.file.0 as usize)?.text;
    let behind = text.get(name.end as usize..)?;
    let typed = behind.trim_start().strip_prefix(':')?.trim_start();
    typed.starts_with("text").then(|| {
        let start = (text.len() - typed.len()) as u32;
        Span {
            file: name.file,
            start,
            end: start + 4,
        }
    })
}
