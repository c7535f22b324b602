//! Where a person can be reached: one address on a channel, as the channel knows them (semantics 18.1).

use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::person::Person;

/// An address of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The channel.
    pub channel: SmolStr,
    /// What the channel calls the person there: a number, an address, an identity of its own.
    pub address: SmolStr,
    /// Since when it is known.
    pub at: i64,
}

/// The channel that a proven value of the card opens, and the address there (18.2). A number opens no messenger: who has
/// not written there may have no account, and the messenger's own rules are about who has.
pub(crate) fn opens(value: &Value) -> Option<(&'static str, &SmolStr)> {
    match value {
        Value::Email(address) => Some(("email", address)),
        Value::Phone(number) => Some(("sms", number)),
        _ => None,
    }
}

/// So many addresses of a person are kept; the oldest goes first.
pub const MAX_ADDRESSES: usize = 64;

impl Person {
    /// The person can be reached there; whether that is new.
    pub fn reach(&mut self, channel: &str, address: &str, at: i64) -> bool {
        let is_it = |one: &Address| one.channel == channel && one.address == address;
        if channel.is_empty() || self.addresses().iter().any(is_it) {
            return false;
        }
        let addresses = &mut self.particulars_mut().addresses;
        if addresses.len() >= MAX_ADDRESSES {
            addresses.remove(0);
        }
        addresses.push(Address {
            channel: channel.into(),
            address: address.into(),
            at,
        });
        true
    }

    /// The person cannot be reached there any more: a number was given up, a bot was blocked.
    pub fn lose(&mut self, channel: &str, address: &str) {
        let is_it = |one: &Address| one.channel == channel && one.address == address;
        if let Some(more) = &mut self.particulars {
            more.addresses.retain(|one| !is_it(one));
        }
    }

    /// The channels on which the person can be reached, each once, the oldest first. Only those the bot is on are of
    /// use to it ([`crate::trigger::Surroundings::channels`]).
    pub fn reachable(&self) -> Vec<SmolStr> {
        let mut channels: Vec<SmolStr> = Vec::with_capacity(self.addresses().len());
        for one in self.addresses() {
            if !channels.contains(&one.channel) {
                channels.push(one.channel.clone());
            }
        }
        channels
    }
}
