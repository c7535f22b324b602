//! `stale-translation`: what was translated is not what the bot says now.

use super::Language;
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF702",
    name: "stale-translation",
    level: Level::Warning,
    summary: "A text has changed since it was translated, or its translation is a tool's guess.",
    page: include_str!("stale_translation.md"),
};

/// An entry that a tool has marked as `fuzzy`.
pub(crate) fn fuzzy(language: &Language, at: Span, text: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        format!(
            "This translation is marked as `fuzzy`: its text has changed, or a tool guessed it. People who speak {} \
             read the bot's first language instead.",
            language.name
        ),
    )
    .help("Compare it with its text, mend it, and take out `fuzzy`; translation tools do so when you accept it.")
    .related(text, "This is what the bot says now.")
}

/// An entry whose text has changed in the flow, before any tool has noticed.
pub(crate) fn changed(language: &Language, at: Span, text: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        format!(
            "The text has changed since it was translated. People who speak {} read the bot's first language instead.",
            language.name
        ),
    )
    .help("`botflow text update` brings the new words into the catalogue, and keeps this translation for comparison.")
    .related(text, "This is what the bot says now.")
}
