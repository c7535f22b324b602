//! `chat-unknown-name`: a conversation mentions something that the bot does not have.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BFC02",
    name: "chat-unknown-name",
    level: Level::Error,
    summary: "A conversation mentions something that the bot does not have.",
    page: include_str!("chat_unknown_name.md"),
};
