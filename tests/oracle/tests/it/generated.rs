//! Generated bots and generated messages: both sides do the same.
//!
//! `BOTFLOW_ORACLE_BOTS` and `BOTFLOW_ORACLE_FIRST` say how many bots are tried, from which seed on.

use botflow_oracle::Project;
use botflow_scenario::script::{self, LineKind};
use botflow_testkit::random::Random;
use botflow_testkit::{bots, talk};

use crate::compare::{Pair, indented};
use crate::project::{Built, build};

/// What the compiler thinks unwise is tried all the same.
const CONFIG: &str = "[lints]\nnags-for-ever = \"off\"\nends-without-outcome = \"off\"\nno-way-out = \"off\"\ndead-end = \"off\"\nunreachable-step = \"off\"\nunreachable-flow = \"off\"\nstatement-never-runs = \"off\"\n";

/// What a bot does is compared here, also where a customer would not like it.
pub(crate) fn config() -> String {
    let talk = botflow_compiler::rules::talk::RULES.iter();
    let talk = talk.map(|rule| format!("{} = \"off\"\n", rule.name));
    format!("{CONFIG}{}", talk.collect::<String>())
}

/// Conversations with each bot, and lines of each.
const TALKS: u64 = 3;
const LINES: usize = 24;

/// Bots on which the sides differed once, in ways that hardly any other bot shows.
const DIFFERED: &[u64] = &[1640, 100_862];
/// At most so many differences are told.
const TOLD: usize = 5;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(usual)
}

#[test]
fn both_sides_do_the_same() {
    let count = number("BOTFLOW_ORACLE_BOTS", 150);
    let first = number("BOTFLOW_ORACLE_FIRST", 0);
    let mut differences = Vec::new();
    let mut found = 0;
    let mut lines = 0;
    for seed in DIFFERED.iter().copied().chain(first..first + count) {
        let source = bots::source(seed);
        let built = match build(vec![("bot.flow".to_owned(), source.clone())], Some(config())) {
            Ok(built) => built,
            // Bots that the compiler refuses are counted by the test below.
            Err(_) => continue,
        };
        let project = Project::new(&built.program.bot, &built.sources, &built.translations);
        for talk in 0..TALKS {
            let (said, difference) = converse(&built, &project, seed, talk);
            lines += said.len();
            let Some(_) = difference else { continue };
            found += 1;
            if differences.len() < TOLD {
                let (said, difference) = shortest(&built, &project, said);
                differences.push(format!(
                    "bot {seed}, conversation {talk}:\n{}\n{}\n{difference}",
                    bots::numbered(&source),
                    said.join("\n"),
                ));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{found} of {} conversations ({lines} lines) differ\n\n{}",
        (count + DIFFERED.len() as u64) * TALKS,
        differences.join("\n\n-----------------------------------------\n\n")
    );
}

#[test]
fn nearly_all_generated_bots_compile() {
    let count = number("BOTFLOW_ORACLE_BOTS", 150);
    let first = number("BOTFLOW_ORACLE_FIRST", 0);
    let mut refused = Vec::new();
    for seed in first..first + count {
        let source = bots::source(seed);
        if let Err(errors) = build(vec![("bot.flow".to_owned(), source.clone())], Some(config())) {
            let lines: Vec<&str> = source.lines().collect();
            let shown = errors.lines().take(4).map(|error| {
                let line: usize = error
                    .split(':')
                    .next()
                    .and_then(|number| number.parse().ok())
                    .unwrap_or(1);
                format!(
                    "  {error}\n      {}",
                    lines.get(line.saturating_sub(1)).unwrap_or(&"")
                )
            });
            refused.push(format!("bot {seed}:\n{}", shown.collect::<Vec<_>>().join("\n")));
        }
    }
    assert!(
        refused.len() as u64 * 10 <= count,
        "the compiler refused {} of {count} bots\n\n{}",
        refused.len(),
        refused.into_iter().take(40).collect::<Vec<_>>().join("\n\n")
    );
}

/// One conversation: its lines, and how the sides differ, if they do, behind the last of them.
fn converse<'a>(
    built: &'a Built,
    project: &'a Project<'a>,
    bot: u64,
    talk: u64,
) -> (Vec<String>, Option<String>) {
    let mut random = Random::new(bot.wrapping_mul(1_000_003).wrapping_add(talk));
    let mut pair = Pair::new(built, project, false);
    let mut said = Vec::new();
    for line in talk::headers(&mut random) {
        said.push(line.clone());
        if let Err(difference) = take(&mut pair, &line) {
            return (said, Some(difference));
        }
    }
    for _ in 0..LINES {
        let line = talk::line(&mut random, &pair.pressable());
        said.push(line.clone());
        if let Err(difference) = take(&mut pair, &line) {
            return (said, Some(difference));
        }
    }
    (said, None)
}

pub(crate) fn take(pair: &mut Pair<'_>, line: &str) -> Result<Vec<String>, String> {
    match parse(line) {
        Ok(kinds) => {
            let mut seen = Vec::new();
            for kind in &kinds {
                seen.extend(pair.line(kind)?);
            }
            Ok(seen)
        }
        Err(error) => Err(format!("the line cannot be read: {error}")),
    }
}

pub(crate) fn parse(line: &str) -> Result<Vec<LineKind>, String> {
    let script = script::parse(&format!("conversation c\n{line}\n")).map_err(|error| format!("{error:?}"))?;
    let lines = script.conversations.into_iter().flat_map(|scene| scene.lines);
    Ok(lines.map(|line| line.kind).collect())
}

/// Leaves out lines that the difference does not need, and writes down what both sides did before it.
pub(crate) fn shortest<'a>(
    built: &'a Built,
    project: &'a Project<'a>,
    mut said: Vec<String>,
) -> (Vec<String>, String) {
    let differs = |said: &[String]| {
        let mut pair = Pair::new(built, project, false);
        said.iter().find_map(|line| take(&mut pair, line).err())
    };
    let mut size = said.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < said.len() {
            let mut shorter = said.clone();
            shorter.drain(start..(start + size).min(said.len()));
            if differs(&shorter).is_some() {
                said = shorter;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    let mut pair = Pair::new(built, project, false);
    let mut told = Vec::new();
    for line in &said {
        told.push(line.clone());
        match take(&mut pair, line) {
            Ok(seen) => told.push(indented(&seen).trim_end().to_owned()),
            Err(difference) => {
                told.retain(|line| !line.is_empty());
                return (told, difference);
            }
        }
    }
    (told, String::new())
}
