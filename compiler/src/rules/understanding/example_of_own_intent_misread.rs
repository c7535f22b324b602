//! `example-of-own-intent-misread`: what an author wrote for an intent is heard as another one, or as none.

use super::intents::{Intents, Said, best};
use crate::finding::{Finding, Level, Rule};
use crate::project::Span;

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF805",
    name: "example-of-own-intent-misread",
    level: Level::Warning,
    summary: "An example of an intent is heard as another intent, or as none.",
    page: include_str!("example_of_own_intent_misread.md"),
};

/// Reports texts that do not lead to their own intent; gives back their places. `known` (sorted) have their finding.
pub(super) fn check(
    intents: &Intents<'_>,
    said: &[Said<'_>],
    known: &[Span],
    findings: &mut Vec<Finding>,
) -> Vec<Span> {
    let mut misread = known.to_vec();
    for one in said {
        if known.binary_search(&one.phrase.span).is_ok() {
            continue;
        }
        if let Some(found) = of(intents, one) {
            misread.push(one.phrase.span);
            findings.push(found);
        }
    }
    misread.sort_unstable();
    misread
}

fn of(intents: &Intents<'_>, one: &Said<'_>) -> Option<Finding> {
    let found = intents.read(&one.message);
    let name = intents.name(one.intent);
    let says = format!("`{}`", one.message);
    let Some(own) = found.iter().position(|found| found.intent == one.intent) else {
        // What another intent is sure of is told below; here nobody hears it.
        return match found.iter().find(|other| intents.meet(one.intent, other.intent)) {
            Some(other) => Some(another(intents, one, other.intent)),
            None if one.normalised.is_empty() => Some(
                Finding::new(
                    &RULE,
                    one.phrase.span,
                    format!("Nobody is heard as `{name}` by {says}: no word is left of it."),
                )
                .help("Write what a customer would write."),
            ),
            None => None,
        };
    };
    // Words stand in longer messages, which may carry the rest.
    if one.phrase.example && !intents.is_whole(&found[own]) {
        let missing = missing(intents, one.intent, &found[own]);
        return Some(
            Finding::new(
                &RULE,
                one.phrase.span,
                format!(
                    "Whoever writes {says} is not heard as `{name}`: it says nothing about `{missing}`, without which \
                     `{name}` cannot be meant."
                ),
            )
            .help(format!(
                "Make the parameter `{missing}` one that may be unknown (`?`) and ask for it, or put it into the example: \
                 `{{{missing}}}`."
            )),
        );
    }
    let best = best(&found);
    if best == [one.intent] {
        return None;
    }
    match best.contains(&one.intent) {
        // Several are as likely: the first of one level has it.
        true => {
            let first = best
                .iter()
                .take_while(|other| **other != one.intent)
                .find(|other| intents.side_by_side(one.intent, **other))?;
            Some(another(intents, one, *first))
        }
        false => {
            let other = best.first().filter(|other| intents.meet(one.intent, **other))?;
            Some(another(intents, one, *other))
        }
    }
}

/// It is heard as another intent.
fn another(intents: &Intents<'_>, one: &Said<'_>, other: u32) -> Finding {
    let (name, other_name) = (intents.name(one.intent), intents.name(other));
    let finding = Finding::new(
        &RULE,
        one.phrase.span,
        format!(
            "Whoever writes `{}` is heard as `{other_name}`, not as `{name}`.",
            one.message
        ),
    )
    .help(format!(
        "Take it out of `{name}`, or what is like it out of `{other_name}`."
    ));
    match intents
        .program
        .spans
        .intents
        .get(other as usize)
        .copied()
        .flatten()
    {
        Some(span) => finding.related(span, format!("`{other_name}` is declared here.")),
        None => finding,
    }
}

/// The first parameter that cannot be done without and is not there.
fn missing(intents: &Intents<'_>, intent: u32, found: &botflow_understanding::Match) -> String {
    let bot = &intents.program.bot;
    let params = bot
        .intents
        .get(intent as usize)
        .map_or(&[][..], |intent| &intent.params);
    let mut named = params.iter().enumerate().filter(|(at, param)| {
        !matches!(
            bot.types.get(param.ty.index()),
            Some(botflow_artifact::Type::Optional(_))
        ) && !found.holes.iter().any(|hole| hole.param as usize == *at)
    });
    named
        .next()
        .map(|(_, param)| param.name.to_string())
        .unwrap_or_default()
}
