//! `too-few-examples`: an intent is heard in its author's own sentences only.

use botflow_understanding::Learner;

use super::intents::Intents;
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF804",
    name: "too-few-examples",
    level: Level::Warning,
    summary: "An intent has one or two whole sentences and no short words, so that hardly anybody is heard as meaning it.",
    page: include_str!("too_few_examples.md"),
};

/// Looks at all intents that somebody hears.
pub(super) fn check(intents: &Intents<'_>, learner: &dyn Learner, findings: &mut Vec<Finding>) {
    for words in &intents.words {
        let at = words.intent as usize;
        let heard = intents.hearers.get(at).is_some_and(|hearers| !hearers.is_empty());
        let empty = words.words.is_empty() && words.likes.is_empty();
        let Some(span) = intents.program.spans.intents.get(at).copied().flatten() else {
            continue;
        };
        if empty || !heard || learner.generalises(words) {
            continue;
        }
        let count = words.words.len() + words.likes.len();
        findings.push(
            Finding::new(
                &RULE,
                span,
                format!(
                    "Customers are heard as meaning `{}` only if they write {} word for word.",
                    intents.name(words.intent),
                    if count == 1 { "this one sentence" } else { "one of these two sentences" }
                ),
            )
            .help("Add `words`: the one, two or three words that stand in most such messages. Or add more sentences."),
        );
    }
}
