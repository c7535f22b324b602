//! Every setting of a host: its name, what it holds, what it is for.

/// A setting of a host.
#[derive(Debug, PartialEq, Eq)]
pub struct HostKey {
    /// Its name below `[host]`; one with a point stands in a table of its own: `web.origins` in `[host.web]`.
    pub name: &'static str,
    /// What it holds.
    pub kind: HostKind,
    /// What holds where nobody sets it, as it would be written; empty: nothing, or what the host finds out.
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// What a setting of a host holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// A host and a port.
    Address,
    /// IP addresses.
    Networks,
    /// `memory`, `sqlite:PATH` or `postgres://…`.
    Store,
    /// Any text.
    Text,
    /// Several texts.
    Texts,
    /// Sites of the web, as browsers name them: `https://shop.example`.
    Origins,
    /// Hosts by name or address, without anything else.
    Hosts,
    /// Headers for a host each, which may be secret.
    Headers,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Yes or no.
    YesNo,
    /// A whole number, at least this.
    Count(u64),
    /// A duration.
    Duration,
    /// A duration that is more than none.
    SomeTime,
    /// What nobody else may know; never in botflow.toml.
    Secret,
    /// A file.
    Path,
}

impl HostKey {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("BOTFLOW_{}", self.name.replace('.', "_").to_uppercase())
    }
}

impl HostKind {
    /// One as it is written in botflow.toml.
    pub fn example(self) -> String {
        match self {
            HostKind::Address => "\"127.0.0.1:8080\"".to_owned(),
            HostKind::Networks => "[\"10.0.0.7\"]".to_owned(),
            HostKind::Store => "\"sqlite:bot.db\"".to_owned(),
            HostKind::Text => "\"…\"".to_owned(),
            HostKind::Texts => "[\"…\"]".to_owned(),
            HostKind::Origins => "[\"https://shop.example\"]".to_owned(),
            HostKind::Hosts => "[\"api.shop.example\"]".to_owned(),
            HostKind::Headers => "[\"api.shop.example Authorization: Bearer ${SHOP_TOKEN}\"]".to_owned(),
            HostKind::Choice(words) => format!("\"{}\"", words.last().unwrap_or(&"…")),
            HostKind::YesNo => "true".to_owned(),
            HostKind::Count(least) => least.max(100).to_string(),
            HostKind::Duration | HostKind::SomeTime => "\"10s\"".to_owned(),
            HostKind::Secret | HostKind::Path => "\"secrets/key\"".to_owned(),
        }
    }
}

/// A setting by its name.
pub fn host_key(name: &str) -> Option<&'static HostKey> {
    HOST_KEYS.iter().find(|key| key.name == name)
}

const fn key(name: &'static str, kind: HostKind, default: &'static str, about: &'static str) -> HostKey {
    HostKey {
        name,
        kind,
        default,
        about,
    }
}

/// Every setting of a host, in the order in which they are shown.
pub const HOST_KEYS: &[HostKey] = &[
    key(
        "listen",
        HostKind::Address,
        "127.0.0.1:8080",
        "where it listens; port 0 is any that is free",
    ),
    key(
        "store",
        HostKind::Store,
        "",
        "where everything is kept: `sqlite:PATH`, `postgres://…` or `memory`",
    ),
    key(
        "log",
        HostKind::Text,
        "info",
        "what is logged: `error`, `warn`, `info`, or a filter such as `info,botflow_runtime=debug`",
    ),
    key(
        "log_format",
        HostKind::Choice(&["auto", "human", "json"]),
        "auto",
        "how it is logged; `auto`: for people in terminals, JSON elsewhere",
    ),
    key(
        "secret",
        HostKind::Secret,
        "",
        "what visitors' numbers are signed with; the same on all hosts of a store",
    ),
    key("secret_file", HostKind::Path, "", "the file that holds `secret`"),
    key(
        "admin_key",
        HostKind::Secret,
        "",
        "what uploads and questions of operators are signed with; made of `secret` where nobody sets it",
    ),
    key(
        "admin_key_file",
        HostKind::Path,
        "",
        "the file that holds `admin_key`",
    ),
    key(
        "metrics_from",
        HostKind::Networks,
        "",
        "who may read `/metrics`; where nobody says, this machine and private networks",
    ),
    key(
        "proxies",
        HostKind::Networks,
        "",
        "whose `X-Forwarded-For` is believed",
    ),
    key(
        "unconnected",
        HostKind::Choice(&["wait", "refuse"]),
        "wait",
        "channels of the bot that nothing is connected to: `wait` keeps what is said there, `refuse` does not start",
    ),
    key(
        "grace",
        HostKind::Duration,
        "10s",
        "how long connections may take to end when the host is stopped",
    ),
    key(
        "waiting",
        HostKind::Count(1),
        "10000",
        "so many messages may wait for their turn; beyond it channels are told to come back later",
    ),
    key(
        "cached",
        HostKind::Count(1),
        "4096",
        "so many people are kept in memory between their turns",
    ),
    key(
        "deliveries",
        HostKind::Count(1),
        "64",
        "so many letters are delivered at once on each channel, and so many calls; a channel that hangs keeps no other back",
    ),
    key(
        "attempts",
        HostKind::Count(1),
        "12",
        "a letter that failed so often is given up",
    ),
    key(
        "delivery_timeout",
        HostKind::SomeTime,
        "20s",
        "how long a delivery may take",
    ),
    key(
        "remember",
        HostKind::SomeTime,
        "30d",
        "how long repeated messages are recognised",
    ),
    key("connections", HostKind::Count(1), "20000", "connections at once"),
    key(
        "connections_per_address",
        HostKind::Count(1),
        "256",
        "connections of one address at once",
    ),
    key(
        "requests_at_once",
        HostKind::Count(1),
        "600",
        "requests of one address at once",
    ),
    key(
        "requests_per_second",
        HostKind::Count(1),
        "50",
        "requests of one address each second in the long run",
    ),
    key(
        "web.origins",
        HostKind::Origins,
        "",
        "sites that may show the chat beside the host's own page",
    ),
    key(
        "web.begins",
        HostKind::YesNo,
        "true",
        "whether opening the chat begins the bot's `start` flow",
    ),
    key(
        "web.events",
        HostKind::Texts,
        "",
        "further events that pages may report",
    ),
    key(
        "web.identity_field",
        HostKind::Text,
        "",
        "the field of the customer card by which the site vouches for its visitors",
    ),
    key(
        "web.identity_secret",
        HostKind::Secret,
        "",
        "what the site signs that field with",
    ),
    key(
        "web.identity_secret_file",
        HostKind::Path,
        "",
        "the file that holds `identity_secret`",
    ),
    key(
        "actions.allow",
        HostKind::Hosts,
        "",
        "hosts that lookups and actions may ask although no address of the flows begins with them",
    ),
    key(
        "actions.private",
        HostKind::Hosts,
        "",
        "hosts that may lie in a private network, or on this machine",
    ),
    key(
        "actions.headers",
        HostKind::Headers,
        "",
        "headers for one host each: `api.shop.example Authorization: Bearer ${SHOP_TOKEN}`",
    ),
    key(
        "webhook.channels",
        HostKind::Texts,
        "",
        "channels that are another program: `sms https://gateway.example/bot`",
    ),
    key(
        "webhook.people",
        HostKind::Text,
        "",
        "where colleagues work: the address that is told what concerns them",
    ),
    key(
        "webhook.secret",
        HostKind::Secret,
        "",
        "what both sides of webhooks sign with that have no secret of their own; several, with commas between them, while it is changed",
    ),
    key(
        "webhook.secret_file",
        HostKind::Path,
        "",
        "the file that holds `webhook.secret`",
    ),
    key(
        "webhook.secret_files",
        HostKind::Texts,
        "",
        "secrets of single webhooks, each in a file: `sms /run/secrets/sms`; the variable `BOTFLOW_WEBHOOK_SECRET_SMS` comes before",
    ),
    key(
        "webhook.allow_http",
        HostKind::YesNo,
        "false",
        "whether webhooks of other machines may be reached without TLS",
    ),
];
