//! Commits: whole or not at all, and once.

use std::sync::Arc;

use botflow_runtime::store::{Done, Store};

use super::{NOW, cause, claim, keep, kept, line, person, say, web, words};

pub async fn a_commit_is_written_whole(store: Arc<dyn Store>) {
    let mut commit = keep(1, 0);
    commit.cause = cause("in.web.1", "answer");
    commit.wake = Some(NOW + 5);
    commit.addresses = vec![web("ana"), web("ana's phone")];
    commit.transcript = vec![line(1, "hello"), line(2, "again")];
    commit.entries = vec![b"one".to_vec(), b"two".to_vec()];
    commit.outgoing = vec![say("web", "first"), say("web", "second")];
    assert_eq!(store.commit(vec![commit]).await.unwrap(), [Done::Committed(1)]);

    assert_eq!(kept(&*store, 1).await, (1, "person 1 after 0".into()));
    let found = store
        .find(&[web("ana's phone"), web("bob"), web("ana")])
        .await
        .unwrap();
    assert_eq!(found, [Some(person(1)), None, Some(person(1))]);
    assert_eq!(store.next_due().await.unwrap(), Some(NOW + 5));
    let lines = store.transcript(person(1), 0, 10).await.unwrap();
    assert_eq!(lines, [line(1, "hello"), line(2, "again")]);
    let entries = store.entries(0, 10).await.unwrap();
    let bytes: Vec<_> = entries.iter().map(|(_, entry)| entry.as_slice()).collect();
    assert_eq!(bytes, [b"one", b"two"]);
    let letters = store.claim(&claim(9, NOW)).await.unwrap();
    assert_eq!(letters.len(), 1, "the second waits for the first");
    let first = &letters[0];
    assert_eq!(words(&first.outgoing), "first");
    assert_eq!(first.key, "0000000000000001.1.0");
    assert_eq!((first.contact, first.at, first.attempts), (person(1), NOW, 1));
}

pub async fn who_was_slower_is_told(store: Arc<dyn Store>) {
    assert_eq!(
        store.commit(vec![keep(1, 0)]).await.unwrap(),
        [Done::Committed(1)]
    );
    let mut slower = keep(1, 0);
    slower.state = b"slower".to_vec();
    slower.outgoing = vec![say("web", "never")];
    slower.transcript = vec![line(1, "never")];
    slower.entries = vec![b"never".to_vec()];
    slower.wake = Some(NOW);
    slower.addresses = vec![web("never")];
    assert_eq!(
        store.commit(vec![slower.clone()]).await.unwrap(),
        [Done::Conflict]
    );
    slower.expect = 7;
    assert_eq!(
        store.commit(vec![slower.clone()]).await.unwrap(),
        [Done::Conflict]
    );
    assert_eq!(kept(&*store, 1).await, (1, "person 1 after 0".into()));
    assert!(store.claim(&claim(9, NOW)).await.unwrap().is_empty());
    assert!(store.transcript(person(1), 0, 10).await.unwrap().is_empty());
    assert!(store.entries(0, 10).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), None);
    assert_eq!(store.find(&[web("never")]).await.unwrap(), [None]);
    slower.expect = 1;
    assert_eq!(store.commit(vec![slower]).await.unwrap(), [Done::Committed(2)]);
    // Nothing was kept of this one: there is nothing to go on from.
    assert_eq!(store.commit(vec![keep(2, 1)]).await.unwrap(), [Done::Conflict]);
}

pub async fn a_cause_counts_once(store: Arc<dyn Store>) {
    let mut commit = keep(1, 0);
    commit.cause = cause("in.web.1", "the first answer");
    commit.outgoing = vec![say("web", "once")];
    assert_eq!(
        store.commit(vec![commit.clone()]).await.unwrap(),
        [Done::Committed(1)]
    );
    // The same again, as after a lost answer; and as it is planned by a host that knows more.
    for expect in [0, 1, 5] {
        commit.expect = expect;
        commit.cause = cause("in.web.1", "another answer");
        let answer = Done::Duplicate(b"the first answer".to_vec());
        assert_eq!(
            store.commit(vec![commit.clone()]).await.unwrap(),
            std::slice::from_ref(&answer)
        );
        // Also for somebody else: causes are not a person's.
        commit.contact = person(2);
        assert_eq!(store.commit(vec![commit.clone()]).await.unwrap(), [answer]);
        commit.contact = person(1);
    }
    assert_eq!(kept(&*store, 1).await.0, 1);
    assert_eq!(store.queued().await.unwrap().ready, 1);
}

pub async fn a_conflict_leaves_no_cause(store: Arc<dyn Store>) {
    store.commit(vec![keep(1, 0)]).await.unwrap();
    let mut commit = keep(1, 0);
    commit.cause = cause("in.web.1", "answer");
    assert_eq!(
        store.commit(vec![commit.clone()]).await.unwrap(),
        [Done::Conflict]
    );
    commit.expect = 1;
    assert_eq!(store.commit(vec![commit]).await.unwrap(), [Done::Committed(2)]);
}

pub async fn a_batch_is_as_many_commits(store: Arc<dyn Store>) {
    let mut first = keep(1, 0);
    first.cause = cause("in.web.1", "one");
    first.addresses = vec![web("ana")];
    store.commit(vec![first]).await.unwrap();
    let mut duplicate = keep(1, 1);
    duplicate.cause = cause("in.web.1", "x");
    let mut conflict = keep(2, 4);
    conflict.cause = cause("in.web.2", "x");
    let mut taken = keep(3, 0);
    taken.addresses = vec![web("ana")];
    let mut good = keep(4, 0);
    good.outgoing = vec![say("web", "good")];
    let mut twin = keep(5, 0);
    twin.cause = cause("in.web.3", "three");
    let mut same_cause = keep(6, 0);
    same_cause.cause = cause("in.web.3", "x");
    let batch = vec![duplicate, conflict, taken, good, twin, same_cause, keep(7, 0)];
    let done = store.commit(batch).await.unwrap();
    let expected = [
        Done::Duplicate(b"one".to_vec()),
        Done::Conflict,
        Done::Conflict,
        Done::Committed(1),
        Done::Committed(1),
        Done::Duplicate(b"three".to_vec()),
        Done::Committed(1),
    ];
    assert_eq!(done, expected);
    assert_eq!(store.contacts().await.unwrap(), 4);
    assert_eq!(store.queued().await.unwrap().ready, 1);
    assert_eq!(store.commit(Vec::new()).await.unwrap(), []);
}

pub async fn an_address_is_one_persons(store: Arc<dyn Store>) {
    let mut ana = keep(1, 0);
    ana.addresses = vec![web("ana"), web("ana")];
    assert_eq!(store.commit(vec![ana]).await.unwrap(), [Done::Committed(1)]);
    let mut again = keep(1, 1);
    again.addresses = vec![web("ana")];
    assert_eq!(store.commit(vec![again]).await.unwrap(), [Done::Committed(2)]);
    let mut bob = keep(2, 0);
    bob.addresses = vec![web("bob"), web("ana")];
    assert_eq!(store.commit(vec![bob.clone()]).await.unwrap(), [Done::Conflict]);
    assert_eq!(store.find(&[web("bob")]).await.unwrap(), [None]);
    bob.addresses.pop();
    assert_eq!(store.commit(vec![bob]).await.unwrap(), [Done::Committed(1)]);
}

/// Many hosts plan the same person's next turn at once: each revision is made by one.
pub async fn of_many_at_once_one_wins(store: Arc<dyn Store>) {
    store.commit(vec![keep(1, 0)]).await.unwrap();
    let tasks = (0..8).map(|host| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut won = 0;
            for turn in 0..20 {
                loop {
                    let (revision, _) = kept(&*store, 1).await;
                    let mut commit = keep(1, revision);
                    commit.cause = cause(&format!("in.{host}.{turn}"), "");
                    commit.entries = vec![format!("{host}.{turn}").into_bytes()];
                    match store.commit(vec![commit]).await.unwrap()[0] {
                        Done::Committed(made) => {
                            assert_eq!(made, revision + 1);
                            won += 1;
                            break;
                        }
                        Done::Conflict => {}
                        Done::Duplicate(_) => panic!("nobody repeats anything here"),
                    }
                }
            }
            won
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut won = 0;
    for task in tasks {
        won += task.await.expect("the task ends");
    }
    assert_eq!(won, 160);
    assert_eq!(kept(&*store, 1).await.0, 161);
    assert_eq!(store.entries(0, 1_000).await.unwrap().len(), 160);
}
