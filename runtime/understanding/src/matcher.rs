//! The interface to whatever finds the intents of a message.
//!
//! Today that is [`WordMatcher`](crate::WordMatcher); a trained matcher can stand behind the same
//! trait. The crate knows no types of values: what a hole accepts is asked of the [`Listener`], and
//! parameters are given back as places in the message, for the caller to read.

use std::ops::Range;

use crate::normalise::Normalised;

/// Finds the intents of a message.
pub trait Matcher {
    /// The intents that the message may mean, the best first, each at most once. All certain ones
    /// stand before all probable ones, and at most one is certain.
    fn intents(&self, source: &str, message: &Normalised, listener: &dyn Listener) -> Vec<Match>;
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// Beyond doubt: what the author wrote is what the customer wrote.
    Certain,
    /// More likely than not.
    Probable,
}

/// An intent that a message may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The number of the intent in the bot.
    pub intent: u32,
    /// How sure that is.
    pub certainty: Certainty,
    /// What fills the intent's parameters, by their order; at most one for each.
    pub holes: Vec<Hole>,
}

/// A part of the message that fills a parameter of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// The number of the parameter.
    pub param: u32,
    /// Where it stands in the original message, in bytes. The whole of it can be read.
    pub range: Range<usize>,
}

/// What a matcher asks its caller.
pub trait Listener {
    /// Whether anybody listens to this intent here; others are not considered at all.
    fn listens(&self, intent: u32) -> bool {
        let _ = intent;
        true
    }

    /// All intents that are listened to here, in ascending order: those of which [`Listener::listens`] says so.
    /// Asked where very many intents are in question; `None` = each is to be asked for.
    fn listening(&self) -> Option<Vec<u32>> {
        None
    }

    /// Whether the whole text can be read as the intent's parameter.
    fn reads_whole(&self, intent: u32, param: u32, text: &str) -> bool;

    /// Where in the text a value of the parameter stands that can be read as a whole. Parameters
    /// whose type is not narrow give none: any text would do.
    fn reads_inside(&self, intent: u32, param: u32, text: &str) -> Option<Range<usize>>;
}

/// A listener to all intents that reads nothing, for bots whose intents have no parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReaders;

impl Listener for NoReaders {
    fn reads_whole(&self, _: u32, _: u32, _: &str) -> bool {
        false
    }

    fn reads_inside(&self, _: u32, _: u32, _: &str) -> Option<Range<usize>> {
        None
    }
}
