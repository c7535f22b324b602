//! What the machine wants done: data, carried out by the host after the turn is committed, in order.

use botflow_artifact::{
    CallId, EscalationId, ExperimentId, FieldId, FlowId, IntentId, Outcome, QueueId, StageId,
};
use botflow_message::Message;
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::consent::Consent;
use crate::leave::Withheld;
use crate::record::Record;
use crate::trigger::Refusal;

/// One effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Say this to the customer, on the conversation's channel unless the envelope names another.
    Send(Message),
    /// Do this lookup or action, and answer with `CallResult` or `CallFailed`.
    Call(Box<CallRequest>),
    /// Send `EventKind::Timer { id }` at this moment. A conversation has at most one timer: this replaces the one
    /// set before.
    SetTimer {
        /// Which.
        id: u32,
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// The timer is not wanted any more.
    CancelTimer {
        /// Which.
        id: u32,
    },
    /// People own the conversation from now on.
    HandOver(Box<HandOver>),
    /// The conversation waits in this queue now (it was passed on, or nobody came).
    Requeue {
        /// Which.
        queue: QueueId,
    },
    /// The hand-over is over: the conversation leaves its queue, and whoever was there is free. Every hand-over has
    /// exactly one.
    Withdraw {
        /// The queue it leaves; `None` if the present version of the bot does not have it.
        queue: Option<QueueId>,
        /// Why.
        reason: Withdrawn,
        /// The operator who ended it, if one did.
        operator: Option<SmolStr>,
        /// An operator had come. Without, and where the customer has gone, the queue was abandoned.
        came: bool,
    },
    /// An operator is there, who was not before.
    Joined {
        /// Who.
        operator: SmolStr,
    },
    /// An operator is not there any more, and the hand-over goes on.
    Left {
        /// Who.
        operator: SmolStr,
    },
    /// The conversation was passed on to this operator, who is not there yet.
    Assign {
        /// To whom.
        operator: SmolStr,
    },
    /// An operator starts a flow; the bot has the conversation until it returns.
    OperatorStarts {
        /// Who.
        operator: SmolStr,
        /// Which.
        flow: FlowId,
    },
    /// What an operator did was refused: tell them.
    OperatorRefused {
        /// Who.
        operator: SmolStr,
        /// Why.
        reason: Refused,
    },
    /// The customer wrote this while people own the conversation: show it to them.
    Forward {
        /// The words.
        text: SmolStr,
        /// What was sent beside words.
        media: Option<Box<Value>>,
    },
    /// An operator wrote this: send it to the customer.
    Relay {
        /// Who.
        operator: SmolStr,
        /// The words.
        text: SmolStr,
        /// What was sent beside words.
        media: Option<Box<Value>>,
    },
    /// Ask colleagues this; the next words an operator writes are the answer.
    AskQueue {
        /// Whom.
        queue: QueueId,
        /// What.
        question: SmolStr,
    },
    /// An operator's answer to the question of `ask queue` was taken.
    ColleagueAnswered {
        /// Who.
        operator: SmolStr,
    },
    /// Send a code of six digits to this address of the customer.
    SendCode {
        /// The field that holds the address.
        field: FieldId,
        /// The address.
        address: Value,
        /// The code the machine expects back.
        code: SmolStr,
    },
    /// The field of the customer card was written ([`crate::Person::fields`] holds it already).
    Remember {
        /// Which.
        field: FieldId,
        /// Its new value.
        value: Value,
    },
    /// The field of the customer card is unknown again.
    Forget {
        /// Which.
        field: FieldId,
    },
    /// The value of the customer card is proven: by a code, or by the host.
    Verified {
        /// Which field.
        field: FieldId,
    },
    /// The person was to be identified by a value that nothing proves: they are not.
    Unproven {
        /// Which field.
        field: FieldId,
    },
    /// A value for the customer card does not fit it, or has no place there: it is not taken.
    Refused {
        /// What it was called.
        name: SmolStr,
        /// Why.
        reason: Refusal,
    },
    /// A message was not sent, since nothing allows it.
    Withheld {
        /// Where it would have gone.
        channel: SmolStr,
        /// Why not.
        reason: Withheld,
    },
    /// This person is the one known by this field.
    Identify {
        /// Which.
        field: FieldId,
        /// Its value.
        value: Value,
    },
    /// The person is in another stage of the journey now ([`crate::Particulars::staged_at`] is the moment).
    Stage {
        /// The one before; `None` before the first.
        from: Option<StageId>,
        /// The new one.
        to: StageId,
    },
    /// The customer's message was taken as this intent.
    Asked(IntentId),
    /// A label on the person.
    Tag(SmolStr),
    /// An analytics event.
    Track {
        /// Its name.
        name: SmolStr,
        /// Its named values.
        values: Vec<(SmolStr, Value)>,
    },
    /// A note for operators.
    Note(SmolStr),
    /// A flag to a queue without handing over.
    Tell {
        /// Which queue.
        queue: QueueId,
        /// The words.
        text: SmolStr,
    },
    /// Consent was given or withdrawn; [`crate::Person::consents`] holds it already.
    Consent(Box<Consent>),
    /// The customer opted out of a channel with a word for it (STOP).
    OptedOut {
        /// Which channel.
        channel: SmolStr,
    },
    /// The customer opted in to a channel again with a word for it (START).
    OptedIn {
        /// Which channel.
        channel: SmolStr,
    },
    /// The person takes part in an experiment, and their arm was looked at.
    Exposed {
        /// Which experiment.
        experiment: ExperimentId,
        /// Its arm by index; `None` = held out.
        arm: Option<u32>,
    },
    /// The conversation that spoke rests in a wait while another begins; it goes on later.
    Parked,
    /// A conversation that was parked speaks again.
    GoesOn,
    /// The conversation has ended.
    Finished {
        /// How.
        outcome: Outcome,
        /// `as demo_booked`.
        label: Option<SmolStr>,
    },
    /// Something to be recorded for figures, and nothing else.
    Record(Record),
    /// The machine protected itself: never happens with a bot that its compiler made.
    Fault(Fault),
}

/// A lookup or an action to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRequest {
    /// Which; `Bot::calls` tells how.
    pub call: CallId,
    /// The number by which the answer names it; never used twice in one conversation value.
    pub number: u32,
    /// From 1. A repeated attempt has the same number and key.
    pub attempt: u32,
    /// What makes an action happen once, however often it is attempted.
    pub key: u64,
    /// Its arguments, in order of the declaration.
    pub args: Vec<Value>,
}

/// The conversation goes to people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// By which escalation.
    pub escalation: EscalationId,
    /// Into which queue.
    pub queue: QueueId,
    /// What operators read first; empty for none.
    pub brief: SmolStr,
}

/// Why a hand-over is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Withdrawn {
    /// An operator has settled it.
    Resolved,
    /// An operator gave it back to the bot.
    HandedBack,
    /// Nobody came.
    Nobody,
    /// The queue was closed.
    Closed,
    /// The customer was silent.
    CustomerSilent,
    /// The operators were silent.
    OperatorSilent,
    /// The customer has gone (with a word that the law protects).
    CustomerLeft,
    /// Another hand-over, or another flow, took its place.
    Replaced,
    /// The conversation has ended, in a flow that an operator had started or by a new version of the bot.
    Ended,
    /// A new version of the bot has no such escalation, or no such queue and no way instead.
    Removed,
}

impl Withdrawn {
    /// In words, as tests and records have it.
    pub fn words(self) -> &'static str {
        match self {
            Withdrawn::Resolved => "resolved",
            Withdrawn::HandedBack => "handed back",
            Withdrawn::Nobody => "nobody came",
            Withdrawn::Closed => "closed",
            Withdrawn::CustomerSilent => "customer silent",
            Withdrawn::OperatorSilent => "operator silent",
            Withdrawn::CustomerLeft => "customer left",
            Withdrawn::Replaced => "replaced",
            Withdrawn::Ended => "ended",
            Withdrawn::Removed => "removed",
        }
    }
}

/// Why something that an operator did was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Refused {
    /// People do not have the conversation.
    NotHandedOver,
    /// The bot has no such queue.
    UnknownQueue,
    /// The bot has no such flow.
    UnknownFlow,
    /// The flow is not `open to operators`.
    NotOpen,
    /// The flow takes other values.
    WrongArguments,
    /// Nothing is asked, or it has been answered already.
    NotAsked,
}

impl Refused {
    /// In words, as tests and records have it.
    pub fn words(self) -> &'static str {
        match self {
            Refused::NotHandedOver => "not handed over",
            Refused::UnknownQueue => "unknown queue",
            Refused::UnknownFlow => "unknown flow",
            Refused::NotOpen => "not open to operators",
            Refused::WrongArguments => "wrong arguments",
            Refused::NotAsked => "not asked",
        }
    }
}

/// What the machine protected itself against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// A turn used more operations than any sensible bot needs: the conversation has been ended.
    Endless,
    /// The conversation refers to something its bot does not have: it has been ended.
    Lost,
}

impl Effect {
    /// The message, if this is one.
    pub fn as_message(&self) -> Option<&Message> {
        match self {
            Effect::Send(message) => Some(message),
            _ => None,
        }
    }
}
