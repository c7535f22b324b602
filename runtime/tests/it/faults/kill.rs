//! A host is killed (`SIGKILL`) again and again in the middle of its work. Senders send each message until it is
//! acknowledged; in the end, what they were told is held against what arrived: nothing is lost, and nothing came twice
//! under two keys.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::sync::Arc;

use async_trait::async_trait;
use botflow_runtime::contact::input::Said;
use botflow_runtime::store::{SqliteStore, Store};
use botflow_runtime::{Channel, Delivery, Host, Inbound, Receipt, SendError};
use rusqlite::Connection;

use super::child::{Process, say, start, task};
use super::{Chance, times};
use crate::kit::artifact;

const BOT: &str = r#"
bot echo {
  name "Echo"
  languages en
  channels web
  start main
}

always {
  on silence 1h -> finish abandoned
}

flow main {
  say "Hello!"
  -> more

  step more {
    ask words: text "Tell me something."
    say "You said {words}."
    -> more
  }
}
"#;

/// So many write at the same time.
const SENDERS: usize = 16;

/// Tells the other process what is sent.
struct Told;

#[async_trait]
impl Channel for Told {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let Delivery {
            key,
            address,
            message,
            ..
        } = delivery;
        say(&format!("out\t{key}\t{address}\t{}", message.text));
        Ok(Receipt::default())
    }
}

/// The host: takes messages from its input, and says what it acknowledges and sends.
async fn serve(store: Arc<dyn Store>) {
    let host = Host::builder()
        .bot(&artifact(BOT))
        .shared_store(store)
        .channel(Arc::new(Told))
        .build()
        .await
        .expect("the host starts");
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
            let ack = engine.deliver(inbound).await.expect("the store works");
            say(&format!("ack\t{id}\t{}", ack.effects.join(",")));
        });
    }
    under_way.join_all().await;
    host.stop().await;
}

/// What senders were told, and what arrived.
#[derive(Default)]
struct Record {
    /// By message: the keys of what is said because of it.
    acknowledged: BTreeMap<String, Vec<String>>,
    /// By key: to whom, and what.
    arrived: BTreeMap<String, (String, String)>,
    /// By address, in the order in which it arrived first.
    said: BTreeMap<String, Vec<String>>,
    /// How often something came once more under its key.
    repeated: usize,
}

impl Record {
    /// Notes a line of the host; the message that was acknowledged for the first time.
    fn note(&mut self, line: &str) -> Option<String> {
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

    /// All that was promised has arrived.
    fn is_complete(&self) -> bool {
        let mut promised = self.acknowledged.values().flatten();
        promised.all(|key| self.arrived.contains_key(key))
    }
}

/// People who write one message after the other.
struct Senders {
    /// Which message each of them is at.
    at: Vec<usize>,
}

impl Senders {
    fn tell(&self, who: usize, host: &mut Process) {
        let number = self.at[who];
        host.tell(&format!("person {who}\t{who}.{number}\tthing {number}"));
    }

    /// Somebody's message was acknowledged.
    fn go_on(&mut self, id: &str) -> usize {
        let (who, number) = id.split_once('.').expect("it is one of our ids");
        let who: usize = who.parse().expect("it is one of our ids");
        assert_eq!(number, self.at[who].to_string());
        self.at[who] += 1;
        who
    }
}

#[test]
fn nothing_is_lost_when_a_host_is_killed() {
    if let Some(file) = task() {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be made");
        return runtime.block_on(async {
            serve(Arc::new(SqliteStore::open(file).await.expect("it opens"))).await;
        });
    }
    let file = crate::sqlite::file();
    let me = "faults::kill::nothing_is_lost_when_a_host_is_killed";
    let mut chance = Chance::new(7);
    let mut record = Record::default();
    let mut senders = Senders { at: vec![1; SENDERS] };
    for _ in 0..times(5) {
        let mut host = start(me, &file, "");
        let mut left = 5 + chance.below(150);
        while let Ok(line) = host.lines.recv() {
            if line == "ready" {
                (0..SENDERS).for_each(|who| senders.tell(who, &mut host));
            }
            if let Some(id) = record.note(&line) {
                let who = senders.go_on(&id);
                senders.tell(who, &mut host);
                left = left.saturating_sub(1);
                if left == 0 {
                    break;
                }
            }
        }
        assert_eq!(left, 0, "the host ended by itself");
        host.kill();
        // What it had said before.
        for line in host.lines.iter() {
            if let Some(id) = record.note(&line) {
                senders.go_on(&id);
            }
        }
    }
    // The last one stays: everybody's message under way is taken, and everything that was promised arrives.
    let mut host = start(me, &file, "");
    let mut waiting = SENDERS;
    while waiting > 0 || !record.is_complete() {
        let line = host.lines.recv().expect("the host is at work");
        if line == "ready" {
            (0..SENDERS).for_each(|who| senders.tell(who, &mut host));
        }
        if let Some(id) = record.note(&line) {
            senders.go_on(&id);
            waiting -= 1;
        }
    }
    host.ends();
    check(&record, &senders, &file);
}

fn check(record: &Record, senders: &Senders, file: &std::path::Path) {
    let promised: BTreeSet<_> = record.acknowledged.values().flatten().collect();
    let arrived: BTreeSet<_> = record.arrived.keys().collect();
    assert_eq!(arrived, promised, "what arrived was promised, each under one key");
    for (who, at) in senders.at.iter().enumerate() {
        let messages = *at - 1;
        let mut expected = vec!["Hello!".to_owned(), "Tell me something.".to_owned()];
        for number in 2..=messages {
            expected.push(format!("You said thing {number}."));
            expected.push("Tell me something.".to_owned());
        }
        assert_eq!(
            record.said[&format!("person {who}")],
            expected,
            "to {who}, in order"
        );
    }
    let database = Connection::open(file).expect("it opens");
    let one = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).expect("it reads") };
    let sound: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("it reads");
    assert_eq!(sound, "ok");
    let messages = i64::try_from(record.acknowledged.len()).expect("not that many");
    assert_eq!(one("SELECT sum(revision) FROM contact"), messages);
    assert_eq!(one("SELECT count(*) FROM cause"), messages);
    assert_eq!(one("SELECT count(*) FROM outbox"), 0);
    assert_eq!(one("SELECT count(*) FROM clock"), SENDERS as i64);
}
