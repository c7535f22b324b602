//! Health, readiness and figures; the documents name every figure there is.

use std::collections::BTreeSet;
use std::sync::Arc;

use botflow_runtime::store::SqliteStore;

use super::{Running, greeter};

fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find(|line| line.split(' ').next() == Some(name));
    let line = line.unwrap_or_else(|| panic!("`{name}` is not in\n{text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn figures_tell_what_happened() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    host.writes("ana", "1", "hi").await;
    host.writes("ana", "1", "hi").await;
    host.writes("bob", "2", "hi").await;
    host.channel.wait_for(4).await;
    let (status, text) = host.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert!(value(&text, "botflow_turns_total") >= 2.0);
    assert_eq!(value(&text, "botflow_duplicates_total"), 1.0);
    assert_eq!(value(&text, "botflow_people"), 2.0);
    assert_eq!(value(&text, "botflow_store_up"), 1.0);
    assert_eq!(
        value(&text, "botflow_turn_seconds_count"),
        value(&text, "botflow_turns_total")
    );
    assert!(value(&text, "botflow_requests_total") >= 1.0);
    assert!(
        text.contains("botflow_letters_total{route=\"web\",outcome=\"delivered\"}"),
        "{text}"
    );
    assert!(text.contains("name=\"greeter\""), "{text}");
    host.end().await;
}

#[tokio::test]
async fn documents_name_every_figure() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    let (_, text) = host.get("/metrics").await;
    host.end().await;
    let there: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    assert!(there.len() > 20, "{there:?}");
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let document = std::fs::read_to_string(document).expect("it stands there");
    let named: BTreeSet<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `botflow_")?.split('`').next())
        .collect();
    for name in &there {
        let name = name.strip_prefix("botflow_").expect("all have one beginning");
        let is_named = named.iter().any(|known| {
            let known = known.split('{').next().unwrap();
            known == name || known.strip_suffix("_total") == Some(name)
        });
        assert!(is_named, "docs/operations.md does not name botflow_{name}");
    }
    for name in named.iter().filter(|name| {
        !["web_", "webhook_", "channel_"]
            .iter()
            .any(|of| name.starts_with(of))
    }) {
        let name = name.split('{').next().unwrap();
        let name = format!("botflow_{}", name.strip_suffix("_total").unwrap_or(name));
        assert!(
            there.contains(name.as_str()),
            "docs/operations.md names {name}, which is not there"
        );
    }
}

#[tokio::test]
async fn figures_are_not_for_everybody() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    for header in [
        "X-Forwarded-For: 1.2.3.4\r\n",
        "Forwarded: for=1.2.3.4\r\n",
        "X-Real-IP: 1.2.3.4\r\n",
    ] {
        assert_eq!(host.ask("GET", "/metrics", header, b"").await.0, 404, "{header}");
    }
    host.end().await;
}

#[tokio::test]
async fn a_host_is_ready_while_its_store_answers() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("bot.db")).await.unwrap();
    let store: Arc<dyn botflow_runtime::Store> = Arc::new(store);
    let host = Running::begin(&greeter("Nice to meet you"), Some(Arc::clone(&store))).await;
    assert_eq!(host.get("/health").await.0, 200);
    let (status, body) = host.get("/ready").await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"store\":\"sqlite\""), "{body}");
    store.close().await;
    assert_eq!(host.get("/health").await.0, 200);
    // Nobody has the store asked many times a second.
    host.clock.advance(999);
    assert_eq!(host.get("/ready").await.0, 200);
    host.clock.advance(1);
    let (status, body) = host.get("/ready").await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("\"status\":\"store\""), "{body}");
    // What is wrong, and nothing of where it is.
    assert!(
        body.contains("\"message\":\"the store cannot be reached\""),
        "{body}"
    );
    let (_, text) = host.get("/metrics").await;
    assert_eq!(value(&text, "botflow_store_up"), 0.0);
    host.end().await;
}

#[tokio::test]
async fn a_version_that_does_not_run_is_told() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    let (_, text) = host.get("/metrics").await;
    assert_eq!(value(&text, "botflow_version_held_back{by=\"store\"}"), 0.0);
    // Another host of the store runs what this one cannot even read.
    let store = host.engine.store();
    store
        .keep_bot(77, b"of a later time", true, super::NOW)
        .await
        .unwrap();
    // The host looks for it now and then; here at once.
    host.engine.follow().await.expect_err("it cannot be read");
    let (status, body) = host.get("/ready").await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("\"status\":\"version\""), "{body}");
    assert!(body.contains("cannot be loaded"), "{body}");
    let (_, text) = host.get("/metrics").await;
    assert_eq!(value(&text, "botflow_version_held_back{by=\"store\"}"), 1.0);
    // What runs is brought again: nothing is newer.
    let running = host.engine.deployment().current();
    store
        .keep_bot(running.hash(), &running.bytes, true, super::NOW)
        .await
        .unwrap();
    assert!(!host.engine.follow().await.expect("it runs already"));
    let (status, body) = host.get("/ready").await;
    assert_eq!(status, 200, "{body}");
    assert!(!body.contains("held_back"), "{body}");
    host.end().await;
}
