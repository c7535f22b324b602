//! The program of `examples/embedding`, run as it stands there.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::kit::artifact;

#[path = "../../../examples/embedding/main.rs"]
#[expect(dead_code, reason = "its `main` reads the command line")]
mod program;

#[tokio::test]
async fn the_example_serves_its_bot() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/embedding");
    let text = std::fs::read_to_string(format!("{root}/main.rs")).unwrap();
    assert!(text.lines().count() < 60, "it shows how little is needed");
    let bot = artifact(&std::fs::read_to_string(format!("{root}/bot/bot.flow")).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("bot.db").to_str().unwrap().to_owned();
    let stop = CancellationToken::new();
    let (told, url) = tokio::sync::oneshot::channel();
    let (stopped, chatting) = (stop.clone(), async move {
        let url: String = url.await.unwrap();
        let mut stream = TcpStream::connect(url.trim_start_matches("http://"))
            .await
            .unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).await.unwrap();
        stop.cancel();
        page
    });
    let serving = program::serve(&bot, &database, |url| told.send(url).unwrap(), stopped);
    let (served, page) =
        tokio::time::timeout(Duration::from_secs(60), async { tokio::join!(serving, chatting) })
            .await
            .expect("it stops when it is asked to");
    served.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}
