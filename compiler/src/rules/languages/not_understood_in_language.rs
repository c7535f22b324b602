//! `not-understood-in-language`: what somebody means has words in other languages only.

use super::Language;
use crate::finding::{Finding, Level, Rule};
use crate::hir::Program;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF709",
    name: "not-understood-in-language",
    level: Level::Warning,
    summary: "An intent has no words in one of the bot's languages.",
    page: include_str!("not_understood_in_language.md"),
};

/// Looks at all intents. One without any words is understood by nobody, which is another matter.
pub(crate) fn check(program: &Program, languages: &[Language], findings: &mut Vec<Finding>) {
    for (intent, span) in program.bot.intents.iter().zip(&program.spans.intents) {
        let Some(span) = span else { continue };
        let heard = || {
            intent
                .words
                .iter()
                .chain(&intent.like)
                .filter(|words| !words.words.is_empty())
        };
        if heard().next().is_none() {
            continue;
        }
        let missing: Vec<&Language> = languages
            .iter()
            .filter(|language| !heard().any(|words| super::base_of(&words.language) == language.base()))
            .collect();
        let Some(example) = missing.first() else { continue };
        let names: Vec<&str> = missing.iter().map(|language| language.name.as_str()).collect();
        let finding = Finding::new(
            &RULE,
            *span,
            format!(
                "Nobody who writes {} is understood to mean this: there are no words.",
                names.join(" or ")
            ),
        )
        .help(format!(
            "Add what they say: `words {} \"…\"`, or whole sentences with `like {} \"…\"`.",
            example.code, example.code
        ));
        findings.push(finding);
    }
}
