//! `chat-syntax`: a line of a `.chat` file that cannot be read.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BFC01",
    name: "chat-syntax",
    level: Level::Error,
    summary: "A line of a `.chat` file cannot be read.",
    page: include_str!("chat_syntax.md"),
};
