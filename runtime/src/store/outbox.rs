//! Letters: what is to be done outside, from the commit that asks for it until it is done.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Seq;
use crate::contact::{ContactId, Outgoing};

/// A letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Its number: letters of one person and lane go in this order.
    pub seq: Seq,
    /// Whose.
    pub contact: ContactId,
    /// What tells a repetition from another one ([`super::commit::effect_key`]).
    pub key: SmolStr,
    /// Its lane ([`Outgoing::lane`]).
    pub lane: SmolStr,
    /// What delivers it ([`Outgoing::route`]).
    pub route: SmolStr,
    /// What is to be done.
    pub outgoing: Outgoing,
    /// When it was written.
    pub at: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it can be tried next; 0 until it was tried once.
    pub next_at: i64,
    /// How it stands.
    pub state: LetterState,
    /// Why it failed last; empty where it did not.
    pub error: String,
}

/// How a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// It is to be delivered.
    Ready,
    /// It was given up; letters behind it go on.
    Dead,
}

/// Somebody asks for letters.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What tells this claim from others.
    pub token: u64,
    /// Now.
    pub now: i64,
    /// They are this claim's until then.
    pub until: i64,
    /// On which routes. A route `*` takes all that are not named.
    pub routes: Vec<SmolStr>,
    /// At most so many of each route.
    pub limit: usize,
    /// How many letters of a route whoever asks has already: so many fewer of it are wanted.
    pub under_way: BTreeMap<SmolStr, usize>,
}

impl Claim {
    /// How many letters of this route are wanted.
    pub fn room(&self, route: &str) -> usize {
        let under_way = self.under_way.get(route).copied().unwrap_or(0);
        self.limit.saturating_sub(under_way)
    }
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Which.
    pub seq: Seq,
    /// What.
    pub fate: Fate,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was delivered: it is forgotten.
    Delivered,
    /// It failed, and is to be tried again.
    Retry {
        /// When.
        at: i64,
        /// Why it failed.
        error: String,
    },
    /// It is given up.
    Dead {
        /// Why.
        error: String,
    },
    /// It was not tried: whoever claimed it stops.
    Released,
    /// Nothing yet: it is still being delivered, and stays this claim's.
    UnderWay {
        /// Until then.
        until: i64,
    },
}

/// Which letters to look at.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<LetterState>,
    /// Only of this person.
    pub contact: Option<ContactId>,
    /// Only with numbers above this.
    pub after: Seq,
    /// At most so many.
    pub limit: usize,
}

/// How many letters there are; of very many, about how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queued {
    /// To be delivered.
    pub ready: u64,
    /// Given up.
    pub dead: u64,
    /// When the first of those that are to be delivered was written.
    pub oldest: Option<i64>,
}
