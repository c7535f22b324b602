//! What operators see of a host, and what they can do: over real connections.

mod admin;
mod figures;
mod logs;
mod openapi;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError, SendErrorKind};
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::{Inbound, Settings};
use botflow_runtime::operations::{AdminKey, Operations};
use botflow_runtime::server::{Server, ServerOptions};
use botflow_runtime::store::{Filter, LetterState};
use botflow_runtime::{Ack, Engine, Host, Store};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::kit::{Counting, StillClock, artifact};

pub const NOW: i64 = 1_800_000_000_000;
pub const KEY: &[u8] = b"an admin key that nobody can guess";

/// A bot in two versions: between the question and its answer the bot may become another.
pub fn greeter(goodbye: &str) -> Vec<u8> {
    artifact(&format!(
        r#"
bot greeter {{
  name "Greeter"
  languages en
  channels web
  start main
}}

flow main {{
  say "Hello!"
  ask name: text "What is your name?"
  say "{goodbye}, {{name}}."
  finish resolved
}}
"#
    ))
}

/// A channel that refuses for as long as it is told to, and keeps what it takes.
#[derive(Debug, Default)]
pub struct Moody {
    pub refuses: Mutex<Option<SendErrorKind>>,
    pub sent: Mutex<Vec<Delivery>>,
    pub happened: tokio::sync::Notify,
    pub tried: Mutex<usize>,
}

#[async_trait]
impl Channel for Moody {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        *self.tried.lock().unwrap() += 1;
        let refuses = *self.refuses.lock().unwrap();
        let done = match refuses {
            Some(kind) => Err(SendError::new(kind, "the other side is moody")),
            None => {
                self.sent.lock().unwrap().push(delivery.clone());
                Ok(Receipt::default())
            }
        };
        self.happened.notify_waiters();
        done
    }
}

impl Moody {
    pub fn words(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter()
            .map(|delivery| delivery.message.text.to_string())
            .collect()
    }

    /// Waits until so many messages have arrived.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let happened = self.happened.notified();
            if self.sent.lock().unwrap().len() >= count {
                return;
            }
            happened.await;
        }
    }
}

/// A host with its server.
pub struct Running {
    pub address: SocketAddr,
    pub engine: Engine,
    pub channel: Arc<Moody>,
    pub clock: Arc<StillClock>,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
    nonce: std::sync::atomic::AtomicU64,
}

impl Running {
    pub async fn begin(bot: &[u8], store: Option<Arc<dyn Store>>) -> Running {
        let (channel, clock) = (Arc::new(Moody::default()), StillClock::at(NOW));
        let mut builder = Host::builder()
            .bot(bot)
            .channel(Arc::clone(&channel) as Arc<dyn Channel>)
            .clock(Arc::clone(&clock) as Arc<dyn botflow_runtime::Clock>)
            .entropy(Arc::new(Counting::default()))
            .settings(Settings {
                poll: Duration::from_millis(20),
                attempts: 1,
                ..Settings::default()
            });
        if let Some(store) = store {
            builder = builder.shared_store(store);
        }
        let host = builder.build().await.expect("the host starts");
        let server = Server::bind("127.0.0.1:0", ServerOptions::default())
            .await
            .unwrap();
        let address = server.address().unwrap();
        let operations = Operations::new()
            .admin(AdminKey::new(KEY).unwrap())
            .traffic(server.traffic());
        let server = server.mount(Arc::new(operations));
        let stop = CancellationToken::new();
        let (stopped, engine) = (stop.clone(), host.engine().clone());
        Running {
            address,
            engine,
            channel,
            clock,
            stop,
            task: tokio::spawn(async move { server.serve(&host, stopped).await }),
            nonce: std::sync::atomic::AtomicU64::new(1),
        }
    }

    /// Sends a request as it is, and gives status and body.
    pub async fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // Who is refused early may find the connection closed.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, body.to_owned())
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path, "", b"").await
    }

    /// The header of a signed request.
    pub fn signature(&self, method: &str, path: &str, body: &[u8]) -> String {
        let nonce = self.nonce.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let signature = AdminKey::new(KEY)
            .unwrap()
            .sign(NOW / 1_000, nonce, method, path, body);
        format!("Botflow-Signature: {signature}\r\n")
    }

    pub async fn signed(&self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let headers = self.signature(method, path, body);
        let (status, text) = self.ask(method, path, &headers, body).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub async fn writes(&self, who: &str, id: &str, text: &str) -> Ack {
        let inbound = Inbound {
            channel: "web".into(),
            address: who.into(),
            id: Some(id.into()),
            what: Said::Message(text.into()),
        };
        self.engine.deliver(inbound).await.expect("it is taken")
    }

    /// Waits until so many letters are given up.
    pub async fn given_up(&self, count: usize) {
        let dead = Filter {
            state: Some(LetterState::Dead),
            limit: count,
            ..Filter::default()
        };
        let waits = async {
            while self.engine.store().letters(&dead).await.unwrap().len() < count {
                tokio::task::yield_now().await;
            }
        };
        let waited = timeout(Duration::from_secs(60), waits).await;
        assert!(waited.is_ok(), "{count} letters were not given up");
    }

    pub async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}
