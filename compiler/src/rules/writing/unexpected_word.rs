//! `unexpected-word`: something stands where the language expects something else.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF003",
    name: "unexpected-word",
    level: Level::Error,
    summary: "Something stands where the language expects something else.",
    page: include_str!("unexpected_word.md"),
};

/// Something that cannot stand here; the message says what could.
pub fn finding(at: Span, message: impl Into<String>) -> Finding {
    Finding::new(&RULE, at, message)
}

/// Something that cannot stand here, and what could: `expected` in words of the language.
pub fn instead(at: Span, found: &str, expected: &[&str]) -> Finding {
    let found = shown(found);
    let message = match either(expected) {
        Some(expected) => format!("Here should stand {expected}, not {found}."),
        None => format!("{found} cannot stand here."),
    };
    Finding::new(&RULE, at, message)
}

/// `a`, `a or b`, `a, b or c`; at most eight of them, since nobody reads a longer list.
fn either(expected: &[&str]) -> Option<String> {
    let shown = &expected[..expected.len().min(8)];
    let (last, rest) = shown.split_last()?;
    Some(if rest.is_empty() {
        (*last).to_owned()
    } else {
        format!("{} or {last}", rest.join(", "))
    })
}

/// What was found, as a sentence can hold it: line ends and the end of the file have names, long texts are cut.
fn shown(found: &str) -> String {
    match found {
        "" => "the end of the file".to_owned(),
        _ if found.starts_with(['\n', '\r']) => "the end of the line".to_owned(),
        _ => {
            let line = found.lines().next().unwrap_or_default();
            let cut: String = line.chars().take(30).collect();
            if cut.len() < found.len() {
                format!("`{cut}…`")
            } else {
                format!("`{cut}`")
            }
        }
    }
}
