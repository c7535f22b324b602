//! Proves on load what everybody else relies on: ids in range, arenas without cycles, code that leaves, `run`
//! without recursion. Linear in the size of the bot, without recursion of its own.
//!
//! Not proved here, and therefore looked up with care by the machine: that a slot belongs to the flow that reads
//! it, and that an expression has the type its reader expects (every expression is total, a wrong type gives
//! an unknown value).

mod control;
mod data;
mod ranges;

use std::fmt;

use crate::bot::Bot;

/// Expressions and texts nest at most this deep.
pub const MAX_DEPTH: u32 = 256;

/// What is wrong with a bot's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// An id points outside its arena.
    OutOfRange {
        /// Which arena.
        arena: &'static str,
        /// The id.
        id: u32,
    },
    /// Something refers to itself, directly or through others.
    Cycle {
        /// Which arena.
        arena: &'static str,
    },
    /// Something nests too deep.
    TooDeep {
        /// Which arena.
        arena: &'static str,
    },
    /// Something that a bot must have is missing.
    Missing {
        /// What.
        what: &'static str,
    },
    /// A number or a text is outside its bounds.
    Bounds {
        /// What.
        what: &'static str,
    },
    /// What stands for a mistake in the source is no part of a bot that runs.
    Unfinished,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::OutOfRange { arena, id } => write!(f, "there is no {arena} number {id}"),
            Damage::Cycle { arena } => write!(f, "a chain of {arena} comes back to itself"),
            Damage::TooDeep { arena } => write!(f, "a chain of {arena} is deeper than {MAX_DEPTH}"),
            Damage::Missing { what } => write!(f, "{what} is missing"),
            Damage::Bounds { what } => write!(f, "{what} is outside its bounds"),
            Damage::Unfinished => f.write_str("it was written while the source had errors"),
        }
    }
}

impl std::error::Error for Damage {}

/// Proves the invariants stated in the crate's documentation.
///
/// # Errors
/// The first damage found, in a fixed order.
pub fn verify(bot: &Bot) -> Result<(), Damage> {
    data::verify(bot)?;
    control::verify(bot)
}
