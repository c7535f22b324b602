//! What becomes of triggers: data, recorded and carried out by the host, in order.

use botflow_artifact::{FlowId, GoalId, TriggerId};
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Decision {
    /// Begin this flow for the person, on this channel.
    Start {
        /// Which trigger.
        trigger: TriggerId,
        /// What it starts.
        flow: FlowId,
        /// The arguments, in order.
        args: Vec<Value>,
        /// On which channel.
        channel: SmolStr,
        /// It was begun before, on a channel on which it was not read: this is the next one. It counts in no cap.
        again: bool,
        /// A customer set it off ([`crate::Starter::Trigger`]).
        by_customer: bool,
    },
    /// The trigger was set off and does not start.
    Passed {
        /// Which.
        trigger: TriggerId,
        /// Why not.
        reason: Reason,
    },
    /// The person has reached a goal.
    Reached(Box<Reached>),
    /// A clock that was running belongs to a trigger that this version of the bot does not have, or that takes other
    /// values now.
    Removed,
    /// What was reported counts as not having happened.
    Refused {
        /// Its name, as reported.
        name: SmolStr,
        /// Why.
        reason: Refusal,
    },
}

/// A goal that was reached: something to record, nothing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// Which.
    pub goal: GoalId,
    /// When, in milliseconds since 1970; not later than now.
    pub at: i64,
    /// What it is worth: an amount of money or a number; `Unknown` where the goal has no value.
    pub value: Value,
    /// The conversations to whose credit it is, oldest first: how the host and the person number them.
    pub credit: Vec<(u64, u32)>,
}

/// Why a trigger does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// There is no consent on any channel on which the person can be reached.
    NoConsent,
    /// The person has opted out of every channel on which there would be a way.
    OptedOut,
    /// Its cap or the bot's is used up.
    Capped,
    /// The person is busy, and the trigger does not wait.
    Busy,
    /// Something that calls it off has happened.
    CalledOff,
    /// An `if` of it does not hold.
    Condition,
    /// It has waited too long.
    Expired,
    /// The person cannot be reached on any of its channels.
    Unreachable,
    /// A later event of the same kind was heard of first: its clock stands.
    Overtaken,
}

impl Reason {
    /// As it is written in tests and records.
    pub fn words(self) -> &'static str {
        match self {
            Reason::NoConsent => "no consent",
            Reason::OptedOut => "opted out",
            Reason::Capped => "capped",
            Reason::Busy => "busy",
            Reason::CalledOff => "called off",
            Reason::Condition => "condition",
            Reason::Expired => "expired",
            Reason::Unreachable => "unreachable",
            Reason::Overtaken => "overtaken",
        }
    }
}

/// Why an occurrence is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Refusal {
    /// The bot does not mention it.
    Unknown,
    /// Its values are not those of its declaration.
    Malformed,
    /// It was reported before.
    Repeated,
    /// It is dated more than a day ahead.
    Future,
    /// It is dated more than a week ago.
    Past,
}

impl Refusal {
    /// As it is written in tests and records.
    pub fn words(self) -> &'static str {
        match self {
            Refusal::Unknown => "unknown",
            Refusal::Malformed => "malformed",
            Refusal::Repeated => "repeated",
            Refusal::Future => "in the future",
            Refusal::Past => "too late",
        }
    }
}
