//! Two people who turn out to be one.

use std::sync::Arc;

use botflow_runtime::store::{Absorbed, Done, Filter, Snapshot, Store};

use super::{Commit, NOW, claim, keep, kept, line, person, say, web, words};

async fn two(store: &dyn Store) {
    let known = Commit {
        addresses: vec![web("known")],
        transcript: vec![line(1, "k1"), line(2, "k2")],
        outgoing: vec![say("web", "to known")],
        ..keep(1, 0)
    };
    let visitor = Commit {
        addresses: vec![web("visitor")],
        transcript: vec![line(1, "v1")],
        outgoing: vec![say("web", "to visitor")],
        wake: Some(NOW),
        ..keep(2, 0)
    };
    store.commit(vec![known, visitor]).await.unwrap();
}

fn absorbs(contact: u64, expect: u64) -> Option<Absorbed> {
    Some(Absorbed {
        contact: person(contact),
        expect,
        lines_from: 2,
    })
}

pub async fn who_turned_out_to_be_somebody_else(store: Arc<dyn Store>) {
    two(&*store).await;
    let merge = Commit {
        absorbs: absorbs(2, 1),
        addresses: vec![web("visitor"), web("new")],
        transcript: vec![line(4, "both")],
        ..keep(1, 1)
    };
    assert_eq!(store.commit(vec![merge]).await.unwrap(), [Done::Committed(2)]);
    let found = store
        .find(&[web("known"), web("visitor"), web("new")])
        .await
        .unwrap();
    assert_eq!(found, [Some(person(1)); 3]);
    let loaded = store.load(&[person(2)]).await.unwrap();
    assert_eq!(loaded, [Some(Snapshot::Moved(person(1)))]);
    assert_eq!(store.contacts().await.unwrap(), 1);
    assert_eq!(store.next_due().await.unwrap(), None);
    let lines = store.transcript(person(1), 0, 10).await.unwrap();
    assert_eq!(
        lines,
        [line(1, "k1"), line(2, "k2"), line(3, "v1"), line(4, "both")]
    );
    // Letters are one lane now, in their order, under their old keys.
    let letters = store.claim(&claim(5, NOW)).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(words(&letters[0].outgoing), "to known");
    let filter = Filter {
        contact: Some(person(1)),
        limit: 10,
        ..Filter::default()
    };
    let all = store.letters(&filter).await.unwrap();
    assert_eq!(all[1].key, "0000000000000002.1.0");
    // Whoever plans a turn of the one who is gone is told.
    assert_eq!(store.commit(vec![keep(2, 1)]).await.unwrap(), [Done::Conflict]);
    assert_eq!(store.commit(vec![keep(2, 0)]).await.unwrap(), [Done::Conflict]);
}

pub async fn merging_conflicts(store: Arc<dyn Store>) {
    two(&*store).await;
    // Something has happened to either since.
    for (expect, other) in [(0, 1), (1, 0), (1, 2), (2, 1)] {
        let merge = Commit {
            absorbs: absorbs(2, other),
            ..keep(1, expect)
        };
        assert_eq!(store.commit(vec![merge]).await.unwrap(), [Done::Conflict]);
    }
    let nobody = Commit {
        absorbs: absorbs(9, 0),
        ..keep(1, 1)
    };
    assert_eq!(store.commit(vec![nobody]).await.unwrap(), [Done::Conflict]);
    assert_eq!(kept(&*store, 1).await.0, 1);
    assert_eq!(kept(&*store, 2).await.0, 1);
    assert_eq!(store.find(&[web("visitor")]).await.unwrap(), [Some(person(2))]);
}

pub async fn a_chain_of_merges(store: Arc<dyn Store>) {
    two(&*store).await;
    let first = Commit {
        absorbs: absorbs(2, 1),
        ..keep(1, 1)
    };
    store.commit(vec![first]).await.unwrap();
    store.commit(vec![keep(3, 0)]).await.unwrap();
    let second = Commit {
        absorbs: absorbs(1, 2),
        ..keep(3, 1)
    };
    assert_eq!(store.commit(vec![second]).await.unwrap(), [Done::Committed(2)]);
    let loaded = store.load(&[person(1), person(2)]).await.unwrap();
    assert_eq!(
        loaded,
        [Some(Snapshot::Moved(person(3))), Some(Snapshot::Moved(person(3)))]
    );
    assert_eq!(store.find(&[web("visitor")]).await.unwrap(), [Some(person(3))]);
}
