//! What an engine counts. Numbers only; whoever shows them reads them here.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use smol_str::SmolStr;

use crate::contact::Plan;
use crate::store::Trouble;

/// Upper bounds of what is counted by time, in milliseconds; a last one holds the rest.
pub const BOUNDS_MS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 30_000];

/// How often something took how long.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_MS.len() + 1],
    sum_us: AtomicU64,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_MS.iter().position(|bound| took_us <= bound * 1_000);
        self.buckets[bucket.unwrap_or(BOUNDS_MS.len())].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(took_us, Ordering::Relaxed);
    }

    /// How many took at most each bound, the last number being all; and the sum in seconds.
    pub fn read(&self) -> (Vec<u64>, f64) {
        let mut all = 0;
        let cumulated = self.buckets.iter().map(|bucket| {
            all += bucket.load(Ordering::Relaxed);
            all
        });
        (
            cumulated.collect(),
            self.sum_us.load(Ordering::Relaxed) as f64 / 1e6,
        )
    }
}

/// What an engine counts.
#[derive(Debug, Default)]
pub struct Meter {
    /// Turns that were stored.
    pub turns: AtomicU64,
    /// Flushes they took.
    pub commits: AtomicU64,
    /// Deliveries of channels that had come before.
    pub duplicates: AtomicU64,
    /// Turns that were planned anew since somebody else was faster.
    pub conflicts: AtomicU64,
    /// What was refused since there was too much to do.
    pub busy: AtomicU64,
    /// What was refused by the bot.
    pub refused: AtomicU64,
    /// What the machine protected itself against, and turns that could not be planned.
    pub faults: AtomicU64,
    /// From taking turns up to their being stored.
    pub turn_time: Histogram,
    /// How late clocks were looked at.
    pub lag: Histogram,
    /// Letters that were delivered, that failed, and that were given up, by route.
    pub letters: Mutex<BTreeMap<SmolStr, [u64; 3]>>,
    /// Failed attempts, by route and by the class of the error.
    pub failures: Mutex<BTreeMap<(SmolStr, &'static str), u64>>,
    /// Troubles of the store, by kind.
    pub troubles: Mutex<BTreeMap<Trouble, u64>>,
}

/// What became of a letter, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was delivered.
    Delivered,
    /// It failed, and is tried again.
    Failed,
    /// It was given up.
    Dead,
}

impl Meter {
    pub(super) fn committed(&self, turns: usize, took: Duration) {
        self.turns.fetch_add(turns as u64, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
        for _ in 0..turns {
            self.turn_time.observe(took);
        }
    }

    pub(super) fn turn(&self, plan: &Plan) {
        if plan.refused.is_some() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(late) = plan.late {
            self.lag.observe(Duration::from_millis(late.unsigned_abs()));
        }
        self.faults.fetch_add(plan.faults.len() as u64, Ordering::Relaxed);
    }

    pub(super) fn fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn duplicate(&self) {
        self.duplicates.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn conflict(&self) {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn busy(&self) {
        self.busy.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn trouble(&self, trouble: Trouble) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        *troubles.entry(trouble).or_default() += 1;
    }

    pub(super) fn failure(&self, route: &SmolStr, class: &'static str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        *failures.entry((route.clone(), class)).or_default() += 1;
    }

    pub(super) fn letter(&self, route: &SmolStr, outcome: Outcome) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.entry(route.clone()).or_default()[outcome as usize] += 1;
    }
}
