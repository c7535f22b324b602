//! `same-labels`: two buttons beside each other read the same, as they are written or in a translation.

use botflow_artifact::{ExprId, LanguageId, Part, TextId, TextVariant};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::options::{self, Asks};
use super::together::Together;
use crate::finding::{Finding, Level, Rule};
use crate::hir::{ChooseBody, OfferBody, Program};
use crate::names::table::FxIndexMap;
use crate::project::Span;
use crate::rules::languages::name_of;
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
#[derive(Clone, Copy)]
struct Label {
    span: Span,
    text: TextId,
    condition: Option<ExprId>,
}

/// The options of all questions and the buttons of all messages in the bot's other languages, each finding at its entry
/// of the catalogue. What reads the same as it is written has its finding.
pub(crate) fn translated(program: &Program, findings: &mut Vec<Finding>) {
    if program.translated.is_empty() {
        return;
    }
    let places: FxIndexMap<(TextId, LanguageId), Span> = (program.translated.iter())
        .map(|(text, language, at)| ((*text, *language), *at))
        .collect();
    let mut told: Vec<Span> = Vec::new();
    options::for_each(program, &mut |_, _, asks, _| {
        let groups: Vec<Vec<Label>> = match asks {
            Asks::Choose(choose) => vec![labels_of(choose).collect()],
            Asks::Offer(offer) => offered(program, offer),
        };
        for group in groups.iter().filter(|group| group.len() > 1) {
            for language in (1..program.bot.languages.len()).map(LanguageId::from) {
                let twins = twins(program, group.iter().copied(), |label| {
                    let variants = &program.bot.texts.get(label.text.index())?.variants;
                    let own = variants.iter().find(|variant| variant.language == language)?;
                    words_of(program, own)
                });
                for (first, second) in twins {
                    let (Some(at), Some(other)) = (
                        places.get(&(second.text, language)),
                        places.get(&(first.text, language)),
                    ) else {
                        continue;
                    };
                    let written = words(program, first.text);
                    if told.contains(at) || written.is_some() && written == words(program, second.text) {
                        continue;
                    }
                    told.push(*at);
                    let name = program.bot.languages.get(language.index());
                    findings.push(
                        Finding::new(
                            &RULE,
                            *at,
                            format!(
                                "In {} this button reads the same as another one beside it: nobody can tell which one to \
                                 press.",
                                name_of(name.map_or("", |name| name.as_str()))
                            ),
                        )
                        .related(*other, "The other one stands here.")
                        .help("Translate each in its own words."),
                    );
                }
            }
        }
    });
}

fn labels_of(choose: &ChooseBody) -> impl Iterator<Item = Label> {
    choose.options.iter().map(|option| Label {
        span: option.label_span,
        text: option.label,
        condition: option.condition,
    })
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
    among(program, labels_of(choose), findings);
}

/// The buttons of a message, and those of one card.
pub(super) fn offer(program: &Program, offer: &OfferBody, findings: &mut Vec<Finding>) {
    for labels in offered(program, offer) {
        among(program, labels.into_iter(), findings);
    }
}

/// The buttons of a message, and those of one card.
fn offered(program: &Program, offer: &OfferBody) -> Vec<Vec<Label>> {
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
    let group = |of_card: bool| {
        let ways = offer.ways.iter().filter(|way| way.item.is_some() == of_card);
        let labels = ways.map(|way| Label {
            span: way.label_span,
            text: way.label,
            condition: conditions.get(&way.label).copied().flatten(),
        });
        labels.collect()
    };
    vec![group(false), group(true)]
}

fn among(program: &Program, labels: impl Iterator<Item = Label>, findings: &mut Vec<Finding>) {
    for (first, label) in twins(program, labels, |label| words(program, label.text)) {
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
}

/// Labels of which an earlier one has the same words and can be there together with it: that one, and the later one.
fn twins(
    program: &Program,
    labels: impl Iterator<Item = Label>,
    words: impl Fn(&Label) -> Option<String>,
) -> Vec<(Label, Label)> {
    let mut seen: IndexMap<String, Vec<Label>, FxBuildHasher> = IndexMap::default();
    let mut found = Vec::new();
    for label in labels {
        let Some(words) = words(&label).filter(|words| !words.is_empty()) else {
            continue;
        };
        let before = seen.entry(words).or_default();
        let twin = before
            .iter()
            .find(|other| together(program, other.condition, label.condition));
        found.extend(twin.map(|first| (*first, label)));
        if before.len() < MOST {
            before.push(label);
        }
    }
    found
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
    words_of(program, program.bot.texts.get(text.index())?.variants.first()?)
}

fn words_of(program: &Program, variant: &TextVariant) -> Option<String> {
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
