//! A conversation over the socket: openings, messages, presses, repetitions, receipts, history.

use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::Inbound;
use serde_json::json;

use super::{Chat, ECHO, options, words};
use crate::kit::translated;

#[tokio::test]
async fn opening_the_chat_begins_once() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    assert_eq!(welcome["bot"], "Echo");
    assert_eq!(welcome["thread"], "");
    assert_eq!(welcome["lines"], json!([]));
    page.say(json!({"type": "open"})).await;
    assert_eq!(page.lines().await, ["bot: Hello!", "bot: Say something."]);
    page.say(json!({"type": "open"})).await;
    // A second page of the same visitor sees the same.
    let (mut other, again) = chat.visit(json!({"token": welcome["token"]})).await;
    assert_eq!(words(&again["lines"]), ["bot: Hello!", "bot: Say something."]);
    other.say(json!({"type": "open"})).await;
    other.write("1", "wind").await;
    other.ack("1").await;
    let said = ["visitor: wind", "bot: You said wind.", "bot: Say something."];
    assert_eq!(other.lines().await, said);
    assert_eq!(page.lines().await, said);
    chat.stop().await;
}

#[tokio::test]
async fn who_looks_only_leaves_nothing() {
    let chat = Chat::start(ECHO, options()).await;
    let (_page, welcome) = chat
        .visit(json!({"language": "en", "timezone": "Europe/Bucharest"}))
        .await;
    assert_eq!(chat.engine.store().contacts().await.unwrap(), 0);
    assert!(chat.kept(welcome["token"].as_str().unwrap()).await.is_empty());
    chat.stop().await;
}

#[tokio::test]
async fn the_same_message_twice_is_one() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    page.write("a", "hi").await;
    assert_eq!(page.ack("a").await["line"], 1);
    assert_eq!(page.lines().await.len(), 3);
    page.write("a", "hi").await;
    assert_eq!(page.ack("a").await["line"], 1);
    // Another visitor's number is another one.
    let (mut other, _) = chat.visit(json!({})).await;
    other.write("a", "hi").await;
    other.ack("a").await;
    assert_eq!(other.lines().await.len(), 3);
    assert_eq!(chat.kept(welcome["token"].as_str().unwrap()).await.len(), 3);
    chat.stop().await;
}

#[tokio::test]
async fn what_is_written_is_words_and_nothing_else() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    page.write("1", "hi").await;
    page.ack("1").await;
    page.lines().await;
    let evil = "<img src=x onerror=alert(1)> **bold** [a](javascript:alert(1))";
    page.write("2", evil).await;
    page.ack("2").await;
    let told = page.next().await;
    let [visitor, bot, _] = told["lines"].as_array().unwrap().as_slice() else {
        panic!("{told}")
    };
    assert_eq!(visitor["messages"][0]["runs"], json!([{ "text": evil }]));
    assert_eq!(
        bot["messages"][0]["runs"],
        json!([{ "text": format!("You said {evil}.") }])
    );
    chat.stop().await;
}

const CHOOSER: &str = r#"
bot chooser {
  name "Chooser"
  languages en
  channels web
  start main
}

flow main {
  choose "Which one?" {
    "The red one" {
      say "Red it is."
    }
    "The blue one" {
      say "Blue it is."
    }
  }
  finish resolved
}
"#;

#[tokio::test]
async fn a_press_is_said_with_its_label() {
    let chat = Chat::start(CHOOSER, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    page.say(json!({"type": "open"})).await;
    let told = page.next().await;
    let buttons = &told["lines"][0]["messages"][0]["buttons"];
    assert_eq!(buttons[1]["label"], "The blue one");
    let press = json!({
        "type": "press", "id": "1", "payload": buttons[1]["press"], "label": buttons[1]["label"],
    });
    page.say(press).await;
    page.ack("1").await;
    assert_eq!(page.lines().await, ["visitor: The blue one", "bot: Blue it is."]);
    chat.stop().await;
}

#[tokio::test]
async fn what_the_bot_says_by_itself_arrives() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    page.say(json!({"type": "open"})).await;
    page.lines().await;
    // The same person writes by another way: the page is told.
    let visitor = welcome["token"].as_str().unwrap().split('.').next().unwrap();
    let inbound = Inbound {
        channel: "web".into(),
        address: visitor.into(),
        id: None,
        what: Said::Message("rain".into()),
    };
    chat.engine.deliver(inbound).await.unwrap();
    let said = ["visitor: rain", "bot: You said rain.", "bot: Say something."];
    assert_eq!(page.lines().await, said);
    chat.stop().await;
}

#[tokio::test]
async fn earlier_lines_come_when_they_are_asked_for() {
    let chat = Chat::start(ECHO, options()).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    for message in 0..40 {
        let id = message.to_string();
        page.write(&id, &format!("word {id}")).await;
        page.ack(&id).await;
        page.lines().await;
    }
    let (mut page, again) = chat.visit(json!({"token": welcome["token"]})).await;
    let lines = again["lines"].as_array().unwrap();
    assert_eq!((lines.len(), &again["earlier"]), (50, &json!(true)));
    let mut first = lines[0]["n"].as_u64().unwrap();
    let mut all = lines.len();
    loop {
        page.say(json!({"type": "earlier", "before": first})).await;
        let told = page.next().await;
        let lines = told["lines"].as_array().unwrap();
        assert_eq!(lines.last().unwrap()["n"].as_u64(), Some(first - 1));
        all += lines.len();
        first = lines[0]["n"].as_u64().unwrap();
        if told["earlier"] == json!(false) {
            break;
        }
    }
    let kept = chat.kept(welcome["token"].as_str().unwrap()).await;
    assert_eq!((first, all), (1, kept.len()));
    page.say(json!({"type": "earlier", "before": 0})).await;
    assert_eq!(page.next().await["lines"], json!([]));
    chat.stop().await;
}

const READER: &str = r#"
bot reader {
  name "Reader"
  languages en
  channels web
  start main
}

trigger was_read {
  on message_read
  at most 1 in 7d
  start thanks
}

flow main {
  say "Please read this."
  finish resolved
}

flow thanks {
  say "Thank you for reading."
  finish resolved
}
"#;

#[tokio::test]
async fn what_was_seen_is_reported() {
    let chat = Chat::start(READER, options()).await;
    let (mut page, _) = chat.visit(json!({})).await;
    page.say(json!({"type": "open"})).await;
    assert_eq!(page.lines().await, ["bot: Please read this."]);
    let entries = || async { chat.engine.store().entries(0, 1_000).await.unwrap() };
    let reports = |entries: Vec<(i64, Vec<u8>)>, word: &str| {
        let word = format!("\"status\":\"{word}\"");
        let texts = entries
            .into_iter()
            .map(|(_, entry)| String::from_utf8(entry).unwrap());
        texts.filter(|entry| entry.contains(&word)).count()
    };
    for read in [0, 1] {
        page.say(json!({"type": "seen", "delivered": 1, "read": read}))
            .await;
        let told = page.next().await;
        assert_eq!(told, json!({"type": "seen", "delivered": 1, "read": read}));
    }
    assert_eq!(page.lines().await, ["bot: Thank you for reading."]);
    // Once more changes nothing.
    page.say(json!({"type": "seen", "delivered": 1, "read": 1})).await;
    assert_eq!(page.next().await["type"], "seen");
    page.write("1", "hi").await;
    page.ack("1").await;
    assert_eq!(reports(entries().await, "Delivered"), 1);
    assert_eq!(reports(entries().await, "Read"), 1);
    chat.stop().await;
}

const TWO_LANGUAGES: &str = r#"
bot speaker {
  name "Speaker"
  languages en, ro
  channels web
  start main
}

flow main {
  say "Hello!"
  finish resolved
}
"#;

const IN_ROMANIAN: &str = r#"
msgid ""
msgstr "Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n == 0 || (n%100 > 0 && n%100 < 20) ? 1 : 2);\n"

msgctxt "main · say"
msgid "Hello!"
msgstr "Bună!"

msgctxt "bot · name"
msgid "Speaker"
msgstr "Vorbitor"
"#;

#[tokio::test]
async fn the_page_knows_in_which_language_it_is_spoken_to() {
    let bot = translated(TWO_LANGUAGES, &[("locales/ro.po", IN_ROMANIAN)]);
    let chat = Chat::start_built(&bot, options()).await;
    for (browser, language, hello) in [("ro-RO", "ro", "bot: Bună!"), ("de", "en", "bot: Hello!")] {
        let (mut page, welcome) = chat.visit(json!({ "language": browser })).await;
        // As long as nothing was said, there is none.
        assert!(welcome.get("language").is_none(), "{welcome}");
        page.say(json!({"type": "open"})).await;
        let told = page.next().await;
        assert_eq!(words(&told["lines"]), [hello]);
        assert_eq!(told["language"], language);
        let (_, again) = chat.visit(json!({"token": welcome["token"]})).await;
        assert_eq!(again["language"], language);
    }
    chat.stop().await;
}
