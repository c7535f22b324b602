//! A second opinion about triggers: something that sees what the agenda sees and says what it would decide. Our tests
//! compare the two; whoever runs a bot needs none.

use botflow_machine::Person;
pub use botflow_machine::presence::Look;
use botflow_machine::trigger::Surroundings;

/// Decides about the triggers of one person.
pub trait Shadow {
    /// Looks, and says what becomes of triggers and goals as a `.chat` writes it, in order.
    fn look(&mut self, person: &Person, around: Surroundings<'_>, now: i64, look: Look<'_>) -> Vec<String>;
}
