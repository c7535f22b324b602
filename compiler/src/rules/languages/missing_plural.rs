//! `missing-plural`: a language counts in a form that has no words.

use super::{Language, Translation};
use crate::finding::{Finding, Level, Rule};
use crate::locales::plural::Counting;
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF705",
    name: "missing-plural",
    level: Level::Error,
    summary: "A translation lacks words for a number that its language counts in a form of its own.",
    page: include_str!("missing_plural.md"),
};

/// A form without words.
pub(crate) fn finding(translation: &Translation<'_>, part: &str, message: String) -> Finding {
    Finding::new(&RULE, translation.place_of(part), message)
        .help(format!(
            "{} has its own words for these numbers: write them, too.",
            translation.language.name
        ))
        .related(translation.unit.span, "This is the text.")
}

/// One of the strings of an entry is empty, and others are not.
pub(crate) fn empty(translation: &Translation<'_>, at: Span, category: &str, counting: &Counting) -> Finding {
    let such_as = counting
        .example(category)
        .map(|number| format!(" such as {number}"))
        .unwrap_or_default();
    let message = format!(
        "There are no words for numbers{such_as} (`{category}` in {}).",
        translation.language.name
    );
    Finding::new(&RULE, at, message)
        .help("Write them between the quotes.")
        .related(translation.unit.span, "This is the text.")
}

/// The header says something else about numbers than the language does.
pub(crate) fn header(language: &Language, at: Span, counting: &Counting) -> Finding {
    Finding::new(
        &RULE,
        at,
        format!(
            "The header does not say which forms {} has for numbers, or says it wrongly.",
            language.name
        ),
    )
    .help(format!("Its line is `Plural-Forms: {}`", counting.header()))
}
