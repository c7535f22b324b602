//! What a stretch of a conversation does to what is known about it: which channels and languages pass it, and how long
//! the customer has been silent behind it.
//!
//! A transfer is relative to where its stretch begins. Per class of channels it says how much longer the customer can have been
//! silent if they said nothing on the way (`silent`), and how long ago they can have written if they did (`since`). Behind the
//! stretch the customer has been silent for `max(before + silent, since)`. Transfers are closed under joining and under
//! one after the other, so that a flow needs to be looked at once and not once per caller.

/// There is no such way.
pub(super) const NEVER: u32 = u32::MAX;

/// Seconds from which on a time counts as unbounded: 31 days.
pub(super) const UNBOUNDED: u32 = 31 * 24 * 60 * 60;

/// Two times, one after the other.
pub(super) fn plus(a: u32, b: u32) -> u32 {
    if a == NEVER || b == NEVER {
        return NEVER;
    }
    a.saturating_add(b).min(UNBOUNDED)
}

/// The longer of two times, of which either may not be.
pub(super) fn longer(a: u32, b: u32) -> u32 {
    match (a, b) {
        (NEVER, other) | (other, NEVER) => other,
        _ => a.max(b),
    }
}

/// The times of one class of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    /// The customer says nothing on the way, which takes at most so many seconds.
    pub silent: u32,
    /// The customer writes on the way, at most so many seconds before its end.
    pub since: u32,
}

impl Times {
    /// No way at all.
    pub const NONE: Times = Times {
        silent: NEVER,
        since: NEVER,
    };

    /// Whether there is a way.
    pub fn any(self) -> bool {
        self.silent != NEVER || self.since != NEVER
    }
}

/// What a stretch does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transfer {
    /// Per class of channels.
    pub times: Vec<Times>,
    /// The languages that pass it while the customer says nothing.
    pub silent: u64,
    /// The languages that pass it, or that are spoken behind it, where the customer writes on the way.
    pub since: u64,
}

/// Whether people stay on their channel and with their language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moving {
    /// They may write from anywhere, and change their language.
    pub moves: bool,
    /// All languages of the bot.
    pub languages: u64,
}

impl Transfer {
    /// No way.
    pub fn none(classes: usize) -> Transfer {
        Transfer {
            times: vec![Times::NONE; classes],
            silent: 0,
            since: 0,
        }
    }

    /// Nothing happens.
    pub fn identity(classes: usize, languages: u64) -> Transfer {
        let times = Times {
            silent: 0,
            since: NEVER,
        };
        Transfer {
            times: vec![times; classes],
            silent: languages,
            since: 0,
        }
    }

    /// Whether there is a way.
    pub fn any(&self) -> bool {
        self.silent | self.since != 0 && self.times.iter().any(|times| times.any())
    }

    /// Becomes a copy of another one, without allocating.
    pub fn copy(&mut self, other: &Transfer) {
        self.times.clone_from(&other.times);
        (self.silent, self.since) = (other.silent, other.since);
    }

    /// No way any more.
    pub fn clear(&mut self) {
        self.times.fill(Times::NONE);
        (self.silent, self.since) = (0, 0);
    }

    /// Only these classes and languages go on.
    pub fn narrow(&mut self, classes: u64, languages: u64) {
        for (class, times) in self.times.iter_mut().enumerate() {
            if classes >> class & 1 == 0 {
                *times = Times::NONE;
            }
        }
        self.silent &= languages;
        self.since &= languages;
        self.settle();
    }

    /// Times that no language passes are no times, and the other way round.
    pub fn settle(&mut self) {
        if self.silent == 0 {
            self.times.iter_mut().for_each(|times| times.silent = NEVER);
        }
        if self.since == 0 {
            self.times.iter_mut().for_each(|times| times.since = NEVER);
        }
        if self.times.iter().all(|times| times.silent == NEVER) {
            self.silent = 0;
        }
        if self.times.iter().all(|times| times.since == NEVER) {
            self.since = 0;
        }
    }

    /// Time passes.
    pub fn pass(&mut self, seconds: u32) {
        for times in &mut self.times {
            times.silent = plus(times.silent, seconds);
            times.since = plus(times.since, seconds);
        }
    }

    /// The customer may write, which was at most so many seconds ago.
    pub fn may_write(&mut self, seconds: u32, moving: Moving) {
        if !self.any() {
            return;
        }
        for times in &mut self.times {
            if moving.moves || times.any() {
                times.since = longer(times.since, seconds);
            }
        }
        self.since |= match moving.moves {
            true => moving.languages,
            false => self.silent,
        };
    }

    /// The customer writes.
    pub fn write(&mut self, moving: Moving) {
        self.may_write(0, moving);
        for times in &mut self.times {
            if times.since != NEVER {
                times.since = 0;
            }
            times.silent = NEVER;
        }
        self.silent = 0;
    }

    /// Another stretch follows.
    pub fn then(&mut self, next: &Transfer, moving: Moving) {
        let any = self.any();
        for (times, next) in self.times.iter_mut().zip(&next.times) {
            let wrote = match any && (moving.moves || times.any()) {
                true => next.since,
                false => NEVER,
            };
            times.since = longer(plus(times.since, next.silent), wrote);
            times.silent = plus(times.silent, next.silent);
        }
        let wrote = match (any, moving.moves) {
            (false, _) => 0,
            (true, true) => next.since,
            (true, false) => (self.silent | self.since) & next.since,
        };
        self.since = self.since & next.silent | wrote;
        self.silent &= next.silent;
        self.settle();
    }

    /// Adds another way; whether it is new. Times that grow `wide` are unbounded at once.
    pub fn join(&mut self, other: &Transfer, wide: bool) -> bool {
        let mut grown = false;
        let mut grow = |known: &mut u32, other: u32| {
            let longer = longer(*known, other);
            if longer != *known {
                // What is there for the first time has not grown yet.
                *known = if wide && *known != NEVER {
                    UNBOUNDED
                } else {
                    longer
                };
                grown = true;
            }
        };
        for (times, other) in self.times.iter_mut().zip(&other.times) {
            grow(&mut times.silent, other.silent);
            grow(&mut times.since, other.since);
        }
        let languages = (self.silent | other.silent, self.since | other.since);
        grown |= languages != (self.silent, self.since);
        (self.silent, self.since) = languages;
        grown
    }
}
