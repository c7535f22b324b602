//! What was said, line by line: what a page shows again after a broken connection, and colleagues read.

use botflow_message::Message;
use botflow_values::Value;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A line of a person's transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number among the lines of the person, from 1 without gaps.
    pub number: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// On which channel.
    pub channel: SmolStr,
    /// Who said it, and what.
    pub said: Author,
}

/// Who said a line, and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Author {
    /// The customer wrote, or pressed what has these words on it.
    Customer {
        /// The words.
        text: SmolStr,
        /// What was sent beside words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<Value>,
    },
    /// The bot.
    Bot {
        /// The number of the message.
        message: u64,
        /// What it said.
        content: Message,
    },
    /// A colleague.
    Operator {
        /// The number of the message.
        message: u64,
        /// Who.
        name: SmolStr,
        /// What they said.
        content: Message,
    },
}
