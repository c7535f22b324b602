//! A second opinion about triggers: something that sees what the agenda sees and says what it would decide. Our tests
//! compare the two; whoever runs a bot needs none.

use botflow_machine::trigger::{Happening, Surroundings};
use botflow_machine::{Delivery, Effect, Person};

/// What an agenda is asked to look at.
#[derive(Clone, Copy, Debug)]
pub enum Look<'a> {
    /// A turn is over, with these effects.
    Turned(&'a [Effect]),
    /// Something happened.
    Happened(&'a Happening),
    /// Something became of the last message on a channel.
    Delivered(&'a str, Delivery),
    /// A moment has come.
    Due,
}

/// Decides about the triggers of one person.
pub trait Shadow {
    /// Looks, and says what becomes of triggers and goals as a `.chat` writes it, in order.
    fn look(&mut self, person: &Person, around: Surroundings<'_>, now: i64, look: Look<'_>) -> Vec<String>;
}
