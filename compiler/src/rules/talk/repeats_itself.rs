//! `repeats-itself`: the same words come twice in a row.

use botflow_artifact::{MessageId, Part};

use super::same_labels::words;
use crate::finding::{Finding, Level, Rule};
use crate::flow_facts::{for_each_block, for_each_root};
use crate::hir::{Block, Program, Stmt, StmtKind};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF312",
    name: "repeats-itself",
    level: Level::Warning,
    summary: "The bot says the same words twice in a row.",
    page: include_str!("repeats_itself.md"),
};

/// So many variants of a `say one of` are held against each other.
const VARIANTS: usize = 50;

/// Looks at all statements.
pub(super) fn check(program: &Program, findings: &mut Vec<Finding>) {
    for_each_root(program, &mut |_, root| block(program, root, findings));
}

fn block(program: &Program, within: &Block, findings: &mut Vec<Finding>) {
    for pair in within.stmts.windows(2) {
        let [first, second] = pair else { continue };
        let (Some(said), Some(again)) = (says(first), says(second).or_else(|| asks(second))) else {
            continue;
        };
        // Hardly any two messages begin alike, and putting words together for comparison takes time.
        if let (Some(said), Some(again)) = (begin(program, said), begin(program, again))
            && said != again
        {
            continue;
        }
        if let (Some(said), Some(again)) = (shown(program, said), shown(program, again))
            && said == again
        {
            findings.push(
                Finding::new(&RULE, second.span, "The same words have just been said.")
                    .related(first.span, "They stand here, too.")
                    .help("Take one of the two out, or say something else."),
            );
        }
    }
    for stmt in &within.stmts {
        variants(program, stmt, findings);
        for_each_block(stmt, &mut |inner| block(program, inner, findings));
    }
}

/// Two variants of one `say one of` that are the same.
fn variants(program: &Program, stmt: &Stmt, findings: &mut Vec<Finding>) {
    let StmtKind::SayOneOf(messages) = &stmt.kind else {
        return;
    };
    let mut seen: Vec<String> = Vec::new();
    for words in messages
        .iter()
        .take(VARIANTS)
        .filter_map(|message| shown(program, *message))
    {
        if seen.contains(&words) {
            findings.push(
                Finding::new(
                    &RULE,
                    stmt.span,
                    "Two of these variants are the same, so that they may be said twice running.",
                )
                .help("Write another variant, or take one of the two out."),
            );
            return;
        }
        seen.push(words);
    }
}

fn says(stmt: &Stmt) -> Option<MessageId> {
    match &stmt.kind {
        StmtKind::Say(message) => Some(*message),
        _ => None,
    }
}

fn asks(stmt: &Stmt) -> Option<MessageId> {
    match &stmt.kind {
        StmtKind::Ask(ask) => Some(ask.question),
        StmtKind::Choose(choose) => Some(choose.question),
        _ => None,
    }
}

/// The sign with which a message begins, as [`shown`] would begin; nothing where that is not its first words' sign.
fn begin(program: &Program, message: MessageId) -> Option<char> {
    let message = program.bot.messages.get(message.index())?;
    let text = program.bot.texts.get(message.text?.index())?;
    match text.variants.first()?.parts.first()? {
        Part::Literal(words) => words.trim_start().chars().next()?.to_lowercase().next(),
        Part::Hole { .. } => Some('{'),
    }
}

/// The words of a message that goes to the conversation's own channel.
fn shown(program: &Program, message: MessageId) -> Option<String> {
    let message = program.bot.messages.get(message.index())?;
    let own = message.via.is_none() && !message.public_reply && message.template.is_none();
    let words = words(program, message.text.filter(|_| own)?)?;
    (!words.is_empty()).then_some(words)
}
