//! `unused-translation`: a translation of something that the bot does not say.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF703",
    name: "unused-translation",
    level: Level::Hint,
    summary: "A catalogue translates something that the bot does not say.",
    page: include_str!("unused_translation.md"),
};

/// An entry that no text of the flows has.
pub(crate) fn finding(at: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        "The bot says this nowhere: its translation is never shown.",
    )
    .help("`botflow text update` keeps it as obsolete (`#~`), in case the words come back.")
}
