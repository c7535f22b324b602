//! Transfers by number, in one piece.

use super::transfer::{NEVER, Times, Transfer, UNBOUNDED};

/// Transfers by number, in one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    classes: usize,
    times: Vec<Times>,
    languages: Vec<(u64, u64)>,
}

impl Table {
    pub fn new(count: usize, classes: usize) -> Table {
        Table {
            classes,
            times: vec![Times::NONE; count * classes],
            languages: vec![(0, 0); count],
        }
    }

    /// What is known of one.
    pub fn get(&self, at: usize, into: &mut Transfer) {
        into.times.clear();
        into.times
            .extend_from_slice(&self.times[at * self.classes..(at + 1) * self.classes]);
        (into.silent, into.since) = self.languages[at];
    }

    /// Whether there is a way there at all.
    pub fn any(&self, at: usize) -> bool {
        self.languages[at] != (0, 0)
    }

    pub fn clear(&mut self, at: usize) {
        self.times[at * self.classes..(at + 1) * self.classes].fill(Times::NONE);
        self.languages[at] = (0, 0);
    }

    /// Adds a way; whether it is new.
    pub fn join(&mut self, at: usize, other: &Transfer, wide: bool) -> bool {
        let mut grown = false;
        for (known, other) in self.times[at * self.classes..].iter_mut().zip(&other.times) {
            for (known, other) in [(&mut known.silent, other.silent), (&mut known.since, other.since)] {
                if other != NEVER && (*known == NEVER || other > *known) {
                    *known = if wide && *known != NEVER { UNBOUNDED } else { other };
                    grown = true;
                }
            }
        }
        let known = &mut self.languages[at];
        let both = (known.0 | other.silent, known.1 | other.since);
        grown |= both != *known;
        *known = both;
        grown
    }

    /// Takes what is known of one away.
    pub fn take(&mut self, at: usize) -> (Vec<Times>, (u64, u64)) {
        let times = self.times[at * self.classes..(at + 1) * self.classes].to_vec();
        let languages = self.languages[at];
        self.clear(at);
        (times, languages)
    }

    /// Puts it back.
    pub fn put(&mut self, at: usize, (times, languages): (Vec<Times>, (u64, u64))) {
        self.times[at * self.classes..(at + 1) * self.classes].copy_from_slice(&times);
        self.languages[at] = languages;
    }
}
