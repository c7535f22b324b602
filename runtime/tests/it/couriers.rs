//! Couriers that misbehave: the engine goes on, and ends when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::action::{Action, Asked};
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError};
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::{Inbound, Settings};
use botflow_runtime::store::MemoryStore;
use botflow_runtime::{Clock, Host, Store};
use botflow_values::Value;
use smol_str::SmolStr;
use tokio::time::{Instant, timeout};

use crate::kit::{Counting, Kept, artifact};

/// A clock that goes as the runtime's, which tests make go.
pub struct Going(pub Instant);

impl Clock for Going {
    fn now(&self) -> i64 {
        1_800_000_000_000 + i64::try_from(self.0.elapsed().as_millis()).expect("a test is short")
    }
}

/// A bot that asks a system.
pub const ASKER: &str = r#"
bot asker {
  name "Asker"
  languages en
  channels web
  start main
}

action crm.save(note: text)

flow main {
  say "Hello."
  call crm.save("a note") {
    failed {
      say "It could not be saved."
      finish unresolved
    }
  }
  say "Saved."
  finish resolved
}
"#;

/// A channel that panics when it is asked first.
#[derive(Default)]
struct Jumpy {
    asked: AtomicU64,
    kept: Kept,
}

#[async_trait]
impl Channel for Jumpy {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        assert!(
            self.asked.fetch_add(1, Ordering::Relaxed) > 0,
            "a courier that panics, as it is meant to"
        );
        self.kept.send(delivery).await
    }
}

/// An action that panics, or never answers.
struct Bad {
    panics: bool,
}

#[async_trait]
impl Action for Bad {
    async fn perform(&self, _: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        assert!(!self.panics, "an action that panics, as it is meant to");
        std::future::pending().await
    }
}

async fn host(panics: bool) -> (Host, Arc<Jumpy>) {
    let channel = Arc::new(Jumpy::default());
    let host = Host::builder()
        .bot(&artifact(ASKER))
        .channel(Arc::clone(&channel) as Arc<dyn Channel>)
        .action("crm.save", Bad { panics })
        .clock(Arc::new(Going(Instant::now())))
        .entropy(Arc::new(Counting::default()))
        .build()
        .await
        .expect("the host starts");
    let inbound = Inbound {
        channel: "web".into(),
        address: "ana".into(),
        id: Some("1".into()),
        what: Said::Message("hi".into()),
    };
    host.engine().deliver(inbound).await.expect("it is taken");
    (host, channel)
}

/// What fails is told to the customer, what panicked is delivered, and the host stops within the time that couriers have.
async fn fails(panics: bool) {
    let (host, channel) = host(panics).await;
    let arrived = timeout(Duration::from_secs(3_600), channel.kept.wait_for(2)).await;
    assert!(arrived.is_ok(), "{:?}", channel.kept.words_to("ana"));
    assert_eq!(channel.kept.words_to("ana"), ["Hello.", "It could not be saved."]);
    let stopped = timeout(Duration::from_secs(600), host.stop()).await;
    assert!(stopped.is_ok(), "it does not stop");
}

#[tokio::test(start_paused = true)]
async fn couriers_that_panic_have_failed() {
    fails(true).await;
}

#[tokio::test(start_paused = true)]
async fn a_system_that_never_answers_has_failed() {
    fails(false).await;
}

/// An action that takes its time: how often it was begun, and when it may end.
#[derive(Clone, Default)]
struct Slow {
    begun: Arc<AtomicU64>,
}

#[async_trait]
impl Action for Slow {
    async fn perform(&self, _: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        // Of the test's own time, which takes none.
        tokio::time::sleep(Duration::from_secs(250)).await;
        Ok(Value::Unknown)
    }
}

/// A call that takes longer than a claim holds is not begun by a second host meanwhile.
#[tokio::test(start_paused = true)]
async fn what_takes_long_is_done_once_at_a_time() {
    let slow = Slow::default();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let text = ASKER.replace(
        "action crm.save(note: text)",
        "action crm.save(note: text) { timeout 5m }",
    );
    let began = Instant::now();
    let mut hosts = Vec::new();
    for _ in 0..2 {
        let channel = Arc::new(Kept::default());
        let host = Host::builder()
            .bot(&artifact(&text))
            .shared_store(Arc::clone(&store))
            .channel(Arc::clone(&channel) as Arc<dyn Channel>)
            .action("crm.save", slow.clone())
            .clock(Arc::new(Going(began)))
            .entropy(Arc::new(Counting::default()))
            .build()
            .await
            .expect("the host starts");
        hosts.push((host, channel));
    }
    let inbound = Inbound {
        channel: "web".into(),
        address: "ana".into(),
        id: Some("1".into()),
        what: Said::Message("hi".into()),
    };
    hosts[0].0.engine().deliver(inbound).await.expect("it is taken");
    // Whichever of them delivers.
    let said = async {
        loop {
            let (one, other) = (hosts[0].1.arrived.notified(), hosts[1].1.arrived.notified());
            let mut all = hosts.iter().flat_map(|(_, channel)| channel.words_to("ana"));
            if all.any(|words| words == "Saved.") {
                return;
            }
            tokio::select! {
                () = one => {}
                () = other => {}
            }
        }
    };
    let said = timeout(Duration::from_secs(3_600), said).await;
    assert!(said.is_ok(), "the action never ended");
    assert_eq!(slow.begun.load(Ordering::Relaxed), 1);
    for (host, _) in &hosts {
        host.stop().await;
    }
}

const TWO: &str = r#"
bot two {
  name "Two"
  languages en
  channels web, sms
  start main
}

action crm.save(note: text)

flow main {
  call crm.save("a note") {
    failed {
      finish unresolved
    }
  }
  say "Saved."
  finish resolved
}
"#;

/// A channel that never answers.
#[derive(Default)]
struct Hanging {
    asked: AtomicU64,
    is_asked: tokio::sync::Notify,
}

#[async_trait]
impl Channel for Hanging {
    fn name(&self) -> &str {
        "sms"
    }

    async fn send(&self, _: &Delivery) -> Result<Receipt, SendError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.is_asked.notify_one();
        std::future::pending().await
    }
}

/// An action that is done at once.
struct Good;

#[async_trait]
impl Action for Good {
    async fn perform(&self, _: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        Ok(Value::Unknown)
    }
}

/// However many letters wait for a channel that hangs, calls and other channels go on.
#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_is_in_nobodys_way() {
    const PLACES: usize = 4;
    const HANGS: Duration = Duration::from_secs(36_000);
    let (web, sms) = (Arc::new(Kept::default()), Arc::new(Hanging::default()));
    let began = Instant::now();
    let host = Host::builder()
        .bot(&artifact(TWO))
        .channel(Arc::clone(&web) as Arc<dyn Channel>)
        .channel(Arc::clone(&sms) as Arc<dyn Channel>)
        .action("crm.save", Good)
        .clock(Arc::new(Going(began)))
        .entropy(Arc::new(Counting::default()))
        .settings(Settings {
            deliveries: PLACES,
            delivery_timeout: HANGS,
            ..Settings::default()
        })
        .build()
        .await
        .expect("the host starts");
    let writes = async |channel: &str, who: String| {
        let inbound = Inbound {
            channel: channel.into(),
            id: Some(who.as_str().into()),
            address: who.into(),
            what: Said::Message("hi".into()),
        };
        host.engine().deliver(inbound).await.expect("it is taken");
    };
    for number in 0..3 * PLACES {
        writes("sms", format!("person {number}")).await;
    }
    while sms.asked.load(Ordering::SeqCst) < PLACES as u64 {
        sms.is_asked.notified().await;
    }
    writes("web", "ana".to_owned()).await;
    web.wait_for(1).await;
    assert_eq!(web.words_to("ana"), ["Saved."]);
    let waited = began.elapsed();
    assert!(waited < HANGS, "it waited {waited:?} for the other channel");
    assert_eq!(
        sms.asked.load(Ordering::SeqCst),
        PLACES as u64,
        "and it has no more than its own"
    );
}
