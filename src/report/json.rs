//! Findings as one JSON object.

use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::Span;
use serde::Serialize;

use super::{Checked, Lines};
use crate::output;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    files: usize,
    lines: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'a str,
    name: &'a str,
    level: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    file: String,
    range: Range,
    related: Vec<Related<'a>>,
    fixes: Vec<Fix<'a>>,
    conversation: &'a [String],
}

#[derive(Serialize)]
struct Related<'a> {
    file: String,
    range: Range,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    /// `botflow check --fix` applies it.
    safe: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    file: String,
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

/// Prints the object.
pub fn print(all: &[Checked]) {
    let mut findings = Vec::new();
    for checked in all {
        let mut lines = Lines::default();
        findings.extend(
            checked
                .findings
                .iter()
                .map(|finding| one(checked, &mut lines, finding)),
        );
    }
    let sum = |count: fn(&Checked) -> usize| all.iter().map(count).sum();
    let summary = Summary {
        errors: sum(|checked| checked.count(Level::Error)),
        warnings: sum(|checked| checked.count(Level::Warning)),
        files: sum(|checked| checked.files),
        lines: sum(|checked| checked.lines),
    };
    let report = Report {
        version: 1,
        findings,
        summary,
    };
    let mut text = serde_json::to_string(&report).expect("plain data has a JSON form");
    text.push('\n');
    output::data(&text);
}

fn one<'a>(checked: &'a Checked, lines: &mut Lines, finding: &'a Finding) -> JsonFinding<'a> {
    let mut range = |span: Span| {
        let (start, end) = lines.range(checked, span);
        Range {
            start: Point {
                line: start.line,
                column: start.column,
            },
            end: Point {
                line: end.line,
                column: end.column,
            },
        }
    };
    JsonFinding {
        code: finding.rule.code,
        name: finding.rule.name,
        level: super::level(finding.level),
        message: &finding.message,
        help: finding.help.as_deref(),
        file: checked.path(finding.span.file),
        range: range(finding.span),
        related: finding
            .related
            .iter()
            .map(|related| Related {
                file: checked.path(related.span.file),
                range: range(related.span),
                message: &related.message,
            })
            .collect(),
        fixes: finding
            .fixes
            .iter()
            .enumerate()
            .map(|(nth, fix)| Fix {
                title: &fix.title,
                safe: finding.safe && nth == 0,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| Edit {
                        file: checked.path(edit.span.file),
                        range: range(edit.span),
                        text: &edit.text,
                    })
                    .collect(),
            })
            .collect(),
        conversation: &finding.conversation,
    }
}
