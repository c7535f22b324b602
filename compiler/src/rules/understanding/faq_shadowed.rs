//! `faq-shadowed`: a question of the bot's knowledge that an intent always hears first.

use super::intents::Intents;
use super::knowledge::Asked;
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF807",
    name: "faq-shadowed",
    level: Level::Warning,
    summary: "A question of the bot's knowledge is never answered from there: an intent hears it first.",
    page: include_str!("faq_shadowed.md"),
};

/// Reports questions that handlers of `always` take. `known` (sorted) have their finding.
pub(super) fn check(intents: &Intents<'_>, asked: &[Asked], known: &[Span], findings: &mut Vec<Finding>) {
    for one in asked {
        if known.binary_search(&one.span).is_ok() {
            continue;
        }
        let found = intents.read_anywhere(&one.words);
        let Some(first) = found.first() else { continue };
        let name = intents.name(first.intent);
        let mut finding = Finding::new(
            &RULE,
            one.span,
            format!(
                "Whoever writes `{}` never reads this answer: it is heard as `{name}`.",
                one.words
            ),
        )
        .help(format!(
            "Take the words out of `{name}`, let `{name}` say what stands here, or ask in other words."
        ));
        let declared = intents.program.spans.intents.get(first.intent as usize);
        if let Some(span) = declared.copied().flatten() {
            finding = finding.related(span, format!("`{name}` is declared here."));
        }
        findings.push(finding);
    }
}
