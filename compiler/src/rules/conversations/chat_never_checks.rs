//! `chat-never-checks`: a conversation that asserts nothing.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BFC05",
    name: "chat-never-checks",
    level: Level::Warning,
    summary: "A conversation asserts nothing: it passes whatever the bot does.",
    page: include_str!("chat_never_checks.md"),
};
