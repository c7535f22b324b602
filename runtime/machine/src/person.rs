//! The person a conversation is with, as far as flows can see them.

use botflow_artifact::{Bot, ConsentId, EventId, StageId};
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What is known about a person. It outlives conversations: the host keeps one per person, puts it into
/// [`crate::Conversation::person`] before a turn and keeps what it finds there afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The host's number of the person; decides arms of experiments.
    pub id: u64,
    /// The customer card, in order of `Bot::customer`. What is missing has its declared default.
    pub fields: Vec<Value>,
    /// BCP 47 code; empty = the bot's first language.
    pub language: SmolStr,
    /// IANA name; empty = the bot's zone.
    pub timezone: SmolStr,
    /// The channel of the last message; empty = the bot's first one.
    pub channel: SmolStr,
    /// Where the person came from.
    pub referral: Option<SmolStr>,
    /// The stage of the journey.
    pub stage: Option<StageId>,
    /// Consents given, with the channel they hold for.
    pub consents: Vec<(ConsentId, SmolStr)>,
    /// Moments of the events that expressions count, at most [`crate::MAX_COUNTED`] of each.
    pub occurrences: Vec<(EventId, Vec<i64>)>,
}

impl Person {
    /// Somebody of whom nothing is known yet.
    pub fn new(bot: &Bot, id: u64) -> Person {
        Person {
            id,
            fields: bot.customer.iter().map(|field| field.default.clone()).collect(),
            ..Person::default()
        }
    }
}
