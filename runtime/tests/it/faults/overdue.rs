//! A host comes back after a long silence: very many clocks have run out. They are looked at in portions, and whoever
//! writes meanwhile is answered as usual.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use botflow_runtime::Host;
use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Contact, ContactId};
use botflow_runtime::deployment::Version;
use botflow_runtime::engine::Inbound;
use botflow_runtime::store::{Commit, SqliteStore, Store};

use super::times;
use crate::contract::{NOW, keep};
use crate::kit::{Counting, Kept, StillClock, artifact};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
    let channel = Arc::new(Kept::default());
    let host = Host::builder()
        .bot(&artifact(BOT))
        .store(store)
        .channel(Arc::clone(&channel) as Arc<dyn botflow_runtime::Channel>)
        .clock(StillClock::at(NOW))
        .entropy(Arc::new(Counting::default()))
        .build()
        .await
        .unwrap();
    let turns = || host.engine().meter().turns.load(Ordering::Relaxed);
    let mut longest = 0;
    for number in 0..20 {
        let before = turns();
        let inbound = Inbound {
            channel: "web".into(),
            address: format!("visitor {number}").into(),
            id: Some(number.to_string().into()),
            what: Said::Message("hi".into()),
        };
        host.engine().deliver(inbound).await.unwrap();
        longest = longest.max(turns() - before);
    }
    // One portion may be under way, and part of the next comes with it.
    assert!(longest <= 3 * 256, "{longest} others were looked at first");
    channel.wait_for(40).await;
    // Everybody's clock is looked at, once.
    while host.engine().store().next_due().await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    host.stop().await;
    assert_eq!(turns(), overdue + 20);
}
