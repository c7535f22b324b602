//! `faq-duplicate`: a question stands twice in what the bot knows.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use super::knowledge::Asked;
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF808",
    name: "faq-duplicate",
    level: Level::Warning,
    summary: "A question stands twice in what the bot knows: the second answer is never given.",
    page: include_str!("faq_duplicate.md"),
};

/// Reports questions that have an answer already; gives back their places.
pub(super) fn check(asked: &[Asked], findings: &mut Vec<Finding>) -> Vec<Span> {
    let mut first: IndexMap<&SmolStr, &Asked, FxBuildHasher> = IndexMap::default();
    let mut again = Vec::new();
    for one in asked {
        let known = *first.entry(&one.normalised).or_insert(one);
        if known.span == one.span {
            continue;
        }
        again.push(one.span);
        findings.push(
            Finding::new(
                &RULE,
                one.span,
                format!(
                    "`{}` is answered elsewhere already, so that this answer is never given to it.",
                    one.words
                ),
            )
            .related(known.span, "The answer of this one is given.")
            .help("Take one of them out. What both answers say may stand below one heading."),
        );
    }
    again.sort_unstable();
    again
}
