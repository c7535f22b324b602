//! The server: what it refuses, whom it gives up, and how it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use botflow_runtime::Host;
use botflow_runtime::server::{ClientAddress, Rate, Server, ServerOptions, Traffic};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::kit::artifact;

const BOT: &str = r#"
bot b {
  name "B"
  languages en
  channels web
  start main
}
flow main {
  say "Hello!"
  finish resolved
}
"#;

struct Running {
    address: SocketAddr,
    traffic: Arc<Traffic>,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

async fn running(options: ServerOptions, router: Router) -> Running {
    let host = Host::builder().bot(&artifact(BOT)).build().await.unwrap();
    let server = Server::bind("127.0.0.1:0", options).await.unwrap().routes(router);
    let (address, traffic) = (server.address().unwrap(), Arc::clone(server.traffic()));
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    Running {
        address,
        traffic,
        stop,
        task: tokio::spawn(async move { server.serve(&host, stopped).await }),
    }
}

impl Running {
    async fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // Who is turned away may find the connection reset.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn hello() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/", post(|body: Bytes| async move { format!("{}", body.len()) }))
}

#[tokio::test]
async fn it_answers_and_stops() {
    let server = running(ServerOptions::default(), hello()).await;
    let answer = server.ask(GET).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
    assert!(answer.ends_with("hello"), "{answer}");
    let address = server.address;
    server.end().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_flood_from_one_address_is_refused_for_a_while() {
    let options = ServerOptions {
        requests: Rate::new(3, 0.01),
        ..ServerOptions::default()
    };
    let server = running(options, hello()).await;
    for _ in 0..3 {
        assert!(server.ask(GET).await.starts_with("HTTP/1.1 200"));
    }
    let answer = server.ask(GET).await;
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    assert!(answer.contains(r#""code":"flood""#), "{answer}");
    assert_eq!(
        server.traffic.flooded.load(std::sync::atomic::Ordering::Relaxed),
        1
    );
    server.end().await;
}

#[tokio::test]
async fn bodies_have_a_bound() {
    let options = ServerOptions {
        body: 16,
        ..ServerOptions::default()
    };
    let server = running(options, hello()).await;
    let post = |length: usize| {
        let body = "x".repeat(length);
        format!("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    assert!(server.ask(&post(16)).await.ends_with("16"));
    let answer = server.ask(&post(17)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    server.end().await;
}

#[tokio::test]
async fn who_is_slow_is_given_up() {
    // One thing has little time at a time: this machine may be slow, too.
    let options = ServerOptions {
        head_timeout: Duration::from_millis(50),
        ..ServerOptions::default()
    };
    let server = running(options, hello()).await;
    // A head that never ends.
    let answer = server.ask("GET / HTTP/1.1\r\nHos").await;
    assert!(!answer.contains("200"), "{answer}");
    server.end().await;
    let options = ServerOptions {
        body_timeout: Duration::from_millis(50),
        ..ServerOptions::default()
    };
    let server = running(options, hello()).await;
    // A body that never ends.
    let answer = server
        .ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 9\r\n\r\nx")
        .await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(server.traffic.slow.load(std::sync::atomic::Ordering::Relaxed), 1);
    server.end().await;
}

/// What has arrived may have been stored: whoever sent it is told what became of it, however long that takes.
#[tokio::test]
async fn what_has_arrived_is_not_given_up() {
    let options = ServerOptions {
        body_timeout: Duration::ZERO,
        ..ServerOptions::default()
    };
    let router = Router::new().route(
        "/",
        get(async || {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            "stored"
        }),
    );
    let server = running(options, router).await;
    let answer = server.ask(GET).await;
    assert!(answer.ends_with("stored"), "{answer}");
    server.end().await;
}

#[tokio::test]
async fn one_address_does_not_take_all_connections() {
    let options = ServerOptions {
        connections_per_address: 2,
        ..ServerOptions::default()
    };
    let server = running(options, hello()).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        let mut some = [0; 12];
        stream.read_exact(&mut some).await.unwrap();
        assert_eq!(&some, b"HTTP/1.1 200");
        held.push(stream);
    }
    let mut third = TcpStream::connect(server.address).await.unwrap();
    let mut answer = Vec::new();
    third.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("Retry-After"), "{answer}");
    let turned_away = server
        .traffic
        .turned_away
        .load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(turned_away, 1);
    drop(held);
    server.end().await;
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_it_stops() {
    let (began, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, waits) = (Arc::clone(&began), Arc::clone(&go_on));
    let router = Router::new().route(
        "/",
        get(|| async move {
            begins.notify_one();
            waits.notified().await;
            "done"
        }),
    );
    let server = running(ServerOptions::default(), router).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // It would be kept open for more.
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    began.notified().await;
    server.stop.cancel();
    go_on.notify_one();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_takes_too_long_to_end_is_cut() {
    let began = Arc::new(Notify::new());
    let begins = Arc::clone(&began);
    let router = Router::new().route(
        "/",
        get(|| async move {
            begins.notify_one();
            std::future::pending::<&str>().await
        }),
    );
    let options = ServerOptions {
        grace: Duration::from_millis(20),
        ..ServerOptions::default()
    };
    let server = running(options, router).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(GET.as_bytes()).await.unwrap();
    began.notified().await;
    server.end().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
}

#[tokio::test]
async fn a_proxy_that_is_believed_names_the_client() {
    let options = ServerOptions {
        proxies: vec!["127.0.0.0/30".parse().unwrap()],
        ..ServerOptions::default()
    };
    let router = Router::new().route(
        "/",
        get(|client: axum::Extension<ClientAddress>| async move { client.0.0.to_string() }),
    );
    let server = running(options, router).await;
    let request =
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\nConnection: close\r\n\r\n";
    assert!(server.ask(request).await.ends_with("\r\n1.2.3.4"));
    server.end().await;
}

#[tokio::test]
async fn nonsense_is_no_request() {
    let server = running(ServerOptions::default(), hello()).await;
    for nonsense in [
        "\0\0\0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{ff}\u{fe} / HTTP/1.1\r\n\r\n",
    ] {
        let answer = server.ask(nonsense).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert!(server.ask(GET).await.ends_with("hello"));
    server.end().await;
}
