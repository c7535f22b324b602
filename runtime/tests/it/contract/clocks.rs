//! Clocks: one for each person, looked at by one host at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use botflow_runtime::store::Store;

use super::{NOW, keep, person};

async fn set(store: &dyn Store, contact: u64, expect: u64, wake: Option<i64>) {
    let mut commit = keep(contact, expect);
    commit.wake = wake;
    store.commit(vec![commit]).await.unwrap();
}

pub async fn what_is_due_comes_in_order_and_once(store: Arc<dyn Store>) {
    for (contact, wake) in [(1, 30), (2, 10), (3, 20), (4, 31)] {
        set(&*store, contact, 0, Some(NOW + wake)).await;
    }
    assert_eq!(store.next_due().await.unwrap(), Some(NOW + 10));
    assert!(store.due(NOW + 9, NOW + 1_000, 10).await.unwrap().is_empty());
    assert_eq!(
        store.due(NOW + 30, NOW + 1_000, 2).await.unwrap(),
        [person(2), person(3)]
    );
    assert_eq!(store.due(NOW + 30, NOW + 1_000, 2).await.unwrap(), [person(1)]);
    assert!(store.due(NOW + 30, NOW + 1_000, 2).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), Some(NOW + 31));
}

pub async fn a_commit_sets_the_clock_anew(store: Arc<dyn Store>) {
    set(&*store, 1, 0, Some(NOW)).await;
    assert_eq!(store.due(NOW, NOW + 1_000, 10).await.unwrap(), [person(1)]);
    set(&*store, 1, 1, Some(NOW + 1)).await;
    assert_eq!(store.next_due().await.unwrap(), Some(NOW + 1));
    assert_eq!(store.due(NOW + 1, NOW + 1_000, 10).await.unwrap(), [person(1)]);
    set(&*store, 1, 2, None).await;
    assert_eq!(store.next_due().await.unwrap(), None);
    assert!(
        store
            .due(i64::MAX / 2, i64::MAX / 2 + 1, 10)
            .await
            .unwrap()
            .is_empty()
    );
    // Moments at the edge of what can be written.
    set(&*store, 1, 3, Some(i64::MAX)).await;
    assert_eq!(store.next_due().await.unwrap(), Some(i64::MAX));
    set(&*store, 1, 4, Some(i64::MIN + 1)).await;
    assert_eq!(store.due(NOW, NOW + 1, 10).await.unwrap(), [person(1)]);
}

pub async fn a_claim_on_a_clock_runs_out(store: Arc<dyn Store>) {
    set(&*store, 1, 0, Some(NOW)).await;
    assert_eq!(store.due(NOW, NOW + 1_000, 10).await.unwrap(), [person(1)]);
    assert!(store.due(NOW + 999, NOW + 2_000, 10).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), Some(NOW + 1_000));
    assert_eq!(
        store.due(NOW + 1_000, NOW + 2_000, 10).await.unwrap(),
        [person(1)]
    );
}

pub async fn nobody_is_given_twice_at_once(store: Arc<dyn Store>) {
    let many = (1..=200).map(|contact| super::Commit {
        wake: Some(NOW),
        ..keep(contact, 0)
    });
    store.commit(many.collect()).await.unwrap();
    let hosts = (0..4).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut given = Vec::new();
            loop {
                let due = store.due(NOW, NOW + 60_000, 7).await.unwrap();
                if due.is_empty() {
                    return given;
                }
                given.extend(due);
            }
        })
    });
    let hosts: Vec<_> = hosts.collect();
    let mut all = Vec::new();
    for host in hosts {
        all.extend(host.await.expect("the task ends"));
    }
    assert_eq!(all.len(), 200);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 200);
}
