//! A store in memory: for trying a bot, and for tests. It forgets everything with the process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use smol_str::SmolStr;
use tokio::sync::broadcast::Receiver;

use super::change::{Change, Changes};
use super::commit::{AddressKey, Commit, Done, Snapshot, effect_key};
use super::error::StoreError;
use super::outbox::{Claim, Fate, Filter, Letter, LetterState, Queued, Settled};
use super::{Seq, Store};
use crate::contact::{ContactId, Line};
use crate::engine::{Entropy, SystemEntropy};

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    number: u64,
    kept: Mutex<Kept>,
    changes: Changes,
}

#[derive(Debug, Default)]
struct Kept {
    contacts: BTreeMap<ContactId, Snapshot>,
    addresses: BTreeMap<AddressKey, ContactId>,
    causes: BTreeMap<SmolStr, (i64, Vec<u8>)>,
    /// When something is due, and until when somebody works on it.
    clocks: BTreeMap<ContactId, (i64, i64)>,
    letters: BTreeMap<Seq, (Letter, Lease)>,
    last_seq: Seq,
    lines: BTreeMap<(ContactId, u64), Line>,
    entries: Vec<Vec<u8>>,
    bots: BTreeMap<u64, Vec<u8>>,
    current: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Lease {
    token: u64,
    until: i64,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> MemoryStore {
        MemoryStore::numbered(SystemEntropy.next())
    }

    /// An empty one with this number instead of any: people have the same numbers in it each time.
    pub fn numbered(number: u64) -> MemoryStore {
        MemoryStore {
            number,
            kept: Mutex::default(),
            changes: Changes::default(),
        }
    }

    // What is behind the lock is changed by whole commits, none of which panics in the middle.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> MemoryStore {
        MemoryStore::new()
    }
}

impl Kept {
    fn revision(&self, contact: ContactId) -> Option<u64> {
        match self.contacts.get(&contact) {
            None => Some(0),
            Some(Snapshot::Kept { revision, .. }) => Some(*revision),
            Some(Snapshot::Moved(_)) => None,
        }
    }

    fn commit(&mut self, commit: Commit) -> Done {
        if let Some(cause) = &commit.cause
            && let Some((_, answer)) = self.causes.get(&cause.key)
        {
            return Done::Duplicate(answer.clone());
        }
        let contact = commit.contact;
        if self.revision(contact) != Some(commit.expect) {
            return Done::Conflict;
        }
        if let Some(absorbed) = commit.absorbs
            && (absorbed.expect == 0 || self.revision(absorbed.contact) != Some(absorbed.expect))
        {
            return Done::Conflict;
        }
        let other = commit.absorbs.map(|absorbed| absorbed.contact);
        let is_theirs = |known: &ContactId| *known == contact || Some(*known) == other;
        if !commit
            .addresses
            .iter()
            .all(|key| self.addresses.get(key).is_none_or(is_theirs))
        {
            return Done::Conflict;
        }
        if let Some(seq) = commit.settles {
            self.letters.remove(&seq);
        }
        let revision = commit.expect + 1;
        if let Some(cause) = commit.cause {
            self.causes.insert(cause.key, (commit.at, cause.answer));
        }
        if let Some(absorbed) = commit.absorbs {
            self.absorb(contact, absorbed.contact, absorbed.lines_from);
        }
        let state = commit.state.into();
        self.contacts.insert(contact, Snapshot::Kept { revision, state });
        match commit.wake {
            Some(at) => self.clocks.insert(contact, (at, i64::MIN)),
            None => self.clocks.remove(&contact),
        };
        self.addresses
            .extend(commit.addresses.into_iter().map(|key| (key, contact)));
        let lines = commit.transcript.into_iter();
        self.lines
            .extend(lines.map(|line| ((contact, line.number), line)));
        self.entries.extend(commit.entries);
        for (place, outgoing) in commit.outgoing.into_iter().enumerate() {
            self.last_seq += 1;
            let letter = Letter {
                seq: self.last_seq,
                contact,
                key: effect_key(contact, revision, place).into(),
                lane: outgoing.lane(),
                route: outgoing.route(),
                outgoing,
                at: commit.at,
                attempts: 0,
                next_at: 0,
                state: LetterState::Ready,
                error: String::new(),
            };
            self.letters.insert(self.last_seq, (letter, Lease::default()));
        }
        Done::Committed(revision)
    }

    fn absorb(&mut self, into: ContactId, from: ContactId, lines_from: u64) {
        self.contacts.insert(from, Snapshot::Moved(into));
        for known in self.contacts.values_mut() {
            if *known == Snapshot::Moved(from) {
                *known = Snapshot::Moved(into);
            }
        }
        self.clocks.remove(&from);
        for known in self.addresses.values_mut().filter(|known| **known == from) {
            *known = into;
        }
        for (letter, _) in self
            .letters
            .values_mut()
            .filter(|(letter, _)| letter.contact == from)
        {
            letter.contact = into;
        }
        let range = (from, 0)..=(from, u64::MAX);
        let theirs: Vec<_> = self.lines.range(range).map(|(key, _)| *key).collect();
        for key in theirs {
            if let Some(mut line) = self.lines.remove(&key) {
                line.number += lines_from;
                self.lines.insert((into, line.number), line);
            }
        }
    }
}

fn takes(routes: &[SmolStr], route: &SmolStr) -> bool {
    routes.contains(route) || routes.iter().any(|one| one == "*")
}

#[async_trait]
impl Store for MemoryStore {
    async fn find(&self, addresses: &[AddressKey]) -> Result<Vec<Option<ContactId>>, StoreError> {
        let kept = self.kept();
        Ok(addresses
            .iter()
            .map(|key| kept.addresses.get(key).copied())
            .collect())
    }

    async fn load(&self, contacts: &[ContactId]) -> Result<Vec<Option<Snapshot>>, StoreError> {
        let kept = self.kept();
        Ok(contacts
            .iter()
            .map(|contact| kept.contacts.get(contact).cloned())
            .collect())
    }

    async fn commit(&self, batch: Vec<Commit>) -> Result<Vec<Done>, StoreError> {
        let mut kept = self.kept();
        Ok(batch.into_iter().map(|commit| kept.commit(commit)).collect())
    }

    async fn due(&self, now: i64, until: i64, limit: usize) -> Result<Vec<ContactId>, StoreError> {
        let mut kept = self.kept();
        let clocks = kept.clocks.iter();
        let due = clocks.filter(|(_, (at, leased))| *at <= now && *leased <= now);
        let mut due: Vec<_> = due.map(|(contact, (at, _))| (*at, *contact)).collect();
        due.sort_unstable();
        due.truncate(limit);
        for (_, contact) in &due {
            if let Some((_, leased)) = kept.clocks.get_mut(contact) {
                *leased = until;
            }
        }
        Ok(due.into_iter().map(|(_, contact)| contact).collect())
    }

    async fn next_due(&self) -> Result<Option<i64>, StoreError> {
        Ok(self
            .kept()
            .clocks
            .values()
            .map(|(at, leased)| *at.max(leased))
            .min())
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Letter>, StoreError> {
        let mut kept = self.kept();
        let mut seen = BTreeSet::new();
        let mut room: BTreeMap<SmolStr, usize> = BTreeMap::new();
        let mut claimed = Vec::new();
        for (letter, lease) in kept.letters.values_mut() {
            // Only the first of a lane can go.
            if letter.state == LetterState::Dead || !seen.insert((letter.contact, letter.lane.clone())) {
                continue;
            }
            if letter.next_at <= claim.now && lease.until <= claim.now && takes(&claim.routes, &letter.route)
            {
                let room = room
                    .entry(letter.route.clone())
                    .or_insert_with(|| claim.room(&letter.route));
                if *room == 0 {
                    continue;
                }
                *room -= 1;
                *lease = Lease {
                    token: claim.token,
                    until: claim.until,
                };
                letter.attempts += 1;
                claimed.push(letter.clone());
            }
        }
        Ok(claimed)
    }

    async fn settle(&self, token: u64, settled: Vec<Settled>) -> Result<Vec<bool>, StoreError> {
        let mut kept = self.kept();
        let settle = |one: Settled| {
            let Some((letter, lease)) = kept.letters.get_mut(&one.seq) else {
                return false;
            };
            if lease.token != token {
                return false;
            }
            if let Fate::UnderWay { until } = one.fate {
                lease.until = until;
                return true;
            }
            *lease = Lease::default();
            match one.fate {
                Fate::UnderWay { .. } => {}
                Fate::Delivered => {
                    kept.letters.remove(&one.seq);
                }
                Fate::Retry { at, error } => {
                    letter.next_at = at;
                    letter.error = error;
                }
                Fate::Dead { error } => {
                    letter.state = LetterState::Dead;
                    letter.error = error;
                }
                Fate::Released => letter.attempts -= 1,
            }
            true
        };
        Ok(settled.into_iter().map(settle).collect())
    }

    async fn discard(&self, letters: &[Seq]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.letters.retain(|seq, _| !letters.contains(seq));
        Ok(())
    }

    async fn next_letter(&self, routes: &[SmolStr]) -> Result<Option<i64>, StoreError> {
        let kept = self.kept();
        let mut seen = BTreeSet::new();
        let mut next = None;
        for (letter, lease) in kept.letters.values() {
            if letter.state == LetterState::Dead || !seen.insert((letter.contact, &letter.lane)) {
                continue;
            }
            if takes(routes, &letter.route) {
                let at = letter.next_at.max(lease.until);
                next = Some(next.map_or(at, |next: i64| next.min(at)));
            }
        }
        Ok(next)
    }

    async fn letters(&self, filter: &Filter) -> Result<Vec<Letter>, StoreError> {
        let kept = self.kept();
        let letters = kept
            .letters
            .range(filter.after.saturating_add(1)..)
            .map(|(_, (letter, _))| letter);
        let wanted = letters.filter(|letter| {
            filter.state.is_none_or(|state| state == letter.state)
                && filter.contact.is_none_or(|contact| contact == letter.contact)
        });
        Ok(wanted.take(filter.limit).cloned().collect())
    }

    async fn revive(&self, letters: Option<&[Seq]>, now: i64) -> Result<u64, StoreError> {
        let mut kept = self.kept();
        let mut revived = 0;
        for (letter, _) in kept.letters.values_mut() {
            let wanted = letters.is_none_or(|letters| letters.contains(&letter.seq));
            if wanted && letter.state == LetterState::Dead {
                letter.state = LetterState::Ready;
                letter.next_at = now;
                letter.attempts = 0;
                revived += 1;
            }
        }
        Ok(revived)
    }

    async fn queued(&self) -> Result<Queued, StoreError> {
        let kept = self.kept();
        let mut queued = Queued::default();
        for (letter, _) in kept.letters.values() {
            match letter.state {
                LetterState::Dead => queued.dead += 1,
                LetterState::Ready => {
                    queued.ready += 1;
                    queued.oldest.get_or_insert(letter.at);
                }
            }
        }
        Ok(queued)
    }

    async fn contacts(&self) -> Result<u64, StoreError> {
        let kept = self.kept();
        let people = kept
            .contacts
            .values()
            .filter(|one| matches!(one, Snapshot::Kept { .. }));
        Ok(people.count() as u64)
    }

    async fn transcript(
        &self,
        contact: ContactId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Line>, StoreError> {
        let kept = self.kept();
        let from = (contact, after.saturating_add(1));
        let lines = kept.lines.range(from..=(contact, u64::MAX));
        Ok(lines.take(limit).map(|(_, line)| line.clone()).collect())
    }

    async fn last_lines(&self, contact: ContactId, limit: usize) -> Result<Vec<Line>, StoreError> {
        let kept = self.kept();
        let lines = kept.lines.range((contact, 0)..=(contact, u64::MAX)).rev();
        let mut lines: Vec<_> = lines.take(limit).map(|(_, line)| line.clone()).collect();
        lines.reverse();
        Ok(lines)
    }

    async fn entries(&self, after: i64, limit: usize) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let kept = self.kept();
        let numbered = (1_i64..)
            .zip(&kept.entries)
            .skip_while(|(position, _)| *position <= after);
        Ok(numbered
            .take(limit)
            .map(|(position, entry)| (position, entry.clone()))
            .collect())
    }

    async fn keep_bot(&self, hash: u64, bytes: &[u8], current: bool, _now: i64) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.bots.entry(hash).or_insert_with(|| bytes.to_vec());
        if current {
            kept.current = Some(hash);
        }
        Ok(())
    }

    async fn bot(&self, hash: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.kept().bots.get(&hash).cloned())
    }

    async fn current_bot(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.kept().current)
    }

    async fn forget_causes(&self, before: i64) -> Result<u64, StoreError> {
        let mut kept = self.kept();
        let there = kept.causes.len();
        kept.causes.retain(|_, (at, _)| *at >= before);
        Ok((there - kept.causes.len()) as u64)
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn changes(&self) -> Receiver<Change> {
        self.changes.subscribe()
    }

    fn tell(&self, change: Change) {
        self.changes.send(change);
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn kind(&self) -> &'static str {
        "memory"
    }

    async fn close(&self) {}
}
