//! What would change in a file, line by line.

use camino::Utf8Path;
use owo_colors::OwoColorize;
use similar::{ChangeTag, TextDiff};

use crate::output;

/// The difference between two texts of a file, for standard output; `now` says what the second one is.
pub fn of(file: &Utf8Path, before: &str, after: &str, now: &str) -> String {
    let coloured = output::coloured(&std::io::stdout());
    let diff = TextDiff::from_lines(before, after);
    let mut text = format!("--- {file}\n+++ {file}, {now}\n");
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        text.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let line = change.to_string_lossy();
            let line = line.trim_end_matches('\n');
            let line = match change.tag() {
                ChangeTag::Delete if coloured => format!("-{line}").red().to_string(),
                ChangeTag::Insert if coloured => format!("+{line}").green().to_string(),
                ChangeTag::Delete => format!("-{line}"),
                ChangeTag::Insert => format!("+{line}"),
                ChangeTag::Equal => format!(" {line}"),
            };
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}
