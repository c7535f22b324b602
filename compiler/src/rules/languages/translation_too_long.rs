//! `translation-too-long`: a label or a message fits its channel in the bot's first language only.
//!
//! A label that is too long loses its end. A message is sent as several, which is a warning, as it is for the bot's own
//! words (`text-too-long`); a public answer cannot be parted.

use std::collections::BTreeSet;

use botflow_artifact::{LanguageId, TextId};
use botflow_message::Profile;
use botflow_message::measure::{Limit, Unit};

use super::name_of;
use crate::finding::{Finding, Level, Rule};
use crate::locales::units::Role;
use crate::names::table::FxIndexMap;
use crate::project::Span;
use crate::rules::channels::lengths::written_out;
use crate::rules::channels::spoken::{Role as Shows, Spoken};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF708",
    name: "translation-too-long",
    level: Level::Error,
    summary: "A translation is longer than a channel shows, and its text is not.",
    page: include_str!("translation_too_long.md"),
};

/// Looks at the translations of all messages, labels and cards whose text fits. What is too long as it is written has its
/// finding, and so have labels that look alike once they are cut.
pub(crate) fn check(spoken: &Spoken<'_, '_>, alike: &BTreeSet<Span>, findings: &mut Vec<Finding>) {
    let lowered = spoken.context.lowered;
    if lowered.translated.is_empty() {
        return;
    }
    let places: FxIndexMap<(TextId, LanguageId), Span> = lowered
        .translated
        .iter()
        .map(|(text, language, at)| ((*text, *language), *at))
        .collect();
    let mut told: BTreeSet<Span> = alike.clone();
    for shown in &spoken.shown {
        if spoken.too_long_as_written(shown).is_some() {
            continue;
        }
        for (language, found) in spoken.too_long_translated(shown) {
            let Some(at) = places
                .get(&(shown.text, language))
                .filter(|at| !told.contains(*at))
            else {
                continue;
            };
            told.insert(*at);
            let code = lowered
                .bot
                .languages
                .get(language.index())
                .map_or("", |code| code.as_str());
            let channel = &spoken.channels[found.channel].name;
            let has = format!(
                "In {} this can be {} {} long, and `{channel}` shows {}",
                name_of(code),
                found.length,
                found.unit.word(),
                found.limit,
            );
            let in_parts = matches!(shown.role, Shows::Body | Shows::Hint);
            let public = spoken.sent[shown.sent].message.public_reply;
            let finding = match (in_parts, public) {
                (false, _)
                    if shown.role == Shows::Option && written_out(spoken.channels[found.channel].profile) =>
                {
                    Finding::new(
                        &RULE,
                        *at,
                        format!("{has}: all options would become numbered lines that nobody can press."),
                    )
                }
                (false, _) => Finding::new(&RULE, *at, format!("{has}: the rest would be cut off.")),
                (true, true) => Finding::new(
                    &RULE,
                    *at,
                    format!("{has} at once: a public answer is one comment, and cannot be parted."),
                ),
                (true, false) => {
                    let mut finding = Finding::new(
                        &RULE,
                        *at,
                        format!("{has} at once: it would be sent as several messages."),
                    );
                    finding.level = Level::Warning;
                    finding
                }
            };
            let mut finding = finding.help("Find shorter words.");
            if let Some(text) = spoken.written(shown.text) {
                finding = finding.related(text, "This is the text.");
            }
            findings.push(finding);
        }
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
