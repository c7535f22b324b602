//! `label-too-long`: a label of which people read so little that they cannot know what it says.

use std::collections::BTreeSet;

use botflow_artifact::{Part, TextId};
use botflow_message::measure::{Limit, Unit, cut, one_line};

use super::lengths::{TooLong, written_out};
use super::spoken::{Role, Shown, Spoken};
use super::text_too_long::unit;
use super::words::{and, name, on, others};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF402",
    name: "label-too-long",
    level: Level::Error,
    summary: "A label has no room on a channel: people cannot read it, or cannot press it.",
    page: include_str!("label_too_long.md"),
};

/// Looks at all labels but those that have a finding already.
pub(super) fn check(spoken: &Spoken<'_, '_>, alike: &BTreeSet<TextId>, findings: &mut Vec<Finding>) {
    for shown in &spoken.shown {
        let what = match shown.role {
            Role::Option | Role::CardButton => "a button",
            Role::Suggestion => "a suggestion",
            Role::Link => "a button with a link",
            Role::Call => "a button that calls",
            Role::Body | Role::Hint | Role::CardTitle | Role::CardText => continue,
        };
        if alike.contains(&shown.text) {
            continue;
        }
        let (Some(found), Some(at)) = (spoken.too_long_as_written(shown), spoken.written(shown.text)) else {
            continue;
        };
        let message = sentence(spoken, shown, what, &found);
        let channel = &spoken.channels[found.channel].name;
        let help = if spoken.has_holes(shown.text) {
            "Say less around the value, or give its type a length that fits: `type short_name = text length 1 to 20`."
        } else if *channel == "whatsapp" || spoken.each(found.on).count() > 1 {
            "Say it in a few words here, and the rest in the message above it."
        } else {
            "Say it in a few words."
        };
        let sent = &spoken.sent[shown.sent];
        let mut finding = Finding::new(&RULE, at, message)
            .help(help)
            .conversation(spoken.conversation(sent, channel, Some(found.language)));
        if let Some(hole) = longest_hole(spoken, shown.text, &found) {
            finding = finding.related(hole.0, format!("This can have {} characters.", hole.1));
        }
        findings.push(finding);
    }
}

/// What is wrong with a label: what there is room for, what it has, and what becomes of it.
fn sentence(spoken: &Spoken<'_, '_>, shown: &Shown, what: &str, found: &TooLong) -> String {
    let main = &spoken.channels[found.channel];
    let lines = |profile| shown.role == Role::Option && written_out(profile);
    let (same, other): (Vec<_>, Vec<_>) = spoken
        .each(found.on & !(1 << found.channel))
        .map(|(_, channel)| channel)
        .partition(|channel| lines(channel.profile) == lines(main.profile));
    let rest = others(same.iter().map(|channel| &channel.name));
    let names: Vec<&str> = other.iter().map(|channel| name(&channel.name)).collect();
    let elsewhere = match (names.is_empty(), lines(main.profile)) {
        (true, _) => String::new(),
        (false, false) => format!(" All options are numbered lines instead on {}.", and(&names)),
        (false, true) => format!(" It is cut on {}.", and(&names)),
    };
    let read = match whole(spoken, shown.text) {
        _ if lines(main.profile) => {
            let has = if spoken.has_holes(shown.text) {
                "can have"
            } else {
                "has"
            };
            format!(
                "this one {has} {}, so that all options become numbered lines that nobody can press",
                found.length
            )
        }
        Some(label) => {
            let most = i64::try_from(found.limit).unwrap_or(i64::MAX);
            let seen = cut(&one_line(&label), Limit(most), found.unit);
            format!("this one has {}, and people read `{seen}`", found.length)
        }
        None => format!("this one can have {}, and is cut", found.length),
    };
    let counted = if found.unit == Unit::Bytes {
        unit(found.unit)
    } else {
        "characters"
    };
    format!(
        "{} {what} holds {} {counted}; {read}.{rest}{elsewhere}",
        on(&main.name),
        found.limit
    )
}

/// A label without holes, as it is written.
pub(super) fn whole(spoken: &Spoken<'_, '_>, text: TextId) -> Option<String> {
    let variant = spoken.context.bot.texts.get(text.index())?.variants.first()?;
    let mut label = String::new();
    for part in &variant.parts {
        match part {
            Part::Literal(words) => label.push_str(words),
            Part::Hole { .. } => return None,
        }
    }
    Some(label)
}

/// The hole that makes a label long, if another part of the text is shorter.
fn longest_hole(
    spoken: &Spoken<'_, '_>,
    text: TextId,
    found: &TooLong,
) -> Option<(crate::project::Span, usize)> {
    let variant = spoken.context.bot.texts.get(text.index())?.variants.first()?;
    let holes = variant.parts.iter().filter_map(|part| {
        let Part::Hole { value, .. } = part else {
            return None;
        };
        let alone = botflow_artifact::TextVariant {
            language: variant.language,
            parts: vec![part.clone()],
        };
        let length = spoken
            .bounds
            .variant(&alone, found.language)
            .in_unit(found.unit)?;
        let info = spoken.context.lowered.exprs.get(value.index())?;
        Some((info.span, length))
    });
    holes
        .max_by_key(|(_, length)| *length)
        .filter(|(_, length)| length.saturating_mul(2) > found.length)
}
