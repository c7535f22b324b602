//! Takes turns: many people at once, each of them one thing after the other, all of a round in one flush.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lru::LruCache;
use smol_str::{SmolStr, format_smolstr};
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::FollowError;
use super::inbound::{Ack, Refused};
use super::job::{Job, Target};
use super::shared::Shared;
use super::waiting::Waiting;
use super::writing::written;
use crate::contact::input::Occasion;
use crate::contact::merging::join;
use crate::contact::{Author, Contact, ContactId, Input, Outgoing, Plan, carried_over, plan};
use crate::deployment::Version;
use crate::store::commit::effect_key;
use crate::store::{Absorbed, AddressKey, Cause, Change, Commit, Done, Snapshot, StoreError, Trouble};

/// So often somebody else may be faster before a turn is given up.
const MAX_CONFLICTS: u32 = 32;

/// Somebody of whom more bytes are kept is read anew each time, so that memory is bounded.
const MAX_CACHED: usize = 64 * 1024;

/// Takes turns.
pub(super) struct Committer {
    shared: Arc<Shared>,
    /// What channels brought.
    inbound: Receiver<Job>,
    /// What clocks and deliveries brought.
    internal: Receiver<Job>,
    /// What has come and has not been taken.
    waiting: Waiting,
    contacts: LruCache<ContactId, (u64, Contact)>,
    addresses: LruCache<AddressKey, ContactId>,
}

/// A turn that is planned.
struct Planned {
    job: Job,
    /// The moment it was planned at.
    at: i64,
    contact: ContactId,
    plan: Plan,
    absorbs: Option<Absorbed>,
    /// What is to be answered, if it is committed.
    ack: Ack,
    /// The addresses the job was found by.
    found_by: Option<AddressKey>,
}

/// The version that runs in a round.
struct Runs {
    version: Arc<Version>,
    /// People who are under another version go over to it; else why they cannot be carried on here.
    others: Result<(), StoreError>,
}

impl Runs {
    /// Whether somebody under that version can be carried on.
    fn takes(&self, bot: u64) -> Result<(), StoreError> {
        if bot == self.version.hash() {
            return Ok(());
        }
        self.others.clone()
    }
}

/// What is known of a person in this round.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are kept, and each is moved once"
)]
enum Known {
    Nobody,
    Kept(u64, Contact),
    Moved(ContactId),
}

impl Committer {
    pub fn new(shared: Arc<Shared>, inbound: Receiver<Job>, internal: Receiver<Job>) -> Committer {
        let cached = NonZeroUsize::new(shared.settings.cached).unwrap_or(NonZeroUsize::MIN);
        Committer {
            shared,
            inbound,
            internal,
            waiting: Waiting::default(),
            contacts: growing(cached),
            addresses: growing(cached),
        }
    }

    /// Works until nothing comes any more.
    pub async fn run(mut self, closed: CancellationToken) {
        while let Some(round) = self.gather(&closed).await {
            self.round(round).await;
        }
    }

    /// What is taken next: of each queue the first. What has come is let in, from channels and from within; how much
    /// waits is bounded where it is let in.
    async fn gather(&mut self, closed: &CancellationToken) -> Option<Vec<Job>> {
        let batch = self.shared.settings.batch.max(1);
        if self.waiting.is_empty() {
            let first = tokio::select! {
                biased;
                job = self.inbound.recv() => job?,
                job = self.internal.recv() => job?,
                () = closed.cancelled() => return None,
            };
            self.waiting.push_back(first);
        }
        for queue in [&mut self.internal, &mut self.inbound] {
            for _ in 0..batch {
                match queue.try_recv() {
                    Ok(job) => self.waiting.push_back(job),
                    Err(_) => break,
                }
            }
        }
        Some(self.waiting.take(batch))
    }

    async fn round(&mut self, jobs: Vec<Job>) {
        let began = Instant::now();
        let jobs = match self.locate(jobs).await {
            Ok(jobs) => jobs,
            Err((jobs, error)) => return self.refuse(jobs, &error),
        };
        let mut known = match self.know(&jobs).await {
            Ok(known) => known,
            Err(error) => {
                let jobs = jobs.into_iter().map(|(job, ..)| job).collect();
                return self.refuse(jobs, &error);
            }
        };
        let runs = self.version_for(&known).await;
        let mut planned = Vec::with_capacity(jobs.len());
        for (job, contact, other) in jobs {
            if let Some(one) = self.plan(&runs, &mut known, job, contact, other).await {
                planned.push(one);
            }
        }
        if planned.is_empty() {
            return;
        }
        self.commit(planned, began).await;
    }

    /// The version that runs. Where somebody is under another one, that may be a newer one which another host runs and
    /// this one has missed. So the store is asked: nobody is taken back to an earlier version.
    async fn version_for(&self, known: &BTreeMap<ContactId, Result<Known, String>>) -> Runs {
        let deployment = &self.shared.deployment;
        let current = deployment.current().hash();
        let is_other = known
            .values()
            .any(|one| matches!(one, Ok(Known::Kept(_, kept)) if kept.bot() != current));
        let others = match is_other {
            false => Ok(()),
            true => match super::follow(&self.shared).await {
                Ok(_) => Ok(()),
                Err(FollowError::Store(error)) => Err(error),
                Err(error) => {
                    let message = format!("the version that runs elsewhere does not run here: {error}");
                    Err(StoreError::new(Trouble::Unavailable, message))
                }
            },
        };
        Runs {
            version: deployment.current(),
            others,
        }
    }

    /// Whom each job is about, and somebody else who is found by what it tells. Of several about one person the first is
    /// taken, and the others wait.
    async fn locate(
        &mut self,
        jobs: Vec<Job>,
    ) -> Result<Vec<(Job, ContactId, Option<ContactId>)>, (Vec<Job>, StoreError)> {
        let mut unknown = BTreeSet::new();
        for job in &jobs {
            if let Target::Address(key, _) | Target::Identify(_, key) = &job.target
                && !self.addresses.contains(key)
            {
                unknown.insert(key.clone());
            }
        }
        let unknown: Vec<_> = unknown.into_iter().collect();
        let found = match unknown.is_empty() {
            true => Vec::new(),
            false => match self.shared.store.find(&unknown).await {
                Ok(found) => found,
                Err(error) => return Err((jobs, error)),
            },
        };
        let found: BTreeMap<_, _> = unknown.iter().zip(found).collect();
        let mut taken = BTreeSet::new();
        let mut located = Vec::with_capacity(jobs.len());
        for job in jobs {
            let at = |cache: &mut LruCache<AddressKey, ContactId>, key: &AddressKey| {
                let cached = cache.get(key).copied();
                cached.or_else(|| found.get(key).copied().flatten())
            };
            let (contact, other) = match &job.target {
                Target::Address(key, _) => {
                    let known = at(&mut self.addresses, key);
                    (
                        known.unwrap_or_else(|| number_of(self.shared.store.number(), key, job.conflicts)),
                        None,
                    )
                }
                Target::Contact(contact, _) | Target::Answer { contact, .. } => (*contact, None),
                Target::Identify(contact, key) => {
                    let known = at(&mut self.addresses, key);
                    (*contact, known.filter(|known| known != contact))
                }
            };
            let is_taken = taken.contains(&contact) || other.is_some_and(|other| taken.contains(&other));
            taken.insert(contact);
            taken.extend(other);
            if is_taken {
                self.waiting.push_front(job);
            } else {
                located.push((job, contact, other));
            }
        }
        Ok(located)
    }

    /// What is kept of the people of a round: from memory, else from the store.
    async fn know(
        &mut self,
        jobs: &[(Job, ContactId, Option<ContactId>)],
    ) -> Result<BTreeMap<ContactId, Result<Known, String>>, StoreError> {
        let people = jobs
            .iter()
            .flat_map(|(_, contact, other)| std::iter::once(contact).chain(other));
        let mut known = BTreeMap::new();
        let mut missing = Vec::new();
        for contact in people {
            match self.contacts.pop(contact) {
                Some((revision, kept)) => {
                    known.insert(*contact, Ok(Known::Kept(revision, kept)));
                }
                None => missing.push(*contact),
            }
        }
        if missing.is_empty() {
            return Ok(known);
        }
        let loaded = self.shared.store.load(&missing).await?;
        for (contact, snapshot) in missing.into_iter().zip(loaded) {
            let is = match snapshot {
                None => Ok(Known::Nobody),
                Some(Snapshot::Moved(to)) => Ok(Known::Moved(to)),
                Some(Snapshot::Kept { revision, state }) => match Contact::from_bytes(&state) {
                    Ok(kept) => Ok(Known::Kept(revision, kept)),
                    Err(error) => Err(error.to_string()),
                },
            };
            known.insert(contact, is);
        }
        Ok(known)
    }

    async fn plan(
        &mut self,
        runs: &Runs,
        known: &mut BTreeMap<ContactId, Result<Known, String>>,
        job: Job,
        contact: ContactId,
        other: Option<ContactId>,
    ) -> Option<Planned> {
        let shared = Arc::clone(&self.shared);
        let version = &*runs.version;
        // The clock is asked where a panic of it is one of planning.
        let at = AtomicI64::new(0);
        let occasion = |input: Input, job: &Job| {
            let now = shared.clock.now();
            at.store(now, Ordering::Relaxed);
            Occasion {
                id: job.cause.as_deref().map_or(0, number_of_cause),
                now,
                seed: job.seed,
                input,
            }
        };
        let (revision, kept) = match known.remove(&contact).unwrap_or(Ok(Known::Nobody)) {
            Err(error) => {
                tracing::error!(contact = %contact, %error, "what is kept of a person cannot be read");
                answer(job, Err(Refused::Unreadable(error)));
                return None;
            }
            Ok(Known::Moved(to)) => {
                self.redirect(job, to);
                return None;
            }
            Ok(Known::Nobody) => match &job.target {
                Target::Address(..) => (0, Contact::new(contact, version)),
                _ => {
                    answer(job, Err(Refused::Nobody));
                    return None;
                }
            },
            Ok(Known::Kept(revision, kept)) => (revision, kept),
        };
        let older = match self.older(runs, kept.bot()).await {
            Ok(older) => older,
            Err(error) => {
                self.refuse(vec![job], &error);
                return None;
            }
        };
        let mut found_by = None;
        let mut absorbs = None;
        let mut survivor = contact;
        let mut expect = revision;
        let planned = match job.target.clone() {
            Target::Address(key, what) => {
                found_by = Some(key.clone());
                let input = Input::At {
                    channel: key.channel.clone(),
                    address: key.address.clone(),
                    what,
                };
                soundly(|| {
                    let mut plan = plan(version, older.as_deref(), kept, occasion(input, &job));
                    let found_by = (key.channel, key.address);
                    if revision == 0 && !plan.addresses.contains(&found_by) {
                        plan.addresses.push(found_by);
                    }
                    plan
                })
            }
            Target::Contact(_, mut input) => {
                if let (Some(was), Input::Status { message, .. }) = (job.was, &mut input) {
                    *message = kept.renumbered(was, *message);
                }
                soundly(|| plan(version, older.as_deref(), kept, occasion(input, &job)))
            }
            Target::Answer {
                bot,
                request,
                outcome,
                ..
            } => {
                let input = match outcome {
                    Ok(value) => {
                        let asked_by = match self.shared.version(bot).await {
                            Ok(asked_by) => asked_by,
                            Err(error) => {
                                self.refuse(vec![job], &error);
                                return None;
                            }
                        };
                        carried_over(version, asked_by.as_deref(), &request, value)
                    }
                    Err(failure) => Input::CallFailed {
                        call: request.number,
                        attempt: request.attempt,
                        failure,
                    },
                };
                soundly(|| plan(version, older.as_deref(), kept, occasion(input, &job)))
            }
            Target::Identify(_, key) => match other {
                None => soundly(|| {
                    let mut plan = plan(version, older.as_deref(), kept, occasion(Input::Due, &job));
                    plan.addresses.push((key.channel, key.address));
                    plan
                }),
                Some(other) => match known.remove(&other).unwrap_or(Ok(Known::Nobody)) {
                    Err(error) => {
                        answer(job, Err(Refused::Unreadable(error)));
                        return None;
                    }
                    // Whoever was known by it is somebody else by now, or nobody.
                    Ok(Known::Moved(_) | Known::Nobody) => {
                        self.addresses.pop(&key);
                        self.again(job);
                        return None;
                    }
                    Ok(Known::Kept(other_revision, others)) => {
                        let others_older = match self.older(runs, others.bot()).await {
                            Ok(older) => older,
                            Err(error) => {
                                self.refuse(vec![job], &error);
                                return None;
                            }
                        };
                        let joined = soundly(|| {
                            join(
                                version,
                                (others, others_older.as_deref()),
                                (kept, older.as_deref()),
                                &occasion(Input::Due, &job),
                            )
                        });
                        // The one who is known stays; the one who turned out to be them goes.
                        survivor = other;
                        expect = other_revision;
                        joined.map(|joined| {
                            absorbs = Some(Absorbed {
                                contact,
                                expect: revision,
                                lines_from: joined.lines_from,
                            });
                            let mut plan = joined.plan;
                            plan.contact.absorb(contact, joined.messages_from);
                            plan
                        })
                    }
                },
            },
        };
        let mut plan = match planned {
            Ok(plan) => plan,
            Err(error) => {
                shared.meter.fault();
                tracing::error!(contact = %contact, %error, "a turn could not be planned");
                answer(job, Err(Refused::Unreadable(error)));
                return None;
            }
        };
        plan.addresses.dedup();
        // Whoever shows transcripts needs no letter.
        let transcripts = &shared.settings.transcripts;
        plan.outgoing.retain(
            |outgoing| !matches!(outgoing, Outgoing::Say(saying) if transcripts.contains(&saying.channel)),
        );
        let effects = (0..plan.outgoing.len()).map(|place| effect_key(survivor, expect + 1, place).into());
        let mut lines = plan.transcript.iter();
        let line = lines.find(|line| matches!(line.said, Author::Customer { .. }));
        let ack = Ack {
            contact: format_smolstr!("{survivor}"),
            revision: expect + 1,
            effects: effects.collect(),
            line: line.map_or(0, |line| line.number),
            works: plan.works,
            refused: plan.refused.map(|refused| refused.words().into()),
            duplicate: false,
        };
        Some(Planned {
            job,
            at: at.into_inner(),
            contact: survivor,
            absorbs,
            plan,
            ack,
            found_by,
        })
    }

    /// The version that somebody is under, if they can be carried on from it.
    async fn older(&self, runs: &Runs, bot: u64) -> Result<Option<Arc<Version>>, StoreError> {
        runs.takes(bot)?;
        self.shared.version(bot).await
    }

    async fn commit(&mut self, planned: Vec<Planned>, began: Instant) {
        let batch: Vec<Commit> = planned.iter().map(Planned::commit).collect();
        let turns = batch.len();
        let sizes: Vec<usize> = batch.iter().map(|commit| commit.state.len()).collect();
        let done = match written(&self.shared, batch).await {
            Ok(done) => done,
            Err(error) => {
                for one in &planned {
                    self.forget(one);
                }
                let jobs = planned.into_iter().map(|one| one.job).collect();
                return self.refuse(jobs, &error);
            }
        };
        self.shared.meter.committed(turns, began.elapsed());
        let mut change = Change::default();
        let mut contacts = Vec::new();
        for ((one, done), size) in planned.into_iter().zip(done).zip(sizes) {
            if matches!(done, Ok(Done::Duplicate(_) | Done::Conflict)) {
                // Perhaps it was this very turn, whose answer was lost, or that of a host which ended before it told.
                (change.letters, change.clocks) = (true, true);
                contacts.push(one.contact);
                self.shared.hub.tell(one.contact);
            }
            match done {
                Err(error) => {
                    self.forget(&one);
                    self.refuse(vec![one.job], &error);
                }
                Ok(Done::Committed(revision)) => {
                    self.shared.meter.turn(&one.plan);
                    change.letters |= !one.plan.outgoing.is_empty();
                    change.clocks |= one.plan.wake.is_some();
                    if !one.plan.transcript.is_empty() {
                        contacts.push(one.contact);
                        self.shared.hub.tell(one.contact);
                    }
                    // Pages of the one who is gone look for the one they became, who has the lines of both.
                    if let Some(gone) = one.absorbs {
                        for contact in [gone.contact, one.contact] {
                            contacts.push(contact);
                            self.shared.hub.tell(contact);
                        }
                    }
                    for fault in &one.plan.faults {
                        tracing::error!(contact = %one.contact, ?fault, "the machine protected itself");
                    }
                    self.remember(one, revision, size);
                }
                Ok(Done::Duplicate(recorded)) => {
                    self.forget(&one);
                    let ack = serde_json::from_slice::<Ack>(&recorded);
                    let ack = ack.map(|ack| Ack {
                        duplicate: true,
                        ..ack
                    });
                    self.shared.meter.duplicate();
                    answer(
                        one.job,
                        ack.map_err(|error| Refused::Unreadable(error.to_string())),
                    );
                }
                Ok(Done::Conflict) => {
                    self.forget(&one);
                    self.again(one.job);
                }
            }
        }
        if change.letters {
            self.shared.letters.notify_one();
        }
        if change.clocks {
            self.shared.clocks.notify_one();
        }
        change.contacts = contacts.into();
        self.shared.store.tell(change);
    }

    fn remember(&mut self, one: Planned, revision: u64, size: usize) {
        let Planned {
            job,
            contact,
            plan,
            absorbs,
            ack,
            ..
        } = one;
        if let Some(gone) = absorbs {
            self.contacts.pop(&gone.contact);
            // Addresses of the one who is gone are somewhere in there.
            self.addresses.clear();
        }
        for (channel, address) in &plan.addresses {
            let key = AddressKey {
                channel: channel.clone(),
                address: address.clone(),
            };
            self.addresses.put(key, contact);
        }
        if let Some(key) = one.found_by {
            self.addresses.put(key, contact);
        }
        if size <= MAX_CACHED {
            self.contacts.put(contact, (revision, plan.contact));
        }
        answer(job, Ok(ack));
    }

    /// What is in memory of those people may not be so any more.
    fn forget(&mut self, one: &Planned) {
        self.contacts.pop(&one.contact);
        if let Some(gone) = one.absorbs {
            self.contacts.pop(&gone.contact);
        }
        if let Some(key) = &one.found_by {
            self.addresses.pop(key);
        }
        if let Target::Identify(_, key) = &one.job.target {
            self.addresses.pop(key);
        }
    }

    /// Somebody else was faster: planned anew, from what is kept now.
    fn again(&mut self, mut job: Job) {
        self.shared.meter.conflict();
        job.conflicts += 1;
        if job.conflicts > MAX_CONFLICTS {
            let error = StoreError::new(Trouble::Unavailable, "others are always faster");
            answer(job, Err(Refused::Store(error)));
        } else {
            self.waiting.push_front(job);
        }
    }

    /// The person turned out to be somebody else: it happens to that one.
    fn redirect(&mut self, mut job: Job, to: ContactId) {
        if let Target::Contact(contact, _) = &job.target {
            job.was.get_or_insert(*contact);
        }
        match &mut job.target {
            Target::Address(key, _) => {
                self.addresses.put(key.clone(), to);
            }
            Target::Contact(contact, _) | Target::Answer { contact, .. } | Target::Identify(contact, _) => {
                *contact = to;
            }
        }
        self.again(job);
    }

    fn refuse(&mut self, jobs: Vec<Job>, error: &StoreError) {
        tracing::error!(%error, turns = jobs.len(), "turns were not stored");
        for job in jobs {
            answer(job, Err(Refused::Store(error.clone())));
        }
    }
}

impl Planned {
    fn commit(&self) -> Commit {
        let plan = &self.plan;
        let answer = serde_json::to_vec(&self.ack).expect("an acknowledgement can be written");
        let entries = plan.entries.iter();
        let entries = entries.map(|entry| serde_json::to_vec(entry).expect("an entry can be written"));
        let addresses = plan.addresses.iter().map(|(channel, address)| AddressKey {
            channel: channel.clone(),
            address: address.clone(),
        });
        let cause = self.job.cause.clone();
        Commit {
            contact: self.contact,
            expect: self.ack.revision - 1,
            cause: cause.map(|key| Cause { key, answer }),
            at: self.at,
            state: plan.contact.to_bytes(),
            wake: plan.wake,
            addresses: addresses.collect(),
            transcript: plan.transcript.clone(),
            entries: entries.collect(),
            outgoing: plan.outgoing.clone(),
            settles: self.job.settles,
            absorbs: self.absorbs,
        }
    }
}

/// A cache that takes memory as it fills.
fn growing<K: std::hash::Hash + Eq, V>(most: NonZeroUsize) -> LruCache<K, V> {
    let mut cache = LruCache::unbounded();
    cache.resize(most);
    cache
}

/// A turn that makes the program panic, which is a bug of it, is refused by itself: the others of its round, and all that
/// come later, are taken.
fn soundly<T>(planning: impl FnOnce() -> T) -> Result<T, String> {
    // What is half done is dropped with it: planning changes nothing that is kept.
    catch_unwind(AssertUnwindSafe(planning)).map_err(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        format!("planning it failed: {}", words.unwrap_or_default())
    })
}

fn answer(job: Job, answer: Result<Ack, Refused>) {
    // Whoever asked may have gone; what was stored is stored.
    let _ = job.reply.send(answer);
}

/// The number of somebody new: of their first address, so that two hosts that meet them at once mean the same person;
/// and of the number of the store, since whoever is met in a store begun anew is told to other systems under new keys.
/// `nth`: another one where that is taken by somebody else.
fn number_of(store: u64, key: &AddressKey, nth: u32) -> ContactId {
    let mut hasher = blake3::Hasher::new_derive_key("botflow contact number");
    hasher.update(&store.to_le_bytes());
    hasher.update(key.channel.as_bytes());
    hasher.update(&[0]);
    hasher.update(key.address.as_bytes());
    hasher.update(&nth.to_le_bytes());
    let first = hasher.finalize();
    let first = first
        .as_bytes()
        .first_chunk::<8>()
        .map_or(1, |first| u64::from_le_bytes(*first));
    // Stores keep numbers with a sign; 0 is nobody.
    ContactId((first >> 1).max(1))
}

fn number_of_cause(cause: &str) -> u64 {
    let hash = blake3::hash(cause.as_bytes());
    let first = hash.as_bytes().first_chunk::<8>();
    first.map_or(1, |first| u64::from_le_bytes(*first)).max(1)
}

/// The key of a cause of a channel.
pub(super) fn inbound_cause(channel: &str, id: &str) -> SmolStr {
    format_smolstr!("in.{channel}.{id}")
}
