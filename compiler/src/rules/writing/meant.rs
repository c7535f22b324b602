//! What to do where the parser says only what it did not expect: help for those who write their first flow.

use super::{unexpected_word, unknown_statement, wrong_place};
use crate::finding::Finding;
use crate::project::Span;

/// Adds what was probably meant, where that shows in the line and nothing better is said already.
pub(super) fn advised(finding: Finding, source: &str) -> Finding {
    let Some([before, text, behind]) = super::slips::around(finding.span, source) else {
        return finding;
    };
    if !finding.fixes.is_empty() {
        return finding;
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    if finding.rule == &unknown_statement::RULE {
        return statement(finding, text, behind);
    }
    if finding.help.is_some() {
        return finding;
    }
    if finding.rule == &wrong_place::RULE && text == "step" {
        return finding.help("A step stands in a flow. Perhaps a `}` above it closes the flow too early.");
    }
    if finding.rule == &unexpected_word::RULE {
        return word(finding, line, text);
    }
    finding
}

/// A line that begins with a word that begins nothing.
fn statement(finding: Finding, text: &str, behind: &str) -> Finding {
    let begin = Span {
        end: finding.span.start,
        ..finding.span
    };
    let next = behind.trim_start_matches(' ');
    if next.starts_with("= ") {
        return finding
            .help(format!("A value gets its name with `let`: `let {text} = …`."))
            .fix("Put `let` before it", begin, "let ")
            .safe();
    }
    let line = behind.lines().next().unwrap_or_default();
    if finding.message.ends_with("in the block of `choose`.") && line.contains("->") {
        return finding.help("An option begins with its label, in quotes: `\"Yes, please\" -> step`.");
    }
    finding
}

/// A word or sign that something else was expected in place of.
fn word(finding: Finding, line: &str, text: &str) -> Finding {
    let expected = |what: &str| finding.message.starts_with(&format!("Expected {what}"));
    let begin = Span {
        end: finding.span.start,
        ..finding.span
    };
    let start = line.trim();
    if text == "\"" && start.is_empty() && expected("a statement") {
        return finding
            .help("To send a message, write `say \"…\"`.")
            .fix("Put `say` before it", begin, "say ")
            .safe();
    }
    if text == "\"" && start == "ask" && expected("a name") {
        return finding.help(
            "A question says what its answer is called and of which kind it is, as in `ask city: text \"…\"`.",
        );
    }
    if text == "\"" && line.ends_with('.') && expected("a name") {
        return finding.help(
            "What is shown ends with `}`, as in `{city}`. A full stop behind it stands outside of the braces.",
        );
    }
    if text == "}" && line.ends_with('{') && expected("a value") {
        return finding.help(
            "Between the braces stands what is shown, as in `{city}`. To show a brace itself, write `\\{`.",
        );
    }
    if start.starts_with("if ") && expected("`->` or `{`") {
        return finding
            .help("What then happens stands in a block, `if … { … }`, or goes to a step, `if … -> step`.");
    }
    let is_word = text
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_');
    if start == "finish" && !text.is_empty() && is_word && expected("`resolved`") {
        return finding
            .help(format!(
                "A name of your own comes behind the outcome: `finish resolved as {text}`."
            ))
            .fix(format!("Change to `resolved as {text}`"), begin, "resolved as ");
    }
    finding
}
