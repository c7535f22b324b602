//! The server of a host: one listener for all channels and whatever else is shown over HTTP.
//!
//! [`options`] bound what it takes on, [`budget`] counts what each address and visitor has left, `connections` accepts and
//! ends connections, `patience` gives up on whoever does not read, `guard` stands before every route, [`peer`] tells who
//! is at the other end, [`refusal`] is how it says no. Whatever is refused is refused before any of it is taken.

pub mod budget;
pub mod options;
pub mod peer;
pub mod refusal;

mod connections;
mod guard;
mod patience;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::host::Host;
pub use budget::{Budget, Rate};
pub use connections::Connection;
pub use options::ServerOptions;
pub use peer::ClientAddress;
pub(crate) use peer::is_in;
pub use refusal::refused;

/// Something that is shown over HTTP.
pub trait Mount: Send + Sync + 'static {
    /// Its routes, for an engine that is at work.
    fn router(&self, engine: Engine) -> Router;
}

/// What a server counts.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Connections that are open.
    pub open: AtomicU64,
    /// Connections that were accepted.
    pub accepted: AtomicU64,
    /// Connections that were turned away: too many, of one address or altogether.
    pub turned_away: AtomicU64,
    /// Requests that came.
    pub requests: AtomicU64,
    /// Requests that were refused since their address had sent too many.
    pub flooded: AtomicU64,
    /// Requests that took too long to arrive.
    pub slow: AtomicU64,
}

/// A listener, and what is to be shown on it.
pub struct Server {
    listener: TcpListener,
    options: Arc<ServerOptions>,
    mounts: Vec<Arc<dyn Mount>>,
    routers: Vec<Router>,
    traffic: Arc<Traffic>,
}

impl Server {
    /// Takes the address. Port 0 is any that is free.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn bind(address: impl ToSocketAddrs, options: ServerOptions) -> io::Result<Server> {
        Ok(Server {
            listener: TcpListener::bind(address).await?,
            options: Arc::new(options),
            mounts: Vec::new(),
            routers: Vec::new(),
            traffic: Arc::default(),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The operating system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What is counted.
    pub fn traffic(&self) -> &Arc<Traffic> {
        &self.traffic
    }

    /// Shows a channel, or something else that needs the engine.
    #[must_use]
    pub fn mount(mut self, mount: Arc<dyn Mount>) -> Server {
        self.mounts.push(mount);
        self
    }

    /// Shows further routes: health, metrics.
    #[must_use]
    pub fn routes(mut self, router: Router) -> Server {
        self.routers.push(router);
        self
    }

    /// Serves until `stop` is cancelled; then nothing is let in any more, what was let in is stored and answered, the host
    /// is stopped, and connections are ended.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn serve(self, host: &Host, stop: CancellationToken) -> io::Result<()> {
        let mut router = Router::new();
        for mount in &self.mounts {
            router = router.merge(mount.router(host.engine().clone()));
        }
        for more in self.routers {
            router = router.merge(more);
        }
        let router = router.layer(DefaultBodyLimit::max(self.options.body));
        let router = guard::before(router, &self.options, &self.traffic);
        let connections = connections::Connections::new(router, self.options, self.traffic);
        let accepting = connections.accept(self.listener, stop.clone());
        let ended = accepting.await;
        // Whoever still waits for an answer gets it while the host stores what was let in.
        let (_, ()) = tokio::join!(connections.end(), host.stop());
        ended
    }
}
