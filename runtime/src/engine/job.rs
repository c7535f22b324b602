//! What the engine works on: something that happens to one person, and somebody who waits to be told.

use botflow_machine::CallRequest;
use botflow_values::Value;
use smol_str::SmolStr;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::inbound::{Ack, Refused};
use crate::contact::input::Said;
use crate::contact::{ContactId, Input};
use crate::store::{AddressKey, Seq};

/// Something that happens to one person.
#[derive(Debug)]
pub(super) struct Job {
    /// To whom.
    pub target: Target,
    /// Whom it was about, where that one turned out to be somebody else.
    pub was: Option<ContactId>,
    /// In which queue it waits: what comes for one address, or for one person, goes in order.
    pub queue: u64,
    /// What tells it from others, if it must not happen twice.
    pub cause: Option<SmolStr>,
    /// Decides what is left to chance.
    pub seed: u64,
    /// The letter that it answers.
    pub settles: Option<Seq>,
    /// Who waits.
    pub reply: oneshot::Sender<Result<Ack, Refused>>,
    /// How often somebody else was faster.
    pub conflicts: u32,
    /// Its place in the queue, given back when it is answered.
    pub _place: Option<OwnedSemaphorePermit>,
}

/// To whom something happens, and what.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// To whoever is known by this address, or somebody new.
    Address(AddressKey, Said),
    /// To this person.
    Contact(ContactId, Input),
    /// To this person: a call has been answered.
    Answer {
        contact: ContactId,
        bot: u64,
        request: Box<CallRequest>,
        outcome: Result<Value, Option<SmolStr>>,
    },
    /// To this person: they are known by this, perhaps as somebody else.
    Identify(ContactId, AddressKey),
}

impl Target {
    /// Whether it can happen twice and nothing comes of it. Anything else needs a cause: an engine whose store did not
    /// answer does it again.
    pub fn is_harmless(&self) -> bool {
        matches!(
            self,
            Target::Address(_, Said::Arrives { .. } | Said::Known { .. })
                | Target::Contact(_, Input::Due | Input::NewVersion)
        )
    }
}

impl Target {
    /// The queue of what happens to it, as far as that is known without asking the store.
    pub fn queue(&self) -> u64 {
        let hash = match self {
            Target::Address(key, _) => {
                let mut hasher = blake3::Hasher::new();
                hasher.update(key.channel.as_bytes());
                hasher.update(&[0]);
                hasher.update(key.address.as_bytes());
                hasher.finalize()
            }
            Target::Contact(contact, _) | Target::Answer { contact, .. } | Target::Identify(contact, _) => {
                blake3::hash(&contact.0.to_le_bytes())
            }
        };
        let first = hash.as_bytes().first_chunk::<8>();
        first.map_or(0, |first| u64::from_le_bytes(*first))
    }
}
