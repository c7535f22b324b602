//! BF107 missing-case: a `match` does not say what happens for every value.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF107",
    name: "missing-case",
    level: Level::Error,
    summary: "A `match` does not say what happens for every value.",
    page: include_str!("missing_case.md"),
};

/// A `match` (or `select`) without ways for some values; `missing` names them, `other` is the word for the rest.
pub fn finding(what: &str, missing: &[String], other: &str, span: Span) -> Finding {
    without(what, missing, span).help(format!("Add what is missing, or `{other}`."))
}

/// A `vary` without ways for some arms.
pub fn no_arm(missing: &[String], span: Span) -> Finding {
    without("vary", missing, span).help("Add what is missing: every arm of the experiment has its own block.")
}

fn without(what: &str, missing: &[String], span: Span) -> Finding {
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    Finding::new(
        &RULE,
        span,
        format!("The `{what}` does not say what happens for {}.", names.join(", ")),
    )
}

/// A choice among more values than one can write down, without `otherwise`.
pub fn no_otherwise(what: &str, other: &str, span: Span) -> Finding {
    Finding::new(
        &RULE,
        span,
        format!("The `{what}` does not say what happens for all other values."),
    )
    .help(format!("Add `{other}`."))
}
