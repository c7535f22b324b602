//! The production parser is held to the normative grammar, and the node kinds to its rules.

use crate::differential;
use botflow_grammar::flow::Rule;
use botflow_syntax::SyntaxKind;
use std::collections::BTreeSet;

const SENTENCES: usize = 20_000;
const MUTANTS_EACH: usize = 3;

/// Rules that stand between other rules or are only looked ahead at; nothing enters them.
const NEVER_ENTERED: &[&str] = &["WHITESPACE", "COMMENT", "hard_word", "soft_word"];

#[test]
fn parser_and_grammar_agree() {
    let outcome = differential::run(SENTENCES, MUTANTS_EACH, 2026, 5);
    assert!(
        outcome.disagreements.is_empty(),
        "{}",
        outcome.disagreements.join("\n\n")
    );
    assert_eq!(
        (outcome.sentences, outcome.mutants),
        (SENTENCES, SENTENCES * MUTANTS_EACH)
    );
    let unused: Vec<&String> = outcome
        .unused_rules
        .iter()
        .filter(|rule| !NEVER_ENTERED.contains(&rule.as_str()))
        .collect();
    assert_eq!(
        unused,
        Vec::<&String>::new(),
        "every rule of the grammar is used by some sentence"
    );
    assert!(
        outcome.discarded * 100 <= outcome.sentences * 5,
        "too many generated sentences are none: {} of {}",
        outcome.discarded,
        outcome.sentences
    );
    assert!(
        (outcome.mutants / 10..outcome.mutants * 9 / 10).contains(&outcome.accepted_mutants),
        "mutants lie on both sides of the border: {} of {} are sentences",
        outcome.accepted_mutants,
        outcome.mutants
    );
}

#[test]
fn node_kinds_and_keywords_are_those_of_the_grammar() {
    let rules: BTreeSet<String> = Rule::all_rules().iter().map(|rule| format!("{rule:?}")).collect();
    for kind in SyntaxKind::ALL {
        if let Some(rule) = kind.rule().filter(|rule| *rule != "error") {
            assert!(rules.contains(rule), "no rule {rule}");
        }
        if let Some(keyword) = kind.keyword() {
            assert!(rules.contains(&format!("k_{keyword}")), "no keyword {keyword}");
        }
    }
    let keywords = SyntaxKind::KEYWORDS.len();
    let special = [
        "k_begin",
        "k_minus",
        "k_open_paren",
        "k_close_paren",
        "k_open_square",
        "k_close_square",
        "k_open_hole",
        "k_close_hole",
    ];
    assert_eq!(
        rules.iter().filter(|rule| rule.starts_with("k_")).count(),
        keywords + special.len()
    );
}
