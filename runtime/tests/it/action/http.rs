//! What is sent, what answers mean, and that an action happens once whatever goes wrong.

use std::sync::Arc;

use botflow_runtime::Store;
use botflow_runtime::store::MemoryStore;

use super::system::{Answer, System};
use super::{Ana, NOW, STOCK, builder, here};
use crate::kit::{Kept, StillClock};

const FOUND: Answer = Answer::Gives(
    200,
    r#"{"name": "Wool hat", "price": 35.5, "left": null, "more": [1]}"#,
);
const KEPT: Answer = Answer::Gives(201, r#"{"until": "2027-02-01"}"#);

const LOOKED: &str = "Wool hat: €35.50";
const DONE: &str = "Kept until 1 February 2027.";

/// What the bot says behind its question when the system answers so.
async fn told(answers: impl IntoIterator<Item = Answer>, messages: usize) -> (Vec<String>, Arc<System>) {
    let system = System::answering(answers).await;
    let mut ana = Ana::with(&system.bot(STOCK), here()).await;
    ana.writes("hi").await;
    ana.writes("WH-1").await;
    let said = ana.hears(1 + messages).await;
    (said[1..].to_vec(), system)
}

#[tokio::test]
async fn a_lookup_and_an_action_are_asked_as_declared() {
    let (said, system) = told([FOUND, KEPT], 2).await;
    assert_eq!(said, [LOOKED, DONE]);
    let seen = system.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].line, "GET /stock/WH-1?code=WH-1 HTTP/1.1");
    assert_eq!(seen[0].header("x-code"), Some("WH-1"));
    assert_eq!(seen[0].header("idempotency-key"), None);
    assert_eq!(seen[0].body, "");
    assert_eq!(seen[1].line, "POST /kept HTTP/1.1");
    assert_eq!(seen[1].header("content-type"), Some("application/json"));
    assert_eq!(seen[1].header("idempotency-key").map(str::len), Some(16));
    assert_eq!(seen[1].body, r#"{"code":"WH-1","count":2,"via":"bot"}"#);
}

#[tokio::test]
async fn what_people_write_stays_within_its_place() {
    let system = System::answering([FOUND, KEPT]).await;
    let mut ana = Ana::with(&system.bot(STOCK), here()).await;
    ana.writes("hi").await;
    ana.writes("a/b?c=d&e #\"%\r\nX-Evil: 1\r\n\r\nü").await;
    assert_eq!(ana.hears(3).await[1..], [LOOKED, DONE]);
    let seen = system.seen();
    let encoded = "a%2Fb%3Fc%3Dd%26e%20%23%22%25%0D%0AX-Evil%3A%201%0D%0A%0D%0A%C3%BC";
    assert_eq!(
        seen[0].line,
        format!("GET /stock/{encoded}?code={encoded} HTTP/1.1")
    );
    assert_eq!(seen[0].header("x-evil"), None);
    assert_eq!(seen[0].header("x-code"), Some("a/b?c=d&e #\"%  X-Evil: 1    ü"));
}

#[tokio::test]
async fn nobody_climbs_out_of_a_path() {
    for up in ["..", "."] {
        let system = System::answering([]).await;
        let mut ana = Ana::with(&system.bot(STOCK), here()).await;
        ana.writes("hi").await;
        ana.writes(up).await;
        assert_eq!(ana.hears(2).await[1..], ["I could not look."]);
        assert!(system.seen().is_empty(), "{up}");
    }
}

#[tokio::test]
async fn a_failure_has_the_way_of_its_number() {
    let (said, system) = told([FOUND, Answer::Gives(409, "{}")], 2).await;
    assert_eq!(said, [LOOKED, "Somebody else has it."]);
    // A failure that the declaration names is an answer: it is not tried again.
    assert_eq!(system.seen().len(), 2);
}

#[tokio::test]
async fn an_action_is_tried_again_under_one_key() {
    let broken = Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"until\"".to_vec());
    let (said, system) = told([FOUND, Answer::Gives(500, "no"), broken, KEPT], 2).await;
    assert_eq!(said, [LOOKED, DONE]);
    let seen = system.seen();
    let keys: Vec<_> = seen[1..]
        .iter()
        .map(|one| one.header("idempotency-key"))
        .collect();
    assert_eq!(keys.len(), 3);
    assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]));
    assert!(seen[1..].iter().all(|one| one.body == seen[1].body));
}

#[tokio::test]
async fn attempts_come_to_an_end() {
    let no = || Answer::Gives(503, "");
    let (said, system) = told([FOUND, no(), no(), no()], 2).await;
    assert_eq!(said, [LOOKED, "It did not work."]);
    assert_eq!(system.seen().len(), 4);
}

#[tokio::test]
async fn an_answer_that_is_not_as_declared_is_a_failure() {
    let endless = || {
        let mut bytes = b"HTTP/1.1 200 OK\r\n\r\n\"".to_vec();
        bytes.resize(2_000_000, b'x');
        Answer::Bytes(bytes)
    };
    let announced = || Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}".to_vec());
    let nested = "[".repeat(10_000);
    let deep =
        || Answer::Bytes(format!("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n{nested}").into_bytes());
    let bad: [&dyn Fn() -> Answer; 9] = [
        &|| Answer::Gives(200, r#"{"name": "Wool hat", "price": "a lot"}"#),
        &|| Answer::Gives(200, r#"{"name": "Wool hat"}"#),
        &|| Answer::Gives(200, "<html>"),
        &|| Answer::Gives(200, ""),
        &|| Answer::Gives(204, ""),
        &|| Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\xfe\xfd".to_vec()),
        &endless,
        &announced,
        &deep,
    ];
    for answer in bad {
        let (said, system) = told([answer(), answer()], 1).await;
        assert_eq!(said, ["I could not look."], "{:?}", system.seen().len());
        assert_eq!(system.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_system_that_never_answers_is_given_up() {
    let system = System::answering([]).await;
    let text = system.bot(STOCK).replacen("timeout 30s", "timeout 1s", 1);
    let mut ana = Ana::with(&text, here()).await;
    ana.writes("hi").await;
    ana.writes("WH-1").await;
    assert_eq!(ana.hears(2).await[1..], ["I could not look."]);
    assert_eq!(system.seen().len(), 2);
}

#[tokio::test]
async fn nobody_is_followed_to_another_host() {
    let other = System::answering([FOUND]).await;
    let away = || Answer::Redirects(302, format!("http://{}/stock/WH-1", other.address));
    let (said, _) = told([away(), away()], 1).await;
    assert_eq!(said, ["I could not look."]);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_lookup_is_followed_within_its_host_and_an_action_nowhere() {
    let (said, system) = told([Answer::Redirects(302, "/new/WH-1".to_owned()), FOUND, KEPT], 2).await;
    assert_eq!(said, [LOOKED, DONE]);
    assert_eq!(system.seen()[1].line, "GET /new/WH-1 HTTP/1.1");
    let moved = || Answer::Redirects(307, "/other".to_owned());
    let (said, system) = told([FOUND, moved(), moved(), moved()], 2).await;
    assert_eq!(said, [LOOKED, "It did not work."]);
    assert!(
        system.seen()[1..]
            .iter()
            .all(|one| one.line == "POST /kept HTTP/1.1")
    );
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let around = Answer::Redirects(302, "/stock/WH-1".to_owned());
    let (said, system) = told(vec![around; 40], 1).await;
    assert_eq!(said, ["I could not look."]);
    assert_eq!(system.seen().len(), 2 * 6);
}

#[test]
fn what_was_under_way_when_a_host_died_is_done_by_the_next_one_under_the_same_key() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let (outside, first) = (runtime(), runtime());
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (channel, clock) = (Arc::new(Kept::default()), StillClock::at(NOW));
    let system = outside.block_on(System::answering([FOUND, Answer::Hangs, KEPT]));
    // The bot waits for longer than a host's claim on a letter holds.
    let text = system.bot(STOCK).replace("timeout 30s", "timeout 5m");
    let host = || {
        let builder = builder(&text, &channel, &clock).http(here());
        builder.shared_store(Arc::clone(&store)).build()
    };
    first.block_on(async {
        let mut ana = Ana::at(host().await.expect("it starts"), Arc::clone(&channel));
        ana.writes("hi").await;
        ana.writes("WH-1").await;
        system.wait_for(2).await;
        channel.wait_for(2).await;
    });
    // The process is gone, with everything that was under way. Only once all of it has stopped may the clock move: a host
    // that still runs then takes the letter once more, for another minute that nobody's clock brings.
    drop(first);
    clock.advance(61_000);
    let said = outside.block_on(async {
        let ana = Ana::at(host().await.expect("it starts"), Arc::clone(&channel));
        ana.hears(3).await
    });
    assert_eq!(said[1..], [LOOKED, DONE]);
    let seen = system.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen[1].header("idempotency-key").is_some());
    assert_eq!(
        seen[1].header("idempotency-key"),
        seen[2].header("idempotency-key")
    );
    assert_eq!(seen[1].body, seen[2].body);
}

/// A store that is begun anew meets the same people, and asks the same system under other keys.
#[tokio::test]
async fn a_store_begun_anew_repeats_no_key() {
    let mut keys = Vec::new();
    for _ in 0..2 {
        let (said, system) = told([FOUND, KEPT], 2).await;
        assert_eq!(said, [LOOKED, DONE]);
        keys.push(system.seen()[1].header("idempotency-key").map(str::to_owned));
    }
    assert!(keys[0].is_some());
    assert_ne!(keys[0], keys[1]);
}
