//! A later version that only looks different: things stand elsewhere, questions, steps and flows have other names and
//! `moved` tells so. The machine goes over to it in the middle of a conversation; the oracle never hears of it, and runs
//! the first version to the end. Nobody may see a difference.
//!
//! `BOTFLOW_UPGRADE_BOTS` and `BOTFLOW_UPGRADE_FIRST` say how many bots are tried, from which seed on.

use botflow_artifact::Bot;
use botflow_machine::{Owner, Program};
use botflow_oracle::{Oracle, Project};
use botflow_scenario::engine::{Engine, MachineEngine, Standing};
use botflow_scenario::literal;
use botflow_scenario::script::{Input, LineKind};
use botflow_scenario::world::{Observed, World};
use botflow_testkit::random::Random;
use botflow_testkit::{bots, talk};
use botflow_values::Value;

use crate::compare::{Certain, act, indented, lines};
use crate::generated::{config, parse};
use crate::project::{Built, build};
use crate::upgrades::{number, shifted};

/// Lines before the new version and behind it.
const LINES: usize = 14;
/// Conversations with each bot.
const TALKS: u64 = 3;
/// What new names end in.
const ANEW: &str = "_anew";

fn built(source: &str) -> Option<Built> {
    build(vec![("bot.flow".to_owned(), source.to_owned())], Some(config())).ok()
}

/// The same bot: everything has another number, some of it another name.
fn disguised(random: &mut Random, source: &str) -> String {
    let mut text = source.to_owned();
    for _ in 0..random.below(4) {
        let (names, moved) = (names(&text), text.matches("\nmoved ").count());
        let Some((flow, name)) = random.one(&names) else {
            break;
        };
        let (flow, name) = (flow.clone(), name.clone());
        // What has moved once stays there: a second `moved` would have to name the same beginning.
        if name.ends_with(ANEW) || flow.contains(ANEW) || moved >= 3 {
            continue;
        }
        let to = match flow == name {
            true => format!("moved {name} to {name}{ANEW}"),
            false => format!("moved {flow}.{name} to {flow}.{name}{ANEW}"),
        };
        let tried = format!("{}\n{to}\n", renamed(&text, &name, &format!("{name}{ANEW}")));
        if built(&tried).is_some() {
            text = tried;
        }
    }
    shifted(&text)
}

/// Flows, and the steps and answers of flows, that are mentioned in one flow only.
fn names(source: &str) -> Vec<(String, String)> {
    let (mut flow, mut step) = (String::new(), String::new());
    let mut found: Vec<(String, String)> = Vec::new();
    // What colleagues start, they start by its name.
    for line in source.lines().filter(|line| !line.contains("open to operators")) {
        if !line.starts_with([' ', '}']) {
            flow.clear();
        }
        if !line.starts_with("   ") {
            step.clear();
        }
        let (text, top) = (line.trim_start(), !line.starts_with(' '));
        let heads = ["flow ", "ask ", "step ", "choose "];
        let Some(rest) = heads.iter().find_map(|head| text.strip_prefix(head)) else {
            continue;
        };
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let name = &rest[..end];
        if top {
            flow = name.to_owned();
        }
        if flow.is_empty() || matches!(name, "" | "customer" | "queue" | "several") {
            continue;
        }
        let within = match step.is_empty() {
            true => flow.clone(),
            false => format!("{flow}.{step}"),
        };
        found.push((within, name.to_owned()));
        if text.starts_with("step ") {
            step = name.to_owned();
        }
    }
    let flows = |name: &str| found.iter().filter(|(_, one)| one == name).count();
    let once: Vec<_> = found
        .iter()
        .filter(|(_, name)| flows(name) == 1)
        .cloned()
        .collect();
    once
}

/// A program with another word for one of its names; what is in quotes stays, but for holes.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    // Inside quotes, inside a hole of those, and so on.
    let mut quoted: Vec<bool> = vec![false];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let within = quoted.last().copied().unwrap_or(false);
        if !within && word(c) {
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            out.push_str(if &rest[..end] == from { to } else { &rest[..end] });
            rest = &rest[end..];
            continue;
        }
        match (c, within) {
            ('"', true) => {
                quoted.pop();
            }
            ('"', false) | ('{', true) => quoted.push(c == '"'),
            ('}', false) if quoted.len() > 1 => {
                quoted.pop();
            }
            ('\\', true) => {
                out.push(c);
                rest = &rest[1..];
            }
            _ => {}
        }
        let Some(c) = rest.chars().next() else { break };
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Both sides.
struct Sides<'a> {
    machine: World<'a>,
    oracle: World<'a>,
}

impl<'a> Sides<'a> {
    fn new(old: &'a Program, new: &'a Program, project: &'a Project<'a>) -> Sides<'a> {
        let before = move |person| -> Box<dyn Engine + 'a> {
            Box::new(Certain(MachineEngine::new(old, person).with_newer(new)))
        };
        let after =
            move |person| -> Box<dyn Engine + 'a> { Box::new(Certain(MachineEngine::new(new, person))) };
        let reads = move |person| -> Box<dyn Engine + 'a> { Box::new(Certain(Oracle::new(project, person))) };
        Sides {
            machine: World::new(old, Box::new(before)).with_newer(new, Box::new(after)),
            oracle: World::new(old, Box::new(reads)),
        }
    }

    /// Both take a line; what was seen, or how they differ.
    fn line(&mut self, line: &LineKind) -> Result<Vec<Observed>, String> {
        let seen = act(&mut self.machine, line);
        if matches!(line, LineKind::Upgrade) {
            return match seen {
                Ok(observed) if observed.is_empty() => self.compare(observed),
                seen => Err(format!("the new version is seen:\n{}", indented(&lines(&seen)))),
            };
        }
        let told = act(&mut self.oracle, line);
        let (left, right) = (plain(&lines(&seen)), plain(&lines(&told)));
        if left != right {
            return Err(format!(
                "machine:\n{}\noracle:\n{}",
                indented(&left),
                indented(&right)
            ));
        }
        self.compare(seen.unwrap_or_default())
    }

    fn compare(&self, observed: Vec<Observed>) -> Result<Vec<Observed>, String> {
        let (left, right) = (
            self.machine
                .standing()
                .map(|standing| told(self.machine.bot(), &standing)),
            self.oracle
                .standing()
                .map(|standing| told(self.oracle.bot(), &standing)),
        );
        match left == right {
            true => Ok(observed),
            false => Err(format!("machine stands: {left:?}\noracle stands:  {right:?}")),
        }
    }
}

/// Lines without what only tells one name from another.
fn plain(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| line.replace(ANEW, "")).collect()
}

/// Where a conversation stands, and what it knows.
fn told(bot: &Bot, standing: &Standing) -> (String, Vec<String>) {
    let place = match (&standing.place, standing.owner) {
        (Some(place), Owner::Bot) => format!("{} {}", place.flow, place.step.as_deref().unwrap_or("-")),
        _ => "-".to_owned(),
    };
    let known = standing.variables.iter();
    let known = known.filter(|(name, value)| !name.starts_with('.') && *value != Value::Unknown);
    let mut known: Vec<String> = known
        .map(|(name, value)| format!("{}={}", name.replace(ANEW, ""), literal::write(bot, None, value)))
        .collect();
    known.sort();
    let stands = format!(
        "{} {:?} {:?}",
        place.replace(ANEW, ""),
        standing.owner,
        standing.outcome
    );
    (stands, known)
}

#[test]
fn a_version_that_only_looks_different_is_not_seen() {
    let count = number("BOTFLOW_UPGRADE_BOTS", 60);
    let first = number("BOTFLOW_UPGRADE_FIRST", 0);
    let (mut moved, mut wrong) = (0, Vec::new());
    for seed in first..first + count {
        let mut random = Random::new(seed.wrapping_mul(104_729).wrapping_add(11));
        let source = bots::source(seed);
        let Some(old) = built(&source) else { continue };
        let later = disguised(&mut random, &source);
        let new = built(&later);
        assert!(new.is_some(), "bot {seed}\n{later}");
        let Some(new) = new else { continue };
        moved += usize::from(later.contains("\nmoved "));
        let project = Project::new(&old.program.bot, &old.sources, &old.translations);
        for _ in 0..TALKS {
            let mut sides = Sides::new(&old.program, &new.program, &project);
            let mut said = talk::headers(&mut random);
            let mut failed = said.iter().find_map(|line| take(&mut sides, line).err());
            let at = random.below(LINES);
            // Buttons of what was said before are labels afterwards: only what has been said since is pressed.
            let mut since = true;
            for number in 0..2 * LINES {
                if failed.is_some() {
                    break;
                }
                let pressable = match since {
                    true if number <= at => sides.machine.pressable(),
                    true => sides.machine.latest_buttons(),
                    false => Vec::new(),
                };
                let line = match number == at {
                    true => "! new version".to_owned(),
                    false => talk::line(&mut random, &pressable),
                };
                // Colleagues start flows by their names, which may be others now.
                if line.contains(" starts ") {
                    continue;
                }
                said.push(line.clone());
                match take(&mut sides, &line) {
                    Ok(_) if number == at => since = false,
                    Ok(spoke) => since |= spoke,
                    Err(difference) => failed = Some(difference),
                }
            }
            if let Some(difference) = failed {
                wrong.push(format!(
                    "bot {seed}\n{}\n{difference}\n{}",
                    said.join("\n"),
                    bots::numbered(&later)
                ));
            }
        }
    }
    assert!(
        moved as u64 * 3 > count,
        "of {count} bots only {moved} have moved anything"
    );
    assert!(
        wrong.is_empty(),
        "{} conversations differ\n\n{}",
        wrong.len(),
        wrong.into_iter().take(2).collect::<Vec<_>>().join("\n\n----\n\n")
    );
}

/// Both take a written line; whether the bot has said something to press.
fn take(sides: &mut Sides<'_>, line: &str) -> Result<bool, String> {
    let mut pressable = false;
    for kind in parse(line)? {
        // What is not there any more can be pressed on neither side.
        if let LineKind::Customer(Input::Press { .. }) = &kind
            && sides.machine.pressable().is_empty()
        {
            continue;
        }
        let observed = sides.line(&kind)?;
        pressable |= observed.iter().any(|one| {
            matches!(one, Observed::Said(lines) if lines.iter().any(|line| line.trim_start().starts_with('[')))
        });
    }
    Ok(pressable)
}
