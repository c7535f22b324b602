//! What is to be done outside after a turn is stored. Names instead of ids wherever it may wait: another version of the
//! bot may run when it is done.

use botflow_machine::CallRequest;
use botflow_message::Message;
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// Something to be done. Things of one lane of one person are done in order, one after the other; lanes do not wait for
/// each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Outgoing {
    /// Send this to the person.
    Say(Box<Saying>),
    /// Do this lookup or action.
    Call {
        /// The version of the bot that asks.
        bot: u64,
        /// Its name.
        name: SmolStr,
        /// What is asked.
        request: Box<CallRequest>,
    },
    /// Tell people: colleagues who have, had or are to have the conversation.
    Tell {
        /// What.
        event: PeopleEvent,
    },
    /// The person is whoever is known by this; merge the two if they are not one.
    Identify {
        /// Name of the field of the card.
        field: SmolStr,
        /// Its value, in its canonical form.
        value: SmolStr,
    },
}

/// A message on its way to a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saying {
    /// On which channel.
    pub channel: SmolStr,
    /// To which address.
    pub address: SmolStr,
    /// Its number among the messages of the person: what statuses name.
    pub number: u64,
    /// The colleague who says it; `None` is the bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<SmolStr>,
    /// What is said.
    pub message: Message,
    /// It proves an address: nobody else may see it.
    #[serde(default)]
    pub secret: bool,
}

/// What people are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PeopleEvent {
    /// They have the conversation from now on.
    HandOver {
        /// By which escalation.
        escalation: SmolStr,
        /// In which queue.
        queue: SmolStr,
        /// What they read first.
        brief: SmolStr,
    },
    /// It waits in another queue.
    Requeue {
        /// Which.
        queue: SmolStr,
    },
    /// They have it no more.
    Withdraw {
        /// The queue it leaves.
        queue: Option<SmolStr>,
        /// Why, in words.
        reason: SmolStr,
    },
    /// A colleague is there.
    Joined {
        /// Who.
        operator: SmolStr,
    },
    /// A colleague is not there any more.
    Left {
        /// Who.
        operator: SmolStr,
    },
    /// It was passed on to this colleague.
    Assigned {
        /// To whom.
        operator: SmolStr,
    },
    /// A colleague starts a flow: the bot has it until that returns.
    FlowStarted {
        /// Who.
        operator: SmolStr,
        /// Which.
        flow: SmolStr,
    },
    /// What a colleague did was refused.
    Refused {
        /// Who.
        operator: SmolStr,
        /// Why, in words.
        reason: SmolStr,
    },
    /// The customer wrote.
    Message {
        /// The words.
        text: SmolStr,
        /// What was sent beside words.
        media: Option<Value>,
    },
    /// The bot asks colleagues.
    Question {
        /// Whom.
        queue: SmolStr,
        /// What.
        text: SmolStr,
    },
    /// A colleague's answer was taken.
    Answered {
        /// Whose.
        operator: SmolStr,
    },
    /// A flag for a queue.
    Flag {
        /// Which.
        queue: SmolStr,
        /// The words.
        text: SmolStr,
    },
    /// A note.
    Note {
        /// The words.
        text: SmolStr,
    },
}

/// The lane of what colleagues are told.
pub const PEOPLE: SmolStr = SmolStr::new_static("people");

/// The lane of people who are to be found.
pub const IDENTITY: SmolStr = SmolStr::new_static("identity");

impl Outgoing {
    /// Its lane. Messages of a channel go in order; every call is a lane of its own.
    pub fn lane(&self) -> SmolStr {
        match self {
            Outgoing::Say(saying) => saying.channel.clone(),
            Outgoing::Call { request, .. } => format_smolstr!("call.{}", request.number),
            Outgoing::Tell { .. } => PEOPLE,
            Outgoing::Identify { .. } => IDENTITY,
        }
    }

    /// What does it: the channel's name, `call`, `people`, `identity`.
    pub fn route(&self) -> SmolStr {
        match self {
            Outgoing::Call { .. } => CALL,
            other => other.lane(),
        }
    }
}

/// The route of calls.
pub const CALL: SmolStr = SmolStr::new_static("call");
