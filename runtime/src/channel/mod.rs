//! How people are reached. A channel takes what comes from its side to [`crate::Engine::deliver`], and is given what is to
//! be sent.
//!
//! What a channel can show is data (`botflow_message::Profile`); a channel is handed the message rendered by it, and
//! writes it in its own format. What is peculiar about one channel stays in its file.

pub mod web;
pub mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use botflow_message::{Message, Rendering};
use smol_str::{SmolStr, format_smolstr};

use crate::contact::ContactId;

/// Delivers messages to people.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// The channel's name, as flows write it.
    fn name(&self) -> &str;

    /// What is said here is read from the transcript by whoever shows it, as pages do. Then there are no letters to this
    /// channel: a message has arrived as soon as it is stored, and [`Channel::send`] is not asked. All hosts of a store
    /// have to agree on it.
    fn reads_transcripts(&self) -> bool {
        false
    }

    /// Sends a message. May be asked again with the same [`Delivery::key`]: where the other side can tell repetitions,
    /// it is given the key.
    async fn send(&self, delivery: &Delivery) -> Result<Receipt, SendError>;
}

/// A message to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// What tells a repetition from another message.
    pub key: SmolStr,
    /// To whom, as they were when it was written: statuses of it name them so, also where they turned out to be somebody
    /// else since.
    pub contact: ContactId,
    /// On which channel.
    pub channel: SmolStr,
    /// What the channel calls them.
    pub address: SmolStr,
    /// Its number among the messages of the person; 0 for those of colleagues and codes, of which nothing is reported.
    pub number: u64,
    /// The colleague who says it; `None` is the bot.
    pub operator: Option<SmolStr>,
    /// What is said.
    pub message: Message,
    /// The same as the channel shows it, in one or more messages.
    pub rendering: Rendering,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// The other side has taken a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// What the other side calls it; empty where it does not say.
    pub id: SmolStr,
}

/// A message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SendError {
    /// What is to be done about it.
    pub kind: SendErrorKind,
    /// In words; without anything a person said.
    pub message: String,
    /// When the other side wants it again.
    pub retry_after: Option<Duration>,
}

/// What is to be done about a message that was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendErrorKind {
    /// It may go a little later.
    Passing,
    /// It will never go.
    Permanent,
    /// It may have gone, or not: it is sent again under the same key.
    Unknown,
}

impl SendErrorKind {
    /// As a label of a metric.
    pub fn word(self) -> &'static str {
        match self {
            SendErrorKind::Passing => "passing",
            SendErrorKind::Permanent => "permanent",
            SendErrorKind::Unknown => "unknown",
        }
    }
}

impl SendError {
    /// With its words.
    pub fn new(kind: SendErrorKind, message: impl Into<String>) -> SendError {
        SendError {
            kind,
            message: message.into(),
            retry_after: None,
        }
    }
}

/// The public number of a message: what statuses name it by.
pub fn message_id(contact: ContactId, number: u64) -> SmolStr {
    format_smolstr!("{contact}-{number}")
}

/// What a public number of a message means.
pub fn parse_message_id(text: &str) -> Option<(ContactId, u64)> {
    let (contact, number) = text.split_once('-')?;
    Some((contact.parse().ok()?, number.parse().ok()?))
}
