//! What one host can do for visitors of web chat: `botflow serve` as a process of its own with an SQLite store and
//! `examples/luna_store`, and clients that speak as its page does. `cargo bench --bench web`, or one group of it:
//! `cargo bench --bench web -- talk` (`idle`, `start`).
//!
//! The host has its usual settings. Visitors come from many addresses of this machine (`127.1.x.y`), a hundred from each,
//! so that no limit per address or visitor is met. Host and visitors share the machine's processors; what each takes is
//! told.
//!
//! Without `--bench` (as `cargo test` starts it) everything is done once with a few visitors, so that it does not rot.

mod crowd;
#[path = "../../runtime/benches/store/disk.rs"]
mod disk;
mod host;
mod visitor;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use botflow_runtime::contact::input::Said;
use botflow_runtime::store::SqliteStore;
use botflow_runtime::{Host, Inbound};
use crowd::{Crowd, Talked};
use host::{PROGRAM, Serving};
use visitor::Visitor;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The bot that is served.
const BOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/luna_store");

/// How much of everything.
struct Size {
    /// People who talk.
    talking: usize,
    /// People who only have a page open.
    idle: usize,
    /// Conversations that wait when a host starts.
    waiting: usize,
    /// How long something is measured.
    span: Duration,
    /// How long pages stay open before memory is looked at: the host has asked each of them whether it is still there.
    stay: Duration,
}

const FULL: Size = Size {
    talking: 5_000,
    idle: 10_000,
    waiting: 100_000,
    span: Duration::from_secs(8),
    stay: Duration::from_secs(35),
};

const TINY: Size = Size {
    talking: 64,
    idle: 20,
    waiting: 40,
    span: Duration::from_millis(50),
    stay: Duration::ZERO,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_full = arguments.iter().any(|argument| argument == "--bench");
    let size = if is_full { FULL } else { TINY };
    // What else is there is meant for tests' own harness.
    let groups: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads can be made");
    let folder = disk::folder();
    let is_asked = |group: &str| groups.is_empty() || groups.contains(&group);
    if is_asked("talk") {
        runtime.block_on(talk(folder.path(), &size));
    }
    if is_asked("idle") {
        runtime.block_on(idle(folder.path(), &size));
    }
    if is_asked("start") {
        runtime.block_on(start(folder.path(), &size));
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark reports")]
fn say(line: &str) {
    println!("{line}");
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// As much as the host can, and how soon it answers when it is asked half as much.
async fn talk(folder: &Path, size: &Size) {
    let host = Serving::start(Path::new(BOT), &folder.join("talk.db")).await;
    say(&format!(
        "{} visitors talk (each message is answered, and what is answered reported as read)",
        size.talking
    ));
    say(&format!("  the disk: {}", disk::described(folder, size.span / 8)));
    let crowd = Crowd::connect(host.address, size.talking).await;
    let mut most = 0.0_f64;
    for at_once in [64, 256, 512] {
        let at_once = at_once.min(size.talking);
        let (before, began) = (host.used().await, Instant::now());
        let talked = crowd.at_once(at_once, size.span).await;
        let used = host.used().await.since(&before, began.elapsed());
        most = most.max(talked.rate());
        said(&format!("{at_once:>6} at once   "), &talked, &used);
    }
    // What was said before is dealt with first: the last reports of what was read, and the flushes they wait for.
    crowd.each_second(most / 2.0, size.span / 2).await;
    let (before, began) = (host.used().await, Instant::now());
    let talked = crowd.each_second(most / 2.0, size.span * 2).await;
    let used = host.used().await.since(&before, began.elapsed());
    said("  half of the most", &talked, &used);
    host.stop().await;
}

fn said(what: &str, talked: &Talked, used: &host::Used) {
    let answers = talked.answers().max(1) as f64;
    say(&format!(
        "  {what} {:>6.0} answers/s ({:.0} turns/s), p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; the host takes {:.0} µs of \
         CPU an answer and {:.0} % of a processor, {:.1} turns a flush; visitors {:.0} %",
        talked.rate(),
        used.turns / used.span.as_secs_f64(),
        milliseconds(talked.within(0.5)),
        milliseconds(talked.within(0.99)),
        milliseconds(talked.within(1.0)),
        used.cpu.as_secs_f64() * 1e6 / answers,
        used.cpu.as_secs_f64() / used.span.as_secs_f64() * 100.0,
        used.turns / used.flushes.max(1.0),
        talked.cpu.as_secs_f64() / talked.span.as_secs_f64() * 100.0,
    ));
}

/// Memory of a host that nobody talks to, and of one that so many have open.
async fn idle(folder: &Path, size: &Size) {
    let host = Serving::start(Path::new(BOT), &folder.join("idle.db")).await;
    // Memory is looked at when a host has been let alone for a while: that is what is measured.
    tokio::time::sleep(size.stay / 10).await;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let alone = host.memory();
    say(&format!("Memory of the host: {:.1} MB idle", megabytes(alone)));
    let mut staying = Vec::new();
    for place in 0..size.idle {
        let visitor = Visitor::connect(host.address, place).await;
        staying.push(tokio::spawn(visitor.stay()));
    }
    tokio::time::sleep(size.stay).await;
    let there = staying.iter().filter(|task| !task.is_finished()).count();
    let with_all = host.memory();
    say(&format!(
        "  with {there} pages open that nobody talks in: {:.1} MB ({:.1} kB a page)",
        megabytes(with_all),
        with_all.saturating_sub(alone) as f64 / 1e3 / there.max(1) as f64,
    ));
    for task in staying {
        task.abort();
        let _ = task.await;
    }
    host.stop().await;

    let host = Serving::start(Path::new(BOT), &folder.join("greeted.db")).await;
    let mut staying = Vec::new();
    for place in 0..size.idle {
        let mut visitor = Visitor::connect(host.address, place).await;
        visitor.open().await;
        staying.push(tokio::spawn(visitor.stay()));
    }
    tokio::time::sleep(size.stay).await;
    let there = staying.iter().filter(|task| !task.is_finished()).count();
    say(&format!(
        "  with {there} who have opened the chat and were greeted: {:.1} MB",
        megabytes(host.memory()),
    ));
    for task in staying {
        task.abort();
        let _ = task.await;
    }
    host.stop().await;
}

/// How soon a host is there in whose store so many wait for a clock.
async fn start(folder: &Path, size: &Size) {
    let artifact = folder.join("luna_store.botflow");
    let built = Command::new(PROGRAM)
        .args(["build", BOT, "-o"])
        .arg(&artifact)
        .output()
        .expect("the program can be started");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let store = folder.join("start.db");
    fill(&artifact, &store, size.waiting).await;
    say(&format!("Start with {} waiting conversations", size.waiting));
    for (what, bot) in [("a built bot", artifact.as_path()), ("a project", Path::new(BOT))] {
        let (mut ready, mut answered, mut memory) = (Duration::ZERO, Duration::ZERO, 0);
        for place in 0..5 {
            let began = Instant::now();
            let host = Serving::start(bot, &store).await;
            ready = ready.max(began.elapsed());
            let mut visitor = Visitor::connect(host.address, place).await;
            visitor.ask("help").await;
            answered = answered.max(began.elapsed());
            memory = memory.max(host.memory());
            host.stop().await;
        }
        say(&format!(
            "  {what}: ready after {:.0} ms, the first answer after {:.0} ms (the worst of five); {:.1} MB",
            milliseconds(ready),
            milliseconds(answered),
            memory as f64 / 1e6,
        ));
    }
}

/// So many begin a conversation and say nothing any more, so that a clock runs for each.
async fn fill(artifact: &Path, store: &Path, people: usize) {
    let bytes = std::fs::read(artifact).expect("it was just built");
    let host = Host::builder()
        .bot(&bytes)
        .store(SqliteStore::open(store).await.expect("it opens"))
        .channel(Arc::new(botflow_runtime::channel::web::WebChat::new(
            botflow_runtime::channel::web::WebOptions::new("of no use"),
        )))
        .build()
        .await
        .expect("the host starts");
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..512 {
        let engine = host.engine().clone();
        tasks.spawn(async move {
            for who in (writer..people).step_by(512) {
                let inbound = Inbound {
                    channel: "web".into(),
                    address: format!("{who:032x}").into(),
                    id: Some(format!("{who}").into()),
                    what: Said::Message("help".into()),
                };
                engine.deliver(inbound).await.expect("it is taken");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("the task ends");
    }
    host.stop().await;
}
