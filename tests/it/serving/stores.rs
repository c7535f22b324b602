//! Hosts as processes that share a PostgreSQL database.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use super::fails;
use super::hooks::{Gateway, SECRET, project, served, writes};
use crate::program::root;

/// A server of its own, which ends with this.
struct Postgres {
    child: Child,
    address: String,
}

impl Postgres {
    fn start() -> Postgres {
        let mut child = Command::new(root().join("scripts/postgres"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash is there");
        let mut line = String::new();
        let output = child.stdout.take().expect("it is a pipe");
        BufReader::new(output).read_line(&mut line).expect("it is text");
        let folder = line.split(' ').next().and_then(|part| part.strip_prefix("host="));
        let folder = folder.expect("PostgreSQL starts; see above").replace('/', "%2F");
        Postgres {
            child,
            address: format!("postgres://postgres@{folder}/postgres"),
        }
    }
}

impl Drop for Postgres {
    /// The end of its input ends it.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[test]
fn hosts_share_a_database() {
    let postgres = Postgres::start();
    let folder = project();
    let gateway = Gateway::open(SECRET);
    let store = ["--store", postgres.address.as_str()];
    fails(
        folder.path(),
        &["serve", "--listen", "127.0.0.1:0", "--store", &postgres.address],
    )
    .ends(2)
    .says("hosts that share a store share a secret");
    let secret = [("BOTFLOW_SECRET", "what all hosts of this store know together")];
    let one = served(folder.path(), &gateway, &store, &secret);
    let mut other = served(folder.path(), &gateway, &store, &secret);
    assert!(one.get("/ready").1.contains("\"store\":\"postgres\""));
    // One conversation, at whichever host its messages arrive.
    let first = writes(&one, "1", "+40721000001", "hi");
    let again = writes(&other, "1", "+40721000001", "hi");
    assert_eq!(again["duplicate"], true, "{again}");
    assert_eq!(again["effects"], first["effects"]);
    gateway.texts("+40721000001", 2);
    let second = writes(&other, "2", "+40721000001", "Ana");
    assert_eq!(second["contact"], first["contact"]);
    let expected = [
        "Hello from the file!",
        "What is your name?",
        "Nice to meet you, Ana.",
    ];
    assert_eq!(gateway.texts("+40721000001", 3), expected);
    // One is killed: the other goes on with its conversations.
    writes(&other, "3", "+40721000002", "hi");
    gateway.texts("+40721000002", 2);
    // What it has claimed by then would be another's only when the claim has run out.
    while !one
        .get("/metrics")
        .1
        .contains("botflow_outbox_letters{state=\"ready\"} 0")
    {}
    other.child.kill().expect("it runs");
    other.child.wait().expect("it ends");
    let ack = writes(&one, "4", "+40721000002", "Bob");
    assert_eq!(ack["status"], "taken", "{ack}");
    let texts = gateway.texts("+40721000002", 3);
    assert_eq!(texts[2], "Nice to meet you, Bob.", "{texts:?}");
    let (status, log) = one.stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
    // And whoever comes later knows everybody.
    let later = served(folder.path(), &gateway, &store, &secret);
    let again = writes(&later, "4", "+40721000002", "Bob");
    assert_eq!(again["duplicate"], true, "{again}");
    let (status, log) = later.stop(Signal::TERM);
    assert_eq!(status, Some(0), "{log}");
    assert_eq!(gateway.count(), 6);
}
