//! Load for hosts that are processes of their own, and who checks them: people who write each message until it is
//! acknowledged, a host that says what it acknowledges and sends, and the record of both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::sync::Arc;

use async_trait::async_trait;
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::Settings;
use botflow_runtime::host::BuildError;
use botflow_runtime::store::Store;
use botflow_runtime::{Channel, Delivery, Host, Inbound, Receipt, SendError};

use super::child::say;
use crate::kit::artifact;

/// Everything that is said to it comes back.
pub const BOT: &str = include_str!("../../echo.flow");

/// So many write at the same time.
pub const SENDERS: usize = 16;

/// What is sent, as a line.
pub fn out(delivery: &Delivery) -> String {
    let Delivery {
        key,
        address,
        message,
        ..
    } = delivery;
    format!("out\t{key}\t{address}\t{}", message.text)
}

/// Tells the other process what is sent.
pub struct Told;

#[async_trait]
impl Channel for Told {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        say(&out(delivery));
        Ok(Receipt::default())
    }
}

/// The host: takes messages from its input, and says what it acknowledges, and what it does not.
pub async fn serve(store: Arc<dyn Store>, channel: Arc<dyn Channel>, settings: Settings) {
    let artifact = artifact(BOT);
    let host = loop {
        let host = Host::builder()
            .bot(&artifact)
            .shared_store(Arc::clone(&store))
            .channel(Arc::clone(&channel))
            .settings(settings.clone());
        match host.build().await {
            Ok(host) => break host,
            // The store may be away at this moment.
            Err(BuildError::Store(error)) if error.trouble.is_passing() => {}
            Err(error) => panic!("the host does not start: {error}"),
        }
    };
    let (sender, mut messages) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    say("ready");
    let mut under_way = tokio::task::JoinSet::new();
    while let Some(message) = messages.recv().await {
        let engine = host.engine().clone();
        under_way.spawn(async move {
            let mut parts = message.split('\t');
            let mut part = || parts.next().expect("a message has three parts").to_owned();
            let (address, id, text) = (part(), part(), part());
            let inbound = Inbound {
                channel: "web".into(),
                address: address.into(),
                id: Some(id.clone().into()),
                what: Said::Message(text.into()),
            };
            match engine.deliver(inbound).await {
                Ok(ack) => say(&format!("ack\t{id}\t{}", ack.effects.join(","))),
                Err(error) => say(&format!("err\t{id}\t{error}")),
            }
        });
    }
    under_way.join_all().await;
    host.stop().await;
}

/// What senders were told, and what arrived.
#[derive(Default)]
pub struct Record {
    /// By message: the keys of what is said because of it.
    pub acknowledged: BTreeMap<String, Vec<String>>,
    /// By key: to whom, and what.
    arrived: BTreeMap<String, (String, String)>,
    /// By address, in the order in which it arrived first.
    said: BTreeMap<String, Vec<String>>,
    /// How often something came once more under its key.
    pub repeated: usize,
}

impl Record {
    /// Notes a line of the host; the message that was acknowledged for the first time.
    pub fn note(&mut self, line: &str) -> Option<String> {
        let parts: Vec<_> = line.split('\t').collect();
        match parts[..] {
            ["ack", id, keys] => {
                let keys: Vec<_> = keys.split(',').map(str::to_owned).collect();
                let known = self.acknowledged.get(id);
                assert!(
                    known.is_none_or(|known| *known == keys),
                    "{id} was answered in two ways"
                );
                let is_new = known.is_none();
                self.acknowledged.insert(id.to_owned(), keys);
                is_new.then(|| id.to_owned())
            }
            ["out", key, address, text] => {
                let content = (address.to_owned(), text.to_owned());
                match self.arrived.get(key) {
                    Some(known) => {
                        assert_eq!(*known, content, "{key} carries two contents");
                        self.repeated += 1;
                    }
                    None => {
                        self.arrived.insert(key.to_owned(), content);
                        let said = self.said.entry(address.to_owned()).or_default();
                        said.push(text.to_owned());
                    }
                }
                None
            }
            ["ready"] => None,
            _ => panic!("the host says {line:?}"),
        }
    }

    /// Whether something has arrived under a key.
    pub fn has_arrived(&self, key: &str) -> bool {
        self.arrived.contains_key(key)
    }

    /// All that was promised has arrived.
    pub fn is_complete(&self) -> bool {
        let mut promised = self.acknowledged.values().flatten();
        promised.all(|key| self.arrived.contains_key(key))
    }

    /// What senders were told against what arrived: nothing is lost, nothing came twice under two keys, everything is in
    /// order.
    pub fn check(&self, senders: &Senders) {
        let promised: BTreeSet<_> = self.acknowledged.values().flatten().collect();
        let arrived: BTreeSet<_> = self.arrived.keys().collect();
        assert_eq!(arrived, promised, "what arrived was promised, each under one key");
        for (who, at) in senders.at.iter().enumerate() {
            let messages = *at - 1;
            let mut expected = vec!["Hello!".to_owned(), "Tell me something.".to_owned()];
            for number in 2..=messages {
                expected.push(format!("You said thing {number}."));
                expected.push("Tell me something.".to_owned());
            }
            assert_eq!(
                self.said[&format!("person {who}")],
                expected,
                "to {who}, in order"
            );
        }
    }
}

/// People who write one message after the other.
pub struct Senders {
    /// Which message each of them is at.
    pub at: Vec<usize>,
}

impl Default for Senders {
    fn default() -> Senders {
        Senders { at: vec![1; SENDERS] }
    }
}

impl Senders {
    /// What somebody writes until it is acknowledged.
    pub fn message(&self, who: usize) -> String {
        let number = self.at[who];
        format!("person {who}\t{who}.{number}\tthing {number}")
    }

    /// Whose message it is, if they still wait for it.
    pub fn waiting(&self, id: &str) -> Option<usize> {
        let (who, number) = id.split_once('.').expect("it is one of our ids");
        let who: usize = who.parse().expect("it is one of our ids");
        (number == self.at[who].to_string()).then_some(who)
    }

    /// Somebody's message was acknowledged.
    pub fn go_on(&mut self, id: &str) -> usize {
        let who = self.waiting(id).expect("it is what they wait for");
        self.at[who] += 1;
        who
    }
}
