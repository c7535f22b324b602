//! The dialogue's bot grown large: its flows (and the intent they listen to) a thousand and ten thousand times under
//! other names. What is looked at is whether anything but the size of the artifact depends on how large the bot is:
//! a turn must not.

use std::sync::Arc;
use std::time::Duration;

use botflow_artifact::{from_bytes, to_bytes};
use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};
use botflow_machine::Program;

use crate::by_machine::{ByMachine, SOURCE, compiled};
use crate::dialogue::{MAIN, have, verify};
use crate::measure::{best_of, best_of_both, child as run_child, cpu_time, grouped, memory, say, used};

/// How often the bot's flows are there.
const COPIES: &[usize] = &[1_000, 10_000];

/// Copies in one file.
const PER_FILE: usize = 25;

/// Each size in a process of its own: cold, with its own peak of memory.
pub fn report() {
    say("The dialogue's flows under many names (one core)");
    for copies in COPIES {
        let told = run_child(&["scale", &copies.to_string()]);
        let told: Vec<f64> = told
            .split_whitespace()
            .map(|word| word.parse().expect("a child prints numbers"))
            .collect();
        let [lines, checked, peak, built, bytes, loaded, turn, of_one] = told[..] else {
            panic!("a child prints eight numbers")
        };
        say(&format!(
            "  {} times, {} lines",
            grouped(*copies as f64),
            grouped(lines)
        ));
        say(&format!(
            "    check            {:>12} lines/s cold, {:.0} bytes a line at the peak",
            grouped(lines / checked),
            peak / lines
        ));
        say(&format!(
            "    build            {:>12.1} ms, artifact {} bytes, {:.0} a copy",
            built * 1e3,
            grouped(bytes),
            bytes / *copies as f64
        ));
        say(&format!(
            "    load             {:>12.3} ms, {:.1} µs a copy",
            loaded / 1e6,
            loaded / 1e3 / *copies as f64
        ));
        say(&format!(
            "    turn             {turn:>12.0} ns, {:.2} times that of one copy in the same process",
            turn / of_one
        ));
    }
}

/// The bot's declarations once, its flows so many times.
fn project(copies: usize) -> Project {
    let begin = SOURCE.find("flow welcome").expect("the bot has this flow");
    let (declared, flows) = SOURCE.split_at(begin);
    let intent = declared.find("intent hours").expect("the bot has this intent");
    let behind = intent + declared[intent..].find("}\n").expect("its block ends") + 2;
    let heard = &declared[intent..behind];
    let shared = format!("{}{}", &declared[..intent], &declared[behind..]);
    let mut project = Project::default();
    let mut add = |path: String, text: String| {
        project.sources.push(Source {
            path: path.into(),
            text: Arc::from(text),
        });
    };
    add(
        "bot.flow".to_owned(),
        shared.replace("start welcome", "start welcome_0"),
    );
    for (file, first) in (0..copies).step_by(PER_FILE).enumerate() {
        let mut text = String::new();
        for copy in first..copies.min(first + PER_FILE) {
            text.push_str(&heard.replace("intent hours", &format!("intent hours_{copy}")));
            text.push('\n');
            // Whatever is not the start is for operators to start, so that every flow can be reached.
            let open = if copy == 0 { "" } else { "() open to operators" };
            let flows = flows
                .replace("flow welcome {", &format!("flow welcome_{copy}{open} {{"))
                .replace("flow refund", &format!("flow refund_{copy}"))
                .replace("start refund", &format!("start refund_{copy}"))
                .replace("on hours", &format!("on hours_{copy}"));
            text.push_str(&flows);
            text.push('\n');
        }
        add(format!("topics/file_{file:05}.flow"), text);
    }
    project
}

/// One size: lines, seconds of check, peak of memory then, seconds of build, bytes, nanoseconds of load, of a turn, and
/// of a turn of the bot as it is.
pub fn child(copies: &str) {
    let project = project(copies.parse().expect("a number of copies"));
    let lines: usize = project
        .sources
        .iter()
        .map(|source| source.text.lines().count())
        .sum();
    let (checked, check) = timed(|| compile::check(&project));
    let peak = memory("VmHWM");
    let bad = |level: Level| level >= Level::Warning;
    let bad: Vec<_> = (checked.findings.iter())
        .filter(|finding| bad(finding.level))
        .take(3)
        .collect();
    assert!(bad.is_empty(), "the project is sound: {bad:#?}");
    drop(checked);
    let ((bytes, _), build) = timed(|| to_bytes(&compile::build(&project).expect("it is sound")));
    let load = best_of(5, 1, || {
        let (bot, _) = from_bytes(&bytes).expect("what was just built loads");
        drop(used(Program::new(bot)));
    });
    let (bot, _) = from_bytes(&bytes).expect("what was just built loads");
    let program = Program::new(bot).expect("a bot that the compiler made can run");
    let mut machine = ByMachine::new(&program);
    verify(&mut machine);
    let one = Program::new(compiled()).expect("a bot that the compiler made can run");
    let mut small = ByMachine::new(&one);
    let best = best_of_both(
        100,
        [500, 500],
        || {
            used(have(&mut machine));
        },
        || {
            used(have(&mut small));
        },
    );
    let [turn, of_one] = best.map(|conversation| conversation / MAIN.len() as f64);
    say(&format!(
        "{lines} {} {peak} {} {} {load} {turn} {of_one}",
        check.as_secs_f64(),
        build.as_secs_f64(),
        bytes.len()
    ));
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = cpu_time();
    let done = used(work());
    (done, cpu_time() - start)
}
