//! `unclosed-text`: a text begins with a quotation mark and does not end.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF002",
    name: "unclosed-text",
    level: Level::Error,
    summary: "A text begins with a quotation mark and does not end.",
    page: include_str!("unclosed_text.md"),
};

/// A text on one line without its second quotation mark. `end` is where the mark would stand.
pub fn finding(open: Span, end: Span) -> Finding {
    Finding::new(&RULE, open, "This text has no closing quotation mark.")
        .help("A text ends on its line, with `\"`. A text of several lines stands between `\"\"\"` and `\"\"\"`.")
        .fix("Add `\"` at the end of the line", end, "\"")
}

/// A `"""` text without its end.
pub fn block(open: Span, end: Span) -> Finding {
    Finding::new(&RULE, open, "This text of several lines has no closing `\"\"\"`.")
        .help("Write `\"\"\"` on a line of its own behind the last line of the text.")
        .fix("Add `\"\"\"`", end, "\n\"\"\"")
}
