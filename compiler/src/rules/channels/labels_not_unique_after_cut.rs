//! `labels-not-unique-after-cut`: two labels that differ only in what a channel cuts off, as they are written or in a
//! translation.

use std::collections::{BTreeMap, BTreeSet};

use botflow_artifact::{LanguageId, Part, PlaceKind, TextId};
use botflow_message::Profile;
use botflow_message::measure::{Limit, Unit, cut, one_line};
use smol_str::SmolStr;

use super::label_too_long::whole;
use super::lengths::{Shape, shape, written_out};
use super::spoken::{Role, Sent, Spoken};
use super::words::{on, others};
use crate::finding::{Finding, Level, Rule};
use crate::names::table::FxIndexMap;
use crate::project::Span;
use crate::rules::languages::name_of;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF404",
    name: "labels-not-unique-after-cut",
    level: Level::Error,
    summary: "Two labels differ only in what a channel cuts off, so that people cannot tell them apart.",
    page: include_str!("labels_not_unique_after_cut.md"),
};

/// Two labels that look alike.
struct Alike {
    first: TextId,
    second: TextId,
    seen: String,
    channels: Vec<SmolStr>,
}

/// Looks at the options of every message; gives back the labels that have a finding.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) -> BTreeSet<TextId> {
    let mut told = BTreeSet::new();
    for (index, sent) in spoken.sent.iter().enumerate() {
        if sent.asks.options.max(sent.asks.suggestions) < 2 {
            continue;
        }
        let labels = spoken
            .texts_of(index)
            .filter(|shown| matches!(shown.role, Role::Option | Role::Suggestion));
        let whole: Vec<(TextId, String)> = labels
            .filter_map(|shown| Some((shown.text, one_line(&whole(spoken, shown.text)?))))
            .collect();
        let Some(found) = alike(spoken, sent, &whole) else {
            continue;
        };
        let (Some(first), Some(second)) = (spoken.written(found.first), spoken.written(found.second)) else {
            continue;
        };
        told.extend([found.first, found.second]);
        findings.push(
            Finding::new(
                &RULE,
                second,
                format!(
                    "{} this label and another one both begin with `{}`, {}.{}",
                    on(&found.channels[0]),
                    found.seen.trim_end_matches('…'),
                    becomes(spoken, sent, &found.channels[0]),
                    same_for(spoken, sent, &found.channels),
                ),
            )
            .help("Let the labels differ in their first words.")
            .related(first, "The other one.")
            .conversation(spoken.conversation(sent, &found.channels[0], None)),
        );
    }
    told
}

/// Looks at the options of every message in the bot's other languages. The finding stands at the entry of the second label;
/// gives back the entries of which something was said.
pub(super) fn check_translated(
    spoken: &Spoken<'_, '_>,
    told: &BTreeSet<TextId>,
    findings: &mut Vec<Finding>,
) -> BTreeSet<Span> {
    let lowered = spoken.context.lowered;
    let mut marked: BTreeSet<Span> = BTreeSet::new();
    if lowered.translated.is_empty() {
        return marked;
    }
    let places: FxIndexMap<(TextId, LanguageId), Span> = (lowered.translated.iter())
        .map(|(text, language, at)| ((*text, *language), *at))
        .collect();
    for (index, sent) in spoken.sent.iter().enumerate() {
        if sent.asks.options.max(sent.asks.suggestions) < 2 {
            continue;
        }
        for language in spoken.languages(index).iter().filter(|one| one.index() > 0) {
            let labels: Vec<(TextId, String)> = spoken
                .texts_of(index)
                .filter(|shown| matches!(shown.role, Role::Option | Role::Suggestion))
                .filter(|shown| !told.contains(&shown.text) && !has_condition(sent, shown.text))
                .filter_map(|shown| Some((shown.text, one_line(&translated(spoken, shown.text, *language)?))))
                .collect();
            let Some(found) = alike(spoken, sent, &labels) else {
                continue;
            };
            let place = |text: TextId| places.get(&(text, *language)).copied();
            let (Some(first), Some(second)) = (place(found.first), place(found.second)) else {
                continue;
            };
            let words = |text: TextId| labels.iter().find(|(known, _)| *known == text);
            let words = |text: TextId| words(text).map(|(_, label)| label.to_lowercase());
            // What reads the same as a whole has its own finding.
            if words(found.first) == words(found.second) || !marked.insert(second) {
                continue;
            }
            marked.insert(first);
            let code = spoken.context.bot.languages.get(language.index());
            findings.push(
                Finding::new(
                    &RULE,
                    second,
                    format!(
                        "{} this label and another one both begin with `{}` in {}, {}.{}",
                        on(&found.channels[0]),
                        found.seen.trim_end_matches('…'),
                        name_of(code.map_or("", |code| code.as_str())),
                        becomes(spoken, sent, &found.channels[0]),
                        same_for(spoken, sent, &found.channels),
                    ),
                )
                .help("Let the translations differ in their first words.")
                .related(first, "The other one."),
            );
        }
    }
    marked
}

/// What a channel makes of labels that it would cut to the same.
fn becomes(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, channel: &str) -> &'static str {
    match lines(spoken, sent, channel) {
        true => "and there is no room for more: all options become numbered lines that nobody can press",
        false => "and the rest is cut off",
    }
}

/// The other channels that do the same.
fn same_for(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, channels: &[SmolStr]) -> String {
    let first = lines(spoken, sent, &channels[0]);
    others(
        channels[1..]
            .iter()
            .filter(|channel| lines(spoken, sent, channel) == first),
    )
}

/// Suggestions are cut where options are written out.
fn lines(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, channel: &str) -> bool {
    let profile = spoken.context.profiles.get(channel);
    sent.asks.options > 0 && profile.is_some_and(written_out)
}

/// A label without holes in a language that has words of its own for it.
fn translated(spoken: &Spoken<'_, '_>, text: TextId, language: LanguageId) -> Option<String> {
    let variants = &spoken.context.bot.texts.get(text.index())?.variants;
    let variant = variants.iter().find(|variant| variant.language == language)?;
    let words = |part: &Part| match part {
        Part::Literal(words) => Some(words.to_string()),
        Part::Hole { .. } => None,
    };
    variant.parts.iter().map(words).collect()
}

/// Whether an option is there only if a condition holds: then another one may be there in its place.
fn has_condition(sent: &Sent<'_>, text: TextId) -> bool {
    let of_message = sent
        .message
        .buttons
        .iter()
        .map(|button| (button.label, button.condition));
    let options = match sent.asks.place.map(|(_, place)| &place.kind) {
        Some(PlaceKind::Choose(choose)) => &choose.options[..],
        _ => &[],
    };
    let of_place = options.iter().map(|option| (option.label, option.condition));
    of_message
        .chain(of_place)
        .any(|(label, condition)| label == text && condition.is_some())
}

/// The first two labels that look alike on a channel, and all channels on which they do.
fn alike(spoken: &Spoken<'_, '_>, sent: &Sent<'_>, labels: &[(TextId, String)]) -> Option<Alike> {
    let mut found: Option<Alike> = None;
    for (_, channel) in spoken.each(sent.on) {
        let Some((limit, unit)) = seen(channel.profile, sent) else {
            continue;
        };
        let mut known: BTreeMap<String, (TextId, &str)> = BTreeMap::new();
        for (text, label) in labels {
            let shown = cut(label, limit, unit);
            match known.get(&shown) {
                Some((first, other)) if *other != label && shown != *label => {
                    match &mut found {
                        None => {
                            found = Some(Alike {
                                first: *first,
                                second: *text,
                                seen: shown,
                                channels: vec![channel.name.clone()],
                            });
                        }
                        Some(alike) => alike.channels.push(channel.name.clone()),
                    }
                    break;
                }
                Some(_) => {}
                None => {
                    known.insert(shown, (*text, label));
                }
            }
        }
    }
    found
}

/// How much of each label people can read.
fn seen(profile: &Profile, sent: &Sent<'_>) -> Option<(Limit, Unit)> {
    let list = &profile.list;
    let count = sent.asks.options.max(sent.asks.suggestions);
    let second_line = list.description.most() > list.label.most();
    let (limit, unit) = match shape(profile, count) {
        Shape::Lines => return None,
        // What looks alike on buttons becomes a list where its rows have a second line.
        Shape::Buttons if list.rows.allows(count) && list.description.exists() => {
            (list.description, Unit::Utf16)
        }
        Shape::Buttons => (profile.options.label, profile.options.unit),
        Shape::List if second_line => (list.description, Unit::Utf16),
        Shape::List => (list.label, Unit::Utf16),
    };
    (limit != Limit::NONE).then_some((limit, unit))
}
