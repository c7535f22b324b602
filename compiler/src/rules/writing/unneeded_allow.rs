//! `unneeded-allow`: a comment allows what is not found, or what cannot be allowed.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF015",
    name: "unneeded-allow",
    level: Level::Warning,
    summary: "A comment allows a finding that is not there.",
    page: include_str!("unneeded_allow.md"),
};

/// Reports a name in a comment that nothing needs; `all` is what goes with it.
pub fn finding(name: Span, written: &str, all: Span) -> Finding {
    Finding::new(
        &RULE,
        name,
        format!("Nothing of the kind `{written}` is found on the line that this is about."),
    )
    .help("Take it out: it would hide a mistake that somebody makes there later.")
    .fix("Take it out", all, "")
    .safe()
}

/// Reports a name that no comment can allow.
pub fn fixed(name: Span, rule: &Rule, all: Span) -> Finding {
    Finding::new(
        &RULE,
        name,
        format!(
            "`{}` cannot be allowed: a bot that has one cannot be built.",
            rule.name
        ),
    )
    .help("Take it out, and mend what was found.")
    .fix("Take it out", all, "")
    .safe()
}
