//! Web chat, spoken to as a page does.

mod elsewhere;
mod events;
mod identities;
mod limits;
mod pages;
mod resume;
mod talking;
mod visitors;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use botflow_runtime::channel::web::{WebChat, WebMeter, WebOptions};
use botflow_runtime::server::{Rate, Server, ServerOptions};
use botflow_runtime::{Engine, Host};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;

use crate::kit::artifact;

pub const SECRET: &[u8] = b"a secret of these tests";

/// Says what it is told.
pub const ECHO: &str = r#"
bot echo {
  name "Echo"
  languages en
  channels web
  start main
}

flow main {
  say "Hello!"
  -> ask_word

  step ask_word {
    ask word: text "Say something."
    if word is "enough" {
      finish resolved
    }
    say "You said {word}."
    -> ask_word
  }
}
"#;

/// A host with web chat, listening.
pub struct Chat {
    pub engine: Engine,
    pub address: SocketAddr,
    pub meter: Arc<WebMeter>,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

/// What a site decides, without bounds that tests would meet.
pub fn options() -> WebOptions {
    let much = Rate::new(1_000_000, 1_000_000.0);
    WebOptions {
        per_visitor: much,
        per_address: much,
        newcomers: much,
        ..WebOptions::new(SECRET)
    }
}

impl Chat {
    pub async fn start(bot: &str, options: WebOptions) -> Chat {
        Chat::start_built(&artifact(bot), options).await
    }

    pub async fn start_built(bot: &[u8], options: WebOptions) -> Chat {
        let web = Arc::new(WebChat::new(options));
        let host = Host::builder()
            .bot(bot)
            .channel(Arc::clone(&web) as _)
            .build()
            .await
            .expect("the host starts");
        let bounds = ServerOptions {
            requests: Rate::new(1_000_000, 1_000_000.0),
            grace: Duration::from_millis(200),
            ..ServerOptions::default()
        };
        let server = Server::bind("127.0.0.1:0", bounds).await.expect("a free port");
        let server = server.mount(Arc::clone(&web) as _);
        let address = server.address().expect("it listens");
        let engine = host.engine().clone();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        Chat {
            engine,
            address,
            meter: Arc::clone(web.meter()),
            stop,
            task: tokio::spawn(async move { server.serve(&host, stopped).await }),
        }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("it does not panic").expect("it ends");
    }

    /// A connection that has not said anything.
    pub async fn connect(&self) -> Page {
        self.connect_from(None).await.expect("it connects")
    }

    pub async fn connect_from(&self, origin: Option<&str>) -> Result<Page, Error> {
        let url = format!("ws://{}/web/socket", self.address);
        let mut request = url.into_client_request()?;
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().expect("a header"));
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Page { socket })
    }

    /// A visitor's page: who they are, and what they were told first.
    pub async fn visit(&self, hello: Json) -> (Page, Json) {
        let mut page = self.connect().await;
        page.hello(hello).await;
        let welcome = page.next().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        (page, welcome)
    }

    /// The lines that are kept of a visitor.
    pub async fn kept(&self, token: &str) -> Vec<botflow_runtime::contact::Line> {
        let visitor = token.split('.').next().expect("a token has two halves");
        let found = self.engine.find("web", visitor).await.expect("the store answers");
        match found {
            None => Vec::new(),
            Some(contact) => {
                let store = self.engine.store();
                store
                    .transcript(contact, 0, 10_000)
                    .await
                    .expect("the store answers")
            }
        }
    }
}

/// One end of a connection.
pub struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Page {
    pub async fn hello(&mut self, mut hello: Json) {
        hello["type"] = json!("hello");
        hello["v"] = json!(1);
        self.say(hello).await;
    }

    pub async fn say(&mut self, message: Json) {
        self.raw(Message::text(message.to_string())).await;
    }

    pub async fn raw(&mut self, frame: Message) {
        // A connection that the host has closed is noticed when it is read from.
        let _ = self.socket.send(frame).await;
    }

    pub async fn write(&mut self, id: &str, text: &str) {
        self.say(json!({"type": "message", "id": id, "text": text})).await;
    }

    /// The next message of the host; how it closed the connection, where it did.
    pub async fn next_or_end(&mut self) -> Result<Json, Option<u16>> {
        let patience = Duration::from_secs(20);
        loop {
            let frame = tokio::time::timeout(patience, self.socket.next()).await;
            match frame.expect("the host says something") {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("the host writes JSON"));
                }
                Some(Ok(Message::Close(close))) => return Err(close.map(|close| close.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    pub async fn next(&mut self) -> Json {
        self.next_or_end().await.expect("the connection is open")
    }

    /// The words of the next lines, each with who said it.
    pub async fn lines(&mut self) -> Vec<String> {
        let told = self.next().await;
        assert_eq!(told["type"], "lines", "{told}");
        words(&told["lines"])
    }

    /// What became of a message.
    pub async fn ack(&mut self, id: &str) -> Json {
        let told = self.next().await;
        assert_eq!(
            (told["type"].as_str(), told["id"].as_str()),
            (Some("ack"), Some(id)),
            "{told}"
        );
        told
    }
}

/// `bot: Hello!` for each line.
pub fn words(lines: &Json) -> Vec<String> {
    let lines = lines.as_array().expect("lines are a list");
    let one = |line: &Json| {
        let messages = line["messages"].as_array().expect("messages are a list");
        let runs = messages.iter().filter_map(|message| message["runs"].as_array());
        let text: String = runs.flatten().filter_map(|run| run["text"].as_str()).collect();
        format!("{}: {text}", line["by"].as_str().expect("somebody says it"))
    };
    lines.iter().map(one).collect()
}
