//! What is not well does not spread: planning that panics, answers of a store that are lost, a version that nobody told of,
//! causes that are kept for ever, couriers that panic. Simulations found each of these once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError};
use botflow_runtime::contact::input::Said;
use botflow_runtime::contact::{Author, Contact, ContactId, Line, Outgoing};
use botflow_runtime::deployment::{Deployment, Version};
use botflow_runtime::engine::{Couriers, Inbound, Parts, Refused, Settings};
use botflow_runtime::store::{
    AddressKey, Change, Claim, Commit, Done, Filter, Letter, MemoryStore, Queued, Seq, Settled, Snapshot,
    Store, StoreError, Trouble,
};
use botflow_runtime::{Clock, Engine};
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;

use crate::kit::{Counting, Kept, StillClock, artifact};

const NOW: i64 = 1_800_000_000_000;

const ECHO: &str = r#"
bot echo {
  name "Echo"
  languages en
  channels web
  start main
}

intent bye {
  words "bye"
}

always {
  on bye -> finish resolved
}

flow main {
  say "Hello."
  -> next

  step next {
    ask words: text "And now?"
    say "Heard {words}."
    -> next
  }
}
"#;

fn version(text: &str) -> Version {
    Version::load(&artifact(text)).expect("it can be run")
}

fn engine(store: Arc<dyn Store>, version: Version, clock: Arc<dyn Clock>) -> Engine {
    Engine::start(Parts {
        store,
        deployment: Arc::new(Deployment::new(version)),
        clock,
        entropy: Arc::new(Counting::default()),
        settings: Settings::default(),
    })
}

fn says(id: Option<&str>, text: &str) -> Inbound {
    Inbound {
        channel: "web".into(),
        address: "ana".into(),
        id: id.map(SmolStr::new),
        what: Said::Message(text.into()),
    }
}

async fn said(store: &MemoryStore, contact: ContactId) -> Vec<SmolStr> {
    let lines = store.transcript(contact, 0, 1_000).await.unwrap();
    let theirs = lines.into_iter().filter_map(|line| match line.said {
        Author::Customer { text, .. } => Some(text),
        _ => None,
    });
    theirs.collect()
}

/// A clock that makes the program panic once, when it is asked for the first time after that was wanted. An engine that
/// delivers nothing asks it first when it plans a turn.
struct Treacherous(AtomicBool);

impl Clock for Treacherous {
    fn now(&self) -> i64 {
        assert!(!self.0.swap(false, Ordering::SeqCst), "a bug in planning");
        NOW
    }
}

#[tokio::test]
async fn planning_that_panics_is_refused_by_itself() {
    let store = Arc::new(MemoryStore::new());
    let clock = Arc::new(Treacherous(AtomicBool::new(false)));
    let engine = engine(store.clone(), version(ECHO), clock.clone());
    let ack = engine.deliver(says(Some("1"), "one")).await.expect("it is taken");
    clock.0.store(true, Ordering::SeqCst);
    let refused = engine.deliver(says(Some("2"), "two")).await;
    let Err(Refused::Unreadable(how)) = refused else {
        panic!("it is {refused:?}")
    };
    assert!(how.contains("a bug in planning"), "{how}");
    // Nothing of it was kept: it can come again, and others go on.
    engine
        .deliver(says(Some("3"), "three"))
        .await
        .expect("it is taken");
    let again = engine.deliver(says(Some("2"), "two")).await.expect("it is taken");
    assert!(!again.duplicate);
    let contact = ack.contact_id().unwrap();
    assert_eq!(said(&store, contact).await, ["one", "three", "two"]);
    engine.stop().await;
}

/// A host that was not told of another version meets somebody who is under it: it follows, and takes nobody back.
#[tokio::test]
async fn a_version_that_nobody_told_of_is_followed() {
    followed(false).await;
}

/// The same where it has met that version: as what a call was asked by.
#[tokio::test]
async fn a_version_that_was_only_met_is_followed() {
    followed(true).await;
}

async fn followed(is_met: bool) {
    let store = Arc::new(Silent(MemoryStore::new(), AtomicU32::new(0)));
    let (older, newer) = (version(ECHO), version(&ECHO.replace("Heard", "I heard")));
    let (first, second) = (older.hash(), newer.hash());
    store.keep_bot(first, &older.bytes, true, NOW).await.unwrap();
    let one = engine(store.clone(), older, StillClock::at(NOW));
    let other = engine(store.clone(), version(ECHO), StillClock::at(NOW));
    one.deliver(says(Some("1"), "hi")).await.expect("it is taken");
    one.switch(newer).await.expect("it can be kept");
    let ack = one.deliver(says(Some("2"), "lamp")).await.expect("it is taken");
    if is_met {
        let met = version(&ECHO.replace("Heard", "I heard"));
        other.deployment().learn(met);
    }
    assert_eq!(other.deployment().current().hash(), first, "nobody has told it");
    other
        .deliver(says(Some("3"), "table"))
        .await
        .expect("it is taken");
    assert_eq!(other.deployment().current().hash(), second);
    let contact = ack.contact_id().unwrap();
    let Some(Some(Snapshot::Kept { state, .. })) = store.load(&[contact]).await.unwrap().pop() else {
        panic!("she is kept")
    };
    assert_eq!(Contact::from_bytes(&state).unwrap().bot(), second);
    one.stop().await;
    other.stop().await;
}

/// What has no id is done once also where the answer of the store was lost, and it is written again.
#[tokio::test(start_paused = true)]
async fn what_has_no_id_is_done_once() {
    let store = Arc::new(Silent(MemoryStore::new(), AtomicU32::new(0)));
    let engine = engine(store.clone(), version(ECHO), StillClock::at(NOW));
    let ack = engine.deliver(says(None, "one")).await.expect("it is taken");
    store.1.store(2, Ordering::SeqCst);
    let second = engine.deliver(says(None, "two")).await.expect("it is taken");
    assert_eq!(store.1.load(Ordering::SeqCst), 0, "two answers were lost");
    assert_eq!((ack.revision, second.revision), (1, 2));
    let contact = ack.contact_id().unwrap();
    assert_eq!(said(&store.0, contact).await, ["one", "two"]);
    // The same words once more are something else.
    engine.deliver(says(None, "two")).await.expect("it is taken");
    assert_eq!(said(&store.0, contact).await, ["one", "two", "two"]);
    engine.stop().await;
}

/// Causes are forgotten when they are as old as that, and not before.
#[tokio::test(start_paused = true)]
async fn causes_are_forgotten_in_time() {
    const DAY: i64 = 24 * 3_600_000;
    let store = Arc::new(MemoryStore::new());
    let clock = StillClock::at(NOW);
    let engine = engine(store.clone(), version(ECHO), clock.clone());
    dispatch(&engine, Arc::new(Kept::default()));
    engine.deliver(says(Some("1"), "hi")).await.expect("it is taken");
    clock.advance(29 * DAY);
    // A minute of the test's own time, which takes none: more than once it is looked whether there is something to be
    // forgotten.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let again = engine
        .deliver(says(Some("1"), "hi"))
        .await
        .expect("it is answered");
    assert!(again.duplicate, "thirty days are not over");
    clock.advance(2 * DAY);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let later = engine.deliver(says(Some("1"), "hi")).await.expect("it is taken");
    assert!(!later.duplicate, "it is a message like any other");
    engine.stop().await;
}

/// Somebody of whom an event is reported before they have said anything is answered where that was, though it is not the
/// bot's first channel.
#[tokio::test]
async fn who_is_first_heard_of_elsewhere_is_answered_there() {
    let store = Arc::new(MemoryStore::new());
    let bot = ECHO.replace("channels web", "channels web, sms");
    let engine = engine(store.clone(), version(&bot), StillClock::at(NOW));
    let known = Inbound {
        channel: "sms".into(),
        address: "+40700000001".into(),
        id: Some("1".into()),
        what: Said::Known {
            values: Vec::new(),
            signed: false,
        },
    };
    let ack = engine.deliver(known).await.expect("it is taken");
    let start = botflow_runtime::Input::Start {
        flow: "main".into(),
        args: Vec::new(),
    };
    let contact = ack.contact_id().unwrap();
    let id = Some("2".into());
    engine.happen(contact, start, id).await.expect("it is begun");
    let all = Filter {
        limit: 10,
        ..Filter::default()
    };
    let letters = store.letters(&all).await.unwrap();
    let to = letters.iter().map(|letter| match &letter.outgoing {
        Outgoing::Say(saying) => (saying.channel.as_str(), saying.address.as_str()),
        other => panic!("nobody asked for {other:?}"),
    });
    assert_eq!(to.collect::<Vec<_>>(), [("sms", "+40700000001"); 2]);
    engine.stop().await;
}

fn dispatch(engine: &Engine, channel: Arc<dyn Channel>) {
    engine.dispatch(Couriers {
        channels: [("web".into(), channel)].into(),
        actions: Arc::default(),
        people: None,
    });
}

/// A channel that panics before it sends.
struct Clumsy {
    panics: AtomicU32,
    kept: Kept,
}

#[async_trait]
impl Channel for Clumsy {
    fn name(&self) -> &str {
        "web"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError> {
        let left = self.panics.load(Ordering::SeqCst);
        self.panics.store(left.saturating_sub(1), Ordering::SeqCst);
        assert_eq!(left, 0, "a bug in a channel");
        self.kept.send(delivery).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_courier_that_panics_is_asked_again() {
    let store = Arc::new(MemoryStore::new());
    let clock = Passing(tokio::time::Instant::now());
    let engine = engine(store, version(ECHO), Arc::new(clock));
    let channel = Arc::new(Clumsy {
        panics: AtomicU32::new(3),
        kept: Kept::default(),
    });
    dispatch(&engine, channel.clone());
    engine.deliver(says(Some("1"), "hi")).await.expect("it is taken");
    channel.kept.wait_for(2).await;
    assert_eq!(channel.kept.words_to("ana"), ["Hello.", "And now?"]);
    engine.stop().await;
}

/// The time of the test, in which waiting takes no time.
struct Passing(tokio::time::Instant);

impl Clock for Passing {
    fn now(&self) -> i64 {
        NOW + i64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

/// A store in memory that tells nobody of anything, and some answers of which are lost.
struct Silent(MemoryStore, AtomicU32);

#[async_trait]
impl Store for Silent {
    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        let done = self.0.commit(batch).await;
        let left = self.1.load(Ordering::SeqCst);
        self.1.store(left.saturating_sub(1), Ordering::SeqCst);
        match left {
            0 => done,
            _ => Err(StoreError::new(Trouble::Unknown, "the answer is lost")),
        }
    }

    fn tell(&self, _change: Change) {}

    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError> {
        self.0.find(addresses).await
    }
    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError> {
        self.0.load(contacts).await
    }
    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError> {
        self.0.due(now, until, limit).await
    }
    async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        self.0.next_due().await
    }
    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        self.0.claim(claim).await
    }
    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        self.0.settle(token, settled).await
    }
    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError> {
        self.0.discard(letters).await
    }
    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        self.0.next_letter(routes).await
    }
    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
        self.0.letters(filter).await
    }
    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
        self.0.revive(letters, now).await
    }
    async fn queued(&self) -> Result<Queued, StoreError> {
        self.0.queued().await
    }
    async fn contacts(&self) -> Result<u64, StoreError> {
        self.0.contacts().await
    }
    async fn transcript(
        &self,
        contact: ContactId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        self.0.transcript(contact, after, limit).await
    }
    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError> {
        self.0.last_lines(contact, limit).await
    }
    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        self.0.entries(after, limit).await
    }
    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, now: i64) -> Result<(), StoreError> {
        self.0.keep_bot(hash, bytes, current, now).await
    }
    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.bot(hash).await
    }
    async fn current_bot(&self) -> Result<Option<u64>, StoreError> {
        self.0.current_bot().await
    }
    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        self.0.forget_causes(before).await
    }
    async fn check(&self) -> Result<(), StoreError> {
        self.0.check().await
    }
    fn changes(&self) -> Receiver<Change> {
        self.0.changes()
    }
    fn number(&self) -> u64 {
        self.0.number()
    }
    fn kind(&self) -> &'static str {
        "silent"
    }
    async fn close(&self) {}
}
