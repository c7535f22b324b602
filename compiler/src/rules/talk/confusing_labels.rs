//! `confusing-labels`: two options that a person's words cannot tell apart.

use botflow_artifact::{Part, TextId};
use botflow_understanding::normalise::normalise;
use botflow_understanding::{OptionMatch, OptionWords, match_option};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use super::same_labels::{together, words};
use crate::finding::{Finding, Level, Rule};
use crate::hir::{ChooseBody, OptionBody, Program};

/// The rule.
pub static RULE: Rule = Rule {
    code: "BF306",
    name: "confusing-labels",
    level: Level::Warning,
    summary: "Two options cannot be told apart by what a person writes.",
    page: include_str!("confusing_labels.md"),
};

/// So many options that share words are held against a later one.
const MOST: usize = 20;

/// Looks at the options of one question.
pub(super) fn check(program: &Program, choose: &ChooseBody, findings: &mut Vec<Finding>) {
    let called: Vec<OptionWords> = choose
        .options
        .iter()
        .map(|option| called(program, option))
        .collect();
    let mut by_phrase: IndexMap<SmolStr, Vec<usize>, FxBuildHasher> = IndexMap::default();
    for (at, option) in choose.options.iter().enumerate() {
        let mut confused: Option<(usize, &str)> = None;
        for phrase in called[at].phrases() {
            let before = by_phrase.entry(phrase.clone()).or_default();
            let twin = before.iter().find(|other| {
                let first = &choose.options[**other];
                // What reads the same has a finding of its own.
                words(program, first.label) != words(program, option.label)
                    && together(program, first.condition, option.condition)
                    && match_option(&normalise(phrase), &[called[**other].clone(), called[at].clone()])
                        == OptionMatch::Ambiguous
            });
            confused = confused.or(twin.map(|other| (*other, phrase.as_str())));
            if before.len() < MOST {
                before.push(at);
            }
        }
        if let Some((first, phrase)) = confused {
            findings.push(
                Finding::new(
                    &RULE,
                    option.label_span,
                    format!(
                        "Whoever writes `{phrase}` is asked again: it may be this option as well as another one."
                    ),
                )
                .related(choose.options[first].label_span, "This is the other one.")
                .help("Take the words out of one of them, or give one of them another label."),
            );
        }
    }
}

/// What an option is called, as far as it is the same in every conversation.
fn called(program: &Program, option: &OptionBody) -> OptionWords {
    let mut phrases: Vec<String> = Vec::new();
    phrases.extend(plain(program, option.label));
    for language in &option.words {
        phrases.extend(language.words.iter().map(|word| word.to_string()));
    }
    OptionWords::new(phrases.iter().map(String::as_str))
}

/// The words of a text without holes.
fn plain(program: &Program, text: TextId) -> Option<String> {
    let variant = program.bot.texts.get(text.index())?.variants.first()?;
    let mut words = String::new();
    for part in &variant.parts {
        match part {
            Part::Literal(literal) => words.push_str(literal),
            Part::Hole { .. } => return None,
        }
    }
    Some(words)
}
