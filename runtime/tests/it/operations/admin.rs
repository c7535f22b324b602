//! A new version while conversations are under way, letters that were given up, and whoever is not believed.

use std::sync::Arc;

use async_trait::async_trait;
use botflow_runtime::channel::SendErrorKind;
use botflow_runtime::deployment::Version;
use botflow_runtime::operations::AdminKey;
use botflow_runtime::store::{MemoryStore, Store, StoreError, Trouble};

use super::{KEY, NOW, Running, greeter};
use crate::kit::artifact;
use crate::odd::{Is, Odd};

#[tokio::test]
async fn a_conversation_goes_over_to_what_is_uploaded() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    host.writes("ana", "a1", "hi").await;
    host.writes("bob", "b1", "hi").await;
    host.writes("bob", "b2", "Bob").await;
    host.channel.wait_for(5).await;
    let (_, before) = host.signed("GET", "/admin/bot", b"").await;
    let newer = greeter("Welcome");
    let (status, answer) = host.signed("PUT", "/admin/bot", &newer).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["changed"], true);
    assert_eq!(answer["before"], before["bot"]);
    let (_, after) = host.signed("GET", "/admin/bot", b"").await;
    assert_eq!(after["bot"], answer["bot"]);
    assert_eq!(after["name"], "greeter");
    // She was asked by the old version, and is answered by the new one.
    host.writes("ana", "a2", "Ana").await;
    host.channel.wait_for(6).await;
    let words = host.channel.words();
    assert_eq!(words.last().unwrap(), "Welcome, Ana.");
    assert!(words.contains(&"Nice to meet you, Bob.".to_owned()));
    let (status, again) = host.signed("PUT", "/admin/bot", &newer).await;
    assert_eq!((status, &again["changed"]), (200, &serde_json::json!(false)));
    host.end().await;
}

/// A version that asks for an action which nobody here does.
fn acting() -> Vec<u8> {
    artifact(
        r#"
bot greeter {
  name "Greeter"
  languages en
  channels web
  start main
}

action crm.save(name: text)

flow main {
  call crm.save("x") {
    failed -> finish unresolved
  }
  say "Saved."
  finish resolved
}
"#,
    )
}

#[tokio::test]
async fn what_cannot_run_here_does_not() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    let (_, before) = host.signed("GET", "/admin/bot", b"").await;
    let mut damaged = greeter("Welcome");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    for body in [&b""[..], b"nothing", &damaged] {
        let (status, answer) = host.signed("PUT", "/admin/bot", body).await;
        assert_eq!(
            (status, answer["error"]["code"].as_str()),
            (422, Some("not_loadable")),
            "{answer}"
        );
    }
    let acting = acting();
    let (status, answer) = host.signed("PUT", "/admin/bot", &acting).await;
    assert_eq!(
        (status, answer["error"]["code"].as_str()),
        (409, Some("missing_actions")),
        "{answer}"
    );
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("`crm.save`")
    );
    let other = artifact(
        "bot other {\n  name \"Other\"\n  languages en\n  channels web\n  start main\n}\n\nflow main {\n  say \"Hi.\"\n  \
         finish resolved\n}\n",
    );
    let (status, answer) = host.signed("PUT", "/admin/bot", &other).await;
    assert_eq!(
        (status, answer["error"]["code"].as_str()),
        (409, Some("another_bot")),
        "{answer}"
    );
    let (_, after) = host.signed("GET", "/admin/bot", b"").await;
    assert_eq!(before, after);
    let (status, _) = host.signed("PUT", "/admin/bot?replace=true", &other).await;
    assert_eq!(status, 200);
    host.end().await;
}

/// The store cannot be asked for a version at the moment.
#[derive(Default)]
struct Mute(MemoryStore);

#[async_trait]
impl Odd for Mute {
    fn store(&self) -> &dyn Store {
        &self.0
    }

    async fn bot(&self, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError::new(Trouble::Unavailable, "it is gone"))
    }
}

/// What runs is what the store says, also where the host that is asked has not heard of it.
#[tokio::test]
async fn an_upload_takes_the_place_of_what_the_store_runs() {
    let store = Arc::new(Mute::default());
    let ours = greeter("Nice to meet you");
    let host = Running::begin(&ours, Some(Arc::new(Is(Arc::clone(&store))))).await;
    let other = Version::load(&greeter("Welcome")).unwrap();
    store
        .0
        .keep_bot(other.hash(), &other.bytes, true, NOW)
        .await
        .unwrap();
    let (status, answer) = host.signed("PUT", "/admin/bot", &ours).await;
    assert_eq!(
        (status, &answer["changed"]),
        (200, &serde_json::json!(true)),
        "{answer}"
    );
    assert_eq!(answer["before"], format!("{:016x}", other.hash()));
    let runs = host.engine.deployment().current().hash();
    assert_eq!(store.0.current_bot().await.unwrap(), Some(runs));
    let (status, again) = host.signed("PUT", "/admin/bot", &ours).await;
    assert_eq!((status, &again["changed"]), (200, &serde_json::json!(false)));
    host.end().await;
}

/// Where other hosts run what this one cannot, this one is not ready, and says why, until it can.
#[tokio::test]
async fn who_cannot_follow_is_not_ready() {
    let store = Arc::new(MemoryStore::new());
    let ours = greeter("Nice to meet you");
    let host = Running::begin(&ours, Some(Arc::clone(&store) as _)).await;
    assert_eq!(host.get("/ready").await.0, 200);
    let acting = Version::load(&acting()).unwrap();
    store
        .keep_bot(acting.hash(), &acting.bytes, true, NOW)
        .await
        .unwrap();
    host.engine.follow().await.expect_err("it cannot be run here");
    let (status, text) = host.get("/ready").await;
    assert_eq!(status, 503, "{text}");
    assert!(
        text.contains("\"status\":\"version\"") && text.contains("`crm.save`"),
        "{text}"
    );
    assert_eq!(host.get("/health").await.0, 200);
    let ours = Version::load(&ours).unwrap();
    store.keep_bot(ours.hash(), &ours.bytes, true, NOW).await.unwrap();
    host.engine.follow().await.expect("it runs here");
    assert_eq!(host.get("/ready").await.0, 200);
    host.end().await;
}

#[tokio::test]
async fn nobody_is_believed_without_the_key() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    let newer = greeter("Welcome");
    let refused = async |headers: &str, body: &[u8]| {
        let (status, text) = host.ask("PUT", "/admin/bot", headers, body).await;
        assert_eq!(status, 401, "{headers}: {text}");
        assert!(text.contains("\"code\":\"signature\""), "{text}");
    };
    refused("", &newer).await;
    refused("Botflow-Signature: t=1,n=1,sha256=0,v1=0\r\n", &newer).await;
    let sign = |key: &[u8], seconds: i64, method: &str, body: &[u8]| {
        let signature = AdminKey::new(key)
            .unwrap()
            .sign(seconds, 999, method, "/admin/bot", body);
        format!("Botflow-Signature: {signature}\r\n")
    };
    refused(&sign(&[b'x'; 32], NOW / 1_000, "PUT", &newer), &newer).await;
    refused(&sign(KEY, NOW / 1_000 - 400, "PUT", &newer), &newer).await;
    refused(&sign(KEY, NOW / 1_000, "GET", &newer), &newer).await;
    refused(&sign(KEY, NOW / 1_000, "PUT", b"another"), &newer).await;
    for path in ["/admin/bot", "/admin/outbox", "/admin/outbox/1"] {
        assert_eq!(host.get(path).await.0, 401, "{path}");
    }
    // What is heard on the wire cannot be sent once more.
    let headers = host.signature("GET", "/admin/outbox", b"");
    assert_eq!(host.ask("GET", "/admin/outbox", &headers, b"").await.0, 200);
    assert_eq!(host.ask("GET", "/admin/outbox", &headers, b"").await.0, 401);
    let running = host.engine.deployment().current().hash();
    let (_, answer) = host.signed("GET", "/admin/bot", b"").await;
    assert_eq!(answer["bot"].as_str(), Some(format!("{running:016x}").as_str()));
    host.end().await;
}

#[tokio::test]
async fn letters_that_were_given_up_are_seen_and_tried_again() {
    let host = Running::begin(&greeter("Nice to meet you"), None).await;
    *host.channel.refuses.lock().unwrap() = Some(SendErrorKind::Permanent);
    host.writes("ana", "1", "hi").await;
    host.given_up(2).await;
    let (status, answer) = host.signed("GET", "/admin/outbox?state=dead", b"").await;
    assert_eq!(status, 200, "{answer}");
    let letters = answer["letters"].as_array().unwrap().clone();
    assert_eq!(letters.len(), 2);
    let text = serde_json::to_string(&letters).unwrap();
    assert!(
        !text.contains("Hello"),
        "a list says nothing of what was said: {text}"
    );
    assert_eq!(letters[0]["what"], "message");
    assert_eq!(letters[0]["error"], "the other side is moody");
    let number = letters[0]["number"].as_i64().unwrap();
    let (status, letter) = host.signed("GET", &format!("/admin/outbox/{number}"), b"").await;
    assert_eq!(status, 200);
    assert!(letter["content"].to_string().contains("Hello!"), "{letter}");
    assert_eq!(host.signed("GET", "/admin/outbox/999999", b"").await.0, 404);
    for wrong in [
        "/admin/outbox?state=x",
        "/admin/outbox?contact=x",
        "/admin/outbox?x=1",
        "/admin/outbox/x",
    ] {
        assert_eq!(host.signed("GET", wrong, b"").await.0, 400, "{wrong}");
    }
    for wrong in [
        &b""[..],
        b"{}",
        b"{\"all\":true,\"letters\":[1]}",
        b"{\"letters\":\"1\"}",
    ] {
        assert_eq!(host.signed("POST", "/admin/outbox/retry", wrong).await.0, 400);
    }
    *host.channel.refuses.lock().unwrap() = None;
    let body = format!("{{\"letters\":[{number}]}}");
    let (status, answer) = host.signed("POST", "/admin/outbox/retry", body.as_bytes()).await;
    assert_eq!((status, answer["retried"].as_u64()), (200, Some(1)), "{answer}");
    host.channel.wait_for(1).await;
    let (_, answer) = host
        .signed("POST", "/admin/outbox/retry", b"{\"all\":true}")
        .await;
    assert_eq!(answer["retried"].as_u64(), Some(1), "{answer}");
    host.channel.wait_for(2).await;
    host.end().await;
}
