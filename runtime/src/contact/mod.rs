//! Everything that is kept of one person, and what becomes of it when something happens to them.
//!
//! Pure: [`plan`] takes what is kept and what happens, and gives what is to be kept and what is to be done. It reads no
//! clock and asks nobody; the same input gives the same plan. [`input`] goes in, [`outgoing`] and [`Plan`] come out;
//! `desk` is where a turn is taken, `clerk` records it, `upgrading` carries a person over to another version of the bot,
//! [`merging`] makes two people one.

pub mod input;
pub mod outgoing;
pub mod transcript;

mod clerk;
mod desk;
mod upgrading;

pub mod merging;

use std::fmt;
use std::str::FromStr;

use botflow_analytics::{Entry, Recorder};
use botflow_machine::trigger::{Agenda, Refusal};
use botflow_machine::{Conversation, Conversations, Fault, Person};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::deployment::Version;
pub use input::{Input, Occasion};
pub use outgoing::{Outgoing, PeopleEvent, Saying};
pub use transcript::{Author, Line};
pub use upgrading::carried_over;

/// The number of a person. Written as sixteen hexadecimal digits, since not every reader of JSON keeps 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactId(pub u64);

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContactId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<ContactId, Self::Err> {
        u64::from_str_radix(text, 16).map(ContactId)
    }
}

/// Everything that is kept of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The version of the bot that their conversations are under.
    bot: u64,
    /// Their conversations; the person is with the one that speaks.
    conversations: Conversations<Conversation>,
    /// What triggers have pending.
    agenda: Agenda,
    /// The agenda has been looked at: what happens from now on counts.
    met: bool,
    /// What their figures need between turns.
    recorder: Recorder,
    /// Where they wrote last.
    channel: SmolStr,
    /// When.
    wrote_at: Option<i64>,
    /// How many messages were sent to them.
    sent: u64,
    /// How many lines their transcript has.
    lines: u64,
    /// Who turned out to be them, the last one last, and what is added to the numbers of the messages of each.
    absorbed: Vec<(u64, u64)>,
}

/// Why stored bytes are no contact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// They were written by a later version of this program.
    #[error("it was written by a later version of this program (format {0})")]
    Newer(u8),
    /// They are damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// The format of the bytes of a contact. A change of any type in it is a new format, with a migration here.
const FORMAT: u8 = 1;

/// Of so many people who turned out to be one it is known what the numbers of their messages became.
const MAX_ABSORBED: usize = 64;

impl Contact {
    /// Somebody of whom nothing is known yet.
    pub fn new(id: ContactId, version: &Version) -> Contact {
        let program = &version.program;
        let person = Person::new(&program.bot, id.0);
        let conversation = Conversation::new(id.0, person);
        let numbered = Conversations::new(
            botflow_machine::Running {
                program,
                conversation,
                newer: None,
            },
            id.0,
        );
        Contact {
            bot: version.hash(),
            conversations: numbered.map(|running| running.conversation),
            agenda: Agenda::default(),
            met: false,
            recorder: Recorder::new(id.0),
            channel: program
                .bot
                .channels
                .first()
                .cloned()
                .unwrap_or_else(|| SmolStr::new_static("web")),
            wrote_at: None,
            sent: 0,
            lines: 0,
            absorbed: Vec::new(),
        }
    }

    /// Somebody of whom something is known from elsewhere: they are on the channel of their last message there.
    pub fn known(id: ContactId, version: &Version, person: Person) -> Contact {
        let mut contact = Contact::new(id, version);
        if !person.channel.is_empty() {
            contact.channel = person.channel.clone();
        }
        *contact.person_mut() = person;
        contact
    }

    /// The version of the bot that it is under.
    pub fn bot(&self) -> u64 {
        self.bot
    }

    /// The person.
    pub fn person(&self) -> &Person {
        &self.speaking().person
    }

    /// For changing what is known of them.
    pub fn person_mut(&mut self) -> &mut Person {
        &mut self.conversations.speaking_mut().person
    }

    /// The conversation that speaks.
    pub fn speaking(&self) -> &Conversation {
        self.conversations.speaking()
    }

    /// How many lines their transcript has.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Somebody turned out to be them; so much is added to the numbers of that one's messages.
    pub fn absorb(&mut self, gone: ContactId, messages_from: u64) {
        self.absorbed.push((gone.0, messages_from));
        let beyond = self.absorbed.len().saturating_sub(MAX_ABSORBED);
        self.absorbed.drain(..beyond);
    }

    /// The number that a message has by now which was written for somebody who turned out to be them.
    pub fn renumbered(&self, written_for: ContactId, message: u64) -> u64 {
        let gone = self
            .absorbed
            .iter()
            .rev()
            .find(|(gone, _)| *gone == written_for.0);
        message.saturating_add(gone.map_or(0, |(_, from)| *from))
    }

    /// As bytes, to be stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising into memory cannot fail: none of these types refuses to be written.
        postcard::to_extend(self, vec![FORMAT]).expect("a contact can be written")
    }

    /// From stored bytes.
    ///
    /// # Errors
    /// [`ContactError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Contact, ContactError> {
        match bytes.split_first() {
            Some((&FORMAT, rest)) => {
                postcard::from_bytes(rest).map_err(|error| ContactError::Damaged(error.to_string()))
            }
            Some((&later, _)) if later > FORMAT => Err(ContactError::Newer(later)),
            _ => Err(ContactError::Damaged("the first byte is no format".to_owned())),
        }
    }
}

/// What is to be kept and done after something happened to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is to be kept.
    pub contact: Contact,
    /// What is to be done, in order.
    pub outgoing: Vec<Outgoing>,
    /// What was said, by anybody, in order. Numbered from the contact's lines before.
    pub transcript: Vec<Line>,
    /// For figures.
    pub entries: Vec<Entry>,
    /// When something is due next for them: [`Input::Due`] is to be given then.
    pub wake: Option<i64>,
    /// Addresses by which they are found from now on: channel and address.
    pub addresses: Vec<(SmolStr, SmolStr)>,
    /// A system or a colleague was asked, and the conversation goes on when that is answered.
    pub works: bool,
    /// What was given was refused, and nothing of it heard.
    pub refused: Option<Refusal>,
    /// How late what was due was looked at, in milliseconds; `None`: nothing was due.
    pub late: Option<i64>,
    /// What the machine protected itself against.
    pub faults: Vec<Fault>,
}

/// What becomes of a person when something happens to them.
///
/// `older`: the version that the contact is under, where that is another than the one that runs; where it is not known
/// any more, their conversations are given up and begin anew with what comes next.
pub fn plan(version: &Version, older: Option<&Version>, contact: Contact, occasion: Occasion) -> Plan {
    desk::Desk::new(version, older, contact, &occasion).take(occasion.input)
}
