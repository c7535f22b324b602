//! The interface to whatever finds the intents of a message.
//!
//! Today that is [`WordMatcher`](crate::WordMatcher); a trained matcher can stand behind the same
//! traits: [`Matcher`] is what a bot runs with, [`Learner`] is what makes one and can be asked about intents. The crate knows no types of values: what a hole accepts is asked of the [`Listener`], and
//! parameters are given back as places in the message, for the caller to read.

use std::ops::Range;

use smol_str::SmolStr;

use crate::fillers::is_small;
use crate::normalise::{Normalised, normalise};
use crate::words::{IntentWords, WordMatcher};

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

/// Makes matchers. Whoever looks at intents before anybody has written a word (the checks of the compiler) asks here, so
/// that what is said about intents is what the matcher of the bot does, whichever that is.
pub trait Learner {
    /// The matcher with which the bot runs.
    fn learn(&self, intents: &[IntentWords]) -> Box<dyn Matcher>;

    /// Into how many parts examples are to be divided to find out how one would be read if its author had not written
    /// it: part by part they are left out, and the others learned. 1 leaves all of them out at once, which is the same
    /// where examples say nothing about each other.
    fn folds(&self) -> usize;

    /// Whether an intent is heard in more messages than the very sentences that its author wrote.
    fn generalises(&self, intent: &IntentWords) -> bool;
}

/// Words and examples, as [`WordMatcher`](crate::WordMatcher) hears them: nothing is learned from examples but the examples.
#[derive(Debug, Clone, Copy, Default)]
pub struct WordLearner;

/// A phrase of more telling words than these is a sentence: hardly anybody writes it word for word.
const LONGEST_PHRASE: usize = 3;

/// So many sentences are an author's way to say that an intent is heard as it is written and not otherwise.
const ENOUGH_SENTENCES: usize = 3;

impl Learner for WordLearner {
    fn learn(&self, intents: &[IntentWords]) -> Box<dyn Matcher> {
        Box::new(WordMatcher::new(intents))
    }

    fn folds(&self) -> usize {
        1
    }

    fn generalises(&self, intent: &IntentWords) -> bool {
        let telling = |phrase: &SmolStr| {
            let phrase = normalise(phrase);
            phrase.spelled_words().filter(|word| !is_small(word)).count()
        };
        let short = intent
            .words
            .iter()
            .any(|phrase| telling(phrase) <= LONGEST_PHRASE);
        // An example with a hole stands for as many sentences as there are values.
        let open = intent.likes.iter().any(|example| example.contains('{'));
        short || open || intent.words.len() + intent.likes.len() >= ENOUGH_SENTENCES
    }
}
