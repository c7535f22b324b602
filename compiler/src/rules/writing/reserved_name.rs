//! `reserved-name`: a name is a word of the language.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF009",
    name: "reserved-name",
    level: Level::Error,
    summary: "A name is a word of the language.",
    page: include_str!("reserved_name.md"),
};

/// A declared name that is a word of the language.
pub fn finding(at: Span, name: &str) -> Finding {
    Finding::new(
        &RULE,
        at,
        format!("`{name}` is a word of the language and cannot be a name."),
    )
    .help(format!("Choose another name, for example `{}`.", another(name)))
}

/// A name near the reserved one that is free.
fn another(name: &str) -> String {
    match name {
        "event" => "occasion".to_owned(),
        "customer" => "buyer".to_owned(),
        "conversation" => "talk".to_owned(),
        "step" => "stage_one".to_owned(),
        _ => format!("{name}_step"),
    }
}
