//! Accepts connections, counts them by address, and ends them.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower::ServiceExt;

use super::Traffic;
use super::options::ServerOptions;
use super::patience::Patient;
use super::peer::{self, ClientAddress};

/// What somebody is told for whose connection there is no room, before any of what they send is read.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// The longest head of a request, in bytes.
const HEAD: usize = 32 * 1024;

/// After a listener could not accept, for example since there are no more files, it is left alone for so long.
const PAUSE: Duration = Duration::from_millis(100);

/// Connections of a server.
pub(super) struct Connections {
    router: Router,
    options: Arc<ServerOptions>,
    traffic: Arc<Traffic>,
    by_address: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    tasks: TaskTracker,
    ending: CancellationToken,
    cut: CancellationToken,
}

/// A connection, an extension of its requests. Whoever goes on with it after an answer (a WebSocket) keeps this: as long
/// the connection counts, and the server waits for it when it is stopped.
#[derive(Clone)]
pub struct Connection {
    counted: Arc<Counted>,
}

struct Counted {
    address: IpAddr,
    by_address: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    traffic: Arc<Traffic>,
    ending: CancellationToken,
    cut: CancellationToken,
    _task: TaskTrackerToken,
}

impl Connection {
    /// Is cancelled when the server is being stopped: what is under way is finished, and the connection ended.
    pub fn ending(&self) -> &CancellationToken {
        &self.counted.ending
    }

    /// Is cancelled when that took too long: the connection is dropped.
    pub fn cut(&self) -> &CancellationToken {
        &self.counted.cut
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.traffic.open.fetch_sub(1, Ordering::Relaxed);
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

impl Connections {
    pub fn new(router: Router, options: Arc<ServerOptions>, traffic: Arc<Traffic>) -> Connections {
        Connections {
            router,
            options,
            traffic,
            by_address: Arc::default(),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    /// Accepts until `stop` is cancelled.
    pub async fn accept(&self, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.take(stream, peer),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "connections cannot be accepted");
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return Ok(()),
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, peer: SocketAddr) {
        let Some(connection) = self.count(peer.ip()) else {
            self.traffic.turned_away.fetch_add(1, Ordering::Relaxed);
            self.tasks.spawn(turn_away(stream));
            return;
        };
        self.traffic.accepted.fetch_add(1, Ordering::Relaxed);
        // What is written goes at once: answers are small, and waited for.
        let _ = stream.set_nodelay(true);
        let (router, options) = (self.router.clone(), Arc::clone(&self.options));
        self.tasks
            .spawn(serve(stream, peer.ip(), connection, router, options));
    }

    /// Counts a connection, if there is room for it.
    fn count(&self, peer: IpAddr) -> Option<Connection> {
        let address = ClientAddress(peer).counted_as();
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let open = self.traffic.open.load(Ordering::Relaxed);
        if open >= self.options.connections as u64 {
            return None;
        }
        let is_proxy = peer::is_in(&self.options.proxies, peer);
        let count = counts.get(&address).copied().unwrap_or(0);
        if count >= self.options.connections_per_address && !is_proxy {
            return None;
        }
        counts.insert(address, count + 1);
        self.traffic.open.fetch_add(1, Ordering::Relaxed);
        let counted = Counted {
            address,
            by_address: Arc::clone(&self.by_address),
            traffic: Arc::clone(&self.traffic),
            ending: self.ending.clone(),
            cut: self.cut.clone(),
            _task: self.tasks.token(),
        };
        Some(Connection {
            counted: Arc::new(counted),
        })
    }

    /// Waits until all connections have ended: each after what it is at; those that take too long are cut.
    pub async fn end(&self) {
        self.ending.cancel();
        self.tasks.close();
        if timeout(self.options.grace, self.tasks.wait()).await.is_err() {
            self.cut.cancel();
            self.tasks.wait().await;
        }
    }
}

/// Whether only the connection that was about to be accepted is broken.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

async fn turn_away(mut stream: TcpStream) {
    // Whoever does not even read this is let go.
    let _ = timeout(PAUSE, async {
        stream.write_all(FULL).await?;
        stream.shutdown().await
    })
    .await;
}

async fn serve(
    stream: TcpStream,
    peer: IpAddr,
    connection: Connection,
    router: Router,
    options: Arc<ServerOptions>,
) {
    let (ending, cut) = (connection.ending().clone(), connection.cut().clone());
    let stream = Patient::new(stream, options.write_timeout);
    let head_timeout = options.head_timeout;
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        let mut request = request.map(Body::new);
        let address = peer::of(peer, request.headers(), &options.proxies);
        request.extensions_mut().insert(address);
        request.extensions_mut().insert(connection.clone());
        router.oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        biased;
        () = ending.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                biased;
                () = cut.cancelled() => {}
                _ = connection.as_mut() => {}
            }
        }
        // What goes wrong with one connection is the other side's affair.
        _ = connection.as_mut() => {}
    }
}
