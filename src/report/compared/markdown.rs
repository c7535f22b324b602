//! A comment of a pull request: first a line that sums up and what would be stranded, then details that open.

use super::{Compared, fate, heading, level, mark};
use crate::output;

/// So long a comment may be: GitHub takes 65,536 characters.
const LONGEST: usize = 60_000;

/// Prints it.
pub fn print(compared: &Compared) {
    output::data(&text(compared));
}

fn text(compared: &Compared) -> String {
    let mut out = format!("### What changes in {}\n\n", escaped(&compared.new.bot.name));
    out.push_str(&format!(
        "{}; {}",
        capital(&compared.summary()),
        compared.stranded()
    ));
    if let Some(findings) = compared.findings() {
        out.push_str(&format!("; {findings}"));
    }
    out.push_str(".\n");
    if !compared.upgrade.stranded.is_empty() {
        out.push_str(
            "\n#### Where conversations may be stranded\n\n| place | question | why |\n| --- | --- | --- |\n",
        );
        for one in &compared.upgrade.stranded {
            out.push_str(&format!(
                "| `{}` | {} | {} |\n",
                one.name,
                escaped(&one.about),
                fate(compared, one)
            ));
        }
    }
    if !compared.upgrade.findings.is_empty() {
        out.push_str("\n#### Findings\n\n");
        for found in &compared.upgrade.findings {
            let finding = &found.finding;
            out.push_str(&format!(
                "- **{}** `{}`: {}",
                level(finding.level),
                finding.rule.name,
                spaced(&finding.message)
            ));
            if let Some(place) = compared.place(found) {
                out.push_str(&format!(" ({})", escaped(&place)));
            }
            out.push('\n');
            if let Some(help) = &finding.help {
                out.push_str(&format!("  {}\n", spaced(help)));
            }
        }
    }
    for (at, group) in compared.diff.groups.iter().enumerate() {
        let details = details(compared, at);
        if out.len() + details.len() > LONGEST {
            out.push_str(&format!(
                "\nThe rest is longer than a comment may be: `botflow diff {} {}` tells it.\n",
                compared.old.name, compared.new.name
            ));
            break;
        }
        let count = group.changes.len() + usize::from(group.flow.is_some());
        out.push_str(&format!(
            "\n<details>\n<summary><b>{}</b>: {}</summary>\n\n{details}\n</details>\n",
            escaped(&heading(group)),
            super::counted(count, "change", "changes")
        ));
    }
    out
}

fn details(compared: &Compared, at: usize) -> String {
    let group = &compared.diff.groups[at];
    let mut out = String::new();
    let mut within = "";
    for (number, change) in group.changes.iter().enumerate() {
        if change.within != within {
            within = &change.within;
            if !within.is_empty() {
                out.push_str(&format!("\n**{}**\n\n", escaped(within)));
            }
        }
        out.push_str(&format!("- `{}` {}\n", mark(change), escaped(&change.told())));
        if let Some(shown) = compared.shows(at, number) {
            let mut lines: Vec<String> = Vec::new();
            for (mark, line) in shown.lines() {
                lines.push(format!("{mark}{line}"));
            }
            let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            out.push_str(&format!("\n  {fence}diff\n"));
            for line in lines {
                out.push_str(&format!("  {}\n", line.trim_end()));
            }
            out.push_str(&format!("  {fence}\n"));
            if let Some(why) = &shown.stopped {
                out.push_str(&format!("\n  It does not go on there: {}.\n", escaped(why)));
            }
        } else if let Some(same) = compared.shown.get(&(at, number)).filter(|shown| !shown.differs()) {
            let turns = super::counted(same.turns(), "turn", "turns");
            out.push_str(&format!("  (not shown by a conversation of {turns})\n"));
        }
    }
    out
}

/// The longest run of backticks.
fn longest_run(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Words that stay words: no marks of Markdown or HTML, nobody is called by their name, and one line.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\n' => out.push_str("<br>"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Our own words on one line, with their code as it is; nothing of a bot's in them opens or calls anything.
fn spaced(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('<', "&lt;").replace('@', "&#64;")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
