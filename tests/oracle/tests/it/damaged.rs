//! Every conversation that a finding shows is true, on generated bots that somebody has damaged: what a rehearsal lets through
//! passes as a `.chat`, and hardly anything is held back.

use std::sync::Arc;

use botflow_compiler::compile;
use botflow_compiler::explore::{Exploration, Scope};
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;
use botflow_scenario::rehearse::{Rehearsal, rehearse};
use botflow_scenario::{run, script};
use botflow_testkit::bots;
use botflow_testkit::random::Random;

/// Damaged bots that are tried.
const BOTS: u64 = 30;
/// Times each is damaged.
const TIMES: u64 = 3;

/// A bot from which somebody has taken a line, with the block that it opens, or in which two names have been changed over.
fn damaged(seed: u64, times: u64) -> String {
    let source = bots::source(seed);
    let mut random = Random::new(seed.wrapping_mul(31).wrapping_add(times));
    let mut lines: Vec<&str> = source.lines().collect();
    let flows = lines
        .iter()
        .position(|line| line.starts_with("always"))
        .unwrap_or(0);
    let at = flows + 1 + random.below(lines.len() - flows - 1);
    let depth = |line: &str| line.len() - line.trim_start().len();
    let opened = depth(lines[at]);
    let mut end = at + 1;
    if lines[at].ends_with('{') {
        while end < lines.len() && depth(lines[end]) > opened {
            end += 1;
        }
        end += 1;
    }
    lines.drain(at..end.min(lines.len()));
    lines.join("\n")
}

#[test]
fn findings_of_damaged_bots_show_what_they_say() {
    let mut shown = 0;
    let (mut held_back, mut wrong) = (Vec::new(), Vec::new());
    for (seed, times) in (0..BOTS).flat_map(|seed| (0..TIMES).map(move |times| (seed, times))) {
        let checked = compile::check(&Project {
            sources: vec![Source {
                path: "bot.flow".into(),
                text: Arc::from(damaged(seed, times)),
            }],
            ..Project::default()
        });
        // Whatever is wrong with it, it is explored in the end.
        for scope in [Scope::Usual, Scope::Everything] {
            let explored = Exploration::of(&checked.lowered.bot, &checked.graph, scope);
            assert!(explored.steps() < 2_000_000, "bot {seed}, {times}");
        }
        let Ok(program) = Program::new(checked.bot_as_understood()) else {
            continue;
        };
        for finding in &checked.findings {
            if finding.conversation.is_empty() {
                continue;
            }
            let plan = finding.conversation.join("\n");
            let told = |how: &str| format!("bot {seed}, {times}: {}: {how}\n{plan}", finding.rule.name);
            match rehearse(&program, &finding.conversation) {
                Rehearsal::Plays(lines) => {
                    shown += 1;
                    let text = format!("conversation shown\n{}\n", lines.join("\n"));
                    match script::parse(&text) {
                        Ok(script) => {
                            let results = run::run(&program, &script);
                            if !results.iter().all(run::SceneResult::passed) {
                                wrong.push(told(&format!("{results:?}")));
                            }
                        }
                        Err(error) => wrong.push(told(&error.to_string())),
                    }
                }
                Rehearsal::Restless => {}
                Rehearsal::Differs(how) => held_back.push(told(&how)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    // A plan may hang on what only a run can know; then nothing is shown. That is the exception.
    assert!(
        held_back.len() * 5 <= shown,
        "{shown} were shown, {} were not:\n{}",
        held_back.len(),
        held_back[..held_back.len().min(10)].join("\n\n")
    );
    assert!(shown > 150, "{shown} were shown");
}
