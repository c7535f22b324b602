//! Clocks, memory and instruction counts.

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::process::Command;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// One line of the report.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .expect("the report can be written");
}

/// CPU time that this process has used.
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// How long one run of the work takes, in nanoseconds of CPU time: the best of several rounds, after a warm-up, so
/// that what else the machine does is counted as little as possible.
pub fn best_of(rounds: usize, per_round: u32, mut work: impl FnMut()) -> f64 {
    (0..=rounds)
        .map(|_| {
            let start = cpu_time();
            for _ in 0..per_round {
                work();
            }
            (cpu_time() - start).as_nanos() as f64 / f64::from(per_round)
        })
        .skip(1)
        .fold(f64::INFINITY, f64::min)
}

/// [`best_of`] for two kinds of work in turns, so that both meet the same noise.
pub fn best_of_both(
    rounds: usize,
    per_round: [u32; 2],
    mut one: impl FnMut(),
    mut other: impl FnMut(),
) -> [f64; 2] {
    let mut best = [f64::INFINITY; 2];
    for _ in 0..rounds {
        best[0] = best[0].min(best_of(1, per_round[0], &mut one));
        best[1] = best[1].min(best_of(1, per_round[1], &mut other));
    }
    best
}

/// Keeps the optimiser from seeing that a result is not needed.
pub fn used<T>(value: T) -> T {
    black_box(value)
}

/// A line of `/proc/self/status`, in bytes: `VmHWM` is the peak of memory, `VmRSS` the present one.
pub fn memory(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Runs this program with other arguments and gives what it prints.
pub fn child(arguments: &[&str]) -> String {
    let myself = std::env::current_exe().expect("a running program has a path");
    let output = Command::new(myself)
        .arg("child")
        .args(arguments)
        .output()
        .expect("a program can start itself");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Instructions executed inside functions whose name contains `region`, in a child with these arguments; `None`
/// without valgrind.
pub fn instructions(region: &str, arguments: &[&str]) -> Option<u64> {
    let myself = std::env::current_exe().expect("a running program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*{region}*"))
        .arg(myself)
        .arg("child")
        .args(arguments)
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told
        .lines()
        .find_map(|line| line.split_once("Collected :"))?
        .1
        .trim()
        .parse()
        .ok()?;
    Some(collected).filter(|count| *count > 0)
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
