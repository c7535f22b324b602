//! What a site decides about its chat.

use std::collections::BTreeSet;
use std::time::Duration;

use smol_str::SmolStr;

use crate::server::Rate;

/// What a site decides about its chat.
#[derive(Clone)]
pub struct WebOptions {
    /// The channel's name in flows.
    pub channel: SmolStr,
    /// What visitors' numbers are signed with: whoever knows it can be any visitor. The same on all hosts of a store, and
    /// after a restart: otherwise everybody is a stranger.
    pub secret: Vec<u8>,
    /// Sites that may show the chat beside the host's own page: `https://shop.example`. `*` is every site.
    pub origins: Vec<String>,
    /// How a site vouches for who its visitor is.
    pub identity: Option<Identity>,
    /// Events beyond those of the language that a page may report. Anybody can make a page report anything: nothing that
    /// costs money belongs here.
    pub events: BTreeSet<SmolStr>,
    /// Opening the chat begins the bot's `start` flow with somebody nothing was said to yet.
    pub begins: bool,
    /// Messages and reports of one visitor.
    pub per_visitor: Rate,
    /// Messages and reports of one address.
    pub per_address: Rate,
    /// New visitors of one address.
    pub newcomers: Rate,
    /// A page that does not say who it is for so long is let go.
    pub patience: Duration,
}

/// How a site vouches for who its visitor is: its own server makes `HMAC-SHA256(secret, identifier)`, and its page brings
/// both.
#[derive(Clone)]
pub struct Identity {
    /// What only the site's server and this host know.
    pub secret: Vec<u8>,
    /// The field of the customer card that is the identifier: `email`.
    pub field: SmolStr,
}

impl WebOptions {
    /// The usual ones.
    pub fn new(secret: impl Into<Vec<u8>>) -> WebOptions {
        WebOptions {
            channel: SmolStr::new_static("web"),
            secret: secret.into(),
            origins: Vec::new(),
            identity: None,
            events: BTreeSet::new(),
            begins: true,
            per_visitor: Rate::new(30, 1.0),
            per_address: Rate::new(600, 50.0),
            newcomers: Rate::new(120, 1.0),
            patience: Duration::from_secs(10),
        }
    }
}
