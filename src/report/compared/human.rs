//! For people, in a terminal.

use owo_colors::OwoColorize;

use botflow_compiler::diff::Change;
use botflow_compiler::finding::Level;

use super::{Compared, fate, heading, level, mark};
use crate::output;

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
                one_line(&one.about),
                fate(compared, one)
            ));
        }
    }
    if !compared.upgrade.findings.is_empty() {
        out.push('\n');
    }
    for found in &compared.upgrade.findings {
        let finding = &found.finding;
        let head = format!(
            "{} {} {}",
            level(finding.level),
            finding.rule.code,
            finding.rule.name
        );
        let head = match finding.level {
            _ if !coloured => head,
            Level::Error => head.red().bold().to_string(),
            Level::Warning => head.yellow().bold().to_string(),
            Level::Hint => head.cyan().bold().to_string(),
        };
        out.push_str(&format!("{head}: {}\n", finding.message));
        if let Some(place) = compared.place(found) {
            out.push_str(&format!("  at {place}\n"));
        }
        for line in finding.help.iter().flat_map(|help| help.lines()) {
            out.push_str(&format!("  {line}\n"));
        }
        for fix in &finding.fixes {
            out.push_str(&format!("  fix: {}\n", fix.title));
        }
    }
    for (at, group) in compared.diff.groups.iter().enumerate() {
        out.push_str(&format!("\n{}\n", bold(heading(group))));
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
                    let line = format!("{mark} {line}");
                    let line = match mark {
                        '-' if coloured => line.red().to_string(),
                        '+' if coloured => line.green().to_string(),
                        _ => line,
                    };
                    out.push_str(&format!("{indent}  │ {}\n", line.trim_end()));
                }
                if let Some(why) = &shown.stopped {
                    out.push_str(&format!("{indent}  │ (it does not go on there: {why})\n"));
                }
            } else if let Some(same) = compared.shown.get(&(at, number)).filter(|shown| !shown.differs()) {
                let turns = super::counted(same.turns(), "turn", "turns");
                out.push_str(&format!("{indent}  (not shown by a conversation of {turns})\n"));
            }
        }
    }
    if let Some(findings) = compared.findings() {
        out.push_str(&format!("\n{findings}.\n"));
    }
    if compared.upgrade.allowed > 0 {
        out.push_str(&format!(
            "{} allowed by comments.\n",
            super::counted(compared.upgrade.allowed, "finding is", "findings are")
        ));
    }
    out
}

fn indented(change: &Change, indent: &str, coloured: bool) -> String {
    let told = change.told();
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
