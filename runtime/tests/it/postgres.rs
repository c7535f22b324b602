//! The store in PostgreSQL keeps the contract, and what is peculiar about it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use botflow_runtime::store::{
    AddressKey, Change, Done, Fate, Filter, Letter, PostgresOptions, PostgresStore, Settled, Snapshot, Store,
    StoreError, Trouble,
};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::contract::{NOW, cause, claim, keep, kept, line, person, say, web};
use crate::database::{Server, schema, server, store};

crate::contract::suite!(async || Arc::new(store().await));

async fn open_with(setting: &str) -> Result<PostgresStore, StoreError> {
    let address = format!("{} options='-c {setting}'", server().address);
    let options = PostgresOptions {
        schema: schema(),
        connections: 1,
        ..PostgresOptions::default()
    };
    PostgresStore::open_with(&address, options).await
}

#[tokio::test]
async fn a_database_that_could_lose_what_it_acknowledges_is_refused() {
    let error = open_with("synchronous_commit=off").await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Unsafe);
    assert!(error.message.contains("synchronous_commit"), "{error}");
    let error = open_with("default_transaction_read_only=on").await.unwrap_err();
    assert_eq!(error.trouble, Trouble::ReadOnly);
    open_with("synchronous_commit=local").await.unwrap();
    let careless = tokio::task::spawn_blocking(|| Server::start_with(&["fsync=off"]))
        .await
        .unwrap();
    let error = PostgresStore::open(&careless.address).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Unsafe);
    assert!(error.message.contains("fsync"), "{error}");
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_without_its_password() {
    for address in [
        "postgres://me:secret@127.0.0.1:1/x",
        "what?=secret",
        "host=/nowhere password=secret",
    ] {
        let error = PostgresStore::open(address).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Unavailable);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_hosts_make_the_tables_at_once() {
    let schema = format!("{} \"quoted\"", schema());
    let hosts = (0..6).map(|_| {
        let schema = schema.clone();
        tokio::spawn(async move { server().open(&schema, 1).await })
    });
    let hosts: Vec<_> = hosts.collect();
    let mut stores = Vec::new();
    for host in hosts {
        stores.push(host.await.expect("the task ends"));
    }
    stores[0].commit(vec![keep(1, 0)]).await.unwrap();
    assert_eq!(kept(&stores[5], 1).await.0, 1);
    // All hosts of a store give the people in it the same numbers.
    let numbers: BTreeSet<u64> = stores.iter().map(Store::number).collect();
    assert_eq!(numbers.len(), 1);
    let client = server().client().await;
    let quoted = schema.replace('"', "\"\"");
    // A store of the first release has none: it is given one, once.
    let older = format!(
        "DROP TABLE \"{quoted}\".identity; DROP INDEX \"{quoted}\".letter_dead;
         UPDATE \"{quoted}\".version SET number = 1"
    );
    client.batch_execute(&older).await.unwrap();
    let given = server().open(&schema, 1).await.number();
    assert!(!numbers.contains(&given));
    assert_eq!(server().open(&schema, 1).await.number(), given);
    let newer = format!("UPDATE \"{quoted}\".version SET number = 1000000");
    client.batch_execute(&newer).await.unwrap();
    let options = PostgresOptions {
        schema,
        connections: 1,
        ..PostgresOptions::default()
    };
    let error = PostgresStore::open_with(&server().address, options)
        .await
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Newer);
}

/// In PostgreSQL's protocol a statement is "complete" before it is committed.
#[tokio::test]
async fn what_fails_when_it_is_committed_was_not_written() {
    let schema = schema();
    let store = server().open(&schema, 2).await;
    let client = server().client().await;
    let trigger = format!(
        "CREATE FUNCTION \"{schema}\".fail() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'too late' USING ERRCODE = '53100'; END $$;
         CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON \"{schema}\".contact DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION \"{schema}\".fail();"
    );
    client.batch_execute(&trigger).await.unwrap();
    let mut commit = keep(1, 0);
    commit.cause = cause("in.web.1", "answer");
    commit.outgoing = vec![say("web", "never")];
    let error = store.commit(vec![commit.clone(), keep(2, 0)]).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Full);
    assert_eq!(store.load(&[person(1)]).await.unwrap(), [None]);
    assert_eq!(store.queued().await.unwrap().ready, 0);
    client
        .batch_execute(&format!("DROP TRIGGER fail ON \"{schema}\".contact"))
        .await
        .unwrap();
    assert_eq!(store.commit(vec![commit]).await.unwrap(), [Done::Committed(1)]);
}

#[tokio::test]
async fn keys_may_be_of_any_words_and_length() {
    let store = store().await;
    let strange = [
        "",
        "\0",
        "a\0b",
        "'; DROP TABLE contact; --",
        "\u{10FFFF}",
        "%s\\",
    ];
    let long = "é".repeat(100_000);
    let all = strange.iter().copied().chain([long.as_str()]);
    for (number, words) in (1..).zip(all.clone()) {
        let mut commit = keep(number, 0);
        commit.cause = cause(words, "");
        commit.addresses = vec![AddressKey {
            channel: words.into(),
            address: words.into(),
        }];
        commit.transcript = vec![line(1, words)];
        commit.outgoing = vec![say(words, words)];
        let done = store.commit(vec![commit.clone(), commit]).await.unwrap();
        assert_eq!(done, [Done::Committed(1), Done::Duplicate(Vec::new())]);
    }
    for (number, words) in (1..).zip(all) {
        let key = AddressKey {
            channel: words.into(),
            address: words.into(),
        };
        assert_eq!(store.find(&[key]).await.unwrap(), [Some(person(number))]);
    }
    let mut wanted = claim(1, NOW);
    wanted.routes = vec![long.as_str().into(), "\0".into()];
    let letters = store.claim(&wanted).await.unwrap();
    let lanes: Vec<_> = letters.iter().map(|letter| letter.lane.as_str()).collect();
    assert_eq!(lanes, ["\0", &long]);
}

/// Whoever reads entries while others write sees each once, in the order of their positions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_entry_comes_to_light_behind_one_that_was_read() {
    let schema = schema();
    let writers = (0..4_u64).map(|writer| {
        let schema = schema.clone();
        tokio::spawn(async move {
            let store = server().open(&schema, 1).await;
            for turn in 0..60 {
                let mut commits = Vec::new();
                for contact in 0..1 + turn % 3 {
                    let mut commit = keep(1 + writer * 1_000 + turn * 3 + contact, 0);
                    commit.entries = vec![format!("{writer}.{turn}.{contact}").into_bytes(); 3];
                    commits.push(commit);
                }
                store.commit(commits).await.unwrap();
            }
        })
    });
    let reader = server().open(&schema, 1).await;
    let writers: Vec<_> = writers.collect();
    let is_written = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&is_written);
    let reading = tokio::spawn(async move {
        let (mut after, mut read) = (0, 0);
        loop {
            let is_last = ended.load(Ordering::SeqCst);
            let some = reader.entries(after, 50).await.unwrap();
            assert!(some.is_sorted_by_key(|(position, _)| *position));
            read += some.len();
            match some.last() {
                Some((last, _)) => {
                    assert!(some[0].0 > after);
                    after = *last;
                }
                None if is_last => break,
                None => {}
            }
        }
        (read, reader.entries(0, usize::MAX).await.unwrap().len())
    });
    for writer in writers {
        writer.await.expect("the task ends");
    }
    is_written.store(true, Ordering::SeqCst);
    let (read, all) = reading.await.expect("the task ends");
    assert_eq!(all, 4 * 60 / 3 * 6 * 3);
    assert_eq!(read, all);
}

/// Many hosts with overlapping batches on few people and causes: nobody waits for each other for ever, and every cause is
/// written once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_batches_of_many_hosts() {
    let schema = schema();
    let hosts = (0..4_u64).map(|host| {
        let schema = schema.clone();
        tokio::spawn(async move {
            let store = server().open(&schema, 1).await;
            let mut written = 0;
            for turn in 0..40_u64 {
                // The same causes reach all hosts, each about the same person, in other orders.
                let mut left: Vec<u64> = (1..=9).collect();
                left.rotate_left(usize::try_from(host * 2 + turn).unwrap() % 9);
                while !left.is_empty() {
                    let people: Vec<_> = left.iter().map(|one| person(*one)).collect();
                    let loaded = store.load(&people).await.unwrap();
                    let batch = left.iter().zip(loaded).map(|(contact, snapshot)| {
                        let revision = match snapshot {
                            Some(Snapshot::Kept { revision, .. }) => revision,
                            _ => 0,
                        };
                        let mut commit = keep(*contact, revision);
                        commit.cause = cause(&format!("in.{contact}.{turn}"), "");
                        commit.outgoing = vec![say("web", &format!("{turn}"))];
                        commit.wake = Some(NOW + i64::try_from(turn).unwrap());
                        commit.entries = vec![vec![1]];
                        commit.addresses = vec![web(&format!("{contact}"))];
                        commit
                    });
                    let done = store.commit(batch.collect()).await.unwrap();
                    let mut done = done.into_iter();
                    left.retain(|_| match done.next().unwrap() {
                        Done::Committed(_) => {
                            written += 1;
                            false
                        }
                        Done::Duplicate(_) => false,
                        Done::Conflict => true,
                    });
                }
            }
            written
        })
    });
    let hosts: Vec<_> = hosts.collect();
    let mut written = 0;
    for host in hosts {
        written += host.await.expect("the task ends");
    }
    assert_eq!(written, 9 * 40);
    let store = server().open(&schema, 1).await;
    assert_eq!(store.entries(0, 10_000).await.unwrap().len(), 9 * 40);
    assert_eq!(store.queued().await.unwrap().ready, 9 * 40);
    for contact in 1..=9 {
        assert_eq!(kept(&store, contact).await.0, 40);
    }
}

#[tokio::test]
async fn hosts_tell_each_other() {
    let schema = schema();
    let (one, other) = (server().open(&schema, 1).await, server().open(&schema, 1).await);
    let stranger = store().await;
    let (mut ones, mut others, mut strangers) = (one.changes(), other.changes(), stranger.changes());
    let change = Change {
        contacts: (1..=900).map(person).collect(),
        letters: true,
        clocks: true,
        ..Change::default()
    };
    one.tell(change.clone());
    assert_eq!(ones.recv().await.unwrap(), change);
    let mut heard = BTreeSet::new();
    let (mut letters, mut clocks) = (false, false);
    while heard.len() < 900 {
        let change = others.recv().await.unwrap();
        heard.extend(change.contacts.iter().copied());
        letters |= change.letters;
        clocks |= change.clocks;
    }
    assert!(letters && clocks);
    // What is answered came after what would have been told twice.
    let bot = Change {
        bot: true,
        ..Change::default()
    };
    other.tell(bot.clone());
    assert_eq!(ones.recv().await.unwrap(), bot);
    stranger.tell(bot.clone());
    assert_eq!(strangers.recv().await.unwrap(), bot);
    // More people than are worth telling.
    one.tell(Change {
        contacts: (1..=10_000).map(person).collect(),
        ..Change::default()
    });
    loop {
        let change = others.recv().await.unwrap();
        if change.missed {
            break;
        }
    }
    // Closing says what is still to be said.
    one.tell(bot);
    one.close().await;
    while !others.recv().await.unwrap().bot {}
    let error = one.commit(vec![keep(1, 0)]).await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Unavailable);
}

/// So long a test waits for what must come before it fails by name.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until it is told that something was missed: by the store, or because there was too much to be told.
async fn missed(heard: &mut Receiver<Change>) {
    loop {
        match heard.recv().await {
            Ok(change) if change.missed => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => panic!("nobody listens any more"),
        }
    }
}

/// What was acknowledged is there after the server and all its processes were killed; the store reaches it again by
/// itself, and hears other hosts again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_may_be_restarted_and_killed() {
    let own = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let own = Arc::new(own);
    let name = schema();
    let (store, other) = (own.open(&name, 2).await, own.open(&name, 2).await);
    let mut heard = other.changes();
    for (turn, command) in ["restart", "crash", "crash"].into_iter().enumerate() {
        let turn = turn as u64;
        let mut commit = keep(1, turn);
        commit.cause = cause(&format!("in.{turn}"), "answer");
        assert_eq!(
            store.commit(vec![commit.clone()]).await.unwrap(),
            [Done::Committed(turn + 1)]
        );
        let server = Arc::clone(&own);
        tokio::task::spawn_blocking(move || server.tell(command))
            .await
            .unwrap();
        // Whoever listened has missed something, and says so once it listens again.
        let missed = timeout(PATIENCE, missed(&mut heard)).await;
        assert!(missed.is_ok(), "it does not say that it missed something");
        let again = loop {
            match store.commit(vec![commit.clone()]).await {
                Ok(done) => break done,
                Err(error) => assert!(error.trouble.is_passing(), "{error}"),
            }
        };
        assert_eq!(again, [Done::Duplicate(b"answer".to_vec())]);
        assert_eq!(kept(&store, 1).await.0, turn + 1);
    }
    let server = Arc::clone(&own);
    tokio::task::spawn_blocking(move || server.tell("stop"))
        .await
        .unwrap();
    let gone = store.check().await.unwrap_err();
    assert!(
        matches!(gone.trouble, Trouble::Unavailable | Trouble::Unknown),
        "{gone}"
    );
    let gone = store.load(&[person(1)]).await.unwrap_err();
    assert_eq!(gone.trouble, Trouble::Unavailable);
    let server = Arc::clone(&own);
    tokio::task::spawn_blocking(move || server.tell("start"))
        .await
        .unwrap();
    // A connection of before may be noticed to be dead only now.
    let back = async {
        while let Err(error) = store.check().await {
            assert!(error.trouble.is_passing(), "{error}");
        }
    };
    assert!(timeout(PATIENCE, back).await.is_ok(), "it does not come back");
    assert_eq!(kept(&store, 1).await.0, 3);
    store.close().await;
    other.close().await;
}

/// A letter that a later version has written, or that is damaged, keeps nobody else's from being delivered.
#[tokio::test]
async fn a_letter_that_cannot_be_read_is_alone_with_that() {
    let schema = schema();
    let store = server().open(&schema, 2).await;
    for contact in 1..=3 {
        let mut commit = keep(contact, 0);
        commit.outgoing = vec![say("web", "one"), say("web", "two")];
        store.commit(vec![commit]).await.unwrap();
    }
    let client = server().client().await;
    let garble = format!(
        "UPDATE \"{schema}\".letter SET what = '{{\"do\":\"dance\"}}' WHERE seq = (SELECT seq FROM \"{schema}\".letter
         WHERE contact = 2 ORDER BY seq LIMIT 1)"
    );
    assert_eq!(client.execute(&garble, &[]).await.unwrap(), 1);
    let whose = |letters: &[Letter]| letters.iter().map(|letter| letter.contact.0).collect::<Vec<_>>();
    let claimed = store.claim(&claim(1, NOW)).await.unwrap();
    assert_eq!(whose(&claimed), [1, 3]);
    let filter = Filter {
        limit: 100,
        ..Filter::default()
    };
    assert_eq!(whose(&store.letters(&filter).await.unwrap()), [1, 1, 2, 3, 3]);
    // A later host tries it after some minutes; it is given up where none can read it for an hour.
    let mut now = NOW;
    for attempt in 2..=12 {
        let next = store.next_letter(&["web".into()]).await.unwrap();
        assert_eq!(next.map(|next| next.min(NOW + 60_000)), Some(NOW + 60_000));
        now += 300_000;
        let claimed = store.claim(&claim(attempt, now)).await.unwrap();
        assert_eq!(whose(&claimed), [1, 3], "{attempt}");
    }
    assert_eq!(store.queued().await.unwrap().dead, 1);
    let claimed = store.claim(&claim(50, now)).await.unwrap();
    assert_eq!(whose(&claimed), [2], "what was behind it goes on");
}

/// However many letters wait behind ones that failed, whoever claims does not look at them.
#[tokio::test]
async fn what_is_behind_a_failed_letter_is_not_looked_at() {
    let schema = schema();
    let store = server().open(&schema, 2).await;
    let all = (1..=20).map(|contact| {
        let mut commit = keep(contact, 0);
        commit.outgoing = (0..5).map(|_| say("web", "x")).collect();
        commit
    });
    store.commit(all.collect()).await.unwrap();
    let claimed = store.claim(&claim(1, NOW)).await.unwrap();
    let failed = claimed.iter().map(|letter| Settled {
        seq: letter.seq,
        fate: Fate::Retry {
            at: NOW + 1_000,
            error: "busy".into(),
        },
    });
    assert_eq!(store.settle(1, failed.collect()).await.unwrap(), [true; 20]);
    let client = server().client().await;
    let ready = format!("SELECT count(*) FROM \"{schema}\".letter WHERE ready <= $1");
    let looked_at = async |now: i64| -> i64 { client.query_one(&ready, &[&now]).await.unwrap().get(0) };
    assert_eq!(looked_at(NOW + 999).await, 0);
    assert_eq!(store.claim(&claim(2, NOW + 1_000)).await.unwrap().len(), 20);
}

/// Whoever stops waiting for an answer leaves no connection to others on which they would have to wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_waiting_is_in_nobodys_way() {
    let schema = schema();
    let store = Arc::new(server().open(&schema, 2).await);
    store.check().await.unwrap();
    let client = server().client().await;
    let lock = format!("BEGIN; LOCK TABLE \"{schema}\".pulse IN ACCESS EXCLUSIVE MODE");
    client.batch_execute(&lock).await.unwrap();
    let asking = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.check().await }
    });
    let waiting =
        format!("SELECT FROM pg_locks WHERE NOT granted AND relation = '\"{schema}\".pulse'::regclass");
    while client.query(&waiting, &[]).await.unwrap().is_empty() {}
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), store.contacts()).await;
    assert_eq!(answer.expect("nobody is in the way").unwrap(), 0);
    client.batch_execute("ROLLBACK").await.unwrap();
    store.check().await.unwrap();
}

/// A host that stands still in the middle of writing stops neither those who read entries nor those who write others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_entries_stops_nobody() {
    let schema = schema();
    let (stuck, store) = (server().open(&schema, 1).await, server().open(&schema, 2).await);
    let write = |contact, expect| {
        let mut commit = keep(contact, expect);
        commit.entries = vec![b"entry".to_vec()];
        vec![commit]
    };
    store.commit(write(1, 0)).await.unwrap();
    let client = server().client().await;
    let lock = format!("BEGIN; SELECT FROM \"{schema}\".contact WHERE contact = 1 FOR UPDATE");
    client.batch_execute(&lock).await.unwrap();
    let stuck = tokio::spawn(async move { stuck.commit(write(1, 1)).await });
    let waiting = "SELECT FROM pg_locks w JOIN pg_locks h ON h.pid = w.pid
                   WHERE NOT w.granted AND h.locktype = 'relation' AND h.relation = ($1::text)::regclass";
    let contact = format!("\"{schema}\".contact");
    while client.query(waiting, &[&contact]).await.unwrap().is_empty() {}
    let soon = std::time::Duration::from_secs(10);
    let read = tokio::time::timeout(soon, store.entries(0, 10)).await;
    assert!(read.expect("nobody waits for the other host").unwrap().is_empty());
    let (read, written) = tokio::time::timeout(soon, async {
        tokio::join!(store.entries(0, 10), store.commit(write(2, 0)))
    })
    .await
    .expect("nobody waits for the other host");
    assert_eq!(written.unwrap(), [Done::Committed(1)]);
    assert!(read.unwrap().len() <= 1);
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(stuck.await.unwrap().unwrap(), [Done::Committed(2)]);
    let mut read = Vec::new();
    while read.len() < 3 {
        read = store.entries(0, 10).await.unwrap();
    }
}

/// Tables of the first version with something in them are brought to this one, and what is in them goes on.
#[tokio::test]
async fn tables_of_the_first_version_are_brought_up_to_date() {
    let schema = schema();
    let client = server().client().await;
    let tables = format!(
        "CREATE SCHEMA \"{schema}\"; SET search_path TO \"{schema}\"; {};
         CREATE TABLE version (single boolean PRIMARY KEY DEFAULT true CHECK (single), number integer NOT NULL);
         INSERT INTO version (number) VALUES (1);
         INSERT INTO contact (contact, revision, state) VALUES (1, 1, 'x');
         INSERT INTO cause (key, at, answer) SELECT convert_to(n::text, 'UTF8'), n, '' FROM generate_series(1, 100) n",
        include_str!("../../src/store/postgres/migrations/0001.sql")
    );
    client.batch_execute(&tables).await.unwrap();
    let letter = "INSERT INTO letter (contact, key, lane, route, what, at, next_at, ready)
                  VALUES (1, 'key', 'web', 'web', $1, $2, $2, $2)";
    let what = serde_json::to_vec(&say("web", "hello")).unwrap();
    client.execute(letter, &[&what, &NOW]).await.unwrap();
    let store = server().open(&schema, 2).await;
    assert_eq!(store.claim(&claim(1, NOW)).await.unwrap().len(), 1);
    assert_eq!(store.forget_causes(41).await.unwrap(), 40);
    // What is old is found without looking at the rest, however often rows have taken each other's room.
    let kind =
        "SELECT a.amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = 'cause_at'::regclass";
    assert_eq!(
        client.query_one(kind, &[]).await.unwrap().get::<_, &str>(0),
        "btree"
    );
    assert_eq!(store.contacts().await.unwrap(), 1);
}
