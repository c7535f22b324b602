//! The person a conversation is with, as far as flows can see them.

use botflow_artifact::{Bot, EventId, StageId};
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::address::Address;
use crate::card::Written;
use crate::consent::Consent;
use crate::history::History;

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
    /// Moments of the events that expressions count, at most [`crate::MAX_COUNTED`] of each.
    pub occurrences: Vec<(EventId, Vec<i64>)>,
    /// Consents, opting out, proofs, addresses; `None` = none of them yet.
    pub particulars: Option<Box<Particulars>>,
    /// Earlier conversations and arms of experiments; `None` = none yet.
    pub history: Option<Box<History>>,
}

/// What is known of few people; made when it is needed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Particulars {
    /// Consents given and withdrawn, oldest first: the last of each kind on each channel holds.
    pub consents: Vec<Consent>,
    /// Channels that the person has opted out of, and since when.
    pub opted_out: Vec<(SmolStr, i64)>,
    /// When fields of the card were written, and what proves them.
    pub written: Vec<Written>,
    /// Where the person can be reached.
    pub addresses: Vec<Address>,
    /// When the stage of the journey was entered.
    pub staged_at: Option<i64>,
    /// Numbers of people who turned out to be this one.
    pub absorbed: Vec<u64>,
    /// What fields of events brought that expressions look back at.
    pub brought: Vec<Brought>,
}

/// What one field of one event brought, oldest first; at most [`crate::MAX_COUNTED`] of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brought {
    /// Which event.
    pub event: EventId,
    /// Which of its fields.
    pub field: u32,
    /// When, and what; only known values.
    pub values: Vec<(i64, Value)>,
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

    /// Consents given and withdrawn, oldest first.
    pub fn consents(&self) -> &[Consent] {
        self.particulars.as_ref().map_or(&[], |more| &more.consents)
    }

    /// Channels that the person has opted out of, and since when.
    pub fn opted_out(&self) -> &[(SmolStr, i64)] {
        self.particulars.as_ref().map_or(&[], |more| &more.opted_out)
    }

    /// When fields of the card were written, and what proves them.
    pub fn written(&self) -> &[Written] {
        self.particulars.as_ref().map_or(&[], |more| &more.written)
    }

    /// How many messages, presses and media they have sent, wrapping ([`History::wrote`]).
    pub fn wrote(&self) -> u32 {
        self.history.as_ref().map_or(0, |history| history.wrote)
    }

    /// They have written something.
    pub fn writes(&mut self) {
        let history = self.history.get_or_insert_default();
        history.wrote = history.wrote.wrapping_add(1);
    }

    /// Where the person can be reached.
    pub fn addresses(&self) -> &[Address] {
        self.particulars.as_ref().map_or(&[], |more| &more.addresses)
    }

    /// What a field of an event brought, oldest first.
    pub fn brought(&self, event: EventId, field: u32) -> &[(i64, Value)] {
        let all = self.particulars.as_ref().map_or(&[][..], |more| &more.brought);
        let found = all.iter().find(|one| one.event == event && one.field == field);
        found.map_or(&[], |one| &one.values)
    }

    /// Notes what a field of an event brought.
    pub fn bring(&mut self, event: EventId, field: u32, at: i64, value: Value) {
        let all = &mut self.particulars_mut().brought;
        let known = all
            .iter()
            .position(|one| one.event == event && one.field == field);
        let place = known.unwrap_or_else(|| {
            all.push(Brought {
                event,
                field,
                values: Vec::new(),
            });
            all.len() - 1
        });
        let values = &mut all[place].values;
        if values.len() >= crate::MAX_COUNTED {
            values.remove(0);
        }
        values.push((at, value));
    }

    /// For noting something of it.
    pub fn particulars_mut(&mut self) -> &mut Particulars {
        self.particulars.get_or_insert_default()
    }
}
