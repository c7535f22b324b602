//! A site vouches for its visitors: those of one browser stay apart, and a wrong word costs nobody anything.

use std::sync::atomic::Ordering;

use botflow_runtime::channel::web::{Identity, WebOptions};
use botflow_runtime::contact::Contact;
use botflow_runtime::server::Rate;
use botflow_runtime::store::Snapshot;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::{Chat, options, words};

const SECRET: &[u8] = b"test_identity_secret";

pub const KNOWS: &str = r#"
bot knows {
  name "Knows"
  languages en
  channels web
  start main
}

customer {
  email: email?
}

flow main {
  if customer.email is known {
    say "Hello {customer.email}!"
    finish resolved
  }
  say "Hello stranger!"
  finish resolved
}
"#;

pub fn vouching() -> WebOptions {
    WebOptions {
        identity: Some(Identity {
            secret: SECRET.to_vec(),
            field: "email".into(),
        }),
        ..options()
    }
}

/// What the site's server makes.
pub fn vouched(identifier: &str) -> Json {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(identifier.as_bytes());
    let mac = mac.finalize().into_bytes();
    let hash: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "identifier": identifier, "identifier_hash": hash })
}

fn identified() -> String {
    KNOWS.replace("flow main {\n", "flow main {\n  identify by customer.email\n")
}

/// The addresses at which a visitor is known to be reached.
async fn reached(chat: &Chat, token: &Json) -> Vec<String> {
    let visitor = token.as_str().unwrap().split('.').next().unwrap();
    let contact = chat.engine.find("web", visitor).await.unwrap().unwrap();
    let kept = chat.engine.store().load(&[contact]).await.unwrap();
    let Some(Some(Snapshot::Kept { state, .. })) = kept.into_iter().next() else {
        panic!("{visitor} is kept")
    };
    let contact = Contact::from_bytes(&state).unwrap();
    let addresses = contact.person().addresses().iter();
    let mail = addresses.filter(|one| one.channel == "email");
    mail.map(|one| one.address.to_string()).collect()
}

#[tokio::test]
async fn a_site_vouches_for_its_visitor() {
    let chat = Chat::start(KNOWS, vouching()).await;
    let claim = vouched("user@example.com");
    let (mut page, welcome) = chat.visit(json!({ "identity": claim })).await;
    page.say(json!({"type": "open"})).await;
    assert_eq!(page.lines().await, ["bot: Hello user@example.com!"]);
    // What is vouched for is proven: mail reaches her there.
    assert_eq!(reached(&chat, &welcome["token"]).await, ["user@example.com"]);
    chat.stop().await;
}

#[tokio::test]
async fn two_people_of_one_browser_stay_two() {
    let chat = Chat::start(&identified(), vouching()).await;
    let (mut page, ana) = chat.visit(json!({"identity": vouched("ana@shop.example")})).await;
    page.say(json!({"type": "open"})).await;
    assert_eq!(page.lines().await, ["bot: Hello ana@shop.example!"]);
    let kept = chat.kept(ana["token"].as_str().unwrap()).await;
    // She logs out, and he logs in: the browser still has her token.
    let hello = json!({
        "token": ana["token"], "thread": ana["thread"], "since": 1, "read": 1, "identity": vouched("bob@shop.example"),
    });
    let (mut page, bob) = chat.visit(hello).await;
    assert_ne!(bob["token"], ana["token"]);
    assert_ne!(bob["thread"], ana["thread"]);
    assert_eq!((&bob["fresh"], &bob["lines"]), (&json!(true), &json!([])));
    page.say(json!({"type": "open"})).await;
    assert_eq!(page.lines().await, ["bot: Hello bob@shop.example!"]);
    // Of hers nothing has changed, and she finds all of it.
    assert_eq!(chat.kept(ana["token"].as_str().unwrap()).await, kept);
    assert_eq!(reached(&chat, &ana["token"]).await, ["ana@shop.example"]);
    assert_eq!(reached(&chat, &bob["token"]).await, ["bob@shop.example"]);
    let hello = json!({"token": ana["token"], "identity": vouched("ana@shop.example")});
    let (_, again) = chat.visit(hello).await;
    assert_eq!(again["token"], ana["token"]);
    assert_eq!(words(&again["lines"]), ["bot: Hello ana@shop.example!"]);
    chat.stop().await;
}

#[tokio::test]
async fn who_was_nobody_yet_becomes_the_one_who_logs_in() {
    let chat = Chat::start(KNOWS, vouching()).await;
    let (mut page, first) = chat.visit(json!({})).await;
    page.say(json!({"type": "open"})).await;
    assert_eq!(page.lines().await, ["bot: Hello stranger!"]);
    let hello = json!({"token": first["token"], "identity": vouched("ana@shop.example")});
    let (_, welcome) = chat.visit(hello).await;
    assert_eq!(welcome["token"], first["token"]);
    assert_eq!(words(&welcome["lines"]), ["bot: Hello stranger!"]);
    assert_eq!(reached(&chat, &first["token"]).await, ["ana@shop.example"]);
    chat.stop().await;
}

#[tokio::test]
async fn who_turns_out_to_be_somebody_sees_what_they_said() {
    let chat = Chat::start(&identified(), vouching()).await;
    let claim = vouched("user@example.com");
    let mut changes = chat.engine.store().changes();
    let (mut page, _) = chat.visit(json!({ "identity": claim })).await;
    page.say(json!({"type": "open"})).await;
    page.lines().await;
    let known = loop {
        let known = chat.engine.find("=email", "user@example.com").await.unwrap();
        match known {
            Some(known) => break known,
            None => drop(changes.recv().await),
        }
    };
    // The same person, in another browser.
    let (mut other, welcome) = chat.visit(json!({ "identity": claim })).await;
    assert_ne!(welcome["thread"].as_str(), Some(known.to_string().as_str()));
    other.say(json!({"type": "open"})).await;
    let mut told = other.next().await;
    if told["type"] == "lines" {
        told = other.next().await;
    }
    assert_eq!(
        (&told["type"], told["thread"].as_str()),
        (&json!("reset"), Some(known.to_string().as_str()))
    );
    assert_eq!(words(&told["lines"]), ["bot: Hello user@example.com!"; 2]);
    // The first page sees what was said to them elsewhere on the web.
    assert_eq!(page.lines().await, ["bot: Hello user@example.com!"]);
    chat.stop().await;
}

#[tokio::test]
async fn who_is_not_vouched_for_is_refused_and_stays_who_they_are() {
    let one = WebOptions {
        newcomers: Rate::new(1, 0.001),
        ..vouching()
    };
    let chat = Chat::start(KNOWS, one).await;
    let (mut page, welcome) = chat.visit(json!({})).await;
    page.say(json!({"type": "open"})).await;
    page.lines().await;
    for hash in [
        "",
        "00",
        "b8b719409b15ecdd63dbc2f5a39979113b60ab04253339be858874e29abc15a8",
    ] {
        for token in [Json::Null, welcome["token"].clone()] {
            let mut page = chat.connect().await;
            let claim = json!({ "identifier": "user@example.com", "identifier_hash": hash });
            page.hello(json!({ "token": token, "identity": claim })).await;
            // Not a flood: nobody was made.
            assert_eq!(page.next().await["code"], "identity");
            assert_eq!(page.next_or_end().await, Err(Some(4403)));
        }
    }
    assert_eq!(chat.meter.forged.load(Ordering::Relaxed), 6);
    assert_eq!(chat.meter.newcomers.load(Ordering::Relaxed), 1);
    assert_eq!(chat.engine.store().contacts().await.unwrap(), 1);
    // Without it they come back as who they are.
    let (_, again) = chat.visit(json!({ "token": welcome["token"] })).await;
    assert_eq!(words(&again["lines"]), ["bot: Hello stranger!"]);
    assert!(reached(&chat, &welcome["token"]).await.is_empty());
    chat.stop().await;
}
