//! A PostgreSQL for tests: a server of this process alone, which ends with it.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use botflow_runtime::store::{PostgresOptions, PostgresStore};

/// A server.
pub struct Server {
    /// For clients.
    pub address: String,
    process: Mutex<Option<(Child, ChildStdin, BufReader<ChildStdout>)>>,
}

impl Server {
    /// A new one. What it needs is installed by `scripts/test`.
    pub fn start() -> Server {
        Server::start_with(&[])
    }

    /// The same, with settings.
    pub fn start_with(settings: &[&str]) -> Server {
        let mut child = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/postgres"))
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash is there");
        let input = child.stdin.take().expect("it is a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let mut address = String::new();
        output.read_line(&mut address).expect("it is text");
        assert!(!address.is_empty(), "PostgreSQL does not start; see above");
        Server {
            address: address.trim().to_owned(),
            process: Mutex::new(Some((child, input, output))),
        }
    }

    /// Where its socket and its data are.
    pub fn folder(&self) -> PathBuf {
        let folder = self
            .address
            .split(' ')
            .find_map(|part| part.strip_prefix("host="));
        folder.expect("it listens in a folder").into()
    }

    /// Has the server do something (`scripts/postgres` says what it can), and waits until it is done.
    pub fn tell(&self, command: &str) {
        let mut process = self.process.lock().unwrap();
        let (_, input, output) = process.as_mut().expect("it is there until this is dropped");
        writeln!(input, "{command}").expect("it listens");
        let mut answer = String::new();
        output.read_line(&mut answer).expect("it is text");
        assert_eq!(answer, "done\n", "{command}");
    }

    /// An empty store on it.
    pub async fn store(&self) -> PostgresStore {
        self.open(&schema(), 4).await
    }

    /// A store in a schema.
    pub async fn open(&self, schema: &str, connections: usize) -> PostgresStore {
        let options = PostgresOptions {
            schema: schema.to_owned(),
            connections,
            ..PostgresOptions::default()
        };
        PostgresStore::open_with(&self.address, options)
            .await
            .expect("it opens")
    }

    /// A connection of the test's own.
    pub async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.address, tokio_postgres::NoTls)
            .await
            .expect("it is reached");
        tokio::spawn(connection);
        client
    }
}

impl Drop for Server {
    /// The end of its input ends it; that of a server that nobody drops comes with the end of the process.
    fn drop(&mut self) {
        let process = self
            .process
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((mut child, input, _)) = process.take() {
            drop(input);
            let _ = child.wait();
        }
    }
}

/// The server that all tests of this process share: those that do nothing to it.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

/// A name that no other test has.
pub fn schema() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test {}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An empty store on the shared server.
pub async fn store() -> PostgresStore {
    server().store().await
}
