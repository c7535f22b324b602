//! `botflow serve`, as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_botflow");

/// What Linux counts CPU time of processes in, whatever the kernel's own clock.
const TICK: Duration = Duration::from_millis(10);

/// A host that runs.
pub struct Serving {
    process: Process,
    /// Where it listens.
    pub address: SocketAddr,
}

/// A process that does not outlive whoever started it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already cannot be ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a host has used.
pub struct Used {
    /// CPU time.
    pub cpu: Duration,
    /// Turns that were stored.
    pub turns: f64,
    /// Flushes that they took.
    pub flushes: f64,
    /// In how much time.
    pub span: Duration,
}

impl Used {
    /// What came after another moment.
    pub fn since(self, before: &Used, span: Duration) -> Used {
        Used {
            cpu: self.cpu.saturating_sub(before.cpu),
            turns: self.turns - before.turns,
            flushes: self.flushes - before.flushes,
            span,
        }
    }
}

impl Serving {
    /// Starts it; it is ready when this returns.
    pub async fn start(bot: &Path, store: &Path) -> Serving {
        let child = Command::new(PROGRAM)
            .arg("serve")
            .arg(bot)
            .args(["--listen", "127.0.0.1:0", "--log", "error", "--store"])
            .arg(format!("sqlite:{}", store.display()))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let mut process = Process(child);
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it tells where it listens");
        let address = line.trim().trim_start_matches("http://");
        let address = address.parse().expect("it tells where it listens");
        let host = Serving { process, address };
        let ready = host.get("/ready").await;
        assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
        host
    }

    async fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.expect("the host listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the host listens");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("the host answers");
        answer
    }

    /// What it has used up to now.
    pub async fn used(&self) -> Used {
        let figures = self.get("/metrics").await;
        let figure = |name: &str| -> f64 {
            let line = figures.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse().ok())
                .unwrap_or_else(|| panic!("there is a figure {name}"))
        };
        let times = self.read("stat");
        // Behind the name, which may contain anything: the 14th and 15th of all are user and system time in ticks.
        let times = times.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u64 = times
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum();
        Used {
            cpu: TICK * u32::try_from(ticks).unwrap_or(u32::MAX),
            turns: figure("botflow_turns_total "),
            flushes: figure("botflow_commits_total "),
            span: Duration::ZERO,
        }
    }

    /// The memory that it has at this moment, in bytes.
    pub fn memory(&self) -> u64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.expect("a process has memory") * 1024
    }

    fn read(&self, what: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{what}", self.process.0.id())).expect("the host runs")
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let id = Pid::from_child(&self.process.0);
        kill_process(id, Signal::TERM).expect("the host runs");
        let ended = tokio::task::spawn_blocking(move || self.process.0.wait());
        let status = ended.await.expect("it is waited for").expect("it is a child");
        assert!(status.success(), "{status}");
    }
}
