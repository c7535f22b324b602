//! `chat-stub-unused`: an answer that nothing asks for.

use crate::finding::{Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BFC04",
    name: "chat-stub-unused",
    level: Level::Warning,
    summary: "A conversation tells what a system gives, and nothing in it asks for that.",
    page: include_str!("chat_stub_unused.md"),
};
