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

/// Adds what to do about a text that `open` to `end` is all of, up to the end of its line or file.
pub(super) fn with_fix(finding: Finding, end: Span, block: bool) -> Finding {
    if block {
        finding
            .help("Write `\"\"\"` on a line of its own behind the last line of the text.")
            .fix("Add `\"\"\"`", end, "\n\"\"\"")
    } else {
        finding
            .help("A text ends on its line. A text of several lines stands between `\"\"\"` and `\"\"\"`.")
            .fix("Add `\"` at the end of the line", end, "\"")
    }
}
