//! What stands between hosts and a PostgreSQL server and does what networks do: it takes its time, and it loses the answer
//! to a commit after having forwarded it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use botflow_runtime::store::{PostgresOptions, PostgresStore, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

use crate::database::Server;

/// What stands in every commit of these tests, so that a proxy knows one.
pub const MARK: &[u8] = b"this is a turn";

/// Stands between hosts and the server.
pub struct Proxy {
    /// For clients.
    pub address: String,
    socket: PathBuf,
    mark: Vec<u8>,
    /// Of so many commits one is forwarded, and its answer never comes; 0: of none.
    pub cut_each: AtomicU64,
    commits: AtomicU64,
    /// So many were cut.
    pub cuts: AtomicU64,
    /// What hosts have sent, in pieces.
    pub pieces: AtomicU64,
    /// How long the way to the server takes, in milliseconds.
    pub delay: AtomicU64,
    /// Nothing gets through.
    is_gone: watch::Sender<bool>,
    /// So many were turned away because of that.
    turned_away: watch::Sender<u64>,
}

impl Proxy {
    /// Before a server. `mark`: what stands in each commit, and in nothing else that matters.
    pub async fn start(server: &Server, mark: &[u8]) -> Arc<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let proxy = Arc::new(Proxy {
            address: format!("host=127.0.0.1 port={port} user=postgres dbname=postgres sslmode=disable"),
            socket: server.folder().join(".s.PGSQL.5432"),
            mark: mark.to_vec(),
            cut_each: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            cuts: AtomicU64::new(0),
            pieces: AtomicU64::new(0),
            delay: AtomicU64::new(0),
            is_gone: watch::Sender::new(false),
            turned_away: watch::Sender::new(0),
        });
        let accepting = Arc::clone(&proxy);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *accepting.is_gone.borrow() {
                    accepting.turned_away.send_modify(|times| *times += 1);
                    continue;
                }
                let proxy = Arc::clone(&accepting);
                tokio::spawn(async move {
                    // A server that is not there looks like a connection that ends.
                    if let Ok(server) = UnixStream::connect(&proxy.socket).await {
                        proxy.forward(client, server).await;
                    }
                });
            }
        });
        proxy
    }

    /// Until either side ends, or a cut.
    async fn forward(&self, client: TcpStream, server: UnixStream) {
        let mut gone = self.is_gone.subscribe();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = async {
            let mut piece = vec![0; 256 * 1024];
            // A mark may begin in one piece and end in the next.
            let mut tail: Vec<u8> = Vec::new();
            while let Ok(read @ 1..) = from_client.read(&mut piece).await {
                self.pieces.fetch_add(1, Ordering::SeqCst);
                let delay = self.delay.load(Ordering::SeqCst);
                if delay > 0 {
                    // The fault: a long way to the server.
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                }
                if to_server.write_all(&piece[..read]).await.is_err() {
                    return;
                }
                tail.extend_from_slice(&piece[..read]);
                let has_mark = tail.windows(self.mark.len()).any(|some| some == self.mark);
                tail.drain(..tail.len().saturating_sub(self.mark.len() - 1));
                if !has_mark {
                    continue;
                }
                tail.clear();
                let commit = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
                let each = self.cut_each.load(Ordering::SeqCst);
                if each > 0 && commit.is_multiple_of(each) {
                    self.cuts.fetch_add(1, Ordering::SeqCst);
                    return;
                }
            }
        };
        let down = async {
            let mut piece = vec![0; 256 * 1024];
            while let Ok(read @ 1..) = from_server.read(&mut piece).await {
                if to_client.write_all(&piece[..read]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            // What was to be cut is cut, also where its answer is there already.
            biased;
            () = up => {}
            () = down => {}
            _ = gone.wait_for(|is_gone| *is_gone) => {}
        }
    }

    /// Whether nothing gets through from now on; connections that there are end.
    pub fn set_gone(&self, is_gone: bool) {
        self.is_gone.send_replace(is_gone);
    }

    /// Until so many more were turned away.
    pub async fn turns_away(&self, times: u64) {
        let mut turned_away = self.turned_away.subscribe();
        let until = *turned_away.borrow() + times;
        let reached = turned_away.wait_for(|times| *times >= until).await;
        drop(reached.expect("it is there as long as this"));
    }

    /// A store behind it.
    pub async fn open(&self, schema: &str) -> Result<PostgresStore, StoreError> {
        let options = PostgresOptions {
            schema: schema.to_owned(),
            connections: 4,
            ..PostgresOptions::default()
        };
        PostgresStore::open_with(&self.address, options).await
    }

    /// The same, as soon as the server is there.
    pub async fn reopen(&self, schema: &str) -> Arc<PostgresStore> {
        loop {
            match self.open(schema).await {
                Ok(store) => return Arc::new(store),
                Err(error) => {
                    assert!(error.trouble.is_passing(), "{error}");
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}
