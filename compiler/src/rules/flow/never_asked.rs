//! `never-asked`: a question whose answer is always there already.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF215",
    name: "never-asked",
    level: Level::Warning,
    summary: "A question is never put, because its answer is always there already.",
    page: include_str!("never_asked.md"),
};

/// A question for a field of the card that is known on every way there; `learned` in this conversation, or because
/// the field has a value from the beginning.
pub(crate) fn finding(at: Span, field: &str, learned: bool) -> Finding {
    let why = if learned {
        "every way here has learned it"
    } else {
        "it has a value from the beginning"
    };
    let help = if learned {
        format!("Take the question out, or write `forget customer.{field}` before it to ask anew.")
    } else {
        format!(
            "Declare the field as one that may be unknown (`{field}: …?`), or ask for a name of the flow and `remember` it."
        )
    };
    Finding::new(
        &RULE,
        at,
        format!("Nobody is ever asked for `customer.{field}` here: {why}."),
    )
    .help(help)
}
