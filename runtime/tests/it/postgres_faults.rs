//! Several hosts on one database while connections are cut after a commit was forwarded, hosts vanish, the way is long and the
//! server is killed: what senders were told against what the receiving end got. And what a host does while there is no
//! database. `BOTFLOW_FAULTS=100` takes a hundred times as long.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use botflow_runtime::contact::input::Said;
use botflow_runtime::engine::{Refused, Settings};
use botflow_runtime::store::{
    Absorbed, Change, Claim, Commit, Done, Fate, PostgresStore, Settled, Snapshot, Store, StoreError, Trouble,
};
use botflow_runtime::{Channel, Host, Inbound};
use tokio::sync::Notify;

use crate::contract::{cause, keep, kept, person, say, words};
use crate::database::{self, Server, schema};
use crate::faults::load::BOT;
use crate::faults::times;
use crate::kit::{Kept, artifact};
use crate::postgres_proxy::{MARK, Proxy};

/// A server to which something is done.
async fn own_server() -> Arc<Server> {
    Arc::new(
        tokio::task::spawn_blocking(Server::start)
            .await
            .expect("it starts"),
    )
}

/// Has the server do something.
async fn tell(server: &Arc<Server>, command: &'static str) {
    let server = Arc::clone(server);
    tokio::task::spawn_blocking(move || server.tell(command))
        .await
        .expect("it is done");
}

/// Hosts, senders and the receiving end.
struct World {
    hosts: Vec<Mutex<Arc<PostgresStore>>>,
    /// A clock that goes on with every claim.
    now: AtomicI64,
    /// What was delivered, in order: the key and the words.
    received: Mutex<Vec<(String, String)>>,
    acknowledged: AtomicUsize,
    progress: Notify,
    is_over: AtomicBool,
}

impl World {
    fn host(&self, number: usize) -> Arc<PostgresStore> {
        Arc::clone(&self.hosts[number % self.hosts.len()].lock().unwrap())
    }

    /// Sends a message until a host says that it has it, to another host each time.
    async fn send(&self, contact: u64, message: u64) {
        for attempt in 0.. {
            let host = usize::try_from(contact + message).unwrap() + attempt;
            match self.turn(&*self.host(host), contact, message).await {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => assert!(error.trouble.is_passing(), "{error}"),
            }
            tokio::task::yield_now().await;
        }
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
        self.progress.notify_waiters();
    }

    /// What a host does with a message; whether it was stored.
    async fn turn(&self, store: &dyn Store, contact: u64, message: u64) -> Result<bool, StoreError> {
        let loaded = store.load(&[person(contact)]).await?;
        let revision = match &loaded[0] {
            Some(Snapshot::Kept { revision, .. }) => *revision,
            _ => 0,
        };
        let text = format!("{contact}.{message}");
        let mut commit = keep(contact, revision);
        commit.at = self.now.load(Ordering::SeqCst);
        commit.state = [MARK, text.as_bytes()].concat();
        commit.cause = cause(&format!("in.{text}"), &text);
        commit.outgoing = vec![say("web", &text)];
        commit.entries = vec![text.clone().into_bytes()];
        // What is lost on the way is sent again by the host, as it is.
        for _ in 0..3 {
            match store.commit(vec![commit.clone()]).await {
                Ok(done) => {
                    return Ok(match &done[0] {
                        Done::Committed(_) => true,
                        Done::Duplicate(answer) => {
                            assert_eq!(answer, text.as_bytes());
                            true
                        }
                        Done::Conflict => false,
                    });
                }
                Err(error) if error.trouble == Trouble::Unknown => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Delivers letters until everything is over.
    async fn deliver(&self, host: usize) {
        for round in 1_u64.. {
            let now = self.now.fetch_add(1, Ordering::SeqCst);
            let wanted = Claim {
                token: round * 10 + host as u64,
                now,
                until: now + 200,
                routes: vec!["*".into()],
                limit: 16,
                under_way: Default::default(),
            };
            let store = self.host(host);
            let Ok(letters) = store.claim(&wanted).await else {
                tokio::task::yield_now().await;
                continue;
            };
            let mut received = Vec::new();
            for letter in &letters {
                received.push((letter.key.to_string(), words(&letter.outgoing).to_string()));
            }
            self.received.lock().unwrap().extend(received);
            let settled = letters.iter().map(|letter| Settled {
                seq: letter.seq,
                fate: Fate::Delivered,
            });
            // Where this fails the claims run out, and they are delivered once more.
            let _ = store.settle(wanted.token, settled.collect()).await;
            if letters.is_empty() {
                if self.is_over.load(Ordering::SeqCst)
                    && matches!(store.queued().await, Ok(queued) if queued.ready == 0)
                {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
    }

    async fn reached(&self, turns: usize) {
        loop {
            let progress = self.progress.notified();
            if self.acknowledged.load(Ordering::SeqCst) >= turns {
                return;
            }
            progress.await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_whatever_breaks() {
    const PEOPLE: u64 = 6;
    let messages = times(20) as u64;
    let server = own_server().await;
    let proxy = Proxy::start(&server, MARK).await;
    let schema = schema();
    let mut hosts = Vec::new();
    for _ in 0..3 {
        hosts.push(Mutex::new(proxy.reopen(&schema).await));
    }
    let world = Arc::new(World {
        hosts,
        now: AtomicI64::new(crate::contract::NOW),
        received: Mutex::default(),
        acknowledged: AtomicUsize::new(0),
        progress: Notify::new(),
        is_over: AtomicBool::new(false),
    });
    proxy.cut_each.store(4, Ordering::SeqCst);
    let mut senders = Vec::new();
    for contact in 1..=PEOPLE {
        // Everything is sent twice, as channels do: by two senders who know nothing of each other.
        for _ in 0..2 {
            let world = Arc::clone(&world);
            senders.push(tokio::spawn(async move {
                for message in 0..messages {
                    world.send(contact, message).await;
                }
            }));
        }
    }
    let deliverers = (0..3).map(|host| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.deliver(host).await })
    });
    let deliverers: Vec<_> = deliverers.collect();
    let all = usize::try_from(PEOPLE * 2 * messages).unwrap();
    let faults = times(8);
    for fault in 0..faults {
        world.reached(all * (fault + 1) / (faults + 1)).await;
        match fault % 4 {
            // A host vanishes with all that it had claimed, and another one comes; the way is long from then on.
            0 => {
                let new = proxy.reopen(&schema).await;
                *world.hosts[fault % 3].lock().unwrap() = new;
                proxy.delay.store(3, Ordering::SeqCst);
            }
            1 => tell(&server, "crash").await,
            2 => {
                proxy.delay.store(0, Ordering::SeqCst);
                let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
                let client = server.client().await;
                client.batch_execute(sql).await.unwrap();
            }
            _ => tell(&server, "restart").await,
        }
    }
    for sender in senders {
        sender.await.expect("every message is taken in the end");
    }
    proxy.cut_each.store(0, Ordering::SeqCst);
    world.is_over.store(true, Ordering::SeqCst);
    for deliverer in deliverers {
        deliverer.await.expect("every letter is delivered in the end");
    }
    assert!(proxy.cuts.load(Ordering::SeqCst) >= 10, "connections were cut");
    // One key has one content, and one content one key; in the order in which they came first they are as they were sent.
    let received = std::mem::take(&mut *world.received.lock().unwrap());
    let mut contents: BTreeMap<String, String> = BTreeMap::new();
    let mut first: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, text) in received {
        match contents.get(&key) {
            Some(known) => assert_eq!(*known, text, "{key} has two contents"),
            None => {
                let (contact, _) = text.split_once('.').unwrap();
                first.entry(contact.to_owned()).or_default().push(text.clone());
                contents.insert(key, text);
            }
        }
    }
    for contact in 1..=PEOPLE {
        let sent: Vec<_> = (0..messages)
            .map(|message| format!("{contact}.{message}"))
            .collect();
        assert_eq!(first[&contact.to_string()], sent);
    }
    let entries = world.host(0).entries(0, usize::MAX).await.unwrap();
    assert_eq!(entries.len() as u64, PEOPLE * messages);
}

/// However far the server is: a turn of somebody in memory is one way there and back.
#[tokio::test]
async fn a_batch_is_one_way_to_the_server_and_back() {
    let proxy = Proxy::start(database::server(), MARK).await;
    let store = proxy.open(&schema()).await.unwrap();
    for revision in 0..5 {
        let batch = (1..=20).map(|contact| {
            let text = format!("{contact}.{revision}");
            let mut commit = keep(contact, revision);
            commit.cause = cause(&text, "answer");
            commit.outgoing = vec![say("web", &text)];
            commit.entries = vec![text.clone().into_bytes()];
            commit.wake = Some(1);
            commit
        });
        let before = proxy.pieces.load(Ordering::SeqCst);
        let done = store.commit(batch.collect()).await.unwrap();
        assert_eq!(done, vec![Done::Committed(revision + 1); 20]);
        let pieces = proxy.pieces.load(Ordering::SeqCst) - before;
        // At first the statement is prepared.
        if revision >= 2 {
            assert_eq!(pieces, 1);
        }
    }
}

/// The answer to a commit never comes, although it was forwarded: the same commit again tells whether it was written, and
/// nothing is written twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_commit_whose_answer_is_lost_is_found_out() {
    let proxy = Proxy::start(database::server(), MARK).await;
    let schema = schema();
    let store = proxy.reopen(&schema).await;
    let mut was_written = 0;
    let rounds = times(50) as u64;
    for round in 0..rounds {
        // With a cause and without one: a clock that has run out has none.
        let mut commit = turn(1, round);
        if round % 3 == 0 {
            commit.cause = None;
        }
        proxy.cut_each.store(1, Ordering::SeqCst);
        let lost = store.commit(vec![commit.clone()]).await.unwrap_err();
        assert_eq!(lost.trouble, Trouble::Unknown, "{lost}");
        proxy.cut_each.store(0, Ordering::SeqCst);
        match &store.commit(vec![commit.clone()]).await.unwrap()[..] {
            [Done::Duplicate(answer)] => {
                assert_eq!(*answer, commit.cause.expect("only causes repeat").answer);
                was_written += 1;
            }
            // It was not written: or there is nothing that tells this turn from another.
            [Done::Committed(revision)] => assert_eq!(*revision, round + 1),
            [Done::Conflict] => assert_eq!(commit.cause, None),
            done => panic!("{done:?}"),
        }
        assert_eq!(kept(&*store, 1).await.0, round + 1);
    }
    assert!(
        was_written > 0,
        "some are written before their connection is gone"
    );
    assert_eq!(proxy.cuts.load(Ordering::SeqCst), rounds);
    assert_eq!(store.entries(0, usize::MAX).await.unwrap().len() as u64, rounds);
    assert_eq!(store.queued().await.unwrap().ready, rounds);
}

/// The same for two people who turn out to be one, which takes several statements.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_merge_whose_answer_is_lost_is_found_out() {
    let proxy = Proxy::start(database::server(), b"COMMIT").await;
    let store = proxy.reopen(&schema()).await;
    for round in 0..times(10) as u64 {
        let (into, from) = (round * 2 + 1, round * 2 + 2);
        let first = vec![turn(into, 0), turn(from, 0)];
        assert_eq!(
            store.commit(first).await.unwrap(),
            [Done::Committed(1), Done::Committed(1)]
        );
        let mut merge = turn(into, 1);
        merge.absorbs = Some(Absorbed {
            contact: person(from),
            expect: 1,
            lines_from: 10,
        });
        proxy.cut_each.store(1, Ordering::SeqCst);
        let lost = store.commit(vec![merge.clone()]).await.unwrap_err();
        assert_eq!(lost.trouble, Trouble::Unknown, "{lost}");
        proxy.cut_each.store(0, Ordering::SeqCst);
        let again = store.commit(vec![merge.clone()]).await.unwrap();
        let answer = merge.cause.expect("it has one").answer;
        assert!(
            again == [Done::Committed(2)] || again == [Done::Duplicate(answer)],
            "{again:?}"
        );
        assert_eq!(kept(&*store, into).await.0, 2);
        let gone = store.load(&[person(from)]).await.unwrap();
        assert_eq!(gone, [Some(Snapshot::Moved(person(into)))]);
    }
}

fn turn(contact: u64, revision: u64) -> Commit {
    let text = format!("{contact}.{revision}");
    let mut commit = keep(contact, revision);
    commit.state = [MARK, text.as_bytes()].concat();
    commit.cause = cause(&format!("in.{text}"), &text);
    commit.outgoing = vec![say("web", &text)];
    commit.entries = vec![text.into_bytes()];
    commit
}

/// While there is no database a host says that it could not keep what it was sent, and has not done any of it; once the
/// database is there again the same messages are taken, once each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_taken_while_there_is_no_database() {
    let server = own_server().await;
    let store = Arc::new(server.open(&schema(), 2).await);
    let channel = Arc::new(Kept::default());
    let host = Host::builder()
        .bot(&artifact(BOT))
        .shared_store(Arc::clone(&store) as Arc<dyn Store>)
        .channel(Arc::clone(&channel) as Arc<dyn Channel>)
        .settings(Settings {
            patience: Duration::from_millis(50),
            poll: Duration::from_millis(50),
            ..Settings::default()
        })
        .build()
        .await
        .expect("the host starts");
    let message = |who: usize, number: usize| Inbound {
        channel: "web".into(),
        address: format!("person {who}").into(),
        id: Some(format!("{who}.{number}").into()),
        what: Said::Message(format!("thing {number}").into()),
    };
    host.engine().deliver(message(1, 1)).await.unwrap();
    channel.wait_for(2).await;
    for command in ["stop", "crash"] {
        tell(&server, "stop").await;
        // Somebody whom the host has in memory, and somebody whom it does not know.
        for who in [1, 2] {
            let refused = host.engine().deliver(message(who, 2)).await.unwrap_err();
            let Refused::Store(error) = refused else {
                panic!("{refused:?}");
            };
            assert!(
                matches!(error.trouble, Trouble::Unavailable | Trouble::Unknown),
                "{error}"
            );
            assert!(error.message.contains("PostgreSQL"), "{error}");
        }
        assert!(store.check().await.is_err(), "which makes the host unready");
        // A server that was killed comes back as one that was stopped.
        tell(&server, if command == "stop" { "start" } else { "crash" }).await;
        store.check().await.unwrap();
    }
    let ack = host.engine().deliver(message(1, 2)).await.unwrap();
    assert!(!ack.duplicate, "nothing of it was done before");
    assert_eq!(ack.revision, 2);
    assert_eq!(host.engine().deliver(message(2, 2)).await.unwrap().revision, 1);
    let again = host.engine().deliver(message(1, 2)).await.unwrap();
    assert!(again.duplicate);
    assert_eq!(again.effects, ack.effects);
    channel.wait_for(6).await;
    assert_eq!(channel.words_to("person 1").len(), 4);
    assert_eq!(channel.words_to("person 2"), ["Hello!", "Tell me something."]);
    host.stop().await;
}

/// What others could not be told is not forgotten: once there is a way again they are told that they missed something.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_told_is_told_later() {
    let proxy = Proxy::start(database::server(), MARK).await;
    let schema = schema();
    let (one, other) = (
        proxy.reopen(&schema).await,
        database::server().open(&schema, 1).await,
    );
    let mut heard = other.changes();
    proxy.set_gone(true);
    one.tell(Change {
        contacts: [person(1)].into(),
        bot: true,
        ..Change::default()
    });
    // Whoever tells and whoever listens have tried by then.
    proxy.turns_away(6).await;
    proxy.set_gone(false);
    let change = heard.recv().await.unwrap();
    assert!(change.missed && change.bot, "{change:?}");
    one.close().await;
    other.close().await;
}
