//! From what the parser found to findings: the parser knows what is wrong, the rules know what to do about it.

use botflow_syntax::{Expected, Found, Parse, SyntaxError, SyntaxErrorKind, SyntaxKind, TextRange};

use super::*;
use crate::finding::{Edit, Finding, Fix, Level, Rule};
use crate::project::{FileId, Span};

/// The findings about the writing of one file, in order of their places. Those that only the tree shows are in
/// [`super::tree`].
pub fn findings(file: FileId, source: &str, parse: &Parse) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for error in &parse.errors {
        // What the parser stumbles over twice at one place is one mistake.
        let at = span(file, error.range);
        if findings.last().is_none_or(|last| last.span != at) {
            let finding = slips::named(finding(file, source, error), source);
            findings.push(meant::advised(finding, source));
        }
    }
    findings
}

fn finding(file: FileId, source: &str, error: &SyntaxError) -> Finding {
    let at = span(file, error.range);
    let mut finding = Finding::new(rule(error.kind), at, sentence(&error.message()));
    finding.help = error.help();
    for (range, what) in &error.related {
        finding = finding.related(span(file, *range), sentence(&format!("{what}.")));
    }
    if let Some(fix) = &error.fix {
        // Which word was meant is a guess; what a sign of another language stands for is none.
        finding.safe = !fix.title.starts_with("Did you mean");
        let title = match fix.title.strip_prefix("Did you mean ") {
            Some(meant) => format!("Change to {meant}"),
            None => fix.title.clone(),
        };
        finding.help = Some(if title == fix.title {
            sentence(&format!("{title}."))
        } else {
            format!("{}?", fix.title)
        });
        finding.fixes.push(Fix {
            title: title.into(),
            edits: vec![Edit {
                span: span(file, fix.range),
                text: fix.text.clone(),
            }],
        });
        return finding;
    }
    match error.kind {
        SyntaxErrorKind::UnclosedText if error.expected.contains(&Expected::Token(SyntaxKind::HoleClose)) => {
            text_looks_like_code::unclosed_hole(
                finding,
                at,
                source.get(at.end as usize..).unwrap_or_default(),
            )
        }
        SyntaxErrorKind::UnclosedText => {
            let text = source.get(at.start as usize..at.end as usize).unwrap_or_default();
            unclosed_text::with_fix(finding, Span { start: at.end, ..at }, text.starts_with("\"\"\""))
        }
        SyntaxErrorKind::UnclosedBlock => {
            let finding = slips::closed(finding, source);
            match finding.help {
                Some(_) => finding,
                None => finding.help(
                    "Every `{` needs a `}` on a line of its own behind the last statement of the block.",
                ),
            }
        }
        SyntaxErrorKind::UnknownStatement => match &error.found {
            Found::Text(word) => unknown_statement::with_habit(finding, at, word),
            _ => finding,
        },
        SyntaxErrorKind::ReservedName if finding.help.is_none() => finding
            .help("Choose another name: the words of the language begin statements, or stand for something."),
        SyntaxErrorKind::RepeatedSetting if finding.help.is_none() => {
            finding.help("Keep the one you mean, and take out the other.")
        }
        SyntaxErrorKind::NestedTooDeep if finding.help.is_none() => {
            finding.help("Take the inner part out: a step or a flow of its own, or a `let` with a name.")
        }
        SyntaxErrorKind::FileTooLarge if finding.help.is_none() => {
            finding.help("Divide it: all files of a project are one program, whatever their names.")
        }
        _ => finding,
    }
}

fn rule(kind: SyntaxErrorKind) -> &'static Rule {
    match kind {
        SyntaxErrorKind::UnclosedBlock => &unclosed_block::RULE,
        SyntaxErrorKind::UnclosedText => &unclosed_text::RULE,
        SyntaxErrorKind::UnexpectedWord => &unexpected_word::RULE,
        SyntaxErrorKind::UnknownStatement => &unknown_statement::RULE,
        SyntaxErrorKind::WrongPlace => &wrong_place::RULE,
        SyntaxErrorKind::BadLiteral => &bad_literal::RULE,
        SyntaxErrorKind::RepeatedSetting => &repeated_setting::RULE,
        SyntaxErrorKind::ReservedName => &reserved_name::RULE,
        SyntaxErrorKind::NestedTooDeep => &nested_too_deep::RULE,
        SyntaxErrorKind::FileTooLarge => &file_too_large::RULE,
    }
}

/// Sentences begin with a capital letter, unless with a word of the user's.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

pub(super) fn span(file: FileId, range: TextRange) -> Span {
    Span {
        file,
        start: range.start().into(),
        end: range.end().into(),
    }
}

/// Keeps the level that a finding about a broken file has, whatever its rule's own one is.
pub(super) fn as_error(mut finding: Finding) -> Finding {
    finding.level = Level::Error;
    finding
}
