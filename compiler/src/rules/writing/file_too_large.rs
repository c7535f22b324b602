//! `file-too-large`: a file is larger than the compiler reads.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF013",
    name: "file-too-large",
    level: Level::Error,
    summary: "A file or a flow is larger than the compiler reads.",
    page: include_str!("file_too_large.md"),
};

/// A file beyond the limit; sizes in bytes.
pub fn finding(at: Span, file: &str, size: usize, limit: usize) -> Finding {
    Finding::new(
        &RULE,
        at,
        format!(
            "`{file}` has {} KiB, and {} KiB are the most a file may have.",
            size.div_ceil(1024),
            limit / 1024
        ),
    )
    .help("Divide it: all files of a project are one program, whatever their names.")
}

/// A flow with so many steps and names that what holds where cannot be worked out.
pub fn flow(at: Span) -> Finding {
    Finding::new(
        &RULE,
        at,
        "This flow has too many steps and names to be checked whole.",
    )
    .help("Divide it: put parts of it into flows of their own, and `run` them.")
}
