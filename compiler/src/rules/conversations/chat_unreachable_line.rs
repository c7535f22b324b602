//! `chat-unreachable-line`: a line that cannot happen.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BFC06",
    name: "chat-unreachable-line",
    level: Level::Warning,
    summary: "A line of a conversation can never happen.",
    page: include_str!("chat_unreachable_line.md"),
};
