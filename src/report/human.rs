//! Findings for people: miette draws them; the compiler's own data stays free of it.

use std::fmt::Write;

use botflow_compiler::finding::{Finding, Level};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError, MietteSpanContents,
    NamedSource, Report, Severity, SourceCode, SourceSpan, SpanContents,
};

use super::{Checked, Lines};
use crate::output;

/// Prints all findings, then a line that sums up, on standard output.
pub fn print(all: &[Checked]) {
    text(all, output::coloured(&std::io::stdout()), output::data);
    let findings = all.iter().flat_map(|checked| &checked.findings);
    match findings.filter(|finding| finding.safe).count() {
        0 => {}
        1 => output::data("One of them needs no guess to be mended: `botflow check --fix`.\n"),
        count => output::data(&format!(
            "{count} of them need no guess to be mended: `botflow check --fix`.\n"
        )),
    }
}

/// The same on standard error, for commands whose data is something else.
pub fn talk(all: &[Checked]) {
    text(all, output::coloured(&std::io::stderr()), output::talk);
}

fn text(all: &[Checked], coloured: bool, write: fn(&str)) {
    let handler = handler(coloured);
    for checked in all {
        let mut lines = Lines::default();
        for finding in &checked.findings {
            let path = checked.path(finding.span.file);
            write(&rendered(&handler, checked, &mut lines, finding, path));
        }
    }
    write(&summary(all));
}

/// How findings are drawn.
pub fn handler(coloured: bool) -> GraphicalReportHandler {
    let theme = if coloured {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_links(false)
        .with_context_lines(1)
}

/// One finding, drawn, in a file that is called so.
pub fn rendered(
    handler: &GraphicalReportHandler,
    checked: &Checked,
    lines: &mut Lines,
    finding: &Finding,
    path: String,
) -> String {
    let source = checked.source(finding.span.file);
    let label = |span: botflow_compiler::project::Span, text: Option<String>| {
        let start = (span.start as usize).min(source.text.len());
        let end = (span.end as usize).clamp(start, source.text.len());
        LabeledSpan::new(text, start, end - start)
    };
    let mut labels = vec![label(finding.span, None)];
    let mut elsewhere = String::new();
    for related in &finding.related {
        if related.span.file == finding.span.file {
            labels.push(label(related.span, Some(related.message.clone())));
        } else {
            let (start, _) = lines.range(checked, related.span);
            let path = checked.path(related.span.file);
            let _ = write!(
                elsewhere,
                "\n{path}:{}:{}: {}",
                start.line, start.column, related.message
            );
        }
    }
    let mut help = finding.help.clone().unwrap_or_default();
    for fix in &finding.fixes {
        let _ = write!(
            help,
            "{}fix: {}",
            if help.is_empty() { "" } else { "\n" },
            fix.title
        );
    }
    help.push_str(&elsewhere);
    if !finding.conversation.is_empty() {
        let _ = write!(
            help,
            "{}a conversation that shows it:",
            if help.is_empty() { "" } else { "\n" }
        );
        for line in &finding.conversation {
            let _ = write!(help, "\n  {line}");
        }
    }
    let mut diagnostic = diagnostic(finding).with_labels(labels);
    let help = help.trim();
    if !help.is_empty() {
        diagnostic = diagnostic.with_help(harmless(help));
    }
    let named = NamedSource::new(path, harmless(&source.text));
    drawn(
        handler,
        finding,
        Report::new(diagnostic).with_source_code(Snippets(named)),
    )
}

/// One finding whose place is not at hand, drawn; `place` says where it is, as far as that is known.
pub fn without_source(handler: &GraphicalReportHandler, finding: &Finding, place: Option<String>) -> String {
    let mut help = finding.help.clone().unwrap_or_default();
    for line in (place.iter().map(|place| format!("at {place}")))
        .chain(finding.fixes.iter().map(|fix| format!("fix: {}", fix.title)))
    {
        let _ = write!(help, "{}{line}", if help.is_empty() { "" } else { "\n" });
    }
    let mut diagnostic = diagnostic(finding);
    if !help.is_empty() {
        diagnostic = diagnostic.with_help(harmless(&help));
    }
    drawn(handler, finding, Report::new(diagnostic))
}

fn diagnostic(finding: &Finding) -> MietteDiagnostic {
    MietteDiagnostic::new(harmless(&finding.message))
        .with_code(format!("{} {}", finding.rule.code, finding.rule.name))
        .with_severity(match finding.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Hint => Severity::Advice,
        })
}

fn drawn(handler: &GraphicalReportHandler, finding: &Finding, report: Report) -> String {
    let mut text = String::new();
    if handler.render_report(&mut text, report.as_ref()).is_err() {
        // A renderer that fails must not hide a finding.
        text = format!("{}: {}\n", finding.rule.name, finding.message);
    }
    text.push('\n');
    text
}

/// A source whose pieces say how many lines they have. miette's own say how many lines the file has up to their end, so
/// that labels far from each other would be drawn with all lines between them.
struct Snippets(NamedSource<String>);

/// So many lines between two places do not part what is drawn of them.
const NEAR: usize = 6;

impl SourceCode for Snippets {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.0.read_span(span, before, after)?;
        let lines = read.data().iter().filter(|byte| **byte == b'\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.name().to_owned(),
            read.data(),
            *read.span(),
            read.line(),
            read.column(),
            lines + NEAR,
        )))
    }
}

/// The text with `?` for what a terminal would obey instead of showing it, all places where they were.
pub fn harmless(text: &str) -> String {
    let obeyed = |c: char| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t');
    text.replace(obeyed, "?")
}

/// The line that sums up.
pub fn summary(all: &[Checked]) -> String {
    let count = |level| all.iter().map(|checked| checked.count(level)).sum::<usize>();
    let files: usize = all.iter().map(|checked| checked.files).sum();
    let lines: usize = all.iter().map(|checked| checked.lines).sum();
    let found = [
        (count(Level::Error), "error", "errors"),
        (count(Level::Warning), "warning", "warnings"),
        (count(Level::Hint), "hint", "hints"),
    ];
    let found: Vec<String> = found
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    let files_word = if files == 1 { "file" } else { "files" };
    let lines_word = if lines == 1 { "line" } else { "lines" };
    if found.is_empty() {
        format!("Nothing to complain about in {files} {files_word}, {lines} {lines_word}.\n")
    } else {
        format!(
            "{} in {files} {files_word}, {lines} {lines_word}.\n",
            found.join(", ")
        )
    }
}
