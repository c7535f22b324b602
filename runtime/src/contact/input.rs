//! What happens to a person.

use botflow_machine::{Delivery, OperatorEvent};
use botflow_values::Value;
use smol_str::SmolStr;

/// Something that happens, with all that would make two runs differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// What tells a repeated delivery from a new one; 0 means: never a repetition.
    pub id: u64,
    /// Now, in milliseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// Decides what is left to chance, codes that prove an address among it: not to be guessed by anybody. 0 leaves
    /// nothing to chance, wordings come in order: in tests only.
    pub seed: u64,
    /// What happens.
    pub input: Input,
}

/// What happens to a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// They come by, or say something, or something happens to them, at an address of theirs.
    At {
        /// The channel.
        channel: SmolStr,
        /// What the channel calls them.
        address: SmolStr,
        /// What they do.
        what: Said,
    },
    /// The host begins a flow.
    Start {
        /// Full name of the flow.
        flow: SmolStr,
        /// Its arguments, in order.
        args: Vec<Value>,
    },
    /// A colleague does something.
    Operator(OperatorEvent),
    /// A call has succeeded.
    CallResult {
        /// Its number.
        call: u32,
        /// What it gave, as the version that runs declares it ([`super::carried_over`]).
        value: Value,
    },
    /// An attempt of a call has failed.
    CallFailed {
        /// Its number.
        call: u32,
        /// The attempt.
        attempt: u32,
        /// One of the named failures.
        failure: Option<SmolStr>,
    },
    /// Something became of a message.
    Status {
        /// The number of the message.
        message: u64,
        /// The channel it went to.
        channel: SmolStr,
        /// What.
        status: Delivery,
    },
    /// The moment has come that was asked for ([`super::Plan::wake`]).
    Due,
    /// A new version of the bot: they go over to it, and nothing else happens.
    NewVersion,
}

/// What somebody does at an address.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// They write.
    Message(SmolStr),
    /// They press a button or a suggestion.
    Press {
        /// What the button sends.
        payload: SmolStr,
        /// What stands on it.
        label: SmolStr,
    },
    /// They send something that is not words.
    Media {
        /// An image, a file or a location.
        value: Value,
        /// The words below it.
        caption: SmolStr,
    },
    /// An event is reported.
    Event {
        /// Its name.
        name: SmolStr,
        /// Its fields in order of the declaration.
        fields: Vec<Value>,
        /// When it happened.
        at: i64,
    },
    /// The host knows something about them.
    Known {
        /// Fields of the card by name.
        values: Vec<(SmolStr, Value)>,
        /// It vouches for them.
        signed: bool,
    },
    /// They are there; nothing more. Their language and zone, where the channel tells.
    Arrives {
        /// BCP 47 code.
        language: Option<SmolStr>,
        /// IANA name.
        timezone: Option<SmolStr>,
        /// Where they came from.
        referral: Option<SmolStr>,
    },
}
