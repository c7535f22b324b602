//! BF102 duplicate-name: two declarations have the same name, so nobody can tell which one is meant.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF102",
    name: "duplicate-name",
    level: Level::Error,
    summary: "Two declarations have the same name, so nobody can tell which one is meant.",
    page: include_str!("duplicate_name.md"),
};

/// A second declaration of a name; `first` is where the first one stands, if a person wrote it.
pub fn finding(kind: &str, name: &str, span: Span, first: Option<Span>) -> Finding {
    let finding = match first {
        Some(first) => Finding::new(&RULE, span, format!("There are two of the {kind} `{name}`."))
            .related(first, format!("`{name}` is declared here first")),
        None => Finding::new(
            &RULE,
            span,
            format!("The {kind} `{name}` is already known to the language."),
        ),
    };
    finding.help("Give one of them another name, or remove it.")
}

/// An intent and an event of one name: `on NAME` could mean both.
pub fn two_kinds(kind: &str, other: &str, name: &str, span: Span, first: Option<Span>) -> Finding {
    let finding = Finding::new(
        &RULE,
        span,
        format!("The {kind} `{name}` has the name of an {other}, so `on {name}` could mean both."),
    )
    .help("Give one of them another name.");
    match first {
        Some(first) => finding.related(first, format!("the {other} `{name}`")),
        None => finding,
    }
}

/// A second `bot` block.
pub fn second_bot(span: Span, first: Span) -> Finding {
    Finding::new(&RULE, span, "A project is one bot, and this is a second one.")
        .related(first, "the first `bot` block")
        .help("Put all settings into one `bot` block.")
}
