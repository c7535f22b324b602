//! A visitor, who speaks the protocol of `docs/web-chat.md` as the page does.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use smol_str::SmolStr;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// So many visitors come from one address.
const PER_ADDRESS: usize = 100;

/// What visitors say, one after the other: a conversation of three turns, and then the next one.
const SCRIPT: [&str; 3] = ["help", "why you", "just looking"];

/// A visitor with an open page.
pub struct Visitor {
    socket: WebSocketStream<TcpStream>,
    /// How many messages they have sent.
    said: usize,
    /// The number of the last line they have.
    last: u64,
}

/// What is looked at of what the host says.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: SmolStr,
    #[serde(default)]
    id: Option<SmolStr>,
    #[serde(default)]
    line: u64,
    #[serde(default)]
    code: SmolStr,
    #[serde(default)]
    retry_after: Option<u64>,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    n: u64,
    by: SmolStr,
}

impl Visitor {
    /// Somebody new opens a page. `place`: how many came before.
    pub async fn connect(host: SocketAddr, place: usize) -> Visitor {
        let address = u32::try_from(place / PER_ADDRESS).expect("not that many");
        let [_, _, high, low] = (address / 250 * 256 + address % 250 + 1).to_be_bytes();
        let from = SocketAddrV4::new(Ipv4Addr::new(127, 1, high, low), 0);
        let socket = TcpSocket::new_v4().expect("a socket can be had");
        socket.bind(from.into()).expect("the address is this machine's");
        let stream = socket.connect(host).await.expect("the host listens");
        stream.set_nodelay(true).expect("it is a connection");
        let (socket, _) = client_async(format!("ws://{host}/web/socket"), stream)
            .await
            .expect("the host speaks WebSocket");
        let mut visitor = Visitor {
            socket,
            said: 0,
            last: 0,
        };
        visitor
            .put(r#"{"type":"hello","v":1,"language":"en","timezone":"Europe/Bucharest"}"#.to_owned())
            .await;
        let welcome = visitor.hear().await;
        assert_eq!(welcome.kind, "welcome", "{}", welcome.code);
        visitor
    }

    /// They open the chat, and are greeted.
    pub async fn open(&mut self) {
        self.put(r#"{"type":"open"}"#.to_owned()).await;
        self.answered(0).await;
    }

    /// The next thing they have to say, up to its being answered.
    pub async fn talk(&mut self) {
        self.ask(SCRIPT[self.said % SCRIPT.len()]).await;
    }

    /// They say something, up to its being answered.
    pub async fn ask(&mut self, words: &str) {
        self.said += 1;
        let id = format!("m{}", self.said);
        let message = format!(r#"{{"type":"message","id":"{id}","text":"{words}"}}"#);
        self.put(message.clone()).await;
        let line = loop {
            let told = self.hear().await;
            match (told.kind.as_str(), told.retry_after) {
                ("ack", _) if told.id.as_deref() == Some(&id) => break told.line,
                // As the page does: the same once more, when it is said.
                ("refused", Some(wait)) if told.id.as_deref() == Some(&id) => {
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                    self.put(message.clone()).await;
                }
                // A report that was refused is lost: the next one tells the same.
                ("refused", Some(_)) if told.id.is_none() => {}
                ("refused", _) => panic!("the host refuses: {}", told.code),
                _ => {}
            }
        };
        self.answered(line).await;
    }

    /// What they have was before their eyes.
    pub async fn look(&mut self) {
        let last = self.last;
        self.put(format!(r#"{{"type":"seen","delivered":{last},"read":{last}}}"#))
            .await;
    }

    /// The page stays open as long as anybody waits for this.
    pub async fn stay(mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// The bot has said something after a line.
    async fn answered(&mut self, line: u64) {
        loop {
            let told = self.hear().await;
            self.last = told.lines.last().map_or(self.last, |line| line.n);
            if told.lines.iter().any(|one| one.n > line && one.by == "bot") {
                return;
            }
        }
    }

    async fn put(&mut self, message: String) {
        self.socket
            .send(Message::text(message))
            .await
            .expect("the connection is open");
    }

    async fn hear(&mut self) -> Told {
        loop {
            let frame = self.socket.next().await.expect("the connection is open");
            match frame.expect("the connection is open") {
                Message::Text(text) => return serde_json::from_str(&text).expect("the host writes JSON"),
                Message::Close(close) => panic!("the host has closed the connection: {close:?}"),
                _ => {}
            }
        }
    }
}
