//! Letters: in the order of their lanes, each somebody's, until they are delivered.

use std::sync::Arc;

use botflow_runtime::store::{Claim, Fate, Filter, Letter, LetterState, Settled, Store};
use smol_str::SmolStr;

use super::{Commit, NOW, call, claim, keep, person, say, words};

async fn write(store: &dyn Store, contact: u64, expect: u64, outgoing: Vec<super::Outgoing>) {
    let commit = Commit {
        outgoing,
        ..keep(contact, expect)
    };
    store.commit(vec![commit]).await.unwrap();
}

fn said(letters: &[Letter]) -> Vec<SmolStr> {
    letters.iter().map(|letter| words(&letter.outgoing)).collect()
}

async fn settle(store: &dyn Store, token: u64, letter: &Letter, fate: Fate) -> bool {
    let settled = Settled {
        seq: letter.seq,
        fate,
    };
    store.settle(token, vec![settled]).await.unwrap() == [true]
}

pub async fn lanes_go_in_order(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1"), say("web", "2")]).await;
    write(&*store, 1, 1, vec![say("web", "3")]).await;
    for (token, expected) in [(5, "1"), (6, "2"), (7, "3")] {
        let claimed = store.claim(&claim(token, NOW)).await.unwrap();
        assert_eq!(said(&claimed), [expected]);
        assert!(store.claim(&claim(99, NOW)).await.unwrap().is_empty());
        assert!(settle(&*store, token, &claimed[0], Fate::Delivered).await);
    }
    assert!(store.claim(&claim(8, NOW)).await.unwrap().is_empty());
    assert_eq!(
        store.queued().await.unwrap(),
        botflow_runtime::store::Queued::default()
    );
}

pub async fn lanes_do_not_wait_for_each_other(store: Arc<dyn Store>) {
    let outgoing = vec![
        say("web", "w1"),
        say("sms", "s1"),
        call(1),
        call(2),
        say("web", "w2"),
    ];
    write(&*store, 1, 0, outgoing).await;
    write(&*store, 2, 0, vec![say("web", "other")]).await;
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    let lanes: Vec<_> = claimed
        .iter()
        .map(|letter| (letter.contact.0, letter.lane.as_str()))
        .collect();
    assert_eq!(
        lanes,
        [(1, "web"), (1, "sms"), (1, "call.1"), (1, "call.2"), (2, "web")]
    );
    assert!(claimed.is_sorted_by_key(|letter| letter.seq));
}

pub async fn what_is_claimed_is_nobody_elses(store: Arc<dyn Store>) {
    let all = (1..=100).map(|contact| Commit {
        outgoing: vec![say("web", "one"), say("web", "two")],
        ..keep(contact, 0)
    });
    store.commit(all.collect()).await.unwrap();
    let hosts = (0..4_u64).map(|host| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut delivered = Vec::new();
            for round in 0.. {
                let wanted = Claim {
                    limit: 9,
                    ..claim(host * 1_000 + round + 1, NOW)
                };
                let letters = store.claim(&wanted).await.unwrap();
                let done = letters.iter().map(|letter| Settled {
                    seq: letter.seq,
                    fate: Fate::Delivered,
                });
                let done: Vec<_> = done.collect();
                let settled = store.settle(wanted.token, done).await.unwrap();
                assert!(settled.iter().all(|settled| *settled));
                let mine = letters
                    .iter()
                    .map(|letter| (letter.contact, words(&letter.outgoing)));
                delivered.extend(mine);
                if letters.is_empty() && store.queued().await.unwrap().ready == 0 {
                    break;
                }
            }
            delivered
        })
    });
    let hosts: Vec<_> = hosts.collect();
    let mut all = Vec::new();
    for host in hosts {
        all.extend(host.await.expect("the task ends"));
    }
    assert_eq!(all.len(), 200);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 200);
}

pub async fn a_late_answer_is_not_taken(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1")]).await;
    let first = store.claim(&claim(5, NOW)).await.unwrap();
    assert_eq!(
        store.next_letter(&["*".into()]).await.unwrap(),
        Some(NOW + 60_000)
    );
    let second = store.claim(&claim(6, NOW + 60_000)).await.unwrap();
    assert_eq!(said(&second), ["1"]);
    assert_eq!(second[0].key, first[0].key);
    assert_eq!(second[0].attempts, 2);
    let late = Fate::Dead { error: "late".into() };
    assert!(!settle(&*store, 5, &first[0], late).await);
    assert!(settle(&*store, 6, &second[0], Fate::Delivered).await);
    assert!(!settle(&*store, 6, &second[0], Fate::Delivered).await);
}

pub async fn what_failed_comes_again(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1"), say("web", "2")]).await;
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    let retry = Fate::Retry {
        at: NOW + 500,
        error: "busy".into(),
    };
    assert!(settle(&*store, 5, &claimed[0], retry).await);
    assert_eq!(store.next_letter(&["web".into()]).await.unwrap(), Some(NOW + 500));
    // What is behind it waits, too.
    assert!(store.claim(&claim(6, NOW + 499)).await.unwrap().is_empty());
    let again = store.claim(&claim(7, NOW + 500)).await.unwrap();
    assert_eq!(said(&again), ["1"]);
    assert_eq!((again[0].attempts, again[0].error.as_str()), (2, "busy"));
}

pub async fn the_dead_let_others_pass(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1"), say("web", "2")]).await;
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    let dead = Fate::Dead {
        error: "no such number".into(),
    };
    assert!(settle(&*store, 5, &claimed[0], dead).await);
    let next = store.claim(&claim(6, NOW)).await.unwrap();
    assert_eq!(said(&next), ["2"]);
    let queued = store.queued().await.unwrap();
    assert_eq!((queued.ready, queued.dead, queued.oldest), (1, 1, Some(NOW)));
    let filter = Filter {
        state: Some(LetterState::Dead),
        limit: 10,
        ..Filter::default()
    };
    let dead = store.letters(&filter).await.unwrap();
    assert_eq!(said(&dead), ["1"]);
    assert_eq!(dead[0].error, "no such number");
    let filter = Filter {
        after: dead[0].seq,
        limit: 10,
        contact: Some(person(1)),
        ..Filter::default()
    };
    assert_eq!(said(&store.letters(&filter).await.unwrap()), ["2"]);
}

pub async fn the_dead_are_revived(store: Arc<dyn Store>) {
    for contact in [1, 2] {
        write(&*store, contact, 0, vec![say("web", "1"), say("web", "2")]).await;
    }
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    assert_eq!(claimed.len(), 2);
    for letter in &claimed {
        assert!(settle(&*store, 5, letter, Fate::Dead { error: "x".into() }).await);
    }
    assert_eq!(store.revive(Some(&[claimed[0].seq]), NOW + 9).await.unwrap(), 1);
    assert_eq!(store.revive(Some(&[claimed[0].seq]), NOW + 9).await.unwrap(), 0);
    assert_eq!(store.revive(None, NOW + 9).await.unwrap(), 1);
    let again = store.claim(&claim(6, NOW + 9)).await.unwrap();
    assert_eq!(said(&again), ["1", "1"], "before those behind them");
    assert_eq!(again[0].attempts, 1);
}

pub async fn a_turn_settles_its_letter(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![call(1)]).await;
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    let answer = Commit {
        settles: Some(claimed[0].seq),
        cause: super::cause("call.1", "ok"),
        ..keep(1, 1)
    };
    store.commit(vec![answer]).await.unwrap();
    assert_eq!(store.queued().await.unwrap().ready, 0);
    assert!(!settle(&*store, 5, &claimed[0], Fate::Delivered).await);
    // A turn that is not taken settles nothing; one that settles what is settled is taken.
    write(&*store, 1, 2, vec![call(2)]).await;
    let claimed = store.claim(&claim(6, NOW)).await.unwrap();
    let conflict = Commit {
        settles: Some(claimed[0].seq),
        ..keep(1, 0)
    };
    store.commit(vec![conflict]).await.unwrap();
    assert_eq!(store.queued().await.unwrap().ready, 1);
    store.discard(&[claimed[0].seq]).await.unwrap();
    assert_eq!(store.queued().await.unwrap().ready, 0);
    let late = Commit {
        settles: Some(claimed[0].seq),
        ..keep(1, 3)
    };
    let done = store.commit(vec![late]).await.unwrap();
    assert_eq!(done, [botflow_runtime::store::Done::Committed(4)]);
}

pub async fn routes_are_kept_apart(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "w"), say("sms", "s"), call(1)]).await;
    let on = |token, routes: &[&str]| Claim {
        routes: routes.iter().map(SmolStr::new).collect(),
        ..claim(token, NOW)
    };
    assert!(store.claim(&on(5, &["people"])).await.unwrap().is_empty());
    assert_eq!(store.next_letter(&["people".into()]).await.unwrap(), None);
    assert_eq!(said(&store.claim(&on(6, &["sms"])).await.unwrap()), ["s"]);
    let rest = store.claim(&on(7, &["web", "call"])).await.unwrap();
    let routes: Vec<_> = rest.iter().map(|letter| letter.route.as_str()).collect();
    assert_eq!(routes, ["web", "call"]);
}

pub async fn what_was_not_tried_is_given_back(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1")]).await;
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    assert!(settle(&*store, 5, &claimed[0], Fate::Released).await);
    let again = store.claim(&claim(6, NOW)).await.unwrap();
    assert_eq!((said(&again), again[0].attempts), (vec!["1".into()], 1));
}

pub async fn what_is_under_way_stays_claimed(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1"), say("web", "2")]).await;
    let claimed = store.claim(&claim(5, NOW)).await.unwrap();
    let until = NOW + 100_000;
    assert!(settle(&*store, 5, &claimed[0], Fate::UnderWay { until }).await);
    assert_eq!(store.next_letter(&["web".into()]).await.unwrap(), Some(until));
    assert!(store.claim(&claim(6, until - 1)).await.unwrap().is_empty());
    // It may be renewed again and again, and ends as any other claim.
    let until = until + 100_000;
    assert!(settle(&*store, 5, &claimed[0], Fate::UnderWay { until }).await);
    assert!(store.claim(&claim(6, until - 1)).await.unwrap().is_empty());
    let other = store.claim(&claim(7, until)).await.unwrap();
    assert_eq!((said(&other), other[0].attempts), (vec!["1".into()], 2));
    // Whoever comes too late renews nothing of somebody else's, and nothing that is settled.
    let late = || Fate::UnderWay {
        until: until + 900_000,
    };
    assert!(!settle(&*store, 5, &claimed[0], late()).await);
    assert_eq!(
        store.next_letter(&["web".into()]).await.unwrap(),
        Some(until + 60_000)
    );
    let retry = Fate::Retry {
        at: until + 5,
        error: "busy".into(),
    };
    assert!(settle(&*store, 7, &other[0], retry).await);
    assert!(!settle(&*store, 7, &other[0], late()).await);
    assert_eq!(store.next_letter(&["web".into()]).await.unwrap(), Some(until + 5));
    let again = store.claim(&claim(8, until + 5)).await.unwrap();
    assert!(settle(&*store, 8, &again[0], Fate::Delivered).await);
    assert!(!settle(&*store, 8, &again[0], late()).await);
    assert_eq!(said(&store.claim(&claim(9, until + 5)).await.unwrap()), ["2"]);
}

/// However much waits on one route, it leaves the others theirs.
pub async fn each_route_has_its_room(store: Arc<dyn Store>) {
    for contact in 1..=5 {
        write(&*store, contact, 0, vec![say("sms", "s"), say("web", "w")]).await;
    }
    let some = |token, routes: &[&str], limit, under_way: &[(&str, usize)]| Claim {
        routes: routes.iter().map(SmolStr::new).collect(),
        limit,
        under_way: under_way
            .iter()
            .map(|(route, count)| (SmolStr::new(route), *count))
            .collect(),
        ..claim(token, NOW)
    };
    let claimed = store.claim(&some(5, &["sms", "web"], 2, &[])).await.unwrap();
    assert_eq!(said(&claimed), ["s", "w", "s", "w"]);
    let full = some(6, &["sms", "web"], 2, &[("sms", 2), ("web", 1), ("call", 9)]);
    assert_eq!(said(&store.claim(&full).await.unwrap()), ["w"]);
    let more = some(7, &["web", "sms"], 2, &[("sms", 5)]);
    assert_eq!(said(&store.claim(&more).await.unwrap()), ["w", "w"]);
    // The same where routes are not named.
    let rest = some(8, &["*"], 4, &[("sms", 2)]);
    assert_eq!(said(&store.claim(&rest).await.unwrap()), ["s", "s"]);
    assert_eq!(said(&store.claim(&claim(9, NOW)).await.unwrap()), ["s"]);
}

/// What waits behind a letter that is to be tried again later need not wait longer than that one is there.
pub async fn what_is_behind_goes_as_soon_as_it_can(store: Arc<dyn Store>) {
    let retry = || Fate::Retry {
        at: NOW + 50_000,
        error: "busy".into(),
    };
    // Each time one is written, claimed and fails, with others behind it; and then is gone in another way.
    for (contact, way) in (1..).zip(["settled by a turn", "discarded", "given up", "delivered"]) {
        write(&*store, contact, 0, vec![say("web", "1"), say("web", "2")]).await;
        let token = contact * 10;
        let first = store.claim(&claim(token, NOW)).await.unwrap();
        assert_eq!(said(&first), ["1"], "{way}");
        assert!(settle(&*store, token, &first[0], retry()).await);
        write(&*store, contact, 1, vec![say("web", "3")]).await;
        assert!(store.claim(&claim(99, NOW)).await.unwrap().is_empty(), "{way}");
        let later = NOW + 50_000;
        assert_eq!(
            store.next_letter(&["web".into()]).await.unwrap(),
            Some(later),
            "{way}"
        );
        match way {
            "settled by a turn" => {
                let turn = Commit {
                    settles: Some(first[0].seq),
                    ..keep(contact, 2)
                };
                store.commit(vec![turn]).await.unwrap();
            }
            "discarded" => store.discard(&[first[0].seq]).await.unwrap(),
            _ => {
                let again = store.claim(&claim(token + 1, later)).await.unwrap();
                assert_eq!(said(&again), ["1"], "{way}");
                let fate = match way {
                    "delivered" => Fate::Delivered,
                    _ => Fate::Dead { error: "x".into() },
                };
                assert!(settle(&*store, token + 1, &again[0], fate).await);
            }
        }
        // Also for a host whose clock is behind.
        for words in ["2", "3"] {
            let next = store.claim(&claim(token + 2, NOW - 9)).await.unwrap();
            assert_eq!(said(&next), [words], "{way}");
            assert!(settle(&*store, token + 2, &next[0], Fate::Delivered).await);
        }
    }
}

/// A clock was set back, or the host that wrote it was ahead: it goes at once all the same.
pub async fn what_was_written_later_than_now(store: Arc<dyn Store>) {
    write(&*store, 1, 0, vec![say("web", "1")]).await;
    let earlier = NOW - 3_600_000;
    let next = store.next_letter(&["web".into()]).await.unwrap();
    assert!(next.is_some_and(|next| next <= earlier), "{next:?}");
    let claimed = store.claim(&claim(5, earlier)).await.unwrap();
    assert_eq!((said(&claimed), claimed[0].at), (vec!["1".into()], NOW));
}
