//! Webhooks: a host behind a real server, and the other side of its webhooks as another one.

mod inbound;
pub mod openapi;
mod outbound;
mod python;
mod reading;
mod refusals;
pub mod schema;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use botflow_runtime::channel::webhook::signature::Secrets;
use botflow_runtime::channel::webhook::{PeopleWebhook, PostOptions, Webhook};
use botflow_runtime::clock::Clock;
use botflow_runtime::engine::Settings;
use botflow_runtime::server::{Server, ServerOptions};
use botflow_runtime::store::MemoryStore;
use botflow_runtime::{Channel, Host};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::kit::{StillClock, artifact};

pub const NOW: i64 = 1_800_000_000_000;

pub const SECRET: &str = "a secret of some thirty-two bytes";

const BOT: &str = r#"
bot desk_bot {
  name "Desk"
  languages en
  channels sms, web
  currency EUR
  start main
}

customer {
  city: text?
  vip: yes_no = no
}

event parcel_moved(to: text, price: money?)

queue desk {
  hours always
}
queue other {
  hours always
}

escalation support {
  to queue desk
  brief "Somebody needs help."
  nobody 1h -> finish unresolved
  customer silent 12h -> finish unresolved
  operator silent 30m -> queue desk
  resolved -> finish resolved
}

always {
  on event parcel_moved {
    say "Your parcel is in {event.to}."
  }
}

flow main {
  choose topic "What is it?" {
    "Prices" {
      say "All is free."
    }
    "A human" {
      escalate to support
      say "Back with the bot."
    }
  }
  finish resolved
}

flow news(what: text, price: money?) {
  say "News: {what}."
  finish resolved
}
"#;

/// The other side: keeps what it is sent, and answers as it is told to.
#[derive(Default)]
pub struct Other {
    got: Mutex<Vec<(HeaderMap, Bytes)>>,
    answers: Mutex<VecDeque<Response>>,
    came: Notify,
}

impl Other {
    async fn take(&self, headers: HeaderMap, body: Bytes) -> Response {
        self.got.lock().unwrap().push((headers, body));
        self.came.notify_waiters();
        let answer = self.answers.lock().unwrap().pop_front();
        answer.unwrap_or_else(|| StatusCode::OK.into_response())
    }

    /// What it answers next, before it answers everything with 200.
    pub fn answers(&self, answer: impl IntoResponse) {
        self.answers.lock().unwrap().push_back(answer.into_response());
    }

    /// The first so many requests, once they have come.
    pub async fn got(&self, count: usize) -> Vec<(HeaderMap, Bytes)> {
        loop {
            let came = self.came.notified();
            let mut came = std::pin::pin!(came);
            came.as_mut().enable();
            let got = self.got.lock().unwrap().clone();
            if got.len() >= count {
                return got;
            }
            came.await;
        }
    }

    /// The same, as JSON.
    pub async fn bodies(&self, count: usize) -> Vec<Json> {
        let got = self.got(count).await;
        got.iter()
            .map(|(_, body)| serde_json::from_slice(body).unwrap())
            .collect()
    }
}

/// A host with a webhook for `sms` and one for colleagues, and the other side of both.
pub struct Running {
    pub host: Arc<Host>,
    pub clock: Arc<StillClock>,
    pub sms: Arc<Webhook>,
    /// Where messages are sent.
    pub phones: Arc<Other>,
    /// Where colleagues work.
    pub desk: Arc<Other>,
    pub address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    others: Vec<JoinHandle<()>>,
}

async fn other() -> (Arc<Other>, String, JoinHandle<()>) {
    let other = Arc::new(Other::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let taking = Arc::clone(&other);
    let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
        let taking = Arc::clone(&taking);
        async move { taking.take(headers, body).await }
    });
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (other, url, task)
}

/// With a clock that stands still.
pub async fn running() -> Running {
    let clock = StillClock::at(NOW);
    running_with(
        ServerOptions::default(),
        Settings::default(),
        Arc::clone(&clock) as Arc<dyn Clock>,
        clock,
    )
    .await
}

pub async fn running_with(
    options: ServerOptions,
    settings: Settings,
    clock: Arc<dyn Clock>,
    still: Arc<StillClock>,
) -> Running {
    let (phones, phones_url, phones_task) = other().await;
    let (desk, desk_url, desk_task) = other().await;
    let sms = Webhook::new("sms", &PostOptions::new(phones_url, SECRET)).unwrap();
    let sms = Arc::new(sms.clock(Arc::clone(&clock)));
    let people = PeopleWebhook::new(&PostOptions::new(desk_url, SECRET)).unwrap();
    let people = Arc::new(people.clock(Arc::clone(&clock)));
    let host = Host::builder()
        .bot(bot())
        // Examples name people by their numbers, which are made of the store's.
        .store(MemoryStore::numbered(1))
        .channel(Arc::clone(&sms) as Arc<dyn Channel>)
        .people(Arc::clone(&people) as Arc<dyn botflow_runtime::people::People>)
        .clock(clock)
        .settings(Settings {
            poll: Duration::from_millis(20),
            ..settings
        })
        .build()
        .await
        .unwrap();
    let host = Arc::new(host);
    let server = Server::bind("127.0.0.1:0", options).await.unwrap();
    let server = server
        .mount(Arc::clone(&sms) as _)
        .mount(Arc::clone(&people) as _);
    let address = server.address().unwrap();
    let stop = CancellationToken::new();
    let (stopped, served) = (stop.clone(), Arc::clone(&host));
    Running {
        host,
        clock: still,
        sms,
        phones,
        desk,
        address,
        stop,
        server: tokio::spawn(async move { server.serve(&served, stopped).await }),
        others: vec![phones_task, desk_task],
    }
}

/// A header that fits a body, at this moment.
pub fn signed(name: &str, seconds: i64, body: &[u8]) -> String {
    Secrets::new([SECRET]).unwrap().sign(name, seconds, body)
}

impl Running {
    /// Sends items, signed, and gives the status and the answer.
    pub async fn send(&self, name: &str, items: Json) -> (u16, Json) {
        let body = json!({ "items": items }).to_string();
        let signature = signed(name, self.clock.now() / 1_000, body.as_bytes());
        self.post(name, &[("x-botflow-signature", &signature)], body)
            .await
    }

    /// The same for one item that is taken; gives what became of it.
    pub async fn report(&self, name: &str, item: Json) -> Json {
        let (status, answer) = self.send(name, json!([item])).await;
        assert_eq!(status, 200, "{answer}");
        answer["items"][0].clone()
    }

    /// Somebody writes.
    pub async fn writes(&self, id: &str, address: &str, text: &str) -> Json {
        self.report(
            "sms",
            json!({ "type": "message", "id": id, "address": address, "text": text }),
        )
        .await
    }

    /// A colleague does something to somebody.
    pub async fn acts(&self, id: &str, contact: &Json, act: &str, more: Json) -> Json {
        let mut item =
            json!({ "type": "operator", "id": id, "contact": contact, "act": act, "operator": "Ana" });
        for (name, value) in more.as_object().unwrap() {
            item[name] = value.clone();
        }
        self.report("people", item).await
    }

    /// Posts JSON with these headers.
    pub async fn post(&self, name: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> (u16, Json) {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        let response = self.request(name, &all, body).await;
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    /// Posts anything.
    pub async fn request(
        &self,
        name: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> reqwest::Response {
        let mut request = client().post(format!("http://{}/hooks/{name}", self.address));
        for (header, value) in headers {
            request = request.header(*header, *value);
        }
        request.body(body.into()).send().await.unwrap()
    }

    /// How many people are kept.
    pub async fn known(&self) -> u64 {
        self.host.engine().store().contacts().await.unwrap()
    }

    pub async fn end(self) {
        self.stop.cancel();
        self.server.await.unwrap().unwrap();
        for other in self.others {
            other.abort();
        }
    }
}

/// Shared, since making one reads the certificates of the system; keeps no connections, since tests have runtimes of
/// their own.
pub fn client() -> &'static reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        client.build().unwrap()
    });
    &CLIENT
}

/// The bot, compiled once.
pub fn bot() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| artifact(BOT));
    &BYTES
}
