//! `text-looks-like-code`: a text holds what looks like a way or a hole, and the customer would read it.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF005",
    name: "text-looks-like-code",
    level: Level::Warning,
    summary: "A text holds what looks like a way or a hole, and the customer would read it.",
    page: include_str!("text_looks_like_code.md"),
};

/// Looks at one literal piece of a text: what stands between its quotation marks and holes. `at` is the place of
/// its first byte; `alone` is the whole statement where the piece is all that a plain `say` says, so that a fix can
/// put the way in its place.
pub fn check(at: Span, piece: &str, alone: Option<Span>) -> Option<Finding> {
    // Most texts hold none of these signs, and every text of a project is looked at.
    if !piece
        .bytes()
        .any(|sign| matches!(sign, b'>' | b'%' | b'$' | b'['))
    {
        return None;
    }
    let mut offset = 0;
    for line in piece.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let start = at.start + (offset + line.len() - trimmed.len()) as u32;
        let trimmed = trimmed.trim_end();
        let found = Span {
            file: at.file,
            start,
            end: start + trimmed.len() as u32,
        };
        if let Some(target) = arrow(trimmed) {
            let finding = Finding::new(
                &RULE,
                found,
                format!(
                    "The customer reads `{trimmed}` as it stands here, and the conversation does not go there."
                ),
            );
            return Some(match alone {
                Some(statement) if piece.trim() == trimmed => finding
                    .help("A way stands on a line of its own, without quotation marks.")
                    .fix(format!("Go to `{target}`"), statement, format!("-> {target}")),
                _ => finding
                    .help("Put the way behind the text, on a line of its own, without quotation marks."),
            });
        }
        if let Some(from) = trailing_arrow(trimmed) {
            let written = trimmed[from..].trim_start();
            let found = Span {
                start: found.end - written.len() as u32,
                ..found
            };
            let target = written.trim_start_matches("->").trim();
            return Some(
                Finding::new(
                    &RULE,
                    found,
                    format!("The customer reads `{written}` as it stands here, and it leads nowhere."),
                )
                .help(format!(
                    "Close the quotation mark before the way: `\"…\" -> {target}`."
                )),
            );
        }
        offset += line.len();
    }
    let foreign = foreign_hole(piece)?;
    let found = Span {
        file: at.file,
        start: at.start + foreign.start as u32,
        end: at.start + foreign.end as u32,
    };
    let written = &piece[foreign];
    let name: String = written
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        .collect();
    Some(
        Finding::new(
            &RULE,
            found,
            format!("The customer reads `{written}` as it stands here."),
        )
        .help(format!("A value is shown by a hole: `{{{name}}}`."))
        .fix(format!("Change to `{{{name}}}`"), found, format!("{{{name}}}")),
    )
}

/// A hole that is not closed on its line: the parser cannot go past it, so that it is an error whatever this rule's
/// level. `behind` is what follows the brace.
pub(super) fn unclosed_hole(finding: Finding, brace: Span, behind: &str) -> Finding {
    let name = behind
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .unwrap_or(behind.len());
    // A full stop at the end belongs to the sentence.
    let name = behind[..name].trim_end_matches('.').len();
    let mut finding = super::syntax::as_error(finding);
    finding.rule = &RULE;
    let end = Span {
        start: brace.end + name as u32,
        end: brace.end + name as u32,
        ..brace
    };
    if name > 0 {
        finding = finding.fix("Close the hole with `}`", end, "}");
    }
    finding.fix("Say a brace: `\\{`", brace, "\\{")
}

/// `-> name`, alone on its line.
fn arrow(line: &str) -> Option<&str> {
    let target = line.strip_prefix("->")?.trim();
    let word = !target.is_empty() && target.chars().all(|c| c.is_alphanumeric() || c == '_');
    word.then_some(target)
}

/// Where a way begins that ends a line: `Call me back -> call_back`. What people write with arrows are words with
/// capital letters; names have none, and a `_` or nothing but small letters.
fn trailing_arrow(line: &str) -> Option<usize> {
    let (before, target) = line.rsplit_once("->")?;
    let name = target.trim();
    let like_name = name.chars().next().is_some_and(char::is_lowercase)
        && name
            .chars()
            .all(|c| c.is_lowercase() || c.is_numeric() || c == '_');
    (like_name && !before.contains("->") && !before.trim().is_empty()).then_some(before.len())
}

/// How other tools write a value into a text: `%name%`, `<%name%>`, `$name$`, `[[name]]`.
fn foreign_hole(piece: &str) -> Option<std::ops::Range<usize>> {
    for (open, close) in [("<%", "%>"), ("[[", "]]"), ("%", "%"), ("$", "$")] {
        let mut from = 0;
        while let Some(begin) = piece[from..].find(open).map(|at| from + at) {
            let inside = begin + open.len();
            let Some(length) = piece[inside..].find(close) else {
                break;
            };
            let name = piece[inside..inside + length].trim_matches(['=', ' ']);
            let like_name = name.contains('_') || name.contains('.') || open.len() == 2;
            let words = name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
            if words && like_name && name.starts_with(char::is_alphabetic) && !name.ends_with('.') {
                return Some(begin..inside + length + close.len());
            }
            from = inside;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::project::{FileId, Span};

    fn found(piece: &str) -> Option<String> {
        let at = Span {
            file: FileId(0),
            start: 0,
            end: piece.len() as u32,
        };
        check(at, piece, None)
            .map(|finding| piece[finding.span.start as usize..finding.span.end as usize].to_owned())
    }

    #[test]
    fn ways_and_foreign_holes_are_seen() {
        for (piece, expected) in [
            ("-> shipping", Some("-> shipping")),
            ("Thank you!\n  -> more\n", Some("-> more")),
            ("Hi %customer.name%!", Some("%customer.name%")),
            ("Hi [[name]]!", Some("[[name]]")),
            ("Hi <%= name %>!", Some("<%= name %>")),
            ("Call me back -> call_back", Some("-> call_back")),
            ("Is it safe? -> reassure", Some("-> reassure")),
            ("Menu -> Orders -> Refunds", None),
            ("Menu -> Orders", None),
            ("menu -> orders -> refunds", None),
            ("5% off, and 10% more", None),
            ("$5 or $6", None),
            ("[here](https://x.example)", None),
            ("->", None),
        ] {
            assert_eq!(found(piece).as_deref(), expected, "in {piece:?}");
        }
    }
}
