//! Somebody who writes by another channel, too: their page shows what was said on the web, all of it, and reports nothing
//! of what was not.

use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Author, Line};
use botflow_runtime::engine::Inbound;
use botflow_values::Value;
use serde_json::{Value as Json, json};

use super::identities::{vouched, vouching};
use super::{Chat, Page};

const BOTH: &str = r#"
bot both {
  name "Both"
  languages en
  channels web, sms
  start main
}

customer {
  email: email?
}

flow main {
  identify by customer.email
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

const MAIL: &str = "ana@shop.example";

async fn by_text(chat: &Chat, what: Said) {
    let inbound = Inbound {
        channel: "sms".into(),
        address: "+40700000001".into(),
        id: None,
        what,
    };
    chat.engine.deliver(inbound).await.expect("it is taken");
}

/// Ana has written by SMS before she comes to the page, and afterwards.
async fn ana() -> (Chat, Page, Json) {
    let chat = Chat::start(BOTH, vouching()).await;
    let mut changes = chat.engine.store().changes();
    let known = Said::Known {
        values: vec![("email".into(), Value::Email(MAIL.into()))],
        signed: true,
    };
    by_text(&chat, known).await;
    for word in 0..30 {
        by_text(&chat, Said::Message(format!("text {word}").into())).await;
    }
    while chat.engine.find("=email", MAIL).await.unwrap().is_none() {
        let _ = changes.recv().await;
    }
    let (mut page, welcome) = chat.visit(json!({ "identity": vouched(MAIL) })).await;
    page.say(json!({"type": "open"})).await;
    // She turns out to be who she is.
    let told = loop {
        let told = page.next().await;
        if told["type"] == "reset" {
            break told;
        }
    };
    assert_eq!(super::words(&told["lines"])[0], "bot: Hello!", "{told}");
    for word in 0..3 {
        page.write(&format!("w{word}"), &format!("web {word}")).await;
        while page.next().await["type"] != "ack" {}
    }
    for word in 30..60 {
        by_text(&chat, Said::Message(format!("text {word}").into())).await;
    }
    (chat, page, welcome)
}

fn on_web(kept: &[Line]) -> Vec<&Line> {
    kept.iter().filter(|line| line.channel == "web").collect()
}

fn numbers(lines: &Json) -> Vec<u64> {
    let lines = lines.as_array().expect("a list").iter();
    lines.map(|line| line["n"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn lines_of_the_web_are_found_behind_all_others() {
    let (chat, _page, first) = ana().await;
    let (mut page, welcome) = chat.visit(json!({ "token": first["token"] })).await;
    let kept = chat.kept(first["token"].as_str().unwrap()).await;
    let wanted: Vec<u64> = on_web(&kept).iter().map(|line| line.number).collect();
    assert!(wanted.len() >= 8, "{kept:#?}");
    let mut shown = numbers(&welcome["lines"]);
    assert!(!shown.is_empty(), "the last fifty lines are of the other channel");
    let mut told = welcome;
    while told["earlier"] == json!(true) {
        let before = told["before"].as_u64().expect("it says where they are");
        page.say(json!({"type": "earlier", "before": before})).await;
        told = page.next().await;
        assert_eq!(told["type"], "earlier");
        assert!(told["before"].as_u64().unwrap() < before, "{told}");
        let mut more = numbers(&told["lines"]);
        more.append(&mut shown);
        shown = more;
    }
    assert_eq!(shown, wanted);
    chat.stop().await;
}

/// What the bot has said on the web is reported as read, each once, and nothing else is.
async fn all_of_the_web_was_read(chat: &Chat, first: &Json) {
    let kept = chat.kept(first["token"].as_str().unwrap()).await;
    let sent = on_web(&kept)
        .into_iter()
        .filter(|line| matches!(line.said, Author::Bot { .. }));
    let entries = chat.engine.store().entries(0, 100_000).await.unwrap();
    let entries = entries
        .into_iter()
        .map(|(_, entry)| String::from_utf8(entry).unwrap());
    let read = entries.filter(|entry| entry.contains(r#""status":"Read""#));
    assert_eq!(read.count(), sent.count());
}

#[tokio::test]
async fn what_was_sent_elsewhere_is_not_reported_by_the_page() {
    let (chat, _page, first) = ana().await;
    let (mut page, _) = chat.visit(json!({ "token": first["token"] })).await;
    page.say(json!({"type": "seen", "delivered": 1_000, "read": 1_000}))
        .await;
    let told = loop {
        let told = page.next().await;
        if told["type"] == "seen" {
            break told;
        }
    };
    assert_eq!(told["read"], 1_000);
    all_of_the_web_was_read(&chat, &first).await;
    chat.stop().await;
}

#[tokio::test]
async fn what_is_shown_of_another_transcript_is_reported() {
    let (chat, mut page, first) = ana().await;
    page.say(json!({"type": "seen", "delivered": 1_000, "read": 1_000}))
        .await;
    while page.next().await["type"] != "seen" {}
    all_of_the_web_was_read(&chat, &first).await;
    chat.stop().await;
}
