//! What pages report reaches triggers.

use serde_json::json;

use super::{Chat, options};

const WATCHER: &str = r#"
bot watcher {
  name "Watcher"
  languages en
  channels web
  start main
}

trigger leaving {
  on exit_intent if event.url is known and contains(event.url, "/cart")
  start before_you_go
}

trigger by_link {
  on referral_opened
  start welcome
}

flow main {
  say "Hello!"
  finish resolved
}

flow before_you_go {
  say "Before you go!"
  finish resolved
}

flow welcome {
  say "Nice that you came by our link."
  finish resolved
}
"#;

#[tokio::test]
async fn what_happens_on_a_page_starts_flows() {
    let chat = Chat::start(WATCHER, options()).await;
    let (mut page, _) = chat.visit(json!({"language": "en-GB"})).await;
    let event = |id: &str, name: &str, fields: serde_json::Value| json!({"type": "event", "id": id, "name": name, "fields": fields});
    page.say(event(
        "1",
        "page_viewed",
        json!({"url": "http://127.0.0.1:8080/a", "title": "A"}),
    ))
    .await;
    assert!(page.ack("1").await.get("refused").is_none());
    // Elsewhere nothing happens.
    page.say(event("2", "exit_intent", json!({"url": "https://shop.example/"})))
        .await;
    page.ack("2").await;
    page.say(event(
        "3",
        "exit_intent",
        json!({"url": "https://shop.example/cart"}),
    ))
    .await;
    page.ack("3").await;
    assert_eq!(page.lines().await, ["bot: Before you go!"]);
    // The same report once more is no other one.
    page.say(event(
        "3",
        "exit_intent",
        json!({"url": "https://shop.example/cart"}),
    ))
    .await;
    page.ack("3").await;
    page.say(event("4", "referral_opened", json!({"referral": "parcel"})))
        .await;
    page.ack("4").await;
    assert_eq!(page.lines().await, ["bot: Nice that you came by our link."]);
    chat.stop().await;
}

#[tokio::test]
async fn what_no_page_sees_is_not_believed() {
    let chat = Chat::start(WATCHER, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    for (name, fields, told, word) in [
        ("opted_in", json!({"channel": "web"}), "refused", "event"),
        ("message_read", json!({}), "refused", "event"),
        (
            "page_viewed",
            json!({"url": "javascript:alert(1)"}),
            "refused",
            "malformed",
        ),
        ("page_viewed", json!({"title": "no address"}), "ack", "malformed"),
        ("exit_intent", json!({"url": 7}), "refused", "malformed"),
        ("idle", json!({"seconds": "long"}), "ack", "unknown"),
    ] {
        let event = json!({"type": "event", "id": "x", "name": name, "fields": fields});
        page.say(event).await;
        let answer = page.next().await;
        let because = if told == "ack" {
            &answer["refused"]
        } else {
            &answer["code"]
        };
        assert_eq!(
            (answer["type"].as_str(), because.as_str()),
            (Some(told), Some(word)),
            "{name}: {answer}"
        );
    }
    chat.stop().await;
}
