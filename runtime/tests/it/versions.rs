//! Several hosts on one store, and versions of a bot that come and go: nobody is taken back to an earlier version, also
//! where a host has not heard of the newer one, or cannot run it. Time stands still but for those who wait.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::action::{Action, Asked};
use botflow_runtime::channel::Channel;
use botflow_runtime::contact::Contact;
use botflow_runtime::contact::input::Said;
use botflow_runtime::deployment::{Deployment, Version};
use botflow_runtime::engine::{FollowError, Inbound, Refused, Settings};
use botflow_runtime::store::{Change, Changes, Claim, Letter, MemoryStore, Snapshot, StoreError, Trouble};
use botflow_runtime::{Ack, Host, HostBuilder, Store};
use botflow_values::Value;
use smol_str::SmolStr;
use tokio::sync::Notify;
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, sleep, timeout};

use crate::contract::NOW;
use crate::couriers::{ASKER, Going};
use crate::kit::{Counting, Kept, artifact};
use crate::odd::{Is, Odd};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Another version of the bot that asks.
fn newer() -> String {
    ASKER.replace("\"Saved.\"", "\"Saved by the newer one.\"")
}

/// A version that asks for more than hosts of the one before can do.
fn greedy() -> String {
    newer()
        .replace("action crm.save", "action crm.more(note: text)\naction crm.save")
        .replace(
            "  say \"Saved by",
            "  call crm.more(\"a note\") {\n    failed -> finish unresolved\n  }\n  say \"Saved by",
        )
}

/// Does what it is asked for.
struct Does;

#[async_trait]
impl Action for Does {
    async fn perform(&self, _: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        Ok(Value::Unknown)
    }
}

fn version(text: &str) -> Version {
    Version::load(&artifact(text)).unwrap()
}

fn host(text: &str, store: Arc<dyn Store>, channel: &Arc<Kept>) -> HostBuilder {
    Host::builder()
        .bot(&artifact(text))
        .shared_store(store)
        .channel(Arc::clone(channel) as Arc<dyn Channel>)
        .action("crm.save", Does)
        .clock(Arc::new(Going(Instant::now())))
        .entropy(Arc::new(Counting::default()))
        .settings(Settings {
            poll: DAY,
            ..Settings::default()
        })
}

async fn writes(host: &Host, id: &str, text: &str) -> Result<Ack, Refused> {
    let inbound = Inbound {
        channel: "web".into(),
        address: "ana".into(),
        id: Some(id.into()),
        what: Said::Message(text.into()),
    };
    host.engine().deliver(inbound).await
}

/// The version that somebody is under.
async fn under(store: &MemoryStore, ack: &Ack) -> u64 {
    let contact = ack.contact_id().expect("it is a number");
    match store.load(&[contact]).await.unwrap().remove(0) {
        Some(Snapshot::Kept { state, .. }) => Contact::from_bytes(&state).unwrap().bot(),
        other => panic!("she is {other:?}"),
    }
}

/// Waits for what must come.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let waits = async {
        while !holds() {
            sleep(Duration::from_secs(1)).await;
        }
    };
    assert!(timeout(DAY / 2, waits).await.is_ok(), "{what} never came");
}

/// A store that hears of nothing but what a test tells it.
struct Deaf {
    store: Arc<MemoryStore>,
    told: Changes,
}

#[async_trait]
impl Odd for Deaf {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn changes(&self) -> Receiver<Change> {
        self.told.subscribe()
    }
}

/// A store that gives nobody a letter.
struct GivesNoLetters(Arc<MemoryStore>);

#[async_trait]
impl Odd for GivesNoLetters {
    fn store(&self) -> &dyn Store {
        &*self.0
    }

    async fn claim(&self, _: &Claim) -> Result<Vec<Letter>, StoreError> {
        Ok(Vec::new())
    }

    async fn next_letter(&self, _: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        Ok(None)
    }
}

fn deaf(store: &Arc<MemoryStore>) -> Arc<Deaf> {
    Arc::new(Deaf {
        store: Arc::clone(store),
        told: Changes::default(),
    })
}

/// A host that has not heard of the newer version does what it asks for, and takes the turn of the answer: under the
/// newer one.
#[tokio::test(start_paused = true)]
async fn an_answer_takes_nobody_back() {
    let store = Arc::new(MemoryStore::new());
    let (deaf, channel) = (deaf(&store), Arc::new(Kept::default()));
    let late = host(ASKER, Arc::new(Is(Arc::clone(&deaf))), &channel);
    let late = late.build().await.unwrap();
    let idle = Arc::new(Is(Arc::new(GivesNoLetters(Arc::clone(&store)))));
    let early = host(&newer(), idle, &Arc::default()).build().await.unwrap();
    let ack = writes(&early, "1", "hi").await.unwrap();
    let newer = early.engine().deployment().current().hash();
    assert_eq!(under(&store, &ack).await, newer);
    deaf.told.send(Change {
        letters: true,
        ..Change::default()
    });
    let arrived = timeout(DAY / 2, channel.wait_for(2)).await;
    assert!(arrived.is_ok(), "{:?}", channel.words_to("ana"));
    assert_eq!(channel.words_to("ana"), ["Hello.", "Saved by the newer one."]);
    assert_eq!(under(&store, &ack).await, newer);
    late.stop().await;
    early.stop().await;
}

/// The version before is put back while a host does not hear of it: whoever has gone back stays there.
#[tokio::test(start_paused = true)]
async fn what_was_put_back_stays() {
    let store = Arc::new(MemoryStore::new());
    let (deaf, channel) = (deaf(&store), Arc::new(Kept::default()));
    let late = host(ASKER, Arc::new(Is(deaf)), &channel).build().await.unwrap();
    let other = host(&newer(), Arc::clone(&store) as _, &Arc::default());
    let other = other.build().await.unwrap();
    let older = late.engine().deployment().current().hash();
    let ack = writes(&other, "1", "hi").await.unwrap();
    writes(&late, "2", "hello").await.unwrap();
    let newer = other.engine().deployment().current().hash();
    assert_eq!(under(&store, &ack).await, newer);
    assert_eq!(late.engine().deployment().current().hash(), newer);
    other.engine().switch(version(ASKER)).await.unwrap();
    writes(&other, "3", "hi").await.unwrap();
    assert_eq!(under(&store, &ack).await, older);
    writes(&late, "4", "hello").await.unwrap();
    assert_eq!(under(&store, &ack).await, older);
    late.stop().await;
    other.stop().await;
}

/// A host that lacks an action of the newer version says so, and takes nobody back; others take their turns.
#[tokio::test(start_paused = true)]
async fn who_cannot_follow_takes_nobody_back() {
    let store = Arc::new(MemoryStore::new());
    let channel = Arc::new(Kept::default());
    let old = host(ASKER, Arc::clone(&store) as _, &channel)
        .build()
        .await
        .unwrap();
    let able = host(&greedy(), Arc::clone(&store) as _, &channel).action("crm.more", Does);
    let able = able.build().await.unwrap();
    let newer = able.engine().deployment().current().hash();
    until("what was told", || old.engine().behind().is_some()).await;
    let why = old.engine().behind().unwrap();
    assert!(why.contains("`crm.more`"), "{why}");
    let ack = writes(&able, "1", "hi").await.unwrap();
    // More than once: a version that was met is not one that may be left.
    for id in ["2", "3"] {
        match writes(&old, id, "hello").await {
            Err(Refused::Store(error)) => assert_eq!(error.trouble, Trouble::Unavailable, "{error}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(under(&store, &ack).await, newer);
    }
    // Calls are done by the one who can, and with them what follows.
    let said = || {
        channel
            .words_to("ana")
            .contains(&"Saved by the newer one.".to_owned())
    };
    until("the end of the flow", said).await;
    assert_eq!(under(&store, &ack).await, newer);
    able.engine().switch(version(ASKER)).await.unwrap();
    until("what runs again", || old.engine().behind().is_none()).await;
    writes(&old, "4", "hello").await.expect("it is taken");
    old.stop().await;
    able.stop().await;
}

/// Hosts hear of the version that another host brings with it when it starts.
#[tokio::test(start_paused = true)]
async fn a_host_that_starts_tells_its_version() {
    let store = Arc::new(MemoryStore::new());
    let first = host(ASKER, Arc::clone(&store) as _, &Arc::default());
    let first = first.build().await.unwrap();
    let second = host(&newer(), Arc::clone(&store) as _, &Arc::default());
    let second = second.build().await.unwrap();
    let newer = second.engine().deployment().current().hash();
    until("the newer version", || {
        first.engine().deployment().current().hash() == newer
    })
    .await;
    first.stop().await;
    second.stop().await;
}

/// Reading a version takes a while: as long as nobody lets it go on.
#[derive(Default)]
struct Slow {
    store: MemoryStore,
    begins: Notify,
    goes_on: Notify,
}

#[async_trait]
impl Odd for Slow {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.begins.notify_one();
        self.goes_on.notified().await;
        self.store.bot(hash).await
    }
}

/// Two versions come at nearly the same time: the later one runs.
#[tokio::test(start_paused = true)]
async fn the_later_of_two_versions_runs() {
    let store = Arc::new(Slow::default());
    let channel = Arc::default();
    let host = host(ASKER, Arc::new(Is(Arc::clone(&store))), &channel);
    let host = host.build().await.unwrap();
    let second = version(&newer());
    let third = version(&ASKER.replace("\"Saved.\"", "\"Saved by the third one.\""));
    let last = third.hash();
    store
        .store
        .keep_bot(second.hash(), &second.bytes, true, NOW)
        .await
        .unwrap();
    let engine = host.engine().clone();
    let follows = tokio::spawn(async move { engine.follow().await });
    store.begins.notified().await;
    let engine = host.engine().clone();
    let switches = tokio::spawn(async move { engine.switch(third).await });
    // It goes as far as it can.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    store.goes_on.notify_one();
    follows.await.unwrap().unwrap();
    switches.await.unwrap().unwrap();
    assert_eq!(host.engine().deployment().current().hash(), last);
    assert_eq!(store.store.current_bot().await.unwrap(), Some(last));
    host.stop().await;
}

/// Somebody who saves a bot all day does not fill the memory with versions of it.
#[test]
fn versions_do_not_pile_up() {
    let versions: Vec<_> = (0..80)
        .map(|number| version(&ASKER.replace("Saved.", &format!("Saved {number}."))))
        .collect();
    let hashes: Vec<u64> = versions.iter().map(Version::hash).collect();
    let deployment = Deployment::new(version(ASKER));
    for version in versions {
        let hash = version.hash();
        deployment.switch(version);
        assert_eq!(deployment.current().hash(), hash);
        assert!(deployment.version(hash).is_some());
    }
    let known = hashes.iter().filter(|hash| deployment.version(**hash).is_some());
    assert!(known.count() <= 40);
}

/// A store that says what runs and does not have it is damaged: nobody is carried on by guess.
#[tokio::test(start_paused = true)]
async fn a_version_that_nobody_kept_is_told() {
    let store = Arc::new(MemoryStore::new());
    let gone = Arc::new(Gone(Arc::clone(&store)));
    let host = host(ASKER, Arc::new(Is(gone)), &Arc::default())
        .build()
        .await
        .unwrap();
    let second = version(&newer());
    store
        .keep_bot(second.hash(), &second.bytes, true, NOW)
        .await
        .unwrap();
    match host.engine().follow().await {
        Err(FollowError::Store(error)) => assert_eq!(error.trouble, Trouble::Damaged),
        other => panic!("{other:?}"),
    }
    host.stop().await;
}

struct Gone(Arc<MemoryStore>);

#[async_trait]
impl Odd for Gone {
    fn store(&self) -> &dyn Store {
        &*self.0
    }

    async fn bot(&self, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
}
