//! A system on this machine that answers over HTTP, well or badly, as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A number and a body.
    Gives(u16, &'static str),
    /// A number, and another place.
    Redirects(u16, String),
    /// These bytes, and then the connection ends.
    Bytes(Vec<u8>),
    /// Nothing, for ever.
    Hangs,
}

/// A request it was sent.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(one, _)| one.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
pub struct System {
    pub address: SocketAddr,
    answers: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<Seen>>,
    arrived: Notify,
}

impl System {
    /// Answers with these in turn; after them it hangs. Ends with the runtime of the test.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Arc<System> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let system = Arc::new(System {
            address: listener.local_addr().expect("it listens"),
            answers: Mutex::new(answers.into_iter().collect()),
            seen: Mutex::default(),
            arrived: Notify::new(),
        });
        let at_work = Arc::clone(&system);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let system = Arc::clone(&at_work);
                tokio::spawn(async move { system.serve(connection).await });
            }
        });
        system
    }

    /// The text of a bot that asks it.
    pub fn bot(&self, text: &str) -> String {
        text.replace("PORT", &self.address.port().to_string())
    }

    /// All requests so far, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub async fn wait_for(&self, requests: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.seen.lock().unwrap().len() >= requests {
                return;
            }
            arrived.await;
        }
    }

    async fn serve(&self, mut connection: TcpStream) {
        while let Some(seen) = read(&mut connection).await {
            let answer = {
                // Which answer a request gets and which place it has among all are one step.
                let mut all = self.seen.lock().unwrap();
                all.push(seen);
                self.answers.lock().unwrap().pop_front()
            };
            self.arrived.notify_waiters();
            let written = match answer.unwrap_or(Answer::Hangs) {
                Answer::Gives(status, body) => {
                    let length = body.len();
                    format!(
                        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
                    )
                }
                Answer::Redirects(status, place) => {
                    format!("HTTP/1.1 {status} X\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")
                }
                Answer::Bytes(bytes) => {
                    let _ = connection.write_all(&bytes).await;
                    return;
                }
                Answer::Hangs => std::future::pending().await,
            };
            if connection.write_all(written.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// One request; `None` when the other side has gone.
async fn read(connection: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let line = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        if connection.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Seen {
        line,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
