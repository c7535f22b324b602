//! The page and the widget as files.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Chat, options};

async fn get(chat: &Chat, path: &str, more: &str) -> String {
    let mut stream = TcpStream::connect(chat.address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn names_of_bots_are_words() {
    let bot = super::ECHO.replace("name \"Echo\"", "name \"<script>alert('x')</script>\"");
    let chat = Chat::start(&bot, options()).await;
    for path in ["/", "/site"] {
        let page = get(&chat, path, "").await;
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self';"));
    }
    chat.stop().await;
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let chat = Chat::start(super::ECHO, options()).await;
    let answer = get(&chat, "/widget.js", "").await;
    assert!(answer.contains("content-type: text/javascript"), "{answer}");
    let tag = answer
        .lines()
        .find_map(|line| line.strip_prefix("etag: "))
        .unwrap();
    let again = get(&chat, "/widget.js", &format!("If-None-Match: {tag}\r\n")).await;
    assert!(again.starts_with("HTTP/1.1 304"), "{again}");
    // No part of it writes markup.
    for forbidden in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!answer.contains(forbidden), "{forbidden}");
    }
    chat.stop().await;
}
