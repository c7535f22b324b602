//! `unknown-statement`: a line begins with a word that is no statement, item or setting.

use crate::finding::{Finding, Level, Rule};
use crate::project::Span;
use crate::rules::nearest::nearest;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF004",
    name: "unknown-statement",
    level: Level::Error,
    summary: "A line begins with a word that is no statement, item or setting.",
    page: include_str!("unknown_statement.md"),
};

/// A line that begins with a word that nothing begins with. `place` names what is being read (`a step`), `known`
/// are the words that may begin a line there.
pub fn finding<'k>(at: Span, word: &str, place: &str, known: impl IntoIterator<Item = &'k str>) -> Finding {
    let finding = Finding::new(&RULE, at, format!("No line of {place} begins with `{word}`."));
    let meant = habit(word).or_else(|| nearest(word, known));
    match meant {
        Some(meant) => {
            finding
                .help(format!("Did you mean `{meant}`?"))
                .fix(format!("Change to `{meant}`"), at, meant)
        }
        None => {
            finding.help("To send a message, write `say \"…\"`; to ask something, `ask name: type \"…\"`.")
        }
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
