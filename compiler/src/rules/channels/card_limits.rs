//! `card-limits`: the words of a card are cut.

use super::spoken::{Role, Spoken};
use super::words::{on, others};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF407",
    name: "card-limits",
    level: Level::Error,
    summary: "The title or the words of a card are longer than a channel's cards hold, and are cut.",
    page: include_str!("card_limits.md"),
};

/// Looks at the titles and words of all cards.
pub(super) fn check(spoken: &Spoken<'_, '_>, findings: &mut Vec<Finding>) {
    for shown in &spoken.shown {
        let what = match shown.role {
            Role::CardTitle => "the title of a card holds",
            Role::CardText => "the words of a card hold",
            _ => continue,
        };
        let (Some(found), Some(at)) = (spoken.too_long_as_written(shown), spoken.written(shown.text)) else {
            continue;
        };
        let channel = &spoken.channels[found.channel];
        let with_title = if shown.role == Role::CardText && !channel.profile.cards.title.exists() {
            " with its title"
        } else {
            ""
        };
        let has = if spoken.has_holes(shown.text) {
            "can have"
        } else {
            "have"
        };
        let rest = spoken
            .each(found.on & !(1 << found.channel))
            .map(|(_, channel)| &channel.name);
        findings.push(
            Finding::new(
                &RULE,
                at,
                format!(
                    "{} {what} {} characters; these{with_title} {has} {}, and are cut.{}",
                    on(&channel.name),
                    found.limit,
                    found.length,
                    others(rest),
                ),
            )
            .help("Say less on the card, and the rest where it leads.")
            .conversation(spoken.conversation(
                &spoken.sent[shown.sent],
                &channel.name,
                Some(found.language),
            )),
        );
    }
}
