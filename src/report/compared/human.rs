//! For people, in a terminal.

use owo_colors::OwoColorize;

use botflow_compiler::diff::Change;
use botflow_compiler::diff::upgrade::{Found, Side};
use miette::GraphicalReportHandler;

use super::{Compared, Input, fate, heading, mark};
use crate::output;
use crate::report::human::{self, harmless};
use crate::report::{Checked, Lines};

/// Prints all of it on standard output.
pub fn print(compared: &Compared) {
    output::data(&text(compared, output::coloured(&std::io::stdout())));
}

fn text(compared: &Compared, coloured: bool) -> String {
    let bold = |words: String| if coloured { words.bold().to_string() } else { words };
    let mut out = format!(
        "{} → {}: {}; {}.\n",
        compared.old.name,
        compared.new.name,
        compared.summary(),
        compared.stranded()
    );
    if !compared.upgrade.stranded.is_empty() {
        out.push_str(&format!(
            "\n{}\n",
            bold("Where conversations may be stranded".into())
        ));
        for one in &compared.upgrade.stranded {
            out.push_str(&format!(
                "  {} “{}”: {}\n",
                one.name,
                harmless(&one_line(&one.about)),
                fate(compared, one)
            ));
        }
    }
    if !compared.upgrade.findings.is_empty() {
        out.push('\n');
    }
    let mut drawing = Drawing::new(compared, coloured);
    for found in &compared.upgrade.findings {
        out.push_str(&drawing.finding(found));
    }
    for (at, group) in compared.diff.groups.iter().enumerate() {
        // What is drawn ends with an empty line.
        let above = if out.ends_with("\n\n") { "" } else { "\n" };
        out.push_str(&format!("{above}{}\n", bold(heading(group))));
        let mut within = "";
        for (number, change) in group.changes.iter().enumerate() {
            if change.within != within {
                within = &change.within;
                if !within.is_empty() {
                    out.push_str(&format!("  {within}\n"));
                }
            }
            let indent = if within.is_empty() { "  " } else { "    " };
            out.push_str(&indented(change, indent, coloured));
            if let Some(shown) = compared.shows(at, number) {
                for (mark, line) in shown.lines() {
                    let line = harmless(&format!("{mark} {line}"));
                    let line = match mark {
                        '-' if coloured => line.red().to_string(),
                        '+' if coloured => line.green().to_string(),
                        _ => line,
                    };
                    out.push_str(&format!("{indent}  │ {}\n", line.trim_end()));
                }
                if let Some(why) = &shown.stopped {
                    out.push_str(&format!(
                        "{indent}  │ (it does not go on there: {})\n",
                        harmless(why)
                    ));
                }
            } else if let Some(same) = compared.shown.get(&(at, number)).filter(|shown| !shown.differs()) {
                let turns = super::counted(same.turns(), "turn", "turns");
                out.push_str(&format!("{indent}  (not shown by a conversation of {turns})\n"));
            }
        }
    }
    if let Some(findings) = compared.findings() {
        let above = if out.ends_with("\n\n") { "" } else { "\n" };
        out.push_str(&format!("{above}{findings}.\n"));
    }
    if compared.upgrade.allowed > 0 {
        out.push_str(&format!(
            "{} allowed by comments.\n",
            super::counted(compared.upgrade.allowed, "finding is", "findings are")
        ));
    }
    out
}

/// Findings are drawn as `check` draws them, in the files of the version in which they stand.
struct Drawing<'c> {
    compared: &'c Compared,
    handler: GraphicalReportHandler,
    old: Option<Checked>,
    new: Option<Checked>,
}

impl Drawing<'_> {
    fn new(compared: &Compared, coloured: bool) -> Drawing<'_> {
        let files = |input: &Input| {
            let (project, checked) = input.sources.as_ref()?;
            Some(Checked::files(&input.root, project, checked.files.clone()))
        };
        Drawing {
            compared,
            handler: human::handler(coloured),
            old: files(&compared.old),
            new: files(&compared.new),
        }
    }

    fn finding(&mut self, found: &Found) -> String {
        let (input, files) = match found.side {
            Side::Old => (&self.compared.old, &self.old),
            Side::New => (&self.compared.new, &self.new),
        };
        let (true, Some(files)) = (found.located, files) else {
            return human::without_source(&self.handler, &found.finding, self.compared.place(found));
        };
        let mut path = (super::position(input, found.finding.span))
            .map_or_else(|| files.path(found.finding.span.file), |(path, ..)| path);
        // What stands in the version before is written as git writes it, where git has it.
        if found.side == Side::Old && input.at_revision {
            path = format!("{}:{path}", input.name);
        }
        human::rendered(&self.handler, files, &mut Lines::default(), &found.finding, path)
    }
}

fn indented(change: &Change, indent: &str, coloured: bool) -> String {
    let told = harmless(&change.told());
    let mut lines = told.lines();
    let first = format!("{} {}", mark(change), lines.next().unwrap_or_default());
    let first = match (mark(change), coloured) {
        ('+', true) => first.green().to_string(),
        ('-', true) => first.red().to_string(),
        _ => first,
    };
    let mut out = format!("{indent}{first}\n");
    for line in lines {
        out.push_str(&format!("{indent}  {line}\n"));
    }
    out
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
