//! Bots, clocks and channels for these tests.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use botflow_compiler::compile;
use botflow_compiler::finding::Level;
use botflow_compiler::project::{Project, Source};
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError};
use botflow_runtime::clock::Clock;
use botflow_runtime::engine::Entropy;

/// The artifact of a bot of one file.
pub fn artifact(text: &str) -> Vec<u8> {
    translated(text, &[])
}

/// The artifact of a bot of one file with catalogues of its translations by path.
pub fn translated(text: &str, locales: &[(&str, &str)]) -> Vec<u8> {
    let locale = |(path, text): &(&str, &str)| Source {
        path: (*path).into(),
        text: Arc::from(*text),
    };
    let project = Project {
        sources: vec![Source {
            path: "bot.flow".into(),
            text: Arc::from(text),
        }],
        documents: Vec::new(),
        locales: locales.iter().map(locale).collect(),
        config: None,
        host: None,
        linked: Default::default(),
    };
    let bot = match compile::build(&project) {
        Ok(bot) => bot,
        Err(checked) => {
            let errors = checked.findings.iter().filter(|one| one.level == Level::Error);
            panic!("{:#?}", errors.map(|one| one.message.clone()).collect::<Vec<_>>())
        }
    };
    botflow_artifact::to_bytes(&bot).0
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct StillClock(AtomicI64);

impl StillClock {
    pub fn at(now: i64) -> Arc<StillClock> {
        Arc::new(StillClock(AtomicI64::new(now)))
    }

    pub fn advance(&self, by: i64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts instead of being chance.
#[derive(Debug, Default)]
pub struct Counting(AtomicU64);

impl Entropy for Counting {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// A channel that keeps what it is given.
#[derive(Debug, Default)]
pub struct Kept {
    pub sent: Mutex<Vec<Delivery>>,
    pub arrived: tokio::sync::Notify,
}

impl Kept {
    /// What was said to an address so far.
    pub fn words_to(&self, address: &str) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        let to = sent.iter().filter(|delivery| delivery.address == address);
        to.map(|delivery| delivery.message.text.to_string()).collect()
    }

    /// Waits until so many messages were sent.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.sent.lock().unwrap().len() >= count {
                return;
            }
            arrived.await;
        }
    }
}

#[async_trait]
impl Channel for Kept {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        self.sent.lock().unwrap().push(delivery.clone());
        self.arrived.notify_waiters();
        Ok(Receipt::default())
    }
}

/// How often a property is tried: so often, or as `PROPTEST_CASES` says.
pub fn cases(usual: u32) -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// A bot that asks for a name, and asks once more after two hours.
pub const GREETER: &str = r#"
bot greeter {
  name "Greeter"
  languages en
  channels web
  start main
}

flow main {
  say "Hello!"
  ask name: text "What is your name?"
  say "Nice to meet you, {name}."
  wait 2h
  say "Still there, {name}?"
  finish resolved
}
"#;
