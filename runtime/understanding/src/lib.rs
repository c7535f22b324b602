//! Understanding what people write: normalising it, and matching it to options, intents and the
//! standard patterns of every conversation.
//!
//! In reading order: [`normalise`] makes what people write comparable; [`options`] finds the option
//! somebody means; [`matcher`] is the interface to what finds intents, and [`words`] the matcher by
//! words and examples; [`patterns`] knows "start over", "back", "stop" and their kin in every
//! language of the library; [`fillers`] knows the words that say nothing; [`table`] is how words are looked up.
//!
//! The crate is pure: equal inputs give equal outputs, time is linear in the message, and no input
//! can make it panic.

pub mod normalise;

pub mod law;
pub mod matcher;
pub mod options;
pub mod patterns;
pub mod words;

pub mod fillers;
pub mod table;

mod fold;
mod like;
mod slips;

pub use matcher::{Certainty, Hole, Learner, Listener, Match, Matcher, WordLearner};
pub use normalise::{Normalised, Word, normalise};
pub use options::{OptionMatch, OptionWords, match_option};
pub use patterns::{Pattern, std_pattern};
pub use table::WordTable;
pub use words::{IntentWords, WordMatcher};
