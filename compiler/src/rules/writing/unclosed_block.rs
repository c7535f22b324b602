//! `unclosed-block`: a block begins with `{` and is not closed, so nobody can tell where it ends.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF001",
    name: "unclosed-block",
    level: Level::Error,
    summary: "A block begins with `{` and is not closed, so nobody can tell where it ends.",
    page: include_str!("unclosed_block.md"),
};

/// A block that is open where its file, or the thing around it, ends. `close` is where the brace would stand.
pub fn finding(open: Span, close: Span) -> Finding {
    Finding::new(&RULE, open, "This block is opened here and never closed.")
        .help("Every `{` needs a `}` on a line of its own behind the last statement of the block.")
        .fix("Add `}`", close, "\n}")
}

/// A `}` that closes nothing.
pub fn surplus(at: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        "This `}` closes nothing: every block above it is closed already.",
    )
    .help("Take it out, or look for a `}` too many above.")
    .fix("Take out `}`", at, "")
}
