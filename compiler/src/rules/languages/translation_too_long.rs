//! `translation-too-long`: a label fits its channel in the bot's first language only.

use botflow_message::measure::{Limit, Unit};
use botflow_message::{Profile, markup};

use super::Translation;
use super::markup_mismatch::without_holes;
use crate::finding::{Finding, Level, Rule};
use crate::locales::units::Role;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF708",
    name: "translation-too-long",
    level: Level::Error,
    summary: "A translated label is longer than a channel shows, and its text is not.",
    page: include_str!("translation_too_long.md"),
};

/// Looks at one translation. Holes count as one letter: what is too long without them is too long.
pub(crate) fn check(translation: &Translation<'_>, channels: &[Profile], findings: &mut Vec<Finding>) {
    let shown = |words: &str| markup::strip(&without_holes(words));
    let (source, words) = (shown(translation.source), shown(&translation.words.value));
    for profile in channels {
        let Some((limit, unit)) = limit(translation.unit.role, profile) else {
            continue;
        };
        let length = unit.measure(&words);
        if limit.allows(length) || !limit.allows(unit.measure(&source)) {
            continue;
        }
        let message = format!(
            "In {} this is {length} {} long, and {} shows {}: the rest would be cut off.",
            translation.language.name,
            unit.word(),
            profile.title,
            limit.most(),
        );
        findings.push(
            Finding::new(&RULE, translation.span(), message)
                .help("Find shorter words.")
                .related(translation.unit.span, "This is the text."),
        );
        // One channel is enough: shorter words are needed in any case.
        return;
    }
}

/// How long something may be on a channel at most, however it is shown there.
pub(crate) fn limit(role: Role, profile: &Profile) -> Option<(Limit, Unit)> {
    let exists = |limit: Limit| limit.exists().then_some(limit);
    let found = match role {
        Role::Option | Role::Suggestion => {
            let button = exists(profile.options.max).and(exists(profile.options.label));
            let row = exists(profile.list.rows).and(exists(profile.list.label));
            let wider = match (button, row) {
                (Some(one), Some(two)) => Some(if two.most() > one.most() { two } else { one }),
                (one, two) => one.or(two),
            };
            wider.map(|limit| (limit, profile.options.unit))
        }
        Role::Button => exists(profile.links.max)
            .and(exists(profile.links.label))
            .map(|limit| (limit, Unit::Utf16)),
        Role::CardTitle => exists(profile.cards.max)
            .and(exists(profile.cards.title))
            .map(|limit| (limit, Unit::Utf16)),
        Role::CardButton => exists(profile.cards.max)
            .and(exists(profile.cards.label))
            .map(|limit| (limit, Unit::Utf16)),
        _ => None,
    };
    found.filter(|(limit, _)| limit.0 > 0)
}
