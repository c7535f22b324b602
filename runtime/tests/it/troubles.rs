//! Stores whose answers are lost, late, or never come, and couriers that end whoever tries them: what hosts do about it.
//! Time stands still but for those who wait.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use botflow_runtime::action::{Action, Asked};
use botflow_runtime::channel::{Channel, Delivery, Receipt, SendError};
use botflow_runtime::contact::ContactId;
use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::{Inbound, Refused, Settings};
use botflow_runtime::store::{
    Change, Commit, Done, Fate, Filter, LetterState, MemoryStore, Settled, StoreError, Trouble,
};
use botflow_runtime::{Ack, Host, HostBuilder, Store};
use botflow_values::Value;
use smol_str::{SmolStr, format_smolstr};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use crate::contract::{NOW, claim, keep, say};
use crate::couriers::{ASKER, Going};
use crate::kit::{Counting, GREETER, Kept, StillClock, artifact};
use crate::odd::{Is, Odd};

const HOUR: Duration = Duration::from_secs(3_600);

/// Nothing is looked at but when something tells.
fn settings() -> Settings {
    Settings {
        poll: 24 * HOUR,
        ..Settings::default()
    }
}

fn host(text: &str, store: Arc<dyn Store>, channel: &Arc<Kept>) -> HostBuilder {
    Host::builder()
        .bot(&artifact(text))
        .shared_store(store)
        .channel(Arc::clone(channel) as Arc<dyn Channel>)
        .clock(Arc::new(Going(Instant::now())))
        .entropy(Arc::new(Counting::default()))
        .settings(settings())
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

/// Fails by name where what must come does not.
async fn comes<T>(what: &str, event: impl Future<Output = T>) -> T {
    match timeout(12 * HOUR, event).await {
        Ok(come) => come,
        Err(_) => panic!("{what} never came"),
    }
}

/// It writes, after a while, and its answer is lost: once each time it is told to.
#[derive(Default)]
struct Loses {
    store: MemoryStore,
    next: AtomicBool,
    after: Duration,
}

#[async_trait]
impl Odd for Loses {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        let done = self.store.commit(batch).await?;
        if self.next.swap(false, Ordering::SeqCst) {
            sleep(self.after).await;
            return Err(StoreError::new(Trouble::Unknown, "the answer is lost"));
        }
        Ok(done)
    }
}

/// What was stored is shown and sent, also where nobody was told that it was stored: of what somebody said (the store
/// tells of a repetition), and of a clock (it tells that somebody else was faster).
#[tokio::test(start_paused = true)]
async fn what_is_stored_is_shown_though_the_answer_was_lost() {
    let store = Arc::new(Loses::default());
    let channel = Arc::new(Kept::default());
    let shared = Arc::new(Is(Arc::clone(&store)));
    let host = host(GREETER, shared, &channel).build().await.unwrap();
    let ack = writes(&host, "ana", "1", "hi").await.unwrap();
    comes("the question", channel.wait_for(2)).await;
    let mut watching = host.engine().hub().watch(ack.contact_id().unwrap());
    store.next.store(true, Ordering::SeqCst);
    let ack = writes(&host, "ana", "2", "Ana").await.unwrap();
    assert!(ack.duplicate, "it was stored the first time");
    assert!(watching.seen(), "her page is not told");
    comes("the letter", channel.wait_for(3)).await;
    store.next.store(true, Ordering::SeqCst);
    comes("what is shown", watching.changed()).await;
    comes("what the clock made", channel.wait_for(4)).await;
    assert_eq!(channel.words_to("ana")[3], "Still there, Ana?");
    host.stop().await;
}

/// A connection that somebody has cut is noticed later than patience lasts: the turn is tried once more.
#[tokio::test(start_paused = true)]
async fn a_first_attempt_that_takes_long_is_not_the_last() {
    let store = Arc::new(Loses {
        next: AtomicBool::new(true),
        after: Duration::from_secs(20),
        ..Loses::default()
    });
    let channel = Arc::new(Kept::default());
    let host = host(GREETER, Arc::new(Is(store)), &channel)
        .build()
        .await
        .unwrap();
    writes(&host, "ana", "1", "hi").await.expect("it is taken");
    host.stop().await;
}

/// It takes nothing: of many at once not at all, of one after five seconds. It says that it is well.
#[derive(Default)]
struct Gone(MemoryStore);

#[async_trait]
impl Odd for Gone {
    fn store(&self) -> &dyn Store {
        &self.0
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        if batch.len() == 1 {
            sleep(Duration::from_secs(5)).await;
        }
        Err(StoreError::new(Trouble::Unavailable, "it is gone"))
    }
}

/// Many who write while the store is gone do not wait for each other's vain attempts.
#[tokio::test(start_paused = true)]
async fn many_do_not_wait_one_after_the_other_for_a_store_that_is_gone() {
    let channel = Arc::new(Kept::default());
    let host = host(GREETER, Arc::new(Is(Arc::new(Gone::default()))), &channel);
    let host = Arc::new(host.build().await.unwrap());
    let began = Instant::now();
    let all = (0..100).map(|number| {
        let host = Arc::clone(&host);
        tokio::spawn(async move { writes(&host, &format!("visitor {number}"), "1", "hi").await })
    });
    for one in all.collect::<Vec<_>>() {
        let refused = one.await.unwrap();
        assert!(matches!(refused, Err(Refused::Store(_))), "{refused:?}");
    }
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(60), "{waited:?}");
    host.stop().await;
}

/// It takes no turn that answers a letter.
#[derive(Default)]
struct TakesNoAnswers {
    store: MemoryStore,
    given_up: Notify,
}

#[async_trait]
impl Odd for TakesNoAnswers {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        if batch.iter().any(|commit| commit.settles.is_some()) {
            return Err(StoreError::new(Trouble::Unavailable, "it does not take that"));
        }
        self.store.commit(batch).await
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        let is_dead = settled.iter().any(|one| matches!(one.fate, Fate::Dead { .. }));
        let done = self.store.settle(token, settled).await?;
        if is_dead {
            self.given_up.notify_one();
        }
        Ok(done)
    }
}

/// Counts how often it was done.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

#[async_trait]
impl Action for Counted {
    async fn perform(&self, _: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Value::Unknown)
    }
}

/// A call whose answer nobody takes is not done for ever, and the conversation goes on without it.
#[tokio::test(start_paused = true)]
async fn a_call_whose_answer_is_not_taken_is_given_up() {
    let store = Arc::new(TakesNoAnswers::default());
    let (channel, counted) = (Arc::new(Kept::default()), Counted::default());
    let host = host(ASKER, Arc::new(Is(Arc::clone(&store))), &channel)
        .action("crm.save", counted.clone())
        .settings(Settings {
            attempts: 3,
            ..settings()
        });
    let host = host.build().await.unwrap();
    writes(&host, "ana", "1", "hi").await.unwrap();
    comes("the end of attempts", store.given_up.notified()).await;
    comes("what the bot says then", channel.wait_for(2)).await;
    assert_eq!(counted.0.load(Ordering::SeqCst), 3);
    assert_eq!(channel.words_to("ana"), ["Hello.", "It could not be saved."]);
    let dead = Filter {
        state: Some(LetterState::Dead),
        limit: 10,
        ..Filter::default()
    };
    assert_eq!(store.store.letters(&dead).await.unwrap().len(), 1);
    host.stop().await;
}

/// A channel that panics before it has begun, the first time.
#[derive(Default)]
struct Early {
    asked: AtomicBool,
    kept: Kept,
}

impl Channel for Early {
    fn name(&self) -> &str {
        "web"
    }

    fn send<'a, 'b, 'c>(
        &'a self,
        delivery: &'b Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<Receipt, SendError>> + Send + 'c>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        assert!(
            self.asked.swap(true, Ordering::SeqCst),
            "a courier that panics, as it is meant to"
        );
        self.kept.send(delivery)
    }
}

/// What panics while a letter is made ready has failed, and is tried again: within seconds, not when a claim has run out.
#[tokio::test(start_paused = true)]
async fn a_panic_before_a_delivery_is_a_failed_delivery() {
    let channel = Arc::new(Early::default());
    let host = Host::builder()
        .bot(&artifact(GREETER))
        .channel(Arc::clone(&channel) as Arc<dyn Channel>)
        .clock(Arc::new(Going(Instant::now())))
        .entropy(Arc::new(Counting::default()))
        .settings(settings())
        .build()
        .await
        .unwrap();
    writes(&host, "ana", "1", "hi").await.unwrap();
    let arrived = timeout(Duration::from_secs(10), channel.kept.wait_for(2)).await;
    assert!(arrived.is_ok(), "{:?}", channel.kept.words_to("ana"));
    host.stop().await;
}

/// A letter that has ended each host which tried it is not tried for ever; those behind it go on.
#[tokio::test(start_paused = true)]
async fn a_letter_that_ends_hosts_is_given_up() {
    let store = Arc::new(MemoryStore::new());
    let written = Commit {
        outgoing: vec![say("web", "the end of all hosts"), say("web", "good day")],
        ..keep(1, 0)
    };
    store.commit(vec![written]).await.unwrap();
    let attempts = 3;
    let mut now = NOW;
    for host in 1..=attempts {
        let letters = store.claim(&claim(host, now)).await.unwrap();
        assert_eq!(letters.len(), 1, "the claim of the host that ended has run out");
        now += 60_001;
    }
    let channel = Arc::new(Kept::default());
    let host = host(GREETER, Arc::clone(&store) as _, &channel)
        .clock(StillClock::at(now))
        .settings(Settings {
            attempts: u32::try_from(attempts).unwrap(),
            ..settings()
        });
    let host = host.build().await.unwrap();
    comes("the letter behind it", channel.wait_for(1)).await;
    assert_eq!(channel.words_to("somewhere"), ["good day"]);
    host.stop().await;
}

/// It never comes to an end with forgetting.
#[derive(Default)]
struct Forgetful {
    store: MemoryStore,
    begins: Notify,
}

#[async_trait]
impl Odd for Forgetful {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn forget_causes(&self, _: i64) -> Result<u64, StoreError> {
        self.begins.notify_one();
        std::future::pending().await
    }
}

/// What is long past is forgotten soon after the start, however often a host is started; pages are told meanwhile what
/// other hosts have done, however long it takes.
#[tokio::test(start_paused = true)]
async fn forgetting_keeps_nobody_waiting() {
    let store = Arc::new(Forgetful::default());
    let channel = Arc::new(Kept::default());
    let host = host(GREETER, Arc::new(Is(Arc::clone(&store))), &channel)
        .settings(Settings::default())
        .build()
        .await
        .unwrap();
    let ana = ContactId(7);
    let mut watching = host.engine().hub().watch(ana);
    let begins = timeout(Duration::from_secs(60), store.begins.notified()).await;
    assert!(begins.is_ok(), "nothing is forgotten");
    store.store.tell(Change {
        contacts: [ana].into(),
        ..Change::default()
    });
    comes("what is told", watching.changed()).await;
    comes("the end", host.stop()).await;
}

/// Numbers of settings that nobody has are as good as very large ones.
#[tokio::test(start_paused = true)]
async fn settings_without_measure_are_no_end() {
    for number in [0, usize::MAX] {
        let channel = Arc::new(Kept::default());
        let host = host(GREETER, Arc::new(MemoryStore::new()), &channel).settings(Settings {
            waiting: number,
            batch: number,
            cached: number,
            deliveries: number,
            ..settings()
        });
        let host = host.build().await.unwrap();
        writes(&host, "ana", "1", "hi").await.unwrap();
        comes("the question", channel.wait_for(2)).await;
        comes("the end", host.stop()).await;
    }
}

/// A system that takes a question and never answers.
#[derive(Clone, Default)]
struct Mute(Arc<Notify>);

#[async_trait]
impl Action for Mute {
    async fn perform(&self, _: &Asked<'_>) -> Result<Value, Option<SmolStr>> {
        self.0.notify_one();
        std::future::pending().await
    }
}

/// Who is told to stop waits for what is under way for no longer than the grace it was given.
#[tokio::test(start_paused = true)]
async fn stopping_takes_no_longer_than_its_grace() {
    let (channel, mute) = (Arc::new(Kept::default()), Mute::default());
    let patient = ASKER.replace(
        "action crm.save(note: text)",
        "action crm.save(note: text) { timeout 5m }",
    );
    let grace = Duration::from_secs(3);
    let host = host(&patient, Arc::new(MemoryStore::new()), &channel)
        .action("crm.save", mute.clone())
        .settings(Settings { grace, ..settings() });
    let host = host.build().await.unwrap();
    writes(&host, "ana", "1", "hi").await.unwrap();
    comes("the question", mute.0.notified()).await;
    let began = Instant::now();
    host.stop().await;
    let waited = began.elapsed();
    assert!(waited <= grace + Duration::from_secs(1), "{waited:?}");
}

/// Everybody who writes at once, under one name each.
#[tokio::test(start_paused = true)]
async fn lost_answers_lose_nobody() {
    let store = Arc::new(Loses::default());
    let channel = Arc::new(Kept::default());
    let host = host(GREETER, Arc::new(Is(Arc::clone(&store))), &channel);
    let host = Arc::new(host.build().await.unwrap());
    let told = Arc::new(Mutex::new(0));
    let all = (0..20).map(|number| {
        let (host, told) = (Arc::clone(&host), Arc::clone(&told));
        store.next.store(true, Ordering::SeqCst);
        tokio::spawn(async move {
            let who = format_smolstr!("visitor {number}");
            writes(&host, &who, &who, "hi").await.expect("it is taken");
            *told.lock().unwrap() += 1;
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    comes("all questions", channel.wait_for(40)).await;
    assert_eq!(*told.lock().unwrap(), 20);
    host.stop().await;
}
