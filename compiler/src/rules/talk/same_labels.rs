//! `same-labels`: two buttons beside each other read the same.

use botflow_artifact::{ExprId, Part, TextId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::together::Together;
use crate::finding::{Finding, Level, Rule};
use crate::hir::{ChooseBody, OfferBody, Program};
use crate::project::Span;
use crate::rules::names::contradictory_condition::key;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF303",
    name: "same-labels",
    level: Level::Error,
    summary: "Two buttons beside each other read the same.",
    page: include_str!("same_labels.md"),
};

/// So many buttons with one label are held against a later one.
const MOST: usize = 20;

/// A label, and when it is shown.
struct Label {
    span: Span,
    text: TextId,
    condition: Option<ExprId>,
}

/// The options of a question.
pub(super) fn choose(program: &Program, choose: &ChooseBody, findings: &mut Vec<Finding>) {
    if let Some(from) = &choose.from
        && from.at_most > 1
        && holes(program, from.label) == Some(0)
        && words(program, from.label).is_some_and(|words| !words.is_empty())
    {
        findings.push(
            Finding::new(
                &RULE,
                from.span,
                "All options of this list read the same: the label shows nothing of the item.",
            )
            .help("Show in the label what tells the items apart: `each \"{item.name}\"`."),
        );
    }
    let labels = choose.options.iter().map(|option| Label {
        span: option.label_span,
        text: option.label,
        condition: option.condition,
    });
    among(program, labels, findings);
}

/// The buttons of a message, and those of one card.
pub(super) fn offer(program: &Program, offer: &OfferBody, findings: &mut Vec<Finding>) {
    let messages = offer
        .messages
        .iter()
        .filter_map(|id| program.bot.messages.get(id.index()));
    let mut conditions: IndexMap<TextId, Option<ExprId>, FxBuildHasher> = IndexMap::default();
    for message in messages {
        let of_cards = message.cards.iter().flat_map(|cards| &cards.buttons);
        conditions.extend(
            message
                .buttons
                .iter()
                .chain(of_cards)
                .map(|it| (it.label, it.condition)),
        );
    }
    for of_card in [false, true] {
        let ways = offer.ways.iter().filter(|way| way.item.is_some() == of_card);
        let labels = ways.map(|way| Label {
            span: way.label_span,
            text: way.label,
            condition: conditions.get(&way.label).copied().flatten(),
        });
        among(program, labels, findings);
    }
}

fn among(program: &Program, labels: impl Iterator<Item = Label>, findings: &mut Vec<Finding>) {
    let mut seen: IndexMap<String, Vec<Label>, FxBuildHasher> = IndexMap::default();
    for label in labels {
        let Some(words) = words(program, label.text).filter(|words| !words.is_empty()) else {
            continue;
        };
        let before = seen.entry(words).or_default();
        let twin = before
            .iter()
            .find(|other| together(program, other.condition, label.condition));
        if let Some(first) = twin {
            findings.push(
                Finding::new(
                    &RULE,
                    label.span,
                    "This button reads the same as another one beside it: nobody can tell which one to press.",
                )
                .related(first.span, "The other one stands here.")
                .help(
                    "Give each its own words. Where only one of them is meant to be there at a time, their `if`s have to \
                     exclude each other.",
                ),
            );
        }
        if before.len() < MOST {
            before.push(label);
        }
    }
}

/// Whether two buttons can be shown together.
pub(super) fn together(program: &Program, one: Option<ExprId>, other: Option<ExprId>) -> bool {
    let mut both = Together::new(program);
    for condition in [one, other].into_iter().flatten() {
        both.assume(condition, true);
    }
    !both.impossible()
}

/// A label as the eye takes it: whatever its case and spaces. Nothing where its holes cannot be compared.
pub(super) fn words(program: &Program, text: TextId) -> Option<String> {
    let variant = program.bot.texts.get(text.index())?.variants.first()?;
    let mut words = String::new();
    for part in &variant.parts {
        match part {
            Part::Literal(literal) => words.push_str(&literal.to_lowercase()),
            Part::Hole { value, filters, .. } => {
                words.push_str(&format!("{{{}{filters:?}}}", key(program, *value)?));
            }
        }
    }
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// How many holes a text has.
pub(super) fn holes(program: &Program, text: TextId) -> Option<usize> {
    let variant = program.bot.texts.get(text.index())?.variants.first()?;
    let holes = variant
        .parts
        .iter()
        .filter(|part| matches!(part, Part::Hole { .. }));
    Some(holes.count())
}
