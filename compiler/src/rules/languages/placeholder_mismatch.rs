//! `placeholder-mismatch`: the holes of a translation are not those of its text.

use super::Translation;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF704",
    name: "placeholder-mismatch",
    level: Level::Error,
    summary: "A translation leaves out a hole of its text, or has another one.",
    page: include_str!("placeholder_mismatch.md"),
};

/// A hole that is wrong or missing.
pub(crate) fn finding(translation: &Translation<'_>, part: &str, message: String) -> Finding {
    Finding::new(&RULE, translation.place_of(part), message)
        .help("Copy the hole from the text; only what stands in quotes inside it is translated.")
        .related(translation.unit.span, "This is the text.")
}
