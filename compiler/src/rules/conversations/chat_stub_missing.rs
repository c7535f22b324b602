//! `chat-stub-missing`: a call that nothing answers.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BFC03",
    name: "chat-stub-missing",
    level: Level::Error,
    summary: "The bot asks a system in a conversation, and nothing tells what the system gives.",
    page: include_str!("chat_stub_missing.md"),
};
