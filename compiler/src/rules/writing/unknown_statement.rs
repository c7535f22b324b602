//! `unknown-statement`: a line begins with a word that is no statement, item or setting.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF004",
    name: "unknown-statement",
    level: Level::Error,
    summary: "A line begins with a word that is no statement, item or setting.",
    page: include_str!("unknown_statement.md"),
};

/// Adds what was meant by a word that begins no line.
pub(super) fn with_habit(finding: Finding, at: Span, word: &str) -> Finding {
    match habit(word) {
        Some(meant) => {
            finding
                .help(format!("Did you mean `{meant}`?"))
                .fix(format!("Change to `{meant}`"), at, meant)
        }
        None if finding.help.is_none() => {
            finding.help("To send a message, write `say \"…\"`; to ask something, `ask name: type \"…\"`.")
        }
        None => finding,
    }
}

/// Words that people bring along from other tools, and the statement that does the same here.
fn habit(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "send" | "print" | "text" | "message" | "reply" | "tell" | "speak" | "utter" | "bot" => "say",
        "input" | "prompt" | "question" | "get" | "read" | "request" => "ask",
        "options" | "buttons" | "menu" | "select" | "pick" => "choose",
        "goto" | "go" | "jump" | "redirect" => "->",
        "set" | "var" | "const" | "assign" => "let",
        "save" | "store" => "remember",
        "switch" | "case" | "when" => "match",
        "elif" | "elseif" | "elsif" => "else if",
        "loop" | "foreach" | "while" => "for each",
        "sleep" | "delay" | "pause" => "wait",
        "end" | "exit" | "stop" | "quit" | "done" => "finish",
        "handover" | "transfer" | "handoff" | "human" => "escalate to",
        "node" | "state" | "block" | "scene" => "step",
        "dialog" | "dialogue" | "story" | "conversation" => "flow",
        "test" | "experiment" | "split" => "vary",
        "fn" | "function" | "def" => "flow",
        _ => return None,
    })
}
