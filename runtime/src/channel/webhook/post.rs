//! How a webhook is told something: one signed POST, and what its answer means.
//!
//! What is wrong with a message is permanent, what is wrong with the way to the other side (its address, its secret, its
//! load) is not: that is mended by somebody, and then letters go on.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::signature::{SIGNATURE, SecretError, Secrets};
use crate::channel::{Receipt, SendError, SendErrorKind};
use crate::client;
use crate::clock::{Clock, SystemClock};

/// So much of an answer is read, in bytes.
const ANSWER: usize = 64 * 1024;

/// The longest id that the other side may give a message, in bytes.
const ID: usize = 512;

/// Nobody is waited for longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// The header that tells a repetition.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Where a webhook is, and how it is spoken to.
#[derive(Clone)]
pub struct PostOptions {
    /// Where what is sent is posted to: an `https` address.
    pub url: String,
    /// What both sides know. All of them sign, so that a secret can be changed.
    pub secrets: Vec<String>,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// `http` is taken, too, also for addresses of other machines: only within a network that nobody else is in.
    pub allow_http: bool,
}

impl PostOptions {
    /// With ten seconds for an answer, and only `https` but to this machine.
    pub fn new(url: impl Into<String>, secret: impl Into<String>) -> PostOptions {
        PostOptions {
            url: url.into(),
            secrets: vec![secret.into()],
            timeout: Duration::from_secs(10),
            allow_http: false,
        }
    }
}

/// A webhook that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is no such channel.
    #[error("there is no channel `{0}`: a webhook stands for one of the channels that flows can name")]
    NoChannel(SmolStr),
    /// The address is none.
    #[error("a webhook is posted to an absolute `https` address")]
    Url,
    /// The address is not encrypted.
    #[error(
        "a webhook on another machine is posted to an `https` address: what people say would be readable on its way. \
         Allow `http` only within a network of your own"
    )]
    PlainHttp,
    /// The secrets cannot be used.
    #[error(transparent)]
    Secrets(#[from] SecretError),
    /// There can be no client.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// There can be no encryption.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// Posts.
pub(super) struct Post {
    client: Client,
    url: Url,
    secrets: Secrets,
    name: SmolStr,
    pub clock: Arc<dyn Clock>,
}

impl Post {
    pub fn new(name: &str, options: &PostOptions) -> Result<Post, WebhookError> {
        let secrets = Secrets::new(&options.secrets)?;
        let url = Url::parse(&options.url).map_err(|_| WebhookError::Url)?;
        match url.scheme() {
            "https" => {}
            "http" if options.allow_http || is_here(&url) => {}
            "http" => return Err(WebhookError::PlainHttp),
            _ => return Err(WebhookError::Url),
        }
        let client = client::builder()?
            .timeout(options.timeout)
            .connect_timeout(options.timeout)
            .build()?;
        Ok(Post {
            client,
            url,
            secrets,
            name: name.into(),
            clock: Arc::new(SystemClock),
        })
    }

    /// Posts a body under a key.
    pub async fn post(&self, key: &str, body: &Json) -> Result<Receipt, SendError> {
        let body = body.to_string().into_bytes();
        let seconds = self.clock.now().div_euclid(1_000);
        let signature = self.secrets.sign(&self.name, seconds, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(IDEMPOTENCY_KEY, key)
            .header(SIGNATURE, signature)
            .body(body);
        let mut response = request.send().await.map_err(|error| not_answered(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(status, response.headers()));
        }
        let mut answer = Vec::new();
        // It was taken: what cannot be read of the answer is only what the other side calls it.
        while let Ok(Some(chunk)) = response.chunk().await {
            if answer.len() + chunk.len() > ANSWER {
                return Ok(Receipt::default());
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(receipt(&answer))
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap) -> SendError {
        let kind = kind(status);
        let words = match kind {
            SendErrorKind::Permanent => "the webhook does not take it",
            SendErrorKind::Passing => "the webhook does not take it at the moment",
            SendErrorKind::Unknown => "the webhook failed; it may have taken it",
        };
        let hint = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ": are the secrets of both sides the same?",
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ": is its address right?",
            _ if status.is_redirection() => ": it has another address now, and redirects are not followed",
            _ => "",
        };
        let mut error = SendError::new(kind, format!("{words} (status {}){hint}", status.as_u16()));
        if kind != SendErrorKind::Permanent {
            let now = self.clock.now();
            let wait = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            error.retry_after = wait.and_then(|wait| retry_after(wait, now));
        }
        error
    }
}

/// Whether an address is of this machine.
fn is_here(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            host.parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

/// What a status means for a message.
fn kind(status: StatusCode) -> SendErrorKind {
    match status.as_u16() {
        // Somebody mends this, and then it goes.
        300..=399 | 401 | 403 | 404 | 405 | 407 => SendErrorKind::Passing,
        // Come back later.
        408 | 421 | 425 | 429 | 503 => SendErrorKind::Passing,
        500..=599 => SendErrorKind::Unknown,
        _ => SendErrorKind::Permanent,
    }
}

/// Without the address: it may hold a secret.
fn not_answered(error: &reqwest::Error) -> SendError {
    let (kind, words) = match error {
        error if error.is_connect() => (SendErrorKind::Passing, "the webhook cannot be reached"),
        error if error.is_timeout() => (
            SendErrorKind::Unknown,
            "the webhook did not answer in time; it may have taken it",
        ),
        error if error.is_builder() => (SendErrorKind::Permanent, "the request cannot be made"),
        _ => (
            SendErrorKind::Unknown,
            "the connection to the webhook broke; it may have taken it",
        ),
    };
    SendError::new(kind, words)
}

/// What the other side calls a message: `{"id": "…"}`, if it says so.
fn receipt(answer: &[u8]) -> Receipt {
    let json = serde_json::from_slice::<Json>(answer).unwrap_or_default();
    match json.get("id") {
        Some(Json::String(id)) if id.len() <= ID && !id.chars().any(char::is_control) => {
            Receipt { id: id.into() }
        }
        _ => Receipt::default(),
    }
}

/// How long the other side wants to be left alone: in seconds, or up to a moment.
fn retry_after(text: &str, now: i64) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let moment = jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(text)
                .ok()?;
            let ahead = moment.as_millisecond().saturating_sub(now).max(0);
            Duration::from_millis(u64::try_from(ahead).unwrap_or(0))
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_say_what_is_to_be_done() {
        for (status, means) in [
            (302, SendErrorKind::Passing),
            (400, SendErrorKind::Permanent),
            (401, SendErrorKind::Passing),
            (404, SendErrorKind::Passing),
            (408, SendErrorKind::Passing),
            (410, SendErrorKind::Permanent),
            (413, SendErrorKind::Permanent),
            (422, SendErrorKind::Permanent),
            (429, SendErrorKind::Passing),
            (500, SendErrorKind::Unknown),
            (502, SendErrorKind::Unknown),
            (503, SendErrorKind::Passing),
        ] {
            assert_eq!(kind(StatusCode::from_u16(status).unwrap()), means, "{status}");
        }
    }

    #[test]
    fn waiting_times_are_read_and_bounded() {
        let second = Duration::from_secs(1);
        assert_eq!(retry_after(" 120 ", 0), Some(120 * second));
        assert_eq!(retry_after("99999999999", 0), Some(LONGEST_WAIT));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 0), Some(60 * second));
        assert_eq!(
            retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 90_000),
            Some(Duration::ZERO)
        );
        for nonsense in ["", "-1", "1.5", "soon", "Thu, 99 Jan 1970 00:01:00 GMT"] {
            assert_eq!(retry_after(nonsense, 0), None, "{nonsense}");
        }
    }

    #[test]
    fn answers_may_name_the_message() {
        let id = |answer: &str| receipt(answer.as_bytes()).id;
        assert_eq!(id(r#"{"id": "SM1", "more": 1}"#), "SM1");
        for other in ["", "ok", "[]", r#"{"id": 7}"#, r#"{"id": "a\nb"}"#] {
            assert_eq!(id(other), "", "{other}");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_encryption() {
        const SECRET: &str = "a secret of thirty-two characters";
        let made = |url: &str| Post::new("sms", &PostOptions::new(url, SECRET)).map(|_| ());
        for url in [
            "https://x.example/in",
            "http://localhost:1/",
            "http://127.0.0.1/",
            "http://[::1]:9/",
        ] {
            assert!(made(url).is_ok(), "{url}");
        }
        for url in [
            "http://x.example/in",
            "http://10.0.0.1/",
            "http://localhost.evil.example/",
        ] {
            assert!(matches!(made(url), Err(WebhookError::PlainHttp)), "{url}");
        }
        for url in ["", "x.example", "ftp://x.example", "file:///etc/passwd"] {
            assert!(matches!(made(url), Err(WebhookError::Url)), "{url}");
        }
        let allowed = PostOptions {
            allow_http: true,
            ..PostOptions::new("http://10.0.0.1/", SECRET)
        };
        assert!(Post::new("sms", &allowed).is_ok());
    }
}
