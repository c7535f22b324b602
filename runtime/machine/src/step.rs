//! One turn: an event goes in, the conversation moves on, effects come out.

use crate::conversation::Conversation;
use crate::effect::Effect;
use crate::event::Event;
use crate::program::Program;

/// What a turn gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The conversation after the turn.
    pub conversation: Conversation,
    /// What to do, in order, once the conversation is stored.
    pub effects: Vec<Effect>,
    /// The event was delivered before: nothing has changed, the host answers with what it recorded then.
    pub repeated: bool,
}

/// Takes one turn. Pure: the same program, conversation and event give the same step, on every machine.
pub fn step(program: &Program, mut conversation: Conversation, event: Event) -> Step {
    let mut effects = Vec::new();
    let repeated = !step_into(program, &mut conversation, event, &mut effects);
    Step { conversation, effects, repeated }
}

/// [`step`] in place, adding to `effects`: nothing is copied and the vector can be used again. `false` when the
/// event was delivered before; then nothing has changed.
pub fn step_into(
    program: &Program,
    conversation: &mut Conversation,
    event: Event,
    effects: &mut Vec<Effect>,
) -> bool {
    let _ = (program, effects);
    if event.id != 0 && conversation.seen.contains(&event.id) {
        return false;
    }
    conversation.last_at = conversation.last_at.max(event.at);
    true
}
