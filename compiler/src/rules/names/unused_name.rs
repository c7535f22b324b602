//! BF111 unused-name: something is declared that nothing mentions.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF111",
    name: "unused-name",
    level: Level::Warning,
    summary: "Something is declared that nothing mentions, or a source of answers has none.",
    page: include_str!("unused_name.md"),
};

/// A declaration that nothing mentions.
pub fn finding(kind: &str, name: &str, span: Span) -> Finding {
    Finding::new(&RULE, span, format!("Nothing uses the {kind} `{name}`."))
        .help(format!("Use the {kind} somewhere, or remove it."))
}

/// A source of a `faq` in whose files no question with an answer stands.
pub fn nothing_asked(source: &str, span: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        format!("No question stands in `{source}`, so that nobody gets an answer from there."),
    )
    .help("Each heading is a question, `# When are you open?`, and what follows it is the answer.")
}
