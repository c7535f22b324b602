//! `duplicate-place`: two places of one step that nothing tells apart.

use botflow_artifact::{PlaceId, PlaceKind};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::context::Context;
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF210",
    name: "duplicate-place",
    level: Level::Error,
    summary: "Two places of one step have the same name.",
    page: include_str!("duplicate_place.md"),
};

/// Reports the later of two places with one identity.
pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut counts: IndexMap<PlaceId, u32, FxBuildHasher> = IndexMap::default();
    for (earlier, later) in &context.lowered.facts.duplicates {
        let count = counts.entry(*earlier).or_insert(1);
        *count += 1;
        let place = &context.bot.places[later.index()];
        let source = context.lowered.place(*later);
        let flow = &context.bot.flows[place.flow.index()].name;
        let scope = match place.step {
            Some(step) => format!("the step `{}`", context.bot.steps[step.index()].name),
            None => format!("the flow `{flow}`"),
        };
        let name = &place.name;
        let (message, help, fix) = match &place.kind {
            PlaceKind::Choose(_) if unnamed(context, *later) => (
                format!("There is another `choose` without a name in {scope}."),
                "Give it a name, so that a waiting conversation can be told where it waits: `choose topic \"…\"`.",
                Some(format!(" choice_{count}")),
            ),
            PlaceKind::Wait { .. } => (
                format!("There is another `wait` in {scope}."),
                "Put one of them into a step of its own, so that a waiting conversation can be told where it waits.",
                None,
            ),
            kind => (
                format!(
                    "There is another `{} {name}` in {scope}.",
                    kind.word().replace('_', " ")
                ),
                "Give it another name, or put one of them into a step of its own.",
                None,
            ),
        };
        let mut finding = Finding::new(&RULE, source.name, message)
            .help(help)
            .related(context.lowered.place(*earlier).name, "The other one.")
            .conversation(context.conversation(context.graph.place(*later)));
        if let Some(text) = fix {
            let behind = Span {
                start: source.name.end,
                ..source.name
            };
            finding = finding.fix(format!("Name it `{}`", text.trim()), behind, text);
        }
        findings.push(finding);
    }
}

/// Whether a choice has no name of its own, so that one can be written behind its word.
fn unnamed(context: &Context<'_>, place: PlaceId) -> bool {
    let source = context.lowered.place(place);
    // Without a name, the word `choose` stands for it, and that is where the statement begins.
    source.name.start == source.span.start && source.name.end - source.name.start == "choose".len() as u32
}
