//! What webhooks are sent: signed, under one key, again when it may help.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use botflow_message::{Message, Rendering};
use botflow_runtime::channel::webhook::signature::Secrets;
use botflow_runtime::channel::webhook::{PostOptions, Webhook};
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendErrorKind};
use botflow_runtime::contact::ContactId;
use botflow_runtime::store::{Filter, LetterState};
use serde_json::json;
use tokio::net::TcpListener;

use super::{NOW, SECRET, other, running};

fn delivery() -> Delivery {
    Delivery {
        key: "0000000000000001.1.0".into(),
        contact: ContactId(1),
        channel: "sms".into(),
        address: "+40721000001".into(),
        number: 0,
        operator: Some("Ana".into()),
        message: Message::text("Hi"),
        rendering: Rendering::default(),
        attempt: 1,
    }
}

#[tokio::test]
async fn what_is_sent_is_signed_and_keyed() {
    let running = running().await;
    let taken = running.writes("1", "+40721000001", "Hello").await;
    let got = running.phones.got(1).await;
    let (headers, body) = &got[0];
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["idempotency-key"], taken["effects"][0].as_str().unwrap());
    let signature = headers["x-botflow-signature"].to_str().unwrap();
    let secrets = Secrets::new([SECRET]).unwrap();
    assert_eq!(secrets.verify(signature, "sms", NOW / 1_000, body), Ok(()));
    running.end().await;
}

#[tokio::test]
async fn a_letter_goes_again_under_its_key_when_the_other_side_says_so() {
    let running = running().await;
    running
        .phones
        .answers((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "30")]));
    running.writes("1", "+40721000001", "Hello").await;
    running.phones.got(1).await;
    let letters = || async {
        let filter = Filter {
            limit: 10,
            ..Filter::default()
        };
        running.host.engine().store().letters(&filter).await.unwrap()
    };
    let mut waiting = letters().await;
    while waiting[0].next_at <= NOW || waiting[0].error.is_empty() {
        tokio::task::yield_now().await;
        waiting = letters().await;
    }
    assert_eq!(waiting[0].next_at, NOW + 30_000);
    assert!(waiting[0].error.contains("429"), "{}", waiting[0].error);
    running.clock.advance(30_000);
    let got = running.phones.got(2).await;
    assert_eq!(got[0].0["idempotency-key"], got[1].0["idempotency-key"]);
    let bodies = running.phones.bodies(2).await;
    assert_eq!(
        (&bodies[0]["attempt"], &bodies[1]["attempt"]),
        (&json!(1), &json!(2))
    );
    running.end().await;
}

#[tokio::test]
async fn a_letter_that_is_never_taken_is_given_up_and_does_not_hold_up_others() {
    let running = running().await;
    running.phones.answers(StatusCode::UNPROCESSABLE_ENTITY);
    running.writes("1", "+40721000001", "Hello").await;
    running.writes("2", "+40721000001", "Prices").await;
    let bodies = running.phones.bodies(2).await;
    assert_eq!(bodies[1]["written"]["text"], "All is free.");
    let filter = Filter {
        state: Some(LetterState::Dead),
        limit: 10,
        ..Filter::default()
    };
    let dead = running.host.engine().store().letters(&filter).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].error.contains("422"), "{}", dead[0].error);
    // What was said is nobody's who reads logs.
    assert!(!dead[0].error.contains("What is it"));
    running.end().await;
}

#[tokio::test]
async fn answers_are_understood() {
    let (phones, url, task) = other().await;
    let webhook = Webhook::new("sms", &PostOptions::new(url, SECRET)).unwrap();
    phones.answers((StatusCode::CREATED, r#"{"id": "SM1"}"#));
    assert_eq!(webhook.send(&delivery()).await, Ok(Receipt { id: "SM1".into() }));
    phones.answers("thanks");
    assert_eq!(webhook.send(&delivery()).await, Ok(Receipt::default()));
    phones.answers("x".repeat(1_000_000));
    assert_eq!(webhook.send(&delivery()).await, Ok(Receipt::default()));
    phones.answers((StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]));
    let moved = webhook.send(&delivery()).await.unwrap_err();
    assert_eq!(moved.kind, SendErrorKind::Passing);
    assert!(moved.message.contains("redirects"), "{moved}");
    phones.answers((StatusCode::BAD_GATEWAY, [(RETRY_AFTER, "7")]));
    let broken = webhook.send(&delivery()).await.unwrap_err();
    assert_eq!(
        (broken.kind, broken.retry_after),
        (SendErrorKind::Unknown, Some(Duration::from_secs(7)))
    );
    // Of a message without a number nothing is reported; a colleague is named.
    let body = &phones.bodies(1).await[0];
    assert_eq!(body.get("id"), None);
    assert_eq!(body["operator"], "Ana");
    task.abort();
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    // Takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = PostOptions {
        timeout: Duration::from_millis(50),
        ..PostOptions::new(format!("http://{}/", silent.local_addr().unwrap()), SECRET)
    };
    let webhook = Webhook::new("sms", &options).unwrap();
    let late = webhook.send(&delivery()).await.unwrap_err();
    assert_eq!(late.kind, SendErrorKind::Unknown);
    drop(silent);
    let gone = webhook.send(&delivery()).await.unwrap_err();
    assert_eq!(gone.kind, SendErrorKind::Passing);
    for error in [late, gone] {
        assert!(!error.message.contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn colleagues_are_told_and_answer() {
    let running = running().await;
    let contact = running.writes("1", "+40721000001", "Hello").await["contact"].clone();
    running.writes("2", "+40721000001", "A human").await;
    let told = running.desk.bodies(1).await;
    assert_eq!(told[0]["type"], "people");
    assert_eq!(told[0]["contact"], contact);
    assert_eq!(told[0]["event"]["event"], "hand_over");
    assert_eq!(told[0]["event"]["queue"], "desk");
    let (headers, body) = running.desk.got(1).await.remove(0);
    let signature = headers["x-botflow-signature"].to_str().unwrap();
    let secrets = Secrets::new([SECRET]).unwrap();
    assert_eq!(secrets.verify(signature, "people", NOW / 1_000, &body), Ok(()));
    running.acts("3", &contact, "joins", json!({})).await;
    running.writes("4", "+40721000001", "Are you there?").await;
    running
        .acts("5", &contact, "writes", json!({ "text": "I am." }))
        .await;
    let again = running
        .acts("5", &contact, "writes", json!({ "text": "I am." }))
        .await;
    assert_eq!(again["duplicate"], true);
    let told = running.desk.bodies(3).await;
    assert_eq!(told[1]["event"], json!({ "event": "joined", "operator": "Ana" }));
    assert_eq!(told[2]["event"]["text"], "Are you there?");
    let sent = running.phones.bodies(2).await;
    let last = sent.last().unwrap();
    assert_eq!(
        (&last["operator"], &last["written"]["text"]),
        (&json!("Ana"), &json!("I am."))
    );
    running.acts("6", &contact, "hands_back", json!({})).await;
    let sent = running.phones.bodies(3).await;
    assert_eq!(sent[2]["written"]["text"], "Back with the bot.");
    assert_eq!(sent[2].get("operator"), None);
    running.end().await;
}

#[test]
fn a_webhook_is_a_channel_that_flows_can_name() {
    let options = PostOptions::new("https://x.example/", SECRET);
    for name in botflow_message::profiles::NAMES {
        assert_eq!(Webhook::new(name, &options).unwrap().name(), name);
    }
    for name in ["people", "fax", "", "../sms"] {
        assert!(Webhook::new(name, &options).is_err(), "{name}");
    }
}
