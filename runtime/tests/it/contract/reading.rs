//! What is read again: transcripts, entries, bots; and what is forgotten.

use std::sync::Arc;

use botflow_runtime::store::{Done, Queued, Store};

use super::{Commit, NOW, cause, claim, keep, kept, line, person};

pub async fn nothing_is_there_at_first(store: Arc<dyn Store>) {
    store.check().await.unwrap();
    assert_eq!(store.contacts().await.unwrap(), 0);
    assert_eq!(store.find(&[]).await.unwrap(), []);
    assert_eq!(store.load(&[]).await.unwrap(), []);
    assert_eq!(store.load(&[person(1)]).await.unwrap(), [None]);
    assert_eq!(store.next_due().await.unwrap(), None);
    assert_eq!(store.next_letter(&["*".into()]).await.unwrap(), None);
    assert_eq!(store.queued().await.unwrap(), Queued::default());
    assert!(store.claim(&claim(1, NOW)).await.unwrap().is_empty());
    assert_eq!(store.current_bot().await.unwrap(), None);
    assert_eq!(store.bot(1).await.unwrap(), None);
}

pub async fn transcripts(store: Arc<dyn Store>) {
    let lines = |from: u64| (from..from + 5).map(|number| line(number, &format!("line {number}")));
    for (expect, from) in [(0, 1), (1, 6)] {
        let commit = Commit {
            transcript: lines(from).collect(),
            ..keep(1, expect)
        };
        store.commit(vec![commit]).await.unwrap();
    }
    let read = store.transcript(person(1), 4, 3).await.unwrap();
    assert_eq!(read, lines(5).take(3).collect::<Vec<_>>());
    let last = store.last_lines(person(1), 2).await.unwrap();
    assert_eq!(last, lines(9).take(2).collect::<Vec<_>>());
    assert!(store.transcript(person(1), 10, 3).await.unwrap().is_empty());
    assert!(store.last_lines(person(2), 3).await.unwrap().is_empty());
}

pub async fn entries_keep_their_order(store: Arc<dyn Store>) {
    for contact in 1..=3 {
        let commit = Commit {
            entries: vec![
                format!("{contact}a").into_bytes(),
                format!("{contact}b").into_bytes(),
            ],
            ..keep(contact, 0)
        };
        store.commit(vec![commit]).await.unwrap();
    }
    let mut read = Vec::new();
    let mut after = 0;
    loop {
        let some = store.entries(after, 4).await.unwrap();
        let Some((last, _)) = some.last() else { break };
        assert!(some.iter().all(|(position, _)| *position > after));
        after = *last;
        read.extend(
            some.into_iter()
                .map(|(_, entry)| String::from_utf8(entry).unwrap()),
        );
    }
    assert_eq!(read, ["1a", "1b", "2a", "2b", "3a", "3b"]);
}

pub async fn bots(store: Arc<dyn Store>) {
    store.keep_bot(7, b"seven", true, NOW).await.unwrap();
    store.keep_bot(u64::MAX, b"largest", false, NOW).await.unwrap();
    assert_eq!(store.current_bot().await.unwrap(), Some(7));
    store.keep_bot(u64::MAX, b"largest", true, NOW).await.unwrap();
    assert_eq!(store.current_bot().await.unwrap(), Some(u64::MAX));
    assert_eq!(store.bot(7).await.unwrap().as_deref(), Some(&b"seven"[..]));
    assert_eq!(
        store.bot(u64::MAX).await.unwrap().as_deref(),
        Some(&b"largest"[..])
    );
    // Back to the first.
    store.keep_bot(7, b"seven", true, NOW).await.unwrap();
    assert_eq!(store.current_bot().await.unwrap(), Some(7));
}

pub async fn causes_are_forgotten(store: Arc<dyn Store>) {
    let commit = |contact, at, key: &str| Commit {
        cause: cause(key, "answer"),
        at,
        ..keep(contact, 0)
    };
    store
        .commit(vec![commit(1, NOW, "old"), commit(2, NOW + 10, "new")])
        .await
        .unwrap();
    assert_eq!(store.forget_causes(NOW + 10).await.unwrap(), 1);
    let done = store
        .commit(vec![commit(3, NOW, "old"), commit(4, NOW, "new")])
        .await
        .unwrap();
    assert_eq!(done, [Done::Committed(1), Done::Duplicate(b"answer".to_vec())]);
}

pub async fn large_states(store: Arc<dyn Store>) {
    let state: Vec<u8> = (0..300_000_u32).map(|at| b'a' + (at % 26) as u8).collect();
    let commit = Commit {
        state: state.clone(),
        ..keep(1, 0)
    };
    store.commit(vec![commit]).await.unwrap();
    assert_eq!(kept(&*store, 1).await.1.as_bytes(), state);
}
