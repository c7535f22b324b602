//! `same-words`: two intents are heard by the same words.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use super::intents::{Intents, Said};
use crate::finding::{Finding, Level, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF801",
    name: "same-words",
    level: Level::Error,
    summary: "Two intents are heard by the same words at the same place, so that a customer cannot mean either for sure.",
    page: include_str!("same_words.md"),
};

/// So many intents with the same words are held against a later one.
const MOST: usize = 20;

/// Reports texts that two intents share; gives back their places.
pub(super) fn check(
    intents: &Intents<'_>,
    said: &[Said<'_>],
    findings: &mut Vec<Finding>,
) -> Vec<crate::project::Span> {
    let mut seen: IndexMap<(SmolStr, bool, &SmolStr), Vec<&Said<'_>>, FxBuildHasher> = IndexMap::default();
    let mut shared = Vec::new();
    for one in said {
        let key = (one.phrase.language.clone(), one.phrase.example, &one.normalised);
        let before = seen.entry(key).or_default();
        let twin = before
            .iter()
            .find(|other| other.intent != one.intent && intents.side_by_side(other.intent, one.intent));
        if let Some(first) = twin.filter(|_| !one.normalised.is_empty()) {
            let (name, other) = (intents.name(one.intent), intents.name(first.intent));
            shared.extend([one.phrase.span, first.phrase.span]);
            findings.push(
                Finding::new(
                    &RULE,
                    one.phrase.span,
                    format!(
                        "Whoever writes `{}` may mean `{other}` as well as `{name}`: both are heard by these words.",
                        one.message
                    ),
                )
                .related(first.phrase.span, format!("`{other}` has them here."))
                .help("Leave them with the intent that most people mean by them, and take them out of the other one."),
            );
        }
        if before.len() < MOST {
            before.push(one);
        }
    }
    shared.sort_unstable();
    shared
}
