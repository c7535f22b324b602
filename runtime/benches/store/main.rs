//! How many turns a host stores a second in an SQLite file, against how often the same library makes one row durable on the
//! same disk: `cargo bench --bench store` (`-- turns`, `-- start`, `-- cost`). Both are measured in turns, a few seconds
//! each, so that they meet the same disk.
//!
//! Without `--bench` (as `cargo test` starts it) everything is done for a moment, so that it does not rot.

mod disk;
#[path = "../echo/mod.rs"]
mod echo;
mod raw;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Contact, ContactId};
use botflow_runtime::deployment::Version;
use botflow_runtime::store::{AddressKey, Commit, MemoryStore, SqliteStore, Store};
use botflow_runtime::{Host, Inbound};
use echo::{Arrives, artifact};
use raw::Rows;
use rustix::time::{ClockId, clock_gettime};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much of everything.
struct Size {
    /// How long each is measured, three times.
    span: Duration,
    /// Conversations in flight.
    in_flight: &'static [usize],
    /// Conversations that wait when a host starts.
    waiting: u64,
    /// Turns whose instructions are counted.
    counted: u64,
}

const FULL: Size = Size {
    span: Duration::from_secs(3),
    in_flight: &[1, 64, 512, 1_000],
    waiting: 100_000,
    counted: 6_400,
};

const TINY: Size = Size {
    span: Duration::from_millis(50),
    in_flight: &[1, 8],
    waiting: 50,
    counted: 0,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_full = arguments.iter().any(|argument| argument == "--bench");
    let size = if is_full { FULL } else { TINY };
    // What else is there is meant for tests' own harness.
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    match words.as_slice() {
        // A child of its own, whose instructions are counted.
        ["count", number] => return count(number.parse().expect("a number of turns")),
        ["turns", number] => {
            let number = number.parse().expect("a number of conversations");
            return turns(&[number], size.span);
        }
        _ => {}
    }
    let is_asked = |group: &str| words.is_empty() || words.contains(&group);
    if is_asked("turns") {
        turns(size.in_flight, size.span);
    }
    if is_asked("start") {
        start(size.waiting);
    }
    if is_asked("cost") {
        cost(size.counted);
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark reports")]
fn say(line: &str) {
    println!("{line}");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("threads can be made")
}

async fn host(store: impl Store) -> Host {
    Host::builder()
        .bot(&artifact())
        .store(store)
        .channel(Arc::new(Arrives::default()))
        .build()
        .await
        .expect("the host starts")
}

async fn sqlite_host(path: &Path) -> Host {
    host(SqliteStore::open(path).await.expect("it opens")).await
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

fn inbound(who: usize, number: u64, run: &str) -> Inbound {
    Inbound {
        channel: "web".into(),
        address: format!("visitor {who}").into(),
        id: Some(format!("{run}.{who}.{number}").into()),
        what: Said::Message(format!("The {number}th thing that comes to my mind").into()),
    }
}

/// What one measurement gave.
struct Measured {
    rate: f64,
    cpu_us: f64,
    batch: f64,
    p50: Duration,
    p99: Duration,
}

/// So many conversations, each of which says the next thing when the last one was acknowledged.
async fn measure(host: &Host, conversations: usize, run: &str, span: Duration) -> Measured {
    let over = Arc::new(AtomicBool::new(false));
    let meter = Arc::clone(host.engine().meter());
    let flushes = meter.commits.load(Ordering::Relaxed);
    let cpu = cpu_time();
    let began = Instant::now();
    let people = (0..conversations).map(|who| {
        let (engine, over, run) = (host.engine().clone(), Arc::clone(&over), run.to_owned());
        tokio::spawn(async move {
            let mut took = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let sent = Instant::now();
                engine
                    .deliver(inbound(who, took.len() as u64, &run))
                    .await
                    .expect("it is taken");
                took.push(sent.elapsed());
            }
            took
        })
    });
    let people: Vec<_> = people.collect();
    // The span that is measured: everybody else goes on talking meanwhile.
    tokio::time::sleep(span).await;
    over.store(true, Ordering::Relaxed);
    let mut took = Vec::new();
    for person in people {
        took.extend(person.await.expect("the task ends"));
    }
    let elapsed = began.elapsed();
    let cpu = cpu_time() - cpu;
    took.sort_unstable();
    let turns = took.len() as f64;
    let at = |part: f64| took[((turns - 1.0) * part) as usize];
    Measured {
        rate: turns / elapsed.as_secs_f64(),
        cpu_us: cpu.as_secs_f64() * 1e6 / turns,
        batch: turns / (meter.commits.load(Ordering::Relaxed) - flushes).max(1) as f64,
        p50: at(0.5),
        p99: at(0.99),
    }
}

fn turns(sizes: &[usize], span: Duration) {
    say(
        "Turns stored in an SQLite file (each in one transaction with its letters, its clock and what was said), against \
         single rows of 2 KB",
    );
    let folder = disk::folder();
    say(&format!(
        "  the disk: {}",
        disk::described(folder.path(), span / 3)
    ));
    let mut raw = Rows::open(folder.path());
    let runtime = runtime();
    for conversations in sizes {
        let path = folder.path().join(format!("{conversations}.db"));
        let host = runtime.block_on(sqlite_host(&path));
        // Everybody is met, and the log has some pages.
        runtime.block_on(measure(&host, *conversations, "before", span));
        let (mut rows, mut measured) = (Vec::new(), Vec::new());
        for round in 0..3 {
            rows.push(raw.measure(span / 2));
            measured.push(runtime.block_on(measure(&host, *conversations, &round.to_string(), span)));
            rows.push(raw.measure(span / 2));
        }
        let rate = measured.iter().map(|one| one.rate).sum::<f64>() / measured.len() as f64;
        let row = rows.iter().sum::<f64>() / rows.len() as f64;
        measured.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let middle = &measured[measured.len() / 2];
        say(&format!(
            "  {conversations:>5} in flight {rate:>8.0} turns/s, rows {row:>6.0}/s, {:>6.2} times; {:.0} µs of CPU a turn, \
             {:.1} turns a flush, p50 {:.1} ms, p99 {:.1} ms",
            rate / row,
            middle.cpu_us,
            middle.batch,
            middle.p50.as_secs_f64() * 1e3,
            middle.p99.as_secs_f64() * 1e3,
        ));
        runtime.block_on(host.stop());
    }
}

/// How long it takes to open a store in which so many conversations wait for a clock.
fn start(people: u64) {
    let folder = disk::folder();
    let path = folder.path().join("store.db");
    let runtime = runtime();
    let version = Version::load(&artifact()).expect("a bot that the compiler made can run");
    runtime.block_on(async {
        let store = SqliteStore::open(&path).await.expect("it opens");
        let people: Vec<_> = (1..=people).collect();
        for some in people.chunks(1_000) {
            let commits = some.iter().map(|number| Commit {
                contact: ContactId(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 1),
                expect: 0,
                cause: None,
                at: 0,
                state: Contact::new(ContactId(*number), &version).to_bytes(),
                wake: Some(i64::MAX / 2 + i64::try_from(*number).unwrap_or(0)),
                addresses: vec![AddressKey {
                    channel: "web".into(),
                    address: format!("visitor {number}").into(),
                }],
                transcript: Vec::new(),
                entries: Vec::new(),
                outgoing: Vec::new(),
                settles: None,
                absorbs: None,
            });
            store.commit(commits.collect()).await.expect("they are written");
        }
        store.close().await;
    });
    let took = (0..5).map(|_| {
        let began = Instant::now();
        let host = runtime.block_on(sqlite_host(&path));
        let took = began.elapsed();
        runtime.block_on(host.stop());
        took
    });
    let took = took.max().unwrap_or_default();
    say(&format!(
        "Start with {people} waiting conversations: {:.0} ms (the worst of five)",
        took.as_secs_f64() * 1e3
    ));
}

/// What a turn of the engine costs with a store in memory, without disk: instructions, counted by valgrind.
fn cost(turns: u64) {
    let few = turns / 10;
    let (Some(few_cost), Some(all)) = (instructions(few), instructions(turns)) else {
        return say("Cost of a turn: not counted (valgrind is not there)");
    };
    let between = turns - few;
    say(&format!(
        "Cost of a turn of the engine with a store in memory: {} instructions (of {between} turns of 64 conversations)",
        all.saturating_sub(few_cost) / between.max(1)
    ));
}

/// Instructions of a child that takes so many turns; `None` without valgrind, and for none.
fn instructions(turns: u64) -> Option<u64> {
    if turns == 0 {
        return None;
    }
    let myself = std::env::current_exe().expect("a running program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(myself)
        .args(["count", &turns.to_string()])
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected :"))?.1;
    collected.split_whitespace().next()?.parse().ok()
}

/// So many turns of 64 conversations, kept in memory, on one thread.
fn count(turns: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let host = host(MemoryStore::new()).await;
        for number in 0..turns / 64 {
            let all = (0..64).map(|who| {
                let engine = host.engine().clone();
                tokio::spawn(async move { engine.deliver(inbound(who, number, "count")).await })
            });
            for one in all.collect::<Vec<_>>() {
                one.await.expect("the task ends").expect("it is taken");
            }
        }
        host.stop().await;
    });
}
