//! `text-too-long`: a message longer than a channel takes in one piece.

use botflow_message::measure::Unit;

use super::spoken::{Role, Spoken};
use super::words::{on, others, thousands};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF401",
    name: "text-too-long",
    level: Level::Error,
    summary: "A message is longer than a channel takes in one piece: it is sent as several, or cannot be parted.",
    page: include_str!("text_too_long.md"),
};

/// Looks at the words of all messages.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    for shown in &spoken.shown {
        if !matches!(shown.role, Role::Body | Role::Hint) {
            continue;
        }
        let Some(found) = spoken.too_long_as_written(shown) else {
            continue;
        };
        let Some(at) = spoken.written(shown.text) else {
            continue;
        };
        let public = spoken.sent[shown.sent].message.public_reply;
        let channel = &spoken.channels[found.channel].name;
        let has = if spoken.has_holes(shown.text) {
            "this one can have"
        } else {
            "this one has"
        };
        let what = if public {
            "and a public answer is one comment"
        } else {
            "so it is sent as several"
        };
        let rest = spoken
            .each(found.on & !(1 << found.channel))
            .map(|(_, channel)| &channel.name);
        let message = format!(
            "{} a message holds {} {}; {has} {}, {what}.{}",
            on(channel),
            thousands(found.limit),
            unit(found.unit),
            thousands(found.length),
            others(rest),
        );
        let mut finding = Finding::new(&RULE, at, message);
        finding = if public {
            finding.help("Say less in public, and the rest in private (`say`).")
        } else {
            finding.help(format!(
                "Say less, part it yourself where it can be parted well, or give other words for this channel: `on \
                 {channel} \"…\"`."
            ))
        };
        let sent = &spoken.sent[shown.sent];
        finding = finding.conversation(spoken.conversation(sent, channel, Some(found.language)));
        if !public {
            finding.level = Level::Warning;
        }
        findings.push(finding);
    }
}

/// What is counted, as people say it.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "bytes (a letter with an accent, or of another alphabet, has two or more)",
        Unit::Utf16 | Unit::Sms => "characters",
    }
}
