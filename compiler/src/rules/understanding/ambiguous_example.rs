//! `ambiguous-example`: an example is nearer to another intent than to its own.

use std::collections::BTreeSet;

use botflow_understanding::Certainty;
use smol_str::SmolStr;

use super::intents::{Intents, Said};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF802",
    name: "ambiguous-example",
    level: Level::Warning,
    summary: "An example of an intent is nearer to another one: said a little differently, it is heard as that.",
    page: include_str!("ambiguous_example.md"),
};

/// Reports examples whose words are another intent's. `known` (sorted) have their finding, and so has what reads the same.
pub(super) fn check(intents: &Intents<'_>, said: &[Said<'_>], known: &[Span], findings: &mut Vec<Finding>) {
    let is_known = |one: &&Said<'_>| known.binary_search(&one.phrase.span).is_ok();
    let told: BTreeSet<&SmolStr> = said.iter().filter(is_known).map(|one| &one.normalised).collect();
    for one in said.iter().filter(|one| one.phrase.example) {
        if told.contains(&one.normalised) {
            continue;
        }
        let found = intents.read_unseen(&one.message, one.nth);
        let Some(first) = found
            .first()
            .filter(|first| first.certainty == Certainty::Certain)
        else {
            continue;
        };
        if first.intent == one.intent || !intents.meet(one.intent, first.intent) {
            continue;
        }
        let (name, other) = (intents.name(one.intent), intents.name(first.intent));
        let mut finding = Finding::new(
            &RULE,
            one.phrase.span,
            format!(
                "`{}` is heard as `{name}` only as it stands here: said a little differently, it is heard as `{other}`.",
                one.message
            ),
        )
        .help(format!(
            "Give `{name}` words of its own that are longer than those of `{other}`, or take the example out."
        ));
        // The words of the other one that stand in it.
        let inside = said.iter().find(|words| {
            words.intent == first.intent
                && !words.phrase.example
                && botflow_understanding::options::find_words(&one.normalised, &words.normalised).is_some()
        });
        if let Some(words) = inside {
            finding = finding.related(words.phrase.span, format!("`{other}` is heard by this."));
        }
        findings.push(finding);
    }
}
