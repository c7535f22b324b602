//! Generated triggers and what happens to people: both sides decide the same (semantics 14).
//!
//! `BOTFLOW_NUDGE_BOTS` and `BOTFLOW_NUDGE_FIRST` say how many bots are tried, from which seed on.

use botflow_oracle::Project;
use botflow_testkit::random::Random;
use botflow_testkit::{bots, nudges};

use crate::compare::Pair;
use crate::generated::{config, shortest, take};
use crate::project::build;

/// Conversations with each bot, and lines of each.
const TALKS: u64 = 3;
const LINES: usize = 40;

fn number(name: &str, usual: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|value| value.parse().ok()).unwrap_or(usual)
}

#[test]
fn both_sides_decide_the_same() {
    let count = number("BOTFLOW_NUDGE_BOTS", 150);
    let first = number("BOTFLOW_NUDGE_FIRST", 0);
    let (mut built_bots, mut starts, mut passes, mut differences) = (0, 0, 0, Vec::new());
    for seed in first..first + count {
        let source = nudges::source(seed);
        let built = match build(vec![("bot.flow".to_owned(), source.clone())], Some(config())) {
            Ok(built) => built,
            Err(_) => continue,
        };
        built_bots += 1;
        let project = Project::new(&built.program.bot, &built.sources, &built.translations);
        for talk in 0..TALKS {
            let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(talk));
            let mut pair = Pair::new(&built, &project, false);
            let mut said = nudges::headers(&mut random);
            let mut differs = said.iter().any(|line| take(&mut pair, line).is_err());
            for _ in 0..LINES {
                if differs {
                    break;
                }
                let line = nudges::line(&mut random, &pair.pressable());
                said.push(line.clone());
                match take(&mut pair, &line) {
                    Ok(seen) => {
                        let about = |word: &str| seen.iter().filter(|line| line.contains(word)).count();
                        starts += about(" starts ");
                        passes += about(" passed: ");
                    }
                    Err(_) => differs = true,
                }
            }
            if differs && differences.len() < 3 {
                let (said, difference) = shortest(&built, &project, said);
                let shown = (bots::numbered(&source), said.join("\n"));
                differences.push(format!("bot {seed}:\n{}\n{}\n{difference}", shown.0, shown.1));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{}",
        differences.join("\n\n-----------------------------------------\n\n")
    );
    assert!(
        built_bots * 10 >= count * 9,
        "{built_bots} of {count} bots compile"
    );
    assert!(
        starts as u64 > count && passes as u64 > count,
        "{starts} triggers have started and {passes} were passed: too few to compare"
    );
}
