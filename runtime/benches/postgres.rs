//! How many turns hosts store a second in a PostgreSQL database, against how many rows `pgbench` updates on the same server:
//! `cargo bench -p botflow-runtime --bench postgres` (`-- grouped`, `-- ungrouped`). Both are measured in turns, a few seconds
//! each, so that they meet the same disk. The server is one of its own (`scripts/postgres`), reached over its socket by both;
//! it waits for the disk, which is looked at. `TMPDIR` says on which disk it is.

mod echo;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::Settings;
use botflow_runtime::store::{PostgresOptions, PostgresStore};
use botflow_runtime::{Channel, Host, Inbound};
use echo::{Arrives, artifact};
use tokio_postgres::{Client, NoTls};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each is measured, and how often.
const SPAN: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

/// Connections of pgbench, and of hosts that do not group.
const CONNECTIONS: usize = 32;

/// What the server is given: as one would for a database that matters a little, but nothing that makes it less safe.
const SERVER: [&str; 4] = [
    "shared_buffers=512MB",
    "max_wal_size=8GB",
    "checkpoint_timeout=30min",
    "max_connections=300",
];

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let grouped: &[Case] = &[Case::grouped(1, 64), Case::grouped(1, 512), Case::grouped(3, 512)];
    let ungrouped: &[Case] = &[Case::ungrouped()];
    match arguments.as_slice() {
        [] => run(&[grouped, ungrouped].concat()),
        ["grouped"] => run(grouped),
        ["ungrouped"] => run(ungrouped),
        ["grouped", hosts, conversations, options @ ..] => {
            let number = |text: &str| text.parse().expect("a number");
            let mut case = Case::grouped(number(hosts), number(conversations));
            if let Some(committers) = options.first() {
                case.committers = number(committers);
            }
            run(&[case]);
        }
        _ => {
            say("usage: cargo bench -p botflow-runtime --bench postgres [-- grouped|ungrouped]");
            std::process::exit(2);
        }
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark reports")]
fn say(line: &str) {
    println!("{line}");
}

/// One way of storing turns.
#[derive(Clone, Copy)]
struct Case {
    hosts: usize,
    /// Of all hosts together.
    conversations: usize,
    batch: usize,
    committers: usize,
    connections: usize,
}

impl Case {
    /// As hosts are when nobody sets anything.
    fn grouped(hosts: usize, conversations: usize) -> Case {
        let usual = Settings::default();
        Case {
            hosts,
            conversations,
            batch: usual.batch,
            committers: usual.committers,
            connections: PostgresOptions::default().connections,
        }
    }

    /// Each turn is a transaction of its own, many at once.
    fn ungrouped() -> Case {
        Case {
            hosts: 1,
            conversations: CONNECTIONS * 2,
            batch: 1,
            committers: CONNECTIONS,
            connections: CONNECTIONS,
        }
    }

    fn name(self) -> String {
        let hosts = match self.hosts {
            1 => "one host".to_owned(),
            hosts => format!("{hosts} hosts"),
        };
        let how = match self.batch {
            1 => format!("one turn a transaction, {} at once", self.committers),
            _ if self.committers > 1 => format!("grouped by {}", self.committers),
            _ => "grouped".to_owned(),
        };
        format!("{hosts}, {how}, {} in flight", self.conversations)
    }
}

/// The server, and what is known of its work.
struct Server {
    address: String,
    folder: PathBuf,
    _input: ChildStdin,
    _process: Child,
}

impl Server {
    fn start() -> Server {
        let mut process = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/postgres"))
            .args(SERVER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash is there");
        let input = process.stdin.take().expect("it is a pipe");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("it is a pipe"))
            .read_line(&mut address)
            .expect("it is text");
        let folder = address.split(' ').find_map(|part| part.strip_prefix("host="));
        let folder = PathBuf::from(folder.expect("PostgreSQL starts"));
        Server {
            address: address.trim().to_owned(),
            folder,
            _input: input,
            _process: process,
        }
    }

    async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.address, NoTls)
            .await
            .expect("it is reached");
        tokio::spawn(connection);
        client
    }

    /// The processor's time that all its processes have had.
    fn cpu(&self) -> Duration {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("it runs");
        let postmaster: u32 = pid
            .lines()
            .next()
            .and_then(|pid| pid.parse().ok())
            .expect("a number");
        let mut ticks = 0;
        for process in std::fs::read_dir("/proc").expect("this is Linux").flatten() {
            let Some(stat) = stat(&process.path()) else {
                continue;
            };
            // What has ended is counted in its parent.
            if stat.pid == postmaster {
                ticks += stat.own + stat.ended;
            } else if stat.parent == postmaster {
                ticks += stat.own;
            }
        }
        Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }
}

struct Stat {
    pid: u32,
    parent: u32,
    own: u64,
    ended: u64,
}

fn stat(process: &Path) -> Option<Stat> {
    let text = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name may have anything in it.
    let (pid, rest) = text.split_once(" (")?;
    let fields: Vec<_> = rest.rsplit_once(") ")?.1.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        pid: pid.parse().ok()?,
        parent: u32::try_from(number(1)?).ok()?,
        own: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}

/// Hosts of one database, each with its own connections, in this process.
struct Hosts {
    hosts: Vec<Host>,
    channel: Arc<Arrives>,
}

impl Hosts {
    async fn start(server: &Server, case: Case, schema: &str) -> Hosts {
        let channel = Arc::new(Arrives::default());
        let mut hosts = Vec::new();
        for _ in 0..case.hosts {
            let options = PostgresOptions {
                schema: schema.to_owned(),
                connections: case.connections,
                ..PostgresOptions::default()
            };
            let store = PostgresStore::open_with(&server.address, options).await;
            let host = Host::builder()
                .bot(&artifact())
                .store(store.expect("it opens"))
                .channel(Arc::clone(&channel) as Arc<dyn Channel>)
                .settings(Settings {
                    batch: case.batch,
                    committers: case.committers,
                    ..Settings::default()
                })
                .build()
                .await;
            hosts.push(host.expect("the host starts"));
        }
        Hosts { hosts, channel }
    }

    fn flushes(&self) -> u64 {
        let meters = self.hosts.iter().map(|host| host.engine().meter());
        meters.map(|meter| meter.commits.load(Ordering::Relaxed)).sum()
    }

    /// So many conversations, each of which says the next thing when the last one was acknowledged.
    async fn measure(&self, conversations: usize, span: Duration, run: &str) -> Measured {
        let over = Arc::new(AtomicBool::new(false));
        let (flushes, letters) = (self.flushes(), self.channel.0.load(Ordering::Relaxed));
        let began = Instant::now();
        let people = (0..conversations).map(|who| {
            let engine = self.hosts[who % self.hosts.len()].engine().clone();
            let (over, run) = (Arc::clone(&over), run.to_owned());
            tokio::spawn(async move {
                let mut took = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let sent = Instant::now();
                    let number = took.len();
                    let inbound = Inbound {
                        channel: "web".into(),
                        address: format!("visitor {who}").into(),
                        id: Some(format!("{run}.{who}.{number}").into()),
                        what: Said::Message(format!("The {number}th thing that comes to my mind").into()),
                    };
                    engine.deliver(inbound).await.expect("it is taken");
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
        let elapsed = began.elapsed().as_secs_f64();
        took.sort_unstable();
        let turns = took.len() as f64;
        let at = |part: f64| took[((turns - 1.0) * part) as usize];
        Measured {
            turns,
            rate: turns / elapsed,
            letters: (self.channel.0.load(Ordering::Relaxed) - letters) as f64 / turns,
            batch: turns / (self.flushes() - flushes).max(1) as f64,
            p50: at(0.5),
            p99: at(0.99),
        }
    }
}

/// What one measurement gave.
struct Measured {
    turns: f64,
    rate: f64,
    /// Delivered meanwhile, of each turn.
    letters: f64,
    batch: f64,
    p50: Duration,
    p99: Duration,
}

/// One row of 2 KB is changed in each transaction.
struct Pgbench {
    address: PathBuf,
    script: PathBuf,
}

impl Pgbench {
    async fn prepare(server: &Server, folder: &Path) -> Pgbench {
        // Kept as hosts keep people: in their rows, with room beside them.
        let sql = "CREATE TABLE pgbench_row (id integer PRIMARY KEY, bytes bytea NOT NULL)
                     WITH (fillfactor = 50, toast_tuple_target = 8160);
                   ALTER TABLE pgbench_row ALTER COLUMN bytes SET STORAGE EXTERNAL;
                   INSERT INTO pgbench_row SELECT id, decode(repeat('00', 2048), 'hex') FROM generate_series(1, 10000) id;
                   VACUUM ANALYZE pgbench_row;
                   CHECKPOINT";
        let client = server.client().await;
        for statement in sql.split(';') {
            client.batch_execute(statement).await.expect("it can be set up");
        }
        let script = folder.join("update.sql");
        // All 2,048 bytes are other ones each time.
        let text = "\\set id random(1, 10000)\n\\set what random(10000000, 99999999)\n\
                    UPDATE pgbench_row SET bytes = repeat(:what::int4::text, 256)::bytea WHERE id = :id::int4;\n";
        std::fs::write(&script, text).expect("it can be written");
        Pgbench {
            address: server.folder.clone(),
            script,
        }
    }

    /// Transactions a second.
    fn measure(&self) -> f64 {
        let (clients, seconds) = (CONNECTIONS.to_string(), (SPAN / 2).as_secs().to_string());
        let out = Command::new("pgbench")
            .args([
                "-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", &seconds, "-U", "postgres",
            ])
            .arg("-h")
            .arg(&self.address)
            .arg("-f")
            .arg(&self.script)
            .arg("postgres")
            .output()
            .expect("pgbench is installed with PostgreSQL");
        let said = String::from_utf8_lossy(&out.stdout);
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rest| rest.split(' ').next()?.parse().ok());
        rate.unwrap_or_else(|| panic!("pgbench says {said}{}", String::from_utf8_lossy(&out.stderr)))
    }
}

fn run(cases: &[Case]) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads can be made");
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let pgbench = runtime.block_on(async {
        let client = server.client().await;
        let sql = "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'),
                          current_setting('wal_sync_method')";
        let row = client.query_one(sql, &[]).await.expect("it answers");
        let is = |at: usize| row.get::<_, &str>(at);
        assert_eq!((is(1), is(2)), ("on", "on"), "a server that does not wait for the disk says nothing");
        say(&format!(
            "Turns stored in PostgreSQL {} (fsync and synchronous_commit on, {}; {}) by hosts of this process with connections \
             of their own, against pgbench: one row of 2 KB changed in a transaction, {CONNECTIONS} connections",
            is(0),
            is(3),
            SERVER.join(", "),
        ));
        Pgbench::prepare(&server, folder.path()).await
    });
    for (number, case) in cases.iter().enumerate() {
        measure(&runtime, &server, &pgbench, *case, &format!("case {number}"));
    }
}

/// One way of storing turns, and pgbench before and after each time.
fn measure(runtime: &tokio::runtime::Runtime, server: &Server, pgbench: &Pgbench, case: Case, schema: &str) {
    let hosts = runtime.block_on(Hosts::start(server, case, schema));
    // Everybody is met, and statements are prepared.
    runtime.block_on(hosts.measure(case.conversations, SPAN / 2, "before"));
    let client = runtime.block_on(server.client());
    let written = || -> f64 {
        let sql = "SELECT (pg_current_wal_insert_lsn() - '0/0')::float8";
        runtime.block_on(async { client.query_one(sql, &[]).await.expect("it answers").get(0) })
    };
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        rows.push(pgbench.measure());
        let (cpu, log) = (server.cpu(), written());
        let one = runtime.block_on(hosts.measure(case.conversations, SPAN, &round.to_string()));
        let cpu = (server.cpu() - cpu).as_secs_f64() * 1e6 / one.turns;
        let log = (written() - log) / one.turns;
        all.push((one, cpu, log));
        rows.push(pgbench.measure());
    }
    let mean = |of: &dyn Fn(&(Measured, f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    let row = rows.iter().sum::<f64>() / rows.len() as f64;
    let rate = mean(&|(one, ..)| one.rate);
    let state: f64 = runtime.block_on(async {
        let sql = format!("SELECT avg(octet_length(state))::float8 FROM \"{schema}\".contact");
        client.query_one(&sql, &[]).await.expect("it answers").get(0)
    });
    say(&format!(
        "  {}: {rate:.0} turns/s, pgbench {row:.0}/s, {:.2} times; {:.0} µs of the server's CPU a turn; {:.1} turns a flush, \
         {:.1} letters delivered a turn, {:.1} kB of log, {state:.0} bytes of state; p50 {:.1} ms, p99 {:.1} ms",
        case.name(),
        rate / row,
        mean(&|(_, cpu, _)| *cpu),
        mean(&|(one, ..)| one.batch),
        mean(&|(one, ..)| one.letters),
        mean(&|(.., log)| *log) / 1e3,
        mean(&|(one, ..)| one.p50.as_secs_f64() * 1e3),
        mean(&|(one, ..)| one.p99.as_secs_f64() * 1e3),
    ));
    runtime.block_on(async {
        for host in &hosts.hosts {
            host.stop().await;
        }
    });
}
