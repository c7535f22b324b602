//! How much a server takes on.

use std::time::Duration;

use ipnet::IpNet;

use super::budget::Rate;

/// How much a server takes on.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Bodies of requests may be this long, in bytes.
    pub body: usize,
    /// The head of a request has to arrive within this time.
    pub head_timeout: Duration,
    /// The body of a request has to arrive within this time. What has arrived is not given up: it may have been stored.
    pub body_timeout: Duration,
    /// Whoever does not read what is sent to them for so long is given up.
    pub write_timeout: Duration,
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once.
    pub connections_per_address: usize,
    /// Requests of one address.
    pub requests: Rate,
    /// How long connections may take to end when the server is stopped.
    pub grace: Duration,
    /// Whoever forwards requests to this server: of these `X-Forwarded-For` is believed.
    pub proxies: Vec<IpNet>,
}

impl Default for ServerOptions {
    fn default() -> ServerOptions {
        ServerOptions {
            body: 256 * 1024,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            connections: 20_000,
            connections_per_address: 256,
            requests: Rate::new(600, 50.0),
            grace: Duration::from_secs(10),
            proxies: Vec::new(),
        }
    }
}
