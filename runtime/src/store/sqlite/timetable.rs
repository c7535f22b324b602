//! What can be taken at which moment. Looking for it costs as much as there is to take, however much waits.

use std::collections::BTreeSet;

use crate::contact::ContactId;
use crate::store::Seq;

/// What can stand in a timetable.
pub(super) trait Key: Copy + Ord {
    /// None is before it.
    const FIRST: Self;
    /// None is after it.
    const LAST: Self;
}

impl Key for Seq {
    const FIRST: Seq = Seq::MIN;
    const LAST: Seq = Seq::MAX;
}

impl Key for (i64, ContactId) {
    const FIRST: (i64, ContactId) = (i64::MIN, ContactId(0));
    const LAST: (i64, ContactId) = (i64::MAX, ContactId(u64::MAX));
}

/// Things of which each can be taken from some moment on. Those that can be are in the order of `K`.
#[derive(Debug)]
pub(super) struct Timetable<K> {
    moments: BTreeSet<(i64, K)>,
    /// Those of moments up to `seen`.
    ready: BTreeSet<K>,
    seen: i64,
}

impl<K> Default for Timetable<K> {
    fn default() -> Timetable<K> {
        Timetable {
            moments: BTreeSet::new(),
            ready: BTreeSet::new(),
            seen: i64::MIN,
        }
    }
}

impl<K: Key> Timetable<K> {
    pub fn insert(&mut self, moment: i64, key: K) {
        self.moments.insert((moment, key));
        if moment <= self.seen {
            self.ready.insert(key);
        }
    }

    pub fn remove(&mut self, moment: i64, key: K) {
        self.moments.remove(&(moment, key));
        self.ready.remove(&key);
    }

    /// Those that can be taken now, in order.
    pub fn ready(&mut self, now: i64) -> impl Iterator<Item = K> + '_ {
        if now < self.seen {
            // The clock was set back: what had come is still to come.
            self.ready.clear();
            self.seen = i64::MIN;
        }
        // Those of earlier moments have come before, and are there already.
        let come = self.moments.range((self.seen, K::FIRST)..=(now, K::LAST));
        self.ready.extend(come.map(|(_, key)| *key));
        self.seen = now;
        self.ready.iter().copied()
    }

    /// The first moment.
    pub fn next(&self) -> Option<i64> {
        self.moments.first().map(|(moment, _)| *moment)
    }
}
