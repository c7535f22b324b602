//! What happens to a conversation from outside: the machine's input. Everything that would make two runs differ
//! (identity, time, chance) is part of the event.

use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What tells a repeated delivery from a new event, for example a hash of the channel's message id. The last
    /// few ids are remembered and a repeated one is ignored. 0 means: never a repetition.
    pub id: u64,
    /// Milliseconds since 1970-01-01T00:00Z. A moment before the last event counts as that of the last event.
    pub at: i64,
    /// Decides everything left to chance in this turn (`say one of`).
    pub seed: u64,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EventKind {
    /// The customer wrote something.
    Message {
        /// The words. Only the first [`crate::MAX_MESSAGE`] bytes are heard.
        text: SmolStr,
        /// Where; `None` = where the customer wrote last.
        channel: Option<SmolStr>,
    },
    /// The customer pressed a button or a suggestion.
    Press {
        /// The token of the button, as the machine sent it.
        payload: SmolStr,
        /// What stands on it (the host knows it from the message it sent; may be empty). Used when the button
        /// belongs to an older message: then it counts as if its label had been written.
        label: SmolStr,
        /// Where; `None` = where the customer wrote last.
        channel: Option<SmolStr>,
    },
    /// The customer sent something that is not words: an image, a file, a location (a value of that type).
    Media {
        /// What was sent.
        value: Value,
        /// The words below it; empty for none.
        caption: SmolStr,
        /// Where; `None` = where the customer wrote last.
        channel: Option<SmolStr>,
    },
    /// Begins a flow: a trigger fires, a test begins. Ignored while people own the conversation. An operator starts
    /// one with [`OperatorEvent::Starts`].
    Start {
        /// Full name of the flow.
        flow: SmolStr,
        /// Its arguments, in order; missing ones are unknown.
        args: Vec<Value>,
        /// Where; `None` = where the person is.
        channel: Option<SmolStr>,
        /// Who begins it.
        by: Starter,
    },
    /// The host knows something about the person.
    Known {
        /// Fields of the customer card by name.
        values: Vec<(SmolStr, Value)>,
        /// The host vouches for them: a customer who has logged in.
        signed: bool,
    },
    /// A declared or built-in event happened to this person.
    Custom {
        /// Its name.
        name: SmolStr,
        /// Its fields in order of the declaration, already of the declared types.
        fields: Vec<Value>,
    },
    /// The timer the machine asked for ([`crate::Effect::SetTimer`]).
    Timer {
        /// Which; a timer that is no longer the conversation's is ignored.
        id: u32,
    },
    /// A call has succeeded.
    CallResult {
        /// The number of the call ([`crate::CallRequest::number`]).
        call: u32,
        /// What it gave, of the declared type; `Unknown` for calls that give nothing.
        value: Value,
    },
    /// An attempt of a call has failed.
    CallFailed {
        /// The number of the call.
        call: u32,
        /// The attempt that failed; failures of other attempts than the last are ignored.
        attempt: u32,
        /// One of the named failures of the call; `None` = any other reason.
        failure: Option<SmolStr>,
    },
    /// Something an operator did.
    Operator(OperatorEvent),
    /// How a message of ours fared.
    Delivery {
        /// The host's number of the message.
        message: u64,
        /// What became of it.
        status: Delivery,
    },
}

/// Who begins a flow from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Starter {
    /// The host itself, or a test.
    #[default]
    Host,
    /// An operator ([`OperatorEvent::Starts`]).
    Operator,
    /// A trigger.
    Trigger {
        /// Its name.
        name: SmolStr,
        /// A customer set it off.
        by_customer: bool,
    },
}

/// What an operator did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OperatorEvent {
    /// Takes the conversation over.
    Joins {
        /// Who.
        name: SmolStr,
    },
    /// Writes to the customer (or answers the question of `ask queue`).
    Writes {
        /// Who.
        name: SmolStr,
        /// The words.
        text: SmolStr,
        /// What is sent beside words: an image, a file, a location.
        media: Option<Value>,
    },
    /// Answers the question of `ask queue`, and nothing else: once it is answered, this is refused.
    Answers {
        /// Who.
        name: SmolStr,
        /// The words.
        text: SmolStr,
    },
    /// Goes away; the conversation is in its queue again.
    Leaves {
        /// Who.
        name: SmolStr,
    },
    /// Gives the conversation to another queue.
    Passes {
        /// Who.
        name: SmolStr,
        /// Name of the queue.
        queue: SmolStr,
    },
    /// Gives the conversation to another operator, in the same queue.
    PassesTo {
        /// Who.
        name: SmolStr,
        /// To whom.
        operator: SmolStr,
    },
    /// Starts a flow that is open to operators.
    Starts {
        /// Who.
        name: SmolStr,
        /// Full name of the flow.
        flow: SmolStr,
        /// All its arguments, in order.
        args: Vec<Value>,
    },
    /// Says that it is settled.
    Resolves {
        /// Who.
        name: SmolStr,
    },
    /// Gives the conversation back to the bot.
    HandsBack {
        /// Who.
        name: SmolStr,
    },
    /// The queue that was asked (by a hand-over or `ask queue`) is closed.
    Closed,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// It has reached the person's device.
    Delivered,
    /// It was read.
    Read,
    /// A link in it was opened.
    Clicked,
    /// It could not be delivered.
    Failed,
}

impl Event {
    /// The customer writes.
    pub fn message(at: i64, text: impl Into<SmolStr>) -> Event {
        Event::new(
            at,
            EventKind::Message {
                text: text.into(),
                channel: None,
            },
        )
    }

    /// The customer presses a button.
    pub fn press(at: i64, payload: impl Into<SmolStr>, label: impl Into<SmolStr>) -> Event {
        Event::new(
            at,
            EventKind::Press {
                payload: payload.into(),
                label: label.into(),
                channel: None,
            },
        )
    }

    /// The timer `id` goes off.
    pub fn timer(at: i64, id: u32) -> Event {
        Event::new(at, EventKind::Timer { id })
    }

    /// A flow is begun.
    pub fn start(at: i64, flow: impl Into<SmolStr>, args: Vec<Value>) -> Event {
        Event::new(
            at,
            EventKind::Start {
                flow: flow.into(),
                args,
                channel: None,
                by: Starter::Host,
            },
        )
    }

    /// An event without identity and with seed 0.
    pub fn new(at: i64, kind: EventKind) -> Event {
        Event {
            id: 0,
            at,
            seed: 0,
            kind,
        }
    }
}
