//! What comes in from channels, and what they are told.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::contact::ContactId;
use crate::contact::input::Said;
use crate::store::StoreError;

/// Something that happened on a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// The channel.
    pub channel: SmolStr,
    /// What the channel calls the person.
    pub address: SmolStr,
    /// The channel's id of what happened: a second one of the same channel and id is answered like the first and changes
    /// nothing. `None` where the channel has none: then a repetition counts.
    pub id: Option<SmolStr>,
    /// What they do.
    pub what: Said,
}

/// What was done about something that came in. It is stored when this is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The person, as sixteen hexadecimal digits.
    pub contact: SmolStr,
    /// The revision of the person that it made.
    pub revision: u64,
    /// The keys of what is to be done because of it, in order.
    pub effects: Vec<SmolStr>,
    /// The number of the line that what they said became in the transcript; 0: they said nothing.
    #[serde(default, skip_serializing_if = "is_none")]
    pub line: u64,
    /// A system or a colleague was asked, and the bot goes on when that is answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub works: bool,
    /// It was refused by the bot, in a word: an event it does not know, or that came too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<SmolStr>,
    /// It had come before.
    #[serde(skip)]
    pub duplicate: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_none(line: &u64) -> bool {
    *line == 0
}

impl Ack {
    /// The person.
    pub fn contact_id(&self) -> Option<ContactId> {
        self.contact.parse().ok()
    }
}

/// Why something was not taken. Nothing of it is stored, and whoever sent it is to send it again; only after
/// [`Refused::Store`] it may have been stored, and is recognised by its id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is more to do than fits: to be sent again a little later.
    #[error("there is too much to do at the moment; send it again a little later")]
    Busy,
    /// The host is being stopped.
    #[error("the host is being stopped; send it again a little later")]
    Stopping,
    /// The store did not take it in time.
    #[error("it could not be stored: {0}")]
    Store(#[from] StoreError),
    /// What is kept of the person cannot be read, or nothing can be planned from it: a bug, or a later version's.
    #[error("what is kept of the person cannot be read: {0}")]
    Unreadable(String),
    /// Nobody is known by that number.
    #[error("nobody is known by that number")]
    Nobody,
}
