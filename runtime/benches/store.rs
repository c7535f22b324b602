//! How many turns a host stores a second in an SQLite file, against how often the same library makes one row durable on the
//! same disk: `cargo bench -p botflow-runtime` (`-- turns`, `-- start`). Both are measured in turns, a few seconds each, so
//! that they meet the same disk. `BOTFLOW_BENCH_DIR` names another folder than the build's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use botflow_compiler::compile;
use botflow_compiler::project::{Project, Source};
use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Contact, ContactId};
use botflow_runtime::deployment::Version;
use botflow_runtime::store::{AddressKey, Commit, SqliteStore, Store};
use botflow_runtime::{Channel, Delivery, Host, Inbound, Receipt, SendError};
use rusqlite::Connection;
use rustix::time::{ClockId, clock_gettime};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each message is answered by two, and sets a clock.
const BOT: &str = r#"
bot echo {
  name "Echo"
  languages en
  channels web
  start main
}

always {
  on silence 1h -> finish abandoned
}

flow main {
  say "Hello!"
  -> more

  step more {
    ask words: text "Tell me something."
    say "You said {words}."
    -> more
  }
}
"#;

/// How long each is measured.
const SPAN: Duration = Duration::from_secs(3);

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => {
            turns(&[1, 64, 512, 1_000]);
            start(100_000);
        }
        ["turns"] => turns(&[1, 64, 512, 1_000]),
        ["turns", number] => turns(&[number.parse().expect("a number of conversations")]),
        ["start"] => start(100_000),
        // Only the turns, so many, for counting instructions.
        ["count", number] => count(number.parse().expect("a number of turns")),
        _ => {
            say("usage: cargo bench -p botflow-runtime [-- turns|start]");
            std::process::exit(2);
        }
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark reports")]
fn say(line: &str) {
    println!("{line}");
}

fn folder() -> tempfile::TempDir {
    let asked = std::env::var_os("BOTFLOW_BENCH_DIR").map(PathBuf::from);
    let folder = asked.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    tempfile::tempdir_in(folder).expect("a folder can be made")
}

fn artifact() -> Vec<u8> {
    let mut project = Project::default();
    project.sources.push(Source {
        path: "bot.flow".into(),
        text: Arc::from(BOT),
    });
    match compile::build(&project) {
        Ok(bot) => botflow_artifact::to_bytes(&bot).0,
        Err(checked) => panic!("the benchmark's bot does not compile: {:?}", checked.findings),
    }
}

/// A channel on which everything arrives at once.
#[derive(Default)]
struct Arrives(AtomicU64);

#[async_trait]
impl Channel for Arrives {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, _: &Delivery) -> Result<Receipt, SendError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Receipt::default())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("threads can be made")
}

async fn host(store: SqliteStore) -> Host {
    Host::builder()
        .bot(&artifact())
        .store(store)
        .channel(Arc::new(Arrives::default()))
        .build()
        .await
        .expect("the host starts")
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// Durable commits of one row of 2 KB, one after the other: how many a second.
struct Raw(Connection, u64);

impl Raw {
    fn open(folder: &Path) -> Raw {
        let connection = Connection::open(folder.join("raw.db")).expect("it can be opened");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 20000; \
                 CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB)",
            )
            .expect("it can be set up");
        for id in 0..1_000 {
            connection
                .execute("INSERT INTO row VALUES (?1, zeroblob(2048))", [id])
                .expect("it can be written");
        }
        Raw(connection, 0)
    }

    fn measure(&mut self) -> f64 {
        let began = Instant::now();
        let mut commits = 0_u32;
        while began.elapsed() < SPAN / 2 {
            let mut statement = self
                .0
                .prepare_cached("UPDATE row SET bytes = ?2 WHERE id = ?1")
                .expect("it can be prepared");
            self.1 += 1;
            let bytes = [self.1.to_le_bytes(); 256].concat();
            statement
                .execute(rusqlite::params![(self.1 % 1_000).cast_signed(), bytes])
                .expect("it can be written");
            commits += 1;
        }
        f64::from(commits) / began.elapsed().as_secs_f64()
    }
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
async fn measure(host: &Host, conversations: usize, run: &str) -> Measured {
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
    tokio::time::sleep(SPAN).await;
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

fn turns(sizes: &[usize]) {
    say(
        "Turns stored in an SQLite file (each in one transaction with its letters, its clock and what was said)",
    );
    let folder = folder();
    let mut raw = Raw::open(folder.path());
    let runtime = runtime();
    for conversations in sizes {
        let path = folder.path().join(format!("{conversations}.db"));
        let host = runtime.block_on(async { host(SqliteStore::open(path).await.expect("it opens")).await });
        // Everybody is met, and the log has some pages.
        runtime.block_on(measure(&host, *conversations, "before"));
        let (mut rows, mut best) = (Vec::new(), Vec::new());
        for round in 0..3 {
            rows.push(raw.measure());
            best.push(runtime.block_on(measure(&host, *conversations, &round.to_string())));
            rows.push(raw.measure());
        }
        let rate = best.iter().map(|one| one.rate).sum::<f64>() / best.len() as f64;
        let row = rows.iter().sum::<f64>() / rows.len() as f64;
        best.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let middle = &best[best.len() / 2];
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
    let folder = folder();
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
        let host = runtime.block_on(async { host(SqliteStore::open(&path).await.expect("it opens")).await });
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

/// So many turns of 64 conversations.
fn count(turns: u64) {
    let folder = folder();
    let runtime = runtime();
    runtime.block_on(async {
        let host = host(
            SqliteStore::open(folder.path().join("store.db"))
                .await
                .expect("it opens"),
        )
        .await;
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
