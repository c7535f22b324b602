//! `botflow explain`: the page of a finding, or the list of all.

use std::fmt::Write;

use botflow_compiler::finding::{Level, Rule};
use botflow_compiler::rules;

use crate::cli::Explain;
use crate::failure::{Failure, Status};
use crate::output;

/// Carries it out.
pub fn run(arguments: Explain) -> Result<Status, Failure> {
    let Some(wanted) = arguments.rule else {
        output::data(&list());
        return Ok(Status::Good);
    };
    let Some(rule) = rules::find(&wanted) else {
        let near = nearest(&wanted).map_or(";".to_owned(), |rule| format!("; did you mean `{}`?", rule.name));
        return Err(Failure::Usage(format!(
            "there is no finding `{wanted}`{near} `botflow explain` lists all of them"
        )));
    };
    let mut text = format!(
        "{} {} ({} by default)\n\n",
        rule.code,
        rule.name,
        level(rule.level)
    );
    text.push_str(rule.page.trim());
    text.push('\n');
    output::data(&text);
    Ok(Status::Good)
}

fn list() -> String {
    let mut text = String::new();
    for rule in rules::all() {
        writeln!(
            text,
            "{}  {:<8} {:<30} {}",
            rule.code,
            level(rule.level),
            rule.name,
            rule.summary
        )
        .expect("writing to a string cannot fail");
    }
    text
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "hint",
    }
}

/// The rule whose name shares most of its letters pairs with the wanted one.
fn nearest(wanted: &str) -> Option<&'static Rule> {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let letters: Vec<char> = text.to_lowercase().chars().collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let wanted = pairs(wanted);
    let shared = |rule: &&Rule| {
        let known = pairs(rule.name);
        2 * wanted.iter().filter(|pair| known.contains(pair)).count() * 100
            / (wanted.len() + known.len()).max(1)
    };
    rules::all().max_by_key(shared).filter(|rule| shared(rule) >= 50)
}
