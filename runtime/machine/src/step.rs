//! One turn: an event goes in, the conversation moves on, effects come out.

use botflow_artifact::Outcome;

use crate::conversation::{Conversation, Owner};
use crate::effect::Effect;
use crate::event::{Event, EventKind, OperatorEvent};
use crate::message::{Press, arrive};
use crate::program::Program;
use crate::turn::Turn;

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

/// So many ids of events are remembered.
pub(crate) const MAX_SEEN: usize = 8;

/// Takes one turn. Pure: the same program, conversation and event give the same step, on every machine.
pub fn step(program: &Program, mut conversation: Conversation, event: Event) -> Step {
    let mut effects = Vec::new();
    let repeated = !step_into(program, &mut conversation, event, &mut effects);
    Step {
        conversation,
        effects,
        repeated,
    }
}

/// Ends a running conversation `abandoned`, as nothing can go on with it.
pub fn abandon(program: &Program, conversation: &mut Conversation, at: i64, effects: &mut Vec<Effect>) {
    conversation.last_at = conversation.last_at.max(at);
    let mut turn = Turn::new(program, conversation, 0, effects);
    if turn.c.owner != Owner::Nobody {
        turn.finish(Outcome::Abandoned, None);
    }
    turn.set_timer();
}

/// A conversation that was parked at a question for so long speaks again: the question's clocks stood still. `again`: the
/// customer is here, and the question is put again, as after a handler that comes back.
pub(crate) fn resume(
    program: &Program,
    conversation: &mut Conversation,
    at: i64,
    parked_for: i64,
    again: bool,
    effects: &mut Vec<Effect>,
) {
    conversation.last_at = conversation.last_at.max(at);
    if let Some(question) = &mut conversation.question {
        question.put_at = question.put_at.saturating_add(parked_for);
    }
    let mut turn = Turn::new(program, conversation, 0, effects);
    if again && let Some((place, _)) = turn.resting() {
        turn.c.wrote_at = turn.now;
        let next = turn.ask_again(place);
        turn.run(next);
        turn.goes_on();
    }
    turn.set_timer();
}

/// [`step`] in place, adding to `effects`: nothing is copied and the vector can be used again. `false` when the
/// event was delivered before; then nothing has changed.
pub fn step_into(
    program: &Program,
    conversation: &mut Conversation,
    event: Event,
    effects: &mut Vec<Effect>,
) -> bool {
    if event.id != 0 {
        let seen = &mut conversation.seen;
        if seen.contains(&event.id) {
            return false;
        }
        if seen.len() >= MAX_SEEN {
            seen.remove(0);
        }
        seen.push(event.id);
    }
    conversation.last_at = conversation.last_at.max(event.at);
    conversation.bot = program.hash;
    if let EventKind::Message { channel, .. }
    | EventKind::Press { channel, .. }
    | EventKind::Media { channel, .. } = &event.kind
    {
        arrive(conversation, channel.clone());
    }
    let said = matches!(
        event.kind,
        EventKind::Message { .. }
            | EventKind::Press { .. }
            | EventKind::Media { .. }
            | EventKind::Operator(OperatorEvent::Writes { .. })
    );
    let mut turn = Turn::new(program, conversation, event.seed, effects);
    turn.has_done(&event.kind);
    if turn.c.is_stranded() && turn.meets_stranded(&event.kind) {
        turn.set_timer();
        return true;
    }
    match event.kind {
        EventKind::Message { text, .. } => turn.customer(&text, Press::None, None),
        EventKind::Press { payload, label, .. } => {
            let (press, text) = turn.pressed(&payload, label);
            turn.customer(&text, press, None);
        }
        EventKind::Media { value, caption, .. } => turn.customer(&caption, Press::None, Some(value)),
        EventKind::Start {
            flow,
            args,
            channel,
            by,
        } => turn.start_from_outside(&flow, args, channel, &by),
        EventKind::Known { values, signed } => turn.known(values, signed),
        EventKind::Custom { name, fields } => turn.event(&name, fields),
        EventKind::Timer { id } => turn.timer(id),
        EventKind::CallResult { call, value } => turn.call_result(call, value),
        EventKind::CallFailed {
            call,
            attempt,
            failure,
        } => turn.call_failed(call, attempt, failure.as_ref()),
        EventKind::Operator(event) => turn.operator(event),
        EventKind::Delivery { .. } => {}
    }
    turn.fall_silent();
    if said || turn.spoke {
        turn.goes_on();
    }
    turn.set_timer();
    true
}
