//! What is told of two versions (`botflow diff`): nothing of a bot and itself, and of an edit the flow in which it is.

use botflow_artifact::Bot;
use botflow_compiler::compile;
use botflow_compiler::diff::upgrade::{Version, upgrade};
use botflow_compiler::diff::{Area, compare};
use botflow_compiler::project::{Project, Source};
use botflow_testkit::bots;
use botflow_testkit::random::Random;

use crate::generated::config;
use crate::upgrades::{number, shifted};

fn bot(source: &str) -> Option<Bot> {
    let project = Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: source.into(),
        }],
        config: Some(config().into()),
        ..Project::default()
    };
    compile::build(&project).ok()
}

fn version(bot: &Bot) -> Version<'_> {
    Version { bot, project: None }
}

/// Lines of flows and of `always`, with the name of the flow.
fn inside(source: &str) -> Vec<(usize, Area)> {
    let mut area = None;
    let mut lines = Vec::new();
    for (at, line) in source.lines().enumerate() {
        if !line.starts_with([' ', '}']) && !line.is_empty() {
            let name = line
                .strip_prefix("flow ")
                .and_then(|rest| rest.split(['(', ' ']).next());
            area = match name {
                Some(name) => Some(Area::Flow(name.to_owned())),
                None => line.starts_with("always").then_some(Area::Always),
            };
        } else if let Some(area) = &area {
            lines.push((at, area.clone()));
        }
    }
    lines
}

fn edited(source: &str, at: usize, edit: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    match edit(&lines[at])? {
        line if line.is_empty() => drop(lines.remove(at)),
        line => lines[at] = line,
    }
    Some(lines.join("\n"))
}

#[test]
fn of_a_bot_and_itself_nothing_is_told() {
    for seed in 0..number("BOTFLOW_DIFF_BOTS", 60) {
        let source = bots::source(seed);
        let (Some(one), Some(same)) = (bot(&source), bot(&source)) else {
            continue;
        };
        let diff = compare(&one, &same);
        assert!(diff.is_empty(), "seed {seed}: {diff:?}");
        let upgrade = upgrade(version(&one), version(&same));
        assert!(
            upgrade.stranded.is_empty() && upgrade.findings.is_empty(),
            "seed {seed}: {upgrade:?}"
        );
        // Numbers that are others, and lines that are elsewhere, are no change of what was there.
        let Some(more) = bot(&shifted(&source)) else {
            continue;
        };
        for group in compare(&one, &more).groups {
            let fresh = matches!(&group.area, Area::Flow(name) if name == "zz_flow");
            let declared = group.changes.iter().all(|change| {
                let words = format!("{:?}{:?}{}", change.before, change.after, change.within);
                words.contains("zz_")
            });
            assert!(fresh || declared, "seed {seed}: {group:?}");
        }
        let moved = upgrade_of(&one, &more);
        assert!(moved.is_empty(), "seed {seed}: {moved:?}");
    }
}

fn upgrade_of(old: &Bot, new: &Bot) -> Vec<String> {
    let upgrade = upgrade(version(old), version(new));
    upgrade.stranded.into_iter().map(|one| one.name).collect()
}

#[test]
fn of_an_edit_the_flow_is_told_in_which_it_is() {
    let mut edits = 0;
    for seed in 0..number("BOTFLOW_DIFF_BOTS", 60) {
        let mut random = Random::new(seed.wrapping_mul(104_729));
        let source = bots::source(seed);
        let Some(old) = bot(&source) else { continue };
        let lines = inside(&source);
        for _ in 0..4 {
            let Some((at, area)) = random.one(&lines) else {
                break;
            };
            // Other words.
            let said = edited(&source, *at, |line| {
                let head = ["say \"", "ask ", "choose "]
                    .iter()
                    .any(|head| line.trim_start().starts_with(head));
                head.then(|| line.replacen('"', "\"Zebra ", 1))
                    .filter(|new| new != line)
            });
            if let Some((text, new)) = said.and_then(|text| bot(&text).map(|new| (text, new))) {
                let diff = compare(&old, &new);
                let areas: Vec<&Area> = diff.groups.iter().map(|group| &group.area).collect();
                assert_eq!(areas, [area], "seed {seed}, line {at}:\n{text}\n{diff:?}");
                let changes = &diff.groups[0].changes;
                let tells =
                    |words: &Option<String>| words.as_deref().is_some_and(|words| words.contains("Zebra "));
                assert!(
                    changes.iter().any(|change| tells(&change.after)),
                    "seed {seed}, line {at}: {changes:?}"
                );
                assert_eq!(
                    upgrade_of(&old, &new),
                    [""; 0],
                    "seed {seed}: other words strand nobody"
                );
                edits += 1;
            }
            // A line is gone.
            let gone = edited(&source, *at, |line| {
                (!line.contains(['{', '}'])).then(String::new)
            });
            if let Some(new) = gone.and_then(|text| bot(&text)) {
                let diff = compare(&old, &new);
                let same = {
                    let plain = |bot: &Bot| Bot {
                        debug: None,
                        ..bot.clone()
                    };
                    plain(&old) == plain(&new)
                };
                assert_eq!(diff.is_empty(), same, "seed {seed}, line {at}");
                let told = diff.unseen || diff.groups.iter().any(|group| group.area == *area);
                assert!(told || same, "seed {seed}, line {at}, {area:?}: {diff:?}");
                edits += 1;
            }
        }
    }
    assert!(edits > 40, "{edits} edits");
}
