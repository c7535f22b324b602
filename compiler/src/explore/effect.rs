//! What taking an edge does to what is known about a conversation.

use super::scope::Narrowed;
use super::transfer::{Moving, Transfer};

/// A part of a flow, an escalation or a handler that can be walked on its own.
pub(super) type UnitId = u32;

/// What a unit tells those who run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// From its beginning to its end.
    Through,
    /// To where it rests: the customer may be heard by handlers around it.
    Heard,
    /// To where it rests, and so long as it can: events may be heard.
    Rests,
    /// To its questions whose silence it leaves to handlers around it.
    Silent,
    /// To its calls whose failure it leaves to handlers around it.
    Fails,
}

/// How many parts there are.
pub(super) const PARTS: usize = 5;

/// An effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing happens, where the condition is so.
    Next(Narrowed),
    /// The customer writes, where the condition is so.
    Writes(Narrowed),
    /// Time passes at a place where the customer may write.
    Passes(u32),
    /// Time passes, and in the meantime another conversation may have spoken.
    Wakes(u32),
    /// Only what a digression from here brings about is heard.
    Digresses,
    /// A unit has been walked up to one of its parts.
    Walked(UnitId, Part),
}

impl Effect {
    /// Nothing happens.
    pub const NEXT: Effect = Effect::Next(Narrowed::ALL);
    /// The customer writes.
    pub const WRITES: Effect = Effect::Writes(Narrowed::ALL);

    /// Does it to a state.
    pub fn apply(
        self,
        state: &mut Transfer,
        moving: Moving,
        walked: impl FnOnce(UnitId, Part, &mut Transfer),
    ) {
        match self {
            Effect::Next(Narrowed::ALL) => {}
            Effect::Next(only) => state.narrow(only.classes, only.languages),
            Effect::Writes(only) => {
                // A condition is looked at as the message is heard: on the channel it came from.
                state.write(moving);
                if only != Narrowed::ALL {
                    state.narrow(only.classes, only.languages);
                }
            }
            Effect::Passes(seconds) => state.pass(seconds),
            Effect::Wakes(seconds) => {
                state.pass(seconds);
                if moving.moves {
                    state.may_write(super::transfer::UNBOUNDED, moving);
                }
            }
            Effect::Digresses => state.clear(),
            Effect::Walked(unit, part) => walked(unit, part, state),
        }
    }
}
