//! The engine at work on a store in memory.

use std::sync::Arc;

use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::{Inbound, Refused, Settings};
use botflow_runtime::{Ack, Host};

use crate::kit::{Counting, GREETER, Kept, StillClock, artifact};

const NOW: i64 = 1_800_000_000_000;

async fn host(text: &str, clock: &Arc<StillClock>) -> (Host, Arc<Kept>) {
    let channel = Arc::new(Kept::default());
    let host = Host::builder()
        .bot(&artifact(text))
        .channel(Arc::clone(&channel) as Arc<dyn botflow_runtime::Channel>)
        .clock(Arc::clone(clock) as Arc<dyn botflow_runtime::Clock>)
        .entropy(Arc::new(Counting::default()))
        .settings(Settings {
            waiting: 64,
            poll: std::time::Duration::from_millis(20),
            ..Settings::default()
        })
        .build()
        .await
        .expect("the host starts");
    (host, channel)
}

async fn writes(host: &Host, who: &str, id: &str, text: &str) -> Result<Ack, Refused> {
    let inbound = Inbound {
        channel: "web".into(),
        address: who.into(),
        id: Some(id.into()),
        what: Said::Message(text.into()),
    };
    host.engine().deliver(inbound).await
}

#[tokio::test]
async fn a_conversation_goes_on_by_messages_and_clocks() {
    let clock = StillClock::at(NOW);
    let (host, channel) = host(GREETER, &clock).await;
    writes(&host, "ana", "1", "hi").await.expect("it is taken");
    channel.wait_for(2).await;
    writes(&host, "ana", "2", "Ana").await.expect("it is taken");
    channel.wait_for(3).await;
    clock.advance(2 * 3_600_000);
    channel.wait_for(4).await;
    let said = channel.words_to("ana");
    assert_eq!(
        said,
        [
            "Hello!",
            "What is your name?",
            "Nice to meet you, Ana.",
            "Still there, Ana?"
        ]
    );
    host.stop().await;
}

#[tokio::test]
async fn the_same_message_twice_is_answered_once() {
    let clock = StillClock::at(NOW);
    let (host, channel) = host(GREETER, &clock).await;
    let first = writes(&host, "ana", "1", "hi").await.expect("it is taken");
    let again = writes(&host, "ana", "1", "hi").await.expect("it is taken");
    assert!(!first.duplicate && again.duplicate);
    assert_eq!(first.effects, again.effects);
    assert_eq!(first.contact, again.contact);
    channel.wait_for(2).await;
    host.stop().await;
    assert_eq!(channel.words_to("ana").len(), 2);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_is_taken() {
    let clock = StillClock::at(NOW);
    let (host, _) = host(GREETER, &clock).await;
    let flood = (0..400).map(|message| {
        let engine = host.engine().clone();
        tokio::spawn(async move {
            let inbound = Inbound {
                channel: "web".into(),
                address: "ana".into(),
                id: Some(message.to_string().into()),
                what: Said::Message("hi".into()),
            };
            engine.deliver(inbound).await
        })
    });
    let flood: Vec<_> = flood.collect();
    let (mut taken, mut busy) = (0, 0);
    for one in flood {
        match one.await.expect("the task ends") {
            Ok(_) => taken += 1,
            Err(Refused::Busy) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(taken + busy, 400);
    assert!(taken >= 64);
    let found = host
        .engine()
        .find("web", "ana")
        .await
        .unwrap()
        .expect("she is known");
    let lines = host.engine().store().transcript(found, 0, 10_000).await.unwrap();
    let hers = lines
        .iter()
        .filter(|line| matches!(line.said, botflow_runtime::contact::Author::Customer { .. }));
    assert_eq!(hers.count(), taken);
    host.stop().await;
    let stopped = writes(&host, "ana", "after", "hi").await;
    assert_eq!(stopped, Err(Refused::Stopping));
}

#[tokio::test]
async fn a_host_without_an_action_does_not_start() {
    let text = r#"
bot saver {
  name "Saver"
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
"#;
    let built = Host::builder().bot(&artifact(text)).build().await;
    let error = built.err().expect("it does not start").to_string();
    assert!(error.contains("`crm.save`"), "{error}");
}

/// Systems remember keys for longer than a store may live: one begun anew asks under others.
#[tokio::test]
async fn a_store_begun_anew_tells_other_keys() {
    let clock = StillClock::at(NOW);
    let mut told = Vec::new();
    for _ in 0..2 {
        let (host, channel) = host(GREETER, &clock).await;
        let ack = writes(&host, "ana", "1", "hi").await.expect("it is taken");
        channel.wait_for(2).await;
        host.stop().await;
        told.push((ack.contact, ack.effects));
    }
    assert_ne!(told[0].0, told[1].0, "the person");
    for key in &told[0].1 {
        assert!(!told[1].1.contains(key), "{key}");
    }
}
