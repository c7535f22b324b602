//! How much an engine takes on at once, and how long it waits.

use std::collections::BTreeSet;
use std::time::Duration;

use smol_str::SmolStr;
use tokio::sync::Semaphore;

/// How much an engine takes on at once, and how long it waits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// So much may wait to be taken from channels; beyond it channels are told to come back later.
    pub waiting: usize,
    /// At most so many turns are committed in one flush.
    pub batch: usize,
    /// So many flushes are under way at once: 1 for a store with one writer.
    pub committers: usize,
    /// So many people are kept in memory between their turns.
    pub cached: usize,
    /// How long a turn is tried to be stored before whoever waits for it is told that it was not.
    pub patience: Duration,
    /// How often the store is asked for what is due, where nothing tells.
    pub poll: Duration,
    /// How long a claim on clocks and letters holds.
    pub lease: Duration,
    /// So many letters are delivered at once on each route: on each channel, to systems, to colleagues.
    pub deliveries: usize,
    /// A letter that failed so often is given up.
    pub attempts: u32,
    /// How long what is being delivered is waited for when the engine is stopped.
    pub grace: Duration,
    /// How long a delivery may take.
    pub delivery_timeout: Duration,
    /// Channels that show what is in transcripts: no letters are written for them.
    pub transcripts: BTreeSet<SmolStr>,
    /// How long the cause of a commit is remembered: a delivery repeated later counts as new.
    pub remember: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            waiting: 10_000,
            batch: 512,
            committers: 1,
            cached: 4_096,
            patience: Duration::from_secs(10),
            poll: Duration::from_secs(5),
            lease: Duration::from_secs(60),
            deliveries: 64,
            attempts: 12,
            grace: Duration::from_secs(10),
            delivery_timeout: Duration::from_secs(20),
            transcripts: BTreeSet::new(),
            remember: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

impl Settings {
    /// The same within what can be counted: nothing is zero where one is needed, and nothing is more than anybody has.
    pub(super) fn bounded(mut self) -> Settings {
        let most = Semaphore::MAX_PERMITS.min(usize::try_from(u32::MAX).unwrap_or(usize::MAX));
        for number in [
            &mut self.waiting,
            &mut self.batch,
            &mut self.cached,
            &mut self.deliveries,
        ] {
            *number = (*number).clamp(1, most);
        }
        self.committers = self.committers.clamp(1, 1_024);
        self
    }
}
