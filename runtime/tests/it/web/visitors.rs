//! Who somebody is, and who they are not: signatures, sites, floods, nonsense.

use std::sync::atomic::Ordering;

use botflow_runtime::channel::web::WebOptions;
use botflow_runtime::server::Rate;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Chat, ECHO, options};

#[tokio::test]
async fn nobody_is_somebody_else() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    page.write("1", "hi").await;
    page.ack("1").await;
    let token = welcome["token"].as_str().unwrap();
    let before = chat.kept(token).await;
    let (visitor, signature) = token.split_once('.').unwrap();
    let other = format!("{:032x}", 7);
    for forged in [
        format!("{visitor}.{}", "0".repeat(64)),
        format!("{other}.{signature}"),
        visitor.to_owned(),
        "nonsense".to_owned(),
    ] {
        let mut thief = chat.connect().await;
        thief.hello(json!({ "token": forged })).await;
        thief.write("2", "give me all").await;
        let refused = thief.next().await;
        assert_eq!(
            (&refused["type"], &refused["code"]),
            (&json!("refused"), &json!("visitor"))
        );
        assert_eq!(thief.next_or_end().await, Err(Some(4401)));
    }
    assert_eq!(chat.meter.forged.load(Ordering::Relaxed), 4);
    assert_eq!(chat.kept(token).await, before);
    assert_eq!(chat.engine.store().contacts().await.unwrap(), 1);
    chat.stop().await;
}

#[tokio::test]
async fn other_sites_do_not_show_the_chat() {
    let named = WebOptions {
        origins: vec!["https://shop.example".to_owned()],
        ..options()
    };
    let chat = Chat::start(ECHO, named).await;
    let own = format!("http://{}", chat.address);
    assert!(chat.connect_from(Some(&own)).await.is_ok());
    assert!(chat.connect_from(Some("https://shop.example")).await.is_ok());
    match chat.connect_from(Some("https://evil.example")).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 403),
        other => panic!("{:?}", other.map(|_| ())),
    }
    assert_eq!(chat.meter.foreign.load(Ordering::Relaxed), 1);
    chat.stop().await;
}

#[tokio::test]
async fn a_flood_of_one_visitor_is_refused_and_nothing_of_it_kept() {
    let few = WebOptions {
        per_visitor: Rate::new(5, 0.001),
        ..options()
    };
    let chat = Chat::start(ECHO, few).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    for message in 0..8 {
        page.write(&message.to_string(), "hi").await;
    }
    let (mut taken, mut refused) = (0, 0);
    while taken + refused < 8 {
        let told = page.next().await;
        match told["type"].as_str() {
            Some("ack") => taken += 1,
            Some("refused") => {
                assert_eq!(told["code"], "flood");
                assert!(told["retry_after"].as_u64().is_some_and(|wait| wait >= 1));
                refused += 1;
            }
            _ => {}
        }
    }
    assert_eq!((taken, refused), (5, 3));
    assert_eq!(chat.meter.flooded.load(Ordering::Relaxed), 3);
    let kept = chat.kept(welcome["token"].as_str().unwrap()).await;
    assert_eq!(kept.iter().filter(|line| line_of_visitor(line)).count(), 5);
    // Somebody else is not concerned.
    let (mut other, _) = chat.visit(json!({})).await;
    other.write("1", "hi").await;
    other.ack("1").await;
    chat.stop().await;
}

fn line_of_visitor(line: &botflow_runtime::contact::Line) -> bool {
    matches!(line.said, botflow_runtime::contact::Author::Customer { .. })
}

#[tokio::test]
async fn one_address_makes_only_so_many_visitors() {
    let few = WebOptions {
        newcomers: Rate::new(2, 0.001),
        ..options()
    };
    let chat = Chat::start(ECHO, few).await;
    let (_page, first) = chat.visit(json!({})).await;
    chat.visit(json!({})).await;
    let mut third = chat.connect().await;
    third.hello(json!({})).await;
    assert_eq!(third.next().await["code"], "flood");
    assert_eq!(third.next_or_end().await, Err(Some(4429)));
    // Who is known may come.
    chat.visit(json!({ "token": first["token"] })).await;
    chat.stop().await;
}

#[tokio::test]
async fn nonsense_changes_nothing() {
    let chat = Chat::start(ECHO, options()).await;
    for (frame, code) in [
        (Message::text("{"), Some(1002)),
        (Message::text(r#"{"type":"open"}"#), Some(1002)),
        (Message::text(r#"{"type":"hello","v":99}"#), Some(1002)),
        (Message::binary(vec![0, 159, 146, 150]), Some(1002)),
    ] {
        let mut page = chat.connect().await;
        page.raw(frame).await;
        assert_eq!(page.next_or_end().await, Err(code));
    }
    let (mut page, _) = chat.visit(json!({})).await;
    for (frame, refused) in [
        ("null".to_owned(), "malformed"),
        (r#"{"type":"message","id":"a","text":"  "}"#.to_owned(), "empty"),
        (r#"{"type":"message","id":"é","text":"x"}"#.to_owned(), "id"),
        (
            format!(r#"{{"type":"message","id":"a","text":"{}"}}"#, "ж".repeat(10_001)),
            "too_long",
        ),
        (
            r#"{"type":"event","id":"a","name":"order_placed"}"#.to_owned(),
            "event",
        ),
    ] {
        page.raw(Message::text(frame)).await;
        let told = page.next().await;
        assert_eq!(
            (&told["type"], &told["code"]),
            (&json!("refused"), &json!(refused))
        );
    }
    assert_eq!(chat.engine.store().contacts().await.unwrap(), 0);
    chat.stop().await;
}

#[tokio::test]
async fn pages_are_told_when_the_host_stops() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    page.write("1", "hi").await;
    page.ack("1").await;
    page.lines().await;
    let stopping = tokio::spawn(chat.stop());
    assert_eq!(page.next_or_end().await, Err(Some(1012)));
    stopping.await.unwrap();
}
