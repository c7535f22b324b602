//! `empty-intent`: an intent that nothing is heard as.

use crate::finding::{Finding, Level, Rule};
use crate::hir::Program;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF806",
    name: "empty-intent",
    level: Level::Error,
    summary: "An intent has neither words nor examples, so that nobody is ever heard as meaning it.",
    page: include_str!("empty_intent.md"),
};

/// Looks at all intents.
pub(super) fn check(program: &Program, findings: &mut Vec<Finding>) {
    for (at, intent) in program.bot.intents.iter().enumerate() {
        let phrases = program.spans.phrases.get(at).map_or(0, Vec::len);
        if let (0, Some(span)) = (phrases, program.spans.intents.get(at).copied().flatten()) {
            findings.push(
                Finding::new(
                    &RULE,
                    span,
                    format!("Nothing that a customer writes is heard as `{}`.", intent.name),
                )
                .help("Give it `words` that stand in what people write, and `like` whole sentences."),
            );
        }
    }
}
