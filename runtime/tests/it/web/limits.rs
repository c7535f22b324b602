//! Who does not keep to the protocol, says too much, or nothing: told why, counted, and let go.

use std::sync::atomic::Ordering;
use std::time::Duration;

use botflow_runtime::channel::web::WebOptions;
use botflow_runtime::server::Rate;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::{Chat, ECHO, Page, options};

/// How a connection ends, and what was refused before.
async fn refused(page: &mut Page) -> (Vec<String>, Option<u16>) {
    let mut codes = Vec::new();
    loop {
        match page.next_or_end().await {
            Ok(told) if told["type"] == "refused" => codes.push(told["code"].as_str().unwrap().to_owned()),
            Ok(_) => {}
            Err(code) => return (codes, code),
        }
    }
}

#[tokio::test]
async fn who_goes_on_with_a_flood_is_let_go() {
    let few = WebOptions {
        per_visitor: Rate::new(5, 0.001),
        ..options()
    };
    let chat = Chat::start(ECHO, few).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    for message in 0..30 {
        page.write(&message.to_string(), "hi").await;
    }
    let (codes, end) = refused(&mut page).await;
    assert_eq!((codes, end), (vec!["flood".to_owned(); 20], Some(4429)));
    assert_eq!(chat.meter.flooded.load(Ordering::Relaxed), 20);
    let kept = chat.kept(welcome["token"].as_str().unwrap()).await;
    let said = kept
        .iter()
        .filter(|line| matches!(line.said, botflow_runtime::contact::Author::Customer { .. }));
    assert_eq!(said.count(), 5);
    chat.stop().await;
}

#[tokio::test]
async fn who_goes_on_with_nonsense_is_let_go() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    for _ in 0..30 {
        page.raw(Message::text("null")).await;
    }
    let (codes, end) = refused(&mut page).await;
    assert_eq!((codes, end), (vec!["malformed".to_owned(); 20], Some(1002)));
    assert_eq!(chat.meter.malformed.load(Ordering::Relaxed), 20);
    chat.stop().await;
}

#[tokio::test]
async fn an_address_is_bounded_too() {
    let few = WebOptions {
        per_address: Rate::new(3, 0.001),
        ..options()
    };
    let chat = Chat::start(ECHO, few).await;
    let (mut page, _) = chat.visit(json!({})).await;
    let (mut other, _) = chat.visit(json!({})).await;
    for (which, id, is_taken) in [
        (0, "1", true),
        (1, "2", true),
        (0, "3", true),
        (1, "4", false),
        (0, "5", false),
    ] {
        let page = if which == 0 { &mut page } else { &mut other };
        page.write(id, "hi").await;
        let told = loop {
            let told = page.next().await;
            if told["type"] != "lines" {
                break told;
            }
        };
        let wanted = if is_taken { "ack" } else { "refused" };
        assert_eq!(
            (told["type"].as_str(), told["id"].as_str()),
            (Some(wanted), Some(id)),
            "{told}"
        );
    }
    chat.stop().await;
}

#[tokio::test]
async fn looking_takes_nothing_from_saying() {
    let few = WebOptions {
        per_visitor: Rate::new(2, 0.001),
        ..options()
    };
    let chat = Chat::start(ECHO, few).await;
    let (mut page, _) = chat.visit(json!({})).await;
    for line in 0..6 {
        page.say(json!({"type": "seen", "delivered": line, "read": line}))
            .await;
        assert_eq!(page.next().await["type"], "seen");
    }
    page.write("1", "hi").await;
    page.ack("1").await;
    page.lines().await;
    // It is bounded all the same: eight at once.
    for left in [1, 0] {
        page.say(json!({"type": "earlier", "before": 0})).await;
        assert_eq!(page.next().await["type"], "earlier", "{left}");
    }
    page.say(json!({"type": "seen", "delivered": 3, "read": 3})).await;
    let told = page.next().await;
    assert_eq!(
        (&told["type"], &told["code"]),
        (&json!("refused"), &json!("flood"))
    );
    page.write("2", "wind").await;
    page.ack("2").await;
    chat.stop().await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_by_its_number() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for frame in [
        r#"{"type":"message","id":"a","text":"\ud800"}"#.to_owned(),
        format!(r#"{{"type":"event","name":"clicked","fields":{{"x":{deep}}},"id":"a"}}"#),
        r#"{"type":"song","id":"a"}"#.to_owned(),
    ] {
        page.raw(Message::text(frame)).await;
        let told = page.next().await;
        assert_eq!(
            (&told["code"], &told["id"]),
            (&json!("malformed"), &json!("a")),
            "{told}"
        );
    }
    chat.stop().await;
}

#[tokio::test]
async fn why_a_connection_ends_is_told_and_counted() {
    let chat = Chat::start(ECHO, options()).await;
    let text = |bytes: Vec<u8>| Message::Frame(Frame::message(bytes, OpCode::Data(Data::Text), true));
    let long = |length: usize| {
        let message = json!({"type": "message", "id": "b", "text": "x".repeat(length)});
        Message::text(message.to_string())
    };
    let mut counted = 0;
    for (frame, code) in [
        (long(70_000), Some(1009)),
        (text(vec![b'"', 0xff, b'"']), Some(1007)),
        (Message::binary(vec![1]), Some(1002)),
    ] {
        for has_said_hello in [true, false] {
            let mut page = match has_said_hello {
                true => chat.visit(json!({})).await.0,
                false => chat.connect().await,
            };
            page.raw(frame.clone()).await;
            let end = page.next_or_end().await;
            let code = match (has_said_hello, code) {
                // Whatever is said first, it is no hello.
                (false, Some(1009)) => Some(1002),
                (_, code) => code,
            };
            counted += 1;
            assert_eq!(end, Err(code), "{has_said_hello}");
            assert_eq!(chat.meter.malformed.load(Ordering::Relaxed), counted);
        }
    }
    // What is far too long is not read to its end.
    let (mut page, _) = chat.visit(json!({})).await;
    page.raw(long(300_000)).await;
    assert!(page.next_or_end().await.is_err());
    assert_eq!(chat.meter.malformed.load(Ordering::Relaxed), counted + 1);
    assert_eq!(chat.engine.store().contacts().await.unwrap(), 0);
    chat.stop().await;
}

#[tokio::test]
async fn who_says_nothing_is_let_go() {
    let short = WebOptions {
        patience: Duration::from_millis(20),
        ..options()
    };
    let chat = Chat::start(ECHO, short).await;
    let mut page = chat.connect().await;
    assert_eq!(page.next_or_end().await, Err(Some(1002)));
    assert_eq!(chat.meter.malformed.load(Ordering::Relaxed), 1);
    chat.stop().await;
}
