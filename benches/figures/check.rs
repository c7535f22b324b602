//! `botflow check` of large projects: lines per second cold, growth with size, memory per line.

use std::time::Duration;

use botflow_compiler::compile;
use botflow_compiler::finding::{Finding, Level};
use botflow_compiler::project::Project;

use crate::generator::project;
use crate::measure::{child as run_child, cpu_time, grouped, instructions, memory, say, used};

/// Sizes, in flows; ten lines each.
const FLOWS: &[usize] = &[1_000, 10_000, 100_000];

/// Checks each size in a process of its own: cold, with its own peak of memory.
pub fn report() {
    say(
        "Check of generated projects (one core, cold, lex to findings; a file has 33 flows, a flow 10 lines)",
    );
    let mut before: Option<(f64, f64)> = None;
    for flows in FLOWS {
        // The best of three processes: what else the machine does is no part of the figure.
        let runs: Vec<Vec<f64>> = (0..3)
            .map(|_| numbers(&run_child(&["check", &flows.to_string()])))
            .collect();
        let best = runs
            .iter()
            .min_by(|a, b| a[1].total_cmp(&b[1]))
            .expect("there are three runs");
        let [lines, seconds, peak, sources] = best[..] else {
            panic!("a child prints four numbers")
        };
        say(&format!(
            "  {:>9} lines  {:>9.3} s  {:>10} lines/s  {:>5.0} bytes a line at the peak (of which source {:.0})",
            grouped(lines),
            seconds,
            grouped(lines / seconds),
            peak / lines,
            sources / lines,
        ));
        if let Some((fewer, less)) = before {
            let growth = (seconds / less) / (lines / fewer);
            let allowed = lines.ln() / fewer.ln();
            say(&format!(
                "                   {growth:.2} times the time a line; n log n would be {allowed:.2}"
            ));
        }
        before = Some((lines, seconds));
    }
    match instructions("counted_region", &["count", "1000"]) {
        Some(count) => say(&format!(
            "  {:>9} instructions a line, at 1,000 flows",
            grouped(count as f64 / 10_000.0)
        )),
        None => say("  instruction counts: valgrind is not installed"),
    }
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace()
        .map(|word| word.parse().expect("a child prints numbers"))
        .collect()
}

/// One check: lines, seconds of CPU time, peak of memory, bytes of source.
pub fn child(flows: &str) {
    let project = project(flows.parse().expect("a number of flows"));
    let lines: usize = project
        .sources
        .iter()
        .map(|source| source.text.lines().count())
        .sum();
    let bytes: usize = project.sources.iter().map(|source| source.text.len()).sum();
    let time = timed(&project);
    say(&format!(
        "{lines} {} {} {bytes}",
        time.as_secs_f64(),
        memory("VmHWM")
    ));
}

/// In a child under valgrind, which cannot read the clock of CPU time.
pub fn count(flows: &str) {
    let project = project(flows.parse().expect("a number of flows"));
    counted_region(&project);
}

fn timed(project: &Project) -> Duration {
    let start = cpu_time();
    let checked = counted_region(project);
    let time = cpu_time() - start;
    let bad = |finding: &&Finding| finding.level >= Level::Warning;
    let bad: Vec<_> = checked.findings.iter().filter(bad).take(3).collect();
    assert!(bad.is_empty(), "the generated project is sound: {bad:#?}");
    time
}

#[inline(never)]
fn counted_region(project: &Project) -> compile::Checked {
    used(compile::check(used(project)))
}
