//! What a person has agreed to, with proof, and the channels they have opted out of (semantics 17).

use botflow_artifact::ConsentId;
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::person::Person;

/// A consent that was given or withdrawn, with what proves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// Which kind.
    pub consent: ConsentId,
    /// The channel it holds for.
    pub channel: SmolStr,
    /// Given, or withdrawn.
    pub granted: bool,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Where the customer said so: most often the same channel, but somebody may agree to mails in a web chat. Empty
    /// where it was given elsewhere.
    pub said_on: SmolStr,
    /// The words of the question that was answered; empty where none was.
    pub question: SmolStr,
    /// The customer's words: what was written, the label that was pressed; empty where the customer said nothing.
    pub answer: SmolStr,
}

/// So many records of consents are kept; beyond them the oldest goes that is not the last of its kind and channel.
pub const MAX_CONSENTS: usize = 64;

/// So many kinds on so many channels are kept at all. What goes is no consent any more: it never becomes one.
const MAX_PAIRS: usize = 256;

/// Names of channels come from outside: no more than a bot could have.
const MAX_OPTED_OUT: usize = 64;

impl Consent {
    /// A consent without proof, as a host reports one that was given elsewhere.
    pub fn given(consent: ConsentId, channel: impl Into<SmolStr>, at: i64) -> Consent {
        Consent {
            consent,
            channel: channel.into(),
            granted: true,
            at,
            said_on: SmolStr::default(),
            question: SmolStr::default(),
            answer: SmolStr::default(),
        }
    }

    /// Whether it is about the same kind on the same channel.
    pub(crate) fn is_about(&self, consent: ConsentId, channel: &str) -> bool {
        self.consent == consent && self.channel == channel
    }
}

impl Person {
    /// The last that was said about this kind of consent on this channel.
    pub fn consent(&self, consent: ConsentId, channel: &str) -> Option<&Consent> {
        let mut records = self.consents().iter().rev();
        records.find(|record| record.is_about(consent, channel))
    }

    /// Whether the person agrees to this on this channel now.
    pub fn has_consent(&self, consent: ConsentId, channel: &str) -> bool {
        self.consent(consent, channel)
            .is_some_and(|record| record.granted)
    }

    /// Notes a consent that was given or withdrawn.
    pub fn record(&mut self, consent: Consent) {
        let records = &mut self.particulars_mut().consents;
        records.push(consent);
        bound(records);
    }

    /// Whether the person has opted out of this channel.
    pub fn is_opted_out(&self, channel: &str) -> bool {
        self.opted_out().iter().any(|(known, _)| known == channel)
    }

    /// The person opts out of a channel, or in again; whether anything has changed.
    pub fn opt(&mut self, channel: &str, out: bool, at: i64) -> bool {
        let known = self.opted_out().iter().position(|(known, _)| known == channel);
        match (known, out) {
            (None, true) if self.opted_out().len() < MAX_OPTED_OUT => {
                self.particulars_mut().opted_out.push((channel.into(), at));
                true
            }
            (Some(place), false) => {
                self.particulars_mut().opted_out.remove(place);
                true
            }
            _ => false,
        }
    }

    /// The events `opted_in` and `opted_out` of channels; the turn that hears them does this.
    pub fn opts(&mut self, event: &str, fields: &[Value], at: i64) {
        let out = match event {
            "opted_out" => true,
            "opted_in" => false,
            _ => return,
        };
        if let Some(Value::Channel(channel)) = fields.first() {
            self.opt(channel, out, at);
        }
    }
}

/// Keeps the records few, and the last of each kind and channel.
pub(crate) fn bound(records: &mut Vec<Consent>) {
    while records.len() > MAX_CONSENTS {
        let superseded = (0..records.len()).find(|place| {
            let record = &records[*place];
            let mut later = records[place + 1..].iter();
            later.any(|one| one.is_about(record.consent, &record.channel))
        });
        match superseded {
            Some(place) => drop(records.remove(place)),
            None if records.len() > MAX_PAIRS => drop(records.remove(0)),
            None => return,
        }
    }
}
