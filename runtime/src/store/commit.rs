//! A commit: everything that follows from one thing that happened to one person.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Seq;
use crate::contact::{ContactId, Line, Outgoing};

/// An address by which a person is found: a channel and what it calls them, or a field of the customer card (`=email`)
/// and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressKey {
    /// The channel; or `=` and the name of a field.
    pub channel: SmolStr,
    /// The address there.
    pub address: SmolStr,
}

/// What made a commit: a repetition of it changes nothing, for as long as causes are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    /// Unlike that of any other cause: the channel and its message id, the effect that was answered.
    pub key: SmolStr,
    /// What was answered, for whoever repeats it.
    pub answer: Vec<u8>,
}

/// Everything that follows from one thing that happened to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// Whom it is about.
    pub contact: ContactId,
    /// The revision it was planned from; 0: nothing was kept of them.
    pub expect: u64,
    /// What made it; `None` where a repetition is harmless by itself.
    pub cause: Option<Cause>,
    /// Now.
    pub at: i64,
    /// The person from here on ([`crate::contact::Contact::to_bytes`]).
    pub state: Vec<u8>,
    /// When something is due for them next. It replaces what was set before, and ends any claim on it.
    pub wake: Option<i64>,
    /// By what they are found from now on. One that is somebody else's is a conflict.
    pub addresses: Vec<AddressKey>,
    /// What was said.
    pub transcript: Vec<Line>,
    /// Entries for figures.
    pub entries: Vec<Vec<u8>>,
    /// What is to be done, in order. The key of the effect at place `i` is `CONTACT.REVISION.i`, as [`effect_key`]
    /// writes it, with the revision that this commit makes.
    pub outgoing: Vec<Outgoing>,
    /// A letter that is settled by this, in the same transaction: it is not delivered again.
    pub settles: Option<Seq>,
    /// Somebody who turned out to be this person.
    pub absorbs: Option<Absorbed>,
}

/// Somebody who turned out to be another person: their addresses, lines and letters become that person's; of them only
/// a pointer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absorbed {
    /// Who.
    pub contact: ContactId,
    /// The revision this was planned from.
    pub expect: u64,
    /// What is added to the numbers of their lines.
    pub lines_from: u64,
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is written; the revision it made.
    Committed(u64),
    /// Its cause was committed before, with this answer.
    Duplicate(Vec<u8>),
    /// The person has another revision by now, or an address is somebody else's: nothing was written.
    Conflict,
}

/// What is kept of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// This.
    Kept {
        /// The revision: how many commits there were.
        revision: u64,
        /// The person.
        state: Arc<[u8]>,
    },
    /// They turned out to be somebody else.
    Moved(ContactId),
}

/// The key of an effect: what tells a repeated delivery of it from another effect, for ever.
pub fn effect_key(contact: ContactId, revision: u64, place: usize) -> String {
    format!("{contact}.{revision}.{place}")
}
