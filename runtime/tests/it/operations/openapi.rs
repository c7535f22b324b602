//! `docs/openapi.json` against what operators ask: every route is there, and answers are as it says.

use std::collections::BTreeSet;

use botflow_runtime::channel::SendErrorKind;
use serde_json::{Value as Json, json};

use super::{Running, greeter};
use crate::webhook::openapi::{document, of_content};
use crate::webhook::schema::check;

/// Asks, signed where the file says so, and holds the answer against the file.
async fn ask(
    host: &Running,
    document: &Json,
    method: &str,
    path: &str,
    route: &str,
    body: &[u8],
) -> (u16, Json) {
    let operation = &document["paths"][route][method.to_lowercase()];
    let is_signed = operation["parameters"].to_string().contains("Botflow-Signature");
    let headers = match is_signed {
        true => host.signature(method, path, body),
        false => String::new(),
    };
    let (status, text) = host.ask(method, path, &headers, body).await;
    let response = &operation["responses"][status.to_string()];
    assert!(
        !response.is_null(),
        "{method} {path}: {status} is not in the file: {text}"
    );
    let answer: Json = serde_json::from_str(&text).unwrap_or_default();
    let schema = of_content(response);
    if !schema.is_null() {
        check(document, schema, &answer, path).unwrap();
    }
    if is_signed {
        let (status, text) = host.ask(method, path, "", body).await;
        assert_eq!(status, 401, "{path}: {text}");
        let schema = of_content(&operation["responses"]["401"]);
        check(document, schema, &serde_json::from_str(&text).unwrap(), path).unwrap();
    }
    (status, answer)
}

#[tokio::test]
async fn answers_are_as_the_file_says() {
    let document = document();
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    *host.channel.refuses.lock().unwrap() = Some(SendErrorKind::Permanent);
    host.writes("ana", "1", "hi").await;
    let ask = async |method: &str, path: &str, route: &str, body: &[u8]| {
        ask(&host, &document, method, path, route, body).await
    };
    for path in ["/health", "/ready", "/metrics", "/admin/bot"] {
        assert_eq!(ask("GET", path, path, b"").await.0, 200, "{path}");
    }
    for (body, status) in [
        (greeter("Welcome"), 200),
        (b"nothing".to_vec(), 422),
        (
            crate::kit::artifact(
                "bot other {\n  name \"Other\"\n  languages en\n  channels web\n  start main\n}\n\nflow main {\n  say \
                 \"Hi.\"\n  finish resolved\n}\n",
            ),
            409,
        ),
    ] {
        assert_eq!(ask("PUT", "/admin/bot", "/admin/bot", &body).await.0, status);
    }
    // Both letters were tried once, and given up.
    let dead = async {
        loop {
            let happened = host.channel.happened.notified();
            let filter = botflow_runtime::store::Filter {
                state: Some(botflow_runtime::store::LetterState::Dead),
                limit: 10,
                ..Default::default()
            };
            let letters = host.engine.store().letters(&filter).await.unwrap();
            if let Some(letter) = letters.first() {
                return letter.seq;
            }
            happened.await;
            // What became of a letter is noted after it was tried.
            tokio::task::yield_now().await;
        }
    };
    let number = dead.await;
    let outbox = "/admin/outbox";
    for (query, status) in [
        ("", 200),
        ("?state=dead&limit=1", 200),
        ("?state=dead&after=9223372036854775807", 200),
        ("?after=-9223372036854775808&limit=18446744073709551615", 200),
        ("?contact=0000000000000000", 200),
        ("?state=lost", 400),
        ("?contact=ana", 400),
        ("?limit=-1", 400),
        ("?what=now", 400),
    ] {
        let (got, answer) = ask("GET", &format!("{outbox}{query}"), outbox, b"").await;
        assert_eq!(got, status, "{query}: {answer}");
    }
    let one = "/admin/outbox/{number}";
    for (name, status) in [
        (number.to_string(), 200),
        ("9223372036854775807".to_owned(), 404),
        ("-9223372036854775808".to_owned(), 404),
        ("x".to_owned(), 400),
    ] {
        let (got, answer) = ask("GET", &format!("{outbox}/{name}"), one, b"").await;
        assert_eq!(got, status, "{name}: {answer}");
    }
    let retry = "/admin/outbox/retry";
    for (body, status) in [
        (json!({ "all": true }), 200),
        (json!({ "letters": [number, -1] }), 200),
        (json!({ "letters": [] }), 200),
        (json!({ "letters": ["x"] }), 400),
        (json!({ "all": false }), 400),
        (json!({ "all": true, "letters": [1] }), 400),
        (json!(1), 400),
    ] {
        let (got, answer) = ask("POST", retry, retry, body.to_string().as_bytes()).await;
        assert_eq!(got, status, "{body}: {answer}");
    }
    host.end().await;
}

/// What the sources route stands in the file, and the file promises nothing else.
#[test]
fn every_route_is_in_the_file() {
    let sources = [
        include_str!("../../../src/operations/admin.rs"),
        include_str!("../../../src/operations/health.rs"),
        include_str!("../../../src/operations/metrics.rs"),
    ];
    let routes = sources.iter().flat_map(|text| text.split(".route(\"").skip(1));
    let routes: BTreeSet<&str> = routes.filter_map(|rest| rest.split('"').next()).collect();
    assert!(routes.len() >= 7, "{routes:?}");
    let document = document();
    let paths = document["paths"].as_object().unwrap().keys().map(String::as_str);
    let paths: BTreeSet<&str> = paths.filter(|path| !path.starts_with("/hooks/")).collect();
    assert_eq!(paths, routes);
}
