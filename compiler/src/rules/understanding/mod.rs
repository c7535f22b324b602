//! Family BF8: understanding: what customers write, and what it is heard as.
//!
//! Nothing here guesses what a message means: the rules ask the matcher with which the bot runs
//! ([`botflow_understanding::Learner`]), so that another one changes what is said here and no rule. Most of it needs the
//! resolved program only ([`program`]); conversations are put into it when there is a graph ([`complete`]).

mod intents;
mod knowledge;
mod reading;

pub mod ambiguous_example;
pub mod answer_type_too_wide;
pub mod empty_intent;
pub mod example_of_own_intent_misread;
pub mod faq_broken_link;
pub mod faq_duplicate;
pub mod faq_shadowed;
pub mod option_shadowed;
pub mod same_words;
pub mod too_few_examples;

use smol_str::SmolStr;

use botflow_artifact::{Hears, PlaceKind};
use botflow_understanding::{Learner, WordLearner};

use crate::finding::{Finding, Rule};
use crate::hir::{Program, StmtKind};
use crate::project::{FileId, Source, Span};
use crate::rules::flow::context::Context;
use intents::Intents;

/// The rules of this family, in order of code.
pub const RULES: &[&Rule] = &[
    &same_words::RULE,
    &ambiguous_example::RULE,
    &option_shadowed::RULE,
    &too_few_examples::RULE,
    &example_of_own_intent_misread::RULE,
    &empty_intent::RULE,
    &faq_shadowed::RULE,
    &faq_duplicate::RULE,
    &faq_broken_link::RULE,
    &answer_type_too_wide::RULE,
];

/// So many findings get their conversation; nobody reads more in one go.
const TOLD: usize = 200;

/// Looks at everything that is heard. `documents` are other texts of the project, of which the first has the number
/// `first`.
pub(crate) fn program(
    program: &Program,
    sources: &[Source],
    (documents, first): (&[Source], FileId),
    linked: Option<&[SmolStr]>,
    findings: &mut Vec<Finding>,
) {
    let learner: &dyn Learner = &WordLearner;
    empty_intent::check(program, findings);
    let intents = Intents::new(program, learner);
    answer_type_too_wide::check(&intents, sources, findings);
    if !program.bot.faqs.is_empty() {
        let documents_of_faqs = knowledge::documents(program, documents, first);
        let asked = knowledge::asked(&documents_of_faqs);
        let again = faq_duplicate::check(&asked, findings);
        faq_shadowed::check(&intents, &asked, &again, findings);
        faq_broken_link::check(&documents_of_faqs, documents, linked, findings);
    }
    let said = intents.said();
    if said.is_empty() {
        return;
    }
    let shared = same_words::check(&intents, &said, findings);
    let misread = example_of_own_intent_misread::check(&intents, &said, &shared, findings);
    ambiguous_example::check(&intents, &said, &misread, findings);
    too_few_examples::check(&intents, learner, findings);
    let mut called = option_shadowed::Called::new();
    for one in said.iter().filter(|one| !one.phrase.text.contains('{')) {
        called.entry(&one.normalised).or_default().push(one);
    }
    crate::flow_facts::for_each_root(program, &mut |flow, root| {
        options(root, &mut |stmt, choose| {
            option_shadowed::check(&intents, &called, sources, (flow, stmt, choose), findings);
        });
    });
}

/// What is done with each question that has options.
type Visit<'v> = dyn FnMut(&crate::hir::Stmt, &crate::hir::ChooseBody) + 'v;

/// Blocks nest as deep as the parser lets them.
fn options(block: &crate::hir::Block, visit: &mut Visit<'_>) {
    for stmt in &block.stmts {
        if let StmtKind::Choose(choose) = &stmt.kind {
            visit(stmt, choose);
        }
        crate::flow_facts::for_each_block(stmt, &mut |inner| options(inner, visit));
    }
}

/// Puts conversations into the findings of this family that are about what customers write.
pub(crate) fn complete(context: &Context<'_>, findings: &mut [Finding]) {
    if context.bot.languages.is_empty() {
        return;
    }
    let told = [
        &same_words::RULE,
        &ambiguous_example::RULE,
        &option_shadowed::RULE,
        &example_of_own_intent_misread::RULE,
        &faq_shadowed::RULE,
        &faq_duplicate::RULE,
    ];
    let mine = |finding: &&mut Finding| told.iter().any(|rule| rule.code == finding.rule.code);
    for finding in findings.iter_mut().filter(mine).take(TOLD) {
        let Some(written) = finding.message.split('`').nth(1).map(str::to_owned) else {
            continue;
        };
        let written = match finding.rule.code {
            code if code == ambiguous_example::RULE.code => differently(&written),
            _ => written,
        };
        let line = format!("> {written}");
        finding.conversation = match finding.rule.code {
            code if code == option_shadowed::RULE.code => at_question(context, finding.span, line),
            _ => where_heard(context, finding, line),
        };
    }
}

/// The same with other words around it, as one of a hundred customers would write it.
fn differently(written: &str) -> String {
    let written = written.trim_end_matches(['?', '!', '.']);
    format!("{written}, 1 2 3")
}

/// At the question around a place of the text.
fn at_question(context: &Context<'_>, span: Span, line: String) -> Vec<String> {
    let around = |outer: Span| outer.file == span.file && outer.start <= span.start && span.end <= outer.end;
    let places = context.lowered.places.iter().enumerate();
    let place = places
        .filter(|(id, source)| {
            around(source.span) && matches!(context.bot.places[*id].kind, PlaceKind::Choose(_))
        })
        .min_by_key(|(_, source)| source.span.end - source.span.start);
    let Some((id, _)) = place else {
        return Vec::new();
    };
    let path = context.path(context.graph.place(botflow_artifact::PlaceId::from(id)));
    context.tell_and(&path, |plan| plan.line(line))
}

/// Where the intent of a finding is heard: as the first message if by `always`, else at the nearest place that listens.
fn where_heard(context: &Context<'_>, finding: &Finding, line: String) -> Vec<String> {
    let spans = &context.lowered.spans;
    let intent = spans
        .phrases
        .iter()
        .position(|phrases| phrases.iter().any(|phrase| phrase.span == finding.span));
    let hears = |id: &botflow_artifact::HandlerId| {
        let handler = context.bot.handlers.get(id.index());
        handler.is_some_and(|handler| match &handler.hears {
            Hears::Intent { intent: heard, .. } => Some(heard.index()) == intent,
            _ => false,
        })
    };
    if intent.is_none() || context.bot.always.iter().any(&hears) {
        return context.plan(|plan| plan.line(line));
    }
    let places = context.bot.places.iter().enumerate();
    let listening = places.filter(|(_, place)| place.handlers.iter().any(&hears));
    let paths = listening
        .take(20)
        .map(|(id, _)| context.path(context.graph.place(botflow_artifact::PlaceId::from(id))))
        .filter(|path| !path.is_empty());
    match paths.min_by_key(Vec::len) {
        Some(path) => context.tell_and(&path, |plan| plan.line(line)),
        None => Vec::new(),
    }
}
