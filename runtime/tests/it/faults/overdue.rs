//! A host comes back after a long silence: very many clocks have run out. They are looked at in portions, and whoever
//! writes meanwhile is answered as usual.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::Host;
use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Contact, ContactId};
use botflow_runtime::deployment::Version;
use botflow_runtime::engine::Inbound;
use botflow_runtime::store::{Commit, Done, SqliteStore, Store, StoreError};
use smol_str::SmolStr;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::times;
use crate::contract::{NOW, keep};
use crate::kit::{Counting, Kept, StillClock, artifact};
use crate::odd::{Is, Odd};

const BOT: &str = r#"
bot greeter {
  name "Greeter"
  languages en
  channels web
  start main
}

flow main {
  say "Hello!"
  ask name: text "What is your name?"
  finish resolved
}
"#;

/// A store that counts what was committed, and how much of it before each cause.
struct Counts {
    store: SqliteStore,
    committed: AtomicU64,
    before: Mutex<BTreeMap<SmolStr, u64>>,
    trouble: Mutex<Option<StoreError>>,
    happened: Notify,
}

#[async_trait]
impl Odd for Counts {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        let so_far = self.committed.load(Ordering::SeqCst);
        for cause in batch.iter().filter_map(|commit| commit.cause.as_ref()) {
            let mut before = self.before.lock().unwrap();
            before.entry(cause.key.clone()).or_insert(so_far);
        }
        let done = self.store.commit(batch).await;
        match &done {
            Ok(done) => {
                self.committed.fetch_add(done.len() as u64, Ordering::SeqCst);
            }
            Err(error) => *self.trouble.lock().unwrap() = Some(error.clone()),
        }
        self.happened.notify_one();
        done
    }
}

// One thread: between what is counted and what is sent nothing else happens.
#[tokio::test]
async fn very_many_overdue_clocks_let_others_pass() {
    let overdue = times(5_000) as u64;
    let version = Version::load(&artifact(BOT)).unwrap();
    let store = SqliteStore::open(crate::sqlite::file()).await.unwrap();
    let people: Vec<_> = (1..=overdue).collect();
    for some in people.chunks(1_000) {
        let commits = some.iter().map(|number| Commit {
            state: Contact::new(ContactId(*number), &version).to_bytes(),
            wake: Some(NOW - i64::try_from(*number).unwrap_or(0)),
            ..keep(*number, 0)
        });
        store.commit(commits.collect()).await.unwrap();
    }
    let store = Arc::new(Counts {
        store,
        committed: AtomicU64::new(0),
        before: Mutex::default(),
        trouble: Mutex::default(),
        happened: Notify::new(),
    });
    let channel = Arc::new(Kept::default());
    let host = Host::builder()
        .bot(&artifact(BOT))
        .shared_store(Arc::new(Is(Arc::clone(&store))))
        .channel(Arc::clone(&channel) as Arc<dyn botflow_runtime::Channel>)
        .clock(StillClock::at(NOW))
        .entropy(Arc::new(Counting::default()))
        .build()
        .await
        .unwrap();
    let turns = || host.engine().meter().turns.load(Ordering::Relaxed);
    let mut longest = 0;
    for number in 0..20 {
        let at_first = store.committed.load(Ordering::SeqCst);
        let inbound = Inbound {
            channel: "web".into(),
            address: format!("visitor {number}").into(),
            id: Some(number.to_string().into()),
            what: Said::Message("hi".into()),
        };
        host.engine().deliver(inbound).await.unwrap();
        let before = store.before.lock().unwrap()[format!("in.web.{number}").as_str()];
        longest = longest.max(before - at_first);
    }
    // One portion may be under way.
    assert!(longest <= 256, "{longest} others were looked at first");
    // Everybody's clock is looked at, once.
    let all = async {
        channel.wait_for(40).await;
        while store.committed.load(Ordering::SeqCst) < overdue + 20 {
            store.happened.notified().await;
            // Clocks stand still: what was not stored would not come again.
            assert_eq!(*store.trouble.lock().unwrap(), None);
        }
    };
    let all = timeout(Duration::from_secs(600), all).await;
    assert!(all.is_ok(), "some clocks were not looked at");
    assert_eq!(store.store.next_due().await.unwrap(), None);
    host.stop().await;
    assert_eq!(turns(), overdue + 20);
}
