//! Seeded simulations of hosts on one store: two to four engines in one thread, in a time that is made, with a store that
//! is slow and fails, a network that loses and repeats, clocks that are off and jump, and hosts that end anywhere.
//!
//! Everything is drawn from one seed: the same seed gives the same trace, to the byte. A seed that fails is named, and
//! its trace is written to the target folder; `BOTFLOW_SIM_SEED=17 cargo test -p botflow-runtime --test it sim` plays
//! it alone. `BOTFLOW_SIM_SEEDS=100000` plays more of them, `BOTFLOW_SIM_FIRST=5000` others.
//!
//! [`world`] is time, weather and what was seen; [`life`] of a host; [`store`], [`ends`] and [`customers`] are around it;
//! [`story`] is one simulation, [`laws`] what has to hold of it.

mod bots;
mod chance;
mod customers;
mod ends;
mod laws;
mod life;
mod store;
mod story;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// So many seeds where nothing else is said.
const SEEDS: u64 = 2_000;

/// Once in so many seeds one is played twice.
const TWICE: u64 = 100;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
    )
}

/// So many seeds come to everything that they are about.
const ENOUGH: u64 = 500;

/// How often what happened that a simulation is about.
type Counts = BTreeMap<&'static str, u64>;

/// Plays a seed; says what is wrong with it, or what it came to.
fn play(seed: u64, twice: bool) -> Result<Counts, String> {
    let told = story::play(seed);
    let mut problems = told.problems;
    if (twice || !problems.is_empty()) && story::play(seed).trace != told.trace {
        problems.push("played again, it goes otherwise".to_owned());
    }
    if problems.is_empty() {
        return Ok(told.counts);
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sim-{seed}.trace"));
    std::fs::write(&path, &told.trace).expect("the trace can be written");
    problems.truncate(12);
    let problems = problems.join("\n  ");
    Err(format!("seed {seed}: {}\n  {problems}", path.display()))
}

#[test]
fn hosts_keep_their_word_in_any_weather() {
    if let Some(seed) = number("BOTFLOW_SIM_SEED") {
        play(seed, true).unwrap_or_else(|problem| panic!("{problem}"));
        return;
    }
    let first = number("BOTFLOW_SIM_FIRST").unwrap_or(0);
    let end = first + number("BOTFLOW_SIM_SEEDS").unwrap_or(SEEDS);
    let next = AtomicU64::new(first);
    let failed = AtomicU64::new(0);
    let came_to = Mutex::new(Counts::new());
    let players = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let problems: Vec<String> = thread::scope(|scope| {
        let play_on = || {
            let mut problems = Vec::new();
            while failed.load(Ordering::Relaxed) < 8 {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end {
                    break;
                }
                match play(seed, seed.is_multiple_of(TWICE)) {
                    Ok(counts) => {
                        let mut came_to = came_to.lock().expect("nothing panics while it is held");
                        for (what, times) in counts {
                            *came_to.entry(what).or_default() += times;
                        }
                    }
                    Err(problem) => {
                        failed.fetch_add(1, Ordering::Relaxed);
                        problems.push(problem);
                    }
                }
            }
            problems
        };
        let players: Vec<_> = (0..players).map(|_| scope.spawn(play_on)).collect();
        let played = players
            .into_iter()
            .map(|player| player.join().expect("no story panics"));
        played.flatten().collect()
    });
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    let came_to = came_to.into_inner().expect("nothing panics while it is held");
    for what in laws::HAPPENS.iter().filter(|_| end - first >= ENOUGH) {
        let times = came_to.get(what).copied().unwrap_or(0);
        assert!(times > 0, "nothing is ever {what}: {came_to:?}");
    }
}
