//! What is refused: told in words, counted, and nothing is changed by it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use botflow_runtime::channel::webhook::signature::Secrets;
use botflow_runtime::engine::Settings;
use botflow_runtime::server::{Rate, ServerOptions};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{NOW, SECRET, running, running_with, signed};
use crate::kit::StillClock;

const SECONDS: i64 = NOW / 1_000;

fn body() -> String {
    json!({ "items": [{ "type": "message", "id": "1", "address": "+40721000001", "text": "Hello" }] })
        .to_string()
}

fn code(answer: &Json) -> &str {
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.len() > 10, "{answer}");
    answer["error"]["code"].as_str().unwrap()
}

#[tokio::test]
async fn signatures_that_are_wrong_missing_or_old() {
    let running = running().await;
    let body = body();
    let (status, answer) = running.post("sms", &[], body.clone()).await;
    assert_eq!((status, code(&answer)), (401, "signature_missing"));
    let other = Secrets::new(["somebody else's secret"]).unwrap();
    let headers = [
        ("t=1".to_owned(), "signature_malformed"),
        ("ü".to_owned(), "signature_malformed"),
        (other.sign("sms", SECONDS, body.as_bytes()), "signature_wrong"),
        // What was written for another webhook.
        (signed("people", SECONDS, body.as_bytes()), "signature_wrong"),
        // Another body.
        (signed("sms", SECONDS, b"{}"), "signature_wrong"),
        (signed("sms", SECONDS - 301, body.as_bytes()), "signature_stale"),
        (signed("sms", SECONDS + 301, body.as_bytes()), "signature_stale"),
    ];
    for (header, expected) in &headers {
        let (status, answer) = running
            .post("sms", &[("x-botflow-signature", header)], body.clone())
            .await;
        assert_eq!((status, code(&answer)), (401, *expected), "{header}");
        assert!(!answer.to_string().contains(SECRET));
    }
    let refused: u64 = running.sms.refusals().read().values().sum();
    assert_eq!(refused, 8);
    assert_eq!(running.known().await, 0);
    running.end().await;
}

#[tokio::test]
async fn a_replayed_request_changes_nothing() {
    let running = running().await;
    let body = body();
    let header = signed("sms", SECONDS, body.as_bytes());
    let signature = [("x-botflow-signature", header.as_str())];
    let (status, first) = running.post("sms", &signature, body.clone()).await;
    assert_eq!(status, 200);
    // While it is young, it is a repetition of what has its ids, and those are signed.
    let (status, again) = running.post("sms", &signature, body.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(again["items"][0]["duplicate"], true);
    assert_eq!(again["items"][0]["revision"], first["items"][0]["revision"]);
    let other = body.replace(r#""id":"1""#, r#""id":"2""#);
    assert_ne!(other, body);
    let (status, answer) = running.post("sms", &signature, other).await;
    assert_eq!((status, code(&answer)), (401, "signature_wrong"));
    running.clock.advance(301_000);
    let (status, answer) = running.post("sms", &signature, body).await;
    assert_eq!((status, code(&answer)), (401, "signature_stale"));
    running.end().await;
}

#[tokio::test]
async fn bodies_that_are_no_items() {
    let running = running().await;
    let item = |more: &str| {
        format!(r#"{{"items": [{{"id": "1", "type": "message", "address": "a", "text": "hi"{more}}}]}}"#)
    };
    let said = |fields: &str| format!(r#"{{"items": [{{"id": "1", "address": "a", {fields}}}]}}"#);
    let many: Vec<_> = (0..101)
        .map(|id| json!({ "id": id.to_string(), "type": "message", "address": "a", "text": "" }))
        .collect();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "ends before"),
        (b"{\"items\": [".to_vec(), "ends before"),
        (b"nonsense".to_vec(), "no JSON"),
        (b"{\"items\": \"\xff\xfe\"}".to_vec(), "no JSON"),
        (deep.into_bytes(), "no JSON"),
        (b"[]".to_vec(), "an object"),
        (b"{}".to_vec(), "`items`"),
        (b"{\"items\": []}".to_vec(), "`items`"),
        (json!({ "items": many }).to_string().into(), "`items`: a list of 1 to 100 items"),
        (b"{\"items\": [1]}".to_vec(), "`items[0]`"),
        (item(r#", "more": 1"#).into(), "`items[0].more`: there is no such field"),
        (item("").replace(r#""id": "1""#, r#""id": """#).into(), "`items[0].id`"),
        (item("").replace(r#""id": "1""#, r#""id": 1"#).into(), "`items[0].id`"),
        (item("").replace(r#""id": "1", "#, "").into(), "`items[0].id`: this is missing"),
        (item("").replace("message", "massage").into(), "`items[0].type`"),
        (item("").replace("message", "operator").into(), "`items[0].type`"),
        (item("").replace(r#""a""#, r#""a\u0000""#).into(), "`items[0].address`"),
        (item("").replace(r#""hi""#, "7").into(), "`items[0].text`"),
        (item("").replace("hi", &"x".repeat(65_537)).into(), "`items[0].text`"),
        (said(r#""type": "press""#).into(), "`items[0].payload`"),
        (said(r#""type": "media""#).into(), "`items[0].media`"),
        (said(r#""type": "media", "media": {"kind": "song"}"#).into(), "`items[0].media.kind`"),
        (said(r#""type": "media", "media": {"kind": "image", "url": "javascript:alert(1)"}"#).into(), "`items[0].media.url`"),
        (said(r#""type": "media", "media": {"kind": "image", "url": "x.example/a"}"#).into(), "`items[0].media.url`"),
        (said(r#""type": "media", "media": {"kind": "location", "latitude": 91, "longitude": 0}"#).into(), "`items[0].media.latitude`"),
        (said(r#""type": "event", "name": "parcel_moved", "fields": {}"#).into(), "`items[0].fields.to`"),
        (said(r#""type": "event", "name": "parcel_moved", "fields": {"to": 1}"#).into(), "`items[0].fields.to`"),
        (said(r#""type": "event", "name": "parcel_moved", "fields": {"to": "x", "from": "y"}"#).into(), "`items[0].fields`"),
        (said(r#""type": "event", "name": "parcel_moved", "fields": {"to": "x", "price": "much"}"#).into(), "`items[0].fields.price`"),
        (said(r#""type": "event", "name": "parcel_moved", "fields": {"to": "x"}, "at": "today"}"#).into(), "`line"),
        (said(r#""type": "event", "name": "parcel_moved", "fields": {"to": "x"}, "at": "today""#).into(), "`items[0].at`"),
        (said(r#""type": "known""#).into(), "`items[0].values`"),
        (said(r#""type": "known", "values": {"shoe": 1}"#).into(), "`items[0].values.shoe`"),
        (said(r#""type": "known", "values": {"vip": "maybe"}"#).into(), "`items[0].values.vip`"),
        (said(r#""type": "known", "values": {}, "signed": "yes""#).into(), "`items[0].signed`"),
        (said(r#""type": "start", "flow": "mian""#).into(), "`items[0].flow`"),
        (said(r#""type": "start", "flow": "news", "args": {"what": 1}"#).into(), "`items[0].args.what`"),
        (said(r#""type": "start", "flow": "news""#).into(), "`items[0].args.what`"),
        (br#"{"items": [{"id": "1", "type": "status", "message": "1", "status": "read"}]}"#.to_vec(), "`items[0].message`"),
        (br#"{"items": [{"id": "1", "type": "status", "message": "0000000000000001-1", "status": "sent"}]}"#.to_vec(), "`items[0].status`"),
    ];
    for (body, expected) in &bodies {
        let header = signed("sms", SECONDS, body);
        let (status, answer) = running
            .post("sms", &[("x-botflow-signature", &header)], body.clone())
            .await;
        assert_eq!(
            (status, code(&answer)),
            (400, "malformed"),
            "{}",
            String::from_utf8_lossy(body)
        );
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{message}\n{expected}");
        assert!(message.len() < 400, "{message}");
    }
    assert_eq!(running.sms.refusals().read()["malformed"], bodies.len() as u64);
    let acts = [
        (json!({ "act": "joins" }), "`items[0].operator`"),
        (json!({ "act": "dances", "operator": "Ana" }), "`items[0].act`"),
        (json!({ "act": "writes", "operator": "Ana" }), "`items[0].text`"),
        (
            json!({ "act": "passes", "operator": "Ana", "queue": "moon" }),
            "`items[0].queue`",
        ),
        (
            json!({ "act": "starts", "operator": "Ana", "flow": "moon" }),
            "`items[0].flow`",
        ),
        (
            json!({ "act": "joins", "operator": "Ana", "contact": "1" }),
            "`items[0].contact`",
        ),
        (
            json!({ "act": "joins", "operator": "Ana", "type": "message" }),
            "`items[0].type`",
        ),
    ];
    for (act, expected) in acts {
        let mut item = json!({ "id": "1", "type": "operator", "contact": "0000000000000001" });
        for (name, value) in act.as_object().unwrap() {
            item[name] = value.clone();
        }
        let (status, answer) = running.send("people", json!([item])).await;
        assert_eq!((status, code(&answer)), (400, "malformed"), "{item}");
        assert!(answer.to_string().contains(expected), "{answer}\n{expected}");
    }
    assert_eq!(running.known().await, 0);
    running.end().await;
}

#[tokio::test]
async fn one_item_that_is_wrong_and_nothing_is_taken() {
    let running = running().await;
    let items = json!([
        { "type": "message", "id": "1", "address": "a", "text": "Hello" },
        { "type": "message", "id": "2", "address": "a" },
    ]);
    let (status, answer) = running.send("sms", items).await;
    assert_eq!((status, code(&answer)), (400, "malformed"));
    assert!(answer.to_string().contains("items[1].text"), "{answer}");
    assert_eq!(running.known().await, 0);
    running.end().await;
}

#[tokio::test]
async fn what_is_not_json_not_posted_or_too_long() {
    let options = ServerOptions {
        body: 1_000,
        ..ServerOptions::default()
    };
    let clock = StillClock::at(NOW);
    let running = running_with(options, Settings::default(), clock.clone() as _, clock).await;
    let body = body();
    let header = signed("sms", SECONDS, body.as_bytes());
    let signature = ("x-botflow-signature", header.as_str());
    for headers in [
        vec![signature],
        vec![signature, ("content-type", "text/plain")],
        vec![
            signature,
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ],
    ] {
        let response = running.request("sms", &headers, body.clone()).await;
        assert_eq!(response.status().as_u16(), 415);
        assert_eq!(code(&response.json().await.unwrap()), "content_type");
    }
    let utf8 = vec![signature, ("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(
        running
            .request("sms", &utf8, body.clone())
            .await
            .status()
            .as_u16(),
        200
    );
    let long = " ".repeat(1_001);
    let header = signed("sms", SECONDS, long.as_bytes());
    let (status, answer) = running
        .post("sms", &[("x-botflow-signature", &header)], long)
        .await;
    assert_eq!((status, code(&answer)), (413, "too_long"));
    let url = format!("http://{}/hooks/sms", running.address);
    let response = super::client().get(&url).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 405);
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(code(&response.json().await.unwrap()), "method");
    let nowhere = super::client().post(format!("{url}x")).send().await.unwrap();
    assert_eq!(nowhere.status().as_u16(), 404);
    running.end().await;
}

#[tokio::test]
async fn a_body_that_does_not_come() {
    let options = ServerOptions {
        body_timeout: Duration::from_millis(100),
        ..ServerOptions::default()
    };
    let clock = StillClock::at(NOW);
    let running = running_with(options, Settings::default(), clock.clone() as _, clock).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /hooks/sms HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
                X-Botflow-Signature: t=1,v1=00\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    running.end().await;
    // Without a signature nobody waits for the body at all, however long others may take.
    let clock = StillClock::at(NOW);
    let options = ServerOptions::default();
    let running = running_with(options, Settings::default(), clock.clone() as _, clock).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /hooks/sms HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    drop(stream);
    running.end().await;
}

#[tokio::test]
async fn a_flood_is_refused_and_the_rest_is_taken() {
    let options = ServerOptions {
        requests: Rate::new(5, 0.01),
        ..ServerOptions::default()
    };
    let clock = StillClock::at(NOW);
    let running = running_with(options, Settings::default(), clock.clone() as _, clock).await;
    for id in 0..5 {
        running.writes(&id.to_string(), "a", "Hello").await;
    }
    let item = json!([{ "type": "message", "id": "6", "address": "b", "text": "Hello" }]);
    let (status, answer) = running.send("sms", item).await;
    assert_eq!((status, code(&answer)), (429, "flood"));
    assert_eq!(running.known().await, 1);
    running.end().await;
}

#[tokio::test]
async fn a_body_is_not_refused_because_of_itself() {
    let clock = StillClock::at(NOW);
    let settings = Settings {
        waiting: 4,
        ..Settings::default()
    };
    let running = running_with(ServerOptions::default(), settings, clock.clone() as _, clock).await;
    let items: Vec<_> = (0..100)
        .map(|who| json!({ "type": "message", "id": who.to_string(), "address": format!("a{who}"), "text": "Hello" }))
        .collect();
    let (status, answer) = running.send("sms", json!(items)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(running.known().await, 100);
    running.end().await;
}

#[tokio::test]
async fn what_does_not_fit_is_sent_again_and_taken_once() {
    let clock = StillClock::at(NOW);
    let settings = Settings {
        waiting: 1,
        ..Settings::default()
    };
    let running = running_with(ServerOptions::default(), settings, clock.clone() as _, clock).await;
    let running = Arc::new(running);
    let senders = (0..40).map(|who| {
        let running = Arc::clone(&running);
        tokio::spawn(async move {
            let item = json!([{ "type": "message", "id": who.to_string(), "address": format!("a{who}"), "text": "Hello" }]);
            loop {
                let (status, answer) = running.send("sms", item.clone()).await;
                if status == 200 {
                    return answer["items"][0].clone();
                }
                assert_eq!((status, code(&answer)), (429, "busy"));
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        let became = sender.await.unwrap();
        assert_eq!((&became["revision"], became.get("duplicate")), (&json!(1), None));
    }
    let busy = running.sms.refusals().read().get("busy").copied();
    assert_eq!(
        busy.unwrap_or(0),
        running.host.engine().meter().busy.load(Ordering::Relaxed)
    );
    assert_eq!(running.known().await, 40);
    Arc::into_inner(running).unwrap().end().await;
}

#[tokio::test]
async fn a_host_that_stops_takes_nothing() {
    let running = running().await;
    running.host.stop().await;
    let body = json!([{ "type": "message", "id": "1", "address": "a", "text": "Hello" }]);
    let (status, answer) = running.send("sms", body).await;
    assert_eq!((status, code(&answer)), (503, "stopping"));
    assert_eq!(running.sms.refusals().read()["stopping"], 1);
    running.end().await;
}
