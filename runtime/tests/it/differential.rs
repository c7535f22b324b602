//! Whatever is asked of a store, in whatever order, it answers as the store in memory does; also when it was closed and
//! opened again in between. Numbers of letters and positions of entries may differ, their order may not.

use std::collections::BTreeMap;
use std::sync::Arc;

use botflow_runtime::contact::ContactId;
use botflow_runtime::store::{
    Absorbed, AddressKey, Cause, Claim, Commit, Fate, Filter, Letter, LetterState, MemoryStore, Seq, Settled,
    SqliteStore, Store,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::contract::{NOW, call, line, say};

/// Something that is asked of a store. Small numbers, so that things meet.
#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Change>),
    Due {
        at: i64,
        lease: i64,
        limit: usize,
    },
    Claim {
        at: i64,
        lease: i64,
        limit: usize,
        routes: u8,
    },
    /// Of the claim that was made so many claims ago, this letter.
    Settle {
        back: usize,
        which: usize,
        fate: Sent,
    },
    Discard(usize),
    Revive(Option<usize>),
    Forget(i64),
    KeepBot(u64, bool),
    Reopen,
}

/// A commit: what about it is not a matter of the state that it meets.
#[derive(Clone, Debug)]
struct Change {
    contact: u64,
    /// What is added to the revision that they have: 0 is right.
    off: u64,
    cause: Option<u8>,
    at: i64,
    state: usize,
    wake: Option<i64>,
    addresses: Vec<u8>,
    lines: u64,
    entries: u8,
    outgoing: Vec<u8>,
    settles: Option<usize>,
    absorbs: Option<(u64, u64)>,
}

#[derive(Clone, Debug)]
enum Sent {
    Delivered,
    Retry(i64),
    Dead,
    Released,
}

const PEOPLE: u64 = 6;

fn change() -> impl Strategy<Value = Change> {
    let whom = (1..=PEOPLE, prop_oneof![6 => Just(0_u64), 1 => 1..3_u64]);
    let what = (
        prop::option::of(0..12_u8),
        0..50_i64,
        prop_oneof![Just(0), 1..40_usize, 1_500..3_000_usize],
        prop::option::of(-5..60_i64),
        vec(0..8_u8, 0..3),
        0..3_u64,
        0..3_u8,
        vec(0..4_u8, 0..4),
    );
    let rest = (
        prop::option::weighted(0.2, any::<usize>()),
        prop::option::weighted(0.15, (1..=PEOPLE, prop_oneof![5 => Just(0_u64), 1 => 1..3_u64])),
    );
    (whom, what, rest).prop_map(|((contact, off), what, (settles, absorbs))| {
        let (cause, at, state, wake, addresses, lines, entries, outgoing) = what;
        Change {
            contact,
            off,
            cause,
            at,
            state,
            wake,
            addresses,
            lines,
            entries,
            outgoing,
            settles,
            absorbs: absorbs.filter(|(other, _)| *other != contact),
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let sent = prop_oneof![
        4 => Just(Sent::Delivered),
        2 => (0..80_i64).prop_map(Sent::Retry),
        2 => Just(Sent::Dead),
        1 => Just(Sent::Released),
    ];
    prop_oneof![
        8 => vec(change(), 1..5).prop_map(Step::Commit),
        3 => (0..60_i64, 0..40_i64, 0..5_usize).prop_map(|(at, lease, limit)| Step::Due { at, lease, limit }),
        5 => (0..60_i64, 1..40_i64, 0..6_usize, 0..5_u8).prop_map(|(at, lease, limit, routes)| Step::Claim {
            at,
            lease,
            limit,
            routes
        }),
        5 => (0..3_usize, 0..6_usize, sent).prop_map(|(back, which, fate)| Step::Settle { back, which, fate }),
        1 => any::<usize>().prop_map(Step::Discard),
        1 => prop::option::of(any::<usize>()).prop_map(Step::Revive),
        1 => (0..60_i64).prop_map(Step::Forget),
        1 => (0..4_u64, any::<bool>()).prop_map(|(hash, current)| Step::KeepBot(hash, current)),
        1 => Just(Step::Reopen),
    ]
}

fn address(number: u8) -> AddressKey {
    AddressKey {
        channel: ["web", "=email"][usize::from(number % 2)].into(),
        address: format!("somebody {number} \u{1F600}\0'\"").into(),
    }
}

fn routes(number: u8) -> Vec<smol_str::SmolStr> {
    match number {
        0 => vec!["web".into()],
        1 => vec!["sms".into(), "call".into()],
        2 => vec!["nowhere".into()],
        _ => vec!["*".into()],
    }
}

/// Letters of a store under numbers that do not depend on it: in which order they came to light.
#[derive(Default)]
struct Numbers(BTreeMap<Seq, usize>);

impl Numbers {
    fn plain(&mut self, letters: Vec<Letter>) -> Vec<Letter> {
        let plain = letters.into_iter().map(|letter| {
            let next = self.0.len();
            let number = *self.0.entry(letter.seq).or_insert(next);
            Letter {
                seq: number as Seq,
                ..letter
            }
        });
        plain.collect()
    }
}

/// A store, and what was seen of it.
struct Seen {
    store: Arc<dyn Store>,
    /// The claims that were made, with the letters' own numbers.
    claims: Vec<(u64, Vec<Seq>)>,
    numbers: Numbers,
}

impl Seen {
    fn new(store: Arc<dyn Store>) -> Seen {
        Seen {
            store,
            claims: Vec::new(),
            numbers: Numbers::default(),
        }
    }

    /// All letters, in order.
    async fn letters(&self) -> Vec<Letter> {
        let filter = Filter {
            limit: usize::MAX,
            ..Filter::default()
        };
        self.store.letters(&filter).await.unwrap()
    }

    async fn nth(&self, which: usize) -> Option<Seq> {
        let letters = self.letters().await;
        let at = which.checked_rem(letters.len())?;
        Some(letters[at].seq)
    }

    /// Does a step; what was answered, in words.
    async fn take(&mut self, step: &Step, token: u64) -> String {
        let store = Arc::clone(&self.store);
        match step {
            Step::Commit(changes) => {
                let mut batch = Vec::new();
                let mut met = Vec::new();
                for change in changes {
                    let other = change.absorbs.map(|(other, _)| other);
                    // No two commits of a batch are about one person.
                    if met.contains(&change.contact) || other.is_some_and(|other| met.contains(&other)) {
                        continue;
                    }
                    met.push(change.contact);
                    met.extend(other);
                    batch.push(self.commit(change).await);
                }
                format!("{:?}", store.commit(batch).await)
            }
            Step::Due { at, lease, limit } => {
                format!("{:?}", store.due(NOW + at, NOW + at + lease, *limit).await)
            }
            Step::Claim {
                at,
                lease,
                limit,
                routes: which,
            } => {
                let claim = Claim {
                    token,
                    now: NOW + at,
                    until: NOW + at + lease,
                    routes: routes(*which),
                    limit: *limit,
                    under_way: Default::default(),
                };
                let claimed = store.claim(&claim).await.unwrap();
                let seqs = claimed.iter().map(|letter| letter.seq).collect();
                self.claims.push((token, seqs));
                format!("{:?}", self.numbers.plain(claimed))
            }
            Step::Settle { back, which, fate } => {
                let Some((token, seqs)) = self.claims.iter().rev().nth(*back) else {
                    return String::new();
                };
                let Some(seq) = seqs.get(*which) else {
                    return String::new();
                };
                let fate = match fate {
                    Sent::Delivered => Fate::Delivered,
                    Sent::Retry(at) => Fate::Retry {
                        at: NOW + at,
                        error: "later".to_owned(),
                    },
                    Sent::Dead => Fate::Dead {
                        error: "never".to_owned(),
                    },
                    Sent::Released => Fate::Released,
                };
                let settled = vec![Settled { seq: *seq, fate }];
                format!("{:?}", store.settle(*token, settled).await)
            }
            Step::Discard(which) => {
                let gone: Vec<_> = self.nth(*which).await.into_iter().collect();
                format!("{:?}", store.discard(&gone).await)
            }
            Step::Revive(None) => format!("{:?}", store.revive(None, NOW + 30).await),
            Step::Revive(Some(which)) => {
                let some: Vec<_> = self.nth(*which).await.into_iter().collect();
                format!("{:?}", store.revive(Some(&some), NOW + 30).await)
            }
            Step::Forget(before) => format!("{:?}", store.forget_causes(NOW + before).await),
            Step::KeepBot(hash, current) => {
                let bytes = hash.to_le_bytes();
                format!("{:?}", store.keep_bot(*hash, &bytes, *current, NOW).await)
            }
            Step::Reopen => String::new(),
        }
    }

    async fn revision(&self, contact: u64) -> u64 {
        use botflow_runtime::store::Snapshot;
        match self
            .store
            .load(&[ContactId(contact)])
            .await
            .unwrap()
            .pop()
            .flatten()
        {
            Some(Snapshot::Kept { revision, .. }) => revision,
            Some(Snapshot::Moved(_)) | None => 0,
        }
    }

    async fn commit(&self, change: &Change) -> Commit {
        let expect = self.revision(change.contact).await + change.off;
        let absorbs = match change.absorbs {
            None => None,
            Some((other, off)) => Some(Absorbed {
                contact: ContactId(other),
                expect: self.revision(other).await + off,
                lines_from: 1_000 * (expect + 1),
            }),
        };
        let lines = (1..=change.lines).map(|number| line(expect * 10 + number, "words"));
        let outgoing = change.outgoing.iter().map(|kind| match kind {
            0 => call(u32::from(*kind) + u32::try_from(expect).unwrap_or(0)),
            1 => say("sms", "short"),
            _ => say("web", "long"),
        });
        Commit {
            contact: ContactId(change.contact),
            expect,
            cause: change.cause.map(|key| Cause {
                key: format!("cause {key}").into(),
                answer: format!("by {} {expect}", change.contact).into_bytes(),
            }),
            at: NOW + change.at,
            state: vec![u8::try_from(expect % 251).unwrap_or(0); change.state],
            wake: change.wake.map(|wake| NOW + wake),
            addresses: change.addresses.iter().copied().map(address).collect(),
            transcript: lines.collect(),
            entries: (0..change.entries)
                .map(|entry| vec![entry; usize::from(entry)])
                .collect(),
            outgoing: outgoing.collect(),
            settles: match change.settles {
                Some(which) => self.nth(which).await,
                None => None,
            },
            absorbs,
        }
    }

    /// Everything that can be read.
    async fn all(&mut self) -> String {
        let store = Arc::clone(&self.store);
        let people: Vec<_> = (0..=PEOPLE).map(ContactId).collect();
        let addresses: Vec<_> = (0..8).map(address).collect();
        let mut all = format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
            store.load(&people).await,
            store.find(&addresses).await,
            store.contacts().await,
            store.next_due().await,
            store.queued().await,
            store.current_bot().await,
        );
        for contact in &people {
            let lines = store.transcript(*contact, 0, 1_000).await;
            let last = store.last_lines(*contact, 2).await;
            all += &format!("{lines:?}\n{last:?}\n");
        }
        for hash in 0..4 {
            all += &format!("{:?}\n", store.bot(hash).await);
        }
        for number in 0..4 {
            all += &format!("{:?}\n", store.next_letter(&routes(number)).await);
        }
        let entries = store.entries(0, usize::MAX).await.unwrap();
        assert!(entries.is_sorted_by(|one, other| one.0 < other.0));
        let entries: Vec<_> = entries.into_iter().map(|(_, entry)| entry).collect();
        let letters = self.letters().await;
        let dead = letters.iter().filter(|letter| letter.state == LetterState::Dead);
        let filter = Filter {
            state: Some(LetterState::Dead),
            contact: None,
            after: 0,
            limit: usize::MAX,
        };
        assert_eq!(
            store.letters(&filter).await.unwrap(),
            dead.cloned().collect::<Vec<_>>()
        );
        let letters = self.numbers.plain(letters);
        all + &format!("{entries:?}\n{letters:?}")
    }
}

/// Gives back every claim, in both stores: those of one that is opened anew have ended.
async fn release(model: &mut Seen) {
    for (token, seqs) in std::mem::take(&mut model.claims) {
        for seq in seqs {
            let fate = Fate::Released;
            model
                .store
                .settle(token, vec![Settled { seq, fate }])
                .await
                .unwrap();
        }
    }
}

/// Holds a store against the one in memory. `open` opens it, the first time and again.
async fn agrees<S: Store, F: Future<Output = S>>(steps: &[Step], open: impl Fn() -> F) {
    let mut model = Seen::new(Arc::new(MemoryStore::new()));
    let mut real = Seen::new(Arc::new(open().await));
    // Clocks that are claimed stay so in memory, and are free again in a store that was opened anew: they are looked at
    // only until then.
    let mut clocks = true;
    for (token, step) in (1_u64..).zip(steps) {
        match step {
            Step::Reopen => {
                release(&mut model).await;
                release(&mut real).await;
                real.store.close().await;
                real.store = Arc::new(open().await);
                clocks &= false;
            }
            Step::Due { .. } if !clocks => continue,
            step => {
                let expected = model.take(step, token).await;
                let answered = real.take(step, token).await;
                assert_eq!(answered, expected, "{step:?}");
            }
        }
        let (expected, seen) = (model.all().await, real.all().await);
        if clocks {
            assert_eq!(seen, expected, "after {step:?}");
        } else {
            // The fourth line says when something is due next.
            let but = |all: &str| {
                all.lines()
                    .enumerate()
                    .filter(|(at, _)| *at != 3)
                    .map(|(_, line)| line.to_owned() + "\n")
                    .collect::<String>()
            };
            assert_eq!(but(&seen), but(&expected), "after {step:?}");
        }
    }
    real.store.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::kit::cases(16), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_as_memory_does(steps in vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let path = crate::sqlite::file();
        runtime.block_on(agrees(&steps, async || SqliteStore::open(&path).await.unwrap()));
    }
}

proptest! {
    // Each step is followed by reading everything, over a socket.
    #![proptest_config(ProptestConfig { cases: crate::kit::cases(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn postgres_answers_as_memory_does(steps in vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let schema = crate::database::schema();
        // Which letters are taken first where not all are is the store's own affair.
        let mut steps = steps;
        for step in &mut steps {
            if let Step::Claim { limit, .. } = step {
                *limit = 1_000;
            }
        }
        runtime.block_on(agrees(&steps, async || crate::database::server().open(&schema, 2).await));
    }
}
