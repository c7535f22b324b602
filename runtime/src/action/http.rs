//! Lookups and actions that the flow declares over HTTP.
//!
//! Only hosts that stand in the flow's addresses (or that the configuration adds) are asked, none of them in a private
//! network unless the configuration says so, and nobody is followed to another host. What goes wrong is told in the log
//! without addresses, arguments and answers: they are somebody's.

use std::sync::OnceLock;

use botflow_artifact::{Call, CallId, CallKind, Method};
use botflow_machine::request::{self, Request};
use botflow_values::Value;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use url::Url;

use super::handler::idempotency_key;
use super::places::{Places, Private};
use super::secret::{Secret, SecretError};
use super::{Asked, failed};
use crate::deployment::Version;
use crate::{client, json};

/// An answer is at most so many bytes long, unless [`HttpOptions::largest_answer`] says otherwise.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// So many redirects within a host are followed.
const REDIRECTS: usize = 5;

/// What tells a repeated action from another one.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Headers that are the host's business.
const OURS: [&str; 9] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "idempotency-key",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// What lookups and actions over HTTP may do.
#[derive(Clone, Debug, Default)]
pub struct HttpOptions {
    allowed: Vec<SmolStr>,
    private: Vec<SmolStr>,
    headers: Vec<(SmolStr, HeaderName, Secret)>,
    largest_answer: Option<usize>,
}

impl HttpOptions {
    /// A host that may be asked although no address of the flow begins with it: `api.shop.example`, or with a port
    /// `api.shop.example:8443`.
    #[must_use]
    pub fn allow(mut self, host: &str) -> HttpOptions {
        self.allowed.push(host.to_ascii_lowercase().into());
        self
    }

    /// A host that may lie in a private network, or on this machine: `erp.internal`, `127.0.0.1`.
    #[must_use]
    pub fn allow_private(mut self, host: &str) -> HttpOptions {
        self.private.push(host.to_ascii_lowercase().into());
        self
    }

    /// A header that is sent to this host, and to no other: `Authorization` with `Bearer ${SHOP_TOKEN}`. It goes over
    /// `https`, or to a host that may lie in a private network.
    ///
    /// # Errors
    /// The header's name is none, or its value is not written as secrets are, or a secret of it is not there.
    pub fn header(mut self, host: &str, name: &str, value: &str) -> Result<HttpOptions, SecretError> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| SecretError::Syntax)?;
        let secret = Secret::parse(value)?;
        secret.reveal()?;
        self.headers
            .push((host.to_ascii_lowercase().into(), name, secret));
        Ok(self)
    }

    /// How many bytes an answer may have.
    #[must_use]
    pub fn largest_answer(mut self, bytes: usize) -> HttpOptions {
        self.largest_answer = Some(bytes);
        self
    }
}

/// Does lookups and actions over HTTP.
#[derive(Debug)]
pub struct Http {
    options: HttpOptions,
    places: Places,
    /// Made when something is first asked: many hosts ask nobody.
    clients: OnceLock<Option<Clients>>,
}

#[derive(Debug)]
struct Clients {
    /// Follows within a host: for what changes nothing.
    reading: Client,
    /// Follows nobody: what is done is done where the flow says.
    writing: Client,
}

impl Default for Http {
    fn default() -> Http {
        Http::new(HttpOptions::default())
    }
}

/// Why an attempt failed.
enum Trouble {
    /// With a name of the declaration.
    Named(SmolStr),
    /// For any other reason, in words for the log.
    Other(String),
}

impl From<String> for Trouble {
    fn from(why: String) -> Trouble {
        Trouble::Other(why)
    }
}

impl Http {
    /// With these bounds.
    pub fn new(options: HttpOptions) -> Http {
        Http {
            places: Places::new(options.private.clone()),
            options,
            clients: OnceLock::new(),
        }
    }

    /// Why a call could never be done, whatever its arguments are.
    pub fn problem(&self, version: &Version, call: CallId) -> Option<String> {
        let http = version.program.bot.calls.get(call.index())?.http.as_ref()?;
        for (name, _) in &http.headers {
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                return Some(format!("`{name}` is no name of a header"));
            }
            if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
                return Some(format!("the header `{name}` is set by the host itself"));
            }
        }
        let Some(origin) = declared_origin(version, call) else {
            return match self.options.allowed.is_empty() {
                true => Some(
                    "its address does not begin with a host that is always the same; write the host in the flow or in \
                     `config`, or allow the hosts it may be in the configuration of this host"
                        .to_owned(),
                ),
                false => None,
            };
        };
        if !matches!(origin.scheme(), "http" | "https") {
            return Some("its address begins neither with `http://` nor with `https://`".to_owned());
        }
        if !origin.username().is_empty() || origin.password().is_some() {
            return Some(
                "its address holds a name or a password; give this host a header for it instead".to_owned(),
            );
        }
        let host = origin.host()?;
        self.places
            .check_literal(&host)
            .err()
            .map(|private| private.to_string())
    }

    /// Does one.
    pub async fn perform(&self, asked: &Asked<'_>, call: &Call) -> Result<Value, Option<SmolStr>> {
        match self.ask(asked, call).await {
            Ok(value) => Ok(value),
            Err(Trouble::Named(name)) => Err(Some(name)),
            Err(Trouble::Other(why)) => {
                failed(asked, &why);
                Err(None)
            }
        }
    }

    async fn ask(&self, asked: &Asked<'_>, call: &Call) -> Result<Value, Trouble> {
        let program = &asked.version.program;
        let request = request::of(program, asked.request.call, &asked.request.args)
            .map_err(|error| error.to_string())?;
        let url = Url::parse(&request.url).map_err(|_| "its address is none".to_owned())?;
        self.may_ask(asked, &url)?;
        let request = self.request(asked, call, request, url)?;
        let mut response = request.send().await.map_err(|error| in_words(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(refused(call, status));
        }
        let Some(gives) = call.gives else {
            return Ok(Value::Unknown);
        };
        let body = self.body(&mut response).await?;
        let answer = match body.iter().all(u8::is_ascii_whitespace) {
            // "No content", where the answer may be unknown.
            true => Json::Null,
            false => serde_json::from_slice(&body).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                format!("its answer is no JSON (line {line}, column {column})")
            })?,
        };
        json::read(program, gives, &answer)
            .map_err(|misfit| Trouble::Other(format!("its answer is not as declared: {misfit}")))
    }

    /// Whether this address may be asked at all.
    fn may_ask(&self, asked: &Asked<'_>, url: &Url) -> Result<(), String> {
        let host = url.host().ok_or("its address has no host")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("its address begins neither with `http://` nor with `https://`".to_owned());
        }
        let declared = declared_origin(asked.version, asked.request.call);
        let declared = declared.is_some_and(|declared| declared.origin() == url.origin());
        let allowed = self.options.allowed.iter().any(|allowed| is_at(url, allowed));
        if !declared && !allowed {
            // Its name may be what somebody wrote.
            return Err(
                "nothing allows that the host of its address is asked; `actions.allow` names those that may be".to_owned(),
            );
        }
        self.places
            .check_literal(&host)
            .map_err(|private| private.to_string())
    }

    fn request(
        &self,
        asked: &Asked<'_>,
        call: &Call,
        request: Request,
        url: Url,
    ) -> Result<reqwest::RequestBuilder, String> {
        let clients = self.clients.get_or_init(|| Clients::new(&self.places));
        let clients = clients.as_ref().ok_or("no HTTP client could be made")?;
        let (method, client) = match request.method {
            Method::Get => (reqwest::Method::GET, &clients.reading),
            Method::Post => (reqwest::Method::POST, &clients.writing),
            Method::Put => (reqwest::Method::PUT, &clients.writing),
            Method::Patch => (reqwest::Method::PATCH, &clients.writing),
            Method::Delete => (reqwest::Method::DELETE, &clients.writing),
        };
        let mut sent = client
            .request(method, url.clone())
            .header(ACCEPT, "application/json");
        for (name, value) in &request.headers {
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("the value of its header `{name}` cannot be sent"))?;
            sent = sent.header(name.as_str(), value);
        }
        let safe = url.scheme() == "https"
            || url
                .host_str()
                .is_some_and(|host| self.places.may_be_private(host));
        for (host, name, secret) in &self.options.headers {
            if !is_at(&url, host) {
                continue;
            }
            if !safe {
                return Err(format!(
                    "the header `{name}` is secret, and the address is neither `https` nor allowed to be private"
                ));
            }
            let value = secret.reveal().map_err(|error| error.to_string())?;
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| format!("the value of the header `{name}` cannot be sent"))?;
            value.set_sensitive(true);
            sent = sent.header(name.clone(), value);
        }
        if call.kind == CallKind::Action {
            sent = sent.header(IDEMPOTENCY_KEY, idempotency_key(asked).as_str());
        }
        if !request.body.is_empty() {
            let bot = &asked.version.program.bot;
            let members = request.body.iter();
            let body: Map<String, Json> = members
                .map(|(name, ty, value)| (name.to_string(), json::write(bot, Some(*ty), value)))
                .collect();
            sent = sent
                .header(CONTENT_TYPE, "application/json")
                .body(Json::Object(body).to_string());
        }
        Ok(sent)
    }

    /// The body of an answer, as far as it may go.
    async fn body(&self, response: &mut Response) -> Result<Vec<u8>, String> {
        let most = self.options.largest_answer.unwrap_or(LARGEST_ANSWER);
        let too_long = || format!("its answer is longer than {most} bytes");
        if response
            .content_length()
            .is_some_and(|length| length > most as u64)
        {
            return Err(too_long());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| in_words(&error))? {
            if body.len() + chunk.len() > most {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl Clients {
    fn new(places: &Places) -> Option<Clients> {
        let within = redirect::Policy::custom(|attempt| {
            let from = attempt.previous().last();
            let same = from.is_some_and(|from| from.origin() == attempt.url().origin());
            match same && attempt.previous().len() <= REDIRECTS {
                true => attempt.follow(),
                false => attempt.stop(),
            }
        });
        let made = |policy: redirect::Policy| {
            let builder = client::builder().map_err(|error| error.to_string())?;
            let builder = builder.redirect(policy).dns_resolver(places.clone());
            builder.build().map_err(|error| error.without_url().to_string())
        };
        match (made(within), made(redirect::Policy::none())) {
            (Ok(reading), Ok(writing)) => Some(Clients { reading, writing }),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "no HTTP client could be made");
                None
            }
        }
    }
}

/// Where a call's address always leads, if it does.
fn declared_origin(version: &Version, call: CallId) -> Option<Url> {
    let (beginning, whole) = request::beginning(&version.program, call)?;
    let (_, rest) = beginning.split_once("://")?;
    // A value could still make the host a longer one.
    let ends = whole || rest.contains(['/', '?', '#']);
    let url = Url::parse(&beginning).ok().filter(|_| ends)?;
    url.has_host().then_some(url)
}

/// Whether an address is at a host, or at one of its ports where one is given.
fn is_at(url: &Url, host: &str) -> bool {
    let Some(own) = url.host_str() else {
        return false;
    };
    let with_port = url.port_or_known_default().map(|port| format!("{own}:{port}"));
    own == host || with_port.as_deref() == Some(host)
}

/// An answer that is a failure.
fn refused(call: &Call, status: StatusCode) -> Trouble {
    let number = status.as_u16();
    let named = call.statuses.iter().find(|(known, _)| *known == number);
    let named = named.and_then(|(_, failure)| call.fails.get(*failure as usize));
    match named {
        Some(name) => Trouble::Named(name.clone()),
        None if status.is_redirection() => Trouble::Other(format!(
            "it answered {number}: nobody is followed to another address"
        )),
        None => Trouble::Other(format!("it answered {number}")),
    }
}

/// What went wrong, without the address: it may hold what somebody said.
fn in_words(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(private) = one.downcast_ref::<Private>() {
            return private.to_string();
        }
        cause = one.source();
    }
    let kind = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection could be made"
    } else if error.is_body() || error.is_decode() {
        "its answer broke off"
    } else {
        "the connection broke off"
    };
    kind.to_owned()
}
